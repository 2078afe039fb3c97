#pragma once

#include "optimizer/expression_rewrite.h"

namespace flint::optimizer {

/// What follows from conjuncts that all hold: with a = b, what is said of a alone is true of b. Equalities between columns are not repeated.
std::vector<ExprPtr> inferFromEqualities(const std::vector<ExprPtr>& conjuncts);

/// From an OR of ANDs over several relations, the condition it implies for one of them: each disjunct's part that reads `side` only. Null
/// pointer when some disjunct says nothing of it.
ExprPtr impliedBySide(const ExprPtr& disjunction, const AttributeSet& side);

/// What an inner join's condition says of those columns of an input that an outer join below fills with nulls: they are not null. Conditions
/// that are true for nulls say nothing.
std::vector<ExprPtr> presenceInferred(const ExprPtr& condition, const LogicalPlanPtr& input);

}  // namespace flint::optimizer
