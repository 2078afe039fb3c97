#include <algorithm>
#include <bit>
#include <cstring>

#include "sources/parquet/hybrid_decoder.h"
#include "sources/parquet/leveled_leaf.h"
#include "sources/parquet/value_decoder.h"

namespace flint::sources {

using columnar::Buffer;
using columnar::ColumnVector;

LeveledLeaf::LeveledLeaf(std::shared_ptr<const io::RandomAccessFile> file, const SchemaNode& node, const ColumnChunk& chunk, DataType type,
                         const ValueConversion& conversion)
    : node_(node), chunk_(chunk), type_(std::move(type)), conversion_(conversion), pages_(std::move(file), chunk) {}

LeveledLeaf::~LeveledLeaf() = default;

Status LeveledLeaf::loadDictionary() {
  const PageHeader header = pages_.header();
  if (base_ != nullptr || header.numValues > header.uncompressedSize) return pages_.damaged("its dictionary page cannot be read");
  ASSIGN_OR_RETURN(auto bytes, pages_.load());
  const auto decoder = makeValueDecoder(*node_.element->type, node_.element->typeLength, ParquetEncoding::kPlain,
                                        {bytes->data(), static_cast<size_t>(header.uncompressedSize)}, header.numValues);
  native_.resize(static_cast<size_t>(header.numValues) * conversion_.nativeWidth);
  if (decoder == nullptr || !decoder->decode(header.numValues, native_.data())) return pages_.damaged("its dictionary page ends early");
  auto values = Buffer::allocate(static_cast<size_t>(header.numValues) * conversion_.width);
  if (conversion_.convert != nullptr) {
    conversion_.apply(native_.data(), values->mutableData(), header.numValues);
  } else {
    std::memcpy(values->mutableData(), native_.data(), native_.size());
  }
  ColumnVector::Owners owners;
  if (type_.physicalType() == PhysicalType::kString) owners.push_back(std::move(bytes));
  base_ = ColumnVector::flat(type_, header.numValues, std::move(values), nullptr, std::move(owners));
  return Status::ok();
}

Result<std::vector<uint32_t>> LeveledLeaf::levels(std::span<const uint8_t> bytes, int16_t max, int32_t count) const {
  std::vector<uint32_t> levels(static_cast<size_t>(count));
  HybridDecoder decoder(bytes, std::bit_width(static_cast<uint16_t>(max)));
  if (!decoder.decode(count, levels.data())) return pages_.damaged("a page has fewer levels than values");
  if (std::any_of(levels.begin(), levels.end(), [&](uint32_t level) { return level > static_cast<uint32_t>(max); })) {
    return pages_.damaged("a page has levels that cannot be");
  }
  return levels;
}

Status LeveledLeaf::loadPage() {
  const PageHeader header = pages_.header();
  bytes_ = nullptr;
  decoder_ = nullptr;
  ASSIGN_OR_RETURN(bytes_, pages_.load());
  std::span<const uint8_t> rest(bytes_->data(), static_cast<size_t>(header.uncompressedSize));
  const auto take = [&](int16_t max, int32_t size, std::vector<uint32_t>& out) -> Status {
    out.clear();
    if (max == 0) return Status::ok();
    if (header.kind != PageKind::kDataV2) {
      if (rest.size() < 4) return pages_.damaged("a page's levels cannot be read");
      std::memcpy(&size, rest.data(), 4);
      rest = rest.subspan(4);
    }
    if (size < 0 || static_cast<size_t>(size) > rest.size()) return pages_.damaged("a page's levels are longer than the page");
    ASSIGN_OR_RETURN(out, levels(rest.first(static_cast<size_t>(size)), max, header.numValues));
    rest = rest.subspan(static_cast<size_t>(size));
    return Status::ok();
  };
  RETURN_IF_ERROR(take(node_.maxRepetition, header.repetitionSize, repetition_));
  RETURN_IF_ERROR(take(node_.maxDefinition, header.definitionSize, definition_));
  if (node_.maxDefinition == 0) definition_.assign(static_cast<size_t>(header.numValues), 0);
  isDictionary_ = header.encoding == ParquetEncoding::kRleDictionary || header.encoding == ParquetEncoding::kPlainDictionary;
  if (isDictionary_) {
    const int width = rest.empty() ? 0 : rest[0];
    if (base_ == nullptr || width > 32) return pages_.damaged("a page's dictionary cannot be read");
    indices_ = std::make_unique<HybridDecoder>(rest.empty() ? rest : rest.subspan(1), width);
  } else {
    decoder_ = makeValueDecoder(*node_.element->type, node_.element->typeLength, header.encoding, rest, header.numValues);
    if (decoder_ == nullptr) return pages_.damaged("a page's encoding does not fit its type, or its values are damaged");
  }
  numLevels_ = header.numValues;
  at_ = 0;
  return Status::ok();
}

Status LeveledLeaf::nextPage() {
  while (true) {
    ASSIGN_OR_RETURN(const bool more, pages_.next());
    if (!more) {
      atEnd_ = true;
      return Status::ok();
    }
    if (pages_.header().kind == PageKind::kDictionary) {
      RETURN_IF_ERROR(loadDictionary());
    } else if (pages_.header().numValues > 0) {
      return loadPage();
    }
  }
}

int32_t LeveledLeaf::levelsOf(int64_t& rows) {
  if (repetition_.empty()) {
    const auto count = static_cast<int32_t>(std::min<int64_t>(rows, numLevels_ - at_));
    rows -= count;
    return count;
  }
  int32_t end = at_;
  while (end < numLevels_) {
    if (repetition_[static_cast<size_t>(end)] == 0) {
      if (rows == 0) {
        insideRow_ = false;
        return end - at_;
      }
      --rows;
      insideRow_ = true;
    }
    ++end;
  }
  return end - at_;
}

int32_t LeveledLeaf::countValues(int32_t from, int32_t count) const {
  const auto max = static_cast<uint32_t>(node_.maxDefinition);
  return static_cast<int32_t>(std::count(definition_.begin() + from, definition_.begin() + from + count, max));
}

Status LeveledLeaf::decode(int32_t count, std::vector<uint8_t>& out, Values& values) {
  const size_t start = out.size();
  out.resize(start + static_cast<size_t>(count) * conversion_.width);
  const bool isText = type_.physicalType() == PhysicalType::kString;
  if (isDictionary_) {
    codes_.resize(static_cast<size_t>(count));
    if (!indices_->decode(count, codes_.data())) return pages_.damaged("a page has fewer values than it says");
    const uint8_t* from = base_->valuesBuffer()->data();
    for (int32_t i = 0; i < count; ++i) {
      const uint32_t code = codes_[static_cast<size_t>(i)];
      if (code >= static_cast<uint32_t>(base_->size())) return pages_.damaged("a page refers beyond its dictionary");
      std::memcpy(out.data() + start + static_cast<size_t>(i) * conversion_.width, from + code * conversion_.width, conversion_.width);
    }
    if (isText) values.owners.insert(values.owners.end(), base_->owners().begin(), base_->owners().end());
    return Status::ok();
  }
  native_.resize(static_cast<size_t>(count) * conversion_.nativeWidth);
  if (!decoder_->decode(count, native_.data())) return pages_.damaged("a page has fewer values than it says");
  if (conversion_.convert != nullptr) {
    conversion_.apply(native_.data(), out.data() + start, count);
  } else if (!native_.empty()) {
    std::memcpy(out.data() + start, native_.data(), native_.size());
  }
  if (isText) {
    values.owners.push_back(bytes_);
    if (auto owner = decoder_->owner()) values.owners.push_back(std::move(owner));
  }
  return Status::ok();
}

Result<LeveledLeaf::Values> LeveledLeaf::read(int64_t rows) {
  Values values;
  std::vector<uint8_t> bytes;
  while (!atEnd_ && (rows > 0 || insideRow_)) {
    if (at_ == numLevels_) {
      RETURN_IF_ERROR(nextPage());
      continue;
    }
    const int32_t count = levelsOf(rows);
    values.definition.insert(values.definition.end(), definition_.begin() + at_, definition_.begin() + at_ + count);
    if (!repetition_.empty()) values.repetition.insert(values.repetition.end(), repetition_.begin() + at_, repetition_.begin() + at_ + count);
    const int32_t present = countValues(at_, count);
    RETURN_IF_ERROR(decode(present, bytes, values));
    values.numValues += present;
    at_ += count;
  }
  if (rows > 0) return pages_.damaged("a column has fewer rows than its row group");
  values.values = Buffer::allocate(bytes.size());
  if (!bytes.empty()) std::memcpy(values.values->mutableData(), bytes.data(), bytes.size());
  return values;
}

Status LeveledLeaf::skip(int64_t rows) {
  while (!atEnd_ && (rows > 0 || insideRow_)) {
    if (at_ == numLevels_) {
      RETURN_IF_ERROR(nextPage());
      continue;
    }
    const int32_t count = levelsOf(rows);
    const int32_t present = countValues(at_, count);
    if (!(isDictionary_ ? indices_->skip(present) : decoder_->skip(present))) return pages_.damaged("a page has fewer values than it says");
    at_ += count;
  }
  return rows > 0 ? Status(pages_.damaged("a column has fewer rows than its row group")) : Status::ok();
}

}  // namespace flint::sources
