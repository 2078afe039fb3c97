#include "plan/physical/python_nodes.h"

#include "plan/logical/python_plans.h"
#include "plan/physical/physical_node_impl.h"

namespace flint::plan {
namespace {

template <class List>
std::string listOf(const List& list) {
  std::string out = "[";
  for (const auto& each : list) out += (out.size() > 1 ? ", " : "") + each->toString();
  return out + "]";
}

Distribution clustered(const std::vector<AttributePtr>& keys) {
  if (keys.empty()) return {.kind = Distribution::Kind::kAllTuples, .keys = {}};
  return {.kind = Distribution::Kind::kClustered, .keys = std::vector<ExprPtr>(keys.begin(), keys.end())};
}

}  // namespace

std::vector<AttributePtr> PythonMapExec::output() const {
  std::vector<AttributePtr> out;
  if (shape == PythonShape::kScalar || shape == PythonShape::kWindow) out = inputs[0]->output();
  if (shape == PythonShape::kAggregate) out = grouping;
  if (shape == PythonShape::kTable) out = passed;
  out.insert(out.end(), results.begin(), results.end());
  return out;
}

const char* PythonMapExec::nodeName() const { return functions.empty() ? kName : pythonNodeName(function(0).function.evalType); }

std::vector<Distribution> PythonMapExec::requiredChildDistribution() const {
  switch (shape) {
    case PythonShape::kTable:
      if (function(0).inOneTask) return {clustered({})};
      return std::vector<Distribution>(inputs.size());
    case PythonShape::kScalar:
    case PythonShape::kMap: return std::vector<Distribution>(inputs.size());
    case PythonShape::kGroups:
    case PythonShape::kAggregate:
    case PythonShape::kWindow: return {clustered(grouping)};
    case PythonShape::kCoGroups: return {clustered(grouping), clustered(rightGrouping)};
  }
  return {};
}

std::string argumentsOf(const PythonMapExec& node) {
  const std::string type = node.functions.empty() ? "" : std::to_string(static_cast<int32_t>(node.function(0).function.evalType));
  switch (node.shape) {
    case PythonShape::kScalar: return listOf(node.functions) + ", " + listOf(node.results) + ", " + type;
    case PythonShape::kTable: return node.functions[0]->toString() + ", " + listOf(node.passed) + ", " + listOf(node.results) + ", " + type;
    case PythonShape::kMap: return node.functions[0]->toString() + ", " + listOf(node.results) + ", false";
    case PythonShape::kGroups: return listOf(node.grouping) + ", " + node.functions[0]->toString() + ", " + listOf(node.results);
    case PythonShape::kAggregate: return listOf(node.grouping) + ", " + listOf(node.functions) + ", " + listOf(node.output()) + ", " + type;
    case PythonShape::kWindow: return listOf(node.functions) + ", " + listOf(node.grouping) + ", " + listOf(node.order) + ", " + type;
    case PythonShape::kCoGroups:
      return listOf(node.grouping) + ", " + listOf(node.rightGrouping) + ", " + node.functions[0]->toString() + ", " + listOf(node.results);
  }
  return {};
}
std::vector<std::pair<std::string, std::string>> verboseArgumentsOf(const PythonMapExec& node) { return {{"Arguments", argumentsOf(node)}}; }

}  // namespace flint::plan
