#include "columnar/flatbuffer_builder.h"

#include <algorithm>

namespace flint::columnar {

void FlatBufferBuilder::align(size_t alignment, size_t more) {
  while ((reversed_.size() + more) % alignment != 0) reversed_.push_back('\0');
}

void FlatBufferBuilder::push(const void* data, size_t size) {
  const char* bytes = static_cast<const char*>(data);
  for (size_t i = size; i > 0; --i) reversed_.push_back(bytes[i - 1]);
}

void FlatBufferBuilder::pushOffset(Offset target) {
  align(sizeof(uint32_t), 0);
  const uint32_t relative = size() + static_cast<uint32_t>(sizeof(uint32_t)) - target;
  push(&relative, sizeof relative);
}

FlatBufferBuilder::Offset FlatBufferBuilder::string(std::string_view text) {
  align(sizeof(uint32_t), text.size() + 1);
  reversed_.push_back('\0');
  push(text.data(), text.size());
  const auto length = static_cast<uint32_t>(text.size());
  push(&length, sizeof length);
  return size();
}

FlatBufferBuilder::Offset FlatBufferBuilder::offsetVector(const std::vector<Offset>& offsets) {
  align(sizeof(uint32_t), 0);
  for (size_t i = offsets.size(); i > 0; --i) pushOffset(offsets[i - 1]);
  const auto count = static_cast<uint32_t>(offsets.size());
  push(&count, sizeof count);
  return size();
}

FlatBufferBuilder::Offset FlatBufferBuilder::structVector(const std::vector<int64_t>& values, size_t words) {
  align(sizeof(int64_t), values.size() * sizeof(int64_t));
  align(sizeof(uint32_t), values.size() * sizeof(int64_t));
  for (size_t i = values.size(); i > 0; --i) push(&values[i - 1], sizeof(int64_t));
  const auto count = static_cast<uint32_t>(values.size() / words);
  push(&count, sizeof count);
  return size();
}

void FlatBufferBuilder::beginTable(int numFields) {
  fields_.assign(static_cast<size_t>(numFields), 0);
  tableEnd_ = size();
}

void FlatBufferBuilder::offset(int field, Offset target) {
  pushOffset(target);
  fields_[static_cast<size_t>(field)] = size();
}

FlatBufferBuilder::Offset FlatBufferBuilder::endTable() {
  // The table starts with the distance to its vtable, which lies right before it.
  align(sizeof(int32_t), 0);
  const auto vtableSize = static_cast<uint16_t>((fields_.size() + 2) * sizeof(uint16_t));
  const int32_t distance = vtableSize;
  push(&distance, sizeof distance);
  const Offset table = size();
  for (size_t i = fields_.size(); i > 0; --i) {
    const auto position = static_cast<uint16_t>(fields_[i - 1] == 0 ? 0 : table - fields_[i - 1]);
    push(&position, sizeof position);
  }
  const auto tableSize = static_cast<uint16_t>(table - tableEnd_);
  push(&tableSize, sizeof tableSize);
  push(&vtableSize, sizeof vtableSize);
  return table;
}

std::string FlatBufferBuilder::finish(Offset root) {
  align(sizeof(int64_t), sizeof(uint32_t));
  pushOffset(root);
  std::reverse(reversed_.begin(), reversed_.end());
  return std::move(reversed_);
}

}  // namespace flint::columnar
