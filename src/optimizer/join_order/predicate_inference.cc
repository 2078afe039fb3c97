#include "optimizer/join_order/predicate_inference.h"

#include "plan/logical/relational.h"

#include <map>

namespace flint::optimizer {
namespace {

using expr::AttributeReference;
using expr::Comparison;
using expr::ComparisonOp;

// Classes of attributes that are equal to each other.
class EqualAttributes {
 public:
  void unite(const ExprPtr& a, const ExprPtr& b) {
    const ExprId x = root(a);
    const ExprId y = root(b);
    if (x == y) return;
    parent_[x] = y;
    auto& members = members_[y];
    for (ExprPtr& each : members_[x]) members.push_back(std::move(each));
    members_.erase(x);
  }
  const std::vector<ExprPtr>* classOf(ExprId id) {
    if (!parent_.contains(id)) return nullptr;
    return &members_[find(id)];
  }
  bool isEmpty() const { return parent_.empty(); }

 private:
  ExprId root(const ExprPtr& attribute) {
    const ExprId id = attribute->as<AttributeReference>()->id;
    if (parent_.emplace(id, id).second) members_[id].push_back(attribute);
    return find(id);
  }
  ExprId find(ExprId id) {
    while (parent_[id] != id) id = parent_[id];
    return id;
  }

  std::map<ExprId, ExprId> parent_;
  std::map<ExprId, std::vector<ExprPtr>> members_;
};

bool isColumnEquality(const ExprPtr& conjunct) {
  const auto* node = conjunct->as<Comparison>();
  return node != nullptr && node->op == ComparisonOp::kEqual && node->left->as<AttributeReference>() != nullptr &&
         node->right->as<AttributeReference>() != nullptr && node->left->dataType() == node->right->dataType();
}

}  // namespace

std::vector<ExprPtr> inferFromEqualities(const std::vector<ExprPtr>& conjuncts) {
  EqualAttributes equal;
  for (const ExprPtr& conjunct : conjuncts) {
    if (isColumnEquality(conjunct)) equal.unite(conjunct->as<Comparison>()->left, conjunct->as<Comparison>()->right);
  }
  std::vector<ExprPtr> out;
  if (equal.isEmpty()) return out;
  for (const ExprPtr& conjunct : conjuncts) {
    if (isColumnEquality(conjunct) || !isMovable(conjunct) || conjunct->traits().hasSubquery || conjunct->traits().hasPythonUdf) continue;
    const AttributeSet read = AttributeSet::readBy(conjunct);
    if (read.size() != 1) continue;
    const ExprId id = read.ids()[0];
    const std::vector<ExprPtr>* members = equal.classOf(id);
    if (members == nullptr) continue;
    for (const ExprPtr& member : *members) {
      const ExprId other = member->as<AttributeReference>()->id;
      if (other != id) out.push_back(replaceAttributes(conjunct, {{id, member}}));
    }
  }
  return out;
}

ExprPtr impliedBySide(const ExprPtr& disjunction, const AttributeSet& side) {
  if (disjunction->kind() != expr::ExprKind::kOr || !isMovable(disjunction)) return nullptr;
  ConjunctList parts;  // of the disjuncts, each once
  for (const ExprPtr& disjunct : expr::splitDisjuncts(disjunction)) {
    std::vector<ExprPtr> part;
    for (const ExprPtr& conjunct : expr::splitConjuncts(disjunct)) {
      const AttributeSet read = AttributeSet::readBy(conjunct);
      if (!read.isEmpty() && side.containsAll(read)) {
        part.push_back(conjunct);
      } else if (ExprPtr inner = impliedBySide(conjunct, side)) {
        part.push_back(std::move(inner));
      }
    }
    if (part.empty()) return nullptr;
    parts.add(expr::conjunction(part));
  }
  ExprPtr out;
  for (const ExprPtr& part : parts.list()) out = out == nullptr ? part : expr::makeOr(out, part);
  return out;
}

namespace {

// Whether the column comes from the side of an outer join below whose rows may be missing.
bool isFilledWithNulls(const LogicalPlanPtr& plan, ExprId column) {
  if (const auto* filter = plan->as<plan::Filter>()) return isFilledWithNulls(filter->child, column);
  if (const auto* project = plan->as<plan::Project>()) {
    const AttributeMap aliases = aliasMap(project->projectList);
    const auto alias = aliases.find(column);
    if (alias == aliases.end()) return isFilledWithNulls(project->child, column);
    const auto* source = asAttribute(alias->second);
    return source != nullptr && isFilledWithNulls(project->child, source->id);
  }
  const auto* join = plan->as<plan::Join>();
  if (join == nullptr) return false;
  const bool isRight = AttributeSet::outputOf(*join->right).contains(column);
  if (!isRight && !AttributeSet::outputOf(*join->left).contains(column)) return false;
  switch (join->type) {
    case plan::JoinType::kFullOuter: return true;
    case plan::JoinType::kLeftOuter: return isRight || isFilledWithNulls(join->left, column);
    case plan::JoinType::kRightOuter: return !isRight || isFilledWithNulls(join->right, column);
    default: return isFilledWithNulls(isRight ? join->right : join->left, column);
  }
}

}  // namespace

std::vector<ExprPtr> presenceInferred(const ExprPtr& condition, const LogicalPlanPtr& input) {
  std::vector<ExprPtr> out;
  const AttributeSet read = AttributeSet::readBy(condition);
  for (const AttributePtr& column : input->output()) {
    AttributeSet one;
    one.add(column->id);
    if (read.contains(column->id) && isFilledWithNulls(input, column->id) && rejectsNulls(condition, one)) out.push_back(makeIsNotNull(column));
  }
  return out;
}

}  // namespace flint::optimizer
