#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "pyworker/worker_pool.h"

namespace flint::pyworker {

/// Gives a setting of the session, empty where it is not set.
using SettingLookup = std::function<std::string(std::string_view key)>;

/// The workers that a session's settings ask for: their interpreter, memory, silence and what they tell of themselves when they end badly.
WorkerEnvironment environmentFor(std::string sessionId, const SettingLookup& setting);

/// How users are told that the worker ended by itself: with what faulthandler wrote of it, or how to have that written.
std::string textOfEnd(const PythonWorker& worker);
/// And that it was ended, as it was silent for longer than it may.
std::string textOfSilence(std::chrono::seconds longest);

}  // namespace flint::pyworker
