#include "optimizer/expression_rewrite.h"

#include <algorithm>

#include "plan/logical/relational.h"
#include "plan/logical/subquery_expressions.h"

namespace flint::optimizer {

using expr::Alias;
using expr::AttributeReference;
using expr::Comparison;
using expr::ComparisonOp;
using expr::ExprKind;
using expr::makeExpr;

ExprPtr replaceAttributes(const ExprPtr& expression, const AttributeMap& map) {
  if (map.empty()) return expression;
  if (const auto* attribute = expression->as<AttributeReference>()) {
    const auto found = map.find(attribute->id);
    return found == map.end() ? expression : found->second;
  }
  const expr::ExprTraits& traits = expression->traits();
  if (!traits.hasAttribute && !traits.hasSubquery) return expression;
  return tree::mapChildren(expression, [&](const ExprPtr& child) { return replaceAttributes(child, map); });
}

ExprPtr replaceInNamed(const ExprPtr& named, const AttributeMap& map) {
  const auto* attribute = named->as<AttributeReference>();
  ExprPtr replaced = replaceAttributes(named, map);
  if (attribute == nullptr || replaced == named) return replaced;
  const ExprPtr& inner = expr::withoutAlias(replaced);
  if (const auto* other = inner->as<AttributeReference>(); other != nullptr && other->id == attribute->id) return inner;
  return makeAliasAs(inner, toAttributePtr(named));
}

AttributeMap aliasMap(const std::vector<ExprPtr>& projection) {
  AttributeMap map;
  for (const ExprPtr& named : projection) {
    if (const auto* alias = named->as<Alias>()) map.emplace(alias->id, expr::withoutAlias(named));
  }
  return map;
}

ExprPtr replaceOuterReferences(const ExprPtr& expression, const AttributeMap& map) {
  if (const auto* outer = expression->as<expr::OuterReference>()) {
    const auto found = map.find(outer->attribute->id);
    return found == map.end() ? expression : found->second;
  }
  if (!expression->traits().hasOuterReference) return expression;
  return tree::mapChildren(expression, [&](const ExprPtr& child) { return replaceOuterReferences(child, map); });
}

namespace {

void flatten(const ExprPtr& expression, ExprKind kind, std::vector<ExprPtr>& out) {
  if (expression->kind() != kind) {
    out.push_back(canonical(expression));
    return;
  }
  for (const ExprPtr& child : expression->children()) flatten(child, kind, out);
}

ExprPtr canonicalAttribute(const AttributeReference& attribute) {
  AttributeReference plain;
  plain.type = attribute.type;
  plain.id = attribute.id;
  return makeExpr(std::move(plain));
}

}  // namespace

ExprPtr canonical(const ExprPtr& expression) {
  switch (expression->kind()) {
    case ExprKind::kAttributeReference: return canonicalAttribute(*expression->as<AttributeReference>());
    case ExprKind::kLiteral: return expression;
    case ExprKind::kAlias: return canonical(expr::withoutAlias(expression));
    case ExprKind::kAnd:
    case ExprKind::kOr: {
      std::vector<ExprPtr> operands;
      flatten(expression, expression->kind(), operands);
      std::stable_sort(operands.begin(), operands.end(), [](const ExprPtr& a, const ExprPtr& b) { return a->hash() < b->hash(); });
      ExprPtr out = operands[0];
      for (size_t i = 1; i < operands.size(); ++i) {
        out = expression->kind() == ExprKind::kAnd ? expr::makeAnd(out, operands[i]) : expr::makeOr(out, operands[i]);
      }
      return out;
    }
    case ExprKind::kComparison: {
      const auto& node = *expression->as<Comparison>();
      ExprPtr left = canonical(node.left);
      ExprPtr right = canonical(node.right);
      if (left->hash() > right->hash()) return expr::comparison(expr::mirrored(node.op), right, left);
      return expr::comparison(node.op, left, right);
    }
    default: break;
  }
  return tree::mapChildren(expression, [](const ExprPtr& child) { return canonical(child); });
}

bool semanticEquals(const ExprPtr& a, const ExprPtr& b) {
  if (a == b) return true;
  if (a == nullptr || b == nullptr) return false;
  if (const auto* left = a->as<AttributeReference>()) {
    const auto* right = b->as<AttributeReference>();
    return right != nullptr && left->id == right->id;
  }
  return canonical(a)->sameAs(*canonical(b));
}

bool ConjunctList::add(const ExprPtr& conjunct) {
  ExprPtr plain = canonical(conjunct);
  const uint64_t hash = plain->hash();
  const auto [begin, end] = canonicals_.equal_range(hash);
  for (auto at = begin; at != end; ++at) {
    if (at->second->sameAs(*plain)) return false;
  }
  canonicals_.emplace(hash, std::move(plain));
  conjuncts_.push_back(conjunct);
  return true;
}

void ConjunctList::addAll(const std::vector<ExprPtr>& conjuncts) {
  for (const ExprPtr& conjunct : conjuncts) add(conjunct);
}

namespace {

// Whether some row may raise an error, where an uncorrelated scalar subquery, computed before, may not.
bool raises(const ExprPtr& expression) {
  if (!expression->traits().canRaise) return false;
  if (!expression->traits().hasSubquery) return true;
  if (const auto* scalar = expression->as<plan::ScalarSubquery>()) return !scalar->outerAttributes.empty();
  const std::vector<ExprPtr> children = expression->children();
  bool childRaises = false;
  bool anyChildCanRaise = false;
  for (const ExprPtr& child : children) {
    anyChildCanRaise = anyChildCanRaise || child->traits().canRaise;
    childRaises = childRaises || raises(child);
  }
  if (childRaises) return true;
  if (!anyChildCanRaise) return true;  // it is the node itself
  switch (expression->kind()) {
    case ExprKind::kFunctionCall: return expression->as<expr::FunctionCall>()->binding == nullptr || expression->as<expr::FunctionCall>()->binding->canRaise;
    case ExprKind::kCast: return true;
    default: return false;
  }
}

}  // namespace

bool isMovable(const ExprPtr& conjunct) { return conjunct->deterministic() && !raises(conjunct); }

bool isTrueLiteral(const ExprPtr& expression) {
  const auto* literal = expression->as<expr::Literal>();
  return literal != nullptr && literal->type.is(TypeKind::kBoolean) && !literal->value.isNull() && literal->value.asBoolean();
}

bool isFalseOrNullLiteral(const ExprPtr& expression) {
  const auto* literal = expression->as<expr::Literal>();
  if (literal == nullptr) return false;
  return literal->value.isNull() || (literal->type.is(TypeKind::kBoolean) && !literal->value.asBoolean());
}

namespace {

// Whether the expression is null for certain when the attributes are.
bool nullWhen(const ExprPtr& expression, const AttributeSet& nulls) {
  switch (expression->kind()) {
    case ExprKind::kAttributeReference: return nulls.contains(expression->as<AttributeReference>()->id);
    case ExprKind::kLiteral: return expression->as<expr::Literal>()->value.isNull();
    case ExprKind::kAlias:
    case ExprKind::kCast:
    case ExprKind::kNot: return nullWhen(expression->children()[0], nulls);
    case ExprKind::kGetStructField: return nullWhen(expression->as<expr::GetStructField>()->child, nulls);
    case ExprKind::kComparison: {
      const auto& node = *expression->as<Comparison>();
      if (node.op == ComparisonOp::kEqualNullSafe) return false;
      return nullWhen(node.left, nulls) || nullWhen(node.right, nulls);
    }
    case ExprKind::kIn: return nullWhen(expression->as<expr::In>()->value, nulls);
    case ExprKind::kFunctionCall: {
      const auto& call = *expression->as<expr::FunctionCall>();
      if (call.binding == nullptr || call.binding->nulls != expr::NullRule::kNullIfAnyNull || !call.isDeterministic) return false;
      return std::any_of(call.arguments.begin(), call.arguments.end(), [&](const ExprPtr& argument) { return nullWhen(argument, nulls); });
    }
    default: return false;
  }
}

}  // namespace

bool rejectsNulls(const ExprPtr& condition, const AttributeSet& nulls) {
  switch (condition->kind()) {
    case ExprKind::kAnd: {
      const auto& node = *condition->as<expr::And>();
      return rejectsNulls(node.left, nulls) || rejectsNulls(node.right, nulls);
    }
    case ExprKind::kOr: {
      const auto& node = *condition->as<expr::Or>();
      return rejectsNulls(node.left, nulls) && rejectsNulls(node.right, nulls);
    }
    case ExprKind::kIsNotNull: return nullWhen(condition->as<expr::IsNotNull>()->child, nulls);
    case ExprKind::kNot: {
      const auto* isNull = condition->as<expr::Not>()->child->as<expr::IsNull>();
      return (isNull != nullptr && nullWhen(isNull->child, nulls)) || nullWhen(condition, nulls);
    }
    case ExprKind::kLiteral: return isFalseOrNullLiteral(condition);
    default: return nullWhen(condition, nulls);
  }
}

const AttributeReference* asAttribute(const ExprPtr& expression) { return expr::withoutAlias(expression)->as<AttributeReference>(); }

AttributePtr toAttributePtr(const ExprPtr& attributeReference) {
  return std::static_pointer_cast<const AttributeReference>(expr::withoutAlias(attributeReference));
}

int costOf(const ExprPtr& expression) {
  switch (expression->kind()) {
    case ExprKind::kAttributeReference:
    case ExprKind::kLiteral:
    case ExprKind::kOuterReference: return 0;
    case ExprKind::kAlias: return costOf(expression->as<Alias>()->child);
    case ExprKind::kScalarSubquery: return 0;
    case ExprKind::kPythonUdf: return 1000;
    default: break;
  }
  int cost = 1;
  for (const ExprPtr& child : expression->children()) cost += costOf(child);
  return cost;
}

bool matchEquiKey(const ExprPtr& conjunct, const AttributeSet& left, const AttributeSet& right, EquiKey& out) {
  const auto* node = conjunct->as<Comparison>();
  if (node == nullptr || (node->op != ComparisonOp::kEqual && node->op != ComparisonOp::kEqualNullSafe)) return false;
  if (!node->left->deterministic() || !node->right->deterministic()) return false;
  const AttributeSet a = AttributeSet::readBy(node->left);
  const AttributeSet b = AttributeSet::readBy(node->right);
  if (a.isEmpty() || b.isEmpty()) return false;
  out.nullSafe = node->op == ComparisonOp::kEqualNullSafe;
  if (left.containsAll(a) && right.containsAll(b)) {
    out.left = node->left;
    out.right = node->right;
    return true;
  }
  if (left.containsAll(b) && right.containsAll(a)) {
    out.left = node->right;
    out.right = node->left;
    return true;
  }
  return false;
}

ExprPtr makeIsNull(ExprPtr child) {
  expr::IsNull node;
  node.child = std::move(child);
  return makeExpr(std::move(node));
}

ExprPtr makeIsNotNull(ExprPtr child) {
  expr::IsNotNull node;
  node.child = std::move(child);
  return makeExpr(std::move(node));
}

ExprPtr makeAliasAs(ExprPtr child, const AttributePtr& attribute) {
  Alias alias;
  alias.child = std::move(child);
  alias.name = attribute->name;
  alias.id = attribute->id;
  alias.qualifier = attribute->qualifier;
  return makeExpr(std::move(alias));
}

LogicalPlanPtr makeFilter(const std::vector<ExprPtr>& conjuncts, LogicalPlanPtr child) {
  if (conjuncts.empty()) return child;
  plan::Filter filter;
  filter.condition = expr::conjunction(conjuncts);
  filter.child = std::move(child);
  return makePlan(std::move(filter));
}

LogicalPlanPtr makeProject(std::vector<ExprPtr> projectList, LogicalPlanPtr child) {
  plan::Project project;
  project.projectList = std::move(projectList);
  project.child = std::move(child);
  return makePlan(std::move(project));
}

std::vector<ExprPtr> asExpressions(const std::vector<AttributePtr>& attributes) { return {attributes.begin(), attributes.end()}; }

LogicalPlanPtr makeEmpty(std::vector<AttributePtr> attributes) {
  static const auto noBatches = std::make_shared<const std::vector<columnar::ColumnarBatch>>();
  plan::LocalRelation relation;
  relation.attributes = std::move(attributes);
  relation.batches = noBatches;
  return makePlan(std::move(relation));
}

}  // namespace flint::optimizer
