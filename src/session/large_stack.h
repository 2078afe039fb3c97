#pragma once

#include <exception>
#include <functional>
#include <new>
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

/// UNABLE_TO_ACQUIRE_MEMORY, for an allocation that failed.
Error outOfMemory();

/// The same for a function that gives a Status or Result. An allocation that fails ends the statement, not the process; so does what a library throws
/// (a value read as another type), with INTERNAL_ERROR.
template <class Work>
auto onLargeStack(Work&& work) -> decltype(work()) {
  std::optional<decltype(work())> outcome;
  runOnLargeStack([&] {
    try {
      outcome.emplace(work());
    } catch (const std::bad_alloc&) {
      outcome.emplace(outOfMemory());
    } catch (const std::exception& exception) {
      outcome.emplace(internalError(std::string("the statement failed: ") + exception.what()));
    }
  });
  return std::move(*outcome);
}

}  // namespace flint::session
