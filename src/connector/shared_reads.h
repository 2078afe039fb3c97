#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "memory/memory_pool.h"

namespace flint::connector {

/// What the scans of one query keep of their reading for one another, where several read the same columns of the same files.
///
/// All scans announce what they will read before the first one starts. What is kept is the source's own business: it finds it by a key.
/// Memory: no more than a small part of the budget, and nothing while half of it is in use: what is not kept is read again.
/// Threads: thread-safe.
class SharedReads {
 public:
  explicit SharedReads(memory::QueryPool& pool);

  /// One more scan will read what `what` names.
  void announce(const std::string& what);
  /// How many scans announced it.
  int32_t readers(const std::string& what) const;

  /// The object under `key`, from `make` where there is none yet.
  std::shared_ptr<void> object(const std::string& key, const std::function<std::shared_ptr<void>()>& make);

  /// Asks to keep `bytes` more; `release` gives them back.
  bool reserve(int64_t bytes);
  void release(int64_t bytes);

 private:
  memory::QueryPool& pool_;  // outlives this: the reservation holds it
  const std::unique_ptr<memory::Reservation> reservation_;
  mutable std::mutex mutex_;  // a leaf
  std::map<std::string, int32_t> readers_;
  std::map<std::string, std::shared_ptr<void>> objects_;
};

}  // namespace flint::connector
