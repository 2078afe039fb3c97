#include "exec/limit/limit_sink.h"

#include "columnar/gather.h"
#include "exec/scan/local_table_source.h"

namespace flint::exec {

/// Receives the rows in order.
class LimitSink::Keeper : public ResultConsumer {
 public:
  explicit Keeper(std::shared_ptr<ColumnarStore> store) : store_(std::move(store)) {}
  virtual Status finish() { return Status::ok(); }

 protected:
  Status keep(const ColumnarBatch& batch, columnar::RowIndex first, columnar::RowIndex count) {
    if (count <= 0) return Status::ok();
    ColumnarBatch part = sliceBatch(batch, first, count);
    part.setPosition(0, kept_);
    kept_ += count;
    return store_->add(part);
  }

 private:
  const std::shared_ptr<ColumnarStore> store_;
  int64_t kept_ = 0;
};

namespace {

constexpr int64_t kFloorBytes = 1 << 20;  // of last rows, taken whatever the budget says

template <class Base>
class FirstRows final : public Base {
 public:
  FirstRows(std::shared_ptr<ColumnarStore> store, int64_t limit, int64_t offset) : Base(std::move(store)), left_(limit), skip_(offset) {}
  Result<Progress> accept(const ColumnarBatch& batch) override {
    const columnar::RowIndex rows = batch.numSelected();
    const auto skipped = static_cast<columnar::RowIndex>(std::min<int64_t>(skip_, rows));
    skip_ -= skipped;
    auto count = static_cast<columnar::RowIndex>(rows - skipped);
    if (left_ >= 0) count = static_cast<columnar::RowIndex>(std::min<int64_t>(count, left_));
    RETURN_IF_ERROR(this->keep(batch, skipped, count));
    if (left_ >= 0) left_ -= count;
    return left_ == 0 ? Progress::finished() : Progress::needInput();
  }

 private:
  int64_t left_;  // negative: no limit
  int64_t skip_;
};

template <class Base>
class LastRows final : public Base {
 public:
  LastRows(std::shared_ptr<ColumnarStore> store, std::shared_ptr<QueryContext> query, int64_t limit)
      : Base(std::move(store)), query_(std::move(query)), reservation_(query_->memory().makeReservation("Tail")), limit_(limit) {}
  Result<Progress> accept(const ColumnarBatch& batch) override {
    if (limit_ <= 0) return Progress::finished();
    rows_ += batch.numSelected();
    batches_.push_back(columnar::compact(batch));
    int64_t bytes = reservation_->bytes() + batches_.back().byteSize();
    while (rows_ - batches_.front().numSelected() >= limit_) {
      rows_ -= batches_.front().numSelected();
      bytes -= batches_.front().byteSize();
      batches_.pop_front();
    }
    if (!reservation_->tryResize(bytes)) {
      if (bytes > kFloorBytes) return query_->memory().outOfMemory(bytes);
      reservation_->growFloor(bytes - reservation_->bytes());
    }
    return Progress::needInput();
  }
  Status finish() override {
    auto skip = static_cast<columnar::RowIndex>(std::max<int64_t>(0, rows_ - limit_));
    for (const ColumnarBatch& batch : batches_) {
      RETURN_IF_ERROR(this->keep(batch, skip, batch.numSelected() - skip));
      skip = 0;
    }
    batches_.clear();
    reservation_->shrink(reservation_->bytes());
    return Status::ok();
  }

 private:
  const std::shared_ptr<QueryContext> query_;
  const std::unique_ptr<memory::Reservation> reservation_;
  const int64_t limit_;
  int64_t rows_ = 0;
  std::deque<ColumnarBatch> batches_;
};

}  // namespace

LimitSink::LimitSink(std::shared_ptr<ColumnarStore> store, std::shared_ptr<Keeper> keeper)
    : store_(std::move(store)), keeper_(std::move(keeper)), ordered_(keeper_) {}

std::shared_ptr<LimitSink> LimitSink::first(std::shared_ptr<QueryContext> query, int64_t limit, int64_t offset) {
  auto store = std::make_shared<ColumnarStore>(std::move(query), "limit");
  return std::shared_ptr<LimitSink>(new LimitSink(store, std::make_shared<FirstRows<Keeper>>(store, limit, offset)));
}

std::shared_ptr<LimitSink> LimitSink::last(std::shared_ptr<QueryContext> query, int64_t limit) {
  auto store = std::make_shared<ColumnarStore>(query, "tail");
  return std::shared_ptr<LimitSink>(new LimitSink(store, std::make_shared<LastRows<Keeper>>(store, std::move(query), limit)));
}

Status LimitSink::finishFinalize() {
  RETURN_IF_ERROR(keeper_->finish());
  return store_->seal();
}

Result<std::unique_ptr<Source>> LimitSink::makeSource() { return std::unique_ptr<Source>(std::make_unique<StoreSource>(store_)); }

}  // namespace flint::exec
