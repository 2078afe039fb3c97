#pragma once

#include <vector>

#include "columnar/column_vector.h"
#include "exec/window/window_calls.h"

namespace flint::exec {

/// The rows of one window partition and the frames of its rows. Row numbers count from the partition's start.
///
/// Threads: confined to its owner.
struct PartitionRows {
  int32_t numRows = 0;
  std::vector<int32_t> peersBegin;  // one a row
  std::vector<int32_t> peersEnd;
  /// The partition's rows of the inputs.
  std::vector<columnar::VectorPtr> inputs;
};

/// Frames [begin, end) of every row; `end` is never below `begin`.
struct Frames {
  std::vector<int32_t> begin;
  std::vector<int32_t> end;
};

Frames framesOf(const WindowCalls& calls, const WindowCalls::Call& call, const PartitionRows& rows);

/// Appends an aggregate's value over each row's frame. Frames that begin with the partition grow a single state; all others are aggregated
/// from partial states of runs of rows.
Status aggregateFrames(const WindowCalls::Call& call, const PartitionRows& rows, const Frames& frames, expr::StateArena& arena,
                       columnar::VectorBuilder& result);

}  // namespace flint::exec
