#include "session/large_stack.h"

#include <pthread.h>

#include "pyworker/question_scope.h"
#include "session/run_scope.h"

namespace flint::session {
namespace {

constexpr size_t kStackBytes = size_t{512} << 20;

thread_local bool onLargeStackAlready = false;

struct Work {
  const std::function<void()>& run;
  RunScopePtr scope;  // the thread works for what its caller works for
};

void* runWork(void* argument) {
  onLargeStackAlready = true;
  const auto* work = static_cast<const Work*>(argument);
  const RunScope::Entered entered(work->scope);
  // Python workers that planning asks may be slow: nobody waits for them any longer than for what the thread works for.
  const pyworker::QuestionScope asking([] {
    const RunScopePtr& scope = RunScope::current();
    return scope == nullptr ? Status::ok() : scope->checkCancelled();
  });
  work->run();
  return nullptr;
}

}  // namespace

Error outOfMemory() { return Error(condition::kUnableToAcquireMemory).with("requestedBytes", "more").with("receivedBytes", "0"); }

void runOnLargeStack(const std::function<void()>& work) {
  if (onLargeStackAlready) return work();
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_t thread;
  Work argument{work, RunScope::current()};
  const int failure = pthread_create(&thread, &attributes, runWork, &argument);
  pthread_attr_destroy(&attributes);
  if (failure != 0) return work();  // no room for another thread: this stack has to do
  pthread_join(thread, nullptr);
}

}  // namespace flint::session
