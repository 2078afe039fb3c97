#include "session/cache/cached_query.h"

#include <algorithm>
#include <chrono>

#include "exec/store/cached_rows.h"
#include "tree/transform.h"

namespace flint::session {
namespace {

constexpr auto kCancelCheck = std::chrono::milliseconds(50);

bool readsSharedCte(const plan::LogicalPlanPtr& plan) {
  return tree::anyNode(plan, [](const plan::LogicalPlanPtr& node) { return node->kind() == plan::LogicalKind::kCteRelationRef; });
}

}  // namespace

CachedQuery::CachedQuery(int64_t id, plan::LogicalPlanPtr analyzed, plan::LogicalPlanPtr canonical, uint64_t shape, StorageLevel level)
    : id_(id), analyzed_(std::move(analyzed)), canonical_(std::move(canonical)), shape_(shape), level_(level), latest_(analyzed_) {
  tree::forEachNode(analyzed_, [this](const plan::LogicalPlanPtr& node) {
    const auto* relation = node->as<plan::Relation>();
    if (relation == nullptr) return;
    for (std::string& root : rootPathsOf(*relation)) rootPaths_.push_back(std::move(root));
  });
}
CachedQuery::~CachedQuery() = default;

std::string CachedQuery::sourceText() const {
  const std::lock_guard lock(mutex_);
  return sourceText_;
}

void CachedQuery::setSourceText(std::string text) {
  const std::lock_guard lock(mutex_);
  sourceText_ = std::move(text);
}

std::optional<int64_t> CachedQuery::numRows() const {
  const std::lock_guard lock(mutex_);
  if (rows_ == nullptr) return std::nullopt;
  return rows_->numRows();
}

std::shared_ptr<const void> CachedQuery::rows() const {
  const std::lock_guard lock(mutex_);
  return rows_;
}

void CachedQuery::refreshPlan(const plan::LogicalPlanPtr& analyzed) {
  {
    const std::lock_guard lock(mutex_);
    if (rows_ != nullptr || making_) return;
  }
  if (readsSharedCte(analyzed)) return;  // what it refers to stands elsewhere
  const std::lock_guard lock(mutex_);
  latest_ = analyzed;
}

Result<CachedRowsPtr> CachedQuery::materialized(const Make& make, const std::function<Status()>& checkCancelled) const {
  plan::LogicalPlanPtr plan;
  int64_t version = 0;
  {
    std::unique_lock lock(mutex_);
    while (making_) {
      made_.wait_for(lock, kCancelCheck);
      if (!making_) break;
      lock.unlock();
      RETURN_IF_ERROR(checkCancelled());
      lock.lock();
    }
    if (rows_ != nullptr) return rows_;
    making_ = true;
    plan = latest_;
    version = version_;
  }
  Result<CachedRowsPtr> made = make(plan);
  {
    const std::lock_guard lock(mutex_);
    making_ = false;
    // Rows of sources that changed meanwhile serve this query alone.
    if (made.isOk() && version == version_) rows_ = *made;
  }
  made_.notify_all();
  return made;
}

void CachedQuery::invalidate() {
  CachedRowsPtr dropped;
  const std::lock_guard lock(mutex_);
  dropped = std::move(rows_);
  rows_ = nullptr;
  ++version_;
}

int64_t CachedQuery::evict(int64_t bytes) {
  CachedRowsPtr rows;
  {
    const std::lock_guard lock(mutex_);
    rows = rows_;
  }
  return rows == nullptr ? 0 : rows->evict(bytes);
}

int64_t CachedQuery::memoryBytes() const {
  const std::lock_guard lock(mutex_);
  return rows_ == nullptr ? 0 : rows_->memoryBytes();
}

}  // namespace flint::session
