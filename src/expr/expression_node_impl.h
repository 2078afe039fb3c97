#pragma once

#include "expr/expression.h"

/// Definitions of ExpressionNode's members; for the files that instantiate nodes only.
namespace flint::expr {

void encodeOneExpression(ByteWriter& out, const ExprPtr& expression);

/// Writes the fields that tree::encodeField does not know.
struct ExpressionFieldWriter {
  template <class T>
  void write(ByteWriter& out, const std::shared_ptr<const T>& pointer) {
    if constexpr (std::is_base_of_v<Expression, T>) {
      encodeOneExpression(out, pointer);
    }
    // Bindings are not written: the decoder binds the function again.
  }
};

template <class Node, ExprKind Kind>
std::vector<ExprPtr> ExpressionNode<Node, Kind>::children() const {
  std::vector<ExprPtr> out;
  tree::forEachField(static_cast<const Node&>(*this), [&](const char*, const auto& value) {
    tree::forEachPointer<ExprPtr>(value, [&](const ExprPtr& child) { out.push_back(child); });
  });
  return out;
}

template <class Node, ExprKind Kind>
ExprPtr ExpressionNode<Node, Kind>::withNewChildren(std::vector<ExprPtr> children) const {
  Node copy(static_cast<const Node&>(*this));
  size_t next = 0;
  tree::forEachField(copy, [&](const char*, auto& value) {
    tree::forEachPointer<ExprPtr>(value, [&](ExprPtr& child) { child = std::move(children[next++]); });
  });
  return makeExpr(std::move(copy), nullptr);
}

template <class Node, ExprKind Kind>
ExprPtr ExpressionNode<Node, Kind>::withOrigin(OriginPtr origin) const {
  return makeExpr(Node(static_cast<const Node&>(*this)), std::move(origin));
}

template <class Node, ExprKind Kind>
bool ExpressionNode<Node, Kind>::sameAs(const Expression& other) const {
  if (this == &other) return true;
  const Node* same = other.as<Node>();
  return same != nullptr && hash() == same->hash() && tree::fieldEquals(static_cast<const Node&>(*this), *same);
}

template <class Node, ExprKind Kind>
uint64_t ExpressionNode<Node, Kind>::computeHash() const {
  return combineHash(static_cast<uint64_t>(Kind), tree::fieldsHash(static_cast<const Node&>(*this)));
}

template <class Node, ExprKind Kind>
void ExpressionNode<Node, Kind>::encodeFields(ByteWriter& out) const {
  ExpressionFieldWriter writer;
  tree::encodeField(writer, out, static_cast<const Node&>(*this));
}

}  // namespace flint::expr
