#include "exec/operator_table.h"

#include <algorithm>

#include "exec/aggregate/lower_hash_aggregate.h"
#include "exec/join/lower_hash_join.h"
#include "exec/row/filter_operator.h"
#include "exec/row/project_operator.h"
#include "exec/scan/file_scan_source.h"
#include "exec/scan/local_table_source.h"
#include "exec/scan/range_source.h"
#include "expr/expression_evaluator.h"
#include "plan/physical/physical_nodes.h"

namespace flint::exec {
namespace {

using plan::PhysicalKind;
using plan::PhysicalPlanPtr;

template <class Node>
std::shared_ptr<const Node> shared(const PhysicalPlanPtr& node) {
  return std::static_pointer_cast<const Node>(node);
}

Status lowerRange(const PhysicalPlanPtr& node, PipelineBuilder& builder) {
  builder.startWith(std::make_shared<RangeSource>(shared<plan::RangeExec>(node)));
  return Status::ok();
}

Status lowerLocalTableScan(const PhysicalPlanPtr& node, PipelineBuilder& builder) {
  builder.startWith(std::make_shared<LocalTableSource>(shared<plan::LocalTableScanExec>(node)));
  return Status::ok();
}

Status lowerFileSourceScan(const PhysicalPlanPtr& node, PipelineBuilder& builder) {
  ASSIGN_OR_RETURN(std::shared_ptr<FileScanSource> source, FileScanSource::make(shared<plan::FileSourceScanExec>(node), builder.task()));
  builder.startWith(std::move(source));
  return Status::ok();
}

Status lowerProject(const PhysicalPlanPtr& node, PipelineBuilder& builder) {
  const auto* project = node->as<plan::ProjectExec>();
  RETURN_IF_ERROR(builder.lower(project->child));
  const std::vector<expr::AttributePtr> input = project->child->output();
  std::vector<expr::ExprPtr> bound;
  for (const expr::ExprPtr& expression : project->projectList) {
    ASSIGN_OR_RETURN(expr::ExprPtr column, expr::bindReferences(expr::withoutAlias(expression), input));
    bound.push_back(std::move(column));
  }
  ASSIGN_OR_RETURN(auto op, ProjectOperator::make(std::move(bound), builder.task().evaluation()));
  builder.append(std::move(op));
  return Status::ok();
}

// The conjuncts of `condition` that a scan does not see to by itself.
std::vector<expr::ExprPtr> withoutEnforced(const expr::ExprPtr& condition, const std::vector<expr::ExprPtr>& enforced) {
  std::vector<expr::ExprPtr> out;
  for (const expr::ExprPtr& conjunct : expr::splitConjuncts(condition)) {
    const bool holds = std::any_of(enforced.begin(), enforced.end(), [&](const expr::ExprPtr& filter) { return filter->sameAs(*conjunct); });
    if (!holds) out.push_back(conjunct);
  }
  return out;
}

Status lowerFilter(const PhysicalPlanPtr& node, PipelineBuilder& builder) {
  const auto* filter = node->as<plan::FilterExec>();
  expr::ExprPtr condition = filter->condition;
  if (filter->child->as<plan::FileSourceScanExec>() != nullptr) {
    ASSIGN_OR_RETURN(std::shared_ptr<FileScanSource> source, FileScanSource::make(shared<plan::FileSourceScanExec>(filter->child), builder.task()));
    condition = expr::conjunction(withoutEnforced(condition, source->enforcedFilters()));
    builder.startWith(std::move(source));
  } else {
    RETURN_IF_ERROR(builder.lower(filter->child));
  }
  if (condition == nullptr) return Status::ok();
  ASSIGN_OR_RETURN(expr::ExprPtr bound, expr::bindReferences(condition, filter->child->output()));
  ASSIGN_OR_RETURN(auto op, FilterOperator::make(std::move(bound), builder.task().evaluation()));
  builder.append(std::move(op));
  return Status::ok();
}

Status lowerUnion(const PhysicalPlanPtr& node, PipelineBuilder& builder) { return builder.lowerUnion(node->as<plan::UnionExec>()->inputs); }

}  // namespace

LowerNode findLowering(PhysicalKind kind) {
  switch (kind) {
    case PhysicalKind::kRange: return lowerRange;
    case PhysicalKind::kLocalTableScan: return lowerLocalTableScan;
    case PhysicalKind::kFileSourceScan: return lowerFileSourceScan;
    case PhysicalKind::kProject: return lowerProject;
    case PhysicalKind::kFilter: return lowerFilter;
    case PhysicalKind::kHashAggregate: return lowerHashAggregate;
    case PhysicalKind::kShuffledHashJoin:
    case PhysicalKind::kBroadcastHashJoin: return lowerHashJoin;
    case PhysicalKind::kUnion: return lowerUnion;
    default: return nullptr;
  }
}

}  // namespace flint::exec
