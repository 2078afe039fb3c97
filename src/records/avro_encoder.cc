#include "records/avro_encoder.h"

#include <algorithm>

#include "records/avro_decoder.h"

namespace flint::records {

using columnar::ColumnVector;
using columnar::ListEntry;
using columnar::RowIndex;
using columnar::StringView;
using Kind = AvroSchema::Kind;
using Logical = AvroSchema::Logical;

/// How one value is written.
struct AvroWriteStep {
  enum class Op : uint8_t { kNull, kBoolean, kInteger, kFloat, kDouble, kBytes, kFixed, kDecimalBytes, kDecimalFixed, kEnum, kArray, kMap, kRecord, kMembers };
  struct Field {
    std::unique_ptr<AvroWriteStep> step;  // none: a field that the SQL type lacks, written as null
    int column = -1;
    int branch = -1;                      // of a union of members
    const AvroSchema::Field* avro = nullptr;
  };

  Op op = Op::kNull;
  int nullBranch = -1;   // of the union around the value
  int valueBranch = -1;
  PhysicalType physical = PhysicalType::kBool;
  int64_t divisor = 1;   // of units
  const AvroSchema* schema = nullptr;
  std::vector<Field> fields;
};

namespace {

using Op = AvroWriteStep::Op;
using StepPtr = std::unique_ptr<AvroWriteStep>;

Error unfitting(const AvroSchema& schema, std::string reason) {
  return Error(condition::kInvalidSchemaParseError).with("inputSchema", schema.text.substr(0, 1'000)).with("reason", std::move(reason));
}

int branchOfKind(const AvroSchema& schema, Kind kind) {
  for (size_t i = 0; i < schema.parts.size(); ++i) {
    if (schema.parts[i]->is(kind)) return static_cast<int>(i);
  }
  return -1;
}

// Matches SQL types with a schema.
class Matcher {
 public:
  explicit Matcher(bool caseSensitive) : caseSensitive_(caseSensitive) {}

  // `isRoot`: a union of many types cannot be written there.
  Result<StepPtr> match(const DataType& type, const AvroSchema& given, bool isRoot = false) {
    const AvroSchema* schema = &given;
    int valueBranch = -1;
    if (given.is(Kind::kUnion)) {
      const std::vector<int> branches = given.valueBranches();
      if (branches.empty()) {
        if (given.nullBranch() < 0) return unfitting(given, "a union of nothing");
        valueBranch = given.nullBranch();
      } else if (branches.size() == 1) {
        valueBranch = branches[0];
      } else if (type.is(TypeKind::kLong) && branches.size() == 2 && branchOfKind(given, Kind::kInt) >= 0) {
        valueBranch = branchOfKind(given, Kind::kLong);
      } else if (type.is(TypeKind::kDouble) && branches.size() == 2 && branchOfKind(given, Kind::kFloat) >= 0) {
        valueBranch = branchOfKind(given, Kind::kDouble);
      } else if (type.is(TypeKind::kStruct) && !isRoot) {
        return members(type, given, branches);
      }
      if (valueBranch < 0) return incompatible(type, given);
      schema = given.parts[static_cast<size_t>(valueBranch)];
    }
    ASSIGN_OR_RETURN(StepPtr step, value(type, *schema));
    step->valueBranch = valueBranch;
    step->nullBranch = given.nullBranch();
    return step;
  }

 private:
  static Error incompatible(const DataType& type, const AvroSchema& schema) { return unfitting(schema, "values of " + type.sql() + " cannot be written by it").as(ErrorFamily::kAnalysis); }
  static StepPtr stepOf(Op op, const DataType& type, const AvroSchema& schema) {
    auto step = std::make_unique<AvroWriteStep>();
    step->op = op;
    step->physical = type.physicalType();
    step->schema = &schema;
    return step;
  }

  Result<StepPtr> value(const DataType& type, const AvroSchema& schema) {
    switch (schema.kind) {
      case Kind::kNull:
        if (type.is(TypeKind::kNull)) return stepOf(Op::kNull, type, schema);
        break;
      case Kind::kBoolean:
        if (type.is(TypeKind::kBoolean)) return stepOf(Op::kBoolean, type, schema);
        break;
      case Kind::kInt:
        if (type.is(TypeKind::kByte) || type.is(TypeKind::kShort) || type.is(TypeKind::kInteger) || type.is(TypeKind::kDate) || type.is(TypeKind::kYearMonthInterval)) {
          return stepOf(Op::kInteger, type, schema);
        }
        break;
      case Kind::kLong: return longValue(type, schema);
      case Kind::kFloat:
        if (type.is(TypeKind::kFloat)) return stepOf(Op::kFloat, type, schema);
        break;
      case Kind::kDouble:
        if (type.is(TypeKind::kDouble)) return stepOf(Op::kDouble, type, schema);
        break;
      case Kind::kBytes:
      case Kind::kFixed: {
        const bool isFixed = schema.is(Kind::kFixed);
        if (type.is(TypeKind::kBinary)) return stepOf(isFixed ? Op::kFixed : Op::kBytes, type, schema);
        const bool fits = type.is(TypeKind::kDecimal) && schema.logical == Logical::kDecimal && schema.precision == type.precision() && schema.scale == type.scale();
        if (fits) return stepOf(isFixed ? Op::kDecimalFixed : Op::kDecimalBytes, type, schema);
        break;
      }
      case Kind::kString:
        if (type.isStringLike()) return stepOf(Op::kBytes, type, schema);
        break;
      case Kind::kEnum:
        if (type.isStringLike()) return stepOf(Op::kEnum, type, schema);
        break;
      case Kind::kArray:
        if (type.is(TypeKind::kArray)) {
          StepPtr step = stepOf(Op::kArray, type, schema);
          ASSIGN_OR_RETURN(StepPtr element, match(type.elementType(), *schema.parts[0]));
          step->fields.push_back({std::move(element)});
          return step;
        }
        break;
      case Kind::kMap:
        if (type.is(TypeKind::kMap) && type.keyType().isStringLike()) {
          StepPtr step = stepOf(Op::kMap, type, schema);
          ASSIGN_OR_RETURN(StepPtr element, match(type.valueType(), *schema.parts[0]));
          step->fields.push_back({std::move(element)});
          return step;
        }
        break;
      case Kind::kRecord:
        if (type.is(TypeKind::kStruct)) return record(type, schema);
        break;
      case Kind::kUnion: break;
    }
    return incompatible(type, schema);
  }

  Result<StepPtr> longValue(const DataType& type, const AvroSchema& schema) {
    StepPtr step = stepOf(Op::kInteger, type, schema);
    switch (type.kind()) {
      case TypeKind::kLong:
      case TypeKind::kDayTimeInterval: return step;
      case TypeKind::kTimestamp:
        if (schema.logical != Logical::kNone && schema.logical != Logical::kTimestampMillis && schema.logical != Logical::kTimestampMicros) break;
        step->divisor = schema.logical == Logical::kTimestampMicros ? 1 : 1'000;
        return step;
      case TypeKind::kTimestampNtz:
        if (schema.logical != Logical::kNone && schema.logical != Logical::kLocalTimestampMillis && schema.logical != Logical::kLocalTimestampMicros) break;
        step->divisor = schema.logical == Logical::kLocalTimestampMicros ? 1 : 1'000;
        return step;
      case TypeKind::kTime:
        if (schema.logical != Logical::kTimeMicros) break;
        step->divisor = 1'000;
        return step;
      default: break;
    }
    return incompatible(type, schema);
  }

  Result<StepPtr> record(const DataType& type, const AvroSchema& schema) {
    StepPtr step = stepOf(Op::kRecord, type, schema);
    std::vector<bool> used(type.fields().size());
    for (const AvroSchema::Field& field : schema.fields) {
      AvroWriteStep::Field made;
      made.avro = &field;
      for (size_t i = 0; i < type.fields().size(); ++i) {
        if (!sameFieldName(type.fields()[i].name, field.name, caseSensitive_)) continue;
        if (used[i] || made.column >= 0) return unfitting(schema, "`" + field.name + "` matches more than one field").as(ErrorFamily::kAnalysis);
        used[i] = true;
        made.column = static_cast<int>(i);
      }
      if (made.column >= 0) {
        ASSIGN_OR_RETURN(made.step, match(type.fields()[static_cast<size_t>(made.column)].type, *field.schema));
      } else if (field.schema->nullBranch() < 0) {
        return unfitting(schema, "the field `" + field.name + "` is missing, and cannot be null").as(ErrorFamily::kAnalysis);
      }
      step->fields.push_back(std::move(made));
    }
    for (size_t i = 0; i < used.size(); ++i) {
      if (!used[i]) return unfitting(schema, "it has no field `" + type.fields()[i].name + "`").as(ErrorFamily::kAnalysis);
    }
    return step;
  }

  Result<StepPtr> members(const DataType& type, const AvroSchema& schema, const std::vector<int>& branches) {
    StepPtr step = stepOf(Op::kMembers, type, schema);
    step->nullBranch = schema.nullBranch();
    bool named = type.fields().size() == branches.size();
    for (size_t i = 0; named && i < branches.size(); ++i) named = type.fields()[i].name == "member" + std::to_string(i);
    if (!named) return incompatible(type, schema);
    for (size_t i = 0; i < branches.size(); ++i) {
      AvroWriteStep::Field made;
      made.column = static_cast<int>(i);
      made.branch = branches[i];
      ASSIGN_OR_RETURN(made.step, value(type.fields()[i].type, *schema.parts[static_cast<size_t>(branches[i])]));
      step->fields.push_back(std::move(made));
    }
    return step;
  }

  const bool caseSensitive_;
};

void putLong(int64_t value, std::string& out) {
  uint64_t raw = (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
  while (raw >= 0x80) {
    out.push_back(static_cast<char>(raw | 0x80));
    raw >>= 7;
  }
  out.push_back(static_cast<char>(raw));
}
template <class T>
void putFixed(T value, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

int64_t floorDivide(int64_t value, int64_t divisor) {
  const int64_t quotient = value / divisor;
  return value % divisor < 0 ? quotient - 1 : quotient;
}

int64_t integerAt(const ColumnVector& flat, RowIndex row, PhysicalType physical) {
  switch (physical) {
    case PhysicalType::kInt8: return flat.values<int8_t>()[row];
    case PhysicalType::kInt16: return flat.values<int16_t>()[row];
    case PhysicalType::kInt32: return flat.values<int32_t>()[row];
    default: return flat.values<int64_t>()[row];
  }
}

// Two's complement, the highest byte first, as short as may be.
std::string bytesOf(int128_t value) {
  std::string bytes;
  for (int shift = 120; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(static_cast<uint128_t>(value) >> shift));
  const char filler = value < 0 ? '\xFF' : '\0';
  size_t first = 0;
  while (first + 1 < bytes.size() && bytes[first] == filler && ((bytes[first + 1] ^ filler) & 0x80) == 0) ++first;
  return bytes.substr(first);
}

// A key as Java's String hashes it: over UTF-16.
int32_t hashOfKey(std::string_view key) {
  uint32_t hash = 0;
  for (size_t i = 0; i < key.size();) {
    const auto lead = static_cast<unsigned char>(key[i]);
    const size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t point = size == 1 ? lead : lead & (0x7FU >> size);
    for (size_t k = 1; k < size && i + k < key.size(); ++k) point = point << 6 | (static_cast<unsigned char>(key[i + k]) & 0x3F);
    if (point >= 0x10000) {
      hash = 31 * hash + (0xD800 + ((point - 0x10000) >> 10));
      point = 0xDC00 + ((point - 0x10000) & 0x3FF);
    }
    hash = 31 * hash + point;
    i += size;
  }
  return static_cast<int32_t>(hash);
}

Status write(const AvroWriteStep& step, const ColumnVector& vector, RowIndex row, std::string& out);

// A value in its place: null in a union of null, or refused.
Status writeNullable(const AvroWriteStep& step, const ColumnVector& vector, RowIndex row, std::string& out) {
  if (!vector.isNull(row)) return write(step, vector, row, out);
  if (step.nullBranch >= 0) {
    putLong(step.nullBranch, out);
    return Status::ok();
  }
  if (step.op == Op::kNull) return Status::ok();
  return unfitting(*step.schema, "NULL cannot be written by it");
}

Status writeRecord(const AvroWriteStep& step, const ColumnVector& flat, RowIndex row, std::string& out) {
  for (const AvroWriteStep::Field& field : step.fields) {
    if (field.step == nullptr) {
      putLong(field.avro->schema->nullBranch(), out);
      continue;
    }
    const ColumnVector& child = *flat.children()[static_cast<size_t>(field.column)];
    const bool refused = field.step->nullBranch < 0 && field.step->op != Op::kNull && child.isNull(row);
    if (refused) {
      return Error(condition::kAvroCannotWriteNullField).with("name", quoteIdentifier(field.avro->name)).with("dataType", field.avro->schema->text).as(ErrorFamily::kRuntime);
    }
    RETURN_IF_ERROR(writeNullable(*field.step, child, row, out));
  }
  return Status::ok();
}

Status writeList(const AvroWriteStep& step, const ColumnVector& flat, RowIndex row, std::string& out) {
  const ListEntry entry = flat.values<ListEntry>()[row];
  const ColumnVector& elements = *flat.children()[0];
  if (step.op == Op::kArray) {
    if (entry.length > 0) putLong(entry.length, out);
    for (RowIndex i = 0; i < entry.length; ++i) RETURN_IF_ERROR(writeNullable(*step.fields[0].step, elements, entry.offset + i, out));
    putLong(0, out);
    return Status::ok();
  }
  std::vector<std::string_view> keys;
  std::vector<int32_t> hashes;
  for (RowIndex i = 0; i < entry.length; ++i) {
    const RowIndex at = entry.offset + i;
    const ColumnVector& base = elements.isFlat() ? elements : *elements.base();
    keys.push_back(base.values<StringView>()[elements.baseRow(at)].view());
    hashes.push_back(hashOfKey(keys.back()));
  }
  if (entry.length > 0) putLong(entry.length, out);
  for (const size_t i : javaHashMapOrder(hashes, keys.size())) {
    putLong(static_cast<int64_t>(keys[i].size()), out);
    out += keys[i];
    RETURN_IF_ERROR(writeNullable(*step.fields[0].step, *flat.children()[1], entry.offset + static_cast<RowIndex>(i), out));
  }
  putLong(0, out);
  return Status::ok();
}

Status writeMembers(const AvroWriteStep& step, const ColumnVector& flat, RowIndex row, std::string& out) {
  for (const AvroWriteStep::Field& field : step.fields) {
    const ColumnVector& child = *flat.children()[static_cast<size_t>(field.column)];
    if (child.isNull(row)) continue;
    putLong(field.branch, out);
    return write(*field.step, child, row, out);
  }
  if (step.nullBranch < 0) return unfitting(*step.schema, "one of its types has to have a value");
  putLong(step.nullBranch, out);
  return Status::ok();
}

Status write(const AvroWriteStep& step, const ColumnVector& vector, RowIndex row, std::string& out) {
  const ColumnVector& flat = vector.isFlat() ? vector : *vector.base();
  row = vector.baseRow(row);
  if (step.valueBranch >= 0) putLong(step.valueBranch, out);
  const auto bytes = [&] { return flat.values<StringView>()[row].view(); };
  const auto decimal = [&] { return step.physical == PhysicalType::kInt128 ? flat.values<int128_t>()[row] : int128_t{flat.values<int64_t>()[row]}; };
  switch (step.op) {
    case Op::kNull: break;
    case Op::kBoolean: out.push_back(flat.values<uint8_t>()[row] != 0 ? 1 : 0); break;
    case Op::kInteger: putLong(floorDivide(integerAt(flat, row, step.physical), step.divisor), out); break;
    case Op::kFloat: putFixed(flat.values<float>()[row], out); break;
    case Op::kDouble: putFixed(flat.values<double>()[row], out); break;
    case Op::kBytes: {
      const std::string_view text = bytes();
      putLong(static_cast<int64_t>(text.size()), out);
      out += text;
      break;
    }
    case Op::kFixed:
      if (static_cast<int64_t>(bytes().size()) != step.schema->size) {
        return unfitting(*step.schema, "a binary of " + std::to_string(bytes().size()) + " bytes is no value of " + std::to_string(step.schema->size) + " bytes");
      }
      out += bytes();
      break;
    case Op::kDecimalBytes: {
      const std::string digits = bytesOf(decimal());
      putLong(static_cast<int64_t>(digits.size()), out);
      out += digits;
      break;
    }
    case Op::kDecimalFixed: {
      const std::string digits = bytesOf(decimal());
      if (static_cast<int64_t>(digits.size()) > step.schema->size) return unfitting(*step.schema, "a decimal has more bytes than it");
      out.append(static_cast<size_t>(step.schema->size) - digits.size(), decimal() < 0 ? '\xFF' : '\0');
      out += digits;
      break;
    }
    case Op::kEnum: {
      const auto& symbols = step.schema->symbols;
      const auto found = std::find(symbols.begin(), symbols.end(), bytes());
      if (found == symbols.end()) return unfitting(*step.schema, "\"" + std::string(bytes()) + "\" is none of its symbols");
      putLong(found - symbols.begin(), out);
      break;
    }
    case Op::kArray:
    case Op::kMap: return writeList(step, flat, row, out);
    case Op::kRecord: return writeRecord(step, flat, row, out);
    case Op::kMembers: return writeMembers(step, flat, row, out);
  }
  return Status::ok();
}

}  // namespace

AvroEncoder::AvroEncoder(AvroSchemasPtr schemas, std::unique_ptr<const AvroWriteStep> root) : schemas_(std::move(schemas)), root_(std::move(root)) {}
AvroEncoder::~AvroEncoder() = default;

Result<std::shared_ptr<const AvroEncoder>> AvroEncoder::make(AvroSchemasPtr schemas, const DataType& type, bool caseSensitive) {
  const AvroSchema& root = schemas->root();
  ASSIGN_OR_RETURN(std::unique_ptr<AvroWriteStep> step, Matcher(caseSensitive).match(type, root, true));
  return std::shared_ptr<const AvroEncoder>(new AvroEncoder(std::move(schemas), std::move(step)));
}

Status AvroEncoder::append(const ColumnVector& vector, RowIndex row, std::string& out) const { return write(*root_, vector, row, out); }

}  // namespace flint::records
