#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace flint::plan {

/// The rows of a cached query, as the plans that read them know them: what `data` of InMemoryRelation and InMemoryTableScanExec points to.
///
/// Threads: thread-safe.
class CachedRelation {
 public:
  virtual ~CachedRelation() = default;
  /// "StorageLevel(disk, memory, deserialized, 1 replicas)".
  virtual std::string storageLevelText() const = 0;
  /// The tree of the plan that makes the rows, as EXPLAIN shows it below the relation; may be empty.
  virtual std::string sourceText() const = 0;
  /// How many rows there are, once they were made.
  virtual std::optional<int64_t> numRows() const = 0;
  /// The rows (an exec::CachedRows); null until they were made.
  virtual std::shared_ptr<const void> rows() const = 0;
};

/// The relation behind the `data` of a plan node; null where there is none.
inline const CachedRelation* cachedRelation(const std::shared_ptr<const void>& data) { return static_cast<const CachedRelation*>(data.get()); }

}  // namespace flint::plan
