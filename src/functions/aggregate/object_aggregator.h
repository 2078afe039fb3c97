#pragma once

#include <new>
#include <string>

#include "base/byte_coding.h"
#include "functions/aggregate/state_aggregator.h"

namespace flint::functions {

/// An aggregator whose state is a pointer to an object on the heap, made when the group's first row comes.
///
/// `Op` has: `Object` (default-constructible from the Op: `Object make() const`), and
/// `add(Object&, std::span<const VectorPtr>, RowIndex)`, `merge(Object&, const Object&)`, `encode(const Object&, ByteWriter&)`,
/// `decode(Object&, ByteReader&)` (adds what was encoded), `Status finalize(const Object*, VectorBuilder&)` (null pointer: no rows).
/// One that takes many rows at once faster than one by one has `addAll(Object&, std::span<const VectorPtr>, const ActiveRows&)`.
/// One that makes its results faster all at once has `VectorPtr vectorOf(std::span<const Object* const>)`.
/// One whose objects grow has `int64_t heldBytes(const Object&)`, in constant time, so that what they hold is charged.
template <class Op>
class ObjectAggregator final : public Aggregator {
 public:
  using Object = typename Op::Object;

  explicit ObjectAggregator(Op op) : op_(std::move(op)) {}

  size_t stateSize() const override { return sizeof(Object*); }
  bool zeroInitialized() const override { return true; }
  bool needsDestroy() const override { return true; }
  void init(std::byte* state) const override { pointer(state) = nullptr; }
  void destroy(std::byte* state) const override {
    delete pointer(state);
    pointer(state) = nullptr;
  }

  Status update(std::byte* const* states, size_t offset, const AggregateInput& input, StateArena& arena) const override {
    for (RowIndex i = 0; i < input.active.count(); ++i) {
      Object& target = object(states[i] + offset, arena);
      const int64_t before = heldBytes(target);
      op_.add(target, input.arguments, input.active[i]);
      if constexpr (kGrows) arena.adjust(heldBytes(target) - before);
    }
    return Status::ok();
  }
  Status updateOne(std::byte* state, const AggregateInput& input, StateArena& arena) const override {
    if (input.active.isEmpty()) return Status::ok();
    Object& target = object(state, arena);
    const int64_t before = heldBytes(target);
    if constexpr (requires { op_.addAll(target, input.arguments, input.active); }) {
      op_.addAll(target, input.arguments, input.active);
    } else {
      for (RowIndex i = 0; i < input.active.count(); ++i) op_.add(target, input.arguments, input.active[i]);
    }
    if constexpr (kGrows) arena.adjust(heldBytes(target) - before);
    return Status::ok();
  }
  Status merge(std::byte* into, const std::byte* from, StateArena& arena) const override {
    const Object* other = *reinterpret_cast<Object* const*>(from);
    if (other == nullptr) return Status::ok();
    Object& target = object(into, arena);
    const int64_t before = heldBytes(target);
    op_.merge(target, *other);
    if constexpr (kGrows) arena.adjust(heldBytes(target) - before);
    return Status::ok();
  }
  std::vector<DataType> encodedTypes() const override { return {DataType::binary()}; }
  Status encode(std::span<const std::byte* const> states, size_t offset, std::span<VectorBuilder> columns) const override {
    for (const std::byte* state : states) {
      const Object* from = *reinterpret_cast<Object* const*>(state + offset);
      if (from == nullptr) {
        columns[0].appendNull();
        continue;
      }
      ByteWriter bytes;
      op_.encode(*from, bytes);
      columns[0].appendString(bytes.bytes());
    }
    return Status::ok();
  }
  Status mergeEncoded(std::byte* const* states, size_t offset, std::span<const VectorPtr> columns, const ActiveRows& active,
                      StateArena& arena) const override {
    Status failure;
    forEachValue<StringView>(*columns[0], active, [&](RowIndex i, const StringView& encoded) {
      ByteReader bytes(encoded.view());
      Object& target = object(states[i] + offset, arena);
      const int64_t before = heldBytes(target);
      op_.decode(target, bytes);
      if constexpr (kGrows) arena.adjust(heldBytes(target) - before);
      if (bytes.failed()) failure = bytes.status();
    });
    return failure;
  }
  Status finalize(std::span<const std::byte* const> states, size_t offset, VectorBuilder& result) const override {
    for (const std::byte* state : states) RETURN_IF_ERROR(op_.finalize(*reinterpret_cast<Object* const*>(state + offset), result));
    return Status::ok();
  }

  VectorPtr finalizeFlat(std::span<const std::byte* const> states, size_t offset) const override {
    if constexpr (requires(std::span<const Object* const> objects) { op_.vectorOf(objects); }) {
      std::vector<const Object*> objects;
      objects.reserve(states.size());
      for (const std::byte* state : states) objects.push_back(*reinterpret_cast<Object* const*>(state + offset));
      return op_.vectorOf(objects);
    } else {
      return nullptr;
    }
  }

 private:
  static constexpr bool kGrows = requires(const Op& op, const Object& object) { op.heldBytes(object); };
  int64_t heldBytes([[maybe_unused]] const Object& object) const {
    if constexpr (kGrows) {
      return op_.heldBytes(object);
    } else {
      return 0;
    }
  }
  static Object*& pointer(std::byte* state) { return *reinterpret_cast<Object**>(state); }
  Object& object(std::byte* state, StateArena& arena) const {
    Object*& at = pointer(state);
    if (at == nullptr) {
      at = new Object(op_.make());
      arena.adjust(static_cast<int64_t>(sizeof(Object)) + heldBytes(*at));
    }
    return *at;
  }
  const Op op_;
};

template <class Op>
std::shared_ptr<const Aggregator> makeObjectAggregator(Op op) {
  return std::make_shared<const ObjectAggregator<Op>>(std::move(op));
}

}  // namespace flint::functions
