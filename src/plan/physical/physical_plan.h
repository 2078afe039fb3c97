#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "expr/expression.h"
#include "expr/nodes.h"
#include "plan/physical/partitioning.h"

namespace flint::plan {

using expr::AttributePtr;
using expr::ExprPtr;
using tree::field;

class PhysicalPlan;
using PhysicalPlanPtr = std::shared_ptr<const PhysicalPlan>;

template <class Node>
std::shared_ptr<const Node> makePhysical(Node node);

/// The node's class; written into encoded plans, so new kinds go to the end.
enum class PhysicalKind : uint8_t {
  kRange, kLocalTableScan, kFileSourceScan, kInMemoryTableScan, kProject, kFilter, kHashAggregate, kShuffledHashJoin, kBroadcastHashJoin,
  kBroadcastNestedLoopJoin, kCartesianProduct, kSort, kTakeOrderedAndProject, kWindow, kExpand, kGenerate, kUnion, kSample, kCoalesce,
  kShuffleExchange, kBroadcastExchange, kLocalLimit, kGlobalLimit, kCollectTail, kSharedSubplan, kCollectMetrics, kShuffleRead, kMapPartitions, kWriteFiles,
  kScriptTransformation,
};

/// A node of a physical plan: an immutable description that can travel. The running state is an operator of `exec`.
///
/// Invariant: expressions hold AttributeReferences of the children's output; lowering binds them.
/// Threads: immutable.
class PhysicalPlan : public std::enable_shared_from_this<PhysicalPlan> {
 public:
  virtual ~PhysicalPlan() = default;

  PhysicalKind kind() const { return kind_; }
  template <class Node>
  const Node* as() const {
    return kind_ == Node::kKind ? static_cast<const Node*>(this) : nullptr;
  }
  virtual std::vector<AttributePtr> output() const = 0;
  /// Spark's name without "Exec": "HashAggregate".
  virtual const char* nodeName() const = 0;
  virtual std::vector<PhysicalPlanPtr> children() const = 0;
  virtual PhysicalPlanPtr withNewChildren(std::vector<PhysicalPlanPtr> children) const = 0;
  virtual std::vector<ExprPtr> expressions() const = 0;
  virtual PhysicalPlanPtr withNewExpressions(std::vector<ExprPtr> expressions) const = 0;
  virtual bool sameAs(const PhysicalPlan& other) const = 0;
  virtual uint64_t hash() const = 0;
  virtual void encodeFields(ByteWriter& out) const = 0;
  virtual std::string argumentString() const = 0;
  /// Lines of EXPLAIN FORMATTED below the node.
  virtual std::vector<std::pair<std::string, std::string>> verboseArguments() const { return {}; }

  virtual Partitioning outputPartitioning() const { return children().empty() ? Partitioning{} : children()[0]->outputPartitioning(); }
  virtual std::vector<ExprPtr> outputOrdering() const { return {}; }
  virtual std::vector<Distribution> requiredChildDistribution() const { return std::vector<Distribution>(children().size()); }
  virtual std::vector<std::vector<ExprPtr>> requiredChildOrdering() const { return std::vector<std::vector<ExprPtr>>(children().size()); }

  /// Numbers nodes within one query, for metrics and EXPLAIN; 0 before planning is done.
  int64_t nodeId() const { return nodeId_; }
  virtual PhysicalPlanPtr withNodeId(int64_t id) const = 0;
  /// Rows the optimizer expects; negative when unknown.
  double estimatedRows() const { return estimatedRows_; }
  virtual PhysicalPlanPtr withEstimatedRows(double rows) const = 0;

 protected:
  explicit PhysicalPlan(PhysicalKind kind) : kind_(kind) {}
  PhysicalPlan(const PhysicalPlan&) = default;
  PhysicalPlan(PhysicalPlan&&) = default;

  PhysicalKind kind_;
  int64_t nodeId_ = 0;
  double estimatedRows_ = -1;
};

template <class Node>
std::shared_ptr<const Node> makePhysical(Node node) {
  return std::make_shared<const Node>(std::move(node));
}

/// Gives a physical node its tree functions and bytes from `Node::fields()`; definitions in physical_node_impl.h.
template <class Node, PhysicalKind Kind>
class PhysicalNode : public PhysicalPlan {
 public:
  static constexpr PhysicalKind kKind = Kind;
  PhysicalNode() : PhysicalPlan(Kind) {}

  const char* nodeName() const override { return Node::kName; }
  std::vector<PhysicalPlanPtr> children() const override;
  PhysicalPlanPtr withNewChildren(std::vector<PhysicalPlanPtr> children) const override;
  std::vector<ExprPtr> expressions() const override;
  PhysicalPlanPtr withNewExpressions(std::vector<ExprPtr> expressions) const override;
  bool sameAs(const PhysicalPlan& other) const override;
  uint64_t hash() const override;
  void encodeFields(ByteWriter& out) const override;
  std::string argumentString() const override;
  std::vector<std::pair<std::string, std::string>> verboseArguments() const override;
  PhysicalPlanPtr withNodeId(int64_t id) const override;
  PhysicalPlanPtr withEstimatedRows(double rows) const override;
};

/// Bytes of a whole plan, and back. Tables are decoded by their data source; functions are bound again.
std::string encodePlan(const PhysicalPlanPtr& plan);
Result<PhysicalPlanPtr> decodePlan(std::string_view bytes, const expr::EvaluationOptions& options);

/// The tree as EXPLAIN prints it, and the numbered form of EXPLAIN FORMATTED.
std::string treeString(const PhysicalPlanPtr& plan);
std::string formattedString(const PhysicalPlanPtr& plan);

}  // namespace flint::plan
