#pragma once

#include <unordered_map>
#include <vector>

#include "optimizer/attribute_set.h"

/// Questions about expressions, and new expressions from old ones.
namespace flint::optimizer {

using AttributeMap = std::unordered_map<ExprId, ExprPtr>;

/// Attributes replaced by what `map` has for their ids; the same pointer when none is there.
ExprPtr replaceAttributes(const ExprPtr& expression, const AttributeMap& map);
/// As `replaceAttributes`, for a member of a projection: what takes an attribute's place is given its name and id.
ExprPtr replaceInNamed(const ExprPtr& named, const AttributeMap& map);
/// What each alias of `projection` stands for, without the alias; plain attributes are left out.
AttributeMap aliasMap(const std::vector<ExprPtr>& projection);
/// OuterReferences replaced: by what `map` has for their ids, the others kept.
ExprPtr replaceOuterReferences(const ExprPtr& expression, const AttributeMap& map);

/// The expression with everything taken out that does not change its value: names, qualifiers and nullability of attributes, the order of
/// the operands of AND, OR and equality. Two expressions mean the same when their canonical forms are `sameAs`.
ExprPtr canonical(const ExprPtr& expression);
bool semanticEquals(const ExprPtr& a, const ExprPtr& b);

/// Keeps conjuncts in order and each meaning once.
class ConjunctList {
 public:
  /// False when one of the same meaning is there already.
  bool add(const ExprPtr& conjunct);
  void addAll(const std::vector<ExprPtr>& conjuncts);
  const std::vector<ExprPtr>& list() const { return conjuncts_; }

 private:
  std::vector<ExprPtr> conjuncts_;
  std::unordered_multimap<uint64_t, ExprPtr> canonicals_;
};

/// Whether a conjunct may be evaluated for rows that others would have removed: deterministic, and no row raises an error.
/// Uncorrelated scalar subqueries count as constants.
bool isMovable(const ExprPtr& conjunct);
bool isTrueLiteral(const ExprPtr& expression);
/// FALSE or NULL: no row passes.
bool isFalseOrNullLiteral(const ExprPtr& expression);
/// Whether the condition is never true when all attributes of `nulls` are null.
bool rejectsNulls(const ExprPtr& condition, const AttributeSet& nulls);
/// A plain attribute, through aliases and nothing else; null pointer for anything else.
const expr::AttributeReference* asAttribute(const ExprPtr& expression);
AttributePtr toAttributePtr(const ExprPtr& attributeReference);
/// How costly an expression is to compute twice: 0 for attributes and literals.
int costOf(const ExprPtr& expression);

/// `left = right` where one side reads `left` only and the other `right` only; sides in that order.
struct EquiKey {
  ExprPtr left;
  ExprPtr right;
  bool nullSafe = false;
};
/// Whether `conjunct` is such an equality between the two sides, and which.
bool matchEquiKey(const ExprPtr& conjunct, const AttributeSet& left, const AttributeSet& right, EquiKey& out);

/// Expression nodes in few words.
ExprPtr makeIsNull(ExprPtr child);
ExprPtr makeIsNotNull(ExprPtr child);
/// `child` under the name and id of `attribute`.
ExprPtr makeAliasAs(ExprPtr child, const AttributePtr& attribute);

/// Plan nodes in few words.
LogicalPlanPtr makeFilter(const std::vector<ExprPtr>& conjuncts, LogicalPlanPtr child);  // the child when there are none
LogicalPlanPtr makeProject(std::vector<ExprPtr> projectList, LogicalPlanPtr child);
std::vector<ExprPtr> asExpressions(const std::vector<AttributePtr>& attributes);
/// An empty relation with these columns.
LogicalPlanPtr makeEmpty(std::vector<AttributePtr> attributes);

}  // namespace flint::optimizer
