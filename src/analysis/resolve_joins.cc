// Joins: conditions over both sides, USING and NATURAL, lateral ones, and the same columns on both sides.
#include <algorithm>
#include <unordered_set>

#include "analysis/attribute_ids.h"
#include "analysis/plan_resolver.h"
#include "analysis/type_coercion_rules.h"
#include "base/condition.h"
#include "plan/logical/subquery_expressions.h"
#include "expr/expression_text.h"

namespace flint::analysis {
namespace {

using plan::JoinType;

// Gives the right side new ids where it has columns of the left one: a relation joined with itself.
void separate(const std::vector<AttributePtr>& leftColumns, const std::vector<AttributePtr>& leftHidden, ResolvedPlan& right) {
  std::unordered_set<expr::ExprId> ids;
  for (const AttributePtr& column : leftColumns) ids.insert(column->id);
  for (const AttributePtr& column : leftHidden) ids.insert(column->id);
  const auto clashes = [&](const AttributePtr& column) { return ids.contains(column->id); };
  const std::vector<AttributePtr> output = right.plan->output();
  if (std::none_of(output.begin(), output.end(), clashes) && std::none_of(right.hidden.begin(), right.hidden.end(), clashes)) return;
  IdMap renamed;
  right.plan = withNewIds(right.plan, renamed);
  for (AttributePtr& column : right.hidden) {
    const auto known = renamed.find(column->id);
    if (known == renamed.end()) continue;
    expr::AttributeReference copy = *column;
    copy.id = known->second;
    column = expr::makeExpr(std::move(copy));
  }
  right.block = nullptr;
}

bool keepsRight(JoinType type) { return type != JoinType::kLeftSemi && type != JoinType::kLeftAnti && type != JoinType::kNullAwareAnti && type != JoinType::kExistence; }

std::vector<AttributePtr> hiddenOf(const ResolvedPlan& left, const ResolvedPlan& right, JoinType type) {
  std::vector<AttributePtr> out = left.hidden;
  if (type == JoinType::kRightOuter || type == JoinType::kFullOuter) {
    for (AttributePtr& column : out) column = expr::withNullability(column, true);
  }
  if (!keepsRight(type)) return out;
  const bool nullable = type == JoinType::kLeftOuter || type == JoinType::kFullOuter;
  for (const AttributePtr& column : right.hidden) out.push_back(nullable ? expr::withNullability(column, true) : column);
  return out;
}

}  // namespace

// A subquery in a join's condition reads columns of one side. Errors: UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_CORRELATED_EXPRESSION_IN_JOIN_CONDITION.
static Status requireOneSide(const ExprPtr& joined, const std::vector<AttributePtr>& left, const std::vector<AttributePtr>& right) {
  const auto reads = [](const std::vector<ExprPtr>& outer, const std::vector<AttributePtr>& side) {
    return std::any_of(outer.begin(), outer.end(), [&](const ExprPtr& each) {
      const auto* attribute = each->as<expr::AttributeReference>();
      return attribute != nullptr && std::any_of(side.begin(), side.end(), [&](const AttributePtr& column) { return column->id == attribute->id; });
    });
  };
  const expr::Expression* refused = nullptr;
  tree::forEachNode(joined, [&](const ExprPtr& node) {
    const std::vector<ExprPtr>* outer = nullptr;
    if (const auto* scalar = node->as<plan::ScalarSubquery>()) outer = &scalar->outerAttributes;
    if (const auto* exists = node->as<plan::Exists>()) outer = &exists->outerAttributes;
    if (const auto* in = node->as<plan::InSubquery>()) outer = &in->outerAttributes;
    if (outer != nullptr && reads(*outer, left) && reads(*outer, right)) refused = node.get();
  });
  if (refused == nullptr) return Status::ok();
  return Error(condition::kUnsupportedSubqueryExpressionCategoryUnsupportedCorrelatedExpressionInJoinCondition)
      .with("subqueryExpression", refused->sql())
      .at(refused->origin())
      .as(ErrorFamily::kAnalysis);
}

Result<ResolvedPlan> PlanResolver::resolveJoin(const plan::Join& node) {
  ASSIGN_OR_RETURN(const ResolvedPlan left, resolve(node.left));
  ASSIGN_OR_RETURN(ResolvedPlan right, resolve(node.right));
  const std::vector<AttributePtr> leftColumns = left.plan->output();
  separate(leftColumns, left.hidden, right);
  plan::Join join = node;
  join.left = left.plan;
  join.right = right.plan;
  // Hints on a side belong to the join.
  const auto takeHint = [](LogicalPlanPtr& side, plan::JoinHint& hint) {
    while (const auto* hinted = side->as<plan::ResolvedHint>()) {
      if (hint == plan::JoinHint::kNone) hint = hinted->hint;
      side = hinted->child;
    }
  };
  takeHint(join.left, join.leftHint);
  takeHint(join.right, join.rightHint);
  if (node.condition != nullptr) {
    std::vector<AttributePtr> columns = leftColumns;
    const std::vector<AttributePtr> more = right.plan->output();
    columns.insert(columns.end(), more.begin(), more.end());
    std::unordered_set<expr::ExprId> given;
    for (const AttributePtr& column : columns) given.insert(column->id);
    std::vector<AttributePtr> hidden = left.hidden;
    hidden.insert(hidden.end(), right.hidden.begin(), right.hidden.end());
    const auto scope = std::make_shared<const Scope>(std::move(columns), std::move(hidden), options_.caseSensitive);
    const NameContext names = contextOf(scope, {left.plan, right.plan});
    ASSIGN_OR_RETURN(join.condition, ExpressionResolver(*this, names).resolveCondition(node.condition, "JOIN"));
    const auto& traits = join.condition->traits();
    if (traits.hasAggregate || traits.hasWindow || traits.hasGenerator) {
      return Error(condition::kUnsupportedExprForOperator)
          .with("invalidExprSqls", expr::quotedExpression(join.condition))
          .at(node.condition->origin())
          .as(ErrorFamily::kAnalysis);
    }
    if (traits.hasSubquery) RETURN_IF_ERROR(requireOneSide(join.condition, left.plan->output(), right.plan->output()));
    if (!join.condition->deterministic()) {
      return Error(condition::kInvalidNonDeterministicExpressions).with("sqlExprs", expr::quotedExpression(join.condition)).at(node.condition->origin()).as(ErrorFamily::kAnalysis);
    }
    // Columns that neither side gives are hidden ones; the search for them goes through the whole tree.
    std::vector<AttributePtr> unseen;
    tree::forEachNode(join.condition, [&](const ExprPtr& each) {
      if (each->as<expr::AttributeReference>() == nullptr) return;
      auto attribute = std::static_pointer_cast<const expr::AttributeReference>(each);
      if (given.insert(attribute->id).second) unseen.push_back(std::move(attribute));
    });
    if (!unseen.empty()) {
      join.left = exposing(join.left, unseen);
      join.right = exposing(join.right, unseen);
    }
  }
  if (join.type == JoinType::kCross && join.condition != nullptr) join.type = JoinType::kInner;
  const auto widened = [](const LogicalPlanPtr& now, const LogicalPlanPtr& before) { return now != before && now->output().size() != before->output().size(); };
  const bool wider = widened(join.left, left.plan) || widened(join.right, right.plan);
  const JoinType type = join.type;
  std::vector<AttributePtr> wanted;
  if (wider) {
    plan::Join narrow = join;
    narrow.left = left.plan;
    narrow.right = right.plan;
    wanted = plan::makePlan(std::move(narrow))->output();
  }
  ResolvedPlan out{plan::makePlan(std::move(join), node.origin()), hiddenOf(left, right, type), nullptr};
  if (wider) out.plan = projected(out.plan, wanted);
  return out;
}

// Whether a plan gives one row at most.
static bool hasOneRow(const LogicalPlanPtr& plan) {
  if (plan->as<plan::OneRowRelation>() != nullptr) return true;
  if (const auto* aggregate = plan->as<plan::Aggregate>()) return aggregate->grouping.empty();
  if (const auto* local = plan->as<plan::LocalRelation>()) {
    return local->batches == nullptr || local->batches->empty() || (local->batches->size() == 1 && local->batches->front().numSelected() <= 1);
  }
  const bool passes = plan->as<plan::Project>() != nullptr || plan->as<plan::SubqueryAlias>() != nullptr || plan->as<plan::Filter>() != nullptr;
  return passes && hasOneRow(plan->children()[0]);
}

static Status requireDeterministic(const LogicalPlanPtr& lateral, const OriginPtr& origin) {
  const bool varies = tree::anyNode(lateral, [](const LogicalPlanPtr& plan) {
    const std::vector<ExprPtr> expressions = plan->expressions();
    return std::any_of(expressions.begin(), expressions.end(), [](const ExprPtr& each) { return each != nullptr && !each->deterministic(); });
  });
  if (!varies) return Status::ok();
  return Error(condition::kUnsupportedSubqueryExpressionCategoryNonDeterministicLateralSubqueries).with("treeNode", plan::treeString(lateral)).at(origin).as(ErrorFamily::kAnalysis);
}

Result<ResolvedPlan> PlanResolver::resolveLateralJoin(const plan::LateralJoin& node) {
  ASSIGN_OR_RETURN(const ResolvedPlan left, resolve(node.left));
  const auto scope = scopeOf(left);
  const NameContext outer = contextOf(scope, {left.plan});
  SubqueryFrame frame;
  frame.outer = &outer;
  frame.parent = frame_;
  plan::LateralJoin join = node;
  join.left = left.plan;
  ASSIGN_OR_RETURN(join.right, resolveSubquery(node.right, frame));
  ResolvedPlan right{join.right, {}, nullptr};
  separate(left.plan->output(), left.hidden, right);
  join.right = right.plan;
  if (!hasOneRow(left.plan)) RETURN_IF_ERROR(requireDeterministic(join.right, node.origin()));
  // What the right side reads of queries further out is read here, too.
  for (const ExprPtr& attribute : frame.outerAttributes) {
    const auto* further = attribute->as<expr::OuterReference>();
    if (further == nullptr || frame_ == nullptr) continue;
    const auto same = [&](const ExprPtr& known) {
      if (const auto* direct = known->as<expr::AttributeReference>()) return direct->id == further->attribute->id;
      const auto* noted = known->as<expr::OuterReference>();
      return noted != nullptr && noted->attribute->id == further->attribute->id;
    };
    if (std::none_of(frame_->outerAttributes.begin(), frame_->outerAttributes.end(), same)) frame_->outerAttributes.push_back(further->attribute);
  }
  if (node.condition != nullptr) {
    std::vector<AttributePtr> columns = left.plan->output();
    const std::vector<AttributePtr> more = join.right->output();
    columns.insert(columns.end(), more.begin(), more.end());
    const auto both = std::make_shared<const Scope>(std::move(columns), left.hidden, options_.caseSensitive);
    const NameContext names = contextOf(both, {left.plan, join.right});
    ASSIGN_OR_RETURN(join.condition, ExpressionResolver(*this, names).resolveCondition(node.condition, "JOIN"));
    if (!join.condition->deterministic()) {
      return Error(condition::kUnsupportedSubqueryExpressionCategoryLateralJoinConditionNonDeterministic).with("condition", expr::quotedExpression(join.condition)).at(node.condition->origin()).as(ErrorFamily::kAnalysis);
    }
  }
  return ResolvedPlan{plan::makePlan(std::move(join), node.origin()), left.hidden, nullptr};
}

Result<ResolvedPlan> PlanResolver::resolveUsingJoin(const plan::UnresolvedUsingJoin& node) {
  ASSIGN_OR_RETURN(const ResolvedPlan left, resolve(node.left));
  ASSIGN_OR_RETURN(ResolvedPlan right, resolve(node.right));
  const std::vector<AttributePtr> leftColumns = left.plan->output();
  separate(leftColumns, left.hidden, right);
  const std::vector<AttributePtr> rightColumns = right.plan->output();
  std::vector<std::string> keys = node.columns;
  if (node.natural) {
    for (const AttributePtr& column : leftColumns) {
      const auto same = [&](const AttributePtr& other) { return sameName(other->name, column->name); };
      const bool known = std::any_of(keys.begin(), keys.end(), [&](const std::string& key) { return sameName(key, column->name); });
      if (!known && std::any_of(rightColumns.begin(), rightColumns.end(), same)) keys.push_back(column->name);
    }
  }
  const auto keyOf = [&](const std::vector<AttributePtr>& columns, const std::string& name, const char* side) -> Result<AttributePtr> {
    for (const AttributePtr& column : columns) {
      if (sameName(column->name, name)) return column;
    }
    std::vector<std::string> known;
    for (const AttributePtr& column : columns) known.push_back(quoteIdentifier(column->name));
    std::sort(known.begin(), known.end());
    return Error(condition::kUnresolvedUsingColumnForJoin)
        .with("colName", quoteIdentifier(name))
        .with("side", side)
        .with("suggestion", expr::joinTexts(known))
        .at(node.origin())
        .as(ErrorFamily::kAnalysis);
  };
  plan::Join join;
  join.left = left.plan;
  join.right = right.plan;
  join.type = node.type == JoinType::kCross ? JoinType::kInner : node.type;
  const auto takeHint = [](LogicalPlanPtr& side, plan::JoinHint& hint) {
    while (const auto* hinted = side->as<plan::ResolvedHint>()) {
      if (hint == plan::JoinHint::kNone) hint = hinted->hint;
      side = hinted->child;
    }
  };
  takeHint(join.left, join.leftHint);
  takeHint(join.right, join.rightHint);
  std::vector<AttributePtr> leftKeys;
  std::vector<AttributePtr> rightKeys;
  std::vector<ExprPtr> conditions;
  for (const std::string& key : keys) {
    ASSIGN_OR_RETURN(AttributePtr leftKey, keyOf(leftColumns, key, "left"));
    ASSIGN_OR_RETURN(AttributePtr rightKey, keyOf(rightColumns, key, "right"));
    expr::Comparison equal;
    equal.left = leftKey;
    equal.right = rightKey;
    ASSIGN_OR_RETURN(ExprPtr condition, coerceComparison(*expr::makeExpr(std::move(equal), node.origin()), options_));
    conditions.push_back(std::move(condition));
    leftKeys.push_back(std::move(leftKey));
    rightKeys.push_back(std::move(rightKey));
  }
  join.condition = expr::conjunction(conditions);
  const JoinType type = join.type;
  const LogicalPlanPtr joined = plan::makePlan(std::move(join), node.origin());
  if (!keepsRight(type)) return ResolvedPlan{joined, left.hidden, nullptr};

  const auto isOneOf = [](const std::vector<AttributePtr>& keysOfSide, const AttributePtr& column) {
    return std::any_of(keysOfSide.begin(), keysOfSide.end(), [&](const AttributePtr& key) { return key->id == column->id; });
  };
  const std::vector<AttributePtr> all = joined->output();
  const auto current = [&](const AttributePtr& column) {
    return *std::find_if(all.begin(), all.end(), [&](const AttributePtr& each) { return each->id == column->id; });
  };
  plan::Project project;
  std::vector<AttributePtr> hidden = hiddenOf(left, right, type);
  for (size_t i = 0; i < leftKeys.size(); ++i) {
    const AttributePtr leftKey = current(leftKeys[i]);
    const AttributePtr rightKey = current(rightKeys[i]);
    switch (type) {
      case JoinType::kRightOuter:
        project.projectList.push_back(rightKey);
        hidden.push_back(leftKey);
        break;
      case JoinType::kFullOuter: {
        expr::Coalesce coalesce;
        coalesce.arguments = {leftKey, rightKey};
        ASSIGN_OR_RETURN(ExprPtr value, coerceCoalesce(*expr::makeExpr(std::move(coalesce)), options_));
        project.projectList.push_back(expr::alias(std::move(value), leftKey->name));
        hidden.push_back(leftKey);
        hidden.push_back(rightKey);
        break;
      }
      default:
        project.projectList.push_back(leftKey);
        hidden.push_back(rightKey);
        break;
    }
  }
  for (const AttributePtr& column : leftColumns) {
    if (!isOneOf(leftKeys, column)) project.projectList.push_back(current(column));
  }
  for (const AttributePtr& column : rightColumns) {
    if (!isOneOf(rightKeys, column)) project.projectList.push_back(current(column));
  }
  project.child = joined;
  return ResolvedPlan{plan::makePlan(std::move(project), node.origin()), std::move(hidden), nullptr};
}

}  // namespace flint::analysis
