#pragma once

#include <memory>
#include <vector>

#include "exec/aggregate/group_table.h"
#include "expr/aggregate_function.h"

namespace flint::exec {

/// DISTINCT around another aggregator: a state is the set of its argument rows, which the inner aggregator sees once when it ends.
///
/// Memory: the sets live outside of the arena, which is told. Threads: as Aggregator.
class DistinctAggregator final : public expr::Aggregator {
 public:
  DistinctAggregator(std::shared_ptr<const expr::Aggregator> inner, std::vector<DataType> argumentTypes, DataType result);

  size_t stateSize() const override { return sizeof(void*); }
  bool zeroInitialized() const override { return true; }
  bool needsDestroy() const override { return true; }
  void init(std::byte* state) const override;
  void destroy(std::byte* state) const override;
  Status update(std::byte* const* states, size_t offset, const expr::AggregateInput& input, expr::StateArena& arena) const override;
  Status updateOne(std::byte* state, const expr::AggregateInput& input, expr::StateArena& arena) const override;
  Status merge(std::byte* into, const std::byte* from, expr::StateArena& arena) const override;
  std::vector<DataType> encodedTypes() const override;
  Status encode(std::span<const std::byte* const> states, size_t offset, std::span<columnar::VectorBuilder> columns) const override;
  Status mergeEncoded(std::byte* const* states, size_t offset, std::span<const columnar::VectorPtr> columns,
                      const columnar::ActiveRows& active, expr::StateArena& arena) const override;
  Status finalize(std::span<const std::byte* const> states, size_t offset, columnar::VectorBuilder& result) const override;

 private:
  struct Set;
  Set& setOf(std::byte* state) const;
  // The rows of a set as columns.
  std::vector<columnar::VectorPtr> columnsOf(const Set& set) const;

  const std::shared_ptr<const expr::Aggregator> inner_;
  const std::vector<DataType> argumentTypes_;
  const DataType result_;
  GroupRowFormat format_;
};

}  // namespace flint::exec
