#pragma once

#include "optimizer/expression_rewrite.h"

namespace flint::optimizer {

/// A copy of `plan` whose attributes all have new ids, so that both can be used in one plan. `map` is given, for each id of the old, the
/// new attribute. OuterReferences and uncorrelated subqueries stay as they are.
LogicalPlanPtr reinstance(const LogicalPlanPtr& plan, AttributeMap& map);

}  // namespace flint::optimizer
