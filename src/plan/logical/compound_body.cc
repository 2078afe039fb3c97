#include "plan/logical/compound_body.h"

#include "plan/logical/logical_node_impl.h"

namespace flint::plan {

template class LogicalNode<CompoundBody, LogicalKind::kCompoundBody>;

}  // namespace flint::plan
