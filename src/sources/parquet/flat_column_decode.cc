#include <algorithm>
#include <bit>
#include <cstring>

#include "columnar/validity.h"
#include "sources/parquet/column_reader.h"
#include "sources/parquet/hybrid_decoder.h"
#include "sources/parquet/value_decoder.h"

namespace flint::sources {
namespace {

using columnar::Buffer;
using columnar::ColumnVector;
using columnar::RowIndex;
using columnar::VectorPtr;

// Numbers with more distinct values than this are given flat: their dictionary no longer stays in the nearest cache.
constexpr RowIndex kMostNumericCodes = 8'192;

template <class T>
void gatherAs(const uint8_t* values, const int32_t* indices, int32_t count, uint8_t* out) {
  const T* from = reinterpret_cast<const T*>(values);
  T* to = reinterpret_cast<T*>(out);
  for (int32_t i = 0; i < count; ++i) to[i] = from[indices[i]];
}

constexpr int32_t kLongRun = 32;

// The last of `count` bits from `offset` on that is not set; -1: all are.
int32_t lastNull(const uint64_t* bits, int64_t offset, int32_t count) {
  while (count > 0) {
    const int64_t last = offset + count - 1;
    const int used = static_cast<int>(last & 63) + 1;  // bits of the word up to it
    const uint64_t unset = ~bits[last >> 6] << (64 - used);
    const int32_t inWord = std::min(count, used);
    const int32_t gap = unset == 0 ? 64 : std::countl_zero(unset);
    if (gap < inWord) return count - 1 - gap;
    count -= inWord;
  }
  return -1;
}

// Moves `numValid` values at the front of `out` to the rows whose bits are set, last one first; rows between become zero.
template <class T>
void spreadAs(uint8_t* out, int32_t count, int32_t numValid, const uint64_t* bits, int64_t offset) {
  T* values = reinterpret_cast<T*>(out);
  int32_t from = numValid;
  int32_t end = count;  // of the rows still to fill
  // From null to null; in front of the first one all are where they belong.
  while (from < end) {
    const int32_t null = lastNull(bits, offset, end);
    if (null < 0) return;
    const int32_t run = end - null - 1;
    from -= run;
    if (run > kLongRun) {
      std::memmove(values + null + 1, values + from, static_cast<size_t>(run) * sizeof(T));
    } else {
      for (int32_t i = run - 1; i >= 0; --i) values[null + 1 + i] = values[from + i];
    }
    values[null] = T{};
    end = null;
  }
}

struct Bytes16 {
  uint64_t words[2];
};

void spread(size_t width, uint8_t* out, int32_t count, int32_t numValid, const uint64_t* bits, int64_t offset) {
  switch (width) {
    case 1: return spreadAs<uint8_t>(out, count, numValid, bits, offset);
    case 2: return spreadAs<uint16_t>(out, count, numValid, bits, offset);
    case 4: return spreadAs<uint32_t>(out, count, numValid, bits, offset);
    case 8: return spreadAs<uint64_t>(out, count, numValid, bits, offset);
    default: return spreadAs<Bytes16>(out, count, numValid, bits, offset);
  }
}

uint32_t largestOf(const int32_t* indices, int32_t count) {
  uint32_t largest = 0;
  for (int32_t i = 0; i < count; ++i) largest = std::max(largest, static_cast<uint32_t>(indices[i]));
  return largest;
}

}  // namespace

// The current data page, decompressed.
struct FlatColumnReader::Page {
  std::shared_ptr<const Buffer> bytes;
  bool mayHaveNulls = false;
  HybridDecoder levels;
  bool isDictionary = false;
  HybridDecoder indices;
  bool indicesFit = false;  // no index of this width can be beyond the dictionary
  std::unique_ptr<ValueDecoder> values;
};

// The vector being filled.
struct FlatColumnReader::Output {
  RowIndex rows = 0;
  RowIndex done = 0;
  RowIndex numValid = 0;
  std::shared_ptr<Buffer> codes;     // while every value so far came from the dictionary
  std::shared_ptr<Buffer> values;
  std::shared_ptr<Buffer> validity;  // null while no row is null
  ColumnVector::Owners owners;

  void needValidity() {
    if (validity != nullptr) return;
    validity = Buffer::allocateZeroed(static_cast<size_t>(columnar::bitmapBytes(rows)));
    setBits(validity->mutableAs<uint64_t>(), 0, done);
  }
};

FlatColumnReader::FlatColumnReader(std::shared_ptr<const io::RandomAccessFile> file, const SchemaElement& leaf, const ColumnChunk& chunk,
                                   DataType type, const ValueConversion& conversion, std::shared_ptr<SharedChunk> shared)
    : leaf_(leaf),
      chunk_(chunk),
      type_(std::move(type)),
      conversion_(conversion),
      optional_(leaf.repetition != Repetition::kRequired),
      shared_(std::move(shared)),
      pages_(std::move(file), chunk, shared_),
      page_(std::make_unique<Page>()) {}

FlatColumnReader::~FlatColumnReader() = default;

Status FlatColumnReader::loadPassedDictionary() {
  if (base_ != nullptr || !passedDictionary_.has_value()) return Status::ok();
  if (shared_ != nullptr) base_ = shared_->dictionary(type_);
  if (base_ == nullptr) {
    ASSIGN_OR_RETURN(auto bytes, pages_.loadPassed(*passedDictionary_));
    RETURN_IF_ERROR(loadDictionary(passedDictionary_->header, std::move(bytes)));
    if (shared_ != nullptr) shared_->shareDictionary(base_);
  }
  keepsCodes_ = type_.physicalType() == PhysicalType::kString || base_->size() <= kMostNumericCodes;
  return Status::ok();
}

Status FlatColumnReader::loadDictionary(const PageHeader& header, std::shared_ptr<const Buffer> bytes) {
  const auto decoder = makeValueDecoder(*leaf_.type, leaf_.typeLength, ParquetEncoding::kPlain,
                                        {bytes->data(), static_cast<size_t>(header.uncompressedSize)}, header.numValues);
  auto values = Buffer::allocate(static_cast<size_t>(header.numValues) * std::max(conversion_.width, conversion_.nativeWidth));
  bool good = decoder != nullptr;
  if (good && conversion_.convert != nullptr) {
    uint8_t* stored = native(static_cast<size_t>(header.numValues) * conversion_.nativeWidth);
    good = decoder->decode(header.numValues, stored);
    if (good) conversion_.apply(stored, values->mutableData(), header.numValues);
  } else if (good) {
    good = decoder->decode(header.numValues, values->mutableData());
  }
  if (!good) return pages_.damaged("its dictionary page ends early");
  ColumnVector::Owners owners;
  const bool isText = type_.physicalType() == PhysicalType::kString;
  if (isText) owners.push_back(std::move(bytes));
  base_ = ColumnVector::flat(type_, header.numValues, std::move(values), nullptr, std::move(owners));
  return Status::ok();
}

Status FlatColumnReader::nextDataPage() {
  pageLoaded_ = false;
  while (true) {
    if (!started_ && pendingSkip_ > 0) pages_.expectPassing();
    ASSIGN_OR_RETURN(const bool more, pages_.next());
    started_ = true;
    if (!more) return pages_.damaged("a column has fewer rows than its row group");
    if (const PageHeader& header = pages_.header(); header.kind == PageKind::kDictionary) {
      const bool plain = header.encoding == ParquetEncoding::kPlain || header.encoding == ParquetEncoding::kPlainDictionary;
      const bool isSecond = base_ != nullptr || passedDictionary_.has_value();
      if (!plain || isSecond || header.numValues > header.uncompressedSize) return pages_.damaged("its dictionary page cannot be read");
      passedDictionary_ = pages_.current();
      if (pendingSkip_ == 0) RETURN_IF_ERROR(loadPassedDictionary());
      continue;
    }
    pageLeft_ = pages_.header().numValues;
    if (pageLeft_ > 0) return Status::ok();
  }
}

Result<VectorPtr> FlatColumnReader::dictionary() {
  if (!chunk_.onlyDictionaryPages) return VectorPtr();
  if (!started_) RETURN_IF_ERROR(nextDataPage());
  RETURN_IF_ERROR(loadPassedDictionary());
  return base_;
}

Status FlatColumnReader::loadPage() {
  const PageHeader header = pages_.header();
  *page_ = Page();  // lets the page's memory be used again
  page_->isDictionary = header.encoding == ParquetEncoding::kRleDictionary || header.encoding == ParquetEncoding::kPlainDictionary;
  if (page_->isDictionary) RETURN_IF_ERROR(loadPassedDictionary());
  ASSIGN_OR_RETURN(page_->bytes, pages_.load());
  std::span<const uint8_t> rest(page_->bytes->data(), static_cast<size_t>(header.uncompressedSize));
  if (header.kind == PageKind::kDataV2) {
    page_->levels = HybridDecoder(rest.subspan(static_cast<size_t>(header.repetitionSize), static_cast<size_t>(header.definitionSize)), 1);
    page_->mayHaveNulls = optional_ && header.numNulls != 0;
    rest = rest.subspan(static_cast<size_t>(header.repetitionSize + header.definitionSize));
  } else if (optional_) {
    uint32_t size;
    if (header.definitionEncoding != ParquetEncoding::kRle || rest.size() < 4) return pages_.damaged("a page's levels cannot be read");
    std::memcpy(&size, rest.data(), 4);
    if (size > rest.size() - 4) return pages_.damaged("a page's levels are longer than the page");
    page_->levels = HybridDecoder(rest.subspan(4, size), 1);
    page_->mayHaveNulls = page_->levels.constantRun(header.numValues) != 1;
    rest = rest.subspan(4 + size);
  }
  if (page_->isDictionary) {
    if (base_ == nullptr) return pages_.damaged("a page needs a dictionary, and there is none");
    const int width = rest.empty() ? 0 : rest[0];
    if (width > 32) return pages_.damaged("a page's dictionary indices are too wide");
    page_->indices = HybridDecoder(rest.empty() ? rest : rest.subspan(1), width);
    page_->indicesFit = width < 31 && (int64_t{1} << width) <= base_->size();
  } else {
    page_->values = makeValueDecoder(*leaf_.type, leaf_.typeLength, header.encoding, rest, header.numValues);
    if (page_->values == nullptr) return pages_.damaged("a page's encoding does not fit its type, or its values are damaged");
  }
  pageLoaded_ = true;
  return Status::ok();
}

Status FlatColumnReader::applySkip() {
  while (pendingSkip_ > 0) {
    if (pageLeft_ == 0) RETURN_IF_ERROR(nextDataPage());
    const auto count = static_cast<int32_t>(std::min<int64_t>(pendingSkip_, pageLeft_));
    pendingSkip_ -= count;
    pageLeft_ -= count;
    if (pageLeft_ == 0) continue;  // a page nobody reads is not even decompressed
    if (!pageLoaded_) RETURN_IF_ERROR(loadPage());
    int32_t numValid = count;
    bool good = true;
    if (page_->mayHaveNulls) {
      std::vector<uint64_t> bits(static_cast<size_t>(columnar::bitmapWords(count)));
      numValid = 0;
      good = page_->levels.decodeBits(count, bits.data(), 0, numValid);
    }
    good = good && (page_->isDictionary ? page_->indices.skip(numValid) : page_->values->skip(numValid));
    if (!good) return pages_.damaged("a page has fewer values than it says");
  }
  return Status::ok();
}

Status FlatColumnReader::decodeLevels(int32_t count, Output& output, int32_t& numValid) {
  numValid = count;
  if (!page_->mayHaveNulls) {
    if (output.validity != nullptr) setBits(output.validity->mutableAs<uint64_t>(), output.done, count);
    return Status::ok();
  }
  output.needValidity();
  numValid = 0;
  if (!page_->levels.decodeBits(count, output.validity->mutableAs<uint64_t>(), output.done, numValid)) {
    return pages_.damaged("a page has fewer levels than values");
  }
  return Status::ok();
}

Status FlatColumnReader::decodeIndices(int32_t count, int32_t* out) {
  if (!page_->indices.decode(count, reinterpret_cast<uint32_t*>(out))) return pages_.damaged("a page has fewer values than it says");
  if (!page_->indicesFit && count > 0 && largestOf(out, count) >= static_cast<uint32_t>(base_->size())) {
    return pages_.damaged("a page refers beyond its dictionary");
  }
  return Status::ok();
}

bool FlatColumnReader::decodeConverted(int32_t count, uint8_t* out) {
  if (conversion_.convert == nullptr) return page_->values->decode(count, out);
  uint8_t* stored = native(static_cast<size_t>(count) * conversion_.nativeWidth);
  if (!page_->values->decode(count, stored)) return false;
  conversion_.apply(stored, out, count);
  return true;
}

uint8_t* FlatColumnReader::native(size_t bytes) {
  if (bytes > nativeBytes_) {
    native_ = std::make_unique_for_overwrite<uint8_t[]>(bytes);
    nativeBytes_ = bytes;
  }
  return native_.get();
}

void FlatColumnReader::gather(const int32_t* indices, int32_t count, uint8_t* out) const {
  const uint8_t* values = base_->valuesBuffer()->data();
  switch (conversion_.width) {
    case 1: return gatherAs<uint8_t>(values, indices, count, out);
    case 2: return gatherAs<uint16_t>(values, indices, count, out);
    case 4: return gatherAs<uint32_t>(values, indices, count, out);
    case 8: return gatherAs<uint64_t>(values, indices, count, out);
    default: return gatherAs<Bytes16>(values, indices, count, out);
  }
}

// Goes over from codes to values.
void FlatColumnReader::startFlat(Output& output) {
  if (output.values != nullptr) return;
  output.values = Buffer::allocate(static_cast<size_t>(output.rows) * conversion_.width);
  if (output.codes == nullptr) {
    std::memset(output.values->mutableData(), 0, static_cast<size_t>(output.done) * conversion_.width);
    return;
  }
  if (base_->size() > 0) gather(output.codes->as<int32_t>(), output.done, output.values->mutableData());
  output.owners.insert(output.owners.end(), base_->owners().begin(), base_->owners().end());
  output.codes = nullptr;
}

Status FlatColumnReader::decodeValues(int32_t count, int32_t numValid, Output& output) {
  const bool hasNulls = numValid < count;
  const auto* bits = hasNulls ? output.validity->as<uint64_t>() : nullptr;
  if (page_->isDictionary && (keepsCodes_ || prefersCodes_) && output.values == nullptr) {
    if (output.codes == nullptr) {
      output.codes = Buffer::allocate(static_cast<size_t>(output.rows) * sizeof(int32_t));
      std::memset(output.codes->mutableData(), 0, static_cast<size_t>(output.done) * sizeof(int32_t));
    }
    int32_t* codes = output.codes->mutableAs<int32_t>() + output.done;
    RETURN_IF_ERROR(decodeIndices(numValid, codes));
    if (hasNulls) spreadAs<int32_t>(reinterpret_cast<uint8_t*>(codes), count, numValid, bits, output.done);
    return Status::ok();
  }
  startFlat(output);
  uint8_t* values = output.values->mutableData() + static_cast<size_t>(output.done) * conversion_.width;
  if (page_->isDictionary) {
    indices_.resize(static_cast<size_t>(count));
    RETURN_IF_ERROR(decodeIndices(numValid, indices_.data()));
    gather(indices_.data(), numValid, values);
    if (output.owners.empty()) output.owners = base_->owners();
  } else {
    if (!decodeConverted(numValid, values)) return pages_.damaged("a page has fewer values than it says");
    if (type_.physicalType() == PhysicalType::kString) {
      output.owners.push_back(page_->bytes);
      if (auto owner = page_->values->owner()) output.owners.push_back(std::move(owner));
    }
  }
  if (hasNulls) spread(conversion_.width, values, count, numValid, bits, output.done);
  return Status::ok();
}

Result<VectorPtr> FlatColumnReader::read(RowIndex rows) {
  RETURN_IF_ERROR(applySkip());
  Output output;
  output.rows = rows;
  while (output.done < rows) {
    if (pageLeft_ == 0) RETURN_IF_ERROR(nextDataPage());
    if (!pageLoaded_) RETURN_IF_ERROR(loadPage());
    const int32_t count = std::min(rows - output.done, pageLeft_);
    int32_t numValid = 0;
    RETURN_IF_ERROR(decodeLevels(count, output, numValid));
    if (numValid > 0 || output.values != nullptr || output.codes != nullptr) RETURN_IF_ERROR(decodeValues(count, numValid, output));
    output.numValid += numValid;
    output.done += count;
    pageLeft_ -= count;
  }
  if (output.numValid == 0 && rows > 0) return ColumnVector::nulls(type_, rows);
  if (output.numValid == rows) output.validity = nullptr;
  if (output.codes != nullptr) return ColumnVector::dictionary(base_, rows, std::move(output.codes), std::move(output.validity));
  if (output.values == nullptr) output.values = Buffer::allocate(0);
  return ColumnVector::flat(type_, rows, std::move(output.values), std::move(output.validity), std::move(output.owners));
}

}  // namespace flint::sources
