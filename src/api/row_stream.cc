#include "api/row_stream.h"

namespace flint::api {

using columnar::ColumnarBatch;

namespace {

constexpr size_t kBatchesAhead = 4;

sql::Row::Names namesOf(const DataType& schema) {
  auto names = std::make_shared<std::vector<std::string>>();
  for (const StructField& field : schema.fields()) names->push_back(field.name);
  return names;
}

}  // namespace

RowMaker::RowMaker(const DataType& schema, std::string timeZone) : fields_(schema.fields()), timeZone_(std::move(timeZone)), names_(namesOf(schema)) {}

sql::Row RowMaker::row(const ColumnarBatch& batch, columnar::RowIndex row) const {
  std::vector<sql::Value> values;
  values.reserve(fields_.size());
  for (size_t i = 0; i < fields_.size(); ++i) values.push_back(publicValue(batch.column(i)->valueAt(row), fields_[i].type, timeZone_));
  return sql::Row(std::move(values), names_);
}

/// The queue between the query and the reader.
class RowStream::Consumer final : public exec::ResultConsumer {
 public:
  Result<exec::Progress> accept(const ColumnarBatch& batch) override {
    const std::lock_guard lock(mutex_);
    if (abandoned_) return exec::Progress::finished();
    if (batches_.size() >= kBatchesAhead) {
      if (roomWaker_ == nullptr) roomWaker_ = std::make_shared<exec::Waker>();
      return exec::Progress::blocked(roomWaker_);
    }
    batches_.push_back(batch);
    changed_.notify_all();
    return exec::Progress::needInput();
  }

  void finish(Status status) {
    const std::lock_guard lock(mutex_);
    status_ = std::move(status);
    finished_ = true;
    changed_.notify_all();
  }

  /// The next batch; nothing at the end. Errors: of the query.
  Result<std::optional<ColumnarBatch>> take() {
    exec::WakerPtr waker;
    std::optional<ColumnarBatch> batch;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return !batches_.empty() || finished_; });
      if (batches_.empty()) {
        RETURN_IF_ERROR(status_);
        return batch;
      }
      batch = std::move(batches_.front());
      batches_.pop_front();
      waker = std::move(roomWaker_);
    }
    if (waker != nullptr) waker->wake();
    return batch;
  }

  void abandon() {
    exec::WakerPtr waker;
    {
      const std::lock_guard lock(mutex_);
      abandoned_ = true;
      waker = std::move(roomWaker_);
    }
    if (waker != nullptr) waker->wake();
  }

 private:
  std::mutex mutex_;  // a leaf
  std::condition_variable changed_;
  std::deque<ColumnarBatch> batches_;
  exec::WakerPtr roomWaker_;
  bool abandoned_ = false;
  bool finished_ = false;
  Status status_;
};

RowStream::RowStream(std::shared_ptr<session::QueryExecution> query, RowMaker maker)
    : query_(std::move(query)), maker_(std::move(maker)), consumer_(std::make_shared<Consumer>()) {
  thread_ = std::thread([query = query_, consumer = consumer_] { consumer->finish(query->run(consumer)); });
}

RowStream::~RowStream() {
  consumer_->abandon();
  query_->cancel(Error(condition::kOperationCanceled).as(ErrorFamily::kSqlConnect));
  thread_.join();
}

Result<std::shared_ptr<RowStream>> RowStream::start(const DataFrameNode& frame) {
  auto query = std::make_shared<session::QueryExecution>(frame.session->session, frame.plan);
  ASSIGN_OR_RETURN(const DataType schema, query->schema());
  RowMaker maker(schema, frame.session->session->conf().get("spark.sql.session.timeZone", "UTC"));
  return std::shared_ptr<RowStream>(new RowStream(std::move(query), std::move(maker)));
}

Result<std::optional<sql::Row>> RowStream::next() {
  while (nextRow_ >= batch_.numSelected()) {
    ASSIGN_OR_RETURN(std::optional<ColumnarBatch> batch, consumer_->take());
    if (!batch.has_value()) return std::optional<sql::Row>();
    batch_ = std::move(*batch);
    nextRow_ = 0;
  }
  return std::optional<sql::Row>(maker_.row(batch_, batch_.activeRows()[nextRow_++]));
}

}  // namespace flint::api
