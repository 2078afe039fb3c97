#pragma once

#include <memory>
#include <vector>

#include "columnar/sort_key_layout.h"
#include "expr/expression_evaluator.h"
#include "plan/physical/physical_plan.h"

namespace flint::exec {

/// The sort keys of a node, bound to its input, and their layout as bytes.
///
/// Threads: immutable.
struct SortOrderKeys {
  std::shared_ptr<const expr::ExpressionEvaluator> values;
  columnar::SortKeyLayout layout;

  /// `order` are SortOrders over `input`.
  static Result<SortOrderKeys> make(const std::vector<expr::ExprPtr>& order, const std::vector<expr::AttributePtr>& input,
                                    const expr::EvaluationOptions& options);
};

/// A row to be sorted: the first bytes of its key, and its number.
struct SortEntry {
  uint64_t prefix;
  uint32_t row;
};

/// Sorts entries by key; equal keys keep the order of their row numbers, in which entries must come.
/// `bytes` and `columns` hold the keys of row number 0 and up.
void sortEntries(const columnar::SortKeyLayout& layout, const std::byte* bytes, std::span<const columnar::VectorPtr> columns,
                 std::span<SortEntry> entries);

/// Whether a row goes before another: by key, then by row number.
bool entryIsBefore(const columnar::SortKeyLayout& layout, const std::byte* bytes, std::span<const columnar::VectorPtr> columns,
                   const SortEntry& a, const SortEntry& b);

}  // namespace flint::exec
