#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "memory/memory_pool.h"
#include "session/cache/cached_query.h"

namespace flint::session {

/// The queries of a process whose rows are kept: `cache()`, CACHE TABLE.
///
/// Shape: an analyzed plan in which every subtree that is such a query is replaced by an InMemoryRelation.
/// Memory: rows may use what memory is left; when queries are refused some, rows above the storage region leave for files, those of the
/// queries that were not used for longest first.
/// Threads: thread-safe; plans are compared on a large stack.
/// Source: keeps the behaviour of Spark's CacheManager.
class CacheManager {
 public:
  /// `storageFraction` of the memory is what rows may keep when queries ask for it. `localDirectory`: where their files go.
  CacheManager(std::shared_ptr<memory::MemoryManager> memory, double storageFraction, std::string localDirectory);
  ~CacheManager();

  /// Does nothing where the query is cached already. `sourceText`: the physical plan, as EXPLAIN shows it.
  void add(const plan::LogicalPlanPtr& analyzed, const StorageLevel& level, std::string sourceText);
  /// The cached query that has the plan's rows; null where there is none.
  CachedQueryPtr find(const plan::LogicalPlanPtr& analyzed) const;
  /// Forgets the plan's rows; with `cascade`, those of queries that contain it too.
  void remove(const plan::LogicalPlanPtr& analyzed, bool cascade);
  /// Forgets the queries that are the table or view of that full name; with `cascade`, those that read it too.
  void removeNamed(const std::vector<std::string>& name, bool cascade);
  void clear();
  /// Rows made of files at or below `path`, or of a folder that holds it, are made anew when next read.
  void invalidatePath(const std::string& path);
  /// The same for all that contains the plan.
  void invalidate(const plan::LogicalPlanPtr& analyzed);

  /// The plan reading cached rows where it can. Only queries cached before number `beforeId` are used.
  plan::LogicalPlanPtr useCached(const plan::LogicalPlanPtr& analyzed, int64_t beforeId);
  /// How often what is cached has changed.
  uint64_t changes() const { return changes_.load(); }
  /// Empty rows at that level, to be filled.
  CachedRowsPtr makeRows(const StorageLevel& level);

 private:
  class Replacement;
  std::vector<CachedQueryPtr> entries() const;
  CachedQueryPtr findIn(const std::vector<CachedQueryPtr>& entries, const plan::LogicalPlanPtr& plan, const CanonicalForms::Definitions& definitions,
                        int64_t beforeId) const;
  void removeIf(const std::function<bool(const CachedQuery&)>& test);
  void used(const CachedQueryPtr& entry);
  int64_t evict(int64_t bytes);

  const std::shared_ptr<memory::MemoryManager> memory_;
  const int64_t storageRegion_;  // bytes
  const std::string localDirectory_;
  const std::shared_ptr<memory::QueryPool> pool_;
  std::atomic<size_t> numEntries_{0};
  std::atomic<uint64_t> changes_{0};
  mutable std::mutex formsMutex_;  // taken before `mutex_`
  mutable CanonicalForms forms_;
  mutable std::mutex mutex_;  // a leaf
  std::vector<CachedQueryPtr> entries_;  // in the order of use
  int64_t nextId_ = 1;
};

}  // namespace flint::session
