#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "expr/expression_evaluator.h"
#include "plan/physical/physical_nodes.h"

namespace flint::exec {

/// One end of a frame: rows before (negative) or after the current one, values, or the partition's end.
struct FrameEnd {
  enum class Kind : uint8_t { kUnbounded, kRows, kPeers, kValue };
  Kind kind = Kind::kUnbounded;
  int64_t rows = 0;    // kRows: relative to the current row
  size_t value = 0;    // kValue: position of the bounding value among the inputs
};

/// The window expressions of a WindowExec, bound to its input.
///
/// Shape: `inputs` evaluates everything that the calls refer to by position. Threads: immutable.
struct WindowCalls {
  struct Call {
    std::shared_ptr<const expr::Aggregator> aggregator;  // one of the two
    expr::WindowBindingPtr function;
    std::vector<size_t> arguments;
    int filter = -1;
    DataType result;
    FrameEnd begin;
    FrameEnd end;
  };
  std::vector<Call> calls;
  std::shared_ptr<const expr::ExpressionEvaluator> inputs;
  std::vector<bool> readsColumn;  // of the node's input: whether `inputs` does
  size_t orderValue = 0;   // position of the order key, where some frame end is a value
  bool ascending = true;
  size_t numPartitionKeys = 0;
  size_t numKeys = 0;      // partition and order keys
  int64_t rowLimit = 0;    // of a partition only so many first rows, and the peers of the last, matter; 0: all do

  static Result<std::shared_ptr<const WindowCalls>> make(const plan::WindowExec& node, const expr::EvaluationOptions& options);
};

}  // namespace flint::exec
