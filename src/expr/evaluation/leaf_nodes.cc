#include "expr/evaluation/factories.h"

namespace flint::expr {
namespace {

class ColumnNode final : public EvaluationNode {
 public:
  ColumnNode(DataType type, size_t ordinal) : EvaluationNode(std::move(type)), ordinal_(ordinal) {}
  bool isCheap() const override { return true; }

 protected:
  Result<VectorPtr> compute(EvaluationContext& context, const ActiveRows&) const override { return context.columns[ordinal_]; }

 private:
  const size_t ordinal_;
};

class ConstantNode final : public EvaluationNode {
 public:
  explicit ConstantNode(VectorPtr value) : EvaluationNode(value->type()), value_(std::move(value)) { setShared(); }
  VectorPtr constantValue() const override { return value_; }

 protected:
  Result<VectorPtr> compute(EvaluationContext& context, const ActiveRows& active) const override {
    // The vector outlives its batch as long as batches keep their size.
    NodeState* state = context.stateOf(*this);
    if (state != nullptr && state->dictionaryResult != nullptr && state->dictionaryResult->size() == active.size()) return state->dictionaryResult;
    VectorPtr vector = ColumnVector::constant(value_, 0, active.size());
    if (state != nullptr) state->dictionaryResult = vector;
    return vector;
  }

 private:
  const VectorPtr value_;
};

class FailedConstantNode final : public EvaluationNode {
 public:
  FailedConstantNode(DataType type, Error error) : EvaluationNode(std::move(type)), error_(std::move(error)) { setCanRaise(true); }

 protected:
  Result<VectorPtr> compute(EvaluationContext& context, const ActiveRows& active) const override {
    RowErrors errors;
    for (const RowIndex row : active) {
      errors.set(row, error_);
      if (context.deferred == nullptr) break;
    }
    RETURN_IF_ERROR(reportErrors(context, errors, error_.origin()));
    return ColumnVector::nulls(type(), active.size());
  }

 private:
  const Error error_;
};

class StructFieldNode final : public EvaluationNode {
 public:
  StructFieldNode(DataType type, NodePtr child, size_t ordinal) : EvaluationNode(std::move(type)), child_(child), ordinal_(ordinal) {}

 protected:
  Result<VectorPtr> compute(EvaluationContext& context, const ActiveRows& active) const override {
    ASSIGN_OR_RETURN(const VectorPtr structure, child_->evaluate(context, active));
    if (structure->isFlat()) return fieldOf(*structure);
    if (structure->isConstant()) {
      if (structure->isNull(0)) return ColumnVector::nulls(type(), active.size());
      return ColumnVector::constant(fieldOf(*structure->base()), 0, active.size());
    }
    return ColumnVector::dictionary(fieldOf(*structure->base()), structure->size(), structure->valuesBuffer(), structure->validityBuffer());
  }

 private:
  // The field of a flat struct, null where the struct is.
  VectorPtr fieldOf(const ColumnVector& structure) const {
    const VectorPtr& field = structure.children()[ordinal_];
    if (structure.validity() == nullptr) return field;
    auto indices = columnar::Buffer::allocate(static_cast<size_t>(structure.size()) * sizeof(int32_t));
    for (RowIndex row = 0; row < structure.size(); ++row) indices->mutableAs<int32_t>()[row] = row;
    return ColumnVector::dictionary(field, structure.size(), std::move(indices), structure.validityBuffer());
  }

  const NodePtr child_;
  const size_t ordinal_;
};

}  // namespace

OwnedNode makeColumnNode(DataType type, size_t ordinal) { return std::make_unique<ColumnNode>(std::move(type), ordinal); }
OwnedNode makeConstantNode(VectorPtr value) { return std::make_unique<ConstantNode>(std::move(value)); }
OwnedNode makeFailedConstantNode(DataType type, Error error) { return std::make_unique<FailedConstantNode>(std::move(type), std::move(error)); }
OwnedNode makeStructFieldNode(DataType type, NodePtr child, size_t ordinal) {
  return std::make_unique<StructFieldNode>(std::move(type), child, ordinal);
}

}  // namespace flint::expr
