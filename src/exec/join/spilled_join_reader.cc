#include "exec/join/spilled_join_reader.h"

#include <algorithm>

namespace flint::exec {
namespace {

using columnar::ActiveRows;
using columnar::RowIndex;
using columnar::VectorPtr;

constexpr int64_t kFloorBytes = 1 << 20;          // of build rows, taken whatever the budget says
constexpr int64_t kMostRows = int64_t{1} << 30;   // row numbers are 32 bits

// What a block of build rows gives for probe rows at once: what depends on all of them is decided later.
JoinShape shapeOfBlock(const JoinShape& shape) {
  JoinShape block = shape;
  const bool givesPairs = shape.probeOutput == ProbeOutput::kMatches || shape.probeOutput == ProbeOutput::kMatchesOrNulls;
  block.probeOutput = givesPairs ? ProbeOutput::kMatches : ProbeOutput::kNothing;
  return block;
}

bool decidesLater(const JoinShape& shape) { return shape.probeOutput != ProbeOutput::kMatches && shape.probeOutput != ProbeOutput::kNothing; }

}  // namespace

SpilledJoinReader::SpilledJoinReader(std::shared_ptr<SpilledJoin> join, std::shared_ptr<const expr::ExpressionEvaluator> probeKeys,
                                     std::shared_ptr<TaskContext> task)
    : join_(std::move(join)), probeKeys_(std::move(probeKeys)), task_(std::move(task)), reservation_(task_->makeReservation("HashJoin partition")) {}
SpilledJoinReader::~SpilledJoinReader() = default;

bool SpilledJoinReader::charge(int64_t bytes) {
  const int64_t threshold = task_->options().spillThresholdBytes;
  const bool isAboveThreshold = threshold > 0 && reservation_->bytes() + bytes > threshold;
  if (reservation_->tryGrow(bytes)) return !isAboveThreshold;
  reservation_->growFloor(bytes);
  return !isAboveThreshold && reservation_->bytes() <= kFloorBytes;
}

void SpilledJoinReader::dropBlock() {
  batch_ = ColumnarBatch();
  inBatch_ = false;
  probeLocal_.reset();
  probe_.reset();
  reservation_->shrink(reservation_->bytes());
}

// The next partition that can give rows; false when there is none.
Result<bool> SpilledJoinReader::claim() {
  const JoinShape& shape = join_->shape();
  while (true) {
    RETURN_IF_ERROR(task_->checkCancelled());
    if (parts_.empty()) {
      std::optional<SpilledJoin::Part> claimed = join_->claim();
      if (!claimed.has_value()) return false;
      parts_.push_back(*std::move(claimed));
    }
    part_ = std::move(parts_.back());
    parts_.pop_back();
    if (part_.probe == nullptr && shape.buildOutput == BuildOutput::kNothing) continue;
    if (part_.build == nullptr && (part_.probe == nullptr || shape.dropsUnmatchedProbeRows())) continue;
    buildRows_.reset();
    if (part_.build != nullptr) {
      ASSIGN_OR_RETURN(buildRows_, SpillReader::open(part_.build));
    }
    inBlocks_ = false;
    hasMatch_.clear();
    return true;
  }
}

Status SpilledJoinReader::makeProbe(JoinChunks chunks, const JoinShape& shape) {
  auto build = std::make_shared<JoinBuild>();
  build->shape = shape;
  chunks.prepare(*build, join_->keyNullable(), task_->options().constantHash);
  build->table.insert(0, build->numRows);
  for (size_t c = 0; c < chunks.numColumns(); ++c) chunks.concatenate(*build, c);
  build->table.finish();
  probe_ = std::make_unique<HashJoinProbe>(std::move(build), probeKeys_, task_);
  ASSIGN_OR_RETURN(probeLocal_, probe_->makeLocal(*task_));
  probeRows_.reset();
  place_ = 0;
  if (part_.probe != nullptr) {
    ASSIGN_OR_RETURN(probeRows_, SpillReader::open(part_.probe));
  }
  return Status::ok();
}

Status SpilledJoinReader::loadBlock() {
  JoinChunks chunks(join_->columnTypes(), join_->keyTypes());
  const size_t numColumns = join_->columnTypes().size();
  bool fits = true;
  hasBuildRows_ = false;
  while (buildRows_ != nullptr) {
    RETURN_IF_ERROR(task_->checkCancelled());
    ColumnarBatch batch;
    ASSIGN_OR_RETURN(const bool more, buildRows_->nextBatch(join_->buildTypes(), batch));
    if (!more) break;
    const std::span<const VectorPtr> keys(batch.columns().data() + numColumns, join_->keyTypes().size());
    const int64_t bytes = chunks.add(batch, keys, ActiveRows(batch.numRows())) +
                          JoinChunks::tableBytes(batch.numRows(), keys.size(), join_->shape().marksBuildRows());
    fits = charge(bytes) && chunks.numRows() < kMostRows;
    if (fits) continue;
    hasBuildRows_ = chunks.numRows() < part_.build->rows() || inBlocks_;
    break;
  }
  if (!fits && hasBuildRows_ && !inBlocks_) {
    if (part_.divisible) {
      chunks.clear();
      dropBlock();
      ASSIGN_OR_RETURN(auto parts, join_->divide(part_, *probeKeys_));
      parts_.insert(parts_.end(), std::make_move_iterator(parts.rbegin()), std::make_move_iterator(parts.rend()));
      part_ = SpilledJoin::Part();
      phase_ = Phase::kClaim;
      return Status::ok();
    }
    inBlocks_ = true;
    if (decidesLater(join_->shape()) && part_.probe != nullptr) hasMatch_.assign(static_cast<size_t>(part_.probe->rows()), 0);
  }
  if (inBlocks_ && chunks.numRows() == 0) {
    phase_ = Phase::kDecide;
    return makeProbe(std::move(chunks), join_->shape());
  }
  phase_ = Phase::kProbe;
  return makeProbe(std::move(chunks), inBlocks_ ? shapeOfBlock(join_->shape()) : join_->shape());
}

Result<bool> SpilledJoinReader::nextProbeBatch() {
  RETURN_IF_ERROR(task_->checkCancelled());
  if (probeRows_ == nullptr) return false;
  ASSIGN_OR_RETURN(inBatch_, probeRows_->nextBatch(join_->shape().probeTypes, batch_));
  return inBatch_;
}

Result<bool> SpilledJoinReader::probeNext(ColumnarBatch& out) {
  while (true) {
    if (!inBatch_) {
      ASSIGN_OR_RETURN(const bool more, nextProbeBatch());
      if (!more) return false;
    }
    ASSIGN_OR_RETURN(const Progress progress, probe_->process(*probeLocal_, batch_, out));
    if (progress.kind == Progress::Kind::kHaveOutput) return true;
    if (progress.kind == Progress::Kind::kFinished) return false;
    inBatch_ = false;
    if (hasMatch_.empty()) continue;
    for (RowIndex i = 0; i < batch_.numRows(); ++i) {
      if (probe_->hasMatch(*probeLocal_, i)) hasMatch_[place_ + static_cast<size_t>(i)] = 1;
    }
    place_ += static_cast<size_t>(batch_.numRows());
  }
}

Result<bool> SpilledJoinReader::decideNext(ColumnarBatch& out) {
  if (hasMatch_.empty()) return false;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, nextProbeBatch());
    if (!more) return false;
    const uint8_t* flags = hasMatch_.data() + place_;
    place_ += static_cast<size_t>(batch_.numRows());
    if (probe_->decide(batch_, flags, out)) return true;
  }
}

Result<Progress> SpilledJoinReader::next(ColumnarBatch& out) {
  while (true) {
    switch (phase_) {
      case Phase::kClaim: {
        ASSIGN_OR_RETURN(const bool claimed, claim());
        if (!claimed) return Progress::finished();
        phase_ = Phase::kBuild;
        break;
      }
      case Phase::kBuild: RETURN_IF_ERROR(loadBlock()); break;
      case Phase::kProbe: {
        ASSIGN_OR_RETURN(const bool hasRows, probeNext(out));
        if (hasRows) return Progress::haveOutput();
        phase_ = Phase::kBuildRows;
        break;
      }
      case Phase::kBuildRows: {
        ASSIGN_OR_RETURN(const Progress progress, probe_->flush(*probeLocal_, out));
        if (progress.kind == Progress::Kind::kHaveOutput) return progress;
        dropBlock();
        phase_ = inBlocks_ ? Phase::kBuild : Phase::kClaim;
        break;
      }
      case Phase::kDecide: {
        ASSIGN_OR_RETURN(const bool hasRows, decideNext(out));
        if (hasRows) return Progress::haveOutput();
        dropBlock();
        phase_ = Phase::kClaim;
        break;
      }
    }
  }
}

}  // namespace flint::exec
