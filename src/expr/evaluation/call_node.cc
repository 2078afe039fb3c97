// Calls of kernels: nulls, constants and row errors are handled here, so that kernels see plain rows.
#include <algorithm>
#include <cstring>

#include "expr/evaluation/factories.h"

namespace flint::expr {
namespace {

using columnar::Selection;

// A lambda of one call, over the columns of that call's context.
class BoundLambda final : public LambdaEvaluator {
 public:
  BoundLambda(const CompiledLambda& lambda, const EvaluationContext& context) : lambda_(lambda), context_(context) {}

  Result<VectorPtr> call(const std::vector<VectorPtr>& parameters, std::span<const RowIndex> outerRows) const override {
    const auto size = static_cast<RowIndex>(outerRows.size());
    std::vector<VectorPtr> columns;
    columnar::BufferPtr indices;
    for (const size_t ordinal : lambda_.captured) {
      const VectorPtr& outer = context_.columns[ordinal];
      if (outer->isConstant()) {
        columns.push_back(ColumnVector::constant(outer->base(), 0, size));
        continue;
      }
      if (indices == nullptr) {
        auto copied = columnar::Buffer::allocate(outerRows.size_bytes());
        if (size != 0) std::memcpy(copied->mutableData(), outerRows.data(), outerRows.size_bytes());
        indices = std::move(copied);
      }
      columns.push_back(ColumnVector::dictionary(outer, size, indices));
    }
    columns.insert(columns.end(), parameters.begin(), parameters.end());
    const ActiveRows active(size);
    RowErrors errors;
    EvaluationContext inner{.columns = columns, .root = active, .partition = context_.partition, .sequence = context_.sequence};
    if (context_.deferred != nullptr) inner.deferred = &errors;
    auto result = lambda_.body->evaluate(inner, active);
    // An error of an element is one of the row it belongs to.
    for (const auto& [element, error] : errors.list()) context_.deferred->set(outerRows[static_cast<size_t>(element)], error);
    return result;
  }

 private:
  const CompiledLambda& lambda_;
  const EvaluationContext& context_;
};

class CallNode final : public EvaluationNode {
 public:
  CallNode(FunctionBindingPtr binding, std::vector<NodePtr> arguments, std::vector<CompiledLambda> lambdas, OriginPtr origin, bool isDeterministic,
           bool ansi)
      : EvaluationNode(binding->result),
        binding_(std::move(binding)),
        arguments_(std::move(arguments)),
        lambdas_(std::move(lambdas)),
        origin_(std::move(origin)),
        isDeterministic_(isDeterministic),
        ansi_(ansi) {
    bool canRaise = binding_->canRaise || !lambdas_.empty();
    for (const NodePtr argument : arguments_) canRaise = canRaise || argument->canRaise();
    setCanRaise(canRaise);
  }

 protected:
  Result<VectorPtr> compute(EvaluationContext& context, const ActiveRows& active) const override {
    std::vector<VectorPtr> arguments;
    arguments.reserve(arguments_.size());
    bool allConstant = isDeterministic_ && lambdas_.empty() && !arguments_.empty();
    for (const NodePtr argument : arguments_) {
      ASSIGN_OR_RETURN(VectorPtr vector, argument->evaluate(context, active));
      if (binding_->nulls == NullRule::kNullIfAnyNull && isNullConstant(*vector)) return ColumnVector::nulls(type(), active.size());
      allConstant = allConstant && vector->isConstant();
      arguments.push_back(std::move(vector));
    }
    if (active.isEmpty()) return ColumnVector::nulls(type(), active.size());
    if (allConstant && active.size() > 1) return callOnce(context, std::move(arguments), active);
    return call(context, arguments, active);
  }

 private:
  static bool isNullConstant(const ColumnVector& vector) { return vector.isConstant() && vector.base()->isNull(0); }

  // One row for all: the arguments are constants.
  Result<VectorPtr> callOnce(EvaluationContext& context, std::vector<VectorPtr> arguments, const ActiveRows& active) const {
    for (VectorPtr& argument : arguments) argument = ColumnVector::constant(argument->base(), 0, 1);
    RowErrors errors;
    EvaluationContext once{.columns = {}, .root = ActiveRows(1), .partition = context.partition, .sequence = context.sequence};
    once.deferred = &errors;
    ASSIGN_OR_RETURN(const VectorPtr result, call(once, arguments, ActiveRows(1)));
    if (!errors.isEmpty()) {
      RowErrors spread;
      for (const RowIndex row : active) {
        spread.set(row, errors.list().front().second);
        if (context.deferred == nullptr) break;
      }
      RETURN_IF_ERROR(reportErrors(context, spread, origin_));
    }
    return ColumnVector::constant(result, 0, active.size());
  }

  Result<VectorPtr> call(EvaluationContext& context, const std::vector<VectorPtr>& arguments, const ActiveRows& active) const {
    std::shared_ptr<columnar::Buffer> valid;
    if (binding_->nulls == NullRule::kNullIfAnyNull) {
      for (const VectorPtr& argument : arguments) addValidity(*argument, valid);
    }
    const uint64_t* bits = valid == nullptr ? nullptr : valid->as<uint64_t>();
    Selection present;
    const bool restricts = bits != nullptr && !binding_->takesNullRows;
    if (restricts) {
      present.resize(static_cast<size_t>(active.count()));
      RowIndex* at = present.data();
      forEachActive(active, [&](RowIndex row) {
        *at = row;
        at += columnar::bitIsSet(bits, row);
      });
      present.resize(static_cast<size_t>(at - present.data()));
      if (present.empty()) return ColumnVector::nulls(type(), active.size());
    }
    ResultBuffer result(binding_->result, active.size());
    RowErrors errors;
    Status failure;
    std::vector<BoundLambda> lambdas;
    lambdas.reserve(lambdas_.size());
    for (const CompiledLambda& lambda : lambdas_) lambdas.emplace_back(lambda, context);
    std::vector<const LambdaEvaluator*> lambdaPointers;
    for (const BoundLambda& lambda : lambdas) lambdaPointers.push_back(&lambda);

    NodeState* state = context.stateOf(*this);
    std::shared_ptr<void> noState;
    if (state != nullptr && state->functionPartition != context.partition) {
      state->function.reset();
      state->functionPartition = context.partition;
    }
    const KernelArgs::Parts parts{.arguments = arguments,
                                  .active = restricts ? ActiveRows(active.size(), present) : active,
                                  .result = result,
                                  .errors = errors,
                                  .data = binding_->data.get(),
                                  .lambdas = lambdaPointers,
                                  .failure = &failure,
                                  .partition = context.partition,
                                  .sequence = context.sequence,
                                  .state = state == nullptr ? &noState : &state->function,
                                  .ansi = ansi_};
    binding_->kernel(KernelArgs(parts));
    RETURN_IF_ERROR(failure);
    if (!errors.isEmpty()) RETURN_IF_ERROR(settle(context, errors, restricts ? nullptr : bits, result));
    return result.finish(bits);
  }

  // Row errors are raised, or make their rows null, or count for nothing.
  Status settle(EvaluationContext& context, const RowErrors& errors, const uint64_t* bits, ResultBuffer& result) const {
    RowErrors raised;
    for (const auto& [row, error] : errors.list()) {
      if (bits != nullptr && !columnar::bitIsSet(bits, row)) continue;
      switch (binding_->errorsAreNull ? WithoutAnsi::kNull : ansi_ ? WithoutAnsi::kRaise : ruleOf(error)) {
        case WithoutAnsi::kRaise: raised.set(row, error); break;
        case WithoutAnsi::kNull: columnar::clearBit(result.validity(), row); break;
        case WithoutAnsi::kKeepValue: break;
      }
    }
    return reportErrors(context, raised, origin_);
  }

  WithoutAnsi ruleOf(const Error& error) const {
    if (binding_->errors == nullptr) return WithoutAnsi::kRaise;
    for (const ErrorRule& rule : *binding_->errors) {
      if (rule.condition.name == error.condition().name) return rule.withoutAnsi;
    }
    return WithoutAnsi::kRaise;
  }

  const FunctionBindingPtr binding_;
  const std::vector<NodePtr> arguments_;
  const std::vector<CompiledLambda> lambdas_;
  const OriginPtr origin_;
  const bool isDeterministic_;
  const bool ansi_;
};

}  // namespace

OwnedNode makeCallNode(FunctionBindingPtr binding, std::vector<NodePtr> arguments, std::vector<CompiledLambda> lambdas, OriginPtr origin,
                       bool isDeterministic, bool ansi) {
  return std::make_unique<CallNode>(std::move(binding), std::move(arguments), std::move(lambdas), std::move(origin), isDeterministic, ansi);
}

}  // namespace flint::expr
