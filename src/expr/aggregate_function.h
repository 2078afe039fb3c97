#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "columnar/column_vector.h"
#include "columnar/selection.h"
#include "columnar/vector_builder.h"
#include "expr/scalar_function.h"

namespace flint::expr {

/// Memory for what aggregate states point to (strings, lists), owned by the hash table or task that owns the states.
///
/// Memory: counted, so that its owner can charge it; freed with the owner. Threads: confined to its owner.
class StateArena {
 public:
  virtual ~StateArena() = default;
  virtual char* allocate(size_t size) = 0;
  /// Tells of bytes that a state holds outside of the arena (negative: freed).
  virtual void adjust(int64_t bytes) = 0;
};

/// What an aggregate knows of its input: argument vectors and the rows to take.
struct AggregateInput {
  std::span<const columnar::VectorPtr> arguments;
  columnar::ActiveRows active;  // FILTER and selection are already applied
};

/// One aggregate call's behaviour over raw states of `stateSize` bytes, which live in rows of a hash table or, ungrouped, alone.
///
/// A state is initialized before use and destroyed once. `encodedTypes` are the columns by which states travel (shuffle, spill, streaming state):
/// encode then merge into a fresh state gives an equal state.
/// Threads: immutable; calls on different states may run at once.
class Aggregator {
 public:
  virtual ~Aggregator() = default;

  virtual size_t stateSize() const = 0;
  virtual size_t stateAlignment() const { return 8; }
  /// All-zero bytes are an initialized state: `init` may be left out.
  virtual bool zeroInitialized() const { return false; }
  /// States need `destroy` (they own memory outside of the arena).
  virtual bool needsDestroy() const { return false; }
  virtual void init(std::byte* state) const = 0;
  virtual void destroy(std::byte* state) const {}

  /// Adds each active row to its group's state: `states[i] + offset` for the i-th active row (not: row number i).
  virtual Status update(std::byte* const* states, size_t offset, const AggregateInput& input, StateArena& arena) const = 0;
  /// Adds all active rows to one state.
  virtual Status updateOne(std::byte* state, const AggregateInput& input, StateArena& arena) const = 0;
  /// Adds `from`'s content to `into`; `from` stays valid and is destroyed by its owner.
  virtual Status merge(std::byte* into, const std::byte* from, StateArena& arena) const = 0;

  virtual std::vector<DataType> encodedTypes() const = 0;
  virtual Status encode(std::span<const std::byte* const> states, size_t offset, std::span<columnar::VectorBuilder> columns) const = 0;
  /// Adds encoded states: row i of `columns` (among `active`) to `states[i] + offset`.
  virtual Status mergeEncoded(std::byte* const* states, size_t offset, std::span<const columnar::VectorPtr> columns,
                              const columnar::ActiveRows& active, StateArena& arena) const = 0;

  /// One result value a state.
  virtual Status finalize(std::span<const std::byte* const> states, size_t offset, columnar::VectorBuilder& result) const = 0;
  /// As `finalize` for fixed-width results, straight into a vector; null where it is not offered.
  virtual columnar::VectorPtr finalizeFlat(std::span<const std::byte* const> states, size_t offset) const { return nullptr; }
};

struct AggregateBinding {
  std::vector<DataType> argumentTypes;
  DataType result;
  bool nullable = true;
  std::shared_ptr<const Aggregator> aggregator;
  bool orderSensitive = false;      // first, collect_list ...: rows must come in Spark's order
  bool ignoresDuplicates = false;   // min, max ...: DISTINCT may be dropped
  bool canRaise = false;
  Value emptyResult;                // over no rows: what decorrelation of a scalar subquery must give
};
using AggregateBindingPtr = std::shared_ptr<const AggregateBinding>;

/// An aggregate SQL function: one declaration, as ScalarFunction is.
struct AggregateFunction {
  std::vector<std::string_view> names;
  std::string_view since;
  std::string_view usage;
  std::string_view arguments = {};
  std::vector<Example> examples = {};
  std::string_view note = {};
  bool deterministic = true;
  bool acceptsIgnoreNulls = false;
  bool acceptsWithinGroup = false;
  /// `context.arguments` ends with the ORDER BY expressions of WITHIN GROUP, when given.
  Result<AggregateBinding> (*bind)(const BindContext&, bool ignoreNulls) = nullptr;
  Rewriter rewrite = nullptr;  // an expression over other aggregates
  std::vector<std::string_view> parameterNames = {};
};

}  // namespace flint::expr
