#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/origin.h"
#include "base/status.h"
#include "tree/node_fields.h"
#include "tree/transform.h"
#include "types/data_type.h"

namespace flint::expr {

class Expression;
using ExprPtr = std::shared_ptr<const Expression>;
using ExprId = int64_t;

/// A new id, unique in the process.
ExprId newExprId();

/// The node's class; written into encoded plans, so new kinds go to the end.
enum class ExprKind : uint8_t {
  kLiteral,
  kAttributeReference,
  kBoundReference,
  kAlias,
  kCast,
  kFunctionCall,
  kComparison,
  kAnd,
  kOr,
  kNot,
  kIsNull,
  kIsNotNull,
  kCaseWhen,
  kCoalesce,
  kIn,
  kGetStructField,
  kLambdaVariable,
  kLambdaFunction,
  kSortOrder,
  kAggregateExpression,
  kWindowFunctionCall,
  kWindowExpression,
  kGeneratorCall,
  kOuterReference,
  kScalarSubquery,
  kExists,
  kInSubquery,
  kPythonUdf,
  // unresolved
  kUnresolvedAttribute,
  kUnresolvedStar,
  kUnresolvedRegex,
  kUnresolvedFunction,
  kUnresolvedExtractValue,
  kUnresolvedLambdaVariable,
  kUnresolvedWindow,
  kUpdateFields,
  kNamedArgument,
  kParameter,
  kIdentifierClause,
  kMultiAlias,
  kGroupingAnalytics,
  kTableArgument,
  kRuntimeReplaceable,
};

template <class Node>
std::shared_ptr<const Node> makeExpr(Node node, OriginPtr origin = nullptr);
template <class Node, class... Values>
std::shared_ptr<const Node> makeNode(Values&&... values);

/// What a tree contains somewhere: derived once, so that rules can skip trees in O(1).
struct ExprTraits {
  bool resolved : 1 = true;
  bool deterministic : 1 = true;
  bool foldable : 1 = true;          // no input and no per-row state: may be computed once
  bool canRaise : 1 = false;         // some row may raise an error: not to be moved before another filter
  bool hasAggregate : 1 = false;     // outside of a window function
  bool hasWindow : 1 = false;
  bool hasGenerator : 1 = false;
  bool hasSubquery : 1 = false;
  bool hasOuterReference : 1 = false;
  bool hasLambdaVariable : 1 = false;
  bool hasAttribute : 1 = false;
  bool hasPythonUdf : 1 = false;
};

/// A node of an expression tree.
///
/// Invariant: made by `makeExpr`, which derives type, nullability and traits from the fields; unresolved nodes have NullType.
/// Threads: immutable.
class Expression {
 public:
  virtual ~Expression() = default;

  ExprKind kind() const { return kind_; }
  template <class Node>
  const Node* as() const {
    return kind_ == Node::kKind ? static_cast<const Node*>(this) : nullptr;
  }
  const DataType& dataType() const { return type_; }
  bool nullable() const { return nullable_; }
  const ExprTraits& traits() const { return traits_; }
  bool resolved() const { return traits_.resolved; }
  bool deterministic() const { return traits_.deterministic; }
  bool foldable() const { return traits_.foldable; }
  const OriginPtr& origin() const { return origin_; }
  /// Levels of the tree below and including this node.
  int32_t depth() const { return depth_; }

  virtual std::vector<ExprPtr> children() const = 0;
  virtual ExprPtr withNewChildren(std::vector<ExprPtr> children) const = 0;
  virtual ExprPtr withOrigin(OriginPtr origin) const = 0;
  /// Equal in every field, ids included.
  virtual bool sameAs(const Expression& other) const = 0;
  /// Of every field; computed once, so that walking a tree and hashing each node takes linear time.
  uint64_t hash() const;
  /// The node's fields; the kind is written before by `encodeExpression`.
  virtual void encodeFields(ByteWriter& out) const = 0;
  /// SQL text as Spark prints it: the name of a column without an alias, and in error messages.
  virtual std::string sql() const = 0;
  /// As in EXPLAIN: with "#id" behind attributes.
  virtual std::string toString() const = 0;

 protected:
  explicit Expression(ExprKind kind) : kind_(kind) {}
  Expression(const Expression&) = default;
  Expression(Expression&&) = default;

  virtual uint64_t computeHash() const = 0;

  // Starts traits from the children; a node's `derive` refines them.
  void deriveFromChildren();

  ExprKind kind_;
  ExprTraits traits_;
  bool nullable_ = true;
  int32_t depth_ = 1;
  DataType type_;
  OriginPtr origin_;
  mutable uint64_t hash_ = 0;  // 0 until asked for; read and written atomically

  template <class Node>
  friend std::shared_ptr<const Node> makeExpr(Node node, OriginPtr origin);
};

/// Gives a node its derived parts and shares it.
template <class Node>
std::shared_ptr<const Node> makeExpr(Node node, OriginPtr origin) {
  auto made = std::make_shared<Node>(std::move(node));
  if (origin != nullptr) made->origin_ = std::move(origin);
  made->hash_ = 0;
  made->deriveFromChildren();
  made->derive();
  return made;
}

/// A node from values of its first fields, in the order of `fields()`; the others keep their defaults: `makeNode<Alias>(child, "a", newExprId())`.
template <class Node, class... Values>
std::shared_ptr<const Node> makeNode(Values&&... values) {
  Node node;
  constexpr auto fields = Node::fields();
  [&]<size_t... I>(std::index_sequence<I...>) {
    ((node.*(std::get<I>(fields).member) = std::forward<Values>(values)), ...);
  }(std::index_sequence_for<Values...>());
  return makeExpr(std::move(node), nullptr);
}

/// Gives an expression node its tree functions from `Node::fields()`. The definitions are in `expression_node_impl.h`, which only the
/// files that instantiate nodes include.
///
/// A node is a struct: `static constexpr ExprKind kKind`, its fields, `fields()`, `derive()`, `sql()`, `toString()`.
template <class Node, ExprKind Kind>
class ExpressionNode : public Expression {
 public:
  static constexpr ExprKind kKind = Kind;
  ExpressionNode() : Expression(Kind) {}

  std::vector<ExprPtr> children() const override;
  ExprPtr withNewChildren(std::vector<ExprPtr> children) const override;
  ExprPtr withOrigin(OriginPtr origin) const override;
  bool sameAs(const Expression& other) const override;
  void encodeFields(ByteWriter& out) const override;

 protected:
  uint64_t computeHash() const override;
};

struct EvaluationOptions;

/// Bytes of a whole tree, and back; unknown kinds and malformed bytes are errors. Functions travel as (name, argument types) and are bound again.
void encodeExpression(ByteWriter& out, const ExprPtr& expression);
Result<ExprPtr> decodeExpression(ByteReader& in, const EvaluationOptions& options);

}  // namespace flint::expr
