#include "cli/interrupt_watch.h"

#include <csignal>
#include <utility>

namespace flint::cli {
namespace {

constexpr int kWakeSignal = SIGUSR1;

sigset_t watchedSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, kWakeSignal);
  return signals;
}

}  // namespace

InterruptWatch::InterruptWatch(Handler otherwise) : handler_(std::move(otherwise)) {
  const sigset_t signals = watchedSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  thread_ = std::thread([this] { run(); });
}

InterruptWatch::~InterruptWatch() {
  stopped_ = true;
  pthread_kill(thread_.native_handle(), kWakeSignal);
  thread_.join();
}

void InterruptWatch::run() {
  const sigset_t signals = watchedSignals();
  while (!stopped_) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0 || signal != SIGINT) continue;
    const std::lock_guard lock(mutex_);
    handler_();
  }
}

InterruptWatch::Scope::Scope(InterruptWatch& watch, Handler handler) : watch_(watch) {
  const std::lock_guard lock(watch_.mutex_);
  before_ = std::exchange(watch_.handler_, std::move(handler));
}

InterruptWatch::Scope::~Scope() {
  const std::lock_guard lock(watch_.mutex_);
  watch_.handler_ = std::move(before_);
}

}  // namespace flint::cli
