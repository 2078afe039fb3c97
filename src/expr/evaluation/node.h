#pragma once

#include <memory>
#include <span>
#include <vector>

#include "columnar/columnar_batch.h"
#include "expr/kernel_args.h"
#include "expr/scalar_function.h"

namespace flint::expr {

/// What one thread keeps of one node between batches.
struct NodeState {
  // Result for all root rows of the batch numbered `batch`.
  uint64_t batch = 0;
  VectorPtr memo;
  // Peeling: the dictionary worked out last, its result, its entries' errors, and the rows seen over it.
  VectorPtr dictionary;
  VectorPtr dictionaryResult;
  RowErrors dictionaryErrors;
  int64_t rowsOverDictionary = 0;
  // Of stateful functions, for one partition at a time.
  std::shared_ptr<void> function;
  int32_t functionPartition = -1;
};

class EvaluationNode;

/// The input of one evaluation: columns, and where results and errors go.
///
/// Threads: confined to one evaluation.
struct EvaluationContext {
  std::span<const VectorPtr> columns;
  ActiveRows root;               // the batch's rows: what shared nodes are computed for
  std::vector<NodeState>* states = nullptr;  // by node number; null inside lambdas and dictionaries
  uint64_t batch = 0;            // a number for `NodeState::batch`
  int32_t partition = 0;
  int64_t sequence = 0;
  RowErrors* deferred = nullptr; // row errors are collected here instead of being raised

  NodeState* stateOf(const EvaluationNode& node) const;
};

/// A compiled expression: turns columns into a vector.
///
/// Threads: immutable; what changes is in NodeState.
class EvaluationNode {
 public:
  explicit EvaluationNode(DataType type) : type_(std::move(type)) {}
  virtual ~EvaluationNode() = default;
  EvaluationNode(const EvaluationNode&) = delete;
  EvaluationNode& operator=(const EvaluationNode&) = delete;

  /// Values of the active rows in a vector of `active.size()` rows; shared nodes are computed once for the whole batch.
  Result<VectorPtr> evaluate(EvaluationContext& context, const ActiveRows& active) const;
  /// For boolean nodes: appends the active rows whose value is `wanted`.
  virtual Status select(EvaluationContext& context, const ActiveRows& active, bool wanted, columnar::Selection& out) const;

  const DataType& type() const { return type_; }
  bool canRaise() const { return canRaise_; }
  void setCanRaise(bool canRaise) { canRaise_ = canRaise; }
  size_t number() const { return number_; }
  void setNumber(size_t number) { number_ = number; }
  void setShared() { isShared_ = true; }
  bool isShared() const { return isShared_; }
  /// Takes about as long for a whole batch as choosing the rows to take it for would.
  virtual bool isCheap() const { return false; }
  /// The one value that all rows have; null pointer when that is not known before evaluation.
  virtual VectorPtr constantValue() const { return nullptr; }

 protected:
  virtual Result<VectorPtr> compute(EvaluationContext& context, const ActiveRows& active) const = 0;

 private:
  DataType type_;
  size_t number_ = 0;
  bool isShared_ = false;
  bool canRaise_ = false;
};
using NodePtr = const EvaluationNode*;  // owned by the evaluator

inline NodeState* EvaluationContext::stateOf(const EvaluationNode& node) const {
  return states == nullptr ? nullptr : &(*states)[node.number()];
}

/// Raises the error of the first active row that has one, or collects all when errors are deferred.
Status reportErrors(EvaluationContext& context, const RowErrors& errors, const OriginPtr& origin);

/// Appends the active rows where the boolean vector is `wanted`.
void selectWhere(const ColumnVector& booleans, const ActiveRows& active, bool wanted, columnar::Selection& out);
/// Appends the active rows that are not in `taken` (ascending, a subset).
void selectOthers(const ActiveRows& active, std::span<const RowIndex> taken, columnar::Selection& out);

/// Rows of the vector that are not null, as a bitmap over all its rows; null pointer when none is null.
std::shared_ptr<columnar::Buffer> validRows(const ColumnVector& vector);
/// ANDs the vector's validity into `bits`, made first when absent.
void addValidity(const ColumnVector& vector, std::shared_ptr<columnar::Buffer>& bits);

/// Puts together a vector from parts: part i gives the rows `rows[i]`.
VectorPtr mergeParts(const DataType& type, RowIndex size, std::span<const VectorPtr> parts, std::span<const columnar::Selection> rows);

}  // namespace flint::expr
