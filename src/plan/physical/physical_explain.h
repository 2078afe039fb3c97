#pragma once

#include <string>
#include <utility>
#include <vector>

#include "plan/physical/physical_nodes.h"
#include "plan/physical/python_nodes.h"
#include "plan/physical/script_transformation_node.h"

/// What EXPLAIN shows of each node: behind its name in the tree, and below its number in EXPLAIN FORMATTED.
namespace flint::plan {

#define FLINT_PHYSICAL_NODE(Node)         \
  std::string argumentsOf(const Node&);   \
  std::vector<std::pair<std::string, std::string>> verboseArgumentsOf(const Node&);
#include "plan/physical/physical_kinds.inc"
#undef FLINT_PHYSICAL_NODE

/// "hashpartitioning(a#1, 200)".
std::string partitioningText(const Partitioning& partitioning);

}  // namespace flint::plan
