#include "expr/kernel_args.h"

#include <cstring>

namespace flint::expr {

uint64_t* ResultBuffer::validity() {
  if (validity_ == nullptr) {
    const auto bytes = static_cast<size_t>(columnar::bitmapBytes(size_));
    validity_ = columnar::Buffer::allocate(bytes);
    std::memset(validity_->mutableData(), 0xFF, bytes);
  }
  return validity_->mutableAs<uint64_t>();
}

columnar::StringHeap& ResultBuffer::heap() {
  if (heap_ == nullptr) heap_ = std::make_unique<columnar::StringHeap>();
  return *heap_;
}

void ResultBuffer::borrowFrom(const VectorPtr& vector) {
  // The vector itself keeps its owners, and a dictionary's or constant's base, alive.
  owners_.push_back(vector);
}

VectorPtr ResultBuffer::finish(const uint64_t* valid) {
  if (vector_ != nullptr && valid == nullptr && validity_ == nullptr) return std::move(vector_);
  if (valid != nullptr) {
    uint64_t* bits = validity();
    for (int64_t word = 0; word < columnar::bitmapWords(size_); ++word) bits[word] &= valid[word];
  }
  if (vector_ != nullptr) {
    // A dictionary over the kernel's own vector adds the nulls.
    auto indices = columnar::Buffer::allocate(static_cast<size_t>(size_) * sizeof(int32_t));
    for (RowIndex row = 0; row < size_; ++row) indices->mutableAs<int32_t>()[row] = row;
    return ColumnVector::dictionary(std::move(vector_), size_, std::move(indices), std::move(validity_));
  }
  switch (type_.physicalType()) {
    case PhysicalType::kBool:
    case PhysicalType::kInt8: values<int8_t>(); break;
    case PhysicalType::kInt16: values<int16_t>(); break;
    case PhysicalType::kInt32:
    case PhysicalType::kFloat: values<int32_t>(); break;
    case PhysicalType::kInt64:
    case PhysicalType::kDouble: values<int64_t>(); break;
    case PhysicalType::kInt128: values<int128_t>(); break;
    case PhysicalType::kString: values<StringView>(); break;
    case PhysicalType::kInterval: values<CalendarInterval>(); break;
    case PhysicalType::kList:
    case PhysicalType::kStruct: return ColumnVector::nulls(type_, size_);
  }
  if (heap_ != nullptr) owners_.push_back(heap_->owner());
  return ColumnVector::flat(type_, size_, std::move(values_), std::move(validity_), std::move(owners_));
}

}  // namespace flint::expr
