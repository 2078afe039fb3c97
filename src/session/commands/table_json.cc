// DESCRIBE ... AS JSON.
#include <fmt/core.h>

#include <algorithm>

#include "session/commands/table_description.h"

namespace flint::session {
namespace {

using catalog::CatalogTable;

std::string quotedJson(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

/// Members of a JSON object, as they come.
class JsonObject {
 public:
  void raw(const std::string& key, const std::string& value) { text_ += (text_.empty() ? "" : ",") + quotedJson(key) + ":" + value; }
  void text(const std::string& key, const std::string& value) { raw(key, quotedJson(value)); }
  void texts(const std::string& key, const std::vector<std::string>& values) {
    std::string all;
    for (const std::string& value : values) all += (all.empty() ? "" : ",") + quotedJson(value);
    raw(key, "[" + all + "]");
  }
  void options(const std::string& key, const std::map<std::string, std::string>& values) {
    JsonObject inner;
    for (const auto& [name, value] : values) inner.text(name, redacted(name, value));
    raw(key, inner.str());
  }
  std::string str() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

std::string fieldsJson(const StructFields& fields, const std::map<std::string, std::string>* defaults);

std::string typeJson(const DataType& type) {
  JsonObject out;
  switch (type.kind()) {
    case TypeKind::kString: {
      const std::string sql = type.sql();
      const size_t collate = sql.find(" COLLATE ");
      out.text("name", "string");
      out.text("collation", collate == std::string::npos ? "UTF8_BINARY" : sql.substr(collate + 9));
      break;
    }
    case TypeKind::kDecimal:
      out.text("name", "decimal");
      out.raw("precision", std::to_string(type.precision()));
      out.raw("scale", std::to_string(type.scale()));
      break;
    case TypeKind::kArray:
      out.text("name", "array");
      out.raw("element_type", typeJson(type.elementType()));
      out.raw("element_nullable", "true");
      break;
    case TypeKind::kMap:
      out.text("name", "map");
      out.raw("key_type", typeJson(type.keyType()));
      out.raw("value_type", typeJson(type.valueType()));
      out.raw("value_nullable", "true");
      break;
    case TypeKind::kStruct:
      out.text("name", "struct");
      out.raw("fields", fieldsJson(type.fields(), nullptr));
      break;
    case TypeKind::kTimestamp: out.text("name", "timestamp_ltz"); break;
    default: out.text("name", type.simpleString()); break;
  }
  return out.str();
}

std::string fieldsJson(const StructFields& fields, const std::map<std::string, std::string>* defaults) {
  std::string all;
  for (const StructField& field : fields) {
    JsonObject one;
    one.text("name", field.name);
    one.raw("type", typeJson(field.type));
    one.raw("nullable", field.nullable ? "true" : "false");
    if (hasComment(field.metadata)) one.text("comment", commentOf(field.metadata));
    if (defaults != nullptr && defaults->contains(field.name)) one.text("default", defaults->at(field.name));
    all += (all.empty() ? "" : ",") + one.str();
  }
  return "[" + all + "]";
}

void addBuckets(JsonObject& out, const CatalogTable& table) {
  if (table.numBuckets == 0) return;
  out.raw("num_buckets", std::to_string(table.numBuckets));
  out.texts("bucket_columns", table.bucketColumns);
  out.texts("sort_columns", table.sortColumns);
}

}  // namespace

std::string tableJson(const CatalogTable& table, const std::vector<std::pair<std::string, std::string>>& partition) {
  const bool view = table.type == CatalogTable::Type::kView;
  JsonObject out;
  out.text("table_name", table.name);
  out.text("catalog_name", table.catalog);
  out.texts("namespace", {table.database});
  out.text("schema_name", table.database);
  out.raw("columns", fieldsJson(table.schema, &table.columnDefaults));
  std::string location = table.location.starts_with("/") ? "file:" + table.location : table.location;
  if (!partition.empty()) {
    JsonObject values;
    for (const auto& [key, value] : partition) {
      values.text(key, value);
      location += "/" + key + "=" + value;
    }
    out.raw("partition_values", values.str());
  } else {
    addBuckets(out, table);
  }
  if (!view) out.text("location", location);
  if (!table.options.empty()) out.options("storage_properties", table.options);
  out.text("created_time", "1970-01-01T00:00:00Z");
  out.text("last_access", "UNKNOWN");
  out.text("created_by", "Spark 4.2.0");
  out.text("type", view ? "VIEW" : table.type == CatalogTable::Type::kManaged ? "MANAGED" : "EXTERNAL");
  if (!view) out.text("provider", table.provider);
  if (!partition.empty()) addBuckets(out, table);
  if (!table.comment.empty()) out.text("comment", table.comment);
  if (view) {
    out.text("view_text", table.viewText);
    out.text("view_original_text", table.viewText);
    if (!table.viewSchemaMode.empty()) out.text("view_schema_mode", table.viewSchemaMode);
    out.text("view_catalog_and_namespace", catalog::joined(table.viewNamespace));
    out.texts("view_query_output_columns", table.viewQueryColumns);
  }
  if (!table.properties.empty()) out.options("table_properties", table.properties);
  if (!table.partitionColumns.empty()) {
    out.text("partition_provider", "Catalog");
    out.texts("partition_columns", table.partitionColumns);
  }
  out.text("collation", table.collation.empty() ? "UTF8_BINARY" : table.collation);
  return out.str();
}

}  // namespace flint::session
