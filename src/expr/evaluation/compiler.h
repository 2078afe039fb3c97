#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "expr/evaluation/factories.h"

namespace flint::expr {

/// Turns expressions into evaluation nodes: equal deterministic parts become one node, constants are folded, and what reads a single column is
/// wrapped so that it runs once per dictionary entry.
///
/// Threads: confined to its user; the nodes it gives are immutable.
class EvaluationCompiler {
 public:
  explicit EvaluationCompiler(const EvaluationOptions& options) : options_(options) {}

  Result<NodePtr> compile(const ExprPtr& expression);
  /// Adds a node that some other node made here refers to.
  NodePtr own(OwnedNode node);
  std::vector<OwnedNode> takeNodes() { return std::move(nodes_); }

 private:
  // What one expression reads.
  struct Reads {
    static constexpr int32_t kNone = -1;
    static constexpr int32_t kMany = -2;
    int32_t ordinal = kNone;
    bool isStrict = false;  // null when the column is null
    void add(const Reads& other);
  };

  Result<NodePtr> compileAt(const ExprPtr& expression, bool insidePeel);
  Result<NodePtr> compileNode(const ExprPtr& expression, bool insidePeel);
  Result<NodePtr> compileCall(const FunctionCall& call, const OriginPtr& origin, bool insidePeel);
  Result<NodePtr> compileCast(const Cast& cast, const OriginPtr& origin, bool insidePeel);
  Result<NodePtr> compileIn(const In& in, bool insidePeel);
  Result<CompiledLambda> compileLambda(const LambdaFunction& lambda);
  Result<std::vector<NodePtr>> compileAll(const std::vector<ExprPtr>& expressions, bool insidePeel);
  Result<NodePtr> fold(NodePtr node);
  const Reads& readsOf(const ExprPtr& expression);

  const EvaluationOptions& options_;
  std::vector<OwnedNode> nodes_;
  std::unordered_map<const Expression*, Reads> reads_;
  std::vector<ExprPtr> lambdaBodies_;  // made here; kept, as `reads_` goes by address
  std::unordered_multimap<uint64_t, std::pair<ExprPtr, NodePtr>> compiled_[2];  // by hash; outside and inside of a peel
};

}  // namespace flint::expr
