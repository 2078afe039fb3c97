#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "session/query_execution.h"

namespace spark::connect {
class Relation;
}

namespace flint::connect {

/// The query that a session's client was last told is a good one, kept for the moment: the same client seldom does anything else than run it next,
/// so it is planned while the client reads the answer.
///
/// It is given back once, for the same message, and only when nothing happened that could make a new analysis find something else.
/// Threads: thread-safe.
class PreparedQuery {
 public:
  /// While it lives, the session's settings, views, functions or files may change: what was kept before and meanwhile is not used.
  class Change {
   public:
    explicit Change(PreparedQuery& prepared) : prepared_(prepared) { prepared_.forget(); }
    ~Change() { prepared_.forget(); }
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;

   private:
    PreparedQuery& prepared_;
  };

  /// What a relation is known by here: all of it but the number that the client gives it.
  static std::string messageOf(spark::connect::Relation relation);

  /// To be asked for before the query is analyzed.
  uint64_t changes() const;
  /// Keeps the query, unless something changed since. `message`: as `messageOf` gives it.
  void keep(std::string message, std::shared_ptr<session::QueryExecution> query, uint64_t changesBefore);
  /// The query of that message; null where there is none.
  std::shared_ptr<session::QueryExecution> take(const std::string& message);
  /// Plans what is kept, if that was not done: work for a thread that nobody waits for. Who takes the query meanwhile waits for the plan.
  void plan();
  void forget();

 private:
  mutable std::mutex mutex_;  // a leaf
  uint64_t changes_ = 0;
  std::string message_;
  std::shared_ptr<session::QueryExecution> query_;
  bool isPlanned_ = false;
};

}  // namespace flint::connect
