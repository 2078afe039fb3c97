#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace flint::columnar {

/// A run of bytes, 64-byte aligned when allocated here, or a window on memory that `owner` keeps alive.
///
/// Memory: freed with the last reference. Big, long-lived buffers are charged by the operator that keeps them.
/// Threads: written by its maker alone; immutable once shared.
class Buffer {
 public:
  /// Uninitialized bytes, with 64 readable bytes behind them so that wide loads may run over the end.
  static std::shared_ptr<Buffer> allocate(size_t size);
  static std::shared_ptr<Buffer> allocateZeroed(size_t size);
  static std::shared_ptr<const Buffer> wrap(const void* data, size_t size, std::shared_ptr<const void> owner);

  Buffer(uint8_t* data, size_t size, std::shared_ptr<const void> owner) : data_(data), size_(size), owner_(std::move(owner)) {}
  ~Buffer();
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  size_t size() const { return size_; }
  const uint8_t* data() const { return data_; }
  uint8_t* mutableData() { return data_; }
  template <class T>
  const T* as() const {
    return reinterpret_cast<const T*>(data_);
  }
  template <class T>
  T* mutableAs() {
    return reinterpret_cast<T*>(data_);
  }

 private:
  uint8_t* data_;
  size_t size_;
  std::shared_ptr<const void> owner_;  // null: data_ was allocated here
};

using BufferPtr = std::shared_ptr<const Buffer>;

}  // namespace flint::columnar
