// Views: CREATE, DROP; databases.
#include "plan/logical/alter_commands.h"
#include "plan/logical/ddl_commands.h"
#include "plan/logical/relational.h"
#include "session/commands/command_context.h"

namespace flint::session {
namespace {

Result<std::string> tempViewName(SparkSession& session, const plan::ObjectName& object, bool global) {
  ASSIGN_OR_RETURN(std::vector<std::string> name, nameParts(session, object));
  if (global && name.size() == 2 && session.catalog().folded(name[0]) == session.catalog().globalTempDatabase()) name.erase(name.begin());
  if (name.size() != 1) return Error(condition::kTempViewNameTooManyNameParts).with("actualName", catalog::quoted(name)).as(ErrorFamily::kAnalysis);
  return name[0];
}

Result<LogicalPlanPtr> renamed(LogicalPlanPtr query, const std::vector<plan::ColumnDefinition>& columns, const std::string& view) {
  if (columns.empty()) return query;
  const auto output = query->output();
  if (output.size() != columns.size()) {
    std::string names;
    for (const auto& column : columns) names += (names.empty() ? "" : ", ") + quoteIdentifier(column.name.back());
    std::string given;
    for (const auto& column : output) given += (given.empty() ? "" : ", ") + quoteIdentifier(column->name);
    return Error(output.size() > columns.size() ? condition::kCreateViewColumnArityMismatchTooManyDataColumns : condition::kCreateViewColumnArityMismatchNotEnoughDataColumns)
        .with("viewName", quoteIdentifier(view))
        .with("viewColumns", names)
        .with("dataColumns", given)
        .as(ErrorFamily::kAnalysis);
  }
  plan::Project project;
  for (size_t i = 0; i < output.size(); ++i) project.projectList.push_back(expr::alias(output[i], columns[i].name.back()));
  project.child = std::move(query);
  return plan::makePlan(std::move(project));
}

CommandOutcome createView(const SparkSessionPtr& session, const plan::CreateView& node) {
  CommandResult nothing;
  catalog::SessionCatalog& catalog = session->catalog();
  ASSIGN_OR_RETURN(LogicalPlanPtr query, analyzedQuery(session, node.query));
  if (node.viewKind != plan::ViewKind::kPersisted) {
    const bool global = node.viewKind == plan::ViewKind::kGlobalTemporary;
    ASSIGN_OR_RETURN(const std::string name, tempViewName(*session, node.name, global));
    ASSIGN_OR_RETURN(query, renamed(std::move(query), node.columns, name));
    catalog::TempView view{catalog.folded(name), std::move(query), node.queryText};
    catalog::TempViews& views = global ? catalog.globalTempViews() : catalog.tempViews();
    if (node.ifNotExists && views.find(view.name).has_value()) return nothing.plan();
    RETURN_IF_ERROR(views.add(std::move(view), node.replace));
    return nothing.plan();
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> parts, nameParts(*session, node.name));
  ASSIGN_OR_RETURN(const std::vector<std::string> full, catalog.fullName(parts));
  ASSIGN_OR_RETURN(query, renamed(std::move(query), node.columns, full.back()));
  catalog::CatalogTable table;
  table.database = full[1];
  table.name = full[2];
  table.type = catalog::CatalogTable::Type::kView;
  for (const auto& column : query->output()) table.schema.push_back({column->name, column->dataType(), true});
  table.viewText = node.queryText;
  table.comment = node.comment;
  for (const auto& [key, value] : node.properties) table.properties[key] = value;
  if (node.replace && catalog.metastore().tableExists(table.database, table.name)) {
    RETURN_IF_ERROR(catalog.metastore().dropTable(table.database, table.name, true));
  }
  RETURN_IF_ERROR(catalog.metastore().createTable(std::move(table), node.ifNotExists));
  return nothing.plan();
}

CommandOutcome dropView(SparkSession& session, const plan::DropView& node) {
  CommandResult nothing;
  ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(session, node.name));
  catalog::SessionCatalog& catalog = session.catalog();
  if (name.size() == 1 && catalog.tempViews().drop(catalog.folded(name[0]))) return nothing.plan();
  if (name.size() == 2 && catalog.folded(name[0]) == catalog.globalTempDatabase() && catalog.globalTempViews().drop(catalog.folded(name[1]))) return nothing.plan();
  ASSIGN_OR_RETURN(const auto found, catalog.lookup(name));
  if (!found.has_value()) {
    if (node.ifExists) return nothing.plan();
    return tableOrViewNotFound(session, name);
  }
  if (found->table.has_value() && found->table->type != catalog::CatalogTable::Type::kView) {
    return Error(condition::kWrongCommandForObjectType)
        .with("operation", "DROP VIEW")
        .with("requiredType", "VIEW")
        .with("objectName", catalog::joined(found->qualifier))
        .with("foundType", "MANAGED")
        .with("alternative", "DROP TABLE")
        .as(ErrorFamily::kAnalysis);
  }
  RETURN_IF_ERROR(catalog.metastore().dropTable(found->qualifier[1], found->qualifier[2], node.ifExists));
  return nothing.plan();
}

Result<std::string> databaseName(SparkSession& session, const plan::ObjectName& object) {
  ASSIGN_OR_RETURN(std::vector<std::string> name, nameParts(session, object));
  if (name.size() == 2 && session.catalog().folded(name[0]) == session.catalog().currentCatalog()) name.erase(name.begin());
  if (name.size() != 1) {
    return Error(condition::kRequiresSinglePartNamespace)
        .with("sessionCatalog", session.catalog().currentCatalog())
        .with("identifier", catalog::quoted(name))
        .as(ErrorFamily::kAnalysis);
  }
  return session.catalog().folded(name[0]);
}

}  // namespace

CommandOutcome runViewCommand(const SparkSessionPtr& session, const LogicalPlanPtr& command) {
  CommandResult nothing;
  catalog::SessionCatalog& catalog = session->catalog();
  if (const auto* node = command->as<plan::CreateView>()) return createView(session, *node);
  if (const auto* node = command->as<plan::DropView>()) return dropView(*session, *node);
  if (const auto* node = command->as<plan::CreateTempViewUsing>()) {
    ASSIGN_OR_RETURN(const std::string name, tempViewName(*session, node->name, node->global));
    plan::UnresolvedDataSource source;
    source.format = node->provider;
    source.options = node->options;
    for (const plan::ColumnDefinition& column : node->columns) {
      source.schema += (source.schema.empty() ? "" : ", ") + quoteIdentifier(column.name.back()) + " " + column.type.sql();
    }
    ASSIGN_OR_RETURN(LogicalPlanPtr relation, analyzedQuery(session, plan::makePlan(std::move(source))));
    catalog::TempViews& views = node->global ? catalog.globalTempViews() : catalog.tempViews();
    RETURN_IF_ERROR(views.add({catalog.folded(name), std::move(relation), ""}, node->replace));
    return nothing.plan();
  }
  if (const auto* node = command->as<plan::CreateNamespace>()) {
    catalog::CatalogDatabase database;
    ASSIGN_OR_RETURN(database.name, databaseName(*session, node->name));
    for (const auto& [key, value] : node->properties) {
      if (key == "comment") {
        database.comment = value;
      } else if (key == "location") {
        database.location = value;
      } else {
        database.properties[key] = value;
      }
    }
    RETURN_IF_ERROR(catalog.metastore().createDatabase(std::move(database), node->ifNotExists));
    return nothing.plan();
  }
  if (const auto* node = command->as<plan::DropNamespace>()) {
    ASSIGN_OR_RETURN(const std::string name, databaseName(*session, node->name));
    if (name == "default") return Error(condition::kUnsupportedFeatureDropDatabase).with("database", "`default`").as(ErrorFamily::kAnalysis);
    RETURN_IF_ERROR(catalog.metastore().dropDatabase(name, node->ifExists, node->cascade));
    return nothing.plan();
  }
  return LogicalPlanPtr();
}

}  // namespace flint::session
