#pragma once

#include <cstdint>

#include "expr/kernel_args.h"

namespace flint::functions {

/// Counts the bytes of a result that grows with numbers, not with its input (repeat, sequence), and fails the call where there would be too many:
/// they are allocated before any pool can be asked.
///
/// Threads: confined to one kernel call. Errors: UNABLE_TO_ACQUIRE_MEMORY.
class ResultLimit {
 public:
  explicit ResultLimit(const expr::KernelArgs& args) : args_(args) {}
  /// Whether `count` values of `width` bytes fit too; once they do not, nothing does.
  bool fits(int64_t count, int64_t width) {
    const __int128 wanted = static_cast<__int128>(count < 0 ? 0 : count) * width + taken_;
    if (!failed_ && wanted <= kMostBytes) {
      taken_ = static_cast<int64_t>(wanted);
      return true;
    }
    if (!failed_) {
      args_.fail(Error(condition::kUnableToAcquireMemory)
                     .with("requestedBytes", std::to_string(static_cast<int64_t>(wanted < INT64_MAX ? wanted : INT64_MAX)))
                     .with("receivedBytes", std::to_string(kMostBytes)));
    }
    failed_ = true;
    return false;
  }

 private:
  static constexpr int64_t kMostBytes = int64_t{1} << 30;
  const expr::KernelArgs& args_;
  int64_t taken_ = 0;
  bool failed_ = false;
};

}  // namespace flint::functions
