#include "plan/physical/script_transformation_node.h"

#include "plan/physical/physical_explain.h"
#include "plan/physical/physical_node_impl.h"

namespace flint::plan {

std::string argumentsOf(const ScriptTransformationExec& node) {
  std::string columns;
  for (const AttributePtr& column : node.results) columns += (columns.empty() ? "" : ", ") + column->toString();
  return node.script + ", [" + columns + "]";
}
std::vector<std::pair<std::string, std::string>> verboseArgumentsOf(const ScriptTransformationExec& node) { return {{"Arguments", argumentsOf(node)}}; }

}  // namespace flint::plan
