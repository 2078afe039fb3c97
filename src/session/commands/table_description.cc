#include "session/commands/table_description.h"

#include <algorithm>
#include <ctime>

#include "analysis/metric_view.h"
#include "catalog/redaction.h"
#include "session/show_string.h"

namespace flint::session {
namespace {

using catalog::CatalogTable;

}  // namespace

std::string timeText(int64_t ms) {
  const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  std::strftime(text, sizeof text, "%a %b %d %H:%M:%S UTC %Y", &parts);
  return text;
}

namespace {

std::string escapedText(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string literal(const std::string& text) { return "'" + escapedText(text) + "'"; }

std::string identifier(const std::string& name) { return needsQuoting(name) ? quoteIdentifier(name) : name; }

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + identifier(name);
  return out;
}

std::string clause(const char* word, const std::map<std::string, std::string>& options) {
  if (options.empty()) return "";
  std::string out;
  for (const auto& [key, value] : options) out += (out.empty() ? "" : ",\n") + ("  " + literal(key)) + " = " + literal(redacted(key, value));
  return std::string(word) + " (\n" + out + ")\n";
}

// The type as SHOW CREATE TABLE writes it: strings with their collation.
std::string typeText(const DataType& type) {
  const std::string sql = type.sql();
  return type.isStringLike() && type.collation() == 0 ? sql + " COLLATE UTF8_BINARY" : sql;
}

std::string createView(const CatalogTable& view) {
  std::string columns;
  for (const StructField& column : view.schema) {
    columns += (columns.empty() ? "  " : ",\n  ") + identifier(column.name);
    if (hasComment(column.metadata)) columns += " COMMENT " + literal(commentOf(column.metadata));
  }
  std::string out = "CREATE VIEW " + identifier(view.database) + "." + identifier(view.name) + " (\n" + columns + ")\n";
  if (!view.comment.empty()) out += "COMMENT " + literal(view.comment) + "\n";
  if (!view.collation.empty()) out += "DEFAULT COLLATION " + view.collation + "\n";
  out += clause("TBLPROPERTIES", view.properties);
  if (!view.viewSchemaMode.empty()) out += "WITH SCHEMA " + view.viewSchemaMode + "\n";
  return out + "AS " + view.viewText + "\n";
}

}  // namespace

bool hasComment(const std::string& metadata) { return metadata.find("\"comment\":\"") != std::string::npos; }

std::string commentOf(const std::string& metadata) {
  constexpr std::string_view kKey = "\"comment\":\"";
  const size_t start = metadata.find(kKey);
  if (start == std::string::npos) return "";
  std::string out;
  for (size_t i = start + kKey.size(); i < metadata.size() && metadata[i] != '"'; ++i) {
    if (metadata[i] != '\\' || i + 1 == metadata.size()) {
      out += metadata[i];
      continue;
    }
    const char c = metadata[++i];
    out += c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
  }
  return out;
}

std::string redacted(const std::string& key, const std::string& value) { return catalog::Redaction::standard().shown(key, value); }

std::string optionsText(const std::map<std::string, std::string>& options) {
  std::string out;
  for (const auto& [key, value] : options) out += (out.empty() ? "" : ", ") + key + "=" + redacted(key, value);
  return "[" + out + "]";
}

std::string columnsText(const std::vector<std::string>& columns) {
  std::string out;
  for (const std::string& column : columns) out += (out.empty() ? "" : ", ") + quoteIdentifier(column);
  return "[" + out + "]";
}

std::string schemaTree(const StructFields& schema) { return schemaTreeString(DataType::structType(schema), 0); }

DescriptionLines describeTable(const CatalogTable& table) {
  DescriptionLines lines;
  lines.emplace_back("Catalog", table.catalog);
  lines.emplace_back("Database", table.database);
  lines.emplace_back("Table", table.name);
  if (!table.owner.empty()) lines.emplace_back("Owner", table.owner);
  lines.emplace_back("Created Time", timeText(table.createTimeMs));
  lines.emplace_back("Last Access", "UNKNOWN");
  lines.emplace_back("Created By", "Spark 4.2.0");
  const bool view = table.type == CatalogTable::Type::kView;
  const bool metric = analysis::isMetricView(table);
  lines.emplace_back("Type", metric ? "METRIC_VIEW" : view ? "VIEW" : table.type == CatalogTable::Type::kManaged ? "MANAGED" : "EXTERNAL");
  if (!view && !table.provider.empty()) lines.emplace_back("Provider", table.provider);
  if (table.numBuckets > 0) {
    lines.emplace_back("Num Buckets", std::to_string(table.numBuckets));
    lines.emplace_back("Bucket Columns", columnsText(table.bucketColumns));
    lines.emplace_back("Sort Columns", columnsText(table.sortColumns));
  }
  if (!table.comment.empty()) lines.emplace_back("Comment", table.comment);
  if (!table.collation.empty()) lines.emplace_back("Collation", table.collation);
  if (metric) {
    lines.emplace_back("View Text", table.viewText);
    lines.emplace_back("Language", "YAML");
  } else if (view) {
    lines.emplace_back("View Text", table.viewText);
    lines.emplace_back("View Original Text", table.viewText);
    if (!table.viewSchemaMode.empty()) lines.emplace_back("View Schema Mode", table.viewSchemaMode);
    lines.emplace_back("View Catalog and Namespace", catalog::joined(table.viewNamespace));
    lines.emplace_back("View Query Output Columns", columnsText(table.viewQueryColumns));
  }
  if (!table.properties.empty()) lines.emplace_back("Table Properties", optionsText(table.properties));
  if (table.statisticsBytes >= 0) {
    std::string text = std::to_string(table.statisticsBytes) + " bytes";
    if (table.statisticsRows >= 0) text += ", " + std::to_string(table.statisticsRows) + " rows";
    lines.emplace_back("Statistics", std::move(text));
  }
  if (!view) lines.emplace_back("Location", table.location.starts_with("/") ? "file:" + table.location : table.location);
  if (!table.options.empty()) lines.emplace_back("Storage Properties", optionsText(table.options));
  if (!table.partitionColumns.empty()) lines.emplace_back("Partition Provider", "Catalog");
  return lines;
}

DescriptionLines describeTempView(const std::string& name, const std::string& text, const StructFields& schema, const std::string& schemaMode) {
  std::vector<std::string> columns;
  for (const StructField& column : schema) columns.push_back(column.name);
  DescriptionLines lines;
  lines.emplace_back("Table", name);
  lines.emplace_back("Created Time", timeText(0));
  lines.emplace_back("Last Access", "UNKNOWN");
  lines.emplace_back("Created By", "Spark 4.2.0");
  lines.emplace_back("Type", "VIEW");
  if (!text.empty()) lines.emplace_back("View Text", text);
  if (!schemaMode.empty()) lines.emplace_back("View Schema Mode", schemaMode);
  if (!text.empty()) {
    lines.emplace_back("View Catalog and Namespace", "spark_catalog.default");
    lines.emplace_back("View Query Output Columns", columnsText(columns));
  }
  return lines;
}

std::string createStatement(const CatalogTable& table) {
  if (table.type == CatalogTable::Type::kView) return createView(table);
  std::string columns;
  for (const StructField& column : table.schema) {
    columns += (columns.empty() ? "  " : ",\n  ") + identifier(column.name) + " " + typeText(column.type);
    if (!column.nullable) columns += " NOT NULL";
    if (const auto found = table.columnDefaults.find(column.name); found != table.columnDefaults.end()) columns += " DEFAULT " + found->second;
    if (hasComment(column.metadata)) columns += " COMMENT " + literal(commentOf(column.metadata));
  }
  std::string out = "CREATE TABLE " + identifier(table.catalog) + "." + identifier(table.database) + "." + identifier(table.name) + " (\n" + columns + ")\n";
  out += "USING " + table.provider + "\n";
  out += clause("OPTIONS", table.options);
  if (!table.partitionColumns.empty()) out += "PARTITIONED BY (" + listed(table.partitionColumns) + ")\n";
  if (!table.clusterColumns.empty()) out += "CLUSTER BY (" + listed(table.clusterColumns) + ")\n";
  if (table.numBuckets > 0) {
    out += "CLUSTERED BY (" + listed(table.bucketColumns) + ")\n";
    if (!table.sortColumns.empty()) out += "SORTED BY (" + listed(table.sortColumns) + ")\n";
    out += "INTO " + std::to_string(table.numBuckets) + " BUCKETS\n";
  }
  if (!table.collation.empty()) out += "DEFAULT COLLATION " + table.collation + "\n";
  if (table.type == CatalogTable::Type::kExternal) out += "LOCATION '" + escapedText(table.location.starts_with("/") ? "file:" + table.location : table.location) + "'\n";
  if (!table.comment.empty()) out += "COMMENT " + literal(table.comment) + "\n";
  return out + clause("TBLPROPERTIES", table.properties);
}

}  // namespace flint::session
