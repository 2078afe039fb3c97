#pragma once

#include <functional>
#include <utility>

#include "base/status.h"

namespace flint::session {

/// Runs `work` to its end on a thread with a stack that deep plans and expressions fit on (1,024 plan and 10,000 expression levels).
///
/// Memory: the stack is address space, committed as far as it is used.
/// Threads: `work` has no other thread's locals; the caller waits.
void runOnLargeStack(const std::function<void()>& work);

/// The same for a function that gives a Status or Result.
template <class Work>
auto onLargeStack(Work&& work) -> decltype(work()) {
  std::optional<decltype(work())> outcome;
  runOnLargeStack([&] { outcome.emplace(work()); });
  return std::move(*outcome);
}

}  // namespace flint::session
