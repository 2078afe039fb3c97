#include "expr/cast/variant_casts.h"

#include <limits>

#include "columnar/variant_value.h"
#include "types/calendar.h"
#include "types/decimal.h"
#include "types/type_coercion.h"

namespace flint::expr {
namespace {

using columnar::ListEntry;
using columnar::VariantBuilder;
using columnar::VariantKind;
using columnar::VariantReader;
using columnar::VectorBuilder;

bool isVariantScalar(const DataType& type) {
  return type.isNumeric() || type.is(TypeKind::kBoolean) || type.isStringLike() || type.is(TypeKind::kBinary) || type.isDatetime() ||
         type.is(TypeKind::kVariant);
}

void castToVariant(const KernelArgs& args) {
  auto out = args.result<StringView>();
  VariantBuilder builder;
  for (const RowIndex row : args.activeRows()) {
    appendAsVariant(*args.vector(0), row, builder);
    out.set(row, builder.finish());
  }
}

void castFromVariant(const KernelArgs& args) {
  const auto& data = args.data<CastData>();
  const auto variants = args.column<StringView>(0);
  VariantConversion conversion(*data.zone, data.mode != CastMode::kTry);
  VectorBuilder builder(args.resultType());
  RowIndex next = 0;
  for (const RowIndex row : args.activeRows()) {
    for (; next < row; ++next) builder.appendNull();
    const VariantReader variant = VariantReader::of(variants[row].view());
    if (!conversion.append(variant, builder) && data.mode != CastMode::kTry) args.errors().set(row, conversion.error(variant, data.to));
    ++next;
  }
  for (; next < args.numRows(); ++next) builder.appendNull();
  args.resultBuffer().setVector(builder.finish());
}

// The type and value that a scalar variant has as a literal.
std::pair<DataType, Value> literalOf(const VariantReader& variant) {
  switch (variant.kind()) {
    case VariantKind::kBoolean: return {DataType::boolean(), Value::boolean(variant.asBoolean())};
    case VariantKind::kLong: return {DataType::bigint(), Value::integer(variant.asLong())};
    case VariantKind::kDouble: return {DataType::float64(), Value::floating(variant.asDouble())};
    case VariantKind::kFloat: return {DataType::float32(), Value::floating(variant.asDouble())};
    case VariantKind::kDecimal: {
      const auto decimal = variant.asDecimal();
      return {DataType::decimal(decimal.precision, decimal.scale), Value::decimal(decimal.unscaled)};
    }
    case VariantKind::kDate: return {DataType::date(), Value::integer(variant.asLong())};
    case VariantKind::kTimestamp: return {DataType::timestamp(), Value::integer(variant.asLong())};
    case VariantKind::kTimestampNtz: return {DataType::timestampNtz(), Value::integer(variant.asLong())};
    case VariantKind::kBinary: return {DataType::binary(), Value::string(std::string(variant.asBytes()))};
    case VariantKind::kUuid: return {DataType::string(), Value::string(variant.asUuid())};
    default: return {DataType::string(), Value::string(std::string(variant.asBytes()))};
  }
}

template <class T>
bool appendWhole(int64_t value, VectorBuilder& builder) {
  if (value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max()) return false;
  builder.appendFixed(static_cast<T>(value));
  return true;
}

}  // namespace

bool isVariantTarget(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kArray: return isVariantTarget(type.elementType());
    case TypeKind::kMap: return type.keyType().isStringLike() && isVariantTarget(type.valueType());
    case TypeKind::kStruct:
      for (const StructField& field : type.fields()) {
        if (!isVariantTarget(field.type)) return false;
      }
      return true;
    default: return isVariantScalar(type);
  }
}

bool canCastVariant(const DataType& from, const DataType& to) {
  if (from.is(TypeKind::kVariant)) return isVariantTarget(to);
  if (from.is(TypeKind::kArray)) return canCastVariant(from.elementType(), to);
  return from.is(TypeKind::kNull) || isVariantScalar(from);
}

Kernel findVariantCast(const DataType& from) { return from.is(TypeKind::kVariant) ? castFromVariant : castToVariant; }

void appendAsVariant(const ColumnVector& vector, RowIndex row, VariantBuilder& builder) {
  if (vector.isNull(row)) return builder.appendNull();
  if (!vector.isFlat()) return appendAsVariant(*vector.base(), vector.baseRow(row), builder);
  const DataType& type = vector.type();
  switch (type.kind()) {
    case TypeKind::kBoolean: return builder.appendBoolean(vector.values<uint8_t>()[row] != 0);
    case TypeKind::kByte: return builder.appendLong(vector.values<int8_t>()[row]);
    case TypeKind::kShort: return builder.appendLong(vector.values<int16_t>()[row]);
    case TypeKind::kInteger: return builder.appendLong(vector.values<int32_t>()[row]);
    case TypeKind::kLong: return builder.appendLong(vector.values<int64_t>()[row]);
    case TypeKind::kFloat: return builder.appendFloat(vector.values<float>()[row]);
    case TypeKind::kDouble: return builder.appendDouble(vector.values<double>()[row]);
    case TypeKind::kDecimal:
      return builder.appendDecimal(vector.physicalType() == PhysicalType::kInt64 ? vector.values<int64_t>()[row] : vector.values<int128_t>()[row],
                                   type.precision(), type.scale());
    case TypeKind::kDate: return builder.appendDate(vector.values<int32_t>()[row]);
    case TypeKind::kTimestamp: return builder.appendTimestamp(vector.values<int64_t>()[row]);
    case TypeKind::kTimestampNtz: return builder.appendTimestampNtz(vector.values<int64_t>()[row]);
    case TypeKind::kBinary: return builder.appendBinary(vector.values<StringView>()[row].view());
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar: return builder.appendString(vector.values<StringView>()[row].view());
    case TypeKind::kVariant: return builder.appendVariant(VariantReader::of(vector.values<StringView>()[row].view()));
    case TypeKind::kArray: {
      const ListEntry entry = vector.values<ListEntry>()[row];
      const size_t start = builder.position();
      std::vector<size_t> offsets;
      for (int32_t i = 0; i < entry.length; ++i) {
        offsets.push_back(builder.position() - start);
        appendAsVariant(*vector.children()[0], entry.offset + i, builder);
      }
      return builder.finishArray(start, offsets);
    }
    case TypeKind::kMap: {
      const ListEntry entry = vector.values<ListEntry>()[row];
      const size_t start = builder.position();
      const columnar::VectorReader<StringView> keys(*vector.children()[0]);
      std::vector<VariantBuilder::Field> fields;
      for (int32_t i = 0; i < entry.length; ++i) {
        const std::string_view key = keys[entry.offset + i].view();
        fields.push_back({key, builder.addName(key), builder.position() - start});
        appendAsVariant(*vector.children()[1], entry.offset + i, builder);
      }
      std::string duplicate;
      builder.finishObject(start, fields, duplicate);
      return;
    }
    case TypeKind::kStruct: {
      const size_t start = builder.position();
      std::vector<VariantBuilder::Field> fields;
      for (size_t i = 0; i < type.fields().size(); ++i) {
        const std::string& name = type.fields()[i].name;
        fields.push_back({name, builder.addName(name), builder.position() - start});
        appendAsVariant(*vector.children()[i], row, builder);
      }
      std::string duplicate;
      builder.finishObject(start, fields, duplicate);
      return;
    }
    default: return builder.appendNull();  // types that canCastVariant refuses
  }
}

Error VariantConversion::error(const VariantReader& variant, const DataType& target) const {
  std::string value;
  appendVariantJson(variant, zone_, value);
  return Error(condition::kInvalidVariantCast).with("value", value).with("dataType", "\"" + target.sql() + "\"");
}

bool VariantConversion::append(const VariantReader& variant, VectorBuilder& builder) {
  const DataType& type = builder.type();
  if (type.is(TypeKind::kVariant)) {
    builder.appendString(std::string(variant.metadata()) + std::string(variant.value()));
    return true;
  }
  const VariantKind kind = variant.kind();
  if (kind == VariantKind::kNull) {
    builder.appendNull();
    return true;
  }
  const bool fits = kind != VariantKind::kMalformed && (type.isNested() ? appendNested(variant, builder) : appendScalar(variant, builder));
  if (!fits) builder.appendNull();
  return fits;
}

// False: nothing was appended to the builder itself.
bool VariantConversion::appendNested(const VariantReader& variant, VectorBuilder& builder) {
  const DataType& type = builder.type();
  const bool isArray = variant.kind() == VariantKind::kArray;
  if (type.is(TypeKind::kArray) ? !isArray : variant.kind() != VariantKind::kObject) return false;
  const size_t count = variant.size();
  bool fits = true;
  if (type.is(TypeKind::kStruct)) {
    for (size_t i = 0; i < type.fields().size(); ++i) {
      const auto field = variant.field(type.fields()[i].name);
      if (field) {
        fits = append(*field, builder.child(i)) && fits;
      } else {
        builder.child(i).appendNull();
      }
    }
    builder.appendStruct();
    return fits || !strict_;
  }
  for (size_t i = 0; i < count; ++i) {
    if (!isArray) builder.child(0).appendString(variant.name(i));
    fits = append(variant.member(i), builder.child(isArray ? 0 : 1)) && fits;
  }
  builder.appendList(static_cast<int32_t>(count));
  return fits || !strict_;
}

bool VariantConversion::appendScalar(const VariantReader& variant, VectorBuilder& builder) {
  const DataType& type = builder.type();
  const VariantKind kind = variant.kind();
  if (kind == VariantKind::kObject || kind == VariantKind::kArray) {
    if (!type.isStringLike()) return false;
    std::string json;
    appendVariantJson(variant, zone_, json);
    builder.appendString(json);
    return true;
  }
  if (kind == VariantKind::kString && type.is(TypeKind::kString)) {
    builder.appendString(variant.asBytes());
    return true;
  }
  if (kind == VariantKind::kLong) {
    const int64_t value = variant.asLong();
    switch (type.kind()) {
      case TypeKind::kByte: return appendWhole<int8_t>(value, builder);
      case TypeKind::kShort: return appendWhole<int16_t>(value, builder);
      case TypeKind::kInteger: return appendWhole<int32_t>(value, builder);
      case TypeKind::kLong: return appendWhole<int64_t>(value, builder);
      case TypeKind::kDouble: builder.appendFixed(static_cast<double>(value)); return true;
      case TypeKind::kTimestamp: {
        int64_t micros = 0;
        if (__builtin_mul_overflow(value, kMicrosPerSecond, &micros)) return false;
        builder.appendFixed(micros);
        return true;
      }
      default: break;
    }
  }
  const auto [from, value] = literalOf(variant);
  return appendByCast(from, value, builder);
}

bool VariantConversion::appendByCast(const DataType& from, const Value& value, VectorBuilder& builder) {
  if (from.is(TypeKind::kDecimal) && builder.type().is(TypeKind::kTimestamp)) {
    // Seconds beyond the range of timestamps are none.
    const int128_t seconds = value.asDecimal() / powerOfTen(from.scale());
    constexpr int64_t kMostSeconds = std::numeric_limits<int64_t>::max() / kMicrosPerSecond;
    if (seconds > kMostSeconds || seconds < -kMostSeconds) return false;
  }
  const VectorPtr input = ColumnVector::constant(from, value, 1)->base();
  if (from.sameType(builder.type())) {
    builder.appendFrom(*input, 0);
    return true;
  }
  if (!canCast(from, builder.type(), true)) return false;
  EvaluationOptions options;
  options.timeZone = zone_.id();
  const auto binding = bindCast(from, builder.type(), CastMode::kTry, options);
  if (!binding.isOk()) return false;
  ResultBuffer result(builder.type(), 1);
  RowErrors errors;
  Status failure;
  const VectorPtr arguments[] = {input};
  binding.value().kernel(KernelArgs({.arguments = arguments,
                                     .active = ActiveRows(1),
                                     .result = result,
                                     .errors = errors,
                                     .data = binding.value().data.get(),
                                     .failure = &failure}));
  if (!errors.isEmpty() || !failure.isOk()) return false;
  const VectorPtr output = result.finish();
  if (output->isNull(0)) return false;
  builder.appendFrom(*output, 0);
  return true;
}

}  // namespace flint::expr
