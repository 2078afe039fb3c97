#include "exec/join/spilled_join.h"

namespace flint::exec {
namespace {

constexpr int64_t kBudgetOfABloom = 8;  // one part of so many: a spilled build is larger than the budget, so that each row has few bits

using columnar::ActiveRows;
using columnar::ColumnarBatch;
using columnar::RowIndex;
using columnar::VectorPtr;

std::vector<DataType> joined(std::vector<DataType> first, const std::vector<DataType>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace

SpilledJoin::SpilledJoin(const JoinShape& shape, std::vector<DataType> keyTypes, std::vector<bool> keyNullable, QueryContext& query)
    : shape_(shape),
      columnTypes_(shape.readsBuildColumns() ? shape.buildTypes : std::vector<DataType>()),
      keyTypes_(std::move(keyTypes)),
      keyNullable_(std::move(keyNullable)),
      buildTypes_(joined(columnTypes_, keyTypes_)),
      query_(query),
      hash_(std::make_shared<const JoinKeyHash>(keyTypes_, query.options().constantHash)),
      reservation_(query.memory().makeReservation("Join filter")),
      bloom_(keyTypes_.empty() || !shape.dropsUnmatchedProbeRows() ? nullptr : std::make_shared<JoinBloom>(query.memory().budget() / kBudgetOfABloom)),
      build_(makeSide(true, 0)),
      probe_(makeSide(false, 0)) {
  if (bloom_ != nullptr) reservation_->growFloor(bloom_->bytes());
}

std::unique_ptr<JoinPartitions> SpilledJoin::makeSide(bool isBuild, int32_t depth) const {
  return std::make_unique<JoinPartitions>(query_, isBuild ? "join-build" : "join-probe", isBuild ? buildTypes_ : shape_.probeTypes,
                                          keyTypes_.empty() ? 1 : JoinPartitions::kMost, depth);
}

Status SpilledJoin::addBuild(const JoinChunks& chunks, JoinKeyHash::Scratch& scratch) {
  for (size_t i = 0; i < chunks.numChunks(); ++i) {
    RETURN_IF_ERROR(query_.checkCancelled());
    std::vector<VectorPtr> columns = chunks.chunk(i);
    const ActiveRows active(chunks.rowsOfChunk(i));
    const uint64_t* hashes = hash_->hash(std::span(columns).subspan(columnTypes_.size()), active, scratch);
    if (bloom_ != nullptr) bloom_->add({hashes, static_cast<size_t>(active.count())});
    RETURN_IF_ERROR(build_->add(ColumnarBatch(std::move(columns), chunks.rowsOfChunk(i)), active, hashes));
  }
  return Status::ok();
}

Status SpilledJoin::endBuild() { return build_->seal(); }

connector::DynamicFilterPtr SpilledJoin::filter() const {
  return bloom_ == nullptr || keyTypes_.size() != 1 ? nullptr : makeBloomFilter(bloom_, keyTypes_[0], hash_);
}

Status SpilledJoin::addProbe(const ColumnarBatch& batch, std::span<const VectorPtr> keys, const ActiveRows& active, JoinKeyHash::Scratch& scratch) {
  const uint64_t* hashes = hash_->hash(keys, active, scratch);
  if (!shape_.dropsUnmatchedProbeRows() && !shape_.nullAware) return probe_->add(batch, active, hashes);
  columnar::Selection rows;
  std::vector<uint64_t> rowHashes;
  for (RowIndex i = 0; i < active.count(); ++i) {
    bool isNull = false;
    for (const VectorPtr& key : keys) isNull = isNull || key->isNull(active[i]);
    // A NULL key matches nothing; to a null-aware join it is as if matched, the build side not being empty.
    if (isNull || (!shape_.nullAware && !build_->hasRows(hashes[i]))) continue;
    if (bloom_ != nullptr && !bloom_->mayHave(hashes[i])) continue;
    rows.push_back(active[i]);
    rowHashes.push_back(hashes[i]);
  }
  return probe_->add(batch, ActiveRows(active.size(), rows), rowHashes.data());
}

Status SpilledJoin::endProbe() {
  if (isEnding_.exchange(true)) return Status::ok();
  RETURN_IF_ERROR(probe_->seal());
  isProbed_.store(true);
  probed_->wake();
  return Status::ok();
}

std::optional<SpilledJoin::Part> SpilledJoin::claim() {
  const size_t partition = next_.fetch_add(1);
  if (partition >= build_->size()) return std::nullopt;
  return Part{build_->file(partition), probe_->file(partition), 0, !keyTypes_.empty()};
}

Result<std::vector<SpilledJoin::Part>> SpilledJoin::divide(const Part& part, const expr::ExpressionEvaluator& probeKeys) const {
  const int32_t depth = part.depth + 1;
  JoinKeyHash::Scratch scratch;
  const auto build = makeSide(true, depth);
  const auto probe = makeSide(false, depth);
  const auto divideSide = [&](const SpillFilePtr& file, JoinPartitions& side, const expr::ExpressionEvaluator* evaluator) -> Status {
    if (file == nullptr) return Status::ok();
    expr::ExpressionEvaluator::LocalPtr local = evaluator == nullptr ? nullptr : evaluator->makeLocal();
    ASSIGN_OR_RETURN(const auto reader, SpillReader::open(file));
    ColumnarBatch batch;
    while (true) {
      RETURN_IF_ERROR(query_.checkCancelled());
      ASSIGN_OR_RETURN(const bool more, reader->nextBatch(side.types(), batch));
      if (!more) return side.seal();
      std::vector<VectorPtr> keys(batch.columns().begin() + static_cast<ptrdiff_t>(evaluator == nullptr ? columnTypes_.size() : batch.numColumns()),
                                  batch.columns().end());
      if (evaluator != nullptr) {
        ASSIGN_OR_RETURN(keys, evaluator->evaluate(*local, batch));
      }
      const ActiveRows active(batch.numRows());
      RETURN_IF_ERROR(side.add(batch, active, hash_->hash(keys, active, scratch)));
    }
  };
  RETURN_IF_ERROR(divideSide(part.build, *build, nullptr));
  RETURN_IF_ERROR(divideSide(part.probe, *probe, &probeKeys));
  std::vector<Part> parts;
  for (size_t p = 0; p < build->size(); ++p) {
    const SpillFilePtr& rows = build->file(p);
    if (rows == nullptr && probe->file(p) == nullptr) continue;
    // One key alone stays together whatever bits are looked at.
    const bool divisible = depth < JoinPartitions::kMaxDepth && rows != nullptr && rows->rows() < part.build->rows();
    parts.push_back({rows, probe->file(p), depth, divisible});
  }
  return parts;
}

}  // namespace flint::exec
