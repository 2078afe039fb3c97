#include "exec/store/columnar_store.h"

#include <algorithm>

#include "columnar/gather.h"

namespace flint::exec {

ColumnarStore::ColumnarStore(std::shared_ptr<QueryContext> query, std::string name)
    : query_(std::move(query)), name_(std::move(name)), reservation_(query_->memory().makeReservation(name_)) {}
ColumnarStore::~ColumnarStore() = default;

Status ColumnarStore::spillAll() {
  if (writer_ == nullptr) {
    ASSIGN_OR_RETURN(writer_, SpillWriter::make(*query_, name_));
  }
  for (Entry& entry : entries_) {
    if (entry.fileOffset >= 0) continue;
    entry.fileOffset = writer_->bytes();
    RETURN_IF_ERROR(writer_->writeBatch(entry.batch));
    entry.batch = ColumnarBatch();
  }
  reservation_->setRevocable(0);
  reservation_->shrink(reservation_->bytes());
  reservation_->spillDone();
  return Status::ok();
}

Status ColumnarStore::add(const ColumnarBatch& batch) {
  ColumnarBatch dense = columnar::compact(batch);
  const int64_t bytes = dense.byteSize();
  const std::lock_guard lock(mutex_);
  if (types_.empty()) {
    for (const columnar::VectorPtr& column : dense.columns()) types_.push_back(column->type());
  }
  const int64_t threshold = query_->options().spillThresholdBytes;
  numRows_ += dense.numRows();
  numPartitions_ = std::max(numPartitions_, dense.partition() + 1);
  const bool held = !reservation_->spillRequested() && (threshold <= 0 || reservation_->bytes() + bytes <= threshold) && reservation_->tryGrow(bytes);
  entries_.push_back({{dense.partition(), dense.sequence()}, dense.numRows(), std::move(dense), -1});
  if (!held) return spillAll();
  reservation_->setRevocable(reservation_->bytes());
  return Status::ok();
}

Status ColumnarStore::seal() {
  const std::lock_guard lock(mutex_);
  reservation_->setRevocable(0);  // readers hold on to what is in memory
  if (writer_ != nullptr) {
    ASSIGN_OR_RETURN(file_, writer_->finish());
    writer_.reset();
  }
  std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.tag < b.tag; });
  return Status::ok();
}

Result<ColumnarBatch> ColumnarStore::Reader::read(size_t index) {
  const Entry& entry = store_.entries_[index];
  if (entry.fileOffset < 0) return entry.batch;
  if (file_ == nullptr) {
    ASSIGN_OR_RETURN(file_, SpillReader::open(store_.file_));
  }
  file_->seek(entry.fileOffset);
  ColumnarBatch out;
  ASSIGN_OR_RETURN(const bool there, file_->nextBatch(store_.types_, out));
  if (!there) return internalError("a stored batch is missing in its spill file");
  return out;
}

Result<LocalStatePtr> StoreSink::makeLocal(TaskContext&) { return std::make_unique<LocalState>(); }

Result<Progress> StoreSink::consume(LocalState&, const ColumnarBatch& batch) {
  RETURN_IF_ERROR(store_->add(batch));
  return Progress::needInput();
}

Result<std::unique_ptr<Source>> StoreSink::makeSource() { return std::unique_ptr<Source>(std::make_unique<StoreSource>(store_)); }

class StoreSource::Local final : public LocalState {
 public:
  explicit Local(const ColumnarStore& store) : reader(store) {}
  ColumnarStore::Reader reader;
};

Status StoreSource::start(TaskContext& task) {
  onlyPartition_ = task.partition;
  return Status::ok();
}

Result<LocalStatePtr> StoreSource::makeLocal(TaskContext&) { return LocalStatePtr(std::make_unique<Local>(*store_)); }

int32_t StoreSource::maxThreads() const { return static_cast<int32_t>(std::clamp<size_t>(store_->size(), 1, 1024)); }

Result<Progress> StoreSource::produce(LocalState& state, ColumnarBatch& out) {
  auto& local = static_cast<Local&>(state);
  for (;;) {
    const size_t index = next_.fetch_add(1, std::memory_order_relaxed);
    if (index >= store_->size()) return Progress::finished();
    const BatchTag tag = store_->tagOf(index);
    if (onlyPartition_ >= 0 && tag.partition != onlyPartition_) continue;
    if (local.position != nullptr) local.position->advance(tag.partition, tag.sequence);
    ASSIGN_OR_RETURN(out, local.reader.read(index));
    if (columns_.empty()) return Progress::haveOutput();
    std::vector<columnar::VectorPtr> columns;
    for (const int32_t column : columns_) columns.push_back(out.column(static_cast<size_t>(column)));
    out = out.withColumns(std::move(columns));
    return Progress::haveOutput();
  }
}

}  // namespace flint::exec
