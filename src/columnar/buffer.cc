#include "columnar/buffer.h"

#include <cstdlib>
#include <cstring>
#include <new>

namespace flint::columnar {
namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kPadding = 64;

}  // namespace

std::shared_ptr<Buffer> Buffer::allocate(size_t size) {
  const size_t capacity = (size + kPadding + kAlignment - 1) / kAlignment * kAlignment;
  auto* data = static_cast<uint8_t*>(std::aligned_alloc(kAlignment, capacity));
  if (data == nullptr) std::abort();
  return std::make_shared<Buffer>(data, size, nullptr);
}

std::shared_ptr<Buffer> Buffer::allocateZeroed(size_t size) {
  auto buffer = allocate(size);
  std::memset(buffer->mutableData(), 0, size);
  return buffer;
}

std::shared_ptr<const Buffer> Buffer::wrap(const void* data, size_t size, std::shared_ptr<const void> owner) {
  if (owner == nullptr) owner = std::shared_ptr<const void>(data, [](const void*) {});
  return std::make_shared<Buffer>(const_cast<uint8_t*>(static_cast<const uint8_t*>(data)), size, std::move(owner));
}

Buffer::~Buffer() {
  if (owner_ == nullptr) std::free(data_);
}

}  // namespace flint::columnar
