#include <algorithm>

#include "optimizer/join_order/predicate_inference.h"
#include "optimizer/rules/rules.h"
#include "plan/logical/relational.h"

namespace flint::optimizer {
namespace {

using plan::Join;
using plan::JoinType;
using Conjuncts = std::vector<ExprPtr>;

bool isMarked(JoinType type) { return type == JoinType::kExistence; }

// Takes conjuncts from the root to the leaves in one walk. `push(plan, conjuncts)` gives a plan of the rows of `plan` for which all conjuncts are
// true; the conjuncts read only what `plan` gives.
class PredicatePushDown {
 public:
  LogicalPlanPtr push(const LogicalPlanPtr& node, Conjuncts conjuncts) {
    using plan::LogicalKind;
    switch (node->kind()) {
      case LogicalKind::kFilter: return pushFilter(node, std::move(conjuncts));
      case LogicalKind::kProject: return pushProject(node, std::move(conjuncts));
      case LogicalKind::kJoin: return pushJoin(node, std::move(conjuncts));
      case LogicalKind::kAggregate: return pushAggregate(node, std::move(conjuncts));
      case LogicalKind::kUnion: return pushUnion(node, std::move(conjuncts));
      case LogicalKind::kWindow: {
        const auto& window = *node->as<plan::Window>();
        AttributeSet keys;
        for (const ExprPtr& key : window.partitionBy) {
          if (const auto* attribute = asAttribute(key)) keys.add(attribute->id);
        }
        return pushIfReads(node, std::move(conjuncts), keys);
      }
      case LogicalKind::kGenerate: return pushIfReads(node, std::move(conjuncts), AttributeSet::of(node->as<plan::Generate>()->required));
      case LogicalKind::kExpand: return pushExpand(node, std::move(conjuncts));
      case LogicalKind::kSort:
      case LogicalKind::kRepartition:
      case LogicalKind::kRepartitionByExpression: return pushIfReads(node, std::move(conjuncts), AttributeSet::outputOf(*node));
      default: return withFilter(std::move(conjuncts), descend(node));
    }
  }

 private:
  // The conjuncts that could not go further, above `plan`; a condition that is never true leaves no rows at all.
  static LogicalPlanPtr withFilter(Conjuncts conjuncts, LogicalPlanPtr plan) {
    if (conjuncts.empty()) return plan;
    ConjunctList list;
    for (const ExprPtr& conjunct : conjuncts) {
      if (isFalseOrNullLiteral(conjunct)) return makeEmpty(plan->output());
      if (!isTrueLiteral(conjunct)) list.add(conjunct);
    }
    return makeFilter(list.list(), std::move(plan));
  }

  LogicalPlanPtr descend(const LogicalPlanPtr& node) {
    return tree::mapChildren(node, [this](const LogicalPlanPtr& child) { return push(child, {}); });
  }

  LogicalPlanPtr pushFilter(const LogicalPlanPtr& node, Conjuncts above) {
    const auto& filter = *node->as<plan::Filter>();
    const Conjuncts own = expr::splitConjuncts(filter.condition);
    if (!filter.condition->deterministic()) return withFilter(std::move(above), makeFilterLike(node, own, push(filter.child, {})));
    // What may raise an error stays here, after everything that may go before it.
    Conjuncts down;
    Conjuncts stay;
    for (const ExprPtr& conjunct : own) (isMovable(conjunct) || canJoin(conjunct, filter.child) ? down : stay).push_back(conjunct);
    for (ExprPtr& conjunct : above) (isMovable(conjunct) ? down : stay).push_back(std::move(conjunct));
    LogicalPlanPtr child = push(filter.child, down);
    // Nothing moved: what is below is again a filter of the same conjuncts over the same child.
    if (stay.empty()) {
      const auto* below = child->as<plan::Filter>();
      if (below != nullptr && below->child == filter.child && sameConjuncts(own, expr::splitConjuncts(below->condition))) return node;
      return child;
    }
    return makeFilterLike(node, stay, std::move(child));
  }

  // An equality between the two sides of an inner join below becomes its key even where computing the key may raise an error.
  static bool canJoin(const ExprPtr& conjunct, const LogicalPlanPtr& child) {
    const auto* join = child->as<Join>();
    if (join == nullptr || (join->type != JoinType::kInner && join->type != JoinType::kCross) || !conjunct->deterministic()) return false;
    const AttributeSet left = AttributeSet::outputOf(*join->left);
    const AttributeSet right = AttributeSet::outputOf(*join->right);
    EquiKey key;
    if (matchEquiKey(conjunct, left, right, key)) return true;
    const AttributeSet read = AttributeSet::readBy(conjunct);
    if (read.isEmpty()) return false;
    return (left.containsAll(read) && canJoin(conjunct, join->left)) || (right.containsAll(read) && canJoin(conjunct, join->right));
  }

  static bool sameConjuncts(const Conjuncts& a, const Conjuncts& b) { return a == b; }

  static LogicalPlanPtr makeFilterLike(const LogicalPlanPtr& old, const Conjuncts& conjuncts, LogicalPlanPtr child) {
    const auto& filter = *old->as<plan::Filter>();
    if (filter.child == child && sameConjuncts(conjuncts, expr::splitConjuncts(filter.condition))) return old;
    return withFilter(conjuncts, std::move(child));
  }

  LogicalPlanPtr pushProject(const LogicalPlanPtr& node, Conjuncts conjuncts) {
    const auto& project = *node->as<plan::Project>();
    const bool deterministic = std::all_of(project.projectList.begin(), project.projectList.end(), [](const ExprPtr& e) { return e->deterministic(); });
    if (conjuncts.empty() || !deterministic) return withFilter(std::move(conjuncts), descend(node));
    const AttributeMap aliases = aliasMap(project.projectList);
    AttributeSet columns;  // that are some of the input's
    for (const ExprPtr& named : project.projectList) {
      if (asAttribute(named) != nullptr) columns.add(expr::toAttribute(named)->id);
    }
    Conjuncts down;
    Conjuncts stay;
    for (ExprPtr& conjunct : conjuncts) {
      ExprPtr below = replaceAttributes(conjunct, aliases);
      if (isMovable(below) && !below->traits().hasPythonUdf) {
        down.push_back(std::move(below));
      } else {
        if (ExprPtr part = impliedBySide(conjunct, columns)) down.push_back(replaceAttributes(part, aliases));
        stay.push_back(std::move(conjunct));
      }
    }
    return withFilter(std::move(stay), withChild(node, push(project.child, std::move(down))));
  }

  static LogicalPlanPtr withChild(const LogicalPlanPtr& node, LogicalPlanPtr child) {
    return node->children()[0] == child ? node : node->withNewChildren({std::move(child)});
  }

  // Conjuncts that read `passed` only go below `node`, which has one child and gives these columns as they are.
  LogicalPlanPtr pushIfReads(const LogicalPlanPtr& node, Conjuncts conjuncts, const AttributeSet& passed) {
    Conjuncts down;
    Conjuncts stay;
    for (ExprPtr& conjunct : conjuncts) {
      const AttributeSet read = AttributeSet::readBy(conjunct);
      const bool goes = isMovable(conjunct) && !read.isEmpty() && passed.containsAll(read);
      (goes ? down : stay).push_back(std::move(conjunct));
    }
    return withFilter(std::move(stay), withChild(node, push(node->children()[0], std::move(down))));
  }

  LogicalPlanPtr pushExpand(const LogicalPlanPtr& node, Conjuncts conjuncts) {
    const auto& expand = *node->as<plan::Expand>();
    AttributeMap passed;
    for (size_t i = 0; i < expand.attributes.size(); ++i) {
      const auto* first = expand.projections.empty() ? nullptr : expand.projections[0][i]->as<expr::AttributeReference>();
      const bool same = first != nullptr && std::all_of(expand.projections.begin(), expand.projections.end(), [&](const auto& projection) {
        const auto* each = projection[i]->template as<expr::AttributeReference>();
        return each != nullptr && each->id == first->id;
      });
      if (same) passed.emplace(expand.attributes[i]->id, expand.projections[0][i]);
    }
    return pushReplaced(node, std::move(conjuncts), passed);
  }

  LogicalPlanPtr pushAggregate(const LogicalPlanPtr& node, Conjuncts conjuncts) {
    const auto& aggregate = *node->as<plan::Aggregate>();
    AttributeMap keys;
    if (!aggregate.grouping.empty()) {
      for (const ExprPtr& named : aggregate.aggregates) {
        const ExprPtr& value = expr::withoutAlias(named);
        if (value->traits().hasAggregate || !value->deterministic()) continue;
        const bool isKey = std::any_of(aggregate.grouping.begin(), aggregate.grouping.end(), [&](const ExprPtr& key) { return semanticEquals(key, value); });
        const AttributePtr attribute = expr::toAttribute(named);
        if (isKey && attribute != nullptr) keys.emplace(attribute->id, value);
      }
    }
    return pushReplaced(node, std::move(conjuncts), keys);
  }

  // Conjuncts that read only keys of `replacements` go below `node` with them replaced.
  LogicalPlanPtr pushReplaced(const LogicalPlanPtr& node, Conjuncts conjuncts, const AttributeMap& replacements) {
    Conjuncts down;
    Conjuncts stay;
    AttributeSet keys;
    for (const auto& [id, value] : replacements) keys.add(id);
    for (ExprPtr& conjunct : conjuncts) {
      const AttributeSet read = AttributeSet::readBy(conjunct);
      const bool known = !read.isEmpty() && std::all_of(read.ids().begin(), read.ids().end(), [&](ExprId id) { return replacements.contains(id); });
      ExprPtr below = known ? replaceAttributes(conjunct, replacements) : nullptr;
      if (known && isMovable(below)) {
        down.push_back(std::move(below));
      } else {
        // What an OR says of the keys alone goes down beside it.
        ExprPtr part = known || keys.isEmpty() ? nullptr : impliedBySide(conjunct, keys);
        if (part != nullptr) part = replaceAttributes(part, replacements);
        if (part != nullptr && isMovable(part)) down.push_back(std::move(part));
        stay.push_back(std::move(conjunct));
      }
    }
    return withFilter(std::move(stay), withChild(node, push(node->children()[0], std::move(down))));
  }

  LogicalPlanPtr pushUnion(const LogicalPlanPtr& node, Conjuncts conjuncts) {
    const auto& set = *node->as<plan::Union>();
    Conjuncts stay;
    Conjuncts down;
    for (ExprPtr& conjunct : conjuncts) (isMovable(conjunct) ? down : stay).push_back(std::move(conjunct));
    std::vector<LogicalPlanPtr> inputs;
    for (const LogicalPlanPtr& input : set.inputs) {
      AttributeMap map;
      const std::vector<AttributePtr> columns = input->output();
      for (size_t i = 0; i < columns.size(); ++i) map.emplace(set.attributes[i]->id, columns[i]);
      Conjuncts each;
      for (const ExprPtr& conjunct : down) each.push_back(replaceAttributes(conjunct, map));
      inputs.push_back(push(input, std::move(each)));
    }
    LogicalPlanPtr out = inputs == set.inputs ? node : node->withNewChildren(std::move(inputs));
    return withFilter(std::move(stay), std::move(out));
  }

  // What an outer join becomes when `conjuncts` above it drop rows whose one side is all null.
  static JoinType eliminateOuter(JoinType type, const Conjuncts& conjuncts, const AttributeSet& left, const AttributeSet& right) {
    const auto rejects = [&](const AttributeSet& side) {
      return std::any_of(conjuncts.begin(), conjuncts.end(), [&](const ExprPtr& conjunct) { return rejectsNulls(conjunct, side); });
    };
    switch (type) {
      case JoinType::kLeftOuter: return rejects(right) ? JoinType::kInner : type;
      case JoinType::kRightOuter: return rejects(left) ? JoinType::kInner : type;
      case JoinType::kFullOuter: {
        const bool keepsLeft = !rejects(right);
        const bool keepsRight = !rejects(left);
        if (keepsLeft) return keepsRight ? type : JoinType::kLeftOuter;
        return keepsRight ? JoinType::kRightOuter : JoinType::kInner;
      }
      default: return type;
    }
  }

  struct Sides {
    Conjuncts above;
    Conjuncts left;
    Conjuncts right;
    Conjuncts condition;
  };

  // `conjuncts` without the one that a column of the right side is null, where the join's condition never is true then: what is left are rows without match.
  static bool keepsUnmatchedOnly(const Join& join, const AttributeSet& right, Conjuncts& conjuncts) {
    if (join.type != JoinType::kLeftOuter || join.condition == nullptr) return false;
    const auto at = std::find_if(conjuncts.begin(), conjuncts.end(), [&](const ExprPtr& conjunct) {
      const auto* isNull = conjunct->as<expr::IsNull>();
      const auto* column = isNull == nullptr ? nullptr : isNull->child->as<expr::AttributeReference>();
      if (column == nullptr || !right.contains(column->id)) return false;
      AttributeSet tested;
      tested.add(column->id);
      return rejectsNulls(join.condition, tested);
    });
    if (at == conjuncts.end()) return false;
    conjuncts.erase(at);
    return true;
  }

  // An anti join, whose columns of the right side are all null.
  static LogicalPlanPtr antiJoin(const LogicalPlanPtr& node) {
    Join made(*node->as<Join>());
    made.type = JoinType::kLeftAnti;
    std::vector<ExprPtr> list = asExpressions(made.left->output());
    for (const AttributePtr& column : made.right->output()) list.push_back(makeAliasAs(expr::literalNull(column->type), column));
    return makeProject(std::move(list), makePlan(std::move(made), node->origin()));
  }

  LogicalPlanPtr pushJoin(const LogicalPlanPtr& node, Conjuncts conjuncts) {
    const auto& join = *node->as<Join>();
    const AttributeSet left = AttributeSet::outputOf(*join.left);
    const AttributeSet right = AttributeSet::outputOf(*join.right);
    if (keepsUnmatchedOnly(join, right, conjuncts)) return push(antiJoin(node), std::move(conjuncts));
    const JoinType type = eliminateOuter(join.type, conjuncts, left, right);
    const Conjuncts own = join.condition == nullptr ? Conjuncts() : expr::splitConjuncts(join.condition);
    Sides sides;
    if (type == JoinType::kInner || type == JoinType::kCross) {
      splitInner(node, conjuncts, own, left, right, sides);
    } else {
      splitOther(type, conjuncts, own, left, right, sides);
    }
    LogicalPlanPtr newLeft = push(join.left, std::move(sides.left));
    LogicalPlanPtr newRight = push(join.right, std::move(sides.right));
    JoinType newType = type;
    if (type == JoinType::kCross && !sides.condition.empty()) newType = JoinType::kInner;
    LogicalPlanPtr out = node;
    if (newLeft != join.left || newRight != join.right || newType != join.type || !sameConjuncts(own, sides.condition)) {
      Join made(join);
      made.left = std::move(newLeft);
      made.right = std::move(newRight);
      made.type = newType;
      made.condition = sides.condition.empty() ? nullptr : expr::conjunction(sides.condition);
      out = makePlan(std::move(made), node->origin());
    }
    return withFilter(std::move(sides.above), std::move(out));
  }

  static void splitInner(const LogicalPlanPtr& node, const Conjuncts& above, const Conjuncts& own, const AttributeSet& left, const AttributeSet& right,
                         Sides& sides) {
    ConjunctList all;
    for (const ExprPtr& conjunct : above) {
      if (!isMovable(conjunct) && !canJoin(conjunct, node)) {
        sides.above.push_back(conjunct);
      } else {
        all.add(conjunct);
      }
    }
    // The join's own condition may raise errors: such a conjunct stays in it.
    Conjuncts raising;
    for (const ExprPtr& conjunct : own) {
      if (!isMovable(conjunct) && !canJoin(conjunct, node)) {
        raising.push_back(conjunct);
      } else {
        all.add(conjunct);
      }
    }
    for (ExprPtr& inferred : inferFromEqualities(all.list())) all.add(std::move(inferred));
    for (const ExprPtr& conjunct : all.list()) {
      if (isTrueLiteral(conjunct)) continue;
      const AttributeSet read = AttributeSet::readBy(conjunct);
      if (read.isEmpty()) {
        sides.above.push_back(conjunct);
      } else if (left.containsAll(read)) {
        sides.left.push_back(conjunct);
      } else if (right.containsAll(read)) {
        sides.right.push_back(conjunct);
      } else {
        sides.condition.push_back(conjunct);
        if (ExprPtr part = impliedBySide(conjunct, left)) sides.left.push_back(std::move(part));
        if (ExprPtr part = impliedBySide(conjunct, right)) sides.right.push_back(std::move(part));
        const auto& join = *node->as<Join>();
        for (ExprPtr& part : presenceInferred(conjunct, join.left)) sides.left.push_back(std::move(part));
        for (ExprPtr& part : presenceInferred(conjunct, join.right)) sides.right.push_back(std::move(part));
      }
    }
    sides.condition.insert(sides.condition.end(), raising.begin(), raising.end());
  }

  // Outer, semi, anti and existence joins. From above goes down what reads only the side whose rows are kept; from the condition, what reads only
  // the side whose rows are not.
  static void splitOther(JoinType type, const Conjuncts& above, const Conjuncts& own, const AttributeSet& left, const AttributeSet& right, Sides& sides) {
    const bool keepsLeft = type != JoinType::kRightOuter && type != JoinType::kFullOuter;
    const bool keepsRight = type == JoinType::kRightOuter;
    Conjuncts fromAbove;
    for (const ExprPtr& conjunct : above) {
      const AttributeSet read = AttributeSet::readBy(conjunct);
      const bool movable = isMovable(conjunct) && !read.isEmpty();
      if (movable && keepsLeft && left.containsAll(read)) {
        sides.left.push_back(conjunct);
        fromAbove.push_back(conjunct);
      } else if (movable && keepsRight && right.containsAll(read)) {
        sides.right.push_back(conjunct);
        fromAbove.push_back(conjunct);
      } else {
        sides.above.push_back(conjunct);
      }
    }
    const bool filtersLeft = type == JoinType::kRightOuter || type == JoinType::kLeftSemi;
    const bool filtersRight = type == JoinType::kLeftOuter || type == JoinType::kLeftSemi || type == JoinType::kLeftAnti || isMarked(type);
    for (const ExprPtr& conjunct : own) {
      const AttributeSet read = AttributeSet::readBy(conjunct);
      const bool movable = isMovable(conjunct) && !read.isEmpty();
      if (movable && filtersLeft && left.containsAll(read)) {
        sides.left.push_back(conjunct);
      } else if (movable && filtersRight && right.containsAll(read)) {
        sides.right.push_back(conjunct);
      } else {
        sides.condition.push_back(conjunct);
        if (!movable) continue;
        if (ExprPtr part = filtersLeft ? impliedBySide(conjunct, left) : nullptr) sides.left.push_back(std::move(part));
        if (ExprPtr part = filtersRight ? impliedBySide(conjunct, right) : nullptr) sides.right.push_back(std::move(part));
      }
    }
    if (fromAbove.empty() || (!filtersRight && !keepsRight)) return;
    // Partners of rows that passed `fromAbove` agree with them in the keys.
    Conjuncts known = fromAbove;
    known.insert(known.end(), sides.condition.begin(), sides.condition.end());
    for (ExprPtr& inferred : inferFromEqualities(known)) {
      const AttributeSet read = AttributeSet::readBy(inferred);
      if (keepsLeft && filtersRight && right.containsAll(read)) sides.right.push_back(std::move(inferred));
      if (keepsRight && left.containsAll(read)) sides.left.push_back(std::move(inferred));
    }
  }
};

}  // namespace

// Rows are dropped as early as they can be. Outer joins whose extra rows a condition drops become inner ones on the way, conditions are carried over
// equalities to the other side, and an OR of ANDs gives each side its part.
Result<LogicalPlanPtr> pushDownPredicates(const LogicalPlanPtr& root, OptimizerContext&) { return PredicatePushDown().push(root, {}); }

}  // namespace flint::optimizer
