#pragma once

#include "plan/logical/logical_node_impl.h"
#include "plan/physical/physical_explain.h"
#include "plan/physical/physical_field_writer.h"

/// Definitions of PhysicalNode's members; for the files that instantiate nodes only. What EXPLAIN shows behind a node's name is
/// `std::string argumentsOf(const Node&)` of physical_explain.h.
namespace flint::plan {

template <class Node, PhysicalKind Kind>
std::vector<PhysicalPlanPtr> PhysicalNode<Node, Kind>::children() const {
  return childrenOf<PhysicalPlanPtr>(static_cast<const Node&>(*this));
}

template <class Node, PhysicalKind Kind>
PhysicalPlanPtr PhysicalNode<Node, Kind>::withNewChildren(std::vector<PhysicalPlanPtr> children) const {
  return makePhysical(copyWithChildren(static_cast<const Node&>(*this), std::move(children)));
}

template <class Node, PhysicalKind Kind>
std::vector<ExprPtr> PhysicalNode<Node, Kind>::expressions() const {
  return expressionsOf(static_cast<const Node&>(*this));
}

template <class Node, PhysicalKind Kind>
PhysicalPlanPtr PhysicalNode<Node, Kind>::withNewExpressions(std::vector<ExprPtr> expressions) const {
  return makePhysical(copyWithExpressions(static_cast<const Node&>(*this), std::move(expressions)));
}

template <class Node, PhysicalKind Kind>
bool PhysicalNode<Node, Kind>::sameAs(const PhysicalPlan& other) const {
  if (this == &other) return true;
  const Node* same = other.as<Node>();
  return same != nullptr && tree::fieldEquals(static_cast<const Node&>(*this), *same);
}

template <class Node, PhysicalKind Kind>
uint64_t PhysicalNode<Node, Kind>::hash() const {
  return combineHash(static_cast<uint64_t>(Kind), tree::fieldsHash(static_cast<const Node&>(*this)));
}

template <class Node, PhysicalKind Kind>
void PhysicalNode<Node, Kind>::encodeFields(ByteWriter& out) const {
  out.writeVarint(std::tuple_size_v<decltype(Node::fields())>);
  PhysicalFieldWriter writer;
  tree::encodeField(writer, out, static_cast<const Node&>(*this));
}

template <class Node, PhysicalKind Kind>
std::string PhysicalNode<Node, Kind>::argumentString() const {
  return argumentsOf(static_cast<const Node&>(*this));
}

template <class Node, PhysicalKind Kind>
std::vector<std::pair<std::string, std::string>> PhysicalNode<Node, Kind>::verboseArguments() const {
  return verboseArgumentsOf(static_cast<const Node&>(*this));
}

template <class Node, PhysicalKind Kind>
PhysicalPlanPtr PhysicalNode<Node, Kind>::withNodeId(int64_t id) const {
  Node copy(static_cast<const Node&>(*this));
  copy.nodeId_ = id;
  return makePhysical(std::move(copy));
}

template <class Node, PhysicalKind Kind>
PhysicalPlanPtr PhysicalNode<Node, Kind>::withEstimatedRows(double rows) const {
  Node copy(static_cast<const Node&>(*this));
  copy.estimatedRows_ = rows;
  return makePhysical(std::move(copy));
}

}  // namespace flint::plan
