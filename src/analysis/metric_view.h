#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "catalog/catalog_plugin.h"
#include "parser/sql_parser.h"
#include "plan/logical/logical_plan.h"

/// Metric views: CREATE VIEW ... WITH METRICS LANGUAGE YAML.
namespace flint::analysis {

/// What the text of a metric view says: rows of a source, columns to group them by, and aggregates that MEASURE(name) stands for.
struct MetricView {
  struct Column {
    std::string name;
    std::string expression;
    bool isMeasure = false;
  };
  std::string source;
  std::vector<std::string> table;  // the source as a name; empty: it is a query
  std::string filter;
  std::vector<Column> columns;     // dimensions first
};

/// The setting of a view's entry that makes it a metric view.
inline constexpr const char* kMetricViewSetting = "view.viewWithMetrics";
bool isMetricView(const catalog::CatalogTable& table);

/// Errors: INVALID_METRIC_VIEW_YAML.
Result<MetricView> parseMetricView(std::string_view yaml, const parser::ParserOptions& options);
/// The unresolved rows of the source, filtered.
Result<plan::LogicalPlanPtr> metricViewSource(const MetricView& view, const parser::ParserOptions& options);
/// The unresolved query whose columns are those of the view, of the types that they will have.
Result<plan::LogicalPlanPtr> metricViewQuery(const MetricView& view, const parser::ParserOptions& options);

}  // namespace flint::analysis
