#include "optimizer/rules/rules.h"

namespace flint::optimizer {

// A cast to the type that is there already does nothing.
ExprPtr simplifyCasts(const ExprPtr& node, OptimizerContext&) {
  const auto* cast = node->as<expr::Cast>();
  if (cast == nullptr || !(cast->child->dataType() == cast->target)) return node;
  return cast->child;
}

}  // namespace flint::optimizer
