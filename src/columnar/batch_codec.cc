#include "columnar/batch_codec.h"

#include <numeric>

namespace flint::columnar {
namespace {

constexpr int32_t kMaxNesting = 256;

template <size_t kWidth>
void gather(const uint8_t* from, std::span<const RowIndex> rows, char* to) {
  for (const RowIndex row : rows) {
    std::memcpy(to, from + static_cast<size_t>(row) * kWidth, kWidth);
    to += kWidth;
  }
}

void writeFixedRows(ByteWriter& out, const ColumnVector& flat, std::span<const RowIndex> rows) {
  const size_t width = widthOf(flat.physicalType());
  const uint8_t* from = flat.valuesBuffer()->data();
  char* to = out.grow(rows.size() * width);
  switch (width) {
    case 1: return gather<1>(from, rows, to);
    case 2: return gather<2>(from, rows, to);
    case 4: return gather<4>(from, rows, to);
    case 8: return gather<8>(from, rows, to);
    default: return gather<16>(from, rows, to);
  }
}

void writeStringRows(ByteWriter& out, const ColumnVector& flat, std::span<const RowIndex> rows) {
  const auto* views = flat.values<StringView>();
  size_t total = 0;
  char* sizes = out.grow(rows.size() * sizeof(uint32_t));
  for (const RowIndex row : rows) {
    const uint32_t size = views[row].size();
    std::memcpy(sizes, &size, sizeof(size));
    sizes += sizeof(size);
    total += size;
  }
  char* text = out.grow(total);
  for (const RowIndex row : rows) {
    std::memcpy(text, views[row].data(), views[row].size());
    text += views[row].size();
  }
}

void encodeFlat(ByteWriter& out, const ColumnVector& flat, std::span<const RowIndex> rows);

void writeListRows(ByteWriter& out, const ColumnVector& flat, std::span<const RowIndex> rows) {
  std::vector<RowIndex> elements;
  for (const RowIndex row : rows) {
    const ListEntry entry = flat.isNull(row) ? ListEntry{} : flat.values<ListEntry>()[row];
    out.writeVarint(static_cast<uint64_t>(entry.length));
    for (int32_t i = 0; i < entry.length; ++i) elements.push_back(entry.offset + i);
  }
  out.writeVarint(elements.size());
  for (const VectorPtr& child : flat.children()) encodeColumn(out, *child, elements);
}

// The values alone; nulls are written by the caller.
void encodeFlat(ByteWriter& out, const ColumnVector& flat, std::span<const RowIndex> rows) {
  switch (flat.physicalType()) {
    case PhysicalType::kString: return writeStringRows(out, flat, rows);
    case PhysicalType::kList: return writeListRows(out, flat, rows);
    case PhysicalType::kStruct:
      for (const VectorPtr& child : flat.children()) encodeColumn(out, *child, rows);
      return;
    case PhysicalType::kBool:
    case PhysicalType::kInt8:
    case PhysicalType::kInt16:
    case PhysicalType::kInt32:
    case PhysicalType::kInt64:
    case PhysicalType::kInt128:
    case PhysicalType::kFloat:
    case PhysicalType::kDouble:
    case PhysicalType::kInterval: return writeFixedRows(out, flat, rows);
  }
}

// A bitmap of the rows that are not null by `isNull`; nothing when all are there.
template <class IsNull>
void writeValidity(ByteWriter& out, std::span<const RowIndex> rows, bool mayHaveNulls, IsNull&& isNull) {
  std::vector<uint64_t> bits;
  if (mayHaveNulls) {
    bits.assign(static_cast<size_t>(bitmapWords(static_cast<int64_t>(rows.size()))), 0);
    bool anyNull = false;
    for (size_t i = 0; i < rows.size(); ++i) {
      if (isNull(rows[i])) {
        anyNull = true;
      } else {
        setBit(bits.data(), static_cast<int64_t>(i));
      }
    }
    if (!anyNull) bits.clear();
  }
  out.writeVarint(bits.empty() ? 0 : 1);
  if (!bits.empty()) std::memcpy(out.grow(bits.size() * 8), bits.data(), bits.size() * 8);
}

class Decoder {
 public:
  explicit Decoder(ByteReader& in) : in_(in) {}
  VectorPtr column(const DataType& type, RowIndex size, int32_t depth);

 private:
  BufferPtr validity(RowIndex size);
  BufferPtr raw(size_t size);
  VectorPtr flat(const DataType& type, RowIndex size, int32_t depth);
  VectorPtr strings(const DataType& type, RowIndex size, BufferPtr validity);
  VectorPtr lists(const DataType& type, RowIndex size, BufferPtr validity, int32_t depth);

  ByteReader& in_;
};

BufferPtr Decoder::raw(size_t size) {
  const std::string_view bytes = in_.readBytes(size);
  if (bytes.size() != size) return nullptr;
  auto buffer = Buffer::allocate(size);
  if (size != 0) std::memcpy(buffer->mutableData(), bytes.data(), size);
  return buffer;
}

BufferPtr Decoder::validity(RowIndex size) { return in_.readVarint() == 0 ? nullptr : raw(static_cast<size_t>(bitmapBytes(size))); }

VectorPtr Decoder::strings(const DataType& type, RowIndex size, BufferPtr validity) {
  const std::string_view sizes = in_.readBytes(static_cast<size_t>(size) * sizeof(uint32_t));
  if (in_.failed()) return nullptr;
  size_t total = 0;
  for (RowIndex row = 0; row < size; ++row) {
    uint32_t length;
    std::memcpy(&length, sizes.data() + static_cast<size_t>(row) * 4, 4);
    total += length;
  }
  const BufferPtr text = raw(total);
  if (text == nullptr) return nullptr;
  auto views = Buffer::allocate(static_cast<size_t>(size) * sizeof(StringView));
  const char* at = text->as<char>();
  for (RowIndex row = 0; row < size; ++row) {
    uint32_t length;
    std::memcpy(&length, sizes.data() + static_cast<size_t>(row) * 4, 4);
    views->mutableAs<StringView>()[row] = StringView(at, length);
    at += length;
  }
  return ColumnVector::flat(type, size, std::move(views), std::move(validity), {text});
}

VectorPtr Decoder::lists(const DataType& type, RowIndex size, BufferPtr validity, int32_t depth) {
  if (static_cast<size_t>(size) > in_.remaining()) in_.fail();
  if (in_.failed()) return nullptr;
  auto entries = Buffer::allocate(static_cast<size_t>(size) * sizeof(ListEntry));
  uint64_t total = 0;
  for (RowIndex row = 0; row < size; ++row) {
    const uint64_t length = in_.readVarint();
    if (length > INT32_MAX || total + length > INT32_MAX) in_.fail();
    entries->mutableAs<ListEntry>()[row] = {.offset = static_cast<int32_t>(total), .length = static_cast<int32_t>(length)};
    total += length;
  }
  if (in_.readVarint() != total) in_.fail();
  std::vector<VectorPtr> children;
  for (const DataType& child : type.childTypes()) {
    if (in_.failed()) return nullptr;
    children.push_back(column(child, static_cast<RowIndex>(total), depth + 1));
  }
  return in_.failed() ? nullptr : ColumnVector::list(type, size, std::move(entries), std::move(validity), std::move(children));
}

VectorPtr Decoder::flat(const DataType& type, RowIndex size, int32_t depth) {
  BufferPtr bits = validity(size);
  if (in_.failed()) return nullptr;
  const PhysicalType physical = type.physicalType();
  if (physical == PhysicalType::kString) return strings(type, size, std::move(bits));
  if (physical == PhysicalType::kList) return lists(type, size, std::move(bits), depth);
  if (physical == PhysicalType::kStruct) {
    std::vector<VectorPtr> children;
    for (const DataType& child : type.childTypes()) {
      children.push_back(column(child, size, depth + 1));
      if (in_.failed()) return nullptr;
    }
    return ColumnVector::structure(type, size, std::move(bits), std::move(children));
  }
  BufferPtr values = raw(widthOf(physical) * static_cast<size_t>(size));
  return values == nullptr ? nullptr : ColumnVector::flat(type, size, std::move(values), std::move(bits));
}

VectorPtr Decoder::column(const DataType& type, RowIndex size, int32_t depth) {
  if (depth > kMaxNesting) in_.fail();
  const auto encoding = static_cast<Encoding>(in_.readVarint());
  if (in_.failed()) return nullptr;
  if (encoding == Encoding::kFlat) return flat(type, size, depth);
  if (encoding == Encoding::kConstant) {
    VectorPtr base = flat(type, 1, depth);
    return base == nullptr ? nullptr : ColumnVector::constant(std::move(base), 0, size);
  }
  if (encoding != Encoding::kDictionary) {
    in_.fail();
    return nullptr;
  }
  const auto baseSize = static_cast<RowIndex>(in_.readCount());
  VectorPtr base = flat(type, baseSize, depth);
  BufferPtr bits = validity(size);
  BufferPtr indices = raw(static_cast<size_t>(size) * sizeof(int32_t));
  if (in_.failed() || base == nullptr || indices == nullptr) return nullptr;
  for (RowIndex row = 0; row < size; ++row) {
    if (static_cast<uint32_t>(indices->as<int32_t>()[row]) >= static_cast<uint32_t>(baseSize)) in_.fail();
  }
  return in_.failed() ? nullptr : ColumnVector::dictionary(std::move(base), size, std::move(indices), std::move(bits));
}

}  // namespace

void encodeColumn(ByteWriter& out, const ColumnVector& column, std::span<const RowIndex> rows) {
  if (column.isConstant() && column.validity() == nullptr && !rows.empty()) {
    const RowIndex first = 0;
    out.writeVarint(static_cast<uint64_t>(Encoding::kConstant));
    const ColumnVector& base = *column.base();
    writeValidity(out, {&first, 1}, base.mayHaveNulls(), [&](RowIndex row) { return base.isNull(row); });
    return encodeFlat(out, base, {&first, 1});
  }
  if (column.isFlat()) {
    out.writeVarint(static_cast<uint64_t>(Encoding::kFlat));
    writeValidity(out, rows, column.mayHaveNulls(), [&](RowIndex row) { return column.isNull(row); });
    return encodeFlat(out, column, rows);
  }
  const ColumnVector& base = *column.base();
  std::vector<RowIndex> baseRows(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) baseRows[i] = column.baseRow(rows[i]);
  if (column.isDictionary() && static_cast<size_t>(base.size()) * 2 <= rows.size()) {
    std::vector<RowIndex> all(static_cast<size_t>(base.size()));
    std::iota(all.begin(), all.end(), 0);
    out.writeVarint(static_cast<uint64_t>(Encoding::kDictionary));
    out.writeVarint(all.size());
    writeValidity(out, all, base.mayHaveNulls(), [&](RowIndex row) { return base.isNull(row); });
    encodeFlat(out, base, all);
    writeValidity(out, rows, column.validity() != nullptr, [&](RowIndex row) { return !bitIsSet(column.validity(), row); });
    std::memcpy(out.grow(baseRows.size() * sizeof(RowIndex)), baseRows.data(), baseRows.size() * sizeof(RowIndex));
    return;
  }
  out.writeVarint(static_cast<uint64_t>(Encoding::kFlat));
  writeValidity(out, rows, column.mayHaveNulls(), [&](RowIndex row) { return column.isNull(row); });
  encodeFlat(out, base, baseRows);
}

VectorPtr decodeColumn(ByteReader& in, const DataType& type, RowIndex size) { return Decoder(in).column(type, size, 0); }

void encodeBatch(ByteWriter& out, const ColumnarBatch& batch) {
  std::vector<RowIndex> all;
  std::span<const RowIndex> rows;
  if (batch.selection() != nullptr) {
    rows = *batch.selection();
  } else {
    all.resize(static_cast<size_t>(batch.numRows()));
    std::iota(all.begin(), all.end(), 0);
    rows = all;
  }
  out.writeVarint(rows.size());
  out.writeInt(batch.partition());
  out.writeInt(batch.sequence());
  out.writeVarint(batch.numColumns());
  for (const VectorPtr& column : batch.columns()) encodeColumn(out, *column, rows);
}

Result<ColumnarBatch> decodeBatch(ByteReader& in, std::span<const DataType> types) {
  const uint64_t numRows = in.readVarint();
  const auto partition = static_cast<int32_t>(in.readInt());
  const int64_t sequence = in.readInt();
  if (in.readVarint() != types.size() || numRows > INT32_MAX) in.fail();
  std::vector<VectorPtr> columns;
  for (const DataType& type : types) {
    if (in.failed()) break;
    columns.push_back(decodeColumn(in, type, static_cast<RowIndex>(numRows)));
  }
  RETURN_IF_ERROR(in.status());
  ColumnarBatch batch(std::move(columns), static_cast<RowIndex>(numRows));
  batch.setPosition(partition, sequence);
  return batch;
}

}  // namespace flint::columnar
