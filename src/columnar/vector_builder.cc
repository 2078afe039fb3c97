#include "columnar/vector_builder.h"

#include <algorithm>

#include "base/check.h"

namespace flint::columnar {
namespace {

constexpr size_t kLargestBlock = 1 << 20;
constexpr size_t kGivenAway = 1 << 16;  // bytes from which on a builder's are not copied
constexpr size_t kRoomBehind = 64;      // readable bytes behind a buffer's own

std::shared_ptr<Buffer> copyOf(const void* data, size_t size) {
  auto buffer = Buffer::allocate(size);
  if (size != 0) std::memcpy(buffer->mutableData(), data, size);
  return buffer;
}

// The bytes of a builder as a buffer: large ones that fill their room as they are, others as a copy.
BufferPtr bufferOf(std::vector<char>& bytes) {
  if (bytes.size() < kGivenAway || bytes.capacity() - bytes.size() < kRoomBehind || bytes.capacity() - bytes.size() > bytes.size() / 4) {
    return copyOf(bytes.data(), bytes.size());
  }
  auto owner = std::make_shared<const std::vector<char>>(std::move(bytes));
  const char* data = owner->data();
  const size_t size = owner->size();
  return Buffer::wrap(data, size, std::move(owner));
}

}  // namespace

StringHeap::StringHeap() : blocks_(std::make_shared<Blocks>()) {}

char* StringHeap::allocate(size_t size) {
  if (size > left_) {
    const size_t block = std::max(size, blockSize_);
    blocks_->push_back(std::make_unique_for_overwrite<char[]>(block));
    next_ = blocks_->back().get();
    left_ = block;
    allocatedBytes_ += static_cast<int64_t>(block);
    blockSize_ = std::min(blockSize_ * 2, kLargestBlock);
  }
  char* at = next_;
  next_ += size;
  left_ -= size;
  return at;
}

StringView StringHeap::add(std::string_view text) {
  if (text.size() <= StringView::kInlineSize) return StringView(text);
  char* at = allocate(text.size());
  std::memcpy(at, text.data(), text.size());
  return StringView(at, static_cast<uint32_t>(text.size()));
}

VectorBuilder::VectorBuilder(DataType type) : type_(std::move(type)), physicalType_(type_.physicalType()) {
  for (DataType& child : type_.childTypes()) children_.emplace_back(std::move(child));
  if (physicalType_ == PhysicalType::kString) heap_ = std::make_unique<StringHeap>();
}
VectorBuilder::~VectorBuilder() = default;
VectorBuilder::VectorBuilder(VectorBuilder&&) noexcept = default;
VectorBuilder& VectorBuilder::operator=(VectorBuilder&&) noexcept = default;

int64_t VectorBuilder::byteSize() const {
  int64_t bytes = static_cast<int64_t>(bytes_.size() + validity_.size() * 8);
  if (heap_ != nullptr) bytes += heap_->allocatedBytes();
  for (const VectorBuilder& child : children_) bytes += child.byteSize();
  return bytes;
}

void VectorBuilder::pushValid() {
  if (!validity_.empty()) {
    if (static_cast<size_t>(bitmapWords(size_ + 1)) > validity_.size()) validity_.push_back(0);
    setBit(validity_.data(), size_);
  }
  ++size_;
}

void VectorBuilder::appendNull() {
  if (validity_.empty()) validity_.assign(static_cast<size_t>(bitmapWords(size_ + 1)), ~uint64_t{0});
  switch (physicalType_) {
    case PhysicalType::kBool:
    case PhysicalType::kInt8: appendFixed<int8_t>(0); break;
    case PhysicalType::kInt16: appendFixed<int16_t>(0); break;
    case PhysicalType::kInt32:
    case PhysicalType::kFloat: appendFixed<int32_t>(0); break;
    case PhysicalType::kInt64:
    case PhysicalType::kDouble: appendFixed<int64_t>(0); break;
    case PhysicalType::kInt128: appendFixed<int128_t>(0); break;
    case PhysicalType::kInterval: appendFixed(CalendarInterval{}); break;
    case PhysicalType::kString: appendFixed(StringView()); break;
    case PhysicalType::kList: appendList(0); break;
    case PhysicalType::kStruct:
      for (VectorBuilder& child : children_) child.appendNull();
      pushValid();
      break;
  }
  clearBit(validity_.data(), size_ - 1);
}

void VectorBuilder::appendString(std::string_view text) { appendFixed(heap_->add(text)); }

void VectorBuilder::appendList(int32_t length) { appendFixed(ListEntry{.offset = children_[0].size() - length, .length = length}); }

void VectorBuilder::append(const Value& value) {
  if (value.isNull()) return appendNull();
  switch (physicalType_) {
    case PhysicalType::kBool: return appendBoolean(value.asBoolean());
    case PhysicalType::kInt8: return appendFixed(static_cast<int8_t>(value.asInteger()));
    case PhysicalType::kInt16: return appendFixed(static_cast<int16_t>(value.asInteger()));
    case PhysicalType::kInt32: return appendFixed(static_cast<int32_t>(value.asInteger()));
    case PhysicalType::kInt64:
      return appendFixed(type_.is(TypeKind::kDecimal) ? static_cast<int64_t>(value.asDecimal()) : value.asInteger());
    case PhysicalType::kInt128: return appendFixed(value.asDecimal());
    case PhysicalType::kFloat: return appendFixed(static_cast<float>(value.asFloating()));
    case PhysicalType::kDouble: return appendFixed(value.asFloating());
    case PhysicalType::kInterval: return appendFixed(value.asInterval());
    case PhysicalType::kString: return appendString(value.asString());
    case PhysicalType::kStruct:
      for (size_t i = 0; i < children_.size(); ++i) children_[i].append(value.asList()[i]);
      return appendStruct();
    case PhysicalType::kList:
      if (children_.size() == 1) {
        for (const Value& element : value.asList()) children_[0].append(element);
        return appendList(static_cast<int32_t>(value.asList().size()));
      }
      for (const auto& [key, mapped] : value.asMap()) {
        children_[0].append(key);
        children_[1].append(mapped);
      }
      return appendList(static_cast<int32_t>(value.asMap().size()));
  }
}

void VectorBuilder::appendFrom(const ColumnVector& source, RowIndex row) {
  if (source.isNull(row)) return appendNull();
  if (!source.isFlat()) return appendFrom(*source.base(), source.baseRow(row));
  switch (physicalType_) {
    case PhysicalType::kBool:
    case PhysicalType::kInt8: return appendFixed(source.values<int8_t>()[row]);
    case PhysicalType::kInt16: return appendFixed(source.values<int16_t>()[row]);
    case PhysicalType::kInt32:
    case PhysicalType::kFloat: return appendFixed(source.values<int32_t>()[row]);
    case PhysicalType::kInt64:
    case PhysicalType::kDouble: return appendFixed(source.values<int64_t>()[row]);
    case PhysicalType::kInt128: return appendFixed(source.values<int128_t>()[row]);
    case PhysicalType::kInterval: return appendFixed(source.values<CalendarInterval>()[row]);
    case PhysicalType::kString: return appendString(source.values<StringView>()[row].view());
    case PhysicalType::kStruct:
      for (size_t i = 0; i < children_.size(); ++i) children_[i].appendFrom(*source.children()[i], row);
      return appendStruct();
    case PhysicalType::kList: {
      const ListEntry entry = source.values<ListEntry>()[row];
      for (size_t i = 0; i < children_.size(); ++i) children_[i].appendRange(*source.children()[i], entry.offset, entry.length);
      return appendList(entry.length);
    }
  }
}

void VectorBuilder::appendRange(const ColumnVector& source, RowIndex first, RowIndex count) {
  const size_t width = widthOf(physicalType_);
  const bool isPlain = physicalType_ != PhysicalType::kString && physicalType_ != PhysicalType::kList && physicalType_ != PhysicalType::kStruct;
  if (isPlain && source.isFlat() && source.validity() == nullptr && validity_.empty()) {
    const auto* bytes = reinterpret_cast<const char*>(source.valuesBuffer()->data());
    // With the room behind that lets `finish` give the bytes away as they are.
    if (bytes_.empty() && static_cast<size_t>(count) * width >= kGivenAway) bytes_.reserve(static_cast<size_t>(count) * width + kRoomBehind);
    bytes_.insert(bytes_.end(), bytes + static_cast<size_t>(first) * width, bytes + static_cast<size_t>(first + count) * width);
    size_ += count;
    return;
  }
  for (RowIndex row = first; row < first + count; ++row) appendFrom(source, row);
}

VectorPtr VectorBuilder::finish() {
  BufferPtr validity = validity_.empty() ? nullptr : BufferPtr(copyOf(validity_.data(), validity_.size() * 8));
  std::vector<VectorPtr> children;
  for (VectorBuilder& child : children_) children.push_back(child.finish());
  const RowIndex size = size_;
  BufferPtr values = physicalType_ == PhysicalType::kStruct ? nullptr : bufferOf(bytes_);
  ColumnVector::Owners owners;
  if (heap_ != nullptr) {
    owners.push_back(heap_->owner());
    heap_ = std::make_unique<StringHeap>();
  }
  size_ = 0;
  bytes_.clear();
  validity_.clear();
  switch (physicalType_) {
    case PhysicalType::kStruct: return ColumnVector::structure(type_, size, std::move(validity), std::move(children));
    case PhysicalType::kList: return ColumnVector::list(type_, size, std::move(values), std::move(validity), std::move(children));
    default: return ColumnVector::flat(type_, size, std::move(values), std::move(validity), std::move(owners));
  }
}

}  // namespace flint::columnar
