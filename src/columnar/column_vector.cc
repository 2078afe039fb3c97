#include "columnar/column_vector.h"

#include <algorithm>

#include "base/check.h"
#include "columnar/vector_builder.h"

namespace flint::columnar {
namespace {

std::shared_ptr<ColumnVector> share(ColumnVector* vector) { return std::shared_ptr<ColumnVector>(vector); }

}  // namespace

ColumnVector::ColumnVector(DataType type, Encoding encoding, RowIndex size, BufferPtr values, BufferPtr validity,
                           std::vector<VectorPtr> children, Owners owners)
    : type_(std::move(type)),
      physicalType_(type_.physicalType()),
      encoding_(encoding),
      size_(size),
      values_(std::move(values)),
      validity_(std::move(validity)),
      children_(std::move(children)),
      owners_(std::move(owners)) {}

VectorPtr ColumnVector::flat(DataType type, RowIndex size, BufferPtr values, BufferPtr validity, Owners owners) {
  FLINT_DCHECK(values != nullptr && values->size() >= widthOf(type.physicalType()) * static_cast<size_t>(size), "one value a row");
  return share(new ColumnVector(std::move(type), Encoding::kFlat, size, std::move(values), std::move(validity), {}, std::move(owners)));
}

VectorPtr ColumnVector::list(DataType type, RowIndex size, BufferPtr entries, BufferPtr validity, std::vector<VectorPtr> children) {
  return share(new ColumnVector(std::move(type), Encoding::kFlat, size, std::move(entries), std::move(validity), std::move(children), {}));
}

VectorPtr ColumnVector::structure(DataType type, RowIndex size, BufferPtr validity, std::vector<VectorPtr> children) {
  return share(new ColumnVector(std::move(type), Encoding::kFlat, size, nullptr, std::move(validity), std::move(children), {}));
}

VectorPtr ColumnVector::constant(VectorPtr base, RowIndex row, RowIndex size) {
  if (base->isNull(row)) return nulls(base->type(), size);
  const RowIndex baseRow = base->baseRow(row);
  VectorPtr flatBase = base->isFlat() ? base : base->base();
  if (flatBase->size() == 1) {
    DataType type = flatBase->type();
    return share(new ColumnVector(std::move(type), Encoding::kConstant, size, nullptr, nullptr, {std::move(flatBase)}, {}));
  }
  VectorBuilder builder(flatBase->type());
  builder.appendFrom(*flatBase, baseRow);
  DataType type = flatBase->type();
  return share(new ColumnVector(std::move(type), Encoding::kConstant, size, nullptr, nullptr, {builder.finish()}, {}));
}

VectorPtr ColumnVector::constant(DataType type, const Value& value, RowIndex size) {
  VectorBuilder builder(type);
  builder.append(value);
  return share(new ColumnVector(std::move(type), Encoding::kConstant, size, nullptr, nullptr, {builder.finish()}, {}));
}

VectorPtr ColumnVector::nulls(DataType type, RowIndex size) { return constant(std::move(type), Value::null(), size); }

VectorPtr ColumnVector::dictionary(VectorPtr base, RowIndex size, BufferPtr indices, BufferPtr validity) {
  DataType type = base->type();
  if (base->isFlat()) {
    return share(
        new ColumnVector(std::move(type), Encoding::kDictionary, size, std::move(indices), std::move(validity), {std::move(base)}, {}));
  }
  auto composed = Buffer::allocate(static_cast<size_t>(size) * sizeof(int32_t));
  auto bits = std::static_pointer_cast<const Buffer>(validity);
  std::shared_ptr<Buffer> merged;
  if (base->validity() != nullptr) {
    merged = Buffer::allocate(static_cast<size_t>(bitmapBytes(size)));
    for (int64_t word = 0; word < bitmapWords(size); ++word) {
      merged->mutableAs<uint64_t>()[word] = bits == nullptr ? ~uint64_t{0} : bits->as<uint64_t>()[word];
    }
  }
  const int32_t* outer = indices->as<int32_t>();
  int32_t* to = composed->mutableAs<int32_t>();
  if (base->isConstant()) {
    std::fill_n(to, size, 0);
  } else {
    const int32_t* inner = base->indices();
    for (RowIndex row = 0; row < size; ++row) to[row] = inner[outer[row]];
  }
  if (merged != nullptr) {
    uint64_t* valid = merged->mutableAs<uint64_t>();
    for (RowIndex row = 0; row < size; ++row) {
      if (!bitIsSet(base->validity(), outer[row])) clearBit(valid, row);
    }
  }
  if (merged != nullptr) bits = merged;
  return share(new ColumnVector(std::move(type), Encoding::kDictionary, size, std::move(composed), std::move(bits), {base->base()}, {}));
}

VectorPtr ColumnVector::withType(const VectorPtr& vector, DataType type) {
  FLINT_DCHECK(vector->physicalType() == type.physicalType(), "the physical type stays");
  std::vector<VectorPtr> children = vector->children_;
  if (!vector->isFlat()) {
    children[0] = withType(children[0], type);
  } else {
    const std::vector<DataType> childTypes = type.childTypes();
    for (size_t i = 0; i < children.size(); ++i) children[i] = withType(children[i], childTypes[i]);
  }
  return share(new ColumnVector(std::move(type), vector->encoding_, vector->size_, vector->values_, vector->validity_, std::move(children),
                                vector->owners_));
}

bool ColumnVector::isNull(RowIndex row) const {
  if (validity_ != nullptr && !bitIsSet(validity(), row)) return true;
  if (isFlat()) return false;
  return base()->isNull(baseRow(row));
}

Value ColumnVector::valueAt(RowIndex row) const {
  if (isNull(row)) return Value::null();
  if (!isFlat()) return base()->valueAt(baseRow(row));
  switch (physicalType_) {
    case PhysicalType::kBool: return Value::boolean(values<uint8_t>()[row] != 0);
    case PhysicalType::kInt8: return Value::integer(values<int8_t>()[row]);
    case PhysicalType::kInt16: return Value::integer(values<int16_t>()[row]);
    case PhysicalType::kInt32: return Value::integer(values<int32_t>()[row]);
    case PhysicalType::kInt64:
      return type_.is(TypeKind::kDecimal) ? Value::decimal(values<int64_t>()[row]) : Value::integer(values<int64_t>()[row]);
    case PhysicalType::kInt128: return Value::decimal(values<int128_t>()[row]);
    case PhysicalType::kFloat: return Value::floating(values<float>()[row]);
    case PhysicalType::kDouble: return Value::floating(values<double>()[row]);
    case PhysicalType::kString: return Value::string(values<StringView>()[row].str());
    case PhysicalType::kInterval: return Value::interval(values<CalendarInterval>()[row]);
    case PhysicalType::kStruct: {
      Value::List fields;
      for (const VectorPtr& child : children_) fields.push_back(child->valueAt(row));
      return Value::list(std::move(fields));
    }
    case PhysicalType::kList: {
      const ListEntry entry = values<ListEntry>()[row];
      if (children_.size() == 1) {
        Value::List elements;
        for (int32_t i = 0; i < entry.length; ++i) elements.push_back(children_[0]->valueAt(entry.offset + i));
        return Value::list(std::move(elements));
      }
      Value::Map entries;
      for (int32_t i = 0; i < entry.length; ++i) {
        entries.emplace_back(children_[0]->valueAt(entry.offset + i), children_[1]->valueAt(entry.offset + i));
      }
      return Value::map(std::move(entries));
    }
  }
  return Value::null();
}

int64_t ColumnVector::byteSize() const {
  int64_t bytes = 0;
  if (values_ != nullptr) bytes += static_cast<int64_t>(values_->size());
  if (validity_ != nullptr) bytes += static_cast<int64_t>(validity_->size());
  for (const VectorPtr& child : children_) bytes += child->byteSize();
  if (physicalType_ == PhysicalType::kString && isFlat()) {
    for (RowIndex row = 0; row < size_; ++row) {
      const StringView& text = values<StringView>()[row];
      if (!text.isInline()) bytes += text.size();
    }
  }
  return bytes;
}

}  // namespace flint::columnar
