#include "analysis/metric_view.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "base/condition.h"
#include "plan/logical/relational.h"
#include "plan/logical/unresolved_plans.h"

namespace flint::analysis {
namespace {

constexpr std::string_view kVersion = "0.1";

Error invalid(const std::string& message) { return Error(condition::kInvalidMetricViewYaml).with("message", message).as(ErrorFamily::kAnalysis); }

Error malformed(const std::string& message) { return invalid("Failed to parse YAML: " + message); }

// Errors: a key that is not among `known`, or no map at all.
Status checkKeys(const YAML::Node& map, std::initializer_list<std::string_view> known) {
  if (!map.IsMap()) return malformed("A map is expected");
  for (const auto& entry : map) {
    if (!entry.first.IsScalar()) return malformed("A name is expected");
    const std::string& key = entry.first.Scalar();
    if (std::find(known.begin(), known.end(), key) == known.end()) return malformed("Unrecognized field \"" + key + "\"");
  }
  return Status::ok();
}

Result<std::string> required(const YAML::Node& map, const std::string& key) {
  const YAML::Node value = map[key];
  if (!value.IsDefined()) return malformed("Missing required creator property '" + key + "'");
  if (!value.IsScalar()) return malformed("The field \"" + key + "\" is no text");
  return value.Scalar();
}

Status addColumns(const YAML::Node& list, bool measures, MetricView& view) {
  if (!list.IsDefined() || list.IsNull()) return Status::ok();
  if (!list.IsSequence()) return malformed("The columns are no list");
  for (const YAML::Node& each : list) {
    RETURN_IF_ERROR(checkKeys(each, {"name", "expr"}));
    MetricView::Column column;
    ASSIGN_OR_RETURN(column.name, required(each, "name"));
    ASSIGN_OR_RETURN(column.expression, required(each, "expr"));
    column.isMeasure = measures;
    view.columns.push_back(std::move(column));
  }
  return Status::ok();
}

Result<MetricView> read(const YAML::Node& root) {
  if (root.IsNull()) return malformed("No content to map due to end-of-input");
  if (!root.IsMap()) return malformed("A map is expected");
  const YAML::Node version = root["version"];
  const std::string written = version.IsDefined() && version.IsScalar() ? version.Scalar() : "null";
  if (written != kVersion) return invalid("Invalid YAML version: " + written);
  RETURN_IF_ERROR(checkKeys(root, {"version", "source", "filter", "dimensions", "measures"}));
  MetricView view;
  ASSIGN_OR_RETURN(view.source, required(root, "source"));
  if (root["filter"].IsDefined() && !root["filter"].IsNull()) {
    ASSIGN_OR_RETURN(view.filter, required(root, "filter"));
  }
  RETURN_IF_ERROR(addColumns(root["dimensions"], false, view));
  RETURN_IF_ERROR(addColumns(root["measures"], true, view));
  return view;
}

}  // namespace

bool isMetricView(const catalog::CatalogTable& table) { return table.type == catalog::CatalogTable::Type::kView && table.viewSettings.contains(kMetricViewSetting); }

Result<MetricView> parseMetricView(std::string_view yaml, const parser::ParserOptions& options) {
  Result<MetricView> view = invalid("");
  try {
    view = read(YAML::Load(std::string(yaml)));
  } catch (const YAML::Exception& exception) {
    return malformed(exception.what());
  }
  RETURN_IF_ERROR(view);
  auto name = parser::parseIdentifier(view.value().source, options);
  if (name.isOk()) view.value().table = std::move(name).value();
  return view;
}

Result<plan::LogicalPlanPtr> metricViewSource(const MetricView& view, const parser::ParserOptions& options) {
  plan::LogicalPlanPtr rows;
  if (!view.table.empty()) {
    plan::UnresolvedRelation relation;
    relation.nameParts = view.table;
    rows = plan::makePlan(std::move(relation));
  } else {
    ASSIGN_OR_RETURN(rows, parser::parseStatement(view.source, options));
  }
  if (view.filter.empty()) return rows;
  plan::Filter filter;
  ASSIGN_OR_RETURN(filter.condition, parser::parseExpression(view.filter, options));
  filter.child = std::move(rows);
  return plan::makePlan(std::move(filter));
}

Result<plan::LogicalPlanPtr> metricViewQuery(const MetricView& view, const parser::ParserOptions& options) {
  plan::Aggregate query;
  for (const MetricView::Column& column : view.columns) {
    ASSIGN_OR_RETURN(const plan::ExprPtr value, parser::parseExpression(column.expression, options));
    if (!column.isMeasure) query.grouping.push_back(value);
    query.aggregates.push_back(expr::alias(value, column.name));
  }
  ASSIGN_OR_RETURN(query.child, metricViewSource(view, options));
  return plan::makePlan(std::move(query));
}

}  // namespace flint::analysis
