#include "exec/operator_table.h"

#include <algorithm>

#include "exec/aggregate/lower_hash_aggregate.h"
#include "exec/exchange/coalesce_operator.h"
#include "exec/exchange/repartition_sink.h"
#include "exec/exchange/shuffle_read_source.h"
#include "exec/join/lower_join.h"
#include "exec/limit/limit_sink.h"
#include "exec/python/lower_python.h"
#include "exec/row/collect_metrics_operator.h"
#include "exec/row/expand_operator.h"
#include "exec/row/filter_operator.h"
#include "exec/row/generate_operator.h"
#include "exec/row/project_operator.h"
#include "exec/row/sample_operator.h"
#include "exec/scan/file_scan_source.h"
#include "exec/scan/local_table_source.h"
#include "exec/scan/range_source.h"
#include "exec/script/script_source.h"
#include "exec/sort/lower_sort.h"
#include "exec/store/cached_rows.h"
#include "exec/store/columnar_store.h"
#include "exec/window/lower_window.h"
#include "exec/write/write_sink.h"
#include "expr/expression_evaluator.h"
#include "plan/logical/cached_relation.h"
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

Result<std::vector<expr::ExprPtr>> bindAll(const std::vector<expr::ExprPtr>& expressions, const std::vector<expr::AttributePtr>& input) {
  std::vector<expr::ExprPtr> bound;
  for (const expr::ExprPtr& expression : expressions) {
    ASSIGN_OR_RETURN(expr::ExprPtr column, expr::bindReferences(expr::withoutAlias(expression), input));
    bound.push_back(std::move(column));
  }
  return bound;
}

Status lowerProject(const PhysicalPlanPtr& node, PipelineBuilder& builder) {
  const auto* project = node->as<plan::ProjectExec>();
  std::vector<expr::ExprPtr> read = project->projectList;
  PhysicalPlanPtr below = project->child;
  if (const auto* filter = below->as<plan::FilterExec>()) {
    read.push_back(filter->condition);
    below = filter->child;
  }
  builder.noteNeeded(below, std::move(read));
  RETURN_IF_ERROR(builder.lower(project->child));
  ASSIGN_OR_RETURN(std::vector<expr::ExprPtr> bound, bindAll(project->projectList, project->child->output()));
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

Status lowerExpand(const PhysicalPlanPtr& node, PipelineBuilder& builder) {
  const auto* expand = node->as<plan::ExpandExec>();
  RETURN_IF_ERROR(builder.lower(expand->child));
  std::vector<std::vector<expr::ExprPtr>> projections;
  for (const auto& projection : expand->projections) {
    ASSIGN_OR_RETURN(std::vector<expr::ExprPtr> bound, bindAll(projection, expand->child->output()));
    projections.push_back(std::move(bound));
  }
  ASSIGN_OR_RETURN(auto op, ExpandOperator::make(std::move(projections), builder.task().evaluation()));
  builder.append(std::move(op));
  return Status::ok();
}

Status lowerGenerate(const PhysicalPlanPtr& node, PipelineBuilder& builder) {
  const auto* generate = node->as<plan::GenerateExec>();
  RETURN_IF_ERROR(builder.lower(generate->child));
  const std::vector<expr::AttributePtr> input = generate->child->output();
  ASSIGN_OR_RETURN(const expr::ExprPtr bound, expr::bindReferences(generate->generator, input));
  if (bound->as<expr::GeneratorCall>() == nullptr) return internalError("a Generate node without a generator");
  std::vector<int32_t> required;
  for (const expr::AttributePtr& attribute : generate->required) {
    const auto found = std::find_if(input.begin(), input.end(), [&](const expr::AttributePtr& column) { return column->id == attribute->id; });
    if (found == input.end()) return internalError("a Generate node needs a column that its input lacks");
    required.push_back(static_cast<int32_t>(found - input.begin()));
  }
  std::vector<DataType> types;
  for (const expr::AttributePtr& attribute : generate->generatorOutput) types.push_back(attribute->dataType());
  ASSIGN_OR_RETURN(auto op, GenerateOperator::make(std::static_pointer_cast<const expr::GeneratorCall>(bound), std::move(required), std::move(types),
                                                   generate->outer, builder.task().evaluation()));
  builder.append(std::move(op));
  return Status::ok();
}

// Local rows meet every distribution in memory: an exchange that nobody asked for is not there.
Status lowerShuffleExchange(const PhysicalPlanPtr& node, PipelineBuilder& builder) {
  const auto* exchange = node->as<plan::ShuffleExchangeExec>();
  RETURN_IF_ERROR(builder.lower(exchange->child));
  if (!exchange->partitioning.userSpecified) return Status::ok();
  if (exchange->partitioning.kind == plan::Partitioning::Kind::kSingle) {
    builder.append(std::make_shared<CoalesceOperator>(1));
    return Status::ok();
  }
  plan::Partitioning partitioning = exchange->partitioning;
  if (partitioning.numPartitions <= 0) partitioning.numPartitions = builder.task().options().shufflePartitions;
  ASSIGN_OR_RETURN(auto router, RowRouter::make(partitioning, exchange->child->output(), builder.task().evaluation()));
  builder.breakWith(std::make_shared<RepartitionSink>(builder.task().sharedQuery(), std::move(router)));
  return Status::ok();
}

Status lowerShuffleRead(const PhysicalPlanPtr& node, PipelineBuilder& builder) {
  builder.startWith(std::make_shared<ShuffleReadSource>(shared<plan::ShuffleReadExec>(node)));
  return Status::ok();
}

Status lowerCoalesce(const PhysicalPlanPtr& node, PipelineBuilder& builder) {
  const auto* coalesce = node->as<plan::CoalesceExec>();
  RETURN_IF_ERROR(builder.lower(coalesce->child));
  builder.append(std::make_shared<CoalesceOperator>(coalesce->numPartitions));
  return Status::ok();
}

Status lowerSample(const PhysicalPlanPtr& node, PipelineBuilder& builder) {
  const auto* sample = node->as<plan::SampleExec>();
  RETURN_IF_ERROR(builder.lower(sample->child));
  if (sample->withReplacement) {
    builder.append(std::make_shared<ReplacingSampleOperator>(sample->upperBound - sample->lowerBound, sample->seed));
  } else {
    builder.append(std::make_shared<SampleOperator>(sample->lowerBound, sample->upperBound, sample->seed));
  }
  return Status::ok();
}

Status lowerBroadcastExchange(const PhysicalPlanPtr& node, PipelineBuilder& builder) { return builder.lower(node->as<plan::BroadcastExchangeExec>()->child); }

// The limit of a partition only saves work for the GlobalLimit above it, which stops the pipeline itself.
Status lowerLocalLimit(const PhysicalPlanPtr& node, PipelineBuilder& builder) { return builder.lower(node->as<plan::LocalLimitExec>()->child); }

Status lowerGlobalLimit(const PhysicalPlanPtr& node, PipelineBuilder& builder) {
  const auto* limit = node->as<plan::GlobalLimitExec>();
  RETURN_IF_ERROR(builder.lower(limit->child));
  builder.breakWith(LimitSink::first(builder.task().sharedQuery(), limit->limit, limit->offset));
  return Status::ok();
}

Status lowerCollectTail(const PhysicalPlanPtr& node, PipelineBuilder& builder) {
  const auto* tail = node->as<plan::CollectTailExec>();
  RETURN_IF_ERROR(builder.lower(tail->child));
  builder.breakWith(LimitSink::last(builder.task().sharedQuery(), tail->limit));
  return Status::ok();
}

Status lowerSharedSubplan(const PhysicalPlanPtr& node, PipelineBuilder& builder) {
  const auto* subplan = node->as<plan::SharedSubplanExec>();
  auto sink = std::make_shared<StoreSink>(std::make_shared<ColumnarStore>(builder.task().sharedQuery(), "subplan"));
  ASSIGN_OR_RETURN(const std::shared_ptr<Sink> shared, builder.lowerOnce(subplan->id, subplan->child, std::move(sink)));
  builder.startWith(std::make_shared<StoreSource>(static_cast<const StoreSink&>(*shared).store()));
  return Status::ok();
}

Status lowerInMemoryTableScan(const PhysicalPlanPtr& node, PipelineBuilder& builder) {
  const auto& scan = *node->as<plan::InMemoryTableScanExec>();
  const plan::CachedRelation* relation = plan::cachedRelation(scan.data);
  auto rows = relation == nullptr ? nullptr : std::static_pointer_cast<const CachedRows>(relation->rows());
  if (rows == nullptr) return internalError("cached rows are not there where the plan runs");
  std::vector<expr::ExprPtr> filters;
  for (const expr::ExprPtr& filter : scan.filters) {
    ASSIGN_OR_RETURN(expr::ExprPtr bound, expr::bindReferences(filter, scan.attributes));
    filters.push_back(std::move(bound));
  }
  builder.startWith(std::make_shared<CachedRowsSource>(std::move(rows), std::move(filters)));
  return Status::ok();
}

Status lowerCollectMetrics(const PhysicalPlanPtr& node, PipelineBuilder& builder) {
  const auto* metrics = node->as<plan::CollectMetricsExec>();
  RETURN_IF_ERROR(builder.lower(metrics->child));
  ASSIGN_OR_RETURN(const std::shared_ptr<Observer> observer,
                   builder.task().query().observer(metrics->name, [&]() -> Result<std::shared_ptr<Observer>> {
                     ASSIGN_OR_RETURN(std::shared_ptr<MetricsObserver> made, MetricsObserver::make(*metrics, builder.sharedTask()));
                     return std::shared_ptr<Observer>(std::move(made));
                   }));
  builder.append(std::make_shared<CollectMetricsOperator>(std::static_pointer_cast<MetricsObserver>(observer)));
  return Status::ok();
}

Status lowerWriteFiles(const PhysicalPlanPtr& node, PipelineBuilder& builder) {
  const auto* write = node->as<plan::WriteFilesExec>();
  if (write->write == nullptr) return internalError("a write is not there where the plan runs");
  RETURN_IF_ERROR(builder.lower(write->child));
  builder.breakWith(std::make_shared<WriteSink>(write->write));
  return Status::ok();
}

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
    case PhysicalKind::kBroadcastNestedLoopJoin: return lowerNestedLoopJoin;
    case PhysicalKind::kWindow: return lowerWindow;
    case PhysicalKind::kSort: return lowerSort;
    case PhysicalKind::kTakeOrderedAndProject: return lowerTakeOrdered;
    case PhysicalKind::kExpand: return lowerExpand;
    case PhysicalKind::kGenerate: return lowerGenerate;
    case PhysicalKind::kSample: return lowerSample;
    case PhysicalKind::kShuffleRead: return lowerShuffleRead;
    case PhysicalKind::kCoalesce: return lowerCoalesce;
    case PhysicalKind::kShuffleExchange: return lowerShuffleExchange;
    case PhysicalKind::kBroadcastExchange: return lowerBroadcastExchange;
    case PhysicalKind::kLocalLimit: return lowerLocalLimit;
    case PhysicalKind::kGlobalLimit: return lowerGlobalLimit;
    case PhysicalKind::kCollectTail: return lowerCollectTail;
    case PhysicalKind::kSharedSubplan: return lowerSharedSubplan;
    case PhysicalKind::kInMemoryTableScan: return lowerInMemoryTableScan;
    case PhysicalKind::kCollectMetrics: return lowerCollectMetrics;
    case PhysicalKind::kWriteFiles: return lowerWriteFiles;
    case PhysicalKind::kUnion: return lowerUnion;
    case PhysicalKind::kMapPartitions: return lowerPythonMap;
    case PhysicalKind::kScriptTransformation: return lowerScript;
    default: return nullptr;
  }
}

}  // namespace flint::exec
