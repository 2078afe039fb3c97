#include "columnar/arrow_ipc_writer.h"

#include <algorithm>
#include <cstring>

#include "columnar/arrow_schema_message.h"
#include "columnar/flatbuffer_builder.h"
#include "columnar/geo_value.h"
#include "columnar/variant_value.h"
#include "columnar/vector_reader.h"

namespace flint::columnar {
namespace {

constexpr std::string_view kEndOfStream("\xff\xff\xff\xff\0\0\0\0", 8);

// Rows of one vector: `rows[from..]` where there is a list, else `from`, `from + 1` ...
struct Chunk {
  const ColumnVector* vector;
  const RowIndex* rows;
  RowIndex from;
  RowIndex count;

  RowIndex row(RowIndex i) const { return rows == nullptr ? from + i : rows[from + i]; }
};
using Chunks = std::vector<Chunk>;

// Buffers start at multiples of 16 bytes, so that decimals can be stored as they are.
constexpr size_t padded(size_t size) { return (size + 15) / 16 * 16; }

// The body of a record batch and what its metadata says about it. `gap` bytes are kept free for what stands before the body: messages of one schema have
// metadata of one size, so that it can be put there without moving the body.
class RecordBatchBody {
 public:
  RecordBatchBody(bool largeVarTypes, size_t gap, size_t expectedBytes, std::string memory)
      : large_(largeVarTypes), gap_(padded(gap)), body_(std::move(memory)) {
    body_.clear();
    body_.reserve(gap_ + expectedBytes);
    body_.resize(gap_);
  }

  void writeColumn(const DataType& type, const Chunks& chunks, int64_t numRows);
  std::string take(std::string prefix, int64_t numRows);
  // Of the body that was taken.
  size_t numBytes() const { return numBytes_; }

 private:
  template <class T>
  void writeFixed(const Chunks& chunks, int64_t numRows);
  void writeDecimals(const Chunks& chunks, int64_t numRows);
  void writeIntervals(const Chunks& chunks, int64_t numRows);
  void writeBooleans(const Chunks& chunks, int64_t numRows);
  template <class Length, class Text>
  void writeStrings(const Chunks& chunks, int64_t numRows, Text&& text);
  void writeText(const Chunks& chunks, int64_t numRows);
  void writeVariants(const Chunks& chunks, int64_t numRows);
  void writeGeoValues(const Chunks& chunks, int64_t numRows);
  template <class Length>
  void writeLists(const DataType& type, const Chunks& chunks, int64_t numRows);
  void writeStruct(const DataType& type, const Chunks& chunks, int64_t numRows);
  // Field node and validity bitmap.
  void writeValidity(const Chunks& chunks, int64_t numRows);
  // The start of a buffer of `size` bytes, zero-filled, at an aligned place of the body.
  char* addBuffer(size_t size);
  void shrinkLastBuffer(size_t size);

  const bool large_;
  const size_t gap_;
  size_t numBytes_ = 0;
  std::string body_;  // behind the gap
  std::vector<int64_t> nodes_;
  std::vector<int64_t> buffers_;
};

char* RecordBatchBody::addBuffer(size_t size) {
  const size_t start = body_.size();
  body_.resize(start + padded(size));
  buffers_.push_back(static_cast<int64_t>(start - gap_));
  buffers_.push_back(static_cast<int64_t>(size));
  return body_.data() + start;
}

void RecordBatchBody::writeValidity(const Chunks& chunks, int64_t numRows) {
  const bool mayHaveNulls = std::any_of(chunks.begin(), chunks.end(), [](const Chunk& chunk) { return chunk.vector->mayHaveNulls(); });
  nodes_.push_back(numRows);
  nodes_.push_back(0);
  if (!mayHaveNulls) {
    addBuffer(0);
    return;
  }
  const size_t bytes = static_cast<size_t>((numRows + 7) / 8);
  auto* bits = reinterpret_cast<uint8_t*>(addBuffer(bytes));
  int64_t at = 0;
  int64_t nulls = 0;
  for (const Chunk& chunk : chunks) {
    const ColumnVector& vector = *chunk.vector;
    const bool mayBeNull = vector.mayHaveNulls();
    for (RowIndex i = 0; i < chunk.count; ++i, ++at) {
      if (mayBeNull && vector.isNull(chunk.row(i))) {
        ++nulls;
      } else {
        bits[at >> 3] = static_cast<uint8_t>(bits[at >> 3] | 1U << (at & 7));
      }
    }
  }
  nodes_.back() = nulls;
  if (nulls == 0) shrinkLastBuffer(0);
}

void RecordBatchBody::shrinkLastBuffer(size_t size) {
  body_.resize(gap_ + static_cast<size_t>(buffers_[buffers_.size() - 2]) + padded(size));
  buffers_.back() = static_cast<int64_t>(size);
}

template <class T>
void RecordBatchBody::writeFixed(const Chunks& chunks, int64_t numRows) {
  const bool dense = std::all_of(chunks.begin(), chunks.end(), [](const Chunk& chunk) { return chunk.rows == nullptr && chunk.vector->isFlat(); });
  if (dense) {
    const size_t start = body_.size();
    for (const Chunk& chunk : chunks) body_.append(reinterpret_cast<const char*>(chunk.vector->values<T>() + chunk.from), static_cast<size_t>(chunk.count) * sizeof(T));
    buffers_.push_back(static_cast<int64_t>(start - gap_));
    buffers_.push_back(static_cast<int64_t>(body_.size() - start));
    body_.resize(start + padded(body_.size() - start));
    return;
  }
  auto* out = reinterpret_cast<T*>(addBuffer(static_cast<size_t>(numRows) * sizeof(T)));
  for (const Chunk& chunk : chunks) {
    const VectorReader<T> reader(*chunk.vector);
    const T* flat = reader.flatValues();
    if (flat != nullptr && chunk.rows == nullptr) {
      std::memcpy(out, flat + chunk.from, static_cast<size_t>(chunk.count) * sizeof(T));
    } else if (flat != nullptr) {
      for (RowIndex i = 0; i < chunk.count; ++i) out[i] = flat[chunk.rows[chunk.from + i]];
    } else {
      for (RowIndex i = 0; i < chunk.count; ++i) out[i] = reader[chunk.row(i)];
    }
    out += chunk.count;
  }
}

void RecordBatchBody::writeDecimals(const Chunks& chunks, int64_t numRows) {
  auto* out = reinterpret_cast<int128_t*>(addBuffer(static_cast<size_t>(numRows) * sizeof(int128_t)));
  for (const Chunk& chunk : chunks) {
    const VectorReader<int64_t> reader(*chunk.vector);
    for (RowIndex i = 0; i < chunk.count; ++i) *out++ = reader[chunk.row(i)];
  }
}

void RecordBatchBody::writeIntervals(const Chunks& chunks, int64_t numRows) {
  char* out = addBuffer(static_cast<size_t>(numRows) * 16);
  for (const Chunk& chunk : chunks) {
    const VectorReader<CalendarInterval> reader(*chunk.vector);
    for (RowIndex i = 0; i < chunk.count; ++i) {
      const CalendarInterval& value = reader[chunk.row(i)];
      const int64_t nanos = static_cast<int64_t>(static_cast<uint64_t>(value.microseconds) * 1000);
      std::memcpy(out, &value.months, 4);
      std::memcpy(out + 4, &value.days, 4);
      std::memcpy(out + 8, &nanos, 8);
      out += 16;
    }
  }
}

void RecordBatchBody::writeBooleans(const Chunks& chunks, int64_t numRows) {
  auto* bits = reinterpret_cast<uint8_t*>(addBuffer(static_cast<size_t>((numRows + 7) / 8)));
  int64_t at = 0;
  for (const Chunk& chunk : chunks) {
    const VectorReader<uint8_t> reader(*chunk.vector);
    for (RowIndex i = 0; i < chunk.count; ++i, ++at) {
      if (reader[chunk.row(i)] != 0) bits[at >> 3] = static_cast<uint8_t>(bits[at >> 3] | 1U << (at & 7));
    }
  }
}

// `text(view)` is the part of a value that is written.
template <class Length, class Text>
void RecordBatchBody::writeStrings(const Chunks& chunks, int64_t numRows, Text&& text) {
  auto* offsets = reinterpret_cast<Length*>(addBuffer(static_cast<size_t>(numRows + 1) * sizeof(Length)));
  int64_t at = 0;
  Length total = 0;
  offsets[at++] = 0;
  for (const Chunk& chunk : chunks) {
    const VectorReader<StringView> reader(*chunk.vector);
    const bool mayBeNull = reader.mayHaveNulls();
    for (RowIndex i = 0; i < chunk.count; ++i) {
      const RowIndex row = chunk.row(i);
      if (!mayBeNull || !reader.isNull(row)) total = static_cast<Length>(total + static_cast<Length>(text(reader[row].view()).size()));
      offsets[at++] = total;
    }
  }
  char* out = addBuffer(static_cast<size_t>(total));
  for (const Chunk& chunk : chunks) {
    const VectorReader<StringView> reader(*chunk.vector);
    const bool mayBeNull = reader.mayHaveNulls();
    for (RowIndex i = 0; i < chunk.count; ++i) {
      const RowIndex row = chunk.row(i);
      if (mayBeNull && reader.isNull(row)) continue;
      const std::string_view part = text(reader[row].view());
      std::memcpy(out, part.data(), part.size());
      out += part.size();
    }
  }
}

void RecordBatchBody::writeText(const Chunks& chunks, int64_t numRows) {
  const auto whole = [](std::string_view text) { return text; };
  if (large_) {
    writeStrings<int64_t>(chunks, numRows, whole);
  } else {
    writeStrings<int32_t>(chunks, numRows, whole);
  }
}

void RecordBatchBody::writeVariants(const Chunks& chunks, int64_t numRows) {
  const auto part = [&](std::string_view VariantValue::*member) {
    nodes_.push_back(numRows);
    nodes_.push_back(0);
    addBuffer(0);
    const auto text = [member](std::string_view bytes) {
      const auto variant = VariantValue::split(bytes);
      return variant ? (*variant).*member : std::string_view();
    };
    if (large_) {
      writeStrings<int64_t>(chunks, numRows, text);
    } else {
      writeStrings<int32_t>(chunks, numRows, text);
    }
  };
  part(&VariantValue::value);
  part(&VariantValue::metadata);
}

void RecordBatchBody::writeGeoValues(const Chunks& chunks, int64_t numRows) {
  nodes_.push_back(numRows);
  nodes_.push_back(0);
  addBuffer(0);
  auto* srids = reinterpret_cast<int32_t*>(addBuffer(static_cast<size_t>(numRows) * sizeof(int32_t)));
  for (const Chunk& chunk : chunks) {
    const VectorReader<StringView> values(*chunk.vector);
    for (RowIndex i = 0; i < chunk.count; ++i) {
      const RowIndex row = chunk.row(i);
      *srids++ = values.isNull(row) ? 0 : GeoValue::of(values[row].view()).srid;
    }
  }
  nodes_.push_back(numRows);
  nodes_.push_back(0);
  addBuffer(0);
  const auto wkb = [](std::string_view bytes) { return GeoValue::of(bytes).wkb; };
  if (large_) {
    writeStrings<int64_t>(chunks, numRows, wkb);
  } else {
    writeStrings<int32_t>(chunks, numRows, wkb);
  }
}

template <class Length>
void RecordBatchBody::writeLists(const DataType& type, const Chunks& chunks, int64_t numRows) {
  auto* offsets = reinterpret_cast<Length*>(addBuffer(static_cast<size_t>(numRows + 1) * sizeof(Length)));
  int64_t at = 0;
  int64_t total = 0;
  offsets[at++] = 0;
  const std::vector<DataType> childTypes = type.childTypes();
  std::vector<Chunks> childChunks(childTypes.size());
  for (const Chunk& chunk : chunks) {
    const VectorReader<ListEntry> reader(*chunk.vector);
    const bool mayBeNull = reader.mayHaveNulls();
    RowIndex runFrom = 0;
    RowIndex runCount = 0;
    const auto endRun = [&] {
      if (runCount == 0) return;
      for (size_t i = 0; i < childChunks.size(); ++i) {
        childChunks[i].push_back({reader.base().children()[i].get(), nullptr, runFrom, runCount});
      }
      runCount = 0;
    };
    for (RowIndex i = 0; i < chunk.count; ++i) {
      const RowIndex row = chunk.row(i);
      if (!mayBeNull || !reader.isNull(row)) {
        const ListEntry& entry = reader[row];
        if (entry.length > 0) {
          if (runCount == 0 || entry.offset != runFrom + runCount) {
            endRun();
            runFrom = entry.offset;
          }
          runCount += entry.length;
          total += entry.length;
        }
      }
      offsets[at++] = static_cast<Length>(total);
    }
    endRun();
  }
  if (type.is(TypeKind::kMap)) {  // one child, a struct of key and value without nulls
    nodes_.push_back(total);
    nodes_.push_back(0);
    addBuffer(0);
  }
  for (size_t i = 0; i < childTypes.size(); ++i) writeColumn(childTypes[i], childChunks[i], total);
}

void RecordBatchBody::writeStruct(const DataType& type, const Chunks& chunks, int64_t numRows) {
  // Where the struct is not flat its children are read through these row lists.
  std::vector<std::vector<RowIndex>> rows;
  rows.reserve(chunks.size());
  Chunks bases;
  for (const Chunk& chunk : chunks) {
    if (chunk.vector->isFlat()) {
      bases.push_back(chunk);
      continue;
    }
    std::vector<RowIndex>& list = rows.emplace_back();
    list.reserve(static_cast<size_t>(chunk.count));
    for (RowIndex i = 0; i < chunk.count; ++i) list.push_back(chunk.vector->baseRow(chunk.row(i)));
    bases.push_back({chunk.vector->base().get(), list.data(), 0, chunk.count});
  }
  const std::vector<DataType> childTypes = type.childTypes();
  for (size_t i = 0; i < childTypes.size(); ++i) {
    Chunks children = bases;
    for (Chunk& chunk : children) chunk.vector = chunk.vector->children()[i].get();
    writeColumn(childTypes[i], children, numRows);
  }
}

void RecordBatchBody::writeColumn(const DataType& type, const Chunks& chunks, int64_t numRows) {
  if (type.is(TypeKind::kNull)) {
    nodes_.push_back(numRows);
    nodes_.push_back(numRows);
    return;
  }
  if (type.is(TypeKind::kUserDefined)) return writeColumn(type.sqlType(), chunks, numRows);
  writeValidity(chunks, numRows);
  switch (type.physicalType()) {
    case PhysicalType::kBool: return writeBooleans(chunks, numRows);
    case PhysicalType::kInt8: return writeFixed<int8_t>(chunks, numRows);
    case PhysicalType::kInt16: return writeFixed<int16_t>(chunks, numRows);
    case PhysicalType::kInt32: return writeFixed<int32_t>(chunks, numRows);
    case PhysicalType::kInt64:
      return type.is(TypeKind::kDecimal) ? writeDecimals(chunks, numRows) : writeFixed<int64_t>(chunks, numRows);
    case PhysicalType::kInt128: return writeFixed<int128_t>(chunks, numRows);
    case PhysicalType::kFloat: return writeFixed<float>(chunks, numRows);
    case PhysicalType::kDouble: return writeFixed<double>(chunks, numRows);
    case PhysicalType::kString:
      if (type.is(TypeKind::kVariant)) return writeVariants(chunks, numRows);
      return type.is(TypeKind::kGeometry) || type.is(TypeKind::kGeography) ? writeGeoValues(chunks, numRows) : writeText(chunks, numRows);
    case PhysicalType::kInterval: return writeIntervals(chunks, numRows);
    // A map has 32-bit offsets always.
    case PhysicalType::kList:
      return large_ && type.is(TypeKind::kArray) ? writeLists<int64_t>(type, chunks, numRows) : writeLists<int32_t>(type, chunks, numRows);
    case PhysicalType::kStruct: return writeStruct(type, chunks, numRows);
  }
}

std::string RecordBatchBody::take(std::string prefix, int64_t numRows) {
  numBytes_ = body_.size() - gap_;
  FlatBufferBuilder builder;
  const auto buffers = builder.structVector(buffers_, 2);
  const auto nodes = builder.structVector(nodes_, 2);
  builder.beginTable(3);
  builder.scalar<int64_t>(0, numRows);
  builder.offset(1, nodes);
  builder.offset(2, buffers);
  const auto recordBatch = builder.endTable();
  const std::string metadata = finishArrowMessage(builder, ArrowHeader::kRecordBatch, recordBatch, static_cast<int64_t>(body_.size() - gap_));

  if (prefix.size() + metadata.size() == gap_) {
    std::memcpy(body_.data(), prefix.data(), prefix.size());
    std::memcpy(body_.data() + prefix.size(), metadata.data(), metadata.size());
    return std::move(body_);
  }
  std::string stream = std::move(prefix);
  stream.reserve(stream.size() + metadata.size() + body_.size() - gap_ + kEndOfStream.size());
  stream += metadata;
  stream.append(body_, gap_);
  return stream;
}

}  // namespace

ArrowIpcWriter::ArrowIpcWriter(StructFields fields, ArrowWriteOptions options)
    : fields_(std::move(fields)), options_(std::move(options)), schemaMessage_(arrowSchemaMessage(fields_, options_)) {}

void ArrowIpcWriter::add(const ColumnarBatch& batch, RowIndex from, RowIndex count) {
  if (count == 0) return;
  parts_.push_back({batch, from, count});
  numRows_ += count;
}

std::string ArrowIpcWriter::endOfStream() { return std::string(kEndOfStream); }

std::string ArrowIpcWriter::finish() {
  std::string stream = write(schemaMessage_);
  stream += kEndOfStream;
  return stream;
}

std::string ArrowIpcWriter::finishBatch() { return write({}); }

std::string ArrowIpcWriter::write(std::string prefix) {
  const size_t before = prefix.size();
  RecordBatchBody body(options_.largeVarTypes, before + metadataBytes_, lastBytes_ + lastBytes_ / 8 + kEndOfStream.size(), std::exchange(spare_, {}));
  Chunks chunks;
  for (size_t column = 0; column < fields_.size(); ++column) {
    chunks.clear();
    for (const Part& part : parts_) {
      const RowIndex* rows = part.batch.selection() == nullptr ? nullptr : part.batch.selection()->data();
      chunks.push_back({part.batch.column(column).get(), rows, part.from, part.count});
    }
    body.writeColumn(fields_[column].type, chunks, numRows_);
  }
  std::string stream = body.take(std::move(prefix), numRows_);
  metadataBytes_ = stream.size() - before - body.numBytes();
  lastBytes_ = body.numBytes();
  parts_.clear();
  numRows_ = 0;
  return stream;
}

}  // namespace flint::columnar
