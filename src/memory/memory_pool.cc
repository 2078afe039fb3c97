#include "memory/memory_pool.h"

#include <algorithm>
#include <mutex>
#include <unordered_set>
#include <vector>

namespace flint::memory {

struct QueryPool::State {
  std::shared_ptr<MemoryManager> manager;
  std::string name;
  std::atomic<int64_t> bytes{0};
  std::atomic<int64_t> peak{0};
  std::mutex mutex;  // taken after the manager's, never before
  std::unordered_set<Reservation*> reservations;
};

struct MemoryManager::State {
  explicit State(int64_t bytes) : budget(bytes) {}

  const int64_t budget;
  std::atomic<int64_t> used{0};
  std::atomic<bool> hasWaiters{false};
  std::mutex mutex;
  std::unordered_set<QueryPool*> pools;
  std::vector<std::function<void()>> waiters;
  std::function<int64_t(int64_t)> evictor;

  bool tryTake(int64_t bytes) {
    int64_t now = used.load(std::memory_order_relaxed);
    do {
      if (now + bytes > budget) return false;
    } while (!used.compare_exchange_weak(now, now + bytes, std::memory_order_relaxed));
    return true;
  }
  void give(int64_t bytes) {
    used.fetch_sub(bytes);
    if (!hasWaiters.load()) return;
    std::vector<std::function<void()>> awake;
    {
      const std::lock_guard lock(mutex);
      awake.swap(waiters);
      hasWaiters.store(false);
    }
    for (const auto& wake : awake) wake();
  }
};

namespace {

void raise(std::atomic<int64_t>& peak, int64_t value) {
  int64_t seen = peak.load(std::memory_order_relaxed);
  while (seen < value && !peak.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
}

}  // namespace

Reservation::Reservation(std::shared_ptr<QueryPool> pool, std::string name) : pool_(std::move(pool)), name_(std::move(name)) {
  const std::lock_guard lock(pool_->state_->mutex);
  pool_->state_->reservations.insert(this);
}

Reservation::~Reservation() {
  {
    const std::lock_guard lock(pool_->state_->mutex);
    pool_->state_->reservations.erase(this);
  }
  if (bytes() > 0) shrink(bytes());
}

bool Reservation::tryGrow(int64_t bytes) {
  if (bytes <= 0) return true;
  MemoryManager& manager = *pool_->state_->manager;
  if (!manager.state_->tryTake(bytes) && !(manager.evict(bytes) && manager.state_->tryTake(bytes))) {
    manager.requestSpill();
    return false;
  }
  bytes_.fetch_add(bytes, std::memory_order_relaxed);
  raise(pool_->state_->peak, pool_->state_->bytes.fetch_add(bytes, std::memory_order_relaxed) + bytes);
  return true;
}

void Reservation::growFloor(int64_t bytes) {
  pool_->state_->manager->state_->used.fetch_add(bytes, std::memory_order_relaxed);
  bytes_.fetch_add(bytes, std::memory_order_relaxed);
  raise(pool_->state_->peak, pool_->state_->bytes.fetch_add(bytes, std::memory_order_relaxed) + bytes);
}

void Reservation::shrink(int64_t bytes) {
  if (bytes <= 0) return;
  bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  pool_->state_->bytes.fetch_sub(bytes, std::memory_order_relaxed);
  pool_->state_->manager->state_->give(bytes);
}

bool Reservation::tryResize(int64_t bytes) {
  const int64_t now = this->bytes();
  if (bytes > now) return tryGrow(bytes - now);
  shrink(now - bytes);
  return true;
}

QueryPool::QueryPool(std::unique_ptr<State> state) : state_(std::move(state)) {}

std::shared_ptr<QueryPool> QueryPool::make(std::shared_ptr<MemoryManager> manager, std::string name) {
  auto state = std::make_unique<State>();
  state->manager = std::move(manager);
  state->name = std::move(name);
  std::shared_ptr<QueryPool> pool(new QueryPool(std::move(state)));
  MemoryManager::State& shared = *pool->state_->manager->state_;
  const std::lock_guard lock(shared.mutex);
  shared.pools.insert(pool.get());
  return pool;
}

QueryPool::~QueryPool() {
  MemoryManager::State& shared = *state_->manager->state_;
  const std::lock_guard lock(shared.mutex);
  shared.pools.erase(this);
}

std::unique_ptr<Reservation> QueryPool::makeReservation(std::string name) {
  return std::make_unique<Reservation>(shared_from_this(), std::move(name));
}

int64_t QueryPool::bytes() const { return state_->bytes.load(std::memory_order_relaxed); }
int64_t QueryPool::budget() const { return state_->manager->budget(); }
int64_t QueryPool::available() const { return state_->manager->budget() - state_->manager->used(); }
int64_t QueryPool::peakBytes() const { return state_->peak.load(std::memory_order_relaxed); }

Error QueryPool::outOfMemory(int64_t bytes) const {
  const MemoryManager& manager = *state_->manager;
  return Error(condition::kUnableToAcquireMemory)
      .with("requestedBytes", std::to_string(bytes))
      .with("receivedBytes", std::to_string(std::max<int64_t>(0, manager.budget() - manager.used())));
}

MemoryManager::MemoryManager(int64_t budgetBytes) : state_(std::make_unique<State>(budgetBytes)) {}
MemoryManager::~MemoryManager() = default;

int64_t MemoryManager::budget() const { return state_->budget; }
int64_t MemoryManager::used() const { return state_->used.load(std::memory_order_relaxed); }

void MemoryManager::onFreed(std::function<void()> wake) {
  const std::lock_guard lock(state_->mutex);
  state_->waiters.push_back(std::move(wake));
  state_->hasWaiters.store(true);
}

void MemoryManager::setEvictor(std::function<int64_t(int64_t bytes)> evictor) {
  const std::lock_guard lock(state_->mutex);
  state_->evictor = std::move(evictor);
}

bool MemoryManager::evict(int64_t bytes) {
  std::function<int64_t(int64_t)> evictor;
  {
    const std::lock_guard lock(state_->mutex);
    evictor = state_->evictor;
  }
  return evictor && evictor(bytes) > 0;
}

void MemoryManager::requestSpill() {
  const std::lock_guard lock(state_->mutex);
  Reservation* largest = nullptr;
  int64_t most = 0;
  // The locks of the pools are kept until the flag is set, so that the chosen reservation is still there.
  std::vector<std::unique_lock<std::mutex>> locks;
  for (QueryPool* pool : state_->pools) {
    locks.emplace_back(pool->state_->mutex);
    for (Reservation* reservation : pool->state_->reservations) {
      if (reservation->revocable() > most) {
        largest = reservation;
        most = reservation->revocable();
      }
    }
  }
  if (largest != nullptr) largest->requestSpill();
}

}  // namespace flint::memory
