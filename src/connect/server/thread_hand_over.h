#pragma once

#if defined(__SANITIZE_THREAD__)
extern "C" void __tsan_acquire(void* address);
extern "C" void __tsan_release(void* address);
#endif

namespace flint::connect {

/// Tells the thread sanitizer of a hand-over that goes through a library it does not see into: what was written before `handOver` is there for
/// the thread that calls `takeOver` with the same address. Nothing without the sanitizer.
inline void handOver([[maybe_unused]] void* address) {
#if defined(__SANITIZE_THREAD__)
  __tsan_release(address);
#endif
}

inline void takeOver([[maybe_unused]] void* address) {
#if defined(__SANITIZE_THREAD__)
  __tsan_acquire(address);
#endif
}

}  // namespace flint::connect
