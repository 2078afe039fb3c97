#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/status.h"
#include "plan/logical/cached_relation.h"
#include "plan/logical/logical_plan.h"
#include "session/cache/canonical_forms.h"
#include "session/cache/storage_level.h"

namespace flint::exec {
class CachedRows;
}

namespace flint::session {

using CachedRowsPtr = std::shared_ptr<exec::CachedRows>;

/// A query whose rows are kept: made once, by the first query that reads them, and again after `invalidate`.
///
/// Threads: thread-safe. While one thread makes the rows, others that want them wait.
class CachedQuery final : public plan::CachedRelation {
 public:
  CachedQuery(int64_t id, plan::LogicalPlanPtr analyzed, plan::LogicalPlanPtr canonical, uint64_t shape, StorageLevel level);
  ~CachedQuery() override;

  int64_t id() const { return id_; }  // rising in the order of caching
  const plan::LogicalPlanPtr& analyzed() const { return analyzed_; }
  const plan::LogicalPlanPtr& canonical() const { return canonical_; }
  uint64_t shape() const { return shape_; }
  const StorageLevel& level() const { return level_; }
  /// Where the files lie that the query reads.
  const std::vector<std::string>& rootPaths() const { return rootPaths_; }

  std::string storageLevelText() const override { return level_.text(); }
  std::string sourceText() const override;
  std::optional<int64_t> numRows() const override;
  std::shared_ptr<const void> rows() const override;

  /// An equal plan that was analyzed later: it knows the files of its moment, so rows that are yet to be made come from it.
  void refreshPlan(const plan::LogicalPlanPtr& analyzed);
  void setSourceText(std::string text);

  using Make = std::function<Result<CachedRowsPtr>(const plan::LogicalPlanPtr& analyzed)>;
  /// The rows, from `make` where they are not there yet. Errors: of `make`; of `checkCancelled`, asked while another thread makes them.
  Result<CachedRowsPtr> materialized(const Make& make, const std::function<Status()>& checkCancelled) const;
  /// The next reader makes the rows anew; those who read now finish with what they have.
  void invalidate();
  /// Moves rows out of memory; gives the bytes freed.
  int64_t evict(int64_t bytes);
  int64_t memoryBytes() const;

 private:
  const int64_t id_;
  const plan::LogicalPlanPtr analyzed_;
  const plan::LogicalPlanPtr canonical_;
  const uint64_t shape_;
  const StorageLevel level_;
  std::vector<std::string> rootPaths_;
  mutable std::mutex mutex_;  // guards what follows; nothing of another class is called while it is held
  mutable std::condition_variable made_;
  plan::LogicalPlanPtr latest_;
  std::string sourceText_;
  mutable CachedRowsPtr rows_;  // plans refer to a const query; its rows are made when first read
  int64_t version_ = 0;         // counts invalidations
  mutable bool making_ = false;
};
using CachedQueryPtr = std::shared_ptr<CachedQuery>;

}  // namespace flint::session
