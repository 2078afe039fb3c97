#pragma once

#include <type_traits>

#include "plan/logical/logical_plan.h"

/// Definitions of LogicalNode's members; for the files that instantiate nodes only. A node may have, found by argument-dependent lookup:
/// `bool sameData(const Node&, const Node&)` for parts that are no fields, and `std::string explainArguments(const Node&)` where EXPLAIN
/// does not show the fields one after the other.
namespace flint::plan {

/// Fields as EXPLAIN shows them: "[a#1, b#2], true".
class ArgumentText {
 public:
  template <class T>
  void add(const T& value) {
    std::string text;
    if (!print(text, value)) return;
    if (!text_.empty()) text_ += ", ";
    text_ += text;
  }
  std::string take() { return std::move(text_); }

 private:
  // False when there is nothing to show: plans, absent parts, empty lists.
  template <class T>
  static bool print(std::string& out, const T& value) {
    if constexpr (std::is_same_v<T, LogicalPlanPtr> || std::is_same_v<T, std::vector<LogicalPlanPtr>>) {
      return false;
    } else if constexpr (requires { value->toString(); }) {
      if (value == nullptr) return false;
      out += value->toString();
      return true;
    } else if constexpr (tree::IsVector<T>::value) {
      out += '[';
      bool first = true;
      for (const auto& element : value) {
        if (!first) out += ", ";
        first = false;
        print(out, element);
      }
      out += ']';
      return true;
    } else if constexpr (tree::IsOptional<T>::value) {
      return value.has_value() && print(out, *value);
    } else if constexpr (tree::IsPair<T>::value) {
      print(out, value.first);
      out += '=';
      print(out, value.second);
      return true;
    } else if constexpr (std::is_same_v<T, std::string>) {
      out += value;
      return !value.empty();
    } else if constexpr (std::is_same_v<T, bool>) {
      out += value ? "true" : "false";
      return true;
    } else if constexpr (std::is_enum_v<T>) {
      return false;
    } else if constexpr (std::is_arithmetic_v<T>) {
      out += std::to_string(value);
      return true;
    } else if constexpr (requires { value.simpleString(); }) {
      out += value.simpleString();
      return true;
    } else if constexpr (requires { value.sql(); }) {
      out += value.sql();
      return true;
    } else if constexpr (tree::HasFields<T>) {
      ArgumentText inner;
      tree::forEachField(value, [&](const char*, const auto& member) { inner.add(member); });
      out += '(' + inner.take() + ')';
      return true;
    } else {
      return false;
    }
  }

  std::string text_;
};

// Calls `visit` with every expression in a field: ExprPtr& or AttributePtr&.
template <class T, class Visit>
void forEachExpression(T& value, Visit&& visit) {
  using Plain = std::remove_const_t<T>;
  if constexpr (std::is_same_v<Plain, ExprPtr> || std::is_same_v<Plain, AttributePtr>) {
    if (value != nullptr) visit(value);
  } else if constexpr (tree::IsVector<Plain>::value) {
    if constexpr (!std::is_arithmetic_v<typename Plain::value_type>) {
      for (auto& element : value) forEachExpression(element, visit);
    }
  } else if constexpr (tree::IsOptional<Plain>::value) {
    if (value.has_value()) forEachExpression(*value, visit);
  } else if constexpr (tree::IsPair<Plain>::value) {
    forEachExpression(value.first, visit);
    forEachExpression(value.second, visit);
  } else if constexpr (tree::HasFields<Plain>) {
    tree::forEachField(value, [&](const char*, auto& member) { forEachExpression(member, visit); });
  }
}

// The pointers to other nodes among a node's fields, in their order.
template <class Pointer, class Node>
std::vector<Pointer> childrenOf(const Node& node) {
  std::vector<Pointer> out;
  tree::forEachField(node, [&](const char*, const auto& value) {
    tree::forEachPointer<Pointer>(value, [&](const Pointer& child) { out.push_back(child); });
  });
  return out;
}

template <class Pointer, class Node>
Node copyWithChildren(const Node& node, std::vector<Pointer> children) {
  Node copy(node);
  size_t next = 0;
  tree::forEachField(copy, [&](const char*, auto& value) {
    tree::forEachPointer<Pointer>(value, [&](Pointer& child) { child = std::move(children[next++]); });
  });
  return copy;
}

template <class Node>
std::vector<ExprPtr> expressionsOf(const Node& node) {
  std::vector<ExprPtr> out;
  forEachExpression(node, [&](const auto& expression) { out.push_back(expression); });
  return out;
}

template <class Node>
Node copyWithExpressions(const Node& node, std::vector<ExprPtr> expressions) {
  Node copy(node);
  size_t next = 0;
  forEachExpression(copy, [&](auto& expression) {
    ExprPtr given = std::move(expressions[next++]);
    if constexpr (std::is_same_v<std::remove_reference_t<decltype(expression)>, AttributePtr>) {
      // A field that can only hold an attribute keeps the one it has when it is given anything else.
      if (given->template as<expr::AttributeReference>() != nullptr) {
        expression = std::static_pointer_cast<const expr::AttributeReference>(given);
      }
    } else {
      expression = std::move(given);
    }
  });
  return copy;
}

template <class Node, LogicalKind Kind>
std::vector<LogicalPlanPtr> LogicalNode<Node, Kind>::children() const {
  return childrenOf<LogicalPlanPtr>(static_cast<const Node&>(*this));
}

template <class Node, LogicalKind Kind>
LogicalPlanPtr LogicalNode<Node, Kind>::withNewChildren(std::vector<LogicalPlanPtr> children) const {
  return makePlan(copyWithChildren(static_cast<const Node&>(*this), std::move(children)));
}

template <class Node, LogicalKind Kind>
std::vector<ExprPtr> LogicalNode<Node, Kind>::expressions() const {
  return expressionsOf(static_cast<const Node&>(*this));
}

template <class Node, LogicalKind Kind>
LogicalPlanPtr LogicalNode<Node, Kind>::withNewExpressions(std::vector<ExprPtr> expressions) const {
  return makePlan(copyWithExpressions(static_cast<const Node&>(*this), std::move(expressions)));
}

template <class Node, LogicalKind Kind>
LogicalPlanPtr LogicalNode<Node, Kind>::withOrigin(OriginPtr origin) const {
  return makePlan(Node(static_cast<const Node&>(*this)), std::move(origin));
}

template <class Node, LogicalKind Kind>
LogicalPlanPtr LogicalNode<Node, Kind>::withPlanIds(std::vector<int64_t> planIds) const {
  Node copy(static_cast<const Node&>(*this));
  copy.planIds_ = std::move(planIds);
  return makePlan(std::move(copy));
}

template <class Node, LogicalKind Kind>
bool LogicalNode<Node, Kind>::sameAs(const LogicalPlan& other) const {
  if (this == &other) return true;
  const Node* same = other.as<Node>();
  if (same == nullptr) return false;
  const Node& self = static_cast<const Node&>(*this);
  if constexpr (requires { sameData(self, *same); }) {
    if (!sameData(self, *same)) return false;
  }
  return tree::fieldEquals(self, *same);
}

template <class Node, LogicalKind Kind>
uint64_t LogicalNode<Node, Kind>::hash() const {
  return combineHash(static_cast<uint64_t>(Kind), tree::fieldsHash(static_cast<const Node&>(*this)));
}

template <class Node, LogicalKind Kind>
std::string LogicalNode<Node, Kind>::argumentString() const {
  const Node& self = static_cast<const Node&>(*this);
  if constexpr (requires { explainArguments(self); }) {
    return explainArguments(self);
  } else {
    ArgumentText text;
    tree::forEachField(self, [&](const char*, const auto& value) { text.add(value); });
    return text.take();
  }
}

}  // namespace flint::plan
