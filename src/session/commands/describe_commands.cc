// DESCRIBE: tables, views, queries, functions, databases.
#include <algorithm>

#include "plan/logical/session_commands.h"
#include "session/commands/command_context.h"
#include "session/commands/sql_function_description.h"
#include "session/commands/table_description.h"
#include "session/commands/table_partitions.h"

namespace flint::session {
namespace {

CommandResult columnTable() {
  return CommandResult({textColumn("col_name"), textColumn("data_type"), {"comment", DataType::string(), true}});
}

void addColumn(CommandResult& result, const std::string& name, const DataType& type, const std::string& metadata) {
  result.add({Value::string(name), Value::string(type.simpleString()), hasComment(metadata) ? Value::string(commentOf(metadata)) : Value::null()});
}

void addLine(CommandResult& result, const std::string& name, const std::string& value, const std::string& comment = "") {
  result.add({Value::string(name), Value::string(value), Value::string(comment)});
}

void addSection(CommandResult& result, const std::string& title) {
  addLine(result, "", "");
  addLine(result, title, "");
}

void addDefaults(CommandResult& result, const catalog::CatalogTable& table) {
  if (table.columnDefaults.empty()) return;
  addSection(result, "# Column Default Values");
  for (const StructField& column : table.schema) {
    const auto found = table.columnDefaults.find(column.name);
    if (found != table.columnDefaults.end()) addLine(result, column.name, column.type.simpleString(), found->second);
  }
}

Status addPartition(CommandResult& result, const SparkSession& session, const catalog::CatalogTable& table, const plan::Options& written, bool extended) {
  if (table.partitionColumns.empty()) return withoutPartitions(table, "DESC PARTITION");
  ASSIGN_OR_RETURN(const PartitionSpec spec, normalizedSpec(session, table, written));
  if (spec.size() != table.partitionColumns.size()) return incompleteSpec(table, spec);
  ASSIGN_OR_RETURN(const std::vector<PartitionSpec> partitions, listPartitions(table));
  if (std::find(partitions.begin(), partitions.end(), spec) == partitions.end()) return partitionsNotFound(table, spec);
  if (!extended) return Status::ok();
  std::string values;
  for (const auto& [key, value] : spec) values += (values.empty() ? "" : ", ") + key + "=" + value;
  addSection(result, "# Detailed Partition Information");
  addLine(result, "Database", table.database);
  addLine(result, "Table", table.name);
  addLine(result, "Partition Values", "[" + values + "]");
  const std::string location = "file:" + partitionLocation(table, spec);
  addLine(result, "Location", location);
  if (!table.options.empty()) addLine(result, "Storage Properties", optionsText(table.options));
  addLine(result, "Created Time", "UNKNOWN");
  addLine(result, "Last Access", "UNKNOWN");
  if (table.analyzedPartitions.contains(partitionPath(spec))) addLine(result, "Partition Statistics", table.analyzedPartitions.at(partitionPath(spec)));
  addSection(result, "# Storage Information");
  if (table.numBuckets > 0) {
    addLine(result, "Num Buckets", std::to_string(table.numBuckets));
    addLine(result, "Bucket Columns", columnsText(table.bucketColumns));
    addLine(result, "Sort Columns", columnsText(table.sortColumns));
  }
  addLine(result, "Location", location);
  if (!table.options.empty()) addLine(result, "Storage Properties", optionsText(table.options));
  return Status::ok();
}

// DESCRIBE TABLE t c; `statistics` is null where only the column is to be shown.
CommandOutcome describeColumn(SparkSession& session, const StructFields& schema, const std::vector<std::string>& column, const std::string& table,
                              const std::map<std::string, catalog::CatalogColumnStatistics>* statistics) {
  if (column.size() > 1) {
    const auto base = std::find_if(schema.begin(), schema.end(), [&](const StructField& field) { return session.catalog().folded(field.name) == session.catalog().folded(column[0]); });
    if (base != schema.end() && !base->type.isNested()) {
      return Error(condition::kInvalidExtractBaseFieldType).with("base", "\"" + column[0] + "\"").with("other", "\"" + base->type.sql() + "\"").as(ErrorFamily::kAnalysis);
    }
  }
  const auto found = std::find_if(schema.begin(), schema.end(), [&](const StructField& field) { return session.catalog().folded(field.name) == session.catalog().folded(column.back()); });
  if (column.size() > 1 && found != schema.end()) {
    return Error(condition::kUnsupportedFeatureTableOperation).with("tableName", table).with("operation", "DESC TABLE COLUMN of nested fields").as(ErrorFamily::kAnalysis);
  }
  if (found == schema.end()) {
    return Error(condition::kColumnNotFound).with("colName", catalog::quoted(column)).with("caseSensitiveConfig", "\"spark.sql.caseSensitive\"").as(ErrorFamily::kAnalysis);
  }
  CommandResult result({textColumn("info_name"), textColumn("info_value")});
  result.addTexts({"col_name", found->name});
  result.addTexts({"data_type", found->type.simpleString()});
  result.addTexts({"comment", hasComment(found->metadata) ? commentOf(found->metadata) : "NULL"});
  if (statistics == nullptr) return result.plan();
  const auto known = statistics->find(found->name);
  const catalog::CatalogColumnStatistics values = known == statistics->end() ? catalog::CatalogColumnStatistics() : known->second;
  const auto number = [](int64_t value) { return value < 0 ? std::string("NULL") : std::to_string(value); };
  result.addTexts({"min", values.min.value_or("NULL")});
  result.addTexts({"max", values.max.value_or("NULL")});
  result.addTexts({"num_nulls", number(values.nullCount)});
  result.addTexts({"distinct_count", number(values.distinctCount)});
  result.addTexts({"avg_col_len", number(values.averageLength)});
  result.addTexts({"max_col_len", number(values.maxLength)});
  result.addTexts({"histogram", "NULL"});
  return result.plan();
}

CommandOutcome describeRelation(const SparkSessionPtr& session, const plan::DescribeRelation& node) {
  ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(*session, node.name));
  if (node.asJson && !node.column.empty()) return Error(condition::kUnsupportedFeatureDescTableColumnJson).as(ErrorFamily::kParse);
  if (node.asJson && !node.extended) return Error(condition::kDescribeJsonNotExtended).with("tableName", catalog::joined(name)).as(ErrorFamily::kAnalysis);
  ASSIGN_OR_RETURN(const auto found, session->catalog().lookup(name));
  if (!found.has_value()) return tableOrViewNotFound(*session, name);
  const bool view = found->tempView.has_value() || found->table->type == catalog::CatalogTable::Type::kView;
  if (view && !node.partition.empty()) {
    return Error(condition::kForbiddenOperation).with("statement", "DESC PARTITION").with("objectType", found->tempView.has_value() ? "TEMPORARY VIEW" : "VIEW").with("objectName", catalog::quoted(found->qualifier)).as(ErrorFamily::kAnalysis);
  }
  CommandResult result = columnTable();
  static const std::map<std::string, catalog::CatalogColumnStatistics> nothingKnown;
  if (found->tempView.has_value()) {
    StructFields schema;
    for (const auto& column : found->tempView->plan->output()) schema.push_back({column->name, column->dataType(), column->nullable(), column->metadata});
    if (!node.column.empty()) return describeColumn(*session, schema, node.column, catalog::quoted(found->qualifier), node.extended ? &nothingKnown : nullptr);
    if (node.asJson) return notInFlint("DESCRIBE AS JSON of a temporary view");
    for (const StructField& column : schema) addColumn(result, column.name, column.type, column.metadata);
    return result.plan();
  }
  catalog::CatalogTable table = *found->table;
  if (!node.column.empty()) return describeColumn(*session, table.schema, node.column, catalog::quoted(found->qualifier), node.extended ? &table.columnStatistics : nullptr);
  if (node.asJson) {
    PartitionSpec spec;
    if (!node.partition.empty()) {
      RETURN_IF_ERROR(addPartition(result, *session, table, node.partition, false));
      ASSIGN_OR_RETURN(spec, normalizedSpec(*session, table, node.partition));
    }
    CommandResult json({textColumn("json_metadata")});
    json.addTexts({tableJson(table, spec)});
    return json.plan();
  }
  for (const StructField& column : table.schema) addColumn(result, column.name, column.type, column.metadata);
  if (!table.partitionColumns.empty()) {
    addLine(result, "# Partition Information", "");
    addLine(result, "# col_name", "data_type", "comment");
    for (const StructField& column : table.schema) {
      const auto& keys = table.partitionColumns;
      if (std::find(keys.begin(), keys.end(), column.name) != keys.end()) addColumn(result, column.name, column.type, column.metadata);
    }
  }
  if (!table.clusterColumns.empty()) {
    addLine(result, "# Clustering Information", "");
    addLine(result, "# col_name", "data_type", "comment");
    for (const std::string& key : table.clusterColumns) {
      const auto column = std::find_if(table.schema.begin(), table.schema.end(), [&](const StructField& field) { return field.name == key; });
      if (column != table.schema.end()) addColumn(result, column->name, column->type, column->metadata);
    }
  }
  if (!node.partition.empty()) {
    RETURN_IF_ERROR(addPartition(result, *session, table, node.partition, node.extended));
    return result.plan();
  }
  if (node.extended) {
    addSection(result, "# Detailed Table Information");
    for (const auto& [key, value] : describeTable(table)) addLine(result, key, value);
  }
  addDefaults(result, table);
  return result.plan();
}

struct FunctionText {
  std::string usage;
  std::string arguments;
  std::string since;
  std::vector<expr::Example> examples;
};

// What DESCRIBE FUNCTION EXTENDED adds.
std::string extendedUsage(const FunctionText& text) {
  std::string out = "Extended Usage:";
  if (!text.arguments.empty()) out += "\n    Arguments:\n      " + text.arguments + "\n  ";
  if (!text.examples.empty()) {
    out += "\n    Examples:\n";
    for (const expr::Example& example : text.examples) out += "      > " + std::string(example.sql) + ";\n       " + std::string(example.result) + "\n";
    out += "  ";
  }
  return out + "\n    Since: " + text.since + "\n";
}

FunctionText textOf(const expr::FunctionRegistry::Entry& entry) {
  return std::visit(
      [](const auto& function) -> FunctionText {
        if constexpr (std::is_same_v<std::decay_t<decltype(function)>, std::monostate>) {
          return {};
        } else {
          return {std::string(function->usage), std::string(function->arguments), std::string(function->since), {function->examples.begin(), function->examples.end()}};
        }
      },
      entry);
}

CommandOutcome describeFunction(SparkSession& session, const plan::DescribeFunction& node) {
  ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(session, node.name));
  if (const catalog::SqlFunctionPtr function = session.catalog().findFunction(name)) {
    CommandResult result({textColumn("function_desc")});
    for (const std::string& line : describeSqlFunction(*function, node.extended)) result.addTexts({line});
    return result.plan();
  }
  std::string key = name.back();
  for (char& c : key) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  const auto entry = session.catalog().functions().find(key);
  if (std::holds_alternative<std::monostate>(entry)) {
    if (session.catalog().folded(name[0]) != "system") RETURN_IF_ERROR(session.catalog().fullName(name));
    return Error(condition::kUnresolvedRoutine)
        .with("routineName", catalog::quoted(name))
        .with("searchPath", "[`system`.`builtin`, `system`.`session`, `spark_catalog`." + quoteIdentifier(session.catalog().currentDatabase()) + "]")
        .as(ErrorFamily::kAnalysis);
  }
  const FunctionText text = textOf(entry);
  CommandResult result({textColumn("function_desc")});
  result.addTexts({"Function: " + key});
  result.addTexts({"Usage: " + text.usage});
  if (node.extended) result.addTexts({extendedUsage(text)});
  return result.plan();
}

}  // namespace

CommandOutcome runDescribeCommand(const SparkSessionPtr& session, const LogicalPlanPtr& command) {
  if (const auto* node = command->as<plan::DescribeRelation>()) return describeRelation(session, *node);
  if (const auto* node = command->as<plan::DescribeFunction>()) return describeFunction(*session, *node);
  if (const auto* node = command->as<plan::DescribeQuery>()) {
    ASSIGN_OR_RETURN(const LogicalPlanPtr query, analyzedQuery(session, node->query));
    CommandResult result = columnTable();
    for (const auto& column : query->output()) addColumn(result, column->name, column->dataType(), column->metadata);
    return result.plan();
  }
  if (const auto* node = command->as<plan::DescribeNamespace>()) {
    ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(*session, node->name));
    ASSIGN_OR_RETURN(const auto place, session->catalog().findNamespace(name));
    ASSIGN_OR_RETURN(const catalog::CatalogDatabase database, place.plugin->database(place.database));
    CommandResult result({textColumn("info_name"), textColumn("info_value")});
    result.addTexts({"Catalog Name", place.catalog});
    result.addTexts({"Namespace Name", database.name});
    result.addTexts({"Comment", database.comment});
    const auto collation = database.properties.find("collation");
    if (collation != database.properties.end()) result.addTexts({"Collation", collation->second});
    result.addTexts({"Location", database.location.starts_with("/") ? "file:" + database.location : database.location});
    const auto owner = database.properties.find("owner");
    result.addTexts({"Owner", owner != database.properties.end() ? owner->second : session->conf().get("spark.flint.user", "flint")});
    if (node->extended) {
      std::string properties;
      for (const auto& [key, value] : database.properties) {
        if (key != "collation" && key != "owner") properties += (properties.empty() ? "(" : ", (") + key + "," + redacted(key, value) + ")";
      }
      result.addTexts({"Properties", properties.empty() ? "" : "(" + properties + ")"});
    }
    return result.plan();
  }
  return LogicalPlanPtr();
}

}  // namespace flint::session
