#pragma once

#include <memory>
#include <vector>

#include "expr/evaluation/node.h"
#include "expr/nodes.h"

/// Makers of the evaluation nodes; each node's class is in the file named after it.
namespace flint::expr {

using OwnedNode = std::unique_ptr<EvaluationNode>;

OwnedNode makeColumnNode(DataType type, size_t ordinal);
/// `value` is a vector of one row.
OwnedNode makeConstantNode(VectorPtr value);
/// A constant whose computation failed: raises for every row.
OwnedNode makeFailedConstantNode(DataType type, Error error);
OwnedNode makeComparisonNode(ComparisonOp op, NodePtr left, NodePtr right);
OwnedNode makeAndNode(NodePtr left, NodePtr right);
OwnedNode makeOrNode(NodePtr left, NodePtr right);
OwnedNode makeNotNode(NodePtr child);
/// IS NULL, or IS NOT NULL when `wantsNull` is false.
OwnedNode makeNullTestNode(NodePtr child, bool wantsNull);
OwnedNode makeCaseNode(DataType type, std::vector<std::pair<NodePtr, NodePtr>> branches, NodePtr elseValue);
OwnedNode makeCoalesceNode(DataType type, std::vector<NodePtr> arguments);
/// `literals` is a vector of the list's non-null values.
OwnedNode makeInLiteralsNode(NodePtr value, VectorPtr literals, bool hasNull);
OwnedNode makeInNode(NodePtr value, std::vector<NodePtr> list);
OwnedNode makeStructFieldNode(DataType type, NodePtr child, size_t ordinal);

/// A lambda of a call: its body over columns [captured columns..., parameters...].
struct CompiledLambda {
  std::vector<size_t> captured;  // ordinals in the columns of the call
  NodePtr body = nullptr;
};
OwnedNode makeCallNode(FunctionBindingPtr binding, std::vector<NodePtr> arguments, std::vector<CompiledLambda> lambdas, OriginPtr origin,
                       bool isDeterministic, bool ansi);
/// Works `child`, which reads only column `ordinal`, out once per dictionary entry where that column is a dictionary or a constant.
/// `strict`: a null in the column makes the result null.
OwnedNode makePeelNode(NodePtr child, size_t ordinal, bool strict);

}  // namespace flint::expr
