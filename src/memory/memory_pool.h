#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/status.h"

namespace flint::memory {

class MemoryManager;
class QueryPool;

/// One holder of memory inside a query: an operator's shared or local state.
///
/// A refused `tryGrow` never spills another holder from the asking thread: it flags the largest revocable holder (`spillRequested`), which
/// spills at its own next batch boundary. The asker then either spills itself, or returns kBlocked and is woken when memory was freed.
/// Threads: `tryGrow`, `shrink` and `spillRequested` are thread-safe.
class Reservation {
 public:
  Reservation(std::shared_ptr<QueryPool> pool, std::string name);
  ~Reservation();
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;

  /// Takes `bytes` more; false when the budget does not allow.
  bool tryGrow(int64_t bytes);
  /// Takes `bytes` whatever the budget says: an operator's small floor.
  void growFloor(int64_t bytes);
  void shrink(int64_t bytes);
  /// Sets the reservation to `bytes`, growing or shrinking.
  bool tryResize(int64_t bytes);
  int64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

  /// How much this holder could give back by spilling; tells the arbiter. 0: nothing.
  void setRevocable(int64_t bytes) { revocable_.store(bytes, std::memory_order_relaxed); }
  int64_t revocable() const { return revocable_.load(std::memory_order_relaxed); }
  /// The arbiter asked for memory: spill at the next batch boundary, then `spillDone`.
  bool spillRequested() const { return spillRequested_.load(std::memory_order_relaxed); }
  void requestSpill() { spillRequested_.store(true, std::memory_order_relaxed); }
  void spillDone() { spillRequested_.store(false, std::memory_order_relaxed); }
  const std::string& name() const { return name_; }

 private:
  const std::shared_ptr<QueryPool> pool_;
  const std::string name_;
  std::atomic<int64_t> bytes_{0};
  std::atomic<int64_t> revocable_{0};
  std::atomic<bool> spillRequested_{false};
};

/// A query's share of the process's memory.
///
/// Threads: thread-safe.
class QueryPool : public std::enable_shared_from_this<QueryPool> {
 public:
  static std::shared_ptr<QueryPool> make(std::shared_ptr<MemoryManager> manager, std::string name);
  ~QueryPool();

  std::unique_ptr<Reservation> makeReservation(std::string name);
  int64_t bytes() const;
  int64_t peakBytes() const;
  /// The process's budget, and what of it nobody holds.
  int64_t budget() const;
  int64_t available() const;
  /// The condition a query fails with when it cannot get `bytes` and nothing is left to spill.
  Error outOfMemory(int64_t bytes) const;

 private:
  friend class Reservation;
  friend class MemoryManager;
  struct State;
  explicit QueryPool(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The process's budget: `spark.driver.memory` (or executor) as a whole; what queries, caches and buffered results hold counts against it.
///
/// Threads: thread-safe.
class MemoryManager : public std::enable_shared_from_this<MemoryManager> {
 public:
  explicit MemoryManager(int64_t budgetBytes);
  ~MemoryManager();
  int64_t budget() const;
  int64_t used() const;
  /// `wake` is called once after memory was freed. Memory freed before this call wakes nobody: register, then try once more, then wait.
  void onFreed(std::function<void()> wake);
  /// Asked by a reservation that is refused `bytes`, on its thread, before it is told so: frees what is kept only for later (cached rows), and
  /// gives how much that was. Null: nothing is.
  void setEvictor(std::function<int64_t(int64_t bytes)> evictor);

 private:
  friend class QueryPool;
  friend class Reservation;
  // Whether the evictor freed anything.
  bool evict(int64_t bytes);
  // Flags the largest revocable holder of any query.
  void requestSpill();

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flint::memory
