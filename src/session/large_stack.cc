#include "session/large_stack.h"

#include <pthread.h>

#include "base/check.h"

namespace flint::session {
namespace {

constexpr size_t kStackBytes = size_t{512} << 20;

thread_local bool onLargeStackAlready = false;

void* runWork(void* argument) {
  onLargeStackAlready = true;
  (*static_cast<const std::function<void()>*>(argument))();
  return nullptr;
}

}  // namespace

void runOnLargeStack(const std::function<void()>& work) {
  if (onLargeStackAlready) return work();
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_t thread;
  const int failure = pthread_create(&thread, &attributes, runWork, const_cast<std::function<void()>*>(&work));
  pthread_attr_destroy(&attributes);
  if (failure != 0) return work();  // no room for another thread: this stack has to do
  pthread_join(thread, nullptr);
}

}  // namespace flint::session
