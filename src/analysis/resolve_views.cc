// Persistent views: their text, read again under the settings and names of the session that made them.
#include <algorithm>

#include "analysis/char_lengths.h"
#include "analysis/default_collation.h"
#include "analysis/metric_view.h"
#include "analysis/plan_resolver.h"
#include "analysis/sql_function_analysis.h"
#include "analysis/type_coercion_rules.h"
#include "base/condition.h"
#include "expr/expression_text.h"
#include "parser/sql_parser.h"
#include "types/type_coercion.h"

namespace flint::analysis {
namespace {

constexpr int kDeepestView = 100;

// Which of the query's columns each of the view's columns is. Errors: INCOMPATIBLE_VIEW_SCHEMA_CHANGE.
Result<std::vector<AttributePtr>> columnsOf(const catalog::CatalogTable& view, const std::vector<AttributePtr>& output, const PlanResolver& plans, const OriginPtr& origin) {
  std::vector<AttributePtr> out;
  if (view.viewQueryColumns.size() != view.schema.size()) {
    out.assign(output.begin(), output.begin() + static_cast<std::ptrdiff_t>(std::min(output.size(), view.schema.size())));
    return out;
  }
  for (size_t i = 0; i < view.viewQueryColumns.size(); ++i) {
    const std::string& name = view.viewQueryColumns[i];
    // Of columns with one name each is meant in its turn.
    const auto same = [&](const std::string& each) { return plans.sameName(each, name); };
    const auto turn = std::count_if(view.viewQueryColumns.begin(), view.viewQueryColumns.begin() + static_cast<std::ptrdiff_t>(i), same);
    const auto wanted = std::count_if(view.viewQueryColumns.begin(), view.viewQueryColumns.end(), same);
    std::vector<AttributePtr> found;
    for (const AttributePtr& column : output) {
      if (plans.sameName(column->name, name)) found.push_back(column);
    }
    if (found.size() != static_cast<size_t>(wanted)) {
      std::string actual;
      for (const AttributePtr& column : found) actual += (actual.empty() ? "" : ", ") + quoteIdentifier(column->name);
      return Error(condition::kIncompatibleViewSchemaChange)
          .with("viewName", quotedName({"spark_catalog", view.database, view.name}))
          .with("colName", quoteIdentifier(name))
          .with("expectedNum", std::to_string(wanted))
          .with("actualCols", "[" + actual + "]")
          .with("suggestion", "CREATE OR REPLACE VIEW " + view.database + "." + view.name + " AS " + view.viewText)
          .at(origin)
          .as(ErrorFamily::kAnalysis);
    }
    out.push_back(found[static_cast<size_t>(turn)]);
  }
  return out;
}

bool sameColumns(const StructFields& a, const StructFields& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const StructField& x, const StructField& y) { return x.name == y.name && x.type == y.type; });
}

}  // namespace

parser::ParserOptions parsingUnder(const expr::EvaluationOptions& options) {
  parser::ParserOptions parsing;
  parsing.ansi = options.ansi;
  parsing.timeZone = options.timeZone;
  return parsing;
}

PlanResolver PlanResolver::viewBody(const catalog::CatalogTable& view, const expr::EvaluationOptions& options) const {
  PlanResolver body(catalog_, conf_, options);
  body.dependencies_ = dependencies_;
  body.depth_ = depth_ + 1;
  body.viewDepth_ = viewDepth_ + 1;
  body.viewDatabase_ = view.viewNamespace.size() == 2 ? view.viewNamespace[1] : view.database;
  return body;
}

Result<ResolvedPlan> PlanResolver::resolveView(const catalog::CatalogTable& view, const NameParts& name, const OriginPtr& origin) {
  if (viewDepth_ >= kDeepestView) {
    return Error(condition::kViewExceedMaxNestedDepth).with("viewName", quotedName(name)).with("maxNestedDepth", std::to_string(kDeepestView)).at(origin).as(ErrorFamily::kAnalysis);
  }
  if (isMetricView(view)) return resolveMetricView(view, name);
  const expr::EvaluationOptions options = optionsUnder(view.viewSettings, options_);
  const parser::ParserOptions parsing = parsingUnder(options);
  ASSIGN_OR_RETURN(const LogicalPlanPtr text, parser::parseStatement(view.viewText, parsing));
  PlanResolver body = viewBody(view, options);
  ASSIGN_OR_RETURN(const ResolvedPlan query, body.resolve(underDefaultCollation(text, view.collation)));
  definitions_.insert(definitions_.end(), body.definitions_.begin(), body.definitions_.end());
  const std::vector<AttributePtr> output = query.plan->output();
  const std::string& mode = view.viewSchemaMode;
  const bool evolves = mode == "EVOLUTION" && !view.viewNamesGiven;
  std::vector<AttributePtr> columns = output;
  if (!evolves) {
    ASSIGN_OR_RETURN(columns, columnsOf(view, output, *this, origin));
  }
  plan::Project project;
  StructFields schema;
  for (size_t i = 0; i < columns.size(); ++i) {
    const bool known = i < view.schema.size() && !evolves;
    StructField field{known ? view.schema[i].name : columns[i]->name, columns[i]->type, columns[i]->nullable(), known ? view.schema[i].metadata : columns[i]->metadata};
    ExprPtr value = columns[i];
    if (known && mode != "TYPE EVOLUTION" && mode != "EVOLUTION") {
      field.type = asStrings(view.schema[i].type);
      const DataType& from = columns[i]->type;
      if (!from.sameType(field.type)) {
        if (mode == "BINDING" && !canUpCast(from, field.type)) {
          return Error(condition::kCannotUpCastDatatype)
              .with("expression", catalog::joined({"spark_catalog", view.database, view.name, field.name}))
              .with("sourceType", "\"" + from.sql() + "\"")
              .with("targetType", "\"" + field.type.sql() + "\"")
              .with("details", "The view's text gives another type than when it was made.")
              .at(origin)
              .as(ErrorFamily::kAnalysis);
        }
        expr::Cast cast;
        cast.child = value;
        cast.target = field.type;
        cast.mode = expr::CastMode::kAnsi;
        RETURN_IF_ERROR(checkCast(cast, options));
        value = expr::makeExpr(std::move(cast), origin);
      }
    }
    expr::Alias alias;
    alias.child = std::move(value);
    alias.name = field.name;
    alias.id = expr::newExprId();
    if (!field.metadata.empty()) alias.metadata = field.metadata;
    project.projectList.push_back(expr::makeExpr(std::move(alias)));
    schema.push_back(std::move(field));
  }
  project.child = query.plan;
  // A view that follows its query's types shows the last ones.
  if ((mode == "TYPE EVOLUTION" || mode == "EVOLUTION") && !sameColumns(schema, view.schema)) {
    catalog::CatalogTable changed = view;
    changed.schema = schema;
    if (evolves) {
      changed.viewQueryColumns.clear();
      for (const AttributePtr& column : output) changed.viewQueryColumns.push_back(column->name);
    }
    RETURN_IF_ERROR(catalog_.metastore().alterTable(std::move(changed)));
  }
  plan::SubqueryAlias alias;
  alias.alias = name;
  alias.child = plan::makePlan(std::move(project));
  return ResolvedPlan{plan::makePlan(std::move(alias)), {}, nullptr};
}

}  // namespace flint::analysis
