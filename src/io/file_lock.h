#pragma once

#include <string>

#include "base/status.h"

namespace flint::io {

/// Holds a file of the local file system for this process, against other processes that do the same; let go with the process at the latest.
///
/// Threads: confined to its owner. Two locks of one process exclude each other as those of two processes do.
class FileLock {
 public:
  /// Waits for the file at `path`, which is made when it is absent. Errors: FILE_OPERATION_FAILED.
  static Result<FileLock> acquire(const std::string& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace flint::io
