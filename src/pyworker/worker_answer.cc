#include "pyworker/worker_answer.h"

namespace flint::pyworker {

int32_t WorkerAnswer::number() {
  if (bytes_.size() - at_ < 4) return fail();
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(bytes_[at_++]);
  return static_cast<int32_t>(value);
}

std::string WorkerAnswer::text() {
  const int32_t size = number();
  if (size < 0 || bytes_.size() - at_ < static_cast<size_t>(size)) {
    fail();
    return {};
  }
  at_ += static_cast<size_t>(size);
  return bytes_.substr(at_ - static_cast<size_t>(size), static_cast<size_t>(size));
}

int32_t WorkerAnswer::fail() {
  failed_ = true;
  at_ = bytes_.size();
  return 0;
}

}  // namespace flint::pyworker
