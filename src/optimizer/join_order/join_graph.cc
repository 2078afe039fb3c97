#include "optimizer/join_order/join_graph.h"

#include <algorithm>
#include <bit>
#include <map>

#include "optimizer/join_order/predicate_inference.h"
#include "optimizer/statistics/join_estimate.h"

namespace flint::optimizer {
namespace {

using expr::AttributeReference;
using plan::Join;
using plan::JoinHint;
using plan::JoinType;

constexpr double kAntiFloor = 0.05;

bool isReorderable(const Join& join) {
  if (join.leftHint != JoinHint::kNone || join.rightHint != JoinHint::kNone) return false;
  switch (join.type) {
    case JoinType::kInner:
    case JoinType::kCross:
    case JoinType::kLeftOuter:
    case JoinType::kLeftSemi:
    case JoinType::kLeftAnti:
    case JoinType::kNullAwareAnti:
    case JoinType::kExistence: break;
    case JoinType::kRightOuter:
    case JoinType::kFullOuter: return false;
  }
  return join.condition == nullptr || join.condition->deterministic();
}

// Only columns, perhaps under other names.
bool isRenaming(const plan::Project& project) {
  return std::all_of(project.projectList.begin(), project.projectList.end(), [](const ExprPtr& named) {
    return expr::withoutAlias(named)->kind() == expr::ExprKind::kAttributeReference;
  });
}

bool isColumnEquality(const ExprPtr& conjunct) {
  const auto* node = conjunct->as<expr::Comparison>();
  return node != nullptr && node->op == expr::ComparisonOp::kEqual && node->left->as<AttributeReference>() != nullptr &&
         node->right->as<AttributeReference>() != nullptr && node->left->dataType() == node->right->dataType();
}

}  // namespace

std::optional<JoinGraph> JoinGraph::of(const LogicalPlanPtr& root, Estimator& estimator, Recurse below) {
  const auto* top = root->as<Join>();
  if (top == nullptr || !isReorderable(*top)) return std::nullopt;
  JoinGraph graph;
  graph.collect(root, estimator, below);
  if (graph.size() > kMaxRelations) return std::nullopt;
  for (const AttributePtr& attribute : root->output()) graph.output_.push_back(replaceInNamed(attribute, graph.renames_));
  graph.finish(estimator);
  return graph;
}

void JoinGraph::addRelation(JoinRelation relation) {
  relation.output = AttributeSet::outputOf(*relation.plan);
  if (relation.exists != nullptr) relation.output.add(relation.exists->id);
  relations_.push_back(std::move(relation));
}

void JoinGraph::collect(const LogicalPlanPtr& node, Estimator& estimator, Recurse below) {
  if (const auto* join = node->as<Join>(); join != nullptr && isReorderable(*join)) {
    collect(join->left, estimator, below);
    std::vector<ExprPtr> conjuncts = join->condition == nullptr ? std::vector<ExprPtr>() : expr::splitConjuncts(join->condition);
    if (join->type == JoinType::kInner || join->type == JoinType::kCross) {
      hasCross_ = hasCross_ || join->type == JoinType::kCross;
      collect(join->right, estimator, below);
      for (const ExprPtr& conjunct : conjuncts) conjuncts_.push_back(replaceAttributes(conjunct, renames_));
      return;
    }
    JoinRelation relation;
    relation.plan = below(join->right, estimator);
    relation.type = join->type;
    relation.exists = join->exists;
    for (const ExprPtr& conjunct : conjuncts) relation.condition.push_back(replaceAttributes(conjunct, renames_));
    addRelation(std::move(relation));
    return;
  }
  if (const auto* project = node->as<plan::Project>(); project != nullptr && isRenaming(*project)) {
    const auto* join = project->child->as<Join>();
    if (join != nullptr && isReorderable(*join)) {
      collect(project->child, estimator, below);
      for (const auto& [id, value] : aliasMap(project->projectList)) renames_.emplace(id, replaceAttributes(value, renames_));
      return;
    }
  }
  JoinRelation relation;
  relation.plan = below(node, estimator);
  addRelation(std::move(relation));
}

RelationMask JoinGraph::relationsOf(const AttributeSet& attributes) const {
  RelationMask mask = 0;
  for (size_t i = 0; i < relations_.size(); ++i) {
    if (relations_[i].output.intersects(attributes)) mask |= RelationMask(1) << i;
  }
  return mask;
}

// What is known of one relation's columns alone holds for the columns of others that are equal to them.
void JoinGraph::inferFilters(Estimator&) {
  std::vector<ExprPtr> known;
  std::vector<ConjunctList> own(relations_.size());
  for (const ExprPtr& conjunct : conjuncts_) {
    if (isColumnEquality(conjunct)) known.push_back(conjunct);
  }
  if (known.empty()) return;
  for (size_t i = 0; i < relations_.size(); ++i) {
    const auto* filter = relations_[i].plan->as<plan::Filter>();
    if (relations_[i].isDependent() || filter == nullptr) continue;
    own[i].addAll(expr::splitConjuncts(filter->condition));
    known.insert(known.end(), own[i].list().begin(), own[i].list().end());
  }
  for (const ExprPtr& inferred : inferFromEqualities(known)) {
    const RelationMask mask = relationsOf(AttributeSet::readBy(inferred));
    if (std::popcount(mask) != 1) continue;
    const auto at = static_cast<size_t>(std::countr_zero(mask));
    JoinRelation& relation = relations_[at];
    if (relation.isDependent() || !own[at].add(inferred)) continue;
    const auto* filter = relation.plan->as<plan::Filter>();
    relation.plan = makeFilter(own[at].list(), filter == nullptr ? relation.plan : filter->child);
  }
}

void JoinGraph::finish(Estimator& estimator) {
  inferFilters(estimator);
  for (size_t i = 0; i < relations_.size(); ++i) {
    relations_[i].estimate = estimator.estimate(relations_[i].plan);
    if (relations_[i].isDependent()) dependents_ |= RelationMask(1) << i;
  }
  // Classes of equal columns.
  std::map<ExprId, size_t> classOf;
  PlanEstimate everything;
  for (const JoinRelation& relation : relations_) {
    for (const auto& [id, column] : relation.estimate->columns) everything.columns.emplace(id, column);
    everything.rows = std::max(everything.rows, relation.estimate->rows);
  }
  for (const ExprPtr& conjunct : conjuncts_) {
    const AttributeSet read = AttributeSet::readBy(conjunct);
    const RelationMask mask = relationsOf(read);
    const bool isClass = isColumnEquality(conjunct) && std::popcount(mask) == 2 && (mask & dependents_) == 0;
    if (!isClass) {
      JoinPredicate predicate;
      predicate.condition = conjunct;
      predicate.relations = mask;
      const auto* comparison = conjunct->as<expr::Comparison>();
      predicate.isEquality = comparison != nullptr && (comparison->op == expr::ComparisonOp::kEqual || comparison->op == expr::ComparisonOp::kEqualNullSafe) &&
                             (relationsOf(AttributeSet::readBy(comparison->left)) & relationsOf(AttributeSet::readBy(comparison->right))) == 0;
      predicate.selectivity = std::clamp(selectivity(conjunct, everything), 1e-9, 1.0);
      predicates_.push_back(std::move(predicate));
      continue;
    }
    const auto& comparison = *conjunct->as<expr::Comparison>();
    const AttributePtr left = toAttributePtr(comparison.left);
    const AttributePtr right = toAttributePtr(comparison.right);
    const auto a = classOf.find(left->id);
    const auto b = classOf.find(right->id);
    size_t target = 0;
    if (a == classOf.end() && b == classOf.end()) {
      target = classes_.size();
      classes_.emplace_back();
    } else {
      target = a != classOf.end() ? a->second : b->second;
    }
    const auto add = [&](const AttributePtr& column) {
      if (!classOf.emplace(column->id, target).second) return;
      const RelationMask one = relationsOf(AttributeSet::of({column}));
      const int relation = std::countr_zero(one);
      classes_[target].members.push_back({relation, column});
      classes_[target].relations |= one;
    };
    if (a != classOf.end() && b != classOf.end() && a->second != b->second) {
      const size_t other = b->second;
      for (const auto& member : classes_[other].members) {
        classOf[member.column->id] = target;
        classes_[target].members.push_back(member);
      }
      classes_[target].relations |= classes_[other].relations;
      classes_[other] = {};
      continue;
    }
    add(left);
    add(right);
  }
  std::erase_if(classes_, [](const EqualityClass& each) { return each.members.empty(); });
  filterWithinClasses(estimator);
  // Within a class the smallest domain comes first: it is the one that the others are looked up in.
  for (EqualityClass& each : classes_) {
    std::optional<double> low;
    std::optional<double> high;
    const auto columnOf = [&](const EqualityClass::Member& member) {
      const PlanEstimate& own = *relations_[static_cast<size_t>(member.relation)].estimate;
      ColumnEstimate column = own.column(member.column->id);
      for (const auto& other : each.members) {
        if (other.relation == member.relation) continue;
        const PlanEstimate& theirs = *relations_[static_cast<size_t>(other.relation)].estimate;
        boundGuess(column, referredValues(theirs.column(other.column->id), theirs));
      }
      return column;
    };
    for (const auto& member : each.members) {
      const ColumnEstimate column = columnOf(member);
      if (column.min) low = std::max(low.value_or(*column.min), *column.min);
      if (column.max) high = std::min(high.value_or(*column.max), *column.max);
    }
    for (auto& member : each.members) member.share = shareBetween(columnOf(member), low, high);
    std::stable_sort(each.members.begin(), each.members.end(), [](const auto& x, const auto& y) { return x.share.domain < y.share.domain; });
  }
  correctComposites();
  neighbors_.assign(relations_.size(), 0);
  const auto connectAll = [&](RelationMask mask) {
    for (RelationMask rest = mask; rest != 0; rest &= rest - 1) neighbors_[static_cast<size_t>(std::countr_zero(rest))] |= mask;
  };
  for (const EqualityClass& each : classes_) connectAll(each.relations);
  for (const JoinPredicate& each : predicates_) {
    if (std::popcount(each.relations) == 2) connectAll(each.relations);
  }
  for (size_t i = 0; i < relations_.size(); ++i) neighbors_[i] &= ~(RelationMask(1) << i);
  // Dependent relations: what they need, and what they do to the rows.
  for (size_t i = 0; i < relations_.size(); ++i) {
    JoinRelation& relation = relations_[i];
    if (!relation.isDependent()) continue;
    AttributeSet read = AttributeSet::readBy(relation.condition);
    relation.required = relationsOf(read) & ~(RelationMask(1) << i);
    if (relation.required == 0) relation.required = 1;  // without a condition on the left it comes after the first
    AttributeSet others;
    for (size_t j = 0; j < relations_.size(); ++j) {
      if (j != i) others.addAll(relations_[j].output);
    }
    std::vector<EquiKey> keys;
    bool hasOthers = false;
    for (const ExprPtr& conjunct : relation.condition) {
      EquiKey key;
      if (matchEquiKey(conjunct, others, relation.output, key)) {
        keys.push_back(std::move(key));
      } else {
        hasOthers = true;
      }
    }
    if (relation.type == JoinType::kLeftOuter) {
      relation.fraction = std::max(1.0, relation.estimate->rows * equiSelectivity(everything, *relation.estimate, keys));
    } else if (relation.type == JoinType::kExistence) {
      relation.fraction = 1;
    } else {
      double match = matchFraction(everything, *relation.estimate, keys);
      if (hasOthers) match *= 0.5;
      relation.fraction = relation.type == JoinType::kLeftSemi ? match : std::max(1 - match, kAntiFloor);
    }
  }
}

// Columns of one relation that are equal to the same column of another are equal to each other: a join compares one of them alone.
void JoinGraph::filterWithinClasses(Estimator& estimator) {
  for (EqualityClass& each : classes_) {
    std::vector<EqualityClass::Member> firsts;
    std::map<int, std::vector<ExprPtr>> filters;  // by relation
    for (const EqualityClass::Member& member : each.members) {
      const auto first = std::find_if(firsts.begin(), firsts.end(), [&](const auto& known) { return known.relation == member.relation; });
      if (first == firsts.end()) {
        firsts.push_back(member);
      } else {
        filters[member.relation].push_back(expr::comparison(expr::ComparisonOp::kEqual, first->column, member.column));
      }
    }
    for (auto& [at, conjuncts] : filters) {
      JoinRelation& relation = relations_[static_cast<size_t>(at)];
      relation.plan = makeFilter(conjuncts, relation.plan);
      relation.estimate = estimator.estimate(relation.plan);
    }
    each.members = std::move(firsts);
  }
}

// Two relations with several classes in common, as with a composite foreign key: together the columns have no more values than the referenced side rows.
void JoinGraph::correctComposites() {
  for (int a = 0; a < size(); ++a) {
    for (int b = a + 1; b < size(); ++b) {
      std::vector<EquiKey> keys;
      double independent = 1;
      for (const EqualityClass& each : classes_) {
        const EqualityClass::Member* left = nullptr;
        const EqualityClass::Member* right = nullptr;
        for (const auto& member : each.members) {
          if (member.relation == a && left == nullptr) left = &member;
          if (member.relation == b && right == nullptr) right = &member;
        }
        if (left == nullptr || right == nullptr) continue;
        keys.push_back({left->column, right->column, false});
        independent *= left->share.rows * right->share.rows / std::max(left->share.domain, right->share.domain);
      }
      if (keys.size() < 2) continue;
      const double together = equiSelectivity(*relations_[static_cast<size_t>(a)].estimate, *relations_[static_cast<size_t>(b)].estimate, keys);
      if (together > independent) corrections_.push_back({(RelationMask(1) << a) | (RelationMask(1) << b), together / independent});
    }
  }
}

double JoinGraph::rowsOf(RelationMask set) const {
  double rows = 1;
  for (RelationMask rest = set; rest != 0; rest &= rest - 1) {
    const JoinRelation& relation = relations_[static_cast<size_t>(std::countr_zero(rest))];
    rows *= relation.isDependent() && set != (rest & -rest) ? relation.fraction : std::max(relation.estimate->rows, 1.0);
  }
  for (const EqualityClass& each : classes_) {
    if (std::popcount(each.relations & set) < 2) continue;
    RelationMask seen = 0;
    for (const auto& member : each.members) {
      const RelationMask one = RelationMask(1) << member.relation;
      if ((set & one) == 0 || (seen & one) != 0) continue;
      rows *= member.share.rows;
      if (seen != 0) rows /= member.share.domain;
      seen |= one;
    }
  }
  for (const JoinPredicate& each : predicates_) {
    if ((each.relations & ~set) == 0) rows *= each.selectivity;
  }
  for (const PairCorrection& each : corrections_) {
    if ((each.pair & ~set) == 0) rows *= each.factor;
  }
  return std::max(rows, 1.0);
}

bool JoinGraph::connects(RelationMask a, RelationMask b) const {
  for (const EqualityClass& each : classes_) {
    if ((each.relations & a) != 0 && (each.relations & b) != 0) return true;
  }
  for (const JoinPredicate& each : predicates_) {
    if ((each.relations & ~(a | b)) == 0 && (each.relations & a) != 0 && (each.relations & b) != 0) return true;
  }
  return false;
}

bool JoinGraph::hasEquality(RelationMask a, RelationMask b) const {
  for (const EqualityClass& each : classes_) {
    if ((each.relations & a) != 0 && (each.relations & b) != 0) return true;
  }
  for (const JoinPredicate& each : predicates_) {
    if (each.isEquality && (each.relations & ~(a | b)) == 0 && (each.relations & a) != 0 && (each.relations & b) != 0) return true;
  }
  return false;
}

bool JoinGraph::isComplete(RelationMask set) const {
  for (RelationMask rest = set & dependents_; rest != 0; rest &= rest - 1) {
    if ((relations_[static_cast<size_t>(std::countr_zero(rest))].required & ~set) != 0) return false;
  }
  return true;
}

LogicalPlanPtr JoinGraph::join(const LogicalPlanPtr& left, RelationMask leftSet, const LogicalPlanPtr& right, RelationMask rightSet) const {
  std::vector<ExprPtr> conjuncts;
  for (const EqualityClass& each : classes_) {
    const EqualityClass::Member* a = nullptr;
    const EqualityClass::Member* b = nullptr;
    for (const auto& member : each.members) {
      const RelationMask one = RelationMask(1) << member.relation;
      if (a == nullptr && (one & leftSet) != 0) a = &member;
      if (b == nullptr && (one & rightSet) != 0) b = &member;
    }
    if (a != nullptr && b != nullptr) conjuncts.push_back(expr::comparison(expr::ComparisonOp::kEqual, a->column, b->column));
  }
  for (const JoinPredicate& each : predicates_) {
    const bool now = (each.relations & ~(leftSet | rightSet)) == 0 && (each.relations & ~leftSet) != 0 && (each.relations & ~rightSet) != 0;
    if (now) conjuncts.push_back(each.condition);
  }
  Join node;
  node.left = left;
  node.right = right;
  const bool isDependent = (rightSet & dependents_) != 0 && std::popcount(rightSet) == 1;
  if (!isDependent) {
    node.type = conjuncts.empty() && hasCross_ ? JoinType::kCross : JoinType::kInner;
    node.condition = conjuncts.empty() ? nullptr : expr::conjunction(conjuncts);
    return makePlan(std::move(node));
  }
  const JoinRelation& relation = relations_[static_cast<size_t>(std::countr_zero(rightSet))];
  node.type = relation.type;
  node.exists = relation.exists;
  node.condition = relation.condition.empty() ? nullptr : expr::conjunction(relation.condition);
  // Conditions of inner joins on columns that an outer join adds are no part of its own condition.
  return makeFilter(conjuncts, makePlan(std::move(node)));
}

LogicalPlanPtr JoinGraph::withOutput(LogicalPlanPtr plan) const {
  const std::vector<AttributePtr> given = plan->output();
  bool same = given.size() == output_.size();
  for (size_t i = 0; same && i < given.size(); ++i) {
    const auto* attribute = output_[i]->as<AttributeReference>();
    same = attribute != nullptr && attribute->id == given[i]->id;
  }
  return same ? plan : makeProject(output_, std::move(plan));
}

}  // namespace flint::optimizer
