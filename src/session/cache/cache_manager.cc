#include "session/cache/cache_manager.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

#include "exec/store/cached_rows.h"
#include "plan/logical/subquery_expressions.h"
#include "session/large_stack.h"
#include "tree/transform.h"

namespace flint::session {

using expr::ExprPtr;
using plan::LogicalPlanPtr;

namespace {

bool isBelow(const std::string& path, const std::string& folder) {
  return path.size() >= folder.size() && path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/' || folder == "/");
}

// The relation's own name, above its rows.
bool isNamed(const LogicalPlanPtr& node, const std::vector<std::string>& name) {
  const auto* alias = node->as<plan::SubqueryAlias>();
  return alias != nullptr && alias->alias == name;
}

}  // namespace

CacheManager::CacheManager(std::shared_ptr<memory::MemoryManager> memory, double storageFraction, std::string localDirectory)
    : memory_(std::move(memory)),
      storageRegion_(static_cast<int64_t>(static_cast<double>(memory_->budget()) * std::clamp(storageFraction, 0.0, 1.0))),
      localDirectory_(std::move(localDirectory)),
      pool_(memory::QueryPool::make(memory_, "cached rows")) {
  memory_->setEvictor([this](int64_t bytes) { return evict(bytes); });
}

CacheManager::~CacheManager() { memory_->setEvictor(nullptr); }

std::vector<CachedQueryPtr> CacheManager::entries() const {
  const std::lock_guard lock(mutex_);
  return entries_;
}

CachedQueryPtr CacheManager::findIn(const std::vector<CachedQueryPtr>& entries, const LogicalPlanPtr& plan, const CanonicalForms::Definitions& definitions,
                                    int64_t beforeId) const {
  const uint64_t shape = shapeOf(plan, definitions);
  LogicalPlanPtr canonical;
  for (const CachedQueryPtr& entry : entries) {
    if (entry->shape() != shape || entry->id() >= beforeId) continue;
    if (canonical == nullptr) {
      const std::lock_guard lock(formsMutex_);
      canonical = forms_.of(plan, definitions);
    }
    if (entry->canonical()->sameAs(*canonical)) return entry;
  }
  return nullptr;
}

void CacheManager::add(const LogicalPlanPtr& analyzed, const StorageLevel& level, std::string sourceText) {
  runOnLargeStack([&] {
    if (findIn(entries(), analyzed, {}, INT64_MAX) != nullptr) return;
    LogicalPlanPtr canonical;
    {
      const std::lock_guard lock(formsMutex_);
      canonical = forms_.of(analyzed);
    }
    const std::lock_guard lock(mutex_);
    auto entry = std::make_shared<CachedQuery>(nextId_++, analyzed, std::move(canonical), shapeOf(analyzed, {}), level);
    entry->setSourceText(std::move(sourceText));
    entries_.push_back(std::move(entry));
    numEntries_ = entries_.size();
    ++changes_;
  });
}

CachedQueryPtr CacheManager::find(const LogicalPlanPtr& analyzed) const {
  if (numEntries_ == 0) return nullptr;
  CachedQueryPtr found;
  runOnLargeStack([&] { found = findIn(entries(), analyzed, {}, INT64_MAX); });
  return found;
}

void CacheManager::removeIf(const std::function<bool(const CachedQuery&)>& test) {
  std::vector<CachedQueryPtr> removed;  // freed without the lock
  runOnLargeStack([&] {
    for (const CachedQueryPtr& entry : entries()) {
      if (test(*entry)) removed.push_back(entry);
    }
  });
  if (removed.empty()) return;
  const std::lock_guard forms(formsMutex_);
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [&](const CachedQueryPtr& entry) { return std::find(removed.begin(), removed.end(), entry) != removed.end(); });
  numEntries_ = entries_.size();
  ++changes_;
  if (entries_.empty()) forms_ = CanonicalForms();
}

void CacheManager::remove(const LogicalPlanPtr& analyzed, bool cascade) {
  if (numEntries_ == 0) return;
  LogicalPlanPtr canonical;
  runOnLargeStack([&] {
    const std::lock_guard lock(formsMutex_);
    canonical = forms_.of(analyzed);
  });
  removeIf([&](const CachedQuery& entry) {
    if (entry.canonical()->sameAs(*canonical)) return true;
    if (!cascade) return false;
    const uint64_t shape = shapeOf(analyzed, {});
    const CanonicalForms::Definitions definitions = definitionsOf(entry.analyzed());
    return tree::anyNode(entry.analyzed(), [&](const LogicalPlanPtr& node) {
      if (shapeOf(node, definitions) != shape) return false;
      const std::lock_guard lock(formsMutex_);
      return forms_.of(node, definitions)->sameAs(*canonical);
    });
  });
}

void CacheManager::removeNamed(const std::vector<std::string>& name, bool cascade) {
  if (numEntries_ == 0) return;
  removeIf([&](const CachedQuery& entry) {
    if (cascade) return tree::anyNode(entry.analyzed(), [&](const LogicalPlanPtr& node) { return isNamed(node, name); });
    return isNamed(entry.analyzed(), name);
  });
}

void CacheManager::clear() {
  removeIf([](const CachedQuery&) { return true; });
}

void CacheManager::invalidatePath(const std::string& path) {
  if (numEntries_ == 0) return;
  ++changes_;
  const std::string changed = absolutePath(path);
  for (const CachedQueryPtr& entry : entries()) {
    const bool reads = std::any_of(entry->rootPaths().begin(), entry->rootPaths().end(),
                                   [&](const std::string& root) { return isBelow(root, changed) || isBelow(changed, root); });
    if (reads) entry->invalidate();
  }
}

void CacheManager::invalidate(const LogicalPlanPtr& analyzed) {
  if (numEntries_ == 0) return;
  ++changes_;
  std::vector<std::string> roots;
  tree::forEachNode(analyzed, [&](const LogicalPlanPtr& node) {
    if (const auto* relation = node->as<plan::Relation>()) {
      for (std::string& root : rootPathsOf(*relation)) roots.push_back(std::move(root));
    }
  });
  for (const std::string& root : roots) invalidatePath(root);
  if (const CachedQueryPtr entry = find(analyzed)) entry->invalidate();
}

// One plan's replacement.
class CacheManager::Replacement {
 public:
  Replacement(CacheManager& cache, std::vector<CachedQueryPtr> entries, CanonicalForms::Definitions definitions, int64_t beforeId)
      : cache_(cache), entries_(std::move(entries)), definitions_(std::move(definitions)), beforeId_(beforeId) {}

  LogicalPlanPtr plan(const LogicalPlanPtr& node) {
    if (const CachedQueryPtr entry = cache_.findIn(entries_, node, definitions_, beforeId_)) {
      entry->refreshPlan(node);
      cache_.used(entry);
      plan::InMemoryRelation relation;
      relation.key = static_cast<uint64_t>(entry->id());
      relation.attributes = node->output();
      relation.data = std::static_pointer_cast<const plan::CachedRelation>(entry);
      return plan::makePlan(std::move(relation));
    }
    LogicalPlanPtr out = tree::mapChildren(node, [this](const LogicalPlanPtr& child) { return plan(child); });
    std::vector<ExprPtr> expressions = out->expressions();
    bool changed = false;
    for (ExprPtr& each : expressions) {
      ExprPtr mapped = expression(each);
      changed = changed || mapped != each;
      each = std::move(mapped);
    }
    return changed ? out->withNewExpressions(std::move(expressions)) : out;
  }

 private:
  ExprPtr expression(const ExprPtr& root) {
    return tree::transformUp(root, [this](const ExprPtr& node) -> ExprPtr {
      if (const auto* scalar = node->as<plan::ScalarSubquery>()) return subquery(*scalar, node);
      if (const auto* exists = node->as<plan::Exists>()) return subquery(*exists, node);
      if (const auto* in = node->as<plan::InSubquery>()) return subquery(*in, node);
      return node;
    });
  }

  template <class Subquery>
  ExprPtr subquery(const Subquery& node, const ExprPtr& self) {
    LogicalPlanPtr inner = plan(node.plan);
    if (inner == node.plan) return self;
    Subquery copy = node;
    copy.plan = std::move(inner);
    return expr::makeExpr(std::move(copy), self->origin());
  }

  CacheManager& cache_;
  const std::vector<CachedQueryPtr> entries_;
  const CanonicalForms::Definitions definitions_;
  const int64_t beforeId_;
};

LogicalPlanPtr CacheManager::useCached(const LogicalPlanPtr& analyzed, int64_t beforeId) {
  if (numEntries_ == 0) return analyzed;
  return Replacement(*this, entries(), definitionsOf(analyzed), beforeId).plan(analyzed);
}

void CacheManager::used(const CachedQueryPtr& entry) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find(entries_.begin(), entries_.end(), entry);
  if (found != entries_.end()) std::rotate(found, found + 1, entries_.end());
}

CachedRowsPtr CacheManager::makeRows(const StorageLevel& level) {
  exec::ExecOptions options;
  static std::atomic<int64_t> folders{0};  // a context removes its folder, so each has its own
  options.spillDirectory = fmt::format("{}/flint-cache-{}-{}", localDirectory_, ::getpid(), folders.fetch_add(1));
  auto context = std::make_shared<exec::QueryContext>(pool_, expr::EvaluationOptions(), std::move(options));
  return std::make_shared<exec::CachedRows>(std::move(context), level.useMemory || level.useOffHeap);
}

int64_t CacheManager::evict(int64_t bytes) {
  if (numEntries_ == 0) return 0;
  int64_t freed = 0;
  for (const CachedQueryPtr& entry : entries()) {
    const int64_t above = pool_->bytes() - storageRegion_;
    if (freed >= bytes || above <= 0) break;
    freed += entry->evict(std::min(bytes - freed, above));
  }
  return freed;
}

}  // namespace flint::session
