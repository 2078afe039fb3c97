#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace flint::session {

/// Where cached rows are kept.
///
/// Levels that have no disk keep in files what memory has no room for, rather than compute it again; replicas are not made.
struct StorageLevel {
  bool useDisk = false;
  bool useMemory = false;
  bool useOffHeap = false;
  bool deserialized = false;
  int32_t replication = 1;

  /// What `cache()` and CACHE TABLE use.
  static StorageLevel memoryAndDisk() { return {.useDisk = true, .useMemory = true, .deserialized = true}; }
  /// By Spark's name ("DISK_ONLY"), without case. Errors: INVALID_STORAGE_LEVEL-like IllegalArgumentException for another text.
  static Result<StorageLevel> fromName(std::string_view name);
  /// "StorageLevel(disk, memory, deserialized, 1 replicas)".
  std::string text() const;
  bool operator==(const StorageLevel&) const = default;
};

}  // namespace flint::session
