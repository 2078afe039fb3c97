#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "base/error.h"

namespace flint::exec {
class QueryContext;
}

namespace flint::session {

/// The runs of a session's queries, those inside commands too: for a door that cancels or watches whatever runs at the moment.
///
/// Threads: thread-safe.
class RunningQueries {
 public:
  void add(const std::shared_ptr<exec::QueryContext>& context);
  /// Ends every run with `reason` as its error.
  void cancelAll(const Error& reason);
  std::vector<std::shared_ptr<exec::QueryContext>> all() const;

 private:
  mutable std::mutex mutex_;  // a leaf
  std::vector<std::weak_ptr<exec::QueryContext>> contexts_;
};

}  // namespace flint::session
