#include "sources/parquet/shared_chunk.h"

#include <utility>

namespace flint::sources {

bool SharedChunk::find(int64_t start, PageHeader& header, int64_t& body) const {
  const std::lock_guard lock(mutex_);
  const auto found = pages_.find(start);
  if (found == pages_.end()) return false;
  header = found->second.header;
  body = found->second.body;
  return true;
}

std::shared_ptr<const columnar::Buffer> SharedChunk::take(int64_t start) {
  std::shared_ptr<const columnar::Buffer> bytes;
  const std::lock_guard lock(mutex_);
  const auto found = pages_.find(start);
  if (found == pages_.end()) return bytes;
  if (--found->second.left > 0) return found->second.bytes;
  bytes = std::move(found->second.bytes);
  pages_.erase(found);
  reads_.release(static_cast<int64_t>(bytes->size()));
  return bytes;
}

bool SharedChunk::keep(int64_t start, const PageHeader& header, int64_t body, std::shared_ptr<const columnar::Buffer> bytes) {
  const auto size = static_cast<int64_t>(bytes->size());
  const std::lock_guard lock(mutex_);
  if (others_ < 1 || pages_.contains(start) || !reads_.reserve(size)) return false;
  pages_.emplace(start, Page{header, body, std::move(bytes), others_});
  return true;
}

columnar::VectorPtr SharedChunk::dictionary(const DataType& type) const {
  const std::lock_guard lock(mutex_);
  columnar::VectorPtr dictionary = dictionary_.lock();
  return dictionary != nullptr && dictionary->type().sameType(type) ? dictionary : nullptr;
}

void SharedChunk::shareDictionary(const columnar::VectorPtr& dictionary) {
  const std::lock_guard lock(mutex_);
  dictionary_ = dictionary;
}

}  // namespace flint::sources
