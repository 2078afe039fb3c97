// SHOW: databases, tables, views, functions, columns, properties.
#include <algorithm>

#include "analysis/metric_view.h"
#include "plan/logical/session_commands.h"
#include "session/commands/command_context.h"
#include "session/commands/table_description.h"
#include "session/commands/table_partitions.h"

namespace flint::session {
namespace {

using Namespace = catalog::SessionCatalog::Namespace;

// The namespace a SHOW looks into. Errors: SCHEMA_NOT_FOUND.
Result<Namespace> namespaceOf(SparkSession& session, const plan::ObjectName& from) {
  ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(session, from));
  ASSIGN_OR_RETURN(Namespace place, session.catalog().findNamespace(name));
  const bool temporary = place.catalog == catalog::kSessionCatalog && place.database == session.catalog().globalTempDatabase();
  if (!temporary) RETURN_IF_ERROR(place.plugin->database(place.database));
  return place;
}

struct Listed {
  std::string database;
  std::string name;
  bool temporary = false;
  std::string catalog = catalog::kSessionCatalog;
};

Result<std::vector<Listed>> listTables(SparkSession& session, const plan::ObjectName& from, const std::string& pattern, bool onlyViews) {
  ASSIGN_OR_RETURN(const Namespace place, namespaceOf(session, from));
  const std::string& database = place.database;
  std::vector<Listed> out;
  catalog::SessionCatalog& catalog = session.catalog();
  if (onlyViews && place.catalog != catalog::kSessionCatalog) return Error(condition::kMissingCatalogAbilityViews).with("plugin", place.catalog).as(ErrorFamily::kAnalysis);
  if (database == catalog.globalTempDatabase()) {
    for (const catalog::TempView& view : catalog.globalTempViews().all()) {
      if (matchesPattern(view.name, pattern)) out.push_back({database, view.name, true});
    }
  } else {
    for (const std::string& name : place.plugin->tables(database)) {
      if (!matchesPattern(name, pattern)) continue;
      if (onlyViews) {
        const auto table = place.plugin->table(database, name);
        if (!table.isOk() || table.value().type != catalog::CatalogTable::Type::kView) continue;
      }
      out.push_back({database, name, false, place.catalog});
    }
  }
  if (place.catalog != catalog::kSessionCatalog) return out;
  for (const catalog::TempView& view : catalog.tempViews().all()) {
    if (matchesPattern(view.name, pattern)) out.push_back({"", view.name, true});
  }
  return out;
}

CommandOutcome show(SparkSession& session, const plan::ShowCommand& node) {
  const std::string pattern = node.pattern.value_or("*");
  switch (node.what) {
    case plan::ShowWhat::kTables:
    case plan::ShowWhat::kViews: {
      const bool views = node.what == plan::ShowWhat::kViews;
      CommandResult result({textColumn("namespace"), textColumn(views ? "viewName" : "tableName"), {"isTemporary", DataType::boolean(), false}});
      ASSIGN_OR_RETURN(const std::vector<Listed> tables, listTables(session, node.from, pattern, views));
      for (const Listed& each : tables) result.add({Value::string(each.database), Value::string(each.name), Value::boolean(each.temporary)});
      return result.plan();
    }
    case plan::ShowWhat::kNamespaces: {
      CommandResult result({textColumn("namespace")});
      ASSIGN_OR_RETURN(const std::vector<std::string> from, nameParts(session, node.from));
      catalog::SessionCatalog& catalog = session.catalog();
      std::string below;
      std::string chosen = catalog.currentCatalog();
      if (from.size() == 1 && catalog.isCatalog(from[0])) {
        chosen = catalog.folded(from[0]) == catalog::kSessionCatalog ? catalog::kSessionCatalog : from[0];
        if (chosen != catalog::kSessionCatalog) RETURN_IF_ERROR(catalog.findNamespace(from));
      } else if (!from.empty()) {
        ASSIGN_OR_RETURN(const Namespace place, namespaceOf(session, node.from));
        chosen = place.catalog;
        below = place.database + ".";
      }
      for (const catalog::CatalogDatabase& database : catalog.of(chosen).databases()) {
        if (database.name.starts_with(below) && matchesPattern(database.name, pattern)) result.addTexts({database.name});
      }
      return result.plan();
    }
    case plan::ShowWhat::kFunctions: {
      CommandResult result({textColumn("function")});
      ASSIGN_OR_RETURN(const Namespace place, namespaceOf(session, node.from));
      const std::string& database = place.database;
      std::vector<std::string> names;
      if (node.scope != "USER") {
        for (const std::string& name : session.catalog().functions().names()) {
          if (matchesPattern(name, pattern)) names.push_back(name);
        }
      }
      if (node.scope != "SYSTEM") {
        for (const auto* functions : {&session.catalog().temporaryFunctions(), &session.catalog().persistentFunctions()}) {
          for (const catalog::SqlFunctionPtr& function : functions->all()) {
            if (!function->temporary && function->name[1] != database) continue;
            if (matchesPattern(function->name.back(), pattern)) names.push_back(catalog::joined(function->name));
          }
        }
        std::sort(names.begin(), names.end());
      }
      for (const std::string& name : names) result.addTexts({name});
      return result.plan();
    }
    case plan::ShowWhat::kCatalogs: {
      CommandResult result({textColumn("catalog")});
      for (const std::string& name : session.catalog().catalogs()) {
        if (matchesPattern(name, pattern)) result.addTexts({name});
      }
      return result.plan();
    }
    case plan::ShowWhat::kCurrentNamespace: {
      CommandResult result({textColumn("catalog"), textColumn("namespace")});
      result.addTexts({session.catalog().currentCatalog(), session.catalog().currentDatabase()});
      return result.plan();
    }
    case plan::ShowWhat::kProcedures:
      return Error(condition::kMissingCatalogAbilityProcedures).with("plugin", session.catalog().currentCatalog()).as(ErrorFamily::kAnalysis);
    case plan::ShowWhat::kVariables:
    case plan::ShowWhat::kCollations: break;
  }
  return notInFlint("this kind of SHOW");
}

Result<catalog::CatalogTable> tableNamed(SparkSession& session, const plan::ObjectName& name) {
  ASSIGN_OR_RETURN(const std::vector<std::string> parts, nameParts(session, name));
  ASSIGN_OR_RETURN(const auto found, session.catalog().lookup(parts));
  if (!found.has_value() || !found->table.has_value()) return tableOrViewNotFound(session, parts);
  return *found->table;
}

CommandOutcome showColumns(SparkSession& session, const plan::ShowColumns& node) {
  ASSIGN_OR_RETURN(std::vector<std::string> name, nameParts(session, node.table));
  ASSIGN_OR_RETURN(const std::vector<std::string> from, nameParts(session, node.from));
  if (!from.empty()) {
    if (name.size() > 1 && session.catalog().folded(name[name.size() - 2]) != session.catalog().folded(from.back())) {
      return Error(condition::kShowColumnsWithConflictNamespace)
          .with("namespaceA", catalog::quoted(from))
          .with("namespaceB", catalog::quoted({name.begin(), name.end() - 1}))
          .as(ErrorFamily::kAnalysis);
    }
    if (name.size() == 1) name.insert(name.begin(), from.begin(), from.end());
  }
  ASSIGN_OR_RETURN(const auto found, session.catalog().lookup(name));
  if (!found.has_value()) return tableOrViewNotFound(session, name);
  CommandResult result({textColumn("col_name")});
  if (found->table.has_value()) {
    for (const StructField& column : found->table->schema) result.addTexts({column.name});
  } else {
    for (const auto& column : found->tempView->plan->output()) result.addTexts({column->name});
  }
  return result.plan();
}

StructFields columnsOf(const catalog::TempView& view) {
  StructFields schema;
  for (const auto& column : view.plan->output()) schema.push_back({column->name, column->dataType(), column->nullable(), column->metadata});
  return schema;
}

std::string information(DescriptionLines lines, const StructFields& schema) {
  std::string out;
  for (const auto& [key, value] : lines) out += key + ": " + value + "\n";
  return out + "Schema: " + schemaTree(schema) + "\n";
}

CommandOutcome showTableExtended(SparkSession& session, const plan::ShowTableExtended& node) {
  CommandResult result({textColumn("namespace"), textColumn("tableName"), {"isTemporary", DataType::boolean(), false}, textColumn("information")});
  catalog::SessionCatalog& catalog = session.catalog();
  ASSIGN_OR_RETURN(const std::vector<Listed> tables, listTables(session, node.from, node.pattern, false));
  // With a partition the pattern is the name of one table.
  const auto named = [&](const Listed& each) { return each.name == catalog.folded(node.pattern); };
  if (!node.partition.empty() && std::none_of(tables.begin(), tables.end(), named)) return tableOrViewNotFound(session, {catalog.currentDatabase(), node.pattern});
  const auto add = [&](const Listed& each, const std::string& text) {
    result.add({Value::string(each.database), Value::string(each.name), Value::boolean(each.temporary), Value::string(text)});
  };
  for (const Listed& each : tables) {
    if (each.temporary) {
      const auto view = each.database.empty() ? catalog.tempViews().find(each.name) : catalog.globalTempViews().find(each.name);
      if (!view.has_value()) continue;
      const StructFields schema = columnsOf(*view);
      add(each, information(describeTempView(view->name, view->viewText, schema, view->schemaMode), schema));
      continue;
    }
    ASSIGN_OR_RETURN(const catalog::CatalogTable table, catalog.of(each.catalog).table(each.database, each.name));
    if (!node.partition.empty()) {
      ASSIGN_OR_RETURN(const PartitionSpec spec, normalizedSpec(session, table, node.partition));
      ASSIGN_OR_RETURN(const std::vector<PartitionSpec> partitions, listPartitions(table));
      if (spec.size() != table.partitionColumns.size()) return incompleteSpec(table, spec);
      if (std::find(partitions.begin(), partitions.end(), spec) == partitions.end()) return partitionsNotFound(table, spec);
      std::string values;
      for (const auto& [key, value] : spec) values += (values.empty() ? "" : ", ") + key + "=" + value;
      add(each, "Partition Values: [" + values + "]\nLocation: file:" + partitionLocation(table, spec) + "\nCreated Time: UNKNOWN\nLast Access: UNKNOWN\n");
      continue;
    }
    DescriptionLines lines = describeTable(table);
    if (!table.partitionColumns.empty()) lines.emplace_back("Partition Columns", columnsText(table.partitionColumns));
    add(each, information(std::move(lines), table.schema));
  }
  return result.plan();
}

CommandOutcome showCollations(const SparkSessionPtr& session, const std::string& pattern) {
  constexpr const char* kColumns[] = {"NAME", "LANGUAGE", "COUNTRY", "ACCENT_SENSITIVITY", "CASE_SENSITIVITY", "PAD_ATTRIBUTE", "ICU_VERSION"};
  std::string sql;
  StructFields fields;
  for (const char* column : kColumns) {
    sql += (sql.empty() ? "SELECT " : ", ") + std::string(column);
    fields.push_back({column, DataType::string(), sql.find(',') != std::string::npos});
  }
  ASSIGN_OR_RETURN(const LogicalPlanPtr query, session->parse(sql + " FROM collations()"));
  ASSIGN_OR_RETURN(const std::vector<columnar::ColumnarBatch> batches, QueryExecution(session, query).collect());
  CommandResult result(std::move(fields));
  for (const columnar::ColumnarBatch& batch : batches) {
    for (const auto row : batch.activeRows()) {
      std::vector<Value> values;
      for (size_t i = 0; i < std::size(kColumns); ++i) values.push_back(batch.column(static_cast<int>(i))->valueAt(row));
      if (matchesPattern(values[0].asString(), pattern)) result.add(std::move(values));
    }
  }
  return result.plan();
}

}  // namespace

CommandOutcome runShowCommand(const SparkSessionPtr& session, const LogicalPlanPtr& command) {
  if (const auto* node = command->as<plan::ShowCommand>(); node != nullptr && node->what == plan::ShowWhat::kCollations) return showCollations(session, node->pattern.value_or("*"));
  if (const auto* node = command->as<plan::ShowCommand>()) return show(*session, *node);
  if (const auto* node = command->as<plan::ShowColumns>()) return showColumns(*session, *node);
  if (const auto* node = command->as<plan::ShowTableExtended>()) return showTableExtended(*session, *node);
  if (const auto* node = command->as<plan::ShowCreateTable>()) {
    ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(*session, node->table));
    ASSIGN_OR_RETURN(const auto found, session->catalog().lookup(name));
    if (!found.has_value()) return tableOrViewNotFound(*session, name);
    if (found->tempView.has_value()) {
      return Error(condition::kExpectPermanentViewNotTemp).with("operation", "SHOW CREATE TABLE").with("viewName", catalog::quoted(found->qualifier)).as(ErrorFamily::kAnalysis);
    }
    if (node->asSerde && found->table->type != catalog::CatalogTable::Type::kView) {
      return Error(condition::kUnsupportedShowCreateTableOnDataSourceTableWithAsSerde).with("tableName", catalog::quoted(found->qualifier)).as(ErrorFamily::kAnalysis);
    }
    if (analysis::isMetricView(*found->table)) return Error(condition::kUnsupportedShowCreateTableOnMetricView).with("tableName", quoteIdentifier(found->table->name)).as(ErrorFamily::kAnalysis);
    CommandResult result({textColumn("createtab_stmt")});
    result.addTexts({createStatement(*found->table)});
    return result.plan();
  }
  if (const auto* node = command->as<plan::ShowTableProperties>()) {
    ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(*session, node->table));
    ASSIGN_OR_RETURN(const auto found, session->catalog().lookup(name));
    if (found.has_value() && found->tempView.has_value()) return CommandResult({textColumn("key"), textColumn("value")}).plan();
    ASSIGN_OR_RETURN(const catalog::CatalogTable table, tableNamed(*session, node->table));
    CommandResult result({textColumn("key"), textColumn("value")});
    if (!node->key.empty()) {
      const auto property = table.properties.find(node->key);
      const std::string missing = "Table " + table.catalog + "." + table.database + "." + table.name + " does not have property: " + node->key;
      result.addTexts({node->key, property == table.properties.end() ? missing : redacted(node->key, property->second)});
      return result.plan();
    }
    for (const auto& [key, value] : table.properties) result.addTexts({key, redacted(key, value)});
    return result.plan();
  }
  return LogicalPlanPtr();
}

}  // namespace flint::session
