#include "planner/physical_planning.h"

#include <algorithm>
#include <cmath>

#include "optimizer/statistics/join_estimate.h"
#include "plan/physical/script_transformation_node.h"
#include "planner/aggregate_strategy.h"
#include "planner/python_strategy.h"

namespace flint::planner {

using expr::ExprPtr;
using optimizer::AttributeSet;
using optimizer::EquiKey;
using plan::AttributePtr;
using plan::BuildSide;
using plan::DynamicFilterTarget;
using plan::JoinType;
using plan::LogicalKind;
using plan::LogicalPlanPtr;
using plan::makePhysical;
using plan::PhysicalPlanPtr;

namespace {

// A dynamic filter is worth testing when it is expected to remove at least this part of the rows.
constexpr double kWorthwhileFilter = 0.8;

Error unplannable(const plan::LogicalPlan& node) {
  return internalError(std::string("the planner has no strategy for ") + node.nodeName());
}

Result<int64_t> countOf(const ExprPtr& count) {
  const Value* value = expr::literalValue(count);
  if (value == nullptr || value->isNull()) return internalError("a row count that is no literal: " + count->sql());
  return value->asInteger();
}

using Targets = std::vector<DynamicFilterTarget>;

// The targets whose columns are keys of `map`, over what the map has for them, where that is a column.
Targets mapTargets(const Targets& targets, const optimizer::AttributeMap& map) {
  Targets out;
  for (const DynamicFilterTarget& target : targets) {
    const auto at = map.find(target.column->id);
    if (at == map.end()) continue;
    const ExprPtr& value = expr::withoutAlias(at->second);
    if (value->kind() == expr::ExprKind::kAttributeReference) out.push_back({target.filterId, optimizer::toAttributePtr(value)});
  }
  return out;
}

Targets targetsAmong(const Targets& targets, const AttributeSet& columns) {
  Targets out;
  for (const DynamicFilterTarget& target : targets) {
    if (columns.contains(target.column->id)) out.push_back(target);
  }
  return out;
}

optimizer::AttributeMap namedMap(const std::vector<ExprPtr>& projection) {
  optimizer::AttributeMap map;
  for (const ExprPtr& named : projection) {
    if (const AttributePtr attribute = expr::toAttribute(named)) map.emplace(attribute->id, expr::withoutAlias(named));
  }
  return map;
}

// The largest value of `column` that the condition lets pass, where that is a whole number; negative: unknown.
int64_t upperBoundOf(const ExprPtr& condition, const expr::ExprId column) {
  const auto* node = condition->as<expr::Comparison>();
  if (node == nullptr) return -1;
  using Op = expr::ComparisonOp;
  const auto* left = optimizer::asAttribute(node->left);
  const auto* right = optimizer::asAttribute(node->right);
  const bool isLeft = left != nullptr && left->id == column;
  if (!isLeft && (right == nullptr || right->id != column)) return -1;
  const Value* bound = expr::literalValue(isLeft ? node->right : node->left);
  const ExprPtr& other = isLeft ? node->right : node->left;
  if (bound == nullptr || bound->isNull() || !other->dataType().isIntegral()) return -1;
  const int64_t value = bound->asInteger();
  if (node->op == Op::kEqual || node->op == (isLeft ? Op::kLessOrEqual : Op::kGreaterOrEqual)) return value;
  return node->op == (isLeft ? Op::kLess : Op::kGreater) ? value - 1 : -1;
}

// How many rows of each partition, with their peers, are enough for a condition over row_number() or rank(), where these and the like are all that the
// window computes: each looks only at rows before its own. 0: all are needed.
int64_t firstRowsOf(const plan::Window& window, const ExprPtr& condition) {
  if (window.orderBy.empty()) return 0;
  int64_t limit = 0;
  for (const ExprPtr& named : window.windowExpressions) {
    const auto* over = expr::withoutAlias(named)->as<expr::WindowExpression>();
    const auto* call = over == nullptr ? nullptr : over->function->as<expr::WindowFunctionCall>();
    const AttributePtr attribute = expr::toAttribute(named);
    if (call == nullptr || attribute == nullptr) return 0;
    const bool countsRows = call->name == "row_number" || call->name == "rank";
    if (!countsRows && call->name != "dense_rank") return 0;
    for (const ExprPtr& conjunct : countsRows ? expr::splitConjuncts(condition) : std::vector<ExprPtr>()) {
      const int64_t bound = upperBoundOf(conjunct, attribute->id);
      if (bound > 0 && (limit == 0 || bound < limit)) limit = bound;
    }
  }
  return limit;
}

// The scan below stops after `limit` rows, where nothing between drops or reorders any.
PhysicalPlanPtr withScanLimit(const PhysicalPlanPtr& node, int64_t limit) {
  if (const auto* project = node->as<plan::ProjectExec>()) {
    PhysicalPlanPtr child = withScanLimit(project->child, limit);
    return child == project->child ? node : node->withNewChildren({std::move(child)});
  }
  const auto* scan = node->as<plan::FileSourceScanExec>();
  if (scan == nullptr || !scan->filters.empty() || !scan->dynamicFilters.empty()) return node;
  plan::FileSourceScanExec made(*scan);
  made.limit = scan->limit ? std::min(*scan->limit, limit) : limit;
  return makePhysical(std::move(made));
}

}  // namespace

Result<PhysicalPlanPtr> PhysicalPlanning::plan(const LogicalPlanPtr& logical) {
  const auto* with = logical->as<plan::WithCte>();
  if (with == nullptr) return planNode(logical, {});
  for (const LogicalPlanPtr& definition : with->definitions) {
    const auto* node = definition->as<plan::CteRelationDef>();
    if (node == nullptr) return unplannable(*definition);
    cteDefinitions_[node->id] = node->child;
    context_.estimator().setCte(node->id, node->child);
  }
  return planNode(with->child, {});
}

PhysicalPlanning::Planned PhysicalPlanning::planNode(const LogicalPlanPtr& node, const Targets& targets) {
  ASSIGN_OR_RETURN(PhysicalPlanPtr planned, dispatch(node, targets));
  if (planned->estimatedRows() >= 0) return planned;
  return planned->withEstimatedRows(context_.estimator().estimate(node)->rows);
}

// Spark evaluates projections and filters of rows that the plan holds while it optimizes, all in one partition; `rand(seed)` shows it.
static bool isRandomOverLocalRows(const LogicalPlanPtr& node) {
  bool isRandom = false;
  LogicalPlanPtr at = node;
  while (at->kind() == LogicalKind::kProject || at->kind() == LogicalKind::kFilter) {
    for (const ExprPtr& each : at->expressions()) isRandom = isRandom || !each->deterministic();
    at = at->children()[0];
  }
  return isRandom && at->kind() == LogicalKind::kLocalRelation;
}

PhysicalPlanning::Planned PhysicalPlanning::dispatch(const LogicalPlanPtr& node, const Targets& targets) {
  if (!readsRowsAsOne_ && isRandomOverLocalRows(node)) {
    readsRowsAsOne_ = true;
    Planned planned = dispatch(node, targets);
    readsRowsAsOne_ = false;
    return planned;
  }
  switch (node->kind()) {
    case LogicalKind::kOneRowRelation: {
      plan::LocalTableScanExec scan;
      scan.batches = std::make_shared<const std::vector<columnar::ColumnarBatch>>(1, columnar::ColumnarBatch({}, 1));
      return PhysicalPlanPtr(makePhysical(std::move(scan)));
    }
    case LogicalKind::kLocalRelation: {
      const auto& relation = *node->as<plan::LocalRelation>();
      plan::LocalTableScanExec scan;
      scan.attributes = relation.attributes;
      scan.batches = relation.batches;
      const double rows = context_.estimator().estimate(node)->rows;
      const int most = readsRowsAsOne_ ? 1 : std::max(1, options_.defaultParallelism);
      scan.numPartitions = static_cast<int32_t>(std::clamp(rows, 1.0, static_cast<double>(most)));
      return PhysicalPlanPtr(makePhysical(std::move(scan)));
    }
    case LogicalKind::kRange: {
      const auto& range = *node->as<plan::Range>();
      plan::RangeExec scan;
      scan.start = range.start;
      scan.end = range.end;
      scan.step = range.step;
      scan.numPartitions = range.numPartitions > 0 ? range.numPartitions : options_.defaultParallelism;
      scan.id = range.id;
      return PhysicalPlanPtr(makePhysical(std::move(scan)));
    }
    case LogicalKind::kRelation: return planScan(*node->as<plan::Relation>(), {}, targets);
    case LogicalKind::kInMemoryRelation: return planCached(*node->as<plan::InMemoryRelation>(), {});
    case LogicalKind::kCteRelationRef: return planCteReference(*node->as<plan::CteRelationRef>());
    case LogicalKind::kProject: return planProject(*node->as<plan::Project>(), targets);
    case LogicalKind::kFilter: return planFilter(*node->as<plan::Filter>(), targets);
    case LogicalKind::kJoin: return planJoin(node, targets);
    case LogicalKind::kAggregate: return planGrouped(*node->as<plan::Aggregate>(), targets);
    case LogicalKind::kUnion: return planUnion(*node->as<plan::Union>(), targets);
    case LogicalKind::kExpand: {
      const auto& expand = *node->as<plan::Expand>();
      plan::ExpandExec made;
      made.projections = expand.projections;
      made.attributes = expand.attributes;
      optimizer::AttributeMap passed;
      for (size_t i = 0; i < expand.attributes.size(); ++i) {
        const auto* first = expand.projections.empty() ? nullptr : expand.projections[0][i]->as<expr::AttributeReference>();
        const bool same = first != nullptr && std::all_of(expand.projections.begin(), expand.projections.end(), [&](const auto& projection) {
          const auto* each = projection[i]->template as<expr::AttributeReference>();
          return each != nullptr && each->id == first->id;
        });
        if (same) passed.emplace(expand.attributes[i]->id, expand.projections[0][i]);
      }
      ASSIGN_OR_RETURN(made.child, planNode(expand.child, mapTargets(targets, passed)));
      return PhysicalPlanPtr(makePhysical(std::move(made)));
    }
    case LogicalKind::kWindow: {
      const auto& window = *node->as<plan::Window>();
      plan::WindowExec made;
      made.windowExpressions = window.windowExpressions;
      made.partitionBy = window.partitionBy;
      made.orderBy = window.orderBy;
      ASSIGN_OR_RETURN(made.child, planNode(window.child, targetsAmong(targets, AttributeSet::readBy(window.partitionBy))));
      return PhysicalPlanPtr(makePhysical(std::move(made)));
    }
    case LogicalKind::kSort: {
      const auto& sort = *node->as<plan::Sort>();
      plan::SortExec made;
      made.order = sort.order;
      made.global = sort.global;
      ASSIGN_OR_RETURN(made.child, planNode(sort.child, targets));
      return PhysicalPlanPtr(makePhysical(std::move(made)));
    }
    case LogicalKind::kLimit: return planLimit(*node->as<plan::Limit>());
    case LogicalKind::kOffset: {
      const auto& offset = *node->as<plan::Offset>();
      plan::GlobalLimitExec made;
      ASSIGN_OR_RETURN(made.offset, countOf(offset.count));
      ASSIGN_OR_RETURN(made.child, planNode(offset.child, {}));
      return PhysicalPlanPtr(makePhysical(std::move(made)));
    }
    case LogicalKind::kTail: {
      const auto& tail = *node->as<plan::Tail>();
      plan::CollectTailExec made;
      ASSIGN_OR_RETURN(made.limit, countOf(tail.count));
      ASSIGN_OR_RETURN(made.child, planNode(tail.child, {}));
      return PhysicalPlanPtr(makePhysical(std::move(made)));
    }
    case LogicalKind::kGenerate: {
      const auto& generate = *node->as<plan::Generate>();
      if (generate.generator->kind() == expr::ExprKind::kPythonUdf) {
        ASSIGN_OR_RETURN(plan::PythonMapExec table, planPythonFunctions(*node, context_));
        ASSIGN_OR_RETURN(PhysicalPlanPtr child, planNode(generate.child, {}));
        table.inputs.push_back(std::move(child));
        return PhysicalPlanPtr(makePhysical(std::move(table)));
      }
      plan::GenerateExec made;
      made.generator = generate.generator;
      made.required = generate.required;
      made.outer = generate.outer;
      made.generatorOutput = generate.generatorOutput;
      ASSIGN_OR_RETURN(made.child, planNode(generate.child, targetsAmong(targets, AttributeSet::of(generate.required))));
      return PhysicalPlanPtr(makePhysical(std::move(made)));
    }
    case LogicalKind::kSample: {
      const auto& sample = *node->as<plan::Sample>();
      plan::SampleExec made;
      made.lowerBound = sample.lowerBound;
      made.upperBound = sample.upperBound;
      made.withReplacement = sample.withReplacement;
      made.seed = sample.seed;
      ASSIGN_OR_RETURN(made.child, planNode(sample.child, {}));
      return PhysicalPlanPtr(makePhysical(std::move(made)));
    }
    case LogicalKind::kRepartition: {
      const auto& repartition = *node->as<plan::Repartition>();
      ASSIGN_OR_RETURN(PhysicalPlanPtr child, planNode(repartition.child, {}));
      if (!repartition.shuffle) {
        plan::CoalesceExec made;
        made.numPartitions = repartition.numPartitions;
        made.child = std::move(child);
        return PhysicalPlanPtr(makePhysical(std::move(made)));
      }
      plan::ShuffleExchangeExec made;
      made.partitioning.kind = repartition.numPartitions == 1 ? plan::Partitioning::Kind::kSingle : plan::Partitioning::Kind::kRoundRobin;
      made.partitioning.numPartitions = repartition.numPartitions;
      made.partitioning.userSpecified = true;
      made.child = std::move(child);
      return PhysicalPlanPtr(makePhysical(std::move(made)));
    }
    case LogicalKind::kRepartitionByExpression: return planRepartition(*node->as<plan::RepartitionByExpression>());
    case LogicalKind::kCollectMetrics: {
      const auto& metrics = *node->as<plan::CollectMetrics>();
      plan::CollectMetricsExec made;
      made.name = metrics.name;
      made.planId = metrics.planId;
      made.metrics = metrics.metrics;
      ASSIGN_OR_RETURN(made.child, planNode(metrics.child, {}));
      return PhysicalPlanPtr(makePhysical(std::move(made)));
    }
    case LogicalKind::kScriptTransformation: {
      const auto& script = *node->as<plan::ScriptTransformation>();
      plan::ScriptTransformationExec made;
      made.script = script.script;
      made.inputs = script.inputs;
      made.results = script.results;
      made.schemaLess = script.schemaLess;
      made.inputFormat = script.inputFormat;
      made.outputFormat = script.outputFormat;
      ASSIGN_OR_RETURN(made.child, planNode(script.child, {}));
      return PhysicalPlanPtr(makePhysical(std::move(made)));
    }
    case LogicalKind::kMapPartitions:
    case LogicalKind::kGroupMap:
    case LogicalKind::kCoGroupMap: {
      ASSIGN_OR_RETURN(plan::PythonMapExec made, planPythonFunctions(*node, context_));
      for (const LogicalPlanPtr& input : node->children()) {
        ASSIGN_OR_RETURN(PhysicalPlanPtr child, planNode(input, {}));
        made.inputs.push_back(std::move(child));
      }
      return PhysicalPlanPtr(makePhysical(std::move(made)));
    }
    case LogicalKind::kSubqueryAlias:
    case LogicalKind::kResolvedHint:
    case LogicalKind::kView: return planNode(node->children()[0], targets);
    default: return unplannable(*node);
  }
}

namespace {

// The filters that a scan may apply, or pass over rows by.
std::vector<ExprPtr> forScans(const std::vector<ExprPtr>& filters) {
  std::vector<ExprPtr> out;
  for (const ExprPtr& filter : filters) {
    if (optimizer::isMovable(filter) && !filter->traits().hasPythonUdf) out.push_back(filter);
  }
  return out;
}

}  // namespace

PhysicalPlanPtr PhysicalPlanning::planCached(const plan::InMemoryRelation& relation, const std::vector<ExprPtr>& filters) {
  plan::InMemoryTableScanExec scan;
  scan.attributes = relation.attributes;
  scan.filters = forScans(filters);
  scan.key = relation.key;
  scan.data = relation.data;
  return makePhysical(std::move(scan));
}

PhysicalPlanning::Planned PhysicalPlanning::planScan(const plan::Relation& relation, const std::vector<ExprPtr>& filters, const Targets& targets) {
  plan::FileSourceScanExec scan;
  scan.table = relation.table;
  scan.attributes = relation.attributes;
  scan.tableName = relation.name;
  scan.filters = forScans(filters);
  scan.dynamicFilters = targetsAmong(targets, AttributeSet::of(relation.attributes));
  for (const DynamicFilterTarget& target : scan.dynamicFilters) usedFilters_.insert(target.filterId);
  return PhysicalPlanPtr(makePhysical(std::move(scan)));
}

PhysicalPlanning::Planned PhysicalPlanning::planFilter(const plan::Filter& filter, const Targets& targets) {
  plan::FilterExec made;
  made.condition = filter.condition;
  const auto* window = filter.child->as<plan::Window>();
  if (const int64_t limit = window == nullptr ? 0 : firstRowsOf(*window, filter.condition); limit > 0) {
    ASSIGN_OR_RETURN(made.child, planNode(filter.child, targets));
    plan::WindowExec limited(*made.child->as<plan::WindowExec>());
    limited.rowLimit = limit;
    const double rows = made.child->estimatedRows();
    made.child = PhysicalPlanPtr(makePhysical(std::move(limited)))->withEstimatedRows(rows);
    return PhysicalPlanPtr(makePhysical(std::move(made)));
  }
  if (const auto* relation = filter.child->as<plan::Relation>()) {
    ASSIGN_OR_RETURN(made.child, planScan(*relation, expr::splitConjuncts(filter.condition), targets));
    made.child = made.child->withEstimatedRows(context_.estimator().estimate(filter.child)->rows);
  } else if (const auto* cached = filter.child->as<plan::InMemoryRelation>()) {
    made.child = planCached(*cached, expr::splitConjuncts(filter.condition))->withEstimatedRows(context_.estimator().estimate(filter.child)->rows);
  } else {
    ASSIGN_OR_RETURN(made.child, planNode(filter.child, targets));
  }
  return PhysicalPlanPtr(makePhysical(std::move(made)));
}

PhysicalPlanning::Planned PhysicalPlanning::planProject(const plan::Project& project, const Targets& targets) {
  plan::ProjectExec made;
  made.projectList = project.projectList;
  ASSIGN_OR_RETURN(made.child, planNode(project.child, mapTargets(targets, namedMap(project.projectList))));
  return PhysicalPlanPtr(makePhysical(std::move(made)));
}

PhysicalPlanning::Planned PhysicalPlanning::planGrouped(const plan::Aggregate& aggregate, const Targets& targets) {
  optimizer::AttributeMap keys;
  for (const ExprPtr& named : aggregate.aggregates) {
    const ExprPtr& value = expr::withoutAlias(named);
    const bool isKey = std::any_of(aggregate.grouping.begin(), aggregate.grouping.end(), [&](const ExprPtr& key) { return optimizer::semanticEquals(key, value); });
    if (isKey) keys.emplace(expr::toAttribute(named)->id, value);
  }
  ASSIGN_OR_RETURN(PhysicalPlanPtr child, planNode(aggregate.child, mapTargets(targets, keys)));
  return planAggregate(aggregate, std::move(child));
}

PhysicalPlanning::Planned PhysicalPlanning::planUnion(const plan::Union& node, const Targets& targets) {
  plan::UnionExec made;
  made.attributes = node.attributes;
  for (const LogicalPlanPtr& input : node.inputs) {
    optimizer::AttributeMap map;
    const std::vector<AttributePtr> columns = input->output();
    for (size_t i = 0; i < columns.size() && i < node.attributes.size(); ++i) map.emplace(node.attributes[i]->id, columns[i]);
    ASSIGN_OR_RETURN(PhysicalPlanPtr child, planNode(input, mapTargets(targets, map)));
    made.inputs.push_back(std::move(child));
  }
  return PhysicalPlanPtr(makePhysical(std::move(made)));
}

void PhysicalPlanning::splitTargets(const plan::Join& join, const std::vector<EquiKey>& keys, const Targets& targets, Targets& left,
                                    Targets& right) const {
  if (join.type == JoinType::kFullOuter) return;
  const AttributeSet leftSet = AttributeSet::outputOf(*join.left);
  const AttributeSet rightSet = AttributeSet::outputOf(*join.right);
  for (const DynamicFilterTarget& target : targets) {
    const bool fromLeft = leftSet.contains(target.column->id);
    if (!fromLeft && !rightSet.contains(target.column->id)) continue;
    (fromLeft ? left : right).push_back(target);
    if (join.type == JoinType::kNullAwareAnti || (fromLeft && join.type == JoinType::kRightOuter) || (!fromLeft && join.type == JoinType::kLeftOuter)) continue;
    for (const EquiKey& key : keys) {
      const auto* own = optimizer::asAttribute(fromLeft ? key.left : key.right);
      const auto* other = optimizer::asAttribute(fromLeft ? key.right : key.left);
      if (own == nullptr || other == nullptr || own->id != target.column->id || key.nullSafe) continue;
      (fromLeft ? right : left).push_back({target.filterId, optimizer::toAttributePtr(fromLeft ? key.right : key.left)});
    }
  }
}

PhysicalPlanning::Planned PhysicalPlanning::planJoin(const LogicalPlanPtr& node, const Targets& targets) {
  const auto& join = *node->as<plan::Join>();
  const auto leftEstimate = context_.estimator().estimate(join.left);
  const auto rightEstimate = context_.estimator().estimate(join.right);
  const JoinStrategy strategy = chooseJoinStrategy(join, *leftEstimate, *rightEstimate, options_);
  Targets left;
  Targets right;
  splitTargets(join, strategy.keys, targets, left, right);
  if (!strategy.hasKeys()) {
    plan::BroadcastNestedLoopJoinExec made;
    made.type = join.type;
    made.buildSide = strategy.buildSide;
    made.condition = join.condition;
    made.exists = join.exists;
    ASSIGN_OR_RETURN(made.left, planNode(join.left, left));
    ASSIGN_OR_RETURN(made.right, planNode(join.right, right));
    return PhysicalPlanPtr(makePhysical(std::move(made)));
  }
  // The build side is planned first: its scans come before those of the probe side, which get filters from it.
  const bool buildsLeft = strategy.buildSide == BuildSide::kLeft;
  const optimizer::PlanEstimate& build = buildsLeft ? *leftEstimate : *rightEstimate;
  const optimizer::PlanEstimate& probe = buildsLeft ? *rightEstimate : *leftEstimate;
  ASSIGN_OR_RETURN(PhysicalPlanPtr buildPlan, planNode(buildsLeft ? join.left : join.right, buildsLeft ? left : right));
  Targets& probeTargets = buildsLeft ? right : left;
  std::vector<int64_t> filterIds(strategy.leftKeys.size(), 0);
  for (size_t i = 0; strategy.dropsUnmatchedProbeRows && i < filterIds.size(); ++i) {
    if (strategy.keyPositions[i] < 0) continue;
    const EquiKey& key = strategy.keys[static_cast<size_t>(strategy.keyPositions[i])];
    const ExprPtr& probeKey = buildsLeft ? key.right : key.left;
    if (probeKey->kind() != expr::ExprKind::kAttributeReference) continue;
    const EquiKey probeFirst{probeKey, buildsLeft ? key.left : key.right, key.nullSafe};
    if (key.nullSafe || optimizer::matchFraction(probe, build, {probeFirst}) > kWorthwhileFilter) continue;
    filterIds[i] = nextFilterId_++;
    probeTargets.push_back({filterIds[i], optimizer::toAttributePtr(probeKey)});
  }
  ASSIGN_OR_RETURN(PhysicalPlanPtr probePlan, planNode(buildsLeft ? join.right : join.left, probeTargets));
  for (int64_t& id : filterIds) {
    if (!usedFilters_.contains(id)) id = 0;
  }
  const auto fill = [&](auto made) -> PhysicalPlanPtr {
    made.leftKeys = strategy.leftKeys;
    made.rightKeys = strategy.rightKeys;
    made.type = join.type;
    made.buildSide = strategy.buildSide;
    made.condition = strategy.residual;
    made.exists = join.exists;
    made.dynamicFilterIds = filterIds;
    made.left = buildsLeft ? buildPlan : probePlan;
    made.right = buildsLeft ? probePlan : buildPlan;
    return makePhysical(std::move(made));
  };
  return strategy.broadcast ? fill(plan::BroadcastHashJoinExec()) : fill(plan::ShuffledHashJoinExec());
}

PhysicalPlanning::Planned PhysicalPlanning::planTopN(const plan::Sort& sort, const std::vector<ExprPtr>* projectList, int64_t limit, int64_t offset) {
  plan::TakeOrderedAndProjectExec made;
  made.limit = limit;
  made.offset = offset;
  made.order = sort.order;
  made.projectList = projectList != nullptr ? *projectList : optimizer::asExpressions(sort.child->output());
  ASSIGN_OR_RETURN(made.child, planNode(sort.child, {}));
  return PhysicalPlanPtr(makePhysical(std::move(made)));
}

PhysicalPlanning::Planned PhysicalPlanning::planLimit(const plan::Limit& limit) {
  ASSIGN_OR_RETURN(const int64_t count, countOf(limit.count));
  int64_t offset = 0;
  LogicalPlanPtr child = limit.child;
  if (const auto* skipped = child->as<plan::Offset>()) {
    ASSIGN_OR_RETURN(offset, countOf(skipped->count));
    child = skipped->child;
  }
  if (const auto* sort = child->as<plan::Sort>(); sort != nullptr && sort->global) return planTopN(*sort, nullptr, count, offset);
  if (const auto* project = child->as<plan::Project>()) {
    const auto* sort = project->child->as<plan::Sort>();
    const bool deterministic = std::all_of(project->projectList.begin(), project->projectList.end(), [](const ExprPtr& e) { return e->deterministic(); });
    if (sort != nullptr && sort->global && deterministic) return planTopN(*sort, &project->projectList, count, offset);
  }
  ASSIGN_OR_RETURN(PhysicalPlanPtr below, planNode(child, {}));
  plan::LocalLimitExec local;
  local.limit = count + offset;
  local.child = withScanLimit(below, count + offset);
  plan::GlobalLimitExec made;
  made.limit = count;
  made.offset = offset;
  made.child = makePhysical(std::move(local));
  return PhysicalPlanPtr(makePhysical(std::move(made)));
}

PhysicalPlanning::Planned PhysicalPlanning::planRepartition(const plan::RepartitionByExpression& node) {
  plan::ShuffleExchangeExec made;
  using Kind = plan::Partitioning::Kind;
  const bool isRange = !node.partitionBy.empty() && node.partitionBy[0]->kind() == expr::ExprKind::kSortOrder;
  made.partitioning.kind = node.direct ? Kind::kDirect : isRange ? Kind::kRange : node.partitionBy.empty() ? Kind::kRoundRobin : Kind::kHash;
  made.partitioning.keys = node.partitionBy;
  made.partitioning.numPartitions = node.numPartitions > 0 ? node.numPartitions : options_.shufflePartitions;
  made.partitioning.userSpecified = true;
  ASSIGN_OR_RETURN(made.child, planNode(node.child, {}));
  return PhysicalPlanPtr(makePhysical(std::move(made)));
}

PhysicalPlanning::Planned PhysicalPlanning::planCteReference(const plan::CteRelationRef& reference) {
  auto at = ctePlans_.find(reference.cteId);
  if (at == ctePlans_.end()) {
    const auto definition = cteDefinitions_.find(reference.cteId);
    if (definition == cteDefinitions_.end()) return internalError("a reference to a CTE that has no definition");
    ASSIGN_OR_RETURN(PhysicalPlanPtr planned, planNode(definition->second, {}));
    at = ctePlans_.emplace(reference.cteId, std::move(planned)).first;
  }
  plan::SharedSubplanExec made;
  made.id = reference.cteId;
  made.attributes = reference.attributes;
  made.child = at->second;
  return PhysicalPlanPtr(makePhysical(std::move(made)));
}

}  // namespace flint::planner
