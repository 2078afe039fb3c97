#include "pyworker/worker_slots.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>

namespace flint::pyworker {

Result<std::unique_ptr<WorkerSlots>> WorkerSlots::make() {
  const int descriptor = ::memfd_create("flint_worker", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (descriptor < 0) return internalError(std::string("no shared memory for a Python worker: ") + std::strerror(errno));
  void* memory = MAP_FAILED;
  // A worker that made the file shorter would end the engine when that touches its pages.
  const bool sized = ::ftruncate(descriptor, static_cast<off_t>(kTotal)) == 0 && ::fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0;
  if (sized) memory = ::mmap(nullptr, kTotal, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (memory == MAP_FAILED) {
    const int failure = errno;
    ::close(descriptor);
    return internalError(std::string("no shared memory for a Python worker: ") + std::strerror(failure));
  }
  return std::unique_ptr<WorkerSlots>(new WorkerSlots(descriptor, static_cast<uint8_t*>(memory)));
}

WorkerSlots::~WorkerSlots() {
  ::munmap(memory_, kTotal);
  ::close(descriptor_);
}

std::optional<size_t> WorkerSlots::takeInput() {
  for (size_t slot = 0; slot < kInputs; ++slot) {
    std::atomic_ref<uint8_t> flag(memory_[slot]);
    if (flag.load(std::memory_order_acquire) != 0) continue;
    flag.store(1, std::memory_order_release);
    return slot;
  }
  return std::nullopt;
}

void WorkerSlots::releaseOutput(size_t slot) { std::atomic_ref<uint8_t>(memory_[kInputs + slot]).store(0, std::memory_order_release); }

}  // namespace flint::pyworker
