#include "exec/window/first_rows.h"

#include <algorithm>

namespace flint::exec {
namespace {

using columnar::RowIndex;
using columnar::SortKeyLayout;

constexpr int64_t kSlackRows = 32 << 10;  // collected between cuts that pay
constexpr int64_t kSlackBesideThresholds = 1 << 20;
constexpr int64_t kPatience = 4;          // by what the rows must grow after one that did not

struct Candidate {
  uint64_t prefix;
  uint32_t chunk;
  RowIndex row;
};

}  // namespace

FirstRows::FirstRows(const SortOrderKeys& order, size_t numPartitionKeys, int64_t limit) : order_(order), numPartitionKeys_(numPartitionKeys), limit_(limit) {
  if (!PartitionThresholds::canHold(order.layout, numPartitionKeys, limit)) return;
  thresholds_.emplace(order.layout, numPartitionKeys, limit);
  cutAt_ = kSlackBesideThresholds;
}

SortChunk FirstRows::admit(SortChunk chunk) {
  if (!thresholds_) return chunk;
  const RowIndex numRows = chunk.rows.numRows();
  const columnar::Selection admitted = thresholds_->admit(chunk.keys.data(), numRows);
  return static_cast<RowIndex>(admitted.size()) == numRows ? std::move(chunk) : pickRows(chunk, admitted, order_.layout.width());
}

bool FirstRows::cut(std::vector<SortChunk>& chunks) {
  for (; seenChunks_ < chunks.size(); ++seenChunks_) numRows_ += chunks[seenChunks_].rows.numRows();
  if (numRows_ < cutAt_) return false;
  const SortKeyLayout& layout = order_.layout;
  std::vector<Candidate> candidates;
  candidates.reserve(static_cast<size_t>(numRows_));
  for (size_t c = 0; c < chunks.size(); ++c) {
    const std::byte* bytes = chunks[c].keys.data();
    for (RowIndex row = 0; row < chunks[c].rows.numRows(); ++row, bytes += layout.width()) {
      candidates.push_back({SortKeyLayout::prefix(bytes), static_cast<uint32_t>(c), row});
    }
  }
  const auto placeOf = [&](const Candidate& candidate) {
    const SortChunk& chunk = chunks[candidate.chunk];
    return SortKeyLayout::Place{chunk.keys.data() + static_cast<size_t>(candidate.row) * layout.width(), chunk.keyColumns, candidate.row};
  };
  std::sort(candidates.begin(), candidates.end(), [&](const Candidate& a, const Candidate& b) {
    if (a.prefix != b.prefix && layout.prefixDecides()) return a.prefix < b.prefix;
    return layout.compare(placeOf(a), placeOf(b)) < 0;
  });
  std::vector<columnar::Selection> kept(chunks.size());
  int64_t numKept = 0;
  int64_t rank = 0;  // rows of the partition before the current peers
  int64_t place = 0;
  for (size_t i = 0; i < candidates.size(); ++i, ++place) {
    const SortKeyLayout::Place at = placeOf(candidates[i]);
    if (i == 0 || !layout.equalFirst(numPartitionKeys_, placeOf(candidates[i - 1]), at)) {
      rank = place = 0;
    } else if (layout.compare(placeOf(candidates[i - 1]), at) != 0) {
      rank = place;
    }
    if (rank >= limit_) continue;
    kept[candidates[i].chunk].push_back(candidates[i].row);
    ++numKept;
  }
  const bool pays = numKept <= numRows_ / 2;
  cutAt_ = pays ? numKept * 2 + (thresholds_ ? kSlackBesideThresholds : kSlackRows) : numRows_ * kPatience;
  if (!pays) return false;
  std::vector<SortChunk> left;
  for (size_t c = 0; c < chunks.size(); ++c) {
    if (kept[c].empty()) continue;
    std::sort(kept[c].begin(), kept[c].end());
    const bool isWhole = static_cast<RowIndex>(kept[c].size()) == chunks[c].rows.numRows();
    left.push_back(isWhole ? std::move(chunks[c]) : pickRows(chunks[c], kept[c], layout.width()));
  }
  chunks = std::move(left);
  seenChunks_ = chunks.size();
  numRows_ = numKept;
  return true;
}

}  // namespace flint::exec
