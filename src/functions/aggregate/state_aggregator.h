#pragma once

#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "columnar/vector_reader.h"
#include "expr/aggregate_function.h"

/// Aggregators made from a state and a few functions over it. Only for the .cc files of this folder.
namespace flint::functions {

using columnar::ActiveRows;
using columnar::Buffer;
using columnar::ColumnVector;
using columnar::RowIndex;
using columnar::StringView;
using columnar::VectorBuilder;
using columnar::VectorPtr;
using columnar::VectorReader;
using expr::AggregateBinding;
using expr::AggregateFunction;
using expr::AggregateInput;
using expr::Aggregator;
using expr::BindContext;
using expr::StateArena;

/// Calls `body(i, value)` for each active row that is not null; `i` counts active rows.
template <class T, class Body>
inline void forEachValue(const ColumnVector& vector, const ActiveRows& active, Body&& body) {
  const VectorReader<T> reader(vector);
  const RowIndex count = active.count();
  if (!reader.mayHaveNulls()) {
    const T* flat = reader.flatValues();
    if (flat != nullptr && active.isAll()) {
      for (RowIndex i = 0; i < count; ++i) body(i, flat[i]);
    } else if (flat != nullptr) {
      const RowIndex* rows = active.rows().data();
      for (RowIndex i = 0; i < count; ++i) body(i, flat[rows[i]]);
    } else {
      for (RowIndex i = 0; i < count; ++i) body(i, reader[active[i]]);
    }
    return;
  }
  for (RowIndex i = 0; i < count; ++i) {
    const RowIndex row = active[i];
    if (!reader.isNull(row)) body(i, reader[row]);
  }
}

/// An aggregator over one argument whose state is a plain struct.
///
/// `Op` has: `Input`, `Output` (types of the columns), `State` (trivially copyable, all-zero is the start), and
/// `add(State&, Input)`, `merge(State&, const State&)`, `bool result(const State&, Output&)` (false: NULL), `Status failure(const State&)`.
/// One that takes many values at once has `bool addMany(State&, const Input* values, const int32_t* indices, RowIndex count)`, with the places of the values in
/// `indices` unless that is null: false where it did nothing, as they have to be added one by one.
/// States travel as their bytes.
template <class Op>
class StateAggregator final : public Aggregator {
 public:
  using State = typename Op::State;
  using Input = typename Op::Input;
  using Output = typename Op::Output;
  static_assert(std::is_trivially_copyable_v<State>);

  StateAggregator(Op op, DataType result) : op_(std::move(op)), result_(std::move(result)) {}

  size_t stateSize() const override { return sizeof(State); }
  size_t stateAlignment() const override { return alignof(State); }
  bool zeroInitialized() const override { return true; }
  void init(std::byte* state) const override { std::memset(state, 0, sizeof(State)); }

  Status update(std::byte* const* states, size_t offset, const AggregateInput& input, StateArena& arena) const override {
    forEachValue<Input>(*input.arguments[0], input.active,
                        [&](RowIndex i, Input value) { op_.add(*reinterpret_cast<State*>(states[i] + offset), value); });
    return Status::ok();
  }
  Status updateOne(std::byte* state, const AggregateInput& input, StateArena& arena) const override {
    State local = *reinterpret_cast<State*>(state);
    if constexpr (requires { op_.addMany(local, static_cast<const Input*>(nullptr), static_cast<const int32_t*>(nullptr), RowIndex{0}); }) {
      if (input.active.isAll() && !input.arguments[0]->mayHaveNulls() && addDense(local, *input.arguments[0])) {
        *reinterpret_cast<State*>(state) = local;
        return Status::ok();
      }
    }
    forEachValue<Input>(*input.arguments[0], input.active, [&](RowIndex, Input value) { op_.add(local, value); });
    *reinterpret_cast<State*>(state) = local;
    return Status::ok();
  }
  Status merge(std::byte* into, const std::byte* from, StateArena& arena) const override {
    op_.merge(*reinterpret_cast<State*>(into), *reinterpret_cast<const State*>(from));
    return Status::ok();
  }

  std::vector<DataType> encodedTypes() const override { return {DataType::binary()}; }
  Status encode(std::span<const std::byte* const> states, size_t offset, std::span<VectorBuilder> columns) const override {
    for (const std::byte* state : states) {
      columns[0].appendString({reinterpret_cast<const char*>(state + offset), sizeof(State)});
    }
    return Status::ok();
  }
  Status mergeEncoded(std::byte* const* states, size_t offset, std::span<const VectorPtr> columns, const ActiveRows& active,
                      StateArena& arena) const override {
    Status failure;
    forEachValue<StringView>(*columns[0], active, [&](RowIndex i, const StringView& bytes) {
      State from;
      if (bytes.size() != sizeof(State)) {
        failure = internalError("an aggregate's encoded state has the wrong size");
        return;
      }
      std::memcpy(&from, bytes.data(), sizeof(State));
      op_.merge(*reinterpret_cast<State*>(states[i] + offset), from);
    });
    return failure;
  }

  Status finalize(std::span<const std::byte* const> states, size_t offset, VectorBuilder& result) const override {
    for (const std::byte* at : states) {
      const State& state = *reinterpret_cast<const State*>(at + offset);
      RETURN_IF_ERROR(op_.failure(state));
      Output value{};
      if (op_.result(state, value)) {
        result.appendFixed(value);
      } else {
        result.appendNull();
      }
    }
    return Status::ok();
  }
  VectorPtr finalizeFlat(std::span<const std::byte* const> states, size_t offset) const override {
    const auto count = static_cast<RowIndex>(states.size());
    auto values = Buffer::allocate(sizeof(Output) * states.size());
    std::shared_ptr<Buffer> validity;
    for (RowIndex i = 0; i < count; ++i) {
      const State& state = *reinterpret_cast<const State*>(states[static_cast<size_t>(i)] + offset);
      if (!op_.failure(state).isOk()) return nullptr;
      Output value{};
      if (!op_.result(state, value)) {
        if (validity == nullptr) {
          validity = Buffer::allocate(static_cast<size_t>(columnar::bitmapBytes(count)));
          std::memset(validity->mutableData(), 0xFF, validity->size());
        }
        columnar::clearBit(validity->mutableAs<uint64_t>(), i);
      }
      values->mutableAs<Output>()[i] = value;
    }
    return ColumnVector::flat(result_, count, std::move(values), std::move(validity));
  }

 private:
  // All rows of a column without nulls; false where nothing was done.
  bool addDense(State& state, const ColumnVector& vector) const {
    const VectorReader<Input> reader(vector);
    if (vector.size() == 0) return true;
    if (reader.isConstant()) return false;
    return op_.addMany(state, reader.base().template values<Input>(), vector.isDictionary() ? vector.indices() : nullptr, vector.size());
  }

  const Op op_;
  const DataType result_;
};

/// What an Op without errors inherits.
struct NeverFails {
  template <class State>
  Status failure(const State&) const {
    return Status::ok();
  }
};

template <class Op>
std::shared_ptr<const Aggregator> makeStateAggregator(Op op, const DataType& result) {
  return std::make_shared<const StateAggregator<Op>>(std::move(op), result);
}

}  // namespace flint::functions
