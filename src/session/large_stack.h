#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/status.h"

namespace flint::session {

/// Runs `work` to its end on a thread with a stack that deep plans and expressions fit on (1,024 plan and 10,000 expression levels).
///
/// Memory: the stack is address space, committed as far as it is used.
/// Threads: `work` has no other thread's locals; the caller waits.
void runOnLargeStack(const std::function<void()>& work);

/// The same for a function that gives a Status or Result. What a library throws (an allocation that fails, a value read as another type) ends the
/// statement with INTERNAL_ERROR, not the process.
template <class Work>
auto onLargeStack(Work&& work) -> decltype(work()) {
  std::optional<decltype(work())> outcome;
  runOnLargeStack([&] {
    try {
      outcome.emplace(work());
    } catch (const std::exception& exception) {
      outcome.emplace(internalError(std::string("the statement failed: ") + exception.what()));
    }
  });
  return std::move(*outcome);
}

}  // namespace flint::session
