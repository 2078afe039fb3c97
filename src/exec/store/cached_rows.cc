#include "exec/store/cached_rows.h"

#include <algorithm>

#include "columnar/gather.h"

namespace flint::exec {
namespace {

// The batch's rows, densely, with copies of their texts. Dictionaries stay shared.
ColumnarBatch owned(const ColumnarBatch& batch) {
  ColumnarBatch dense = columnar::compact(batch);
  columnar::StringHeap heap;
  std::vector<columnar::VectorPtr> columns;
  for (const columnar::VectorPtr& column : dense.columns()) columns.push_back(columnar::copyStrings(column, heap));
  return dense.withColumns(std::move(columns));
}

}  // namespace

CachedRows::CachedRows(std::shared_ptr<QueryContext> context, bool inMemory)
    : context_(std::move(context)), inMemory_(inMemory), reservation_(context_->memory().makeReservation("cached rows")) {}
CachedRows::~CachedRows() = default;

Status CachedRows::add(const ColumnarBatch& batch) {
  ColumnarBatch dense = owned(batch);
  const int64_t bytes = dense.byteSize();
  Entry entry;
  entry.tag = {dense.partition(), dense.sequence()};
  for (const columnar::VectorPtr& column : dense.columns()) entry.bounds.push_back(expr::ValueBounds::of(*column));
  const bool held = inMemory_ && reservation_->tryGrow(bytes);  // may make other cached rows leave: not under the lock
  const std::lock_guard lock(mutex_);
  if (types_.empty()) {
    for (const columnar::VectorPtr& column : dense.columns()) types_.push_back(column->type());
  }
  numRows_ += dense.numRows();
  numPartitions_ = std::max(numPartitions_, dense.partition() + 1);
  if (held) {
    entry.bytes = bytes;
    entry.batch = std::move(dense);
  } else {
    if (writer_ == nullptr) {
      ASSIGN_OR_RETURN(writer_, SpillWriter::make(*context_, "cache"));
    }
    entry.fileOffset = writer_->bytes();
    RETURN_IF_ERROR(writer_->writeBatch(dense));
  }
  entries_.push_back(std::move(entry));
  return Status::ok();
}

Status CachedRows::seal() {
  const std::lock_guard lock(mutex_);
  if (writer_ != nullptr) {
    ASSIGN_OR_RETURN(const SpillFilePtr file, writer_->finish());
    writer_.reset();
    for (Entry& entry : entries_) {
      if (entry.fileOffset >= 0) entry.file = file;
    }
  }
  std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.tag < b.tag; });
  sealed_ = true;
  return Status::ok();
}

int64_t CachedRows::evict(int64_t bytes) {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock() || !sealed_ || reservation_->bytes() == 0) return 0;
  auto writer = SpillWriter::make(*context_, "cache");
  if (!writer.isOk()) return 0;
  int64_t freed = 0;
  std::vector<std::pair<Entry*, int64_t>> moved;
  for (Entry& entry : entries_) {
    if (freed >= bytes) break;
    if (entry.fileOffset >= 0) continue;
    moved.emplace_back(&entry, (*writer)->bytes());
    if (!(*writer)->writeBatch(entry.batch).isOk()) return 0;
    freed += entry.bytes;
  }
  const Result<SpillFilePtr> file = (*writer)->finish();
  if (!file.isOk()) return 0;
  for (const auto& [entry, offset] : moved) {
    entry->batch = ColumnarBatch();
    entry->bytes = 0;
    entry->fileOffset = offset;
    entry->file = *file;
  }
  reservation_->shrink(freed);
  return freed;
}

bool CachedRows::mayMatch(size_t index, const std::vector<expr::ExprPtr>& filters) const {
  const std::vector<expr::ValueBounds>& bounds = entries_[index].bounds;
  const auto boundsOf = [&](int32_t column) { return &bounds[static_cast<size_t>(column)]; };
  return std::all_of(filters.begin(), filters.end(), [&](const expr::ExprPtr& filter) { return expr::mayMatch(filter, boundsOf); });
}

Result<ColumnarBatch> CachedRows::Reader::read(size_t index) {
  int64_t offset = 0;
  {
    const std::lock_guard lock(rows_.mutex_);
    const Entry& entry = rows_.entries_[index];
    if (entry.fileOffset < 0) return entry.batch;
    offset = entry.fileOffset;
    if (open_ != entry.file) {
      open_ = entry.file;
      file_.reset();
    }
  }
  if (file_ == nullptr) {
    ASSIGN_OR_RETURN(file_, SpillReader::open(open_));
  }
  file_->seek(offset);
  ColumnarBatch out;
  ASSIGN_OR_RETURN(const bool there, file_->nextBatch(rows_.types_, out));
  if (!there) return internalError("a cached batch is missing in its file");
  return out;
}

Result<Progress> CachedRowsSink::consume(LocalState&, const ColumnarBatch& batch) {
  RETURN_IF_ERROR(rows_->add(batch));
  return Progress::needInput();
}

class CachedRowsSource::Local final : public LocalState {
 public:
  explicit Local(const CachedRows& rows) : reader(rows) {}
  CachedRows::Reader reader;
};

Status CachedRowsSource::start(TaskContext& task) {
  onlyPartition_ = task.partition;
  return Status::ok();
}

Result<LocalStatePtr> CachedRowsSource::makeLocal(TaskContext&) { return LocalStatePtr(std::make_unique<Local>(*rows_)); }

int32_t CachedRowsSource::maxThreads() const { return static_cast<int32_t>(std::clamp<size_t>(rows_->size(), 1, 1024)); }

Result<Progress> CachedRowsSource::produce(LocalState& state, ColumnarBatch& out) {
  auto& local = static_cast<Local&>(state);
  for (;;) {
    const size_t index = next_.fetch_add(1, std::memory_order_relaxed);
    if (index >= rows_->size()) return Progress::finished();
    const BatchTag tag = rows_->tagOf(index);
    if (onlyPartition_ >= 0 && tag.partition != onlyPartition_) continue;
    if (!rows_->mayMatch(index, filters_)) continue;
    if (local.position != nullptr) local.position->advance(tag.partition, tag.sequence);
    ASSIGN_OR_RETURN(out, local.reader.read(index));
    return Progress::haveOutput();
  }
}

}  // namespace flint::exec
