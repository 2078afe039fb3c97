#include "planner/python_strategy.h"

#include <algorithm>
#include <array>

#include "plan/logical/python_plans.h"
#include "plan/logical/relational.h"

namespace flint::planner {

using plan::AttributePtr;

namespace {

// What workers, and the operator that feeds them, look at.
constexpr std::array<std::string_view, 31> kSettings = {
    "spark.sql.execution.arrow.maxRecordsPerBatch",
    "spark.sql.execution.arrow.maxBytesPerBatch",
    "spark.sql.execution.arrow.useLargeVarTypes",
    "spark.sql.execution.pandas.convertToArrowArraySafely",
    "spark.sql.execution.pandas.structHandlingMode",
    "spark.sql.execution.pandas.udf.buffer.size",
    "spark.sql.execution.pyspark.binaryAsBytes",
    "spark.sql.execution.pyspark.udf.hideTraceback.enabled",
    "spark.sql.execution.pyspark.udf.simplifiedTraceback.enabled",
    "spark.sql.execution.python.udf.maxRecordsPerBatch",
    "spark.sql.execution.pythonUDF.arrow.concurrency.level",
    "spark.sql.execution.pythonUDF.pandas.intToDecimalCoercionEnabled",
    "spark.sql.execution.pythonUDF.pandas.preferIntExtensionDtype",
    "spark.sql.legacy.execution.pandas.groupedMap.assignColumnsByName",
    "spark.sql.legacy.execution.pythonUDF.pandas.conversion.enabled",
    "spark.sql.legacy.execution.pythonUDTF.pandas.conversion.enabled",
    "spark.pyspark.python",
    "spark.python.exec",
    "spark.executor.pyspark.memory",
    "spark.sql.pyspark.worker.logging.enabled",
    "spark.sql.pyspark.udf.profiler",
    "spark.connect.session.planCache.enabled",
    "spark.sql.execution.pyspark.udf.faulthandler.enabled",
    "spark.python.worker.faulthandler.enabled",
    "spark.sql.execution.pyspark.udf.tracebackDumpIntervalSeconds",
    "spark.python.worker.tracebackDumpIntervalSeconds",
    "spark.sql.execution.pyspark.udf.idleTimeoutSeconds",
    "spark.python.worker.idleTimeoutSeconds",
    "spark.sql.execution.pyspark.udf.killOnIdleTimeout",
    "spark.python.worker.killOnIdleTimeout",
    "spark.sql.pyspark.dataSource.profiler",
};

Result<std::vector<AttributePtr>> attributesOf(const std::vector<expr::ExprPtr>& grouping) {
  std::vector<AttributePtr> out;
  for (const expr::ExprPtr& key : grouping) {
    if (key->as<expr::AttributeReference>() == nullptr) return internalError("a Python function groups by what is no column: " + key->toString());
    out.push_back(std::static_pointer_cast<const expr::AttributeReference>(key));
  }
  return out;
}

}  // namespace

Result<plan::PythonMapExec> planPythonFunctions(const plan::LogicalPlan& node, const optimizer::OptimizerContext& context) {
  plan::PythonMapExec made;
  if (const auto* map = node.as<plan::PythonMap>()) {
    made.shape = map->keepsInput ? plan::PythonShape::kScalar : plan::PythonShape::kMap;
    made.functions = map->functions;
    made.results = map->results;
    made.isBarrier = map->isBarrier;
  } else if (const auto* groups = node.as<plan::PythonGroupMap>()) {
    made.shape = groups->keepsRows ? plan::PythonShape::kWindow : groups->keepsKeys ? plan::PythonShape::kAggregate : plan::PythonShape::kGroups;
    made.order = groups->order;
    std::string bounds;
    for (const std::string& bound : groups->windowBounds) bounds += (bounds.empty() ? "" : ",") + bound;
    if (!bounds.empty()) made.settings.emplace_back("window_bound_types", bounds);
    made.functions = groups->functions;
    made.results = groups->results;
    ASSIGN_OR_RETURN(made.grouping, attributesOf(groups->grouping));
  } else if (const auto* generate = node.as<plan::Generate>()) {
    made.shape = plan::PythonShape::kTable;
    made.functions = {generate->generator};
    made.results = generate->generatorOutput;
    made.passed = generate->required;
  } else if (const auto* pairs = node.as<plan::PythonCoGroupMap>()) {
    made.shape = plan::PythonShape::kCoGroups;
    made.functions = pairs->functions;
    made.results = pairs->results;
    ASSIGN_OR_RETURN(made.grouping, attributesOf(pairs->leftGrouping));
    ASSIGN_OR_RETURN(made.rightGrouping, attributesOf(pairs->rightGrouping));
    made.numLeftArguments = pairs->numLeftArguments;
  }
  for (const expr::ExprPtr& function : made.functions) {
    if (function->as<expr::PythonUdf>() == nullptr) return internalError("a Python node runs what is no Python function: " + function->toString());
  }
  if (made.functions.empty()) return internalError("a Python node has no function");
  made.settings.emplace_back("spark.sql.session.timeZone", context.options().timeZone);
  for (const std::string_view key : kSettings) {
    if (auto value = context.conf(key)) made.settings.emplace_back(key, std::move(*value));
  }
  return made;
}

}  // namespace flint::planner
