#pragma once

#include <functional>

#include "base/status.h"

namespace flint::pyworker {

/// While it lives, questions that this thread asks workers end early once `check` gives an error: with that error.
///
/// Threads: confined to the thread that made it; scopes nest.
class QuestionScope {
 public:
  explicit QuestionScope(std::function<Status()> check);
  ~QuestionScope();
  QuestionScope(const QuestionScope&) = delete;
  QuestionScope& operator=(const QuestionScope&) = delete;

  /// Ok outside of any scope.
  static Status check();

 private:
  const std::function<Status()> check_;
  const QuestionScope* const outer_;
};

}  // namespace flint::pyworker
