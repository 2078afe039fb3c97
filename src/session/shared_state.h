#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/status.h"

namespace flint::memory {
class MemoryManager;
}
namespace flint::events {
class LiveListenerBus;
}
namespace flint::exec {
class WorkerPool;
}
namespace flint::catalog {
struct SharedCatalog;
}

namespace flint::session {

class CacheManager;

/// What all sessions of a process share: the worker threads, the memory budget, the metastore, cached data, and the settings the process was
/// started with.
///
/// Threads: thread-safe.
struct SharedState {
  /// Registers built-in functions and sources, and sizes threads (`spark.master` = local[N], else all cores) and memory (`spark.driver.memory`, by
  /// default 60 % of the machine's). Errors: INVALID_CONF_VALUE.* for a setting that cannot be read.
  static Result<std::shared_ptr<SharedState>> make(std::map<std::string, std::string> settings);

  std::map<std::string, std::string> settings;
  int32_t numThreads = 1;
  std::shared_ptr<memory::MemoryManager> memory;
  std::shared_ptr<exec::WorkerPool> workers;
  std::shared_ptr<catalog::SharedCatalog> catalog;
  std::shared_ptr<CacheManager> cache;
  std::shared_ptr<events::LiveListenerBus> listeners;
  std::string localDirectory;  // spark.local.dir: where queries spill
};

}  // namespace flint::session
