#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace flint::io {

struct FileStatus {
  std::string path;         // as the file system names it, without a scheme
  bool isDirectory = false;
  int64_t size = 0;         // bytes
  int64_t modifiedMicros = 0;  // since 1970
};

/// A file open for reading at any position.
///
/// Threads: thread-safe.
class RandomAccessFile {
 public:
  virtual ~RandomAccessFile() = default;
  virtual int64_t size() const = 0;
  /// Reads exactly `size` bytes at `offset` into `out`. Errors: a file that ended early, the device's.
  virtual Status readAt(int64_t offset, int64_t size, void* out) const = 0;
  /// Hints that the range will be read soon.
  virtual void prefetch(int64_t offset, int64_t size) const {}
  virtual const std::string& path() const = 0;
};

/// A new file being written front to back.
///
/// Threads: confined to its owner.
class OutputFile {
 public:
  virtual ~OutputFile() = default;  // without `close`: removed
  virtual Status append(std::string_view bytes) = 0;
  /// Makes the bytes durable and the file complete.
  virtual Status close(bool sync) = 0;
  virtual int64_t position() const = 0;
};

/// Files by path, so that tests can own them.
///
/// Errors: a missing path is FAILED_READ_FILE.FILE_NOT_EXIST or PATH_NOT_FOUND as the caller says; others carry the system's text.
/// Threads: thread-safe.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<FileStatus> status(const std::string& path) = 0;
  virtual Result<bool> exists(const std::string& path) = 0;
  /// Direct members, sorted by name.
  virtual Result<std::vector<FileStatus>> list(const std::string& path) = 0;
  virtual Result<std::shared_ptr<const RandomAccessFile>> open(const std::string& path) = 0;
  virtual Result<std::unique_ptr<OutputFile>> create(const std::string& path, bool overwrite) = 0;
  virtual Status makeDirectories(const std::string& path) = 0;
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  /// Exchanges two paths in one step, where the system can; else an error.
  virtual Status exchange(const std::string& a, const std::string& b) = 0;
  virtual Status remove(const std::string& path, bool recursive) = 0;
  /// Makes a folder's entries durable.
  virtual Status syncDirectory(const std::string& path) = 0;
};

/// The machine's own files.
std::shared_ptr<FileSystem> localFileSystem();
/// The file system of `path`'s scheme ("file:" or none: local) and the path without it. Errors: UNSUPPORTED_FILE_SYSTEM-like for others.
Result<std::pair<std::shared_ptr<FileSystem>, std::string>> fileSystemFor(const std::string& path);
/// Paths that match a glob (`*`, `?`, `[...]`, `{a,b}`, also in folders), sorted; a path without wildcards matches itself when it is there.
Result<std::vector<FileStatus>> glob(FileSystem& fs, const std::string& pattern);

}  // namespace flint::io
