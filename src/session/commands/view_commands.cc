// Views: CREATE, DROP; databases.
#include "base/legacy_conditions.h"
#include "io/file_system.h"
#include "plan/logical/alter_commands.h"
#include "plan/logical/ddl_commands.h"
#include "plan/logical/relational.h"
#include "session/cache/caching.h"
#include "session/commands/command_context.h"
#include "session/commands/view_definition.h"

namespace flint::session {
namespace {

CommandOutcome dropView(SparkSession& session, const plan::DropView& node) {
  CommandResult nothing;
  ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(session, node.name));
  catalog::SessionCatalog& catalog = session.catalog();
  forgetCachedTable(session, name);
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
        .with("foundType", found->table->type == catalog::CatalogTable::Type::kManaged ? "MANAGED" : "EXTERNAL")
        .with("alternative", "DROP TABLE")
        .as(ErrorFamily::kAnalysis);
  }
  RETURN_IF_ERROR(catalog.of(found->qualifier[0]).dropTable(found->qualifier[1], found->qualifier[2], node.ifExists));
  return nothing.plan();
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
    catalog::TempView view{.name = catalog.folded(name), .plan = std::move(relation), .viewText = "", .comment = "", .properties = {}, .schemaMode = "", .collation = ""};
    if (session->conf().getBoolean("spark.sql.legacy.viewSchemaBindingMode", true)) view.schemaMode = "BINDING";
    RETURN_IF_ERROR(views.add(std::move(view), node->replace));
    return nothing.plan();
  }
  if (const auto* node = command->as<plan::CreateNamespace>()) {
    catalog::CatalogDatabase database;
    ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(*session, node->name));
    ASSIGN_OR_RETURN(const auto place, catalog.findNamespace(name));
    database.name = place.database;
    if (database.name == catalog.globalTempDatabase()) return Error(condition::kLegacyErrorTemp1066).with("database", quoteIdentifier(database.name)).as(ErrorFamily::kAnalysis);
    for (const auto& [key, value] : node->properties) {
      if (key == "comment") {
        database.comment = value;
      } else if (key == "location") {
        database.location = value;
      } else {
        database.properties[key] = value;
      }
    }
    RETURN_IF_ERROR(place.plugin->createDatabase(std::move(database), node->ifNotExists));
    return nothing.plan();
  }
  if (const auto* node = command->as<plan::DropNamespace>()) {
    ASSIGN_OR_RETURN(const std::vector<std::string> parts, nameParts(*session, node->name));
    ASSIGN_OR_RETURN(const auto place, catalog.findNamespace(parts));
    const std::string& name = place.database;
    if (name == "default" && place.catalog == catalog::kSessionCatalog) return Error(condition::kUnsupportedFeatureDropDatabase).with("database", "`default`").as(ErrorFamily::kAnalysis);
    catalog::FolderChanges folders;
    const auto database = place.plugin->database(name);
    const auto first = place.plugin->database("default");
    if (database.isOk() && first.isOk() && database.value().location == first.value().location + "/" + name + ".db") {
      folders.push_back({.staged = "", .place = database.value().location});
    } else if (node->cascade) {
      for (const std::string& each : place.plugin->tables(name)) {
        const auto table = place.plugin->table(name, each);
        if (table.isOk() && table.value().type == catalog::CatalogTable::Type::kManaged && !table.value().location.empty()) folders.push_back({.staged = "", .place = table.value().location});
      }
    }
    RETURN_IF_ERROR(place.plugin->dropDatabase(name, node->ifExists, node->cascade, folders));
    return nothing.plan();
  }
  return LogicalPlanPtr();
}

}  // namespace flint::session
