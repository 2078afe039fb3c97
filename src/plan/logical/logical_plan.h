#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/origin.h"
#include "expr/expression.h"
#include "expr/nodes.h"

namespace flint::plan {

using expr::AttributePtr;
using expr::ExprPtr;
using tree::field;

class LogicalPlan;
using LogicalPlanPtr = std::shared_ptr<const LogicalPlan>;

template <class Node>
std::shared_ptr<const Node> makePlan(Node node, OriginPtr origin = nullptr);

enum class LogicalKind : uint8_t {
  kOneRowRelation, kLocalRelation, kRange, kRelation, kInMemoryRelation, kProject, kFilter, kJoin, kLateralJoin, kAggregate, kExpand, kWindow,
  kSort, kLimit, kOffset, kTail, kDistinct, kDeduplicate, kUnion, kIntersect, kExcept, kGenerate, kSample, kRepartition,
  kRepartitionByExpression, kSubqueryAlias, kView, kWithCte, kCteRelationDef, kCteRelationRef, kResolvedHint, kCollectMetrics, kPivot, kUnpivot, kAsOfJoin,
  kMapPartitions, kGroupMap, kCoGroupMap, kScriptTransformation, kEventTimeWatermark,
  // unresolved
  kUnresolvedRelation, kUnresolvedInlineTable, kUnresolvedTableValuedFunction, kUnresolvedHint, kUnresolvedHaving, kUnresolvedDataSource,
  kUnresolvedColumnAliases, kUnresolvedWith, kUnresolvedWindowDefinitions, kUnresolvedDataFrameCall, kUnresolvedQualify, kUnresolvedUsingJoin,
  kUnresolvedByName, kUnresolvedPipe, kUnresolvedSubqueryTable,
  // commands (session_commands.h, ddl_commands.h, dml_commands.h)
  kExplainCommand, kSetCommand, kResetCommand, kSetTimeZone, kSetNamespace, kSetCatalog, kShowCommand, kShowTableExtended, kShowColumns,
  kShowCreateTable, kShowTableProperties, kShowPartitions, kDescribeRelation, kDescribeQuery, kDescribeFunction, kDescribeNamespace, kCacheTable,
  kUncacheTable, kClearCache, kRefreshTable, kResourceCommand, kCreateVariable, kDropVariable, kSetVariable, kExecuteImmediate, kCallProcedure,
  kCreateNamespace, kDropNamespace, kCreateTable, kCreateTableLike, kCreateTempViewUsing, kDropTable, kDropView, kCreateView, kCreateFunction,
  kDropFunction, kAnalyzeTable, kAnalyzeTables, kRepairTable, kInsertInto, kInsertIntoDirectory, kMultiInsert, kTruncateTable, kDeleteFrom,
  kUpdateTable, kMergeInto, kLoadData, kAlterNamespace, kAlterViewAs, kRenameTable, kAlterTableProperties, kAlterTableLocation, kAlterTableSerde,
  kAddColumns, kDropColumns, kRenameColumn, kAlterColumns, kAlterPartitions, kAlterTableClustering, kAlterTableConstraint, kCommentOn,
  kCompoundBody,
  kFirstCommand = kExplainCommand,
  kLastCommand = kCompoundBody,
};

/// A node of a logical plan.
///
/// Invariant: made by `makePlan`; `output()` of a resolved node has attributes with unique ids.
/// Threads: immutable.
class LogicalPlan : public std::enable_shared_from_this<LogicalPlan> {
 public:
  virtual ~LogicalPlan() = default;

  LogicalKind kind() const { return kind_; }
  template <class Node>
  const Node* as() const {
    return kind_ == Node::kKind ? static_cast<const Node*>(this) : nullptr;
  }
  /// The columns this node gives, in order. Empty for unresolved nodes.
  virtual std::vector<AttributePtr> output() const = 0;
  DataType schema() const;  // a struct type of `output()`
  virtual const char* nodeName() const = 0;

  virtual std::vector<LogicalPlanPtr> children() const = 0;
  virtual LogicalPlanPtr withNewChildren(std::vector<LogicalPlanPtr> children) const = 0;
  /// Every expression of this node (not of its children), in field order, attributes of its output included; and a copy with them replaced,
  /// same count. A field that holds an attribute keeps it when given anything else.
  virtual std::vector<ExprPtr> expressions() const = 0;
  virtual LogicalPlanPtr withNewExpressions(std::vector<ExprPtr> expressions) const = 0;
  virtual LogicalPlanPtr withOrigin(OriginPtr origin) const = 0;
  virtual LogicalPlanPtr withPlanIds(std::vector<int64_t> planIds) const = 0;
  virtual bool sameAs(const LogicalPlan& other) const = 0;
  virtual uint64_t hash() const = 0;
  /// One line, as EXPLAIN shows the node.
  virtual std::string argumentString() const = 0;

  const OriginPtr& origin() const { return origin_; }
  /// Ids by which DataFrames of a Connect client name this node.
  const std::vector<int64_t>& planIds() const { return planIds_; }
  int32_t depth() const { return depth_; }
  /// Whether nothing is left to resolve in this node's expressions, its children and itself.
  bool resolved() const { return resolved_; }

 protected:
  explicit LogicalPlan(LogicalKind kind) : kind_(kind) {}
  LogicalPlan(const LogicalPlan&) = default;
  LogicalPlan(LogicalPlan&&) = default;

  LogicalKind kind_;
  // Sets what follows from the fields.
  void derive();

  int32_t depth_ = 1;
  bool resolved_ = true;
  OriginPtr origin_;
  std::vector<int64_t> planIds_;

  template <class Node>
  friend std::shared_ptr<const Node> makePlan(Node node, OriginPtr origin);
};

template <class Node>
std::shared_ptr<const Node> makePlan(Node node, OriginPtr origin) {
  auto made = std::make_shared<Node>(std::move(node));
  if (origin != nullptr) made->origin_ = std::move(origin);
  static_cast<LogicalPlan&>(*made).derive();
  return made;
}

/// Gives a plan node its tree functions from `Node::fields()`; definitions in logical_node_impl.h, for the files that instantiate nodes.
/// A node is a struct: fields, `fields()`, `output()`, and `kName`, the name EXPLAIN shows.
template <class Node, LogicalKind Kind>
class LogicalNode : public LogicalPlan {
 public:
  static constexpr LogicalKind kKind = Kind;
  LogicalNode() : LogicalPlan(Kind) {}

  const char* nodeName() const override { return Node::kName; }
  std::vector<LogicalPlanPtr> children() const override;
  LogicalPlanPtr withNewChildren(std::vector<LogicalPlanPtr> children) const override;
  std::vector<ExprPtr> expressions() const override;
  LogicalPlanPtr withNewExpressions(std::vector<ExprPtr> expressions) const override;
  LogicalPlanPtr withOrigin(OriginPtr origin) const override;
  LogicalPlanPtr withPlanIds(std::vector<int64_t> planIds) const override;
  bool sameAs(const LogicalPlan& other) const override;
  uint64_t hash() const override;
  std::string argumentString() const override;
};

/// "Project [a#1, b#2]\n+- Relation ...": the tree as EXPLAIN prints it.
std::string treeString(const LogicalPlanPtr& plan);

/// The attributes that `plan`'s own expressions read.
std::vector<AttributePtr> references(const LogicalPlan& plan);

}  // namespace flint::plan
