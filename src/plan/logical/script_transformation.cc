#include "plan/logical/script_transformation.h"

#include "plan/logical/logical_node_impl.h"

namespace flint::plan {

template class LogicalNode<ScriptTransformation, LogicalKind::kScriptTransformation>;

}  // namespace flint::plan
