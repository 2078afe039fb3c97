#include "planner/join_strategy.h"

#include <algorithm>

namespace flint::planner {
namespace {

using expr::ExprPtr;
using optimizer::AttributeSet;
using optimizer::EquiKey;
using plan::BuildSide;
using plan::JoinHint;
using plan::JoinType;

// A value of the type, to stand for null beside a flag; null pointer for types that have no simple one.
ExprPtr anyValue(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kBoolean: return expr::literal(Value::boolean(false), type);
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInteger:
    case TypeKind::kLong:
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz:
    case TypeKind::kTime:
    case TypeKind::kYearMonthInterval:
    case TypeKind::kDayTimeInterval: return expr::literal(Value::integer(0), type);
    case TypeKind::kFloat:
    case TypeKind::kDouble: return expr::literal(Value::floating(0), type);
    case TypeKind::kDecimal: return expr::literal(Value::decimal(0), type);
    case TypeKind::kString:
    case TypeKind::kBinary: return expr::literal(Value::string(""), type);
    default: return nullptr;
  }
}

ExprPtr orValue(const ExprPtr& key, const ExprPtr& value) {
  expr::Coalesce node;
  node.arguments = {key, value};
  return makeExpr(std::move(node));
}

// False when the key cannot be compared by a hash table.
bool addKey(const EquiKey& key, JoinStrategy& out) {
  const auto position = static_cast<int32_t>(out.keys.size());
  const bool nulls = key.nullSafe && key.left->nullable() && key.right->nullable();
  if (!nulls) {
    out.leftKeys.push_back(key.left);
    out.rightKeys.push_back(key.right);
    out.keyPositions.push_back(position);
  } else {
    const ExprPtr value = anyValue(key.left->dataType());
    if (value == nullptr) return false;
    out.leftKeys.insert(out.leftKeys.end(), {orValue(key.left, value), optimizer::makeIsNull(key.left)});
    out.rightKeys.insert(out.rightKeys.end(), {orValue(key.right, value), optimizer::makeIsNull(key.right)});
    out.keyPositions.insert(out.keyPositions.end(), {-1, -1});
  }
  out.keys.push_back(key);
  return true;
}

double bytesOf(const optimizer::PlanEstimate& side) { return side.rows * side.rowWidth(); }

// How much smaller the left side has to be before it builds although the join keeps its rows and so has to mark them.
double leftBuildPenalty(JoinType type) {
  switch (type) {
    case JoinType::kInner:
    case JoinType::kCross:
    case JoinType::kRightOuter: return 1;
    case JoinType::kLeftOuter:
    case JoinType::kFullOuter: return 1.5;
    case JoinType::kLeftSemi:
    case JoinType::kLeftAnti: return 2;
    case JoinType::kNullAwareAnti:
    case JoinType::kExistence: return 0;  // never
  }
  return 0;
}

BuildSide chooseBuildSide(const plan::Join& join, double left, double right) {
  const double penalty = leftBuildPenalty(join.type);
  if (penalty == 0) return BuildSide::kRight;
  if (join.type != JoinType::kLeftSemi && join.type != JoinType::kLeftAnti) {
    const bool wantsLeft = join.leftHint == JoinHint::kBroadcast || join.leftHint == JoinHint::kShuffleHash;
    const bool wantsRight = join.rightHint == JoinHint::kBroadcast || join.rightHint == JoinHint::kShuffleHash;
    if (wantsLeft != wantsRight) return wantsLeft ? BuildSide::kLeft : BuildSide::kRight;
  }
  if (join.type == JoinType::kRightOuter) return right * 1.5 < left ? BuildSide::kRight : BuildSide::kLeft;
  return left * penalty < right ? BuildSide::kLeft : BuildSide::kRight;
}

bool mayBroadcast(JoinType type, BuildSide side) {
  switch (type) {
    case JoinType::kInner:
    case JoinType::kCross: return true;
    case JoinType::kRightOuter: return side == BuildSide::kLeft;
    case JoinType::kFullOuter: return false;
    case JoinType::kLeftOuter:
    case JoinType::kLeftSemi:
    case JoinType::kLeftAnti:
    case JoinType::kNullAwareAnti:
    case JoinType::kExistence: return side == BuildSide::kRight;
  }
  return false;
}

bool dropsUnmatched(JoinType type, BuildSide side) {
  switch (type) {
    case JoinType::kInner:
    case JoinType::kCross:
    case JoinType::kLeftSemi: return true;
    case JoinType::kLeftOuter:
    case JoinType::kLeftAnti: return side == BuildSide::kLeft;
    case JoinType::kRightOuter: return side == BuildSide::kRight;
    case JoinType::kFullOuter:
    case JoinType::kNullAwareAnti:
    case JoinType::kExistence: return false;
  }
  return false;
}

}  // namespace

JoinStrategy chooseJoinStrategy(const plan::Join& join, const optimizer::PlanEstimate& left, const optimizer::PlanEstimate& right,
                                const PlannerOptions& options) {
  JoinStrategy out;
  std::vector<ExprPtr> residual;
  if (join.condition != nullptr) {
    const AttributeSet leftSet = AttributeSet::outputOf(*join.left);
    const AttributeSet rightSet = AttributeSet::outputOf(*join.right);
    for (const ExprPtr& conjunct : expr::splitConjuncts(join.condition)) {
      EquiKey key;
      if (!optimizer::matchEquiKey(conjunct, leftSet, rightSet, key) || !addKey(key, out)) residual.push_back(conjunct);
    }
  }
  out.residual = residual.empty() ? nullptr : expr::conjunction(residual);
  out.buildSide = chooseBuildSide(join, bytesOf(left), bytesOf(right));
  const bool buildsLeft = out.buildSide == BuildSide::kLeft;
  const JoinHint hint = buildsLeft ? join.leftHint : join.rightHint;
  const bool small = options.autoBroadcastJoinThreshold >= 0 &&
                     bytesOf(buildsLeft ? left : right) <= static_cast<double>(options.autoBroadcastJoinThreshold);
  const bool forced = hint == JoinHint::kBroadcast;
  const bool refused = hint == JoinHint::kShuffleHash || hint == JoinHint::kNoBroadcastHash || hint == JoinHint::kShuffleMerge;
  out.broadcast = mayBroadcast(join.type, out.buildSide) && (forced || (small && !refused));
  out.dropsUnmatchedProbeRows = dropsUnmatched(join.type, out.buildSide);
  return out;
}

}  // namespace flint::planner
