#include "optimizer/statistics/estimator.h"

#include <algorithm>
#include <cmath>

#include "optimizer/expression_rewrite.h"
#include "optimizer/statistics/join_estimate.h"
#include "plan/logical/cached_relation.h"
#include "plan/logical/relational.h"

namespace flint::optimizer {
namespace {

constexpr double kUnknownRows = 1e5;  // of a table that tells nothing
constexpr double kUnknownTextDistinct = 1000;

double widthOf(const DataType& type) {
  switch (type.physicalType()) {
    case PhysicalType::kBool:
    case PhysicalType::kInt8: return 1;
    case PhysicalType::kInt16: return 2;
    case PhysicalType::kInt32:
    case PhysicalType::kFloat: return 4;
    case PhysicalType::kInt64:
    case PhysicalType::kDouble: return 8;
    case PhysicalType::kInt128:
    case PhysicalType::kInterval: return 16;
    case PhysicalType::kString: return 24;
    case PhysicalType::kList:
    case PhysicalType::kStruct: return 48;
  }
  return 8;
}

ColumnEstimate fromStatistics(const connector::ColumnStatistics* statistics, const DataType& type, double rows) {
  ColumnEstimate out;
  out.width = widthOf(type);
  // Spans of whole numbers bound the number of values; of texts and fractions nothing is known without statistics.
  out.distinct = type.physicalType() == PhysicalType::kString ? std::min(rows, kUnknownTextDistinct) : rows;
  out.isGuessed = true;
  if (type.is(TypeKind::kBoolean)) {
    out.distinct = 2;
    out.isGuessed = false;
  }
  if (statistics == nullptr) return out;
  if (statistics->min) out.min = asNumber(*statistics->min, type);
  if (statistics->max) out.max = asNumber(*statistics->max, type);
  if (statistics->nullCount) out.nullFraction = std::clamp(static_cast<double>(*statistics->nullCount) / std::max(rows, 1.0), 0.0, 1.0);
  if (statistics->averageLength && type.physicalType() == PhysicalType::kString) out.width = 8 + *statistics->averageLength;
  if (statistics->distinctCount) {
    out.distinct = static_cast<double>(*statistics->distinctCount);
    out.isGuessed = false;
  } else if (out.min && out.max && (type.isIntegral() || type.is(TypeKind::kDate))) {
    out.distinct = std::min(rows, *out.max - *out.min + 1);
    out.isGuessed = false;
  } else if (out.min && out.max && type.is(TypeKind::kDecimal)) {
    out.distinct = std::min(rows, (*out.max - *out.min) * static_cast<double>(powerOfTen(type.scale())) + 1);
  }
  out.distinct = std::max(1.0, std::min(out.distinct, rows * (1 - out.nullFraction)));
  return out;
}

// The estimate of a named expression over `input`.
ColumnEstimate ofExpression(const ExprPtr& named, const PlanEstimate& input) {
  const ExprPtr& value = expr::withoutAlias(named);
  if (const auto* attribute = value->as<expr::AttributeReference>()) {
    ColumnEstimate out = input.column(attribute->id);
    if (input.find(attribute->id) == nullptr) out.width = widthOf(attribute->type);
    return out;
  }
  ColumnEstimate out;
  out.width = widthOf(value->dataType());
  out.distinct = input.distinctOf(value);
  if (const auto* cast = value->as<expr::Cast>()) {
    const auto* attribute = cast->child->as<expr::AttributeReference>();
    if (attribute != nullptr && cast->child->dataType().isNumeric() && cast->target.isNumeric()) {
      const ColumnEstimate child = input.column(attribute->id);
      out.min = child.min;
      out.max = child.max;
      out.nullFraction = child.nullFraction;
    }
  } else if (const auto* literal = value->as<expr::Literal>()) {
    out.min = out.max = asNumber(literal->value, literal->type);
    out.nullFraction = literal->value.isNull() ? 1 : 0;
  }
  return out;
}

std::optional<double> literalCount(const ExprPtr& count) {
  const Value* value = expr::literalValue(count);
  if (value == nullptr || value->isNull()) return std::nullopt;
  return static_cast<double>(value->asInteger());
}

}  // namespace

Estimator::EstimatePtr Estimator::estimate(const LogicalPlanPtr& plan) {
  const auto at = known_.find(plan.get());
  if (at != known_.end()) return at->second.estimate;
  auto made = std::make_shared<const PlanEstimate>(compute(plan));
  known_.emplace(plan.get(), Known{plan, made});
  return made;
}

PlanEstimate Estimator::ofRelation(const LogicalPlanPtr& plan) {
  const auto& relation = *plan->as<plan::Relation>();
  PlanEstimate out;
  out.rows = kUnknownRows;
  auto statistics = relation.table == nullptr ? Result<connector::TableStatistics>(connector::TableStatistics{}) : relation.table->statistics();
  if (!statistics.isOk()) statistics = connector::TableStatistics{};
  double widths = 0;
  for (const AttributePtr& attribute : relation.attributes) widths += widthOf(attribute->type);
  if (statistics->rowCount) {
    out.rows = static_cast<double>(*statistics->rowCount);
  } else if (statistics->sizeInBytes && relation.table != nullptr) {
    double rowWidth = 0;
    for (const StructField& field : relation.table->schema()) rowWidth += widthOf(field.type);
    out.rows = static_cast<double>(*statistics->sizeInBytes) / std::max(rowWidth * 0.5, 1.0);
  }
  out.rows = std::max(out.rows, 1.0);
  out.baseRows = out.rows;
  std::unordered_map<std::string_view, size_t> positions;
  if (relation.table != nullptr) {
    const StructFields& schema = relation.table->schema();
    for (size_t i = 0; i < schema.size() && i < statistics->columns.size(); ++i) positions.emplace(schema[i].name, i);
  }
  for (const AttributePtr& attribute : relation.attributes) {
    const auto at = positions.find(attribute->name);
    const connector::ColumnStatistics* column = at == positions.end() ? nullptr : &statistics->columns[at->second];
    out.columns.emplace(attribute->id, fromStatistics(column, attribute->type, out.rows));
  }
  return out;
}

PlanEstimate Estimator::ofAggregate(const LogicalPlanPtr& plan) {
  const auto& aggregate = *plan->as<plan::Aggregate>();
  const EstimatePtr child = estimate(aggregate.child);
  PlanEstimate out;
  double groups = 1;
  for (const ExprPtr& key : aggregate.grouping) groups *= child->distinctOf(key);
  // Several keys are seldom independent of each other.
  if (aggregate.grouping.size() > 1) groups = std::min(groups, child->rows * 0.75);
  out.rows = aggregate.grouping.empty() ? 1 : std::max(1.0, std::min(groups, child->rows));
  out.baseRows = out.rows;
  for (const ExprPtr& named : aggregate.aggregates) {
    ColumnEstimate column = ofExpression(named, *child);
    if (named->traits().hasAggregate) {
      column.distinct = out.rows;
      column.min.reset();
      column.max.reset();
    }
    column.reduceTo(out.rows);
    if (const AttributePtr attribute = expr::toAttribute(named)) out.columns.emplace(attribute->id, column);
  }
  return out;
}

PlanEstimate Estimator::ofJoin(const LogicalPlanPtr& plan) {
  const auto& join = *plan->as<plan::Join>();
  const EstimatePtr left = estimate(join.left);
  const EstimatePtr right = estimate(join.right);
  const AttributeSet leftSet = AttributeSet::outputOf(*join.left);
  const AttributeSet rightSet = AttributeSet::outputOf(*join.right);
  std::vector<EquiKey> keys;
  std::vector<ExprPtr> others;
  if (join.condition != nullptr) {
    for (const ExprPtr& conjunct : expr::splitConjuncts(join.condition)) {
      EquiKey key;
      if (matchEquiKey(conjunct, leftSet, rightSet, key)) {
        keys.push_back(std::move(key));
      } else {
        others.push_back(conjunct);
      }
    }
  }
  return joinEstimate(*left, *right, keys, others, join.type, join.exists == nullptr ? 0 : join.exists->id);
}

PlanEstimate Estimator::compute(const LogicalPlanPtr& plan) {
  using plan::LogicalKind;
  switch (plan->kind()) {
    case LogicalKind::kRelation: return ofRelation(plan);
    case LogicalKind::kJoin: return ofJoin(plan);
    case LogicalKind::kAggregate: return ofAggregate(plan);
    case LogicalKind::kFilter: {
      const auto& filter = *plan->as<plan::Filter>();
      PlanEstimate out = *estimate(filter.child);
      applyFilter(filter.condition, out);
      out.rows = std::max(out.rows, 1.0);
      return out;
    }
    case LogicalKind::kProject: {
      const auto& project = *plan->as<plan::Project>();
      const EstimatePtr child = estimate(project.child);
      PlanEstimate out;
      out.rows = child->rows;
      out.baseRows = child->baseRows;
      for (const ExprPtr& named : project.projectList) {
        const auto* attribute = named->as<expr::AttributeReference>();
        const auto* alias = named->as<expr::Alias>();
        if (attribute == nullptr && alias == nullptr) continue;
        out.columns.emplace(attribute != nullptr ? attribute->id : alias->id, ofExpression(named, *child));
      }
      return out;
    }
    case LogicalKind::kRange: {
      const auto& range = *plan->as<plan::Range>();
      PlanEstimate out;
      const double span = static_cast<double>(range.end) - static_cast<double>(range.start);
      out.rows = range.step == 0 ? 0 : std::max(0.0, std::ceil(span / static_cast<double>(range.step)));
      out.baseRows = out.rows;
      ColumnEstimate column;
      column.distinct = std::max(1.0, out.rows);
      column.min = static_cast<double>(std::min(range.start, range.end));
      column.max = static_cast<double>(std::max(range.start, range.end));
      out.columns.emplace(range.id->id, column);
      return out;
    }
    case LogicalKind::kLocalRelation: {
      const auto& relation = *plan->as<plan::LocalRelation>();
      PlanEstimate out;
      out.rows = 0;
      if (relation.batches != nullptr) {
        for (const auto& batch : *relation.batches) out.rows += static_cast<double>(batch.numSelected());
      }
      out.baseRows = out.rows;
      return out;
    }
    case LogicalKind::kInMemoryRelation: {
      const auto& relation = *plan->as<plan::InMemoryRelation>();
      const plan::CachedRelation* cached = plan::cachedRelation(relation.data);
      PlanEstimate out;
      const std::optional<int64_t> rows = cached == nullptr ? std::nullopt : cached->numRows();
      out.rows = rows.has_value() ? std::max(static_cast<double>(*rows), 1.0) : kUnknownRows;
      out.baseRows = out.rows;
      for (const AttributePtr& attribute : relation.attributes) out.columns.emplace(attribute->id, fromStatistics(nullptr, attribute->type, out.rows));
      return out;
    }
    case LogicalKind::kUnion: {
      const auto& node = *plan->as<plan::Union>();
      PlanEstimate out;
      out.rows = 0;
      for (const LogicalPlanPtr& input : node.inputs) {
        const EstimatePtr each = estimate(input);
        const std::vector<AttributePtr> columns = input->output();
        for (size_t i = 0; i < node.attributes.size() && i < columns.size(); ++i) {
          const ColumnEstimate column = each->column(columns[i]->id);
          auto [at, isNew] = out.columns.emplace(node.attributes[i]->id, column);
          if (isNew) continue;
          at->second.distinct = std::max(at->second.distinct, column.distinct);
          at->second.min = at->second.min && column.min ? std::optional(std::min(*at->second.min, *column.min)) : std::nullopt;
          at->second.max = at->second.max && column.max ? std::optional(std::max(*at->second.max, *column.max)) : std::nullopt;
        }
        out.rows += each->rows;
      }
      out.baseRows = out.rows;
      return out;
    }
    case LogicalKind::kExpand: {
      const auto& expand = *plan->as<plan::Expand>();
      const EstimatePtr child = estimate(expand.child);
      PlanEstimate out;
      out.rows = out.baseRows = child->rows * static_cast<double>(expand.projections.size());
      for (size_t i = 0; i < expand.attributes.size(); ++i) {
        ColumnEstimate column;
        double distinct = 0;
        for (const auto& projection : expand.projections) distinct = std::max(distinct, ofExpression(projection[i], *child).distinct);
        column.distinct = distinct + 1;
        column.width = widthOf(expand.attributes[i]->type);
        out.columns.emplace(expand.attributes[i]->id, column);
      }
      return out;
    }
    case LogicalKind::kLimit: {
      const auto& limit = *plan->as<plan::Limit>();
      PlanEstimate out = *estimate(limit.child);
      if (const auto count = literalCount(limit.count); count && *count < out.rows) out.scaleRows(*count);
      return out;
    }
    case LogicalKind::kTail: {
      const auto& tail = *plan->as<plan::Tail>();
      PlanEstimate out = *estimate(tail.child);
      if (const auto count = literalCount(tail.count); count && *count < out.rows) out.scaleRows(*count);
      return out;
    }
    case LogicalKind::kSample: {
      const auto& sample = *plan->as<plan::Sample>();
      PlanEstimate out = *estimate(sample.child);
      out.scaleRows(out.rows * std::clamp(sample.upperBound - sample.lowerBound, 0.0, 1.0));
      return out;
    }
    case LogicalKind::kGenerate: {
      const auto& generate = *plan->as<plan::Generate>();
      PlanEstimate out = *estimate(generate.child);
      out.rows *= 4;
      return out;
    }
    case LogicalKind::kWindow: {
      const auto& window = *plan->as<plan::Window>();
      PlanEstimate out = *estimate(window.child);
      for (const ExprPtr& named : window.windowExpressions) {
        ColumnEstimate column;
        column.distinct = out.rows;
        if (const AttributePtr attribute = expr::toAttribute(named)) out.columns.emplace(attribute->id, column);
      }
      return out;
    }
    case LogicalKind::kCteRelationRef: {
      const auto& reference = *plan->as<plan::CteRelationRef>();
      const auto at = ctes_.find(reference.cteId);
      PlanEstimate out;
      out.rows = out.baseRows = 1000;
      if (at == ctes_.end()) return out;
      const EstimatePtr definition = estimate(at->second);
      out.rows = definition->rows;
      out.baseRows = definition->baseRows;
      const std::vector<AttributePtr> columns = at->second->output();
      for (size_t i = 0; i < columns.size() && i < reference.attributes.size(); ++i) {
        out.columns.emplace(reference.attributes[i]->id, definition->column(columns[i]->id));
      }
      return out;
    }
    default: break;
  }
  const std::vector<LogicalPlanPtr> children = plan->children();
  if (children.empty()) return {};
  return *estimate(children.back());
}

}  // namespace flint::optimizer
