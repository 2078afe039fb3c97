#include "connect/service/prepared_query.h"

#include <spark/connect/relations.pb.h>

#include <utility>

namespace flint::connect {
namespace {

constexpr size_t kMaxMessageBytes = 256 << 10;  // plans of large messages are not worth the memory

}  // namespace

std::string PreparedQuery::messageOf(spark::connect::Relation relation) {
  relation.clear_common();
  return relation.SerializeAsString();
}

uint64_t PreparedQuery::changes() const {
  const std::lock_guard lock(mutex_);
  return changes_;
}

void PreparedQuery::keep(std::string message, std::shared_ptr<session::QueryExecution> query, uint64_t changesBefore) {
  if (message.size() > kMaxMessageBytes) return;
  std::shared_ptr<session::QueryExecution> last;  // goes without the lock
  const std::lock_guard lock(mutex_);
  if (changes_ != changesBefore) return;
  message_ = std::move(message);
  last = std::exchange(query_, std::move(query));
  isPlanned_ = false;
}

std::shared_ptr<session::QueryExecution> PreparedQuery::take(const std::string& message) {
  std::shared_ptr<session::QueryExecution> out;
  {
    const std::lock_guard lock(mutex_);
    if (query_ == nullptr || message != message_) return nullptr;
    message_.clear();
    out = std::exchange(query_, nullptr);
  }
  return out->stillStands() ? out : nullptr;
}

void PreparedQuery::plan() {
  std::shared_ptr<session::QueryExecution> query;
  {
    const std::lock_guard lock(mutex_);
    if (query_ == nullptr || isPlanned_) return;
    query = query_;
    isPlanned_ = true;
  }
  query->prepare();
}

void PreparedQuery::forget() {
  std::shared_ptr<session::QueryExecution> last;
  const std::lock_guard lock(mutex_);
  ++changes_;
  message_.clear();
  last = std::exchange(query_, nullptr);
}

}  // namespace flint::connect
