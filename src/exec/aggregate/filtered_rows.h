#pragma once

#include <memory>
#include <vector>

#include "columnar/column_vector.h"
#include "columnar/selection.h"

namespace flint::exec {

/// The rows of one batch that pass the FILTER conditions of an operator's calls: found once for each condition, however many calls share it.
/// Threads: of one thread, for one batch.
class FilteredRows {
 public:
  struct Passed {
    columnar::Selection rows;
    std::vector<std::byte*> groups;  // one a row, where groups were given
  };

  /// `groups[i]` is the group of the i-th active row; null pointer: there is one group.
  FilteredRows(const columnar::ActiveRows& active, std::byte* const* groups) : active_(active), groups_(groups) {}
  /// The active rows for which the boolean `condition` is true.
  const Passed& of(const columnar::VectorPtr& condition);

 private:
  struct Known {
    const columnar::ColumnVector* condition;
    Passed passed;
  };
  const columnar::ActiveRows& active_;
  std::byte* const* groups_;
  std::vector<std::unique_ptr<Known>> known_;
};

}  // namespace flint::exec
