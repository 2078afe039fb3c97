#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "base/status.h"

/// Walks over immutable trees. A node type offers `children()` and `withNewChildren(vector)`; a walk that changes nothing returns the
/// same pointer. `rewrite` takes a node pointer and returns a node pointer, or a Result of one.
namespace flint::tree {

template <class T>
struct IsResult : std::false_type {};
template <class T>
struct IsResult<Result<T>> : std::true_type {};

template <class Node, class Rewrite>
using RewriteOutcome = std::invoke_result_t<Rewrite&, const std::shared_ptr<const Node>&>;

/// `rewrite` applied to every child; the same node when none changed.
template <class Node, class Rewrite>
RewriteOutcome<Node, Rewrite> mapChildren(const std::shared_ptr<const Node>& node, Rewrite&& rewrite) {
  constexpr bool kFallible = IsResult<RewriteOutcome<Node, Rewrite>>::value;
  std::vector<std::shared_ptr<const Node>> children = node->children();
  bool changed = false;
  for (auto& child : children) {
    std::shared_ptr<const Node> mapped;
    if constexpr (kFallible) {
      auto outcome = rewrite(child);
      if (!outcome.isOk()) return outcome.status();
      mapped = std::move(outcome).value();
    } else {
      mapped = rewrite(child);
    }
    changed = changed || mapped != child;
    child = std::move(mapped);
  }
  return changed ? node->withNewChildren(std::move(children)) : node;
}

/// Children first, then the node itself.
template <class Node, class Rewrite>
RewriteOutcome<Node, Rewrite> transformUp(const std::shared_ptr<const Node>& node, Rewrite&& rewrite) {
  auto mapped = mapChildren(node, [&](const std::shared_ptr<const Node>& child) { return transformUp(child, rewrite); });
  if constexpr (IsResult<RewriteOutcome<Node, Rewrite>>::value) {
    if (!mapped.isOk()) return mapped;
    return rewrite(mapped.value());
  } else {
    return rewrite(mapped);
  }
}

/// The node first, then the children of what it became.
template <class Node, class Rewrite>
RewriteOutcome<Node, Rewrite> transformDown(const std::shared_ptr<const Node>& node, Rewrite&& rewrite) {
  auto outcome = rewrite(node);
  if constexpr (IsResult<RewriteOutcome<Node, Rewrite>>::value) {
    if (!outcome.isOk()) return outcome;
    return mapChildren(outcome.value(), [&](const std::shared_ptr<const Node>& child) { return transformDown(child, rewrite); });
  } else {
    return mapChildren(outcome, [&](const std::shared_ptr<const Node>& child) { return transformDown(child, rewrite); });
  }
}

/// Calls `visit` for the node and all below, parents first.
template <class Node, class Visit>
void forEachNode(const std::shared_ptr<const Node>& node, Visit&& visit) {
  visit(node);
  for (const auto& child : node->children()) forEachNode(child, visit);
}

/// Whether `test` holds for the node or any below.
template <class Node, class Test>
bool anyNode(const std::shared_ptr<const Node>& node, Test&& test) {
  if (test(node)) return true;
  for (const auto& child : node->children()) {
    if (anyNode(child, test)) return true;
  }
  return false;
}

}  // namespace flint::tree
