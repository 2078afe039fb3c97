#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/status.h"
#include "columnar/column_vector.h"
#include "columnar/selection.h"
#include "columnar/vector_builder.h"
#include "columnar/vector_reader.h"

namespace flint::expr {

using columnar::ActiveRows;
using columnar::ColumnVector;
using columnar::RowIndex;
using columnar::StringView;
using columnar::VectorPtr;
using columnar::VectorReader;

/// Errors of single rows, found by kernels; raised, turned to null or kept as the evaluator decides. Few, so kept as a list.
class RowErrors {
 public:
  void set(RowIndex row, Error error) { errors_.emplace_back(row, std::move(error)); }
  void set(RowIndex row, const Condition& condition) { errors_.emplace_back(row, Error(condition)); }
  bool isEmpty() const { return errors_.empty(); }
  const std::vector<std::pair<RowIndex, Error>>& list() const { return errors_; }
  void clear() { errors_.clear(); }

 private:
  std::vector<std::pair<RowIndex, Error>> errors_;
};

/// Receives a kernel's result: a flat vector of `size` rows, all valid until `setNull`.
///
/// Memory: allocates on first use. Threads: confined to one kernel call.
class ResultBuffer {
 public:
  ResultBuffer(DataType type, RowIndex size) : type_(std::move(type)), size_(size) {}
  const DataType& type() const { return type_; }
  RowIndex size() const { return size_; }

  template <class T>
  T* values() {
    if (values_ == nullptr) values_ = columnar::Buffer::allocateZeroed(sizeof(T) * static_cast<size_t>(size_));
    return values_->mutableAs<T>();
  }
  uint64_t* validity();  // allocated, all valid, on first use
  bool hasValidity() const { return validity_ != nullptr; }
  columnar::StringHeap& heap();
  /// Result StringViews may point into this vector's memory.
  void borrowFrom(const VectorPtr& vector);
  /// The whole result at once, instead of values: nested types, encodings passed on.
  void setVector(VectorPtr vector) { vector_ = std::move(vector); }
  /// The finished vector, with rows outside `valid` (a bitmap, when given) null.
  VectorPtr finish(const uint64_t* valid = nullptr);

 private:
  DataType type_;
  RowIndex size_;
  std::shared_ptr<columnar::Buffer> values_;
  std::shared_ptr<columnar::Buffer> validity_;
  std::unique_ptr<columnar::StringHeap> heap_;
  ColumnVector::Owners owners_;
  VectorPtr vector_;
};

/// Writes one value a row into a ResultBuffer.
template <class T>
class ResultWriter {
 public:
  explicit ResultWriter(ResultBuffer& buffer) : buffer_(buffer), values_(buffer.values<T>()) {}
  void set(RowIndex row, T value) { values_[row] = value; }
  void setNull(RowIndex row) { columnar::clearBit(buffer_.validity(), row); }
  T* values() { return values_; }

 private:
  ResultBuffer& buffer_;
  T* values_;
};

/// For strings: `set` copies, `setView` keeps a view into memory that outlives the result (an argument passed to `borrowFrom`).
template <>
class ResultWriter<StringView> {
 public:
  explicit ResultWriter(ResultBuffer& buffer) : buffer_(buffer), values_(buffer.values<StringView>()) {}
  void set(RowIndex row, std::string_view text) { values_[row] = buffer_.heap().add(text); }
  void setView(RowIndex row, StringView view) { values_[row] = view; }
  void setNull(RowIndex row) { columnar::clearBit(buffer_.validity(), row); }
  StringView* values() { return values_; }
  columnar::StringHeap& heap() { return buffer_.heap(); }

 private:
  ResultBuffer& buffer_;
  StringView* values_;
};

/// Calls a lambda argument of a higher-order function over vectors of its parameters.
class LambdaEvaluator {
 public:
  virtual ~LambdaEvaluator() = default;
  /// `parameters` have `size` elements; `outerRows[i]` is the row of the batch that element i belongs to (for captured columns).
  virtual Result<VectorPtr> call(const std::vector<VectorPtr>& parameters, std::span<const RowIndex> outerRows) const = 0;
};

/// What one kernel call gets. Kernels touch active rows only.
class KernelArgs {
 public:
  struct Parts {
    std::span<const VectorPtr> arguments;
    ActiveRows active;
    ResultBuffer& result;
    RowErrors& errors;
    const void* data = nullptr;
    std::span<const LambdaEvaluator* const> lambdas = {};
    Status* failure = nullptr;
    int32_t partition = 0;
    int64_t sequence = 0;
    std::shared_ptr<void>* state = nullptr;
    bool ansi = true;
  };
  explicit KernelArgs(const Parts& parts) : parts_(parts) {}

  size_t count() const { return parts_.arguments.size(); }
  const VectorPtr& vector(size_t i) const { return parts_.arguments[i]; }
  const DataType& type(size_t i) const { return parts_.arguments[i]->type(); }
  /// Argument `i` as T, the C++ type of its physical type.
  template <class T>
  VectorReader<T> column(size_t i) const {
    return VectorReader<T>(*parts_.arguments[i]);
  }
  const ActiveRows& activeRows() const { return parts_.active; }
  RowIndex numRows() const { return parts_.active.size(); }
  template <class T>
  ResultWriter<T> result() const {
    return ResultWriter<T>(parts_.result);
  }
  ResultBuffer& resultBuffer() const { return parts_.result; }
  const DataType& resultType() const { return parts_.result.type(); }
  RowErrors& errors() const { return parts_.errors; }
  /// What the function's `bind` prepared.
  template <class T>
  const T& data() const {
    return *static_cast<const T*>(parts_.data);
  }
  const LambdaEvaluator& lambda(size_t i) const { return *parts_.lambdas[i]; }
  /// Fails the whole call (not one row): a lambda's error, memory.
  void fail(Status status) const { *parts_.failure = std::move(status); }
  /// Partition and sequence number of the batch, for functions of them.
  int32_t partition() const { return parts_.partition; }
  int64_t sequence() const { return parts_.sequence; }
  /// What a stateful function keeps between the batches of one partition (a random generator); made by the kernel, empty at a partition's start.
  std::shared_ptr<void>& state() const { return *parts_.state; }
  /// Whether row errors are raised. Off ANSI mode, kernels that keep values need not look for errors.
  bool ansi() const { return parts_.ansi; }

 private:
  Parts parts_;
};

using Kernel = void (*)(const KernelArgs&);

}  // namespace flint::expr
