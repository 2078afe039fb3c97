#include "session/commands/view_definition.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "analysis/char_lengths.h"
#include "analysis/default_collation.h"
#include "analysis/metric_view.h"
#include "analysis/sql_function_analysis.h"
#include "parser/type_parser.h"
#include "expr/expression_text.h"
#include "plan/logical/relational.h"
#include "session/cache/caching.h"

namespace flint::session {
namespace {

using catalog::CatalogTable;

// What a view's text means depends on these.
constexpr const char* kViewSettings[] = {"spark.sql.ansi.enabled", "spark.sql.session.timeZone", "spark.sql.legacy.timeParserPolicy"};

Result<LogicalPlanPtr> renamed(LogicalPlanPtr query, const std::vector<plan::ColumnDefinition>& columns, const std::string& view) {
  if (columns.empty()) return query;
  const auto output = query->output();
  if (output.size() != columns.size()) {
    std::string names;
    for (const auto& column : columns) names += (names.empty() ? "" : ", ") + quoteIdentifier(column.name.back());
    std::string given;
    for (const auto& column : output) given += (given.empty() ? "" : ", ") + quoteIdentifier(column->name);
    return Error(output.size() > columns.size() ? condition::kCreateViewColumnArityMismatchTooManyDataColumns : condition::kCreateViewColumnArityMismatchNotEnoughDataColumns)
        .with("viewName", view)
        .with("viewColumns", names)
        .with("dataColumns", given)
        .as(ErrorFamily::kAnalysis);
  }
  plan::Project project;
  for (size_t i = 0; i < output.size(); ++i) {
    expr::Alias alias;
    alias.child = output[i];
    alias.name = columns[i].name.back();
    alias.id = expr::newExprId();
    if (columns[i].comment.has_value()) alias.metadata = parser::commentMetadata(*columns[i].comment);
    project.projectList.push_back(expr::makeExpr(std::move(alias)));
  }
  project.child = std::move(query);
  return plan::makePlan(std::move(project));
}

Status checkNames(const SparkSession& session, const LogicalPlanPtr& query) {
  std::set<std::string> seen;
  for (const auto& column : query->output()) {
    if (seen.insert(session.catalog().folded(column->name)).second) continue;
    return Error(condition::kColumnAlreadyExists).with("columnName", quoteIdentifier(session.catalog().folded(column->name))).as(ErrorFamily::kAnalysis);
  }
  return Status::ok();
}

Status checkStored(const std::vector<std::string>& view, const analysis::Dependencies& uses) {
  const auto refused = [&](const char* kind, const catalog::NameParts& temporary) {
    return Error(condition::kInvalidTempObjReference).with("objName", catalog::quoted(view)).with("obj", "VIEW").with("tempObjName", catalog::quoted(temporary)).with("tempObj", kind).as(ErrorFamily::kAnalysis);
  };
  if (!uses.temporaryViews.empty()) return refused("VIEW", uses.temporaryViews[0]);
  if (!uses.temporaryFunctions.empty()) return refused("FUNCTION", uses.temporaryFunctions[0]);
  if (!uses.temporaryVariables.empty()) return refused("VARIABLE", uses.temporaryVariables[0]);
  return Status::ok();
}

// The schema mode of a view without the clause, and whether the clause may be written.
Result<std::string> schemaMode(SparkSession& session, const std::string& written) {
  if (!session.conf().getBoolean("spark.sql.legacy.viewSchemaBindingMode", true)) {
    if (written.empty()) return std::string();
    return Error(condition::kFeatureNotEnabled)
        .with("featureName", "VIEW ... WITH SCHEMA ...")
        .with("configKey", "spark.sql.legacy.viewSchemaBindingMode")
        .with("configValue", "true")
        .as(ErrorFamily::kParse);
  }
  if (!written.empty()) return written;
  return std::string(session.conf().getBoolean("spark.sql.legacy.viewSchemaCompensation", true) ? "COMPENSATION" : "BINDING");
}

// Whether nobody has named a column: it is called as the expression is written that makes it.
bool isUnnamed(const LogicalPlanPtr& plan, const plan::AttributePtr& column) {
  if (const auto* both = plan->as<plan::Union>()) {
    for (size_t i = 0; i < both->attributes.size(); ++i) {
      if (both->attributes[i]->id == column->id) return isUnnamed(both->inputs[0], both->inputs[0]->output()[i]);
    }
  }
  for (const plan::ExprPtr& expression : plan->expressions()) {
    const auto* alias = expression == nullptr ? nullptr : expression->as<expr::Alias>();
    if (alias == nullptr || alias->id != column->id) continue;
    const plan::ExprPtr& child = alias->child;
    const auto* call = child->as<expr::FunctionCall>();
    const auto* cast = child->as<expr::Cast>();
    if (cast != nullptr && cast->child->as<expr::AttributeReference>() != nullptr && alias->name == cast->child->as<expr::AttributeReference>()->name) return false;
    const bool named = child->as<expr::AttributeReference>() != nullptr || child->as<expr::Literal>() != nullptr || child->as<expr::GetStructField>() != nullptr ||
                       (call != nullptr && call->arguments.empty()) || alias->name.ends_with("]");
    return !named && alias->name == expr::columnName(child);
  }
  for (const LogicalPlanPtr& child : plan->children()) {
    if (isUnnamed(child, column)) return true;
  }
  return false;
}

Status requireNames(const LogicalPlanPtr& query, const std::string& view) {
  for (const auto& column : query->output()) {
    if (isUnnamed(query, column)) return Error(condition::kCreatePermanentViewWithoutAlias).with("name", view).with("attr", "\"" + column->name + "\"").as(ErrorFamily::kAnalysis);
  }
  return Status::ok();
}

// The columns of a metric view are those of a query; its entry tells what that reads.
Status takeMetricView(SparkSession& session, plan::CreateView& node) {
  ASSIGN_OR_RETURN(const analysis::MetricView view, analysis::parseMetricView(node.queryText, session.parserOptions()));
  ASSIGN_OR_RETURN(node.query, analysis::metricViewQuery(view, session.parserOptions()));
  const bool table = !view.table.empty();
  node.properties.emplace_back("metric_view.from.type", table ? "ASSET" : "SQL");
  node.properties.emplace_back(table ? "metric_view.from.name" : "metric_view.from.sql", view.source);
  if (!view.filter.empty()) node.properties.emplace_back("metric_view.where", view.filter);
  return Status::ok();
}

}  // namespace

CommandOutcome createView(const SparkSessionPtr& session, const plan::CreateView& written) {
  CommandResult nothing;
  plan::CreateView node = written;
  if (!node.language.empty()) RETURN_IF_ERROR(takeMetricView(*session, node));
  catalog::SessionCatalog& catalog = session->catalog();
  ASSIGN_OR_RETURN(const std::string mode, schemaMode(*session, node.schemaBinding));
  const expr::EvaluationOptions options = session->evaluationOptions();
  analysis::Dependencies uses;
  ASSIGN_OR_RETURN(LogicalPlanPtr query, analysis::analyzeNoting(analysis::underDefaultCollation(node.query, node.collation), catalog, session->conf(), options, uses));
  if (node.viewKind != plan::ViewKind::kPersisted) {
    const bool global = node.viewKind == plan::ViewKind::kGlobalTemporary;
    ASSIGN_OR_RETURN(const std::string name, tempViewName(*session, node.name, global));
    ASSIGN_OR_RETURN(query, renamed(std::move(query), node.columns, quoteIdentifier(name)));
    RETURN_IF_ERROR(checkNames(*session, query));
    catalog::TempView view{catalog.folded(name), std::move(query), node.queryText, node.comment, {node.properties.begin(), node.properties.end()}};
    view.schemaMode = mode.empty() ? mode : "BINDING";
    view.collation = node.collation;
    catalog::TempViews& views = global ? catalog.globalTempViews() : catalog.tempViews();
    if (node.ifNotExists && views.find(view.name).has_value()) return nothing.plan();
    if (node.replace) forgetCachedTable(*session, {view.name});
    RETURN_IF_ERROR(views.add(std::move(view), node.replace));
    return nothing.plan();
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> parts, nameParts(*session, node.name));
  ASSIGN_OR_RETURN(const std::vector<std::string> full, catalog.fullName(parts));
  if (full[0] != catalog::kSessionCatalog) return Error(condition::kMissingCatalogAbilityViews).with("plugin", full[0]).as(ErrorFamily::kAnalysis);
  const bool exists = catalog.of(full[0]).tableExists(full[1], full[2]);
  if (exists && node.ifNotExists) return nothing.plan();
  RETURN_IF_ERROR(checkStored(full, uses));
  const bool metric = !node.language.empty();
  if (!metric && !session->conf().getBoolean("spark.sql.legacy.allowAutoGeneratedAliasForView", false)) RETURN_IF_ERROR(requireNames(query, catalog::quoted(full)));
  CatalogTable table;
  table.catalog = full[0];
  table.database = full[1];
  table.name = full[2];
  table.type = CatalogTable::Type::kView;
  for (const auto& column : query->output()) table.viewQueryColumns.push_back(column->name);
  ASSIGN_OR_RETURN(query, renamed(std::move(query), node.columns, catalog::quoted(full)));
  RETURN_IF_ERROR(checkNames(*session, query));
  for (const auto& column : query->output()) table.schema.push_back({column->name, analysis::declaredType(column->metadata, column->dataType()), column->nullable(), column->metadata});
  table.viewText = node.queryText;
  table.viewSchemaMode = mode;
  table.viewNamesGiven = !node.columns.empty();
  table.viewNamespace = {catalog.currentCatalog(), catalog.currentDatabase()};
  for (const char* setting : kViewSettings) {
    if (const auto value = session->conf().find(setting)) table.viewSettings[setting] = *value;
  }
  if (metric) table.viewSettings[analysis::kMetricViewSetting] = "true";
  table.comment = node.comment;
  table.collation = node.collation;
  table.createTimeMs = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  for (const auto& [key, value] : node.properties) table.properties[key] = value;
  if (exists && metric) return Error(condition::kTableOrViewAlreadyExists).with("relationName", catalog::quoted({full[1], full[2]})).as(ErrorFamily::kAnalysis);
  if (exists && node.replace) {
    ASSIGN_OR_RETURN(const CatalogTable old, catalog.of(full[0]).table(full[1], full[2]));
    if (old.type != CatalogTable::Type::kView) {
      return Error(condition::kExpectViewNotTableNoAlternative).with("tableName", catalog::quoted(full)).with("operation", "CREATE OR REPLACE VIEW").as(ErrorFamily::kAnalysis);
    }
    if (uses.views.contains(full[1] + "." + full[2])) {
      return Error(condition::kRecursiveView).with("viewIdent", catalog::quoted(full)).with("newPath", catalog::quoted(full) + " -> " + catalog::quoted(full)).as(ErrorFamily::kAnalysis);
    }
    RETURN_IF_ERROR(catalog.of(table).alterTable(std::move(table)));
    return nothing.plan();
  }
  RETURN_IF_ERROR(catalog.of(table).createTable(std::move(table), node.ifNotExists));
  return nothing.plan();
}

CommandOutcome alterViewAs(const SparkSessionPtr& session, const plan::AlterViewAs& node) {
  catalog::SessionCatalog& catalog = session->catalog();
  ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(*session, node.name));
  ASSIGN_OR_RETURN(const auto found, catalog.lookup(name));
  if (!found.has_value()) return tableOrViewNotFound(*session, name);
  plan::CreateView create;
  create.name = node.name;
  create.query = node.query;
  create.queryText = node.queryText;
  create.replace = true;
  if (found->tempView.has_value()) {
    create.viewKind = name.size() == 2 ? plan::ViewKind::kGlobalTemporary : plan::ViewKind::kTemporary;
    create.collation = found->tempView->collation;
  } else if (found->table->type != CatalogTable::Type::kView) {
    return Error(condition::kExpectViewNotTableNoAlternative).with("tableName", catalog::quoted(found->qualifier)).with("operation", "ALTER VIEW ... AS").as(ErrorFamily::kAnalysis);
  } else {
    create.comment = found->table->comment;
    create.collation = found->table->collation;
    create.schemaBinding = session->conf().getBoolean("spark.sql.legacy.viewSchemaBindingMode", true) ? found->table->viewSchemaMode : "";
    create.properties.assign(found->table->properties.begin(), found->table->properties.end());
  }
  return createView(session, create);
}

}  // namespace flint::session
