#include "sources/parquet/file_schema.h"

#include <strings.h>

#include <optional>

namespace flint::sources {
namespace {

using Kind = Annotation::Kind;

SchemaNode buildNode(const FileFooter& footer, size_t& next, int32_t& leaves, int16_t definition, int16_t repetition) {
  SchemaNode node;
  node.element = &footer.schema[next++];
  const bool isRoot = next == 1;
  if (!isRoot && node.element->repetition != Repetition::kRequired) ++definition;
  if (!isRoot && node.element->repetition == Repetition::kRepeated) ++repetition;
  node.maxDefinition = definition;
  node.maxRepetition = repetition;
  if (!isRoot && node.element->type.has_value()) {
    node.leaf = leaves++;
    return node;
  }
  node.children.reserve(static_cast<size_t>(node.element->numChildren));
  for (int32_t i = 0; i < node.element->numChildren; ++i) node.children.push_back(buildNode(footer, next, leaves, definition, repetition));
  return node;
}

Error illegalType(const SchemaNode& node) { return Error(condition::kParquetTypeIllegal).with("parquetType", node.typeName()); }

Result<DataType> decimalType(const SchemaNode& node, int maxPrecision) {
  const Annotation& note = node.element->annotation;
  if (note.precision < 1 || note.precision > maxPrecision || note.scale < 0 || note.scale > note.precision) return illegalType(node);
  return DataType::decimal(note.precision, note.scale);
}

Result<DataType> leafType(const SchemaNode& node, const SchemaOptions& options) {
  const Annotation& note = node.element->annotation;
  const auto timestamp = [&] {
    return note.isAdjustedToUtc || !options.inferTimestampNtz ? DataType::timestamp() : DataType::timestampNtz();
  };
  switch (*node.element->type) {
    case ParquetType::kBoolean: return DataType::boolean();
    case ParquetType::kFloat: return DataType::float32();
    case ParquetType::kDouble: return DataType::float64();
    case ParquetType::kInt96: return DataType::timestamp();
    case ParquetType::kInt32:
      switch (note.kind) {
        case Kind::kNone:
        case Kind::kUnknown: return note.kind == Kind::kNone ? DataType::integer() : DataType::null();
        case Kind::kDate: return DataType::date();
        case Kind::kDecimal: return decimalType(node, 9);
        case Kind::kInteger:
          if (note.bitWidth == 8) return note.isSigned ? DataType::byte() : DataType::shortInt();
          if (note.bitWidth == 16) return note.isSigned ? DataType::shortInt() : DataType::integer();
          return note.isSigned ? DataType::integer() : DataType::bigint();
        default: return illegalType(node);
      }
    case ParquetType::kInt64:
      switch (note.kind) {
        case Kind::kNone: return DataType::bigint();
        case Kind::kDecimal: return decimalType(node, 18);
        case Kind::kInteger: return note.isSigned ? DataType::bigint() : DataType::decimal(20, 0);
        case Kind::kTimestamp:
          if (note.unit != Annotation::Unit::kNanos) return timestamp();
          return options.nanosAsLong ? Result<DataType>(DataType::bigint()) : Result<DataType>(illegalType(node));
        case Kind::kTime:
          return note.unit == Annotation::Unit::kMicros && !note.isAdjustedToUtc ? Result<DataType>(DataType::time(6)) : illegalType(node);
        default: return illegalType(node);
      }
    case ParquetType::kByteArray:
      switch (note.kind) {
        case Kind::kString:
        case Kind::kEnum:
        case Kind::kJson: return DataType::string();
        case Kind::kNone: return options.binaryAsString ? DataType::string() : DataType::binary();
        case Kind::kBson: return DataType::binary();
        case Kind::kDecimal: return decimalType(node, 38);
        default: return illegalType(node);
      }
    case ParquetType::kFixedLenByteArray:
      if (note.kind == Kind::kDecimal) return decimalType(node, 38);
      return note.kind == Kind::kNone || note.kind == Kind::kUuid ? Result<DataType>(DataType::binary()) : illegalType(node);
  }
  return illegalType(node);
}

bool isRepeated(const SchemaNode& node) { return node.element->repetition == Repetition::kRepeated; }

Result<DataType> typeOf(const SchemaNode& node, const SchemaOptions& options, bool insideRepeated) {
  if (isRepeated(node) && !insideRepeated) {  // a repeated field that is in no list: an array of itself
    ASSIGN_OR_RETURN(DataType element, typeOf(node, options, true));
    return DataType::array(std::move(element));
  }
  if (node.isLeaf()) return leafType(node, options);
  if (isListGroup(node)) {
    const ListLayers layers = listLayersOf(node);
    ASSIGN_OR_RETURN(DataType element, typeOf(*layers.element, options, layers.element == layers.repeated));
    return DataType::array(std::move(element));
  }
  if (isMapGroup(node)) {
    const SchemaNode& entry = node.children[0];
    ASSIGN_OR_RETURN(DataType key, typeOf(entry.children[0], options, false));
    ASSIGN_OR_RETURN(DataType value, typeOf(entry.children[1], options, false));
    return DataType::map(std::move(key), std::move(value));
  }
  ASSIGN_OR_RETURN(StructFields fields, sparkSchemaOf(node, options));
  return DataType::structType(std::move(fields));
}

}  // namespace

std::string SchemaNode::typeName() const {
  if (!element->type.has_value()) return "group";
  std::string name;
  switch (*element->type) {
    case ParquetType::kBoolean: name = "BOOLEAN"; break;
    case ParquetType::kInt32: name = "INT32"; break;
    case ParquetType::kInt64: name = "INT64"; break;
    case ParquetType::kInt96: name = "INT96"; break;
    case ParquetType::kFloat: name = "FLOAT"; break;
    case ParquetType::kDouble: name = "DOUBLE"; break;
    case ParquetType::kByteArray: name = "BINARY"; break;
    case ParquetType::kFixedLenByteArray: name = "FIXED_LEN_BYTE_ARRAY"; break;
  }
  return name;
}

SchemaNode schemaTreeOf(const FileFooter& footer) {
  size_t next = 0;
  int32_t leaves = 0;
  return buildNode(footer, next, leaves, 0, 0);
}

Result<DataType> sparkTypeOf(const SchemaNode& node, const SchemaOptions& options) { return typeOf(node, options, false); }

Result<StructFields> sparkSchemaOf(const SchemaNode& root, const SchemaOptions& options) {
  StructFields fields;
  fields.reserve(root.children.size());
  for (const SchemaNode& child : root.children) {
    ASSIGN_OR_RETURN(DataType type, sparkTypeOf(child, options));
    fields.push_back({.name = std::string(child.element->name), .type = std::move(type), .nullable = true});
  }
  return fields;
}

bool isListGroup(const SchemaNode& node) {
  return !node.isLeaf() && node.element->annotation.kind == Kind::kList && node.children.size() == 1 && isRepeated(node.children[0]);
}

bool isMapGroup(const SchemaNode& node) {
  const Kind kind = node.element->annotation.kind;
  return !node.isLeaf() && (kind == Kind::kMap || kind == Kind::kMapKeyValue) && node.children.size() == 1 && isRepeated(node.children[0]) &&
         node.children[0].children.size() == 2;
}

ListLayers listLayersOf(const SchemaNode& list) {
  const SchemaNode& repeated = list.children[0];
  const bool isElement = repeated.isLeaf() || repeated.children.size() != 1 || repeated.element->name == "array" ||
                         repeated.element->name == std::string(list.element->name) + "_tuple";
  return {&repeated, isElement ? &repeated : &repeated.children[0]};
}

const SchemaNode* findChild(const SchemaNode& group, const std::string& name, bool caseSensitive) {
  const SchemaNode* found = nullptr;
  for (const SchemaNode& child : group.children) {
    const std::string_view childName = child.element->name;
    if (childName == name) return &child;
    if (!caseSensitive && found == nullptr && childName.size() == name.size() &&
        strncasecmp(childName.data(), name.data(), name.size()) == 0) {
      found = &child;
    }
  }
  return found;
}

}  // namespace flint::sources
