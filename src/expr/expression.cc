#include "expr/expression.h"

#include <algorithm>
#include <atomic>

namespace flint::expr {

ExprId newExprId() {
  static std::atomic<ExprId> next{0};
  return next.fetch_add(1, std::memory_order_relaxed);
}

uint64_t Expression::hash() const {
  const std::atomic_ref<uint64_t> known(hash_);
  uint64_t hash = known.load(std::memory_order_relaxed);
  if (hash != 0) return hash;
  hash = std::max<uint64_t>(computeHash(), 1);
  known.store(hash, std::memory_order_relaxed);  // threads that meet here store the same
  return hash;
}

void Expression::deriveFromChildren() {
  traits_ = {};
  depth_ = 1;
  for (const ExprPtr& child : children()) {
    const ExprTraits& traits = child->traits_;
    traits_.resolved = traits_.resolved && traits.resolved;
    traits_.deterministic = traits_.deterministic && traits.deterministic;
    traits_.foldable = traits_.foldable && traits.foldable;
    traits_.canRaise = traits_.canRaise || traits.canRaise;
    traits_.hasAggregate = traits_.hasAggregate || traits.hasAggregate;
    traits_.hasWindow = traits_.hasWindow || traits.hasWindow;
    traits_.hasGenerator = traits_.hasGenerator || traits.hasGenerator;
    traits_.hasSubquery = traits_.hasSubquery || traits.hasSubquery;
    traits_.hasOuterReference = traits_.hasOuterReference || traits.hasOuterReference;
    traits_.hasLambdaVariable = traits_.hasLambdaVariable || traits.hasLambdaVariable;
    traits_.hasAttribute = traits_.hasAttribute || traits.hasAttribute;
    traits_.hasPythonUdf = traits_.hasPythonUdf || traits.hasPythonUdf;
    depth_ = std::max(depth_, child->depth_ + 1);
  }
}

}  // namespace flint::expr
