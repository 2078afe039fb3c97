#include <algorithm>
#include <cmath>

#include "optimizer/statistics/plan_estimate.h"

namespace flint::optimizer {
namespace {

using expr::AttributeReference;
using expr::Comparison;
using expr::ComparisonOp;
using expr::ExprKind;
using expr::ExprPtr;

constexpr double kUnknown = 0.25;        // a condition nothing is known of
constexpr double kUnknownRange = 0.33;   // a < b
constexpr double kLikeContains = 0.1;
constexpr double kLikePrefix = 0.05;

// `attribute op literal`, mirrored if need be, looking through casts.
struct BoundedColumn {
  const AttributeReference* attribute = nullptr;
  ComparisonOp op = ComparisonOp::kEqual;
  const expr::Literal* literal = nullptr;
};

const ExprPtr& withoutCast(const ExprPtr& expression) {
  const auto* cast = expression->as<expr::Cast>();
  return cast == nullptr ? expression : withoutCast(cast->child);
}

bool matchBound(const Comparison& node, BoundedColumn& out) {
  out.op = node.op;
  out.attribute = withoutCast(node.left)->as<AttributeReference>();
  out.literal = node.right->as<expr::Literal>();
  if (out.attribute != nullptr && out.literal != nullptr) return true;
  out.op = expr::mirrored(node.op);
  out.attribute = withoutCast(node.right)->as<AttributeReference>();
  out.literal = node.left->as<expr::Literal>();
  return out.attribute != nullptr && out.literal != nullptr;
}

double rangeSelectivity(const ColumnEstimate& column, ComparisonOp op, double bound) {
  if (!column.min || !column.max) return kUnknownRange;
  const double low = *column.min;
  const double high = *column.max;
  const bool isLess = op == ComparisonOp::kLess || op == ComparisonOp::kLessOrEqual;
  if (high <= low) {
    const bool passes = isLess ? (op == ComparisonOp::kLess ? low < bound : low <= bound) : (op == ComparisonOp::kGreater ? low > bound : low >= bound);
    return passes ? 1 : 0;
  }
  double below = (bound - low) / (high - low);
  if (op == ComparisonOp::kLessOrEqual || op == ComparisonOp::kGreater) below += 1 / std::max(column.distinct, 1.0) * 0.5;
  below = std::clamp(below, 0.0, 1.0);
  return isLess ? below : 1 - below;
}

// A condition on the column itself: what is outside of it is outside for the columns it is compared with, too.
void narrow(ColumnEstimate& column, double fraction) {
  column.domain = std::max(1.0, column.domainSize() * fraction);
  column.distinct = std::max(1.0, column.distinct * fraction);
}

double equalitySelectivity(const ColumnEstimate& column, std::optional<double> value) {
  if (value && column.min && column.max && (*value < *column.min || *value > *column.max)) return 0;
  return 1 / std::max(column.distinct, 1.0);
}

double comparisonSelectivity(const Comparison& node, const PlanEstimate& input) {
  BoundedColumn bounded;
  if (matchBound(node, bounded)) {
    if (bounded.literal->value.isNull() && bounded.op != ComparisonOp::kEqualNullSafe) return 0;
    const ColumnEstimate column = input.column(bounded.attribute->id);
    const std::optional<double> value = asNumber(bounded.literal->value, bounded.literal->type);
    const double notNull = 1 - column.nullFraction;
    switch (bounded.op) {
      case ComparisonOp::kEqual:
      case ComparisonOp::kEqualNullSafe: return notNull * equalitySelectivity(column, value);
      case ComparisonOp::kNotEqual: return notNull * (1 - equalitySelectivity(column, value));
      case ComparisonOp::kLess:
      case ComparisonOp::kLessOrEqual:
      case ComparisonOp::kGreater:
      case ComparisonOp::kGreaterOrEqual:
        return notNull * (value ? rangeSelectivity(column, bounded.op, *value) : kUnknownRange);
    }
  }
  switch (node.op) {
    case ComparisonOp::kEqual:
    case ComparisonOp::kEqualNullSafe: return 1 / std::max({input.domainOf(node.left), input.domainOf(node.right), 1.0});
    case ComparisonOp::kNotEqual: return 1 - 1 / std::max({input.distinctOf(node.left), input.distinctOf(node.right), 2.0});
    case ComparisonOp::kLess:
    case ComparisonOp::kLessOrEqual:
    case ComparisonOp::kGreater:
    case ComparisonOp::kGreaterOrEqual: return kUnknownRange;
  }
  return kUnknown;
}

double inSelectivity(const expr::In& node, const PlanEstimate& input) {
  const double distinct = input.distinctOf(node.value);
  double sum = 0;
  const auto* attribute = withoutCast(node.value)->as<AttributeReference>();
  ColumnEstimate column;
  column.distinct = distinct;
  if (attribute != nullptr) column = input.column(attribute->id);
  for (const ExprPtr& item : node.list) {
    const auto* literal = item->as<expr::Literal>();
    sum += equalitySelectivity(column, literal == nullptr ? std::nullopt : asNumber(literal->value, literal->type));
  }
  return std::min(sum, 1.0) * (1 - column.nullFraction);
}

double callSelectivity(const expr::FunctionCall& call) {
  if (call.name == "startswith") return kLikePrefix;
  if (call.name == "like" || call.name == "ilike") {
    const Value* pattern = call.arguments.size() < 2 ? nullptr : expr::literalValue(call.arguments[1]);
    const bool isPrefix = pattern != nullptr && !pattern->isNull() && !pattern->asString().empty() && pattern->asString()[0] != '%';
    return isPrefix ? kLikePrefix : kLikeContains;
  }
  if (call.name == "contains" || call.name == "endswith") return kLikeContains;
  return kUnknown;
}

}  // namespace

// A range with two ends on one column is one condition, not two independent ones.
static std::optional<double> betweenSelectivity(const ExprPtr& a, const ExprPtr& b, const PlanEstimate& input) {
  const auto* first = a->as<Comparison>();
  const auto* second = b->as<Comparison>();
  BoundedColumn x;
  BoundedColumn y;
  if (first == nullptr || second == nullptr || !matchBound(*first, x) || !matchBound(*second, y)) return std::nullopt;
  if (x.attribute->id != y.attribute->id) return std::nullopt;
  const auto isLow = [](ComparisonOp op) { return op == ComparisonOp::kGreater || op == ComparisonOp::kGreaterOrEqual; };
  const auto isHigh = [](ComparisonOp op) { return op == ComparisonOp::kLess || op == ComparisonOp::kLessOrEqual; };
  if (!(isLow(x.op) && isHigh(y.op)) && !(isHigh(x.op) && isLow(y.op))) return std::nullopt;
  const auto low = asNumber(x.literal->value, x.literal->type);
  const auto high = asNumber(y.literal->value, y.literal->type);
  const ColumnEstimate column = input.column(x.attribute->id);
  if (!low || !high || !column.min || !column.max) return std::nullopt;
  const double both = rangeSelectivity(column, x.op, *low) + rangeSelectivity(column, y.op, *high) - 1;
  return std::max(both, 1 / std::max(column.distinct, 1.0)) * (1 - column.nullFraction);
}

double selectivity(const ExprPtr& condition, const PlanEstimate& input) {
  switch (condition->kind()) {
    case ExprKind::kLiteral: {
      const Value& value = condition->as<expr::Literal>()->value;
      return !value.isNull() && value.asBoolean() ? 1 : 0;
    }
    case ExprKind::kAnd: {
      std::vector<ExprPtr> conjuncts = expr::splitConjuncts(condition);
      double product = 1;
      for (size_t i = 0; i < conjuncts.size(); ++i) {
        if (conjuncts[i] == nullptr) continue;
        std::optional<double> paired;
        for (size_t j = i + 1; j < conjuncts.size() && !paired; ++j) {
          if (conjuncts[j] == nullptr) continue;
          paired = betweenSelectivity(conjuncts[i], conjuncts[j], input);
          if (paired) conjuncts[j] = nullptr;
        }
        product *= paired ? *paired : selectivity(conjuncts[i], input);
      }
      return product;
    }
    case ExprKind::kOr: {
      double none = 1;
      double sum = 0;
      for (const ExprPtr& disjunct : expr::splitDisjuncts(condition)) {
        const double each = selectivity(disjunct, input);
        none *= 1 - each;
        sum += each;
      }
      return std::min(1.0, std::max(1 - none, std::min(sum, 1.0)));
    }
    case ExprKind::kNot: return std::clamp(1 - selectivity(condition->as<expr::Not>()->child, input), 0.0, 1.0);
    case ExprKind::kIsNull:
    case ExprKind::kIsNotNull: {
      const auto* attribute = condition->children()[0]->as<AttributeReference>();
      const double nulls = attribute == nullptr ? 0.1 : input.column(attribute->id).nullFraction;
      return condition->kind() == ExprKind::kIsNull ? nulls : 1 - nulls;
    }
    case ExprKind::kComparison: return comparisonSelectivity(*condition->as<Comparison>(), input);
    case ExprKind::kIn: return inSelectivity(*condition->as<expr::In>(), input);
    case ExprKind::kFunctionCall: return callSelectivity(*condition->as<expr::FunctionCall>());
    case ExprKind::kAttributeReference: return 0.5;
    default: return kUnknown;
  }
}

void applyFilter(const ExprPtr& condition, PlanEstimate& estimate) {
  const double fraction = selectivity(condition, estimate);
  for (const ExprPtr& conjunct : expr::splitConjuncts(condition)) {
    BoundedColumn bounded;
    if (const auto* in = conjunct->as<expr::In>()) {
      const auto* attribute = in->value->as<AttributeReference>();
      if (attribute == nullptr) continue;
      const auto at = estimate.columns.find(attribute->id);
      if (at != estimate.columns.end()) at->second.distinct = at->second.domain = std::min(at->second.distinct, static_cast<double>(in->list.size()));
      continue;
    }
    const auto* node = conjunct->as<Comparison>();
    if (node == nullptr || !matchBound(*node, bounded)) continue;
    const auto at = estimate.columns.find(bounded.attribute->id);
    if (at == estimate.columns.end()) continue;
    ColumnEstimate& column = at->second;
    column.nullFraction = 0;
    const auto value = asNumber(bounded.literal->value, bounded.literal->type);
    switch (bounded.op) {
      case ComparisonOp::kEqual:
      case ComparisonOp::kEqualNullSafe:
        column.distinct = column.domain = 1;
        if (value) column.min = column.max = value;
        break;
      case ComparisonOp::kLess:
      case ComparisonOp::kLessOrEqual:
        if (value && column.min && column.max && *column.max > *column.min && *value < *column.max) {
          narrow(column, (std::max(*value, *column.min) - *column.min) / (*column.max - *column.min));
          column.max = std::max(*value, *column.min);
        }
        break;
      case ComparisonOp::kGreater:
      case ComparisonOp::kGreaterOrEqual:
        if (value && column.min && column.max && *column.max > *column.min && *value > *column.min) {
          narrow(column, (*column.max - std::min(*value, *column.max)) / (*column.max - *column.min));
          column.min = std::min(*value, *column.max);
        }
        break;
      case ComparisonOp::kNotEqual: break;
    }
  }
  estimate.scaleRows(estimate.rows * fraction);
}

}  // namespace flint::optimizer
