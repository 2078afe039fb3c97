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

// Whether the column comes from the side of an outer join below whose rows may be missing. Where a column is made is looked up at outer joins only: chains
// of inner joins are long and wide.
bool isFilledWithNulls(const LogicalPlanPtr& plan, ExprId column) {
  if (const auto* filter = plan->as<plan::Filter>()) return isFilledWithNulls(filter->child, column);
  if (const auto* project = plan->as<plan::Project>()) {
    for (const ExprPtr& each : project->projectList) {
      const auto* alias = each->as<expr::Alias>();
      if (alias == nullptr || alias->id != column) continue;
      const auto* source = asAttribute(alias->child);
      return source != nullptr && isFilledWithNulls(project->child, source->id);
    }
    return isFilledWithNulls(project->child, column);
  }
  const auto* join = plan->as<plan::Join>();
  if (join == nullptr) return false;
  const auto gives = [&](const LogicalPlanPtr& side) { return AttributeSet::outputOf(*side).contains(column); };
  switch (join->type) {
    case plan::JoinType::kFullOuter: return gives(join->left) || gives(join->right);
    case plan::JoinType::kLeftOuter: return gives(join->right) || isFilledWithNulls(join->left, column);
    case plan::JoinType::kRightOuter: return gives(join->left) || isFilledWithNulls(join->right, column);
    default: return isFilledWithNulls(join->left, column) || isFilledWithNulls(join->right, column);
  }
}

}  // namespace

std::vector<ExprPtr> presenceInferred(const ExprPtr& condition, const LogicalPlanPtr& input) {
  std::vector<ExprPtr> out;
  AttributeSet seen;
  tree::forEachNode(condition, [&](const ExprPtr& node) {
    const auto* column = node->as<AttributeReference>();
    if (column == nullptr || seen.contains(column->id)) return;
    seen.add(column->id);
    AttributeSet one;
    one.add(column->id);
    if (isFilledWithNulls(input, column->id) && rejectsNulls(condition, one)) out.push_back(makeIsNotNull(node));
  });
  return out;
}

}  // namespace flint::optimizer
