#include "columnar/gather.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace flint::columnar {
namespace {

// Rows of the flat `base` (kNoRow: none) written one behind the other.
template <class T>
BufferPtr gatherValues(const ColumnVector& base, std::span<const RowIndex> rows, bool hasAbsent) {
  auto buffer = Buffer::allocate(sizeof(T) * rows.size());
  T* out = buffer->mutableAs<T>();
  const T* in = base.values<T>();
  if (!hasAbsent) {
    for (size_t i = 0; i < rows.size(); ++i) out[i] = in[rows[i]];
  } else {
    for (size_t i = 0; i < rows.size(); ++i) out[i] = rows[i] < 0 ? T{} : in[rows[i]];
  }
  return buffer;
}

BufferPtr gatherValuesOf(const ColumnVector& base, std::span<const RowIndex> rows, bool hasAbsent) {
  switch (base.physicalType()) {
    case PhysicalType::kBool:
    case PhysicalType::kInt8: return gatherValues<int8_t>(base, rows, hasAbsent);
    case PhysicalType::kInt16: return gatherValues<int16_t>(base, rows, hasAbsent);
    case PhysicalType::kInt32:
    case PhysicalType::kFloat: return gatherValues<int32_t>(base, rows, hasAbsent);
    case PhysicalType::kInt64:
    case PhysicalType::kDouble: return gatherValues<int64_t>(base, rows, hasAbsent);
    case PhysicalType::kInt128: return gatherValues<int128_t>(base, rows, hasAbsent);
    case PhysicalType::kInterval: return gatherValues<CalendarInterval>(base, rows, hasAbsent);
    case PhysicalType::kString: return gatherValues<StringView>(base, rows, hasAbsent);
    case PhysicalType::kList:
    case PhysicalType::kStruct: return nullptr;
  }
  return nullptr;
}

VectorPtr gatherFlat(const VectorPtr& base, std::span<const RowIndex> rows) {
  const auto count = static_cast<RowIndex>(rows.size());
  bool hasAbsent = false;
  for (const RowIndex row : rows) hasAbsent |= row < 0;
  std::shared_ptr<Buffer> validity;
  if (hasAbsent || base->validity() != nullptr) {
    validity = Buffer::allocateZeroed(static_cast<size_t>(bitmapBytes(count)));
    auto* bits = validity->mutableAs<uint64_t>();
    const uint64_t* from = base->validity();
    for (RowIndex i = 0; i < count; ++i) {
      if (rows[i] >= 0 && (from == nullptr || bitIsSet(from, rows[i]))) setBit(bits, i);
    }
  }
  switch (base->physicalType()) {
    case PhysicalType::kStruct: {
      std::vector<VectorPtr> children;
      for (const VectorPtr& child : base->children()) children.push_back(gather(child, rows));
      return ColumnVector::structure(base->type(), count, std::move(validity), std::move(children));
    }
    case PhysicalType::kList: {
      auto entries = Buffer::allocate(sizeof(ListEntry) * rows.size());
      auto* out = entries->mutableAs<ListEntry>();
      std::vector<RowIndex> elements;
      for (RowIndex i = 0; i < count; ++i) {
        const ListEntry from = rows[i] < 0 || base->isNull(rows[i]) ? ListEntry{} : base->values<ListEntry>()[rows[i]];
        out[i] = ListEntry{.offset = static_cast<int32_t>(elements.size()), .length = from.length};
        for (int32_t at = 0; at < from.length; ++at) elements.push_back(from.offset + at);
      }
      std::vector<VectorPtr> children;
      for (const VectorPtr& child : base->children()) children.push_back(gather(child, elements));
      return ColumnVector::list(base->type(), count, std::move(entries), std::move(validity), std::move(children));
    }
    default: break;
  }
  ColumnVector::Owners owners;
  if (base->physicalType() == PhysicalType::kString) owners.push_back(base);
  return ColumnVector::flat(base->type(), count, gatherValuesOf(*base, rows, hasAbsent), std::move(validity), std::move(owners));
}

// Rows of `source` as rows of its flat base; rows that are null in `source` itself become kNoRow.
std::vector<RowIndex> baseRows(const ColumnVector& source, std::span<const RowIndex> rows) {
  std::vector<RowIndex> result(rows.size());
  const uint64_t* validity = source.validity();
  for (size_t i = 0; i < rows.size(); ++i) {
    const bool absent = rows[i] < 0 || (validity != nullptr && !bitIsSet(validity, rows[i]));
    result[i] = absent ? kNoRow : source.baseRow(rows[i]);
  }
  return result;
}

BufferPtr gatherBits(const uint64_t* bits, const ActiveRows& active) {
  if (bits == nullptr) return nullptr;
  auto gathered = Buffer::allocateZeroed(static_cast<size_t>(bitmapBytes(active.count())));
  for (RowIndex i = 0; i < active.count(); ++i) {
    if (bitIsSet(bits, active[i])) setBit(gathered->mutableAs<uint64_t>(), i);
  }
  return gathered;
}

std::vector<RowIndex> listOf(const ActiveRows& active) {
  std::vector<RowIndex> rows(static_cast<size_t>(active.count()));
  for (RowIndex i = 0; i < active.count(); ++i) rows[static_cast<size_t>(i)] = active[i];
  return rows;
}

bool shareDictionary(std::span<const VectorPtr> vectors) {
  for (const VectorPtr& vector : vectors) {
    if (!vector->isDictionary() || vector->base() != vectors[0]->base()) return false;
  }
  return true;
}

// Copies the bits of `vectors` that are null-free or not, one behind the other; null when none has nulls.
BufferPtr concatenateValidity(std::span<const VectorPtr> vectors, RowIndex total, bool ownOnly) {
  bool any = false;
  for (const VectorPtr& vector : vectors) any |= ownOnly ? vector->validity() != nullptr : vector->mayHaveNulls();
  if (!any) return nullptr;
  auto buffer = Buffer::allocateZeroed(static_cast<size_t>(bitmapBytes(total)));
  auto* bits = buffer->mutableAs<uint64_t>();
  RowIndex at = 0;
  for (const VectorPtr& vector : vectors) {
    for (RowIndex row = 0; row < vector->size(); ++row, ++at) {
      const bool valid = ownOnly ? vector->validity() == nullptr || bitIsSet(vector->validity(), row) : !vector->isNull(row);
      if (valid) setBit(bits, at);
    }
  }
  return buffer;
}

}  // namespace

VectorPtr gather(const VectorPtr& source, std::span<const RowIndex> rows) {
  if (source->isFlat()) return gatherFlat(source, rows);
  return gatherFlat(source->base(), baseRows(*source, rows));
}

VectorPtr compact(const VectorPtr& source, const ActiveRows& active) {
  if (source->isFlat() && active.isAll()) return source;
  if (!active.isAll()) return gather(source, active.rows());
  return gather(source, listOf(active));
}

VectorPtr compactEncoded(const VectorPtr& source, const ActiveRows& active) {
  if (active.isAll()) return source;
  if (source->isConstant()) return ColumnVector::constant(source->base(), 0, active.count());
  if (!source->isDictionary()) return gather(source, active.rows());
  auto indices = Buffer::allocate(sizeof(int32_t) * static_cast<size_t>(active.count()));
  for (RowIndex i = 0; i < active.count(); ++i) indices->mutableAs<int32_t>()[i] = source->indices()[active[i]];
  return ColumnVector::dictionary(source->base(), active.count(), std::move(indices), gatherBits(source->validity(), active));
}

VectorPtr copyStrings(const VectorPtr& source, StringHeap& heap) {
  if (source->physicalType() != PhysicalType::kString || !source->isFlat()) return source;
  const RowIndex count = source->size();
  auto values = Buffer::allocate(sizeof(StringView) * static_cast<size_t>(count));
  for (RowIndex i = 0; i < count; ++i) {
    values->mutableAs<StringView>()[i] = source->isNull(i) ? StringView() : heap.add(source->values<StringView>()[i].view());
  }
  return ColumnVector::flat(source->type(), count, std::move(values), source->validityBuffer(), {heap.owner()});
}

VectorPtr concatenate(const DataType& type, std::span<const VectorPtr> vectors) {
  if (vectors.size() == 1 && !vectors[0]->isConstant()) return vectors[0];
  RowIndex total = 0;
  for (const VectorPtr& vector : vectors) total += vector->size();
  if (total > 0 && shareDictionary(vectors)) {
    auto indices = Buffer::allocate(sizeof(int32_t) * static_cast<size_t>(total));
    RowIndex at = 0;
    for (const VectorPtr& vector : vectors) {
      std::memcpy(indices->mutableAs<int32_t>() + at, vector->indices(), sizeof(int32_t) * static_cast<size_t>(vector->size()));
      at += vector->size();
    }
    return ColumnVector::dictionary(vectors[0]->base(), total, std::move(indices), concatenateValidity(vectors, total, true));
  }
  const PhysicalType physical = type.physicalType();
  if (physical == PhysicalType::kList || physical == PhysicalType::kStruct) {
    VectorBuilder builder(type);
    for (const VectorPtr& vector : vectors) {
      for (RowIndex row = 0; row < vector->size(); ++row) builder.appendFrom(*vector, row);
    }
    return builder.finish();
  }
  const size_t width = widthOf(physical);
  auto values = Buffer::allocate(width * static_cast<size_t>(total));
  ColumnVector::Owners owners;
  size_t at = 0;
  for (const VectorPtr& vector : vectors) {
    const VectorPtr flat = vector->isFlat() ? vector : compact(vector, ActiveRows(vector->size()));
    const size_t bytes = width * static_cast<size_t>(vector->size());
    if (bytes != 0) std::memcpy(values->mutableData() + at, flat->valuesBuffer()->data(), bytes);
    at += bytes;
    for (const auto& owner : flat->owners()) {
      if (owners.empty() || owners.back() != owner) owners.push_back(owner);
    }
  }
  return ColumnVector::flat(type, total, std::move(values), concatenateValidity(vectors, total, false), std::move(owners));
}

ColumnarBatch compact(const ColumnarBatch& batch) {
  if (batch.selection() == nullptr) return batch;
  std::vector<VectorPtr> columns;
  for (const VectorPtr& column : batch.columns()) columns.push_back(compactEncoded(column, batch.activeRows()));
  ColumnarBatch dense(std::move(columns), batch.numSelected());
  dense.setPosition(batch.partition(), batch.sequence());
  return dense;
}

VectorPtr DictionaryWrap::wrap(const VectorPtr& column) {
  if (column->isConstant() && validity_ == nullptr) return ColumnVector::constant(column->base(), 0, size_);
  if (!column->isDictionary()) return ColumnVector::dictionary(column, size_, indices_, validity_);
  const Buffer* indices = column->valuesBuffer().get();
  const Buffer* validity = column->validityBuffer().get();
  for (const Composed& known : composed_) {
    if (known.indices == indices && known.validity == validity) {
      return ColumnVector::dictionary(column->base(), size_, known.composedIndices, known.composedValidity);
    }
  }
  VectorPtr made = ColumnVector::dictionary(column, size_, indices_, validity_);
  composed_.push_back({indices, validity, made->valuesBuffer(), made->validityBuffer()});
  return made;
}

}  // namespace flint::columnar
