#include "exec/sort/sort_order.h"

#include <algorithm>
#include <array>

namespace flint::exec {
namespace {

constexpr size_t kFewEntries = 512;  // below, comparing is cheaper than counting bytes

// Sorts by prefix, byte by byte from the last; bytes that are all alike are skipped.
void radixSort(std::span<SortEntry> entries) {
  std::array<std::array<uint32_t, 256>, 8> counts{};
  for (const SortEntry& entry : entries) {
    for (size_t byte = 0; byte < 8; ++byte) ++counts[byte][entry.prefix >> (byte * 8) & 0xFF];
  }
  std::vector<SortEntry> scratch(entries.size());
  std::span<SortEntry> from = entries;
  std::span<SortEntry> to = scratch;
  for (size_t byte = 0; byte < 8; ++byte) {
    std::array<uint32_t, 256>& count = counts[byte];
    const size_t first = entries[0].prefix >> (byte * 8) & 0xFF;
    if (count[first] == entries.size()) continue;
    uint32_t at = 0;
    for (uint32_t& place : count) {
      const uint32_t size = place;
      place = at;
      at += size;
    }
    for (const SortEntry& entry : from) to[count[entry.prefix >> (byte * 8) & 0xFF]++] = entry;
    std::swap(from, to);
  }
  if (from.data() != entries.data()) std::copy(from.begin(), from.end(), entries.begin());
}

// Entries of one prefix, whose keys' second eight bytes tell them apart: these stand in for the prefix meanwhile.
void sortBySecondWord(const std::byte* bytes, std::span<SortEntry> entries) {
  const uint64_t prefix = entries[0].prefix;
  for (SortEntry& entry : entries) entry.prefix = columnar::SortKeyLayout::prefix(bytes + size_t{entry.row} * 16 + 8);
  if (entries.size() < kFewEntries) {
    std::sort(entries.begin(), entries.end(), [](const SortEntry& a, const SortEntry& b) { return a.prefix != b.prefix ? a.prefix < b.prefix : a.row < b.row; });
  } else {
    radixSort(entries);
  }
  for (SortEntry& entry : entries) entry.prefix = prefix;
}

}  // namespace

Result<SortOrderKeys> SortOrderKeys::make(const std::vector<expr::ExprPtr>& order, const std::vector<expr::AttributePtr>& input,
                                          const expr::EvaluationOptions& options) {
  std::vector<expr::ExprPtr> values;
  std::vector<columnar::SortKeyLayout::Key> keys;
  for (const expr::ExprPtr& expression : order) {
    const auto* sort = expression->as<expr::SortOrder>();
    if (sort == nullptr) return internalError("a sort needs SortOrders");
    ASSIGN_OR_RETURN(expr::ExprPtr bound, expr::bindReferences(sort->child, input));
    keys.push_back({bound->dataType(), sort->ascending, sort->nullsFirst, bound->nullable()});
    values.push_back(std::move(bound));
  }
  SortOrderKeys made;
  made.layout = columnar::SortKeyLayout(std::move(keys));
  ASSIGN_OR_RETURN(made.values, expr::ExpressionEvaluator::make(std::move(values), options));
  return made;
}

bool entryIsBefore(const columnar::SortKeyLayout& layout, const std::byte* bytes, std::span<const columnar::VectorPtr> columns,
                   const SortEntry& a, const SortEntry& b) {
  if (a.prefix != b.prefix && layout.prefixDecides()) return a.prefix < b.prefix;
  const size_t width = layout.width();
  const int order = layout.compare({bytes + a.row * width, columns, static_cast<columnar::RowIndex>(a.row)},
                                   {bytes + b.row * width, columns, static_cast<columnar::RowIndex>(b.row)});
  return order != 0 ? order < 0 : a.row < b.row;
}

void sortEntries(const columnar::SortKeyLayout& layout, const std::byte* bytes, std::span<const columnar::VectorPtr> columns,
                 std::span<SortEntry> entries) {
  const auto isBefore = [&](const SortEntry& a, const SortEntry& b) { return entryIsBefore(layout, bytes, columns, a, b); };
  if (entries.size() < kFewEntries || !layout.prefixDecides()) {
    std::sort(entries.begin(), entries.end(), isBefore);
    return;
  }
  radixSort(entries);
  if (layout.width() == 8 && !layout.needsColumns()) return;
  const bool secondDecides = layout.width() == 16 && !layout.needsColumns();
  for (size_t begin = 0; begin < entries.size();) {
    size_t end = begin + 1;
    while (end < entries.size() && entries[end].prefix == entries[begin].prefix) ++end;
    const std::span<SortEntry> equal = entries.subspan(begin, end - begin);
    if (equal.size() > 1 && secondDecides) {
      sortBySecondWord(bytes, equal);
    } else if (equal.size() > 1) {
      std::sort(equal.begin(), equal.end(), isBefore);
    }
    begin = end;
  }
}

}  // namespace flint::exec
