#pragma once

namespace flint {
inline namespace base {

/// Ends the process with where and why: an invariant of the program itself is broken.
[[noreturn]] void checkFailed(const char* condition, const char* why, const char* file, int line);

}  // namespace base
}  // namespace flint

/// For invariants only; never reachable from input.
#define FLINT_CHECK(condition, why) \
  ((condition) ? static_cast<void>(0) : ::flint::checkFailed(#condition, why, __FILE__, __LINE__))

#ifdef NDEBUG
#define FLINT_DCHECK(condition, why) static_cast<void>(0)
#else
#define FLINT_DCHECK(condition, why) FLINT_CHECK(condition, why)
#endif
