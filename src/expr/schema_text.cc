#include "expr/schema_text.h"

#include "types/type_json.h"

namespace flint::expr {
namespace {

SchemaTextReader& schemaTextReader() {
  static SchemaTextReader reader;
  return reader;
}

}  // namespace

void setSchemaTextReader(const SchemaTextReader& reader) { schemaTextReader() = reader; }

Result<DataType> readType(std::string_view text) {
  if (schemaTextReader().type == nullptr) return internalError("no reader of types is set");
  return schemaTextReader().type(text);
}

Result<DataType> readTypeOrSchema(std::string_view text) {
  const SchemaTextReader& reader = schemaTextReader();
  if (reader.type == nullptr) return internalError("no reader of types is set");
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return Error(condition::kParseEmptyStatement);
  auto type = reader.type(text);
  if (type.isOk()) return type;
  auto schema = reader.tableSchema(text);
  if (schema.isOk()) return schema;
  auto json = dataTypeFromJson(text);
  if (json.isOk()) return json;
  return type;
}

DataType asNullable(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kArray: return DataType::array(asNullable(type.elementType()), true);
    case TypeKind::kMap: return DataType::map(asNullable(type.keyType()), asNullable(type.valueType()), true);
    case TypeKind::kStruct: {
      StructFields fields = type.fields();
      for (StructField& field : fields) {
        field.type = asNullable(field.type);
        field.nullable = true;
      }
      return DataType::structType(std::move(fields));
    }
    default: return type;
  }
}

}  // namespace flint::expr
