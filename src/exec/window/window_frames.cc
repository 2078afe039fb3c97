#include "exec/window/window_frames.h"

#include <algorithm>
#include <numeric>

#include "columnar/vector_compare.h"
#include "columnar/vector_reader.h"

namespace flint::exec {
namespace {

using columnar::ActiveRows;
using columnar::RowIndex;
using columnar::VectorPtr;

constexpr int32_t kRunRows = 32;  // rows under one partial state

int32_t clampRow(int64_t row, int32_t numRows) { return static_cast<int32_t>(std::clamp<int64_t>(row, 0, numRows)); }

// For each row the first row whose key is not before the bounding value (`isEnd`: is behind it), in window order. Rows with a NULL key have their
// peers as frame.
std::vector<int32_t> rowsOfValues(const WindowCalls& calls, size_t value, const PartitionRows& rows, bool isEnd) {
  const columnar::ColumnVector& keys = *rows.inputs[calls.orderValue];
  const columnar::ColumnVector& bounds = *rows.inputs[value];
  std::vector<int32_t> result(static_cast<size_t>(rows.numRows));
  // NULL keys lie together at one end; the others are in order.
  int32_t first = 0;
  int32_t last = rows.numRows;
  while (first < last && keys.isNull(first)) ++first;
  while (last > first && keys.isNull(last - 1)) --last;
  int32_t at = first;
  for (int32_t row = 0; row < rows.numRows; ++row) {
    const auto place = static_cast<size_t>(row);
    if (keys.isNull(row)) {
      result[place] = isEnd ? rows.peersEnd[place] : rows.peersBegin[place];
      continue;
    }
    if (bounds.isNull(row)) {
      result[place] = isEnd ? last : first;  // out of the type's range
      continue;
    }
    const auto isBefore = [&](int32_t other) {
      const int order = columnar::compareValues(keys, other, bounds, row) * (calls.ascending ? 1 : -1);
      return isEnd ? order <= 0 : order < 0;
    };
    while (at < last && isBefore(at)) ++at;
    result[place] = at;
  }
  return result;
}

std::vector<int32_t> endsOf(const WindowCalls& calls, const FrameEnd& end, const PartitionRows& rows, bool isEnd) {
  switch (end.kind) {
    case FrameEnd::Kind::kUnbounded: return std::vector<int32_t>(static_cast<size_t>(rows.numRows), isEnd ? rows.numRows : 0);
    case FrameEnd::Kind::kPeers: return isEnd ? rows.peersEnd : rows.peersBegin;
    case FrameEnd::Kind::kValue: return rowsOfValues(calls, end.value, rows, isEnd);
    case FrameEnd::Kind::kRows: break;
  }
  std::vector<int32_t> result(static_cast<size_t>(rows.numRows));
  for (int32_t row = 0; row < rows.numRows; ++row) result[static_cast<size_t>(row)] = clampRow(row + end.rows + (isEnd ? 1 : 0), rows.numRows);
  return result;
}

// Aggregates ranges of rows into states of its own.
class RangeAggregation {
 public:
  RangeAggregation(const WindowCalls::Call& call, const PartitionRows& rows, expr::StateArena& arena)
      : call_(call), arena_(arena), width_((call.aggregator->stateSize() + 15) / 16 * 16) {
    for (const size_t argument : call.arguments) arguments_.push_back(rows.inputs[argument]);
    numRows_ = rows.numRows;
    all_.resize(static_cast<size_t>(numRows_));
    std::iota(all_.begin(), all_.end(), 0);
    if (call.filter < 0) return;
    const columnar::VectorReader<uint8_t> condition(*rows.inputs[static_cast<size_t>(call.filter)]);
    std::vector<RowIndex> passed;
    for (const RowIndex row : all_) {
      if (!condition.isNull(row) && condition[row] != 0) passed.push_back(row);
    }
    all_ = std::move(passed);
    isFiltered_ = true;
  }
  ~RangeAggregation() {
    for (const std::unique_ptr<Word[]>& state : states_) call_.aggregator->destroy(reinterpret_cast<std::byte*>(state.get()));
  }
  std::byte* makeState() {
    states_.push_back(std::make_unique<Word[]>(width_ / sizeof(Word)));
    auto* state = reinterpret_cast<std::byte*>(states_.back().get());
    call_.aggregator->init(state);
    return state;
  }
  void reset(std::byte* state) {
    call_.aggregator->destroy(state);
    call_.aggregator->init(state);
  }
  Status add(std::byte* state, int32_t begin, int32_t end) {
    if (begin >= end) return Status::ok();
    const RowIndex* first = isFiltered_ ? std::lower_bound(all_.data(), all_.data() + all_.size(), begin) : all_.data() + begin;
    const RowIndex* last = isFiltered_ ? std::lower_bound(first, static_cast<const RowIndex*>(all_.data() + all_.size()), end) : all_.data() + end;
    if (first == last) return Status::ok();
    return call_.aggregator->updateOne(state, {arguments_, ActiveRows(numRows_, {first, static_cast<size_t>(last - first)})}, arena_);
  }
  Status merge(std::byte* into, const std::byte* from) { return call_.aggregator->merge(into, from, arena_); }
  Status give(const std::byte* state, columnar::VectorBuilder& result) { return call_.aggregator->finalize({&state, 1}, 0, result); }

 private:
  struct alignas(16) Word {
    std::byte bytes[16];
  };
  const WindowCalls::Call& call_;
  expr::StateArena& arena_;
  const size_t width_;
  std::vector<VectorPtr> arguments_;
  std::vector<RowIndex> all_;  // rows that pass the filter
  bool isFiltered_ = false;
  int32_t numRows_ = 0;
  std::vector<std::unique_ptr<Word[]>> states_;
};

// Partial states in levels: level 0 has one a run of kRunRows rows, each next one a run of kRunRows states.
class PartialStates {
 public:
  PartialStates(RangeAggregation& ranges, int32_t numRows) : ranges_(ranges), numRows_(numRows) {}
  Status build() {
    std::vector<std::byte*> level;
    for (int32_t begin = 0; begin < numRows_; begin += kRunRows) {
      level.push_back(ranges_.makeState());
      RETURN_IF_ERROR(ranges_.add(level.back(), begin, std::min(numRows_, begin + kRunRows)));
    }
    while (level.size() > static_cast<size_t>(kRunRows)) {
      std::vector<std::byte*> above;
      for (size_t begin = 0; begin < level.size(); begin += kRunRows) {
        above.push_back(ranges_.makeState());
        for (size_t i = begin; i < std::min(level.size(), begin + kRunRows); ++i) RETURN_IF_ERROR(ranges_.merge(above.back(), level[i]));
      }
      levels_.push_back(std::move(level));
      level = std::move(above);
    }
    levels_.push_back(std::move(level));
    return Status::ok();
  }
  /// Adds rows [begin, end) to `state`, in order.
  Status add(std::byte* state, int32_t begin, int32_t end) {
    const int32_t firstRun = (begin + kRunRows - 1) / kRunRows;
    const int32_t lastRun = end / kRunRows;
    if (firstRun >= lastRun) return ranges_.add(state, begin, end);
    RETURN_IF_ERROR(ranges_.add(state, begin, firstRun * kRunRows));
    RETURN_IF_ERROR(addStates(0, state, firstRun, lastRun));
    return ranges_.add(state, lastRun * kRunRows, end);
  }

 private:
  Status addEach(size_t level, std::byte* state, int32_t begin, int32_t end) {
    for (int32_t i = begin; i < end; ++i) RETURN_IF_ERROR(ranges_.merge(state, levels_[level][static_cast<size_t>(i)]));
    return Status::ok();
  }
  Status addStates(size_t level, std::byte* state, int32_t begin, int32_t end) {
    const int32_t firstRun = (begin + kRunRows - 1) / kRunRows;
    const int32_t lastRun = end / kRunRows;
    if (level + 1 == levels_.size() || firstRun >= lastRun) return addEach(level, state, begin, end);
    RETURN_IF_ERROR(addEach(level, state, begin, firstRun * kRunRows));
    RETURN_IF_ERROR(addStates(level + 1, state, firstRun, lastRun));
    return addEach(level, state, lastRun * kRunRows, end);
  }

  RangeAggregation& ranges_;
  const int32_t numRows_;
  std::vector<std::vector<std::byte*>> levels_;
};

}  // namespace

Frames framesOf(const WindowCalls& calls, const WindowCalls::Call& call, const PartitionRows& rows) {
  Frames frames{endsOf(calls, call.begin, rows, false), endsOf(calls, call.end, rows, true)};
  for (size_t row = 0; row < frames.begin.size(); ++row) frames.end[row] = std::max(frames.begin[row], frames.end[row]);
  return frames;
}

Status aggregateFrames(const WindowCalls::Call& call, const PartitionRows& rows, const Frames& frames, expr::StateArena& arena,
                       columnar::VectorBuilder& result) {
  RangeAggregation ranges(call, rows, arena);
  std::byte* state = ranges.makeState();
  const bool grows = call.begin.kind == FrameEnd::Kind::kUnbounded;
  PartialStates partials(ranges, rows.numRows);
  if (!grows) RETURN_IF_ERROR(partials.build());
  int32_t begin = 0;
  int32_t end = 0;
  columnar::VectorBuilder one(call.result);
  for (size_t row = 0; row < frames.begin.size();) {
    if (grows && frames.end[row] >= end) {
      RETURN_IF_ERROR(ranges.add(state, end, frames.end[row]));
    } else {
      ranges.reset(state);
      RETURN_IF_ERROR(partials.add(state, frames.begin[row], frames.end[row]));
    }
    begin = frames.begin[row];
    end = frames.end[row];
    size_t next = row + 1;
    while (next < frames.begin.size() && frames.begin[next] == begin && frames.end[next] == end) ++next;
    if (next == row + 1) {
      RETURN_IF_ERROR(ranges.give(state, result));
    } else {
      RETURN_IF_ERROR(ranges.give(state, one));
      const VectorPtr value = one.finish();
      for (size_t same = row; same < next; ++same) result.appendFrom(*value, 0);
    }
    row = next;
  }
  return Status::ok();
}

}  // namespace flint::exec
