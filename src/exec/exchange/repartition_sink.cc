#include "exec/exchange/repartition_sink.h"

#include <algorithm>

#include "columnar/gather.h"

namespace flint::exec {
namespace {

// Rows of one batch that go to one partition.
struct Share {
  size_t batch;
  columnar::Selection rows;
};
using Shares = std::vector<std::vector<Share>>;  // by partition

/// Gives the partitions' rows, small shares joined to full batches.
class SharesSource final : public Source {
 public:
  SharesSource(std::shared_ptr<const ColumnarStore> store, Shares shares) : store_(std::move(store)), shares_(std::move(shares)) {}
  Status start(TaskContext& task) override {
    batchRows_ = static_cast<size_t>(task.options().batchRows);
    for (size_t partition = 0; partition < shares_.size(); ++partition) {
      size_t begin = 0;
      size_t rows = 0;
      for (size_t i = 0; i < shares_[partition].size(); ++i) {
        rows += shares_[partition][i].rows.size();
        if (rows < batchRows_ && i + 1 < shares_[partition].size()) continue;
        morsels_.push_back({partition, begin, i + 1});
        begin = i + 1;
        rows = 0;
      }
    }
    return Status::ok();
  }
  Result<LocalStatePtr> makeLocal(TaskContext&) override { return LocalStatePtr(std::make_unique<Local>(*store_)); }
  Result<Progress> produce(LocalState& state, ColumnarBatch& out) override {
    auto& local = static_cast<Local&>(state);
    const size_t at = next_.fetch_add(1, std::memory_order_relaxed);
    if (at >= morsels_.size()) return Progress::finished();
    const Morsel& morsel = morsels_[at];
    const auto sequence = static_cast<int64_t>(morsel.begin);
    if (local.position != nullptr) local.position->advance(static_cast<int32_t>(morsel.partition), sequence);
    std::vector<ColumnarBatch> parts;
    for (size_t i = morsel.begin; i < morsel.end; ++i) {
      const Share& share = shares_[morsel.partition][i];
      ASSIGN_OR_RETURN(ColumnarBatch batch, local.reader.read(share.batch));
      batch.setSelection(std::make_shared<const columnar::Selection>(share.rows));
      parts.push_back(columnar::compact(batch));
    }
    out = joined(parts);
    out.setPosition(static_cast<int32_t>(morsel.partition), sequence);
    return Progress::haveOutput();
  }
  int32_t maxThreads() const override { return static_cast<int32_t>(std::clamp<size_t>(morsels_.size(), 1, 1024)); }
  int32_t numPartitions() const override { return static_cast<int32_t>(shares_.size()); }

 private:
  struct Morsel {
    size_t partition;
    size_t begin;  // shares of the partition
    size_t end;
  };
  struct Local final : LocalState {
    explicit Local(const ColumnarStore& store) : reader(store) {}
    ColumnarStore::Reader reader;
  };
  static ColumnarBatch joined(const std::vector<ColumnarBatch>& parts) {
    if (parts.size() == 1) return parts[0];
    columnar::RowIndex rows = 0;
    for (const ColumnarBatch& part : parts) rows += part.numRows();
    std::vector<columnar::VectorPtr> columns;
    for (size_t i = 0; i < parts[0].numColumns(); ++i) {
      std::vector<columnar::VectorPtr> pieces;
      for (const ColumnarBatch& part : parts) pieces.push_back(part.column(i));
      columns.push_back(columnar::concatenate(pieces[0]->type(), pieces));
    }
    return ColumnarBatch(std::move(columns), rows);
  }

  const std::shared_ptr<const ColumnarStore> store_;
  const Shares shares_;
  size_t batchRows_ = 1;
  std::vector<Morsel> morsels_;
  std::atomic<size_t> next_{0};
};

constexpr int32_t kFinalizeTasks = 16;
constexpr int64_t kSampleRowsAPartition = 60;

}  // namespace

RepartitionSink::RepartitionSink(std::shared_ptr<QueryContext> query, std::shared_ptr<const RowRouter> router)
    : store_(std::make_shared<ColumnarStore>(std::move(query), "repartition")), router_(std::move(router)) {}

Result<LocalStatePtr> RepartitionSink::makeLocal(TaskContext&) { return std::make_unique<LocalState>(); }

Result<Progress> RepartitionSink::consume(LocalState&, const ColumnarBatch& batch) {
  RETURN_IF_ERROR(store_->add(batch));
  return Progress::needInput();
}

Status RepartitionSink::chooseBounds() {
  const int64_t wanted = kSampleRowsAPartition * router_->numPartitions();
  const int64_t every = std::max<int64_t>(1, store_->numRows() / std::max<int64_t>(1, wanted));
  std::vector<RangeBounds::Row> sample;
  ColumnarStore::Reader reader(*store_);
  const RowRouter::LocalPtr local = router_->makeLocal();
  for (size_t i = 0; i < store_->size(); ++i) {
    ASSIGN_OR_RETURN(const ColumnarBatch batch, reader.read(i));
    ASSIGN_OR_RETURN(std::vector<columnar::VectorPtr> keys, router_->keys(*local, batch));
    columnar::Selection picked;
    for (int64_t row = (every - firstRow_[i] % every) % every; row < batch.numRows(); row += every) picked.push_back(static_cast<columnar::RowIndex>(row));
    for (columnar::VectorPtr& key : keys) key = columnar::gather(key, picked);
    const auto shared = std::make_shared<const std::vector<columnar::VectorPtr>>(std::move(keys));
    for (size_t row = 0; row < picked.size(); ++row) sample.push_back({shared, static_cast<columnar::RowIndex>(row)});
  }
  bounds_ = std::make_unique<RangeBounds>(router_->order(), std::move(sample), router_->numPartitions());
  return Status::ok();
}

Result<int32_t> RepartitionSink::prepareFinalize() {
  RETURN_IF_ERROR(store_->seal());
  int64_t rows = 0;
  for (size_t i = 0; i < store_->size(); ++i) {
    firstRow_.push_back(rows);
    rows += store_->rowsOf(i);
  }
  routes_.resize(store_->size());
  if (router_->isRange()) RETURN_IF_ERROR(chooseBounds());
  numTasks_ = static_cast<int32_t>(std::clamp<size_t>(store_->size(), 1, kFinalizeTasks));
  return numTasks_;
}

Status RepartitionSink::finalizeTask(int32_t task) {
  ColumnarStore::Reader reader(*store_);
  const RowRouter::LocalPtr local = router_->makeLocal();
  for (size_t i = static_cast<size_t>(task); i < store_->size(); i += static_cast<size_t>(numTasks_)) {
    ASSIGN_OR_RETURN(const ColumnarBatch batch, reader.read(i));
    if (bounds_ == nullptr) {
      ASSIGN_OR_RETURN(routes_[i], router_->route(*local, batch, firstRow_[i]));
      continue;
    }
    ASSIGN_OR_RETURN(std::vector<columnar::VectorPtr> keys, router_->keys(*local, batch));
    const auto shared = std::make_shared<const std::vector<columnar::VectorPtr>>(std::move(keys));
    for (columnar::RowIndex row = 0; row < batch.numRows(); ++row) routes_[i].push_back(bounds_->partitionOf({shared, row}));
  }
  return Status::ok();
}

Status RepartitionSink::finishFinalize() { return Status::ok(); }

Result<std::unique_ptr<Source>> RepartitionSink::makeSource() {
  Shares shares(static_cast<size_t>(router_->numPartitions()));
  for (size_t batch = 0; batch < routes_.size(); ++batch) {
    for (size_t row = 0; row < routes_[batch].size(); ++row) {
      std::vector<Share>& target = shares[static_cast<size_t>(routes_[batch][row])];
      if (target.empty() || target.back().batch != batch) target.push_back({batch, {}});
      target.back().rows.push_back(static_cast<columnar::RowIndex>(row));
    }
  }
  routes_.clear();
  return std::unique_ptr<Source>(std::make_unique<SharesSource>(store_, std::move(shares)));
}

}  // namespace flint::exec
