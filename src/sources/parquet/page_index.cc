#include "sources/parquet/page_index.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "expr/nodes.h"
#include "sources/parquet/row_group_pruning.h"
#include "sources/parquet/thrift_reader.h"
#include "sources/parquet/value_conversion.h"
#include "tree/transform.h"

namespace flint::sources {
namespace {

constexpr int64_t kLargestIndex = int64_t{64} << 20;
constexpr int64_t kLargestBloomFilter = int64_t{128} << 20;

struct PageEntry {
  int64_t firstRow = 0;
  int64_t endRow = 0;
  expr::ValueBounds bounds;
};

std::optional<std::string> readBytes(const io::RandomAccessFile& file, int64_t offset, int64_t size) {
  if (offset <= 0 || size <= 0 || size > kLargestIndex || offset > file.size() || size > file.size() - offset) return std::nullopt;
  std::string bytes(static_cast<size_t>(size), '\0');
  if (!file.readAt(offset, size, bytes.data()).isOk()) return std::nullopt;
  return bytes;
}

ThriftReader reader(const std::string& bytes) { return ThriftReader({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}); }

// The pages of a chunk with what the index says of them; empty when it says nothing, or nonsense.
std::vector<PageEntry> pagesOf(const io::RandomAccessFile& file, const RowGroup& group, const SchemaNode& node, const DataType& type) {
  const ColumnChunk& chunk = group.columns[static_cast<size_t>(node.leaf)];
  const auto offsets = readBytes(file, chunk.offsetIndexOffset, chunk.offsetIndexLength);
  const auto columnIndex = offsets.has_value() ? readBytes(file, chunk.columnIndexOffset, chunk.columnIndexLength) : std::nullopt;
  if (!columnIndex.has_value()) return {};
  std::vector<PageEntry> pages;
  ThriftReader offsetReader = reader(*offsets);
  offsetReader.readStruct([&](int32_t id) {
    if (id != 1) return false;
    offsetReader.readList([&] {
      PageEntry& page = pages.emplace_back();
      offsetReader.readStruct([&](int32_t field) {
        if (field == 3) page.firstRow = offsetReader.readInt();
        return field == 3;
      });
    });
    return true;
  });
  std::vector<bool> nullPages;
  std::vector<std::string_view> mins;
  std::vector<std::string_view> maxs;
  std::vector<int64_t> nullCounts;
  ThriftReader in = reader(*columnIndex);
  in.readStruct([&](int32_t id) {
    switch (id) {
      case 1: in.readList([&] { nullPages.push_back(in.readBool()); }); return true;
      case 2: in.readList([&] { mins.push_back(in.readBinary()); }); return true;
      case 3: in.readList([&] { maxs.push_back(in.readBinary()); }); return true;
      case 5: in.readList([&] { nullCounts.push_back(in.readInt()); }); return true;
      default: return false;
    }
  });
  if (offsetReader.failed() || in.failed() || nullPages.size() != pages.size() || mins.size() != pages.size() || maxs.size() != pages.size()) return {};
  for (size_t i = 0; i < pages.size(); ++i) {
    PageEntry& page = pages[i];
    page.endRow = i + 1 < pages.size() ? pages[i + 1].firstRow : group.numRows;
    if (page.firstRow < 0 || page.endRow < page.firstRow || page.endRow > group.numRows || (i == 0 && page.firstRow != 0)) return {};
    if (!nullPages[i]) page.bounds = boundsFrom(*node.element, mins[i], maxs[i], type);
    page.bounds.numValues = page.endRow - page.firstRow;
    if (nullPages[i]) {
      page.bounds.nullCount = page.bounds.numValues;
    } else if (nullCounts.size() == pages.size()) {
      page.bounds.nullCount = nullCounts[i];
    }
  }
  return pages;
}

// The one column that a filter is over; -1 when there are none or several.
int32_t onlyColumnOf(const expr::ExprPtr& filter) {
  int32_t only = -1;
  bool several = false;
  tree::forEachNode(filter, [&](const expr::ExprPtr& node) {
    const auto* reference = node->as<expr::BoundReference>();
    if (reference == nullptr) return;
    several = several || (only >= 0 && only != reference->ordinal);
    only = reference->ordinal;
  });
  return several ? -1 : only;
}

const SchemaNode* flatNodeOf(int32_t column, const std::vector<const SchemaNode*>& nodes) {
  const SchemaNode* node = column < 0 ? nullptr : nodes[static_cast<size_t>(column)];
  return node != nullptr && node->isLeaf() && node->maxRepetition == 0 ? node : nullptr;
}

// The hash of a value as bloom filters have it: of its plain encoding.
std::optional<uint64_t> bloomHashOf(const Value& value, const SchemaElement& leaf, const DataType& type) {
  const auto conversion = conversionOf(leaf, type);
  if (!conversion.has_value() || conversion->convert != nullptr || value.isNull()) return std::nullopt;
  const auto hashOf = [](const auto& plain) { return XXH64(&plain, sizeof(plain), 0); };
  switch (*leaf.type) {
    case ParquetType::kInt32: return hashOf(static_cast<int32_t>(value.asInteger()));
    case ParquetType::kInt64: return hashOf(type.is(TypeKind::kDecimal) ? static_cast<int64_t>(value.asDecimal()) : value.asInteger());
    case ParquetType::kByteArray: return XXH64(value.asString().data(), value.asString().size(), 0);
    default: return std::nullopt;
  }
}

// Split block bloom filters, as parquet-format describes them.
class BloomFilter {
 public:
  static std::optional<BloomFilter> read(const io::RandomAccessFile& file, const ColumnChunk& chunk) {
    constexpr int64_t kHeaderRoom = 128;
    const int64_t room = std::min(kHeaderRoom, file.size() - chunk.bloomFilterOffset);
    const auto head = readBytes(file, chunk.bloomFilterOffset, room);
    if (!head.has_value()) return std::nullopt;
    int64_t size = 0;
    ThriftReader in = reader(*head);
    in.readStruct([&](int32_t id) {
      if (id == 1) size = in.readInt();
      return id == 1;
    });
    if (in.failed() || size < 32 || size % 32 != 0 || size > kLargestBloomFilter) return std::nullopt;
    auto bits = readBytes(file, chunk.bloomFilterOffset + static_cast<int64_t>(in.position()), size);
    return bits.has_value() ? std::optional(BloomFilter(std::move(*bits))) : std::nullopt;
  }

  bool mayHold(uint64_t hash) const {
    static constexpr uint32_t kSalt[8] = {0x47b6137bU, 0x44974d91U, 0x8824ad5bU, 0xa2b7289dU, 0x705495c7U, 0x2df1424bU, 0x9efc4947U, 0x5c6bfb31U};
    const uint64_t block = ((hash >> 32) * (bits_.size() / 32)) >> 32;
    for (size_t i = 0; i < 8; ++i) {
      uint32_t word;
      std::memcpy(&word, bits_.data() + block * 32 + i * 4, 4);
      if ((word >> ((static_cast<uint32_t>(hash) * kSalt[i]) >> 27) & 1) == 0) return false;
    }
    return true;
  }

 private:
  explicit BloomFilter(std::string bits) : bits_(std::move(bits)) {}
  std::string bits_;
};

// The constants that a column has to be equal to one of; nothing for other filters.
std::vector<const Value*> equalityConstants(const expr::ExprPtr& filter) {
  std::vector<const Value*> constants;
  if (const auto* comparison = filter->as<expr::Comparison>(); comparison != nullptr && comparison->op == expr::ComparisonOp::kEqual) {
    const bool columnFirst = comparison->left->as<expr::BoundReference>() != nullptr;
    const Value* constant = expr::literalValue(columnFirst ? comparison->right : comparison->left);
    const bool isColumn = columnFirst || comparison->right->as<expr::BoundReference>() != nullptr;
    if (isColumn && constant != nullptr && !constant->isNull()) constants.push_back(constant);
  } else if (const auto* in = filter->as<expr::In>(); in != nullptr && in->value->as<expr::BoundReference>() != nullptr) {
    for (const expr::ExprPtr& item : in->list) {
      const Value* constant = expr::literalValue(item);
      if (constant == nullptr) return {};
      if (!constant->isNull()) constants.push_back(constant);
    }
  }
  return constants;
}

}  // namespace

RowRanges intersected(const RowRanges& a, const RowRanges& b) {
  RowRanges both;
  for (size_t i = 0, k = 0; i < a.size() && k < b.size();) {
    const int64_t begin = std::max(a[i].first, b[k].first);
    const int64_t end = std::min(a[i].second, b[k].second);
    if (begin < end) both.emplace_back(begin, end);
    a[i].second < b[k].second ? ++i : ++k;
  }
  return both;
}

RowRanges matchingRows(const io::RandomAccessFile& file, const RowGroup& group, const std::vector<expr::ExprPtr>& filters,
                       const std::vector<const SchemaNode*>& nodes, const StructFields& columns) {
  RowRanges matching = {{0, group.numRows}};
  std::vector<std::optional<std::vector<PageEntry>>> pages(nodes.size());
  for (const expr::ExprPtr& filter : filters) {
    const int32_t column = onlyColumnOf(filter);
    const SchemaNode* node = flatNodeOf(column, nodes);
    if (node == nullptr) continue;
    auto& known = pages[static_cast<size_t>(column)];
    if (!known.has_value()) known = pagesOf(file, group, *node, columns[static_cast<size_t>(column)].type);
    if (known->size() < 2) continue;
    RowRanges ranges;
    for (const PageEntry& page : *known) {
      if (!expr::mayMatch(filter, [&](int32_t) { return &page.bounds; })) continue;
      if (!ranges.empty() && ranges.back().second == page.firstRow) {
        ranges.back().second = page.endRow;
      } else {
        ranges.emplace_back(page.firstRow, page.endRow);
      }
    }
    matching = intersected(matching, ranges);
  }
  return matching;
}

bool bloomFiltersMayMatch(const io::RandomAccessFile& file, const RowGroup& group, const std::vector<expr::ExprPtr>& filters,
                          const std::vector<const SchemaNode*>& nodes, const StructFields& columns) {
  for (const expr::ExprPtr& filter : filters) {
    const int32_t column = onlyColumnOf(filter);
    const SchemaNode* node = flatNodeOf(column, nodes);
    if (node == nullptr) continue;
    const ColumnChunk& chunk = group.columns[static_cast<size_t>(node->leaf)];
    const auto constants = chunk.bloomFilterOffset > 0 ? equalityConstants(filter) : std::vector<const Value*>();
    if (constants.empty()) continue;
    const auto bloom = BloomFilter::read(file, chunk);
    if (!bloom.has_value()) continue;
    const bool some = std::any_of(constants.begin(), constants.end(), [&](const Value* constant) {
      const auto hash = bloomHashOf(*constant, *node->element, columns[static_cast<size_t>(column)].type);
      return !hash.has_value() || bloom->mayHold(*hash);
    });
    if (!some) return false;
  }
  return true;
}

}  // namespace flint::sources
