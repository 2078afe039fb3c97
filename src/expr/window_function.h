#pragma once

#include <memory>
#include <span>
#include <vector>

#include "columnar/column_vector.h"
#include "expr/scalar_function.h"

namespace flint::expr {

/// One window partition, as a window-only function sees it: rows 0 to numRows-1 in window order.
class WindowPartition {
 public:
  virtual ~WindowPartition() = default;
  virtual int64_t numRows() const = 0;
  /// Argument `i` over the whole partition, in window order.
  virtual const columnar::ColumnVector& argument(size_t i) const = 0;
  /// First row of the peers (equal ORDER BY keys) of `row`, and one past the last.
  virtual int64_t peersBegin(int64_t row) const = 0;
  virtual int64_t peersEnd(int64_t row) const = 0;
  /// The frame of `row`: [begin, end).
  virtual int64_t frameBegin(int64_t row) const = 0;
  virtual int64_t frameEnd(int64_t row) const = 0;
};

struct WindowBinding {
  std::vector<DataType> argumentTypes;
  DataType result;
  bool nullable = true;
  bool needsOrder = true;   // an OVER clause without ORDER BY is an error
  bool usesFrame = false;   // nth_value, first_value ...; rank, lead ... have a fixed frame of their own
  /// Appends the result of every row of the partition.
  Status (*evaluate)(const WindowPartition& partition, const WindowBinding& binding, columnar::VectorBuilder& result) = nullptr;
  bool ignoreNulls = false;
  std::shared_ptr<const void> data;
};
using WindowBindingPtr = std::shared_ptr<const WindowBinding>;

/// A function that only exists over a window (rank, lead ...). Aggregates serve as window functions without another declaration.
struct WindowFunction {
  std::vector<std::string_view> names;
  std::string_view since;
  std::string_view usage;
  std::string_view arguments = {};
  std::vector<Example> examples = {};
  std::string_view note = {};
  bool acceptsIgnoreNulls = false;
  Result<WindowBinding> (*bind)(const BindContext&, bool ignoreNulls) = nullptr;
  std::vector<std::string_view> parameterNames = {};
};

}  // namespace flint::expr
