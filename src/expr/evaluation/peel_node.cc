// Dictionaries: an expression over one column is worked out once per entry, and once for a constant.
#include <unordered_map>

#include "expr/evaluation/factories.h"

namespace flint::expr {
namespace {

using columnar::Selection;

class PeelNode final : public EvaluationNode {
 public:
  PeelNode(NodePtr child, size_t ordinal, bool strict) : EvaluationNode(child->type()), child_(child), ordinal_(ordinal), strict_(strict) {
    setCanRaise(child->canRaise());
  }

  bool isCheap() const override { return child_->isCheap(); }

  Status select(EvaluationContext& context, const ActiveRows& active, bool wanted, Selection& out) const override {
    if (isShared() || !context.columns[ordinal_]->isDictionary()) {
      if (isShared() || context.columns[ordinal_]->isConstant()) return EvaluationNode::select(context, active, wanted, out);
      return child_->select(context, active, wanted, out);
    }
    ASSIGN_OR_RETURN(const VectorPtr vector, peel(context, active));
    if (vector == nullptr) return child_->select(context, active, wanted, out);
    selectWhere(*vector, active, wanted, out);
    return Status::ok();
  }

 protected:
  Result<VectorPtr> compute(EvaluationContext& context, const ActiveRows& active) const override {
    const ColumnVector& column = *context.columns[ordinal_];
    if (!column.isFlat() && !active.isEmpty()) {
      ASSIGN_OR_RETURN(VectorPtr vector, peel(context, active));
      if (vector != nullptr) return vector;
    }
    return child_->evaluate(context, active);
  }

 private:
  // The result over the dictionary's (or constant's) entries, wrapped as the column is; null pointer when that is not worth it.
  Result<VectorPtr> peel(EvaluationContext& context, const ActiveRows& active) const {
    const ColumnVector& column = *context.columns[ordinal_];
    if (column.isDictionary() && column.validity() != nullptr && !strict_) return VectorPtr();
    NodeState local;
    NodeState* known = context.stateOf(*this);
    NodeState& state = known == nullptr ? local : *known;
    if (state.dictionary != column.base()) {
      state.dictionary = column.base();
      state.dictionaryResult = nullptr;
      state.dictionaryErrors.clear();
      state.rowsOverDictionary = 0;
    }
    if (state.dictionaryResult == nullptr) {
      state.rowsOverDictionary += active.count();
      if (column.base()->size() > state.rowsOverDictionary) return VectorPtr();
      RETURN_IF_ERROR(computeEntries(context, state));
    }
    if (!state.dictionaryErrors.isEmpty()) RETURN_IF_ERROR(raiseUsed(context, state, column, active));
    if (column.isConstant()) return ColumnVector::constant(state.dictionaryResult, 0, active.size());
    return ColumnVector::dictionary(state.dictionaryResult, column.size(), column.valuesBuffer(), column.validityBuffer());
  }

  Status computeEntries(EvaluationContext& context, NodeState& state) const {
    const ActiveRows entries(state.dictionary->size());
    std::vector<VectorPtr> columns(ordinal_ + 1);
    columns[ordinal_] = state.dictionary;
    EvaluationContext inner{.columns = columns, .root = entries, .partition = context.partition, .sequence = context.sequence};
    inner.deferred = &state.dictionaryErrors;
    ASSIGN_OR_RETURN(state.dictionaryResult, child_->evaluate(inner, entries));
    return Status::ok();
  }

  static Status raiseUsed(EvaluationContext& context, const NodeState& state, const ColumnVector& column, const ActiveRows& active) {
    std::unordered_map<RowIndex, const Error*> byEntry;
    for (const auto& [entry, error] : state.dictionaryErrors.list()) byEntry.emplace(entry, &error);
    RowErrors used;
    for (const RowIndex row : active) {
      if (column.validity() != nullptr && !columnar::bitIsSet(column.validity(), row)) continue;
      const auto found = byEntry.find(column.baseRow(row));
      if (found == byEntry.end()) continue;
      used.set(row, *found->second);
      if (context.deferred == nullptr) break;
    }
    return reportErrors(context, used, nullptr);
  }

  const NodePtr child_;
  const size_t ordinal_;
  const bool strict_;
};

}  // namespace

OwnedNode makePeelNode(NodePtr child, size_t ordinal, bool strict) { return std::make_unique<PeelNode>(child, ordinal, strict); }

}  // namespace flint::expr
