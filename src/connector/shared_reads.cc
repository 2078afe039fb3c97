#include "connector/shared_reads.h"

namespace flint::connector {
namespace {

// Of the budget.
constexpr int64_t kMostKept = 16;
constexpr int64_t kLeastFree = 2;

}  // namespace

SharedReads::SharedReads(memory::QueryPool& pool) : pool_(pool), reservation_(pool.makeReservation("SharedReads")) {}

void SharedReads::announce(const std::string& what) {
  const std::lock_guard lock(mutex_);
  ++readers_[what];
}

int32_t SharedReads::readers(const std::string& what) const {
  const std::lock_guard lock(mutex_);
  const auto found = readers_.find(what);
  return found == readers_.end() ? 0 : found->second;
}

std::shared_ptr<void> SharedReads::object(const std::string& key, const std::function<std::shared_ptr<void>()>& make) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<void>& object = objects_[key];
  if (object == nullptr) object = make();
  return object;
}

bool SharedReads::reserve(int64_t bytes) {
  const int64_t budget = pool_.budget();
  if (reservation_->bytes() + bytes > budget / kMostKept || pool_.available() - bytes < budget / kLeastFree) return false;
  return reservation_->tryGrow(bytes);
}

void SharedReads::release(int64_t bytes) { reservation_->shrink(bytes); }

}  // namespace flint::connector
