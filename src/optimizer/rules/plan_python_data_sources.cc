#include <climits>

#include "columnar/vector_builder.h"
#include "expr/python_udf.h"
#include "optimizer/expression_rewrite.h"
#include "optimizer/python_filters.h"
#include "optimizer/rules/rules.h"
#include "plan/logical/python_plans.h"
#include "plan/logical/relational.h"
#include "pyworker/data_source_questions.h"
#include "pyworker/worker_settings.h"

namespace flint::optimizer {
namespace {

const plan::PythonMap* unplannedSource(const LogicalPlanPtr& node) {
  const auto* map = node->as<plan::PythonMap>();
  return map != nullptr && !map->dataSource.empty() ? map : nullptr;
}

// A row for each partition, in a partition of its own.
LogicalPlanPtr partitionRows(const std::vector<std::string>& partitions, const AttributePtr& column) {
  std::vector<LogicalPlanPtr> rows;
  for (const std::string& partition : partitions) {
    columnar::VectorBuilder builder(column->type);
    builder.appendString(partition);
    auto batches = std::make_shared<std::vector<columnar::ColumnarBatch>>();
    batches->emplace_back(std::vector<columnar::VectorPtr>{builder.finish()}, 1);
    plan::LocalRelation row;
    row.attributes = {rows.empty() ? column : expr::attribute(column->name, column->type, false)};
    row.batches = std::move(batches);
    rows.push_back(makePlan(std::move(row)));
  }
  if (rows.size() == 1) return rows[0];
  plan::Union all;
  all.inputs = std::move(rows);
  all.attributes = {expr::attribute(column->name, column->type, false)};
  return makePlan(std::move(all));
}

class SourcePlanning {
 public:
  explicit SourcePlanning(OptimizerContext& context) : context_(context) {}

  Result<LogicalPlanPtr> apply(const LogicalPlanPtr& root) {
    return tree::transformDown(root, [this](const LogicalPlanPtr& node) -> Result<LogicalPlanPtr> {
      if (unplannedSource(node) != nullptr) return planned(node, {});
      const auto* filter = node->as<plan::Filter>();
      if (filter == nullptr) return node;
      if (unplannedSource(filter->child) != nullptr) return planned(filter->child, expr::splitConjuncts(filter->condition));
      // A projection between them only leaves columns out.
      const auto* project = filter->child->as<plan::Project>();
      if (project == nullptr || unplannedSource(project->child) == nullptr) return node;
      for (const ExprPtr& column : project->projectList) {
        if (column->as<expr::AttributeReference>() == nullptr) return node;
      }
      ASSIGN_OR_RETURN(LogicalPlanPtr below, planned(project->child, expr::splitConjuncts(filter->condition)));
      return makeProject(project->projectList, std::move(below));
    });
  }

 private:
  Result<LogicalPlanPtr> planned(const LogicalPlanPtr& node, std::vector<ExprPtr> conjuncts) {
    const plan::PythonMap& source = *unplannedSource(node);
    expr::PythonUdf read(*source.functions[0]->as<expr::PythonUdf>());
    pyworker::DataSourceQuestion question;
    question.environment = pyworker::environmentFor(read.function.sessionId, [&](std::string_view key) { return context_.conf(key).value_or(""); });
    question.header.pythonVersion = read.function.pythonVersion;
    question.header.filesDirectory = read.function.filesDirectory;
    question.header.includes = read.function.includes;
    question.name = source.dataSource;
    question.pickled = read.function.command;
    const bool pushesDown = context_.flag("spark.sql.python.filterPushdown.enabled", false);
    PythonFilters filters;
    if (pushesDown) filters = pythonFilters(conjuncts, context_.options());
    const int64_t rows = context_.number("spark.sql.execution.arrow.maxRecordsPerBatch", 10'000);
    const bool binaryAsBytes = context_.flag("spark.sql.execution.pyspark.binaryAsBytes", true);
    ASSIGN_OR_RETURN(const pyworker::PlannedRead plan,
                     pyworker::planDataSourceRead(question, read.type.json(), static_cast<int32_t>(rows > 0 && rows < INT_MAX ? rows : INT_MAX),
                                                  binaryAsBytes, pushesDown, filters.json));
    for (const int32_t index : plan.enforced) {
      const int conjunct = index >= 0 && static_cast<size_t>(index) < filters.conjuncts.size() ? filters.conjuncts[static_cast<size_t>(index)] : -1;
      if (conjunct >= 0) conjuncts[static_cast<size_t>(conjunct)] = nullptr;
    }
    std::erase(conjuncts, nullptr);
    const AttributePtr partition = expr::attribute("partition", DataType::binary(), false);
    plan::PythonMap made(source);
    made.child = partitionRows(plan.partitions, partition);
    read.function.command = plan.command;
    read.arguments = {made.child->output()[0]};
    made.functions = {makeExpr(std::move(read))};
    made.dataSource.clear();
    return makeFilter(conjuncts, makePlan(std::move(made), node->origin()));
  }

  OptimizerContext& context_;
};

}  // namespace

// Data sources in Python are asked which partitions they have and how they read them, with the conditions on their rows.
Result<LogicalPlanPtr> planPythonDataSources(const LogicalPlanPtr& root, OptimizerContext& context) { return SourcePlanning(context).apply(root); }

}  // namespace flint::optimizer
