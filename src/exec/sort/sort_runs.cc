#include "exec/sort/sort_runs.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "columnar/vector_reader.h"

namespace flint::exec {
namespace {

using columnar::ColumnVector;
using columnar::RowIndex;
using columnar::VectorPtr;

constexpr size_t kRunBatchRows = 1024;

std::vector<DataType> withPlaces(std::vector<DataType> types) {
  types.insert(types.end(), {DataType::integer(), DataType::bigint(), DataType::integer()});
  return types;
}

}  // namespace

Result<SpillFilePtr> writeSortRun(const SortOrderKeys& order, const std::vector<DataType>& types, std::vector<SortChunk> chunks, bool byPartition,
                                  QueryContext& query) {
  for (SortChunk& chunk : chunks) {
    const RowIndex count = chunk.rows.numRows();
    std::vector<VectorPtr> columns = chunk.rows.columns();
    columns.push_back(ColumnVector::constant(DataType::integer(), Value::integer(chunk.rows.partition()), count));
    columns.push_back(ColumnVector::constant(DataType::bigint(), Value::integer(chunk.rows.sequence()), count));
    auto places = columnar::Buffer::allocate(sizeof(int32_t) * static_cast<size_t>(count));
    std::iota(places->mutableAs<int32_t>(), places->mutableAs<int32_t>() + count, 0);
    columns.push_back(ColumnVector::flat(DataType::integer(), count, std::move(places)));
    chunk.rows.setColumns(std::move(columns));
  }
  SortedRows rows(order, withPlaces(types));
  rows.prepare(std::move(chunks), 1, byPartition);
  for (int32_t part = 0; part < rows.numParts(); ++part) rows.sortPart(part);
  for (int32_t column = 0; column < rows.numColumns(); ++column) rows.concatenateColumn(column);
  rows.finish();
  rows.dropKeys();
  ASSIGN_OR_RETURN(const auto writer, SpillWriter::make(query, "sort"));
  for (size_t begin = 0; begin < rows.numRows(); begin += kRunBatchRows) {
    RETURN_IF_ERROR(query.checkCancelled());
    const size_t end = std::min(rows.numRows(), begin + kRunBatchRows);
    RETURN_IF_ERROR(writer->writeBatch(ColumnarBatch(rows.columns(begin, end), static_cast<RowIndex>(end - begin))));
  }
  return writer->finish();
}

struct SortedRunsSource::Cursor {
  std::unique_ptr<SpillReader> reader;
  std::shared_ptr<const ColumnarBatch> batch;  // null at the end
  std::vector<VectorPtr> keyColumns;
  std::vector<std::byte> keys;
  RowIndex row = 0;
  int64_t bytes = 0;  // charged for the batch and its keys

  int32_t partition() const { return columnar::VectorReader<int32_t>(*batch->column(batch->numColumns() - 3))[row]; }
  std::tuple<int32_t, int64_t, int32_t> place() const {
    return {partition(), columnar::VectorReader<int64_t>(*batch->column(batch->numColumns() - 2))[row],
            columnar::VectorReader<int32_t>(*batch->column(batch->numColumns() - 1))[row]};
  }
};

SortedRunsSource::SortedRunsSource(std::shared_ptr<const SortOrderKeys> order, std::vector<DataType> types, std::vector<SpillFilePtr> runs,
                                   bool byPartition, int32_t numPartitions, std::shared_ptr<TaskContext> task)
    : order_(std::move(order)),
      types_(withPlaces(std::move(types))),
      runs_(std::move(runs)),
      byPartition_(byPartition),
      numPartitions_(numPartitions),
      task_(std::move(task)),
      keys_(order_->values->makeLocal()),
      reservation_(task_->makeReservation("Merge of sorted runs")) {}
SortedRunsSource::~SortedRunsSource() = default;

Result<LocalStatePtr> SortedRunsSource::makeLocal(TaskContext&) { return std::make_unique<LocalState>(); }

Status SortedRunsSource::load(Cursor& cursor) {
  auto batch = std::make_shared<ColumnarBatch>();
  ASSIGN_OR_RETURN(const bool hasBatch, cursor.reader->nextBatch(types_, *batch));
  cursor.row = 0;
  cursor.batch = nullptr;
  reservation_->shrink(std::exchange(cursor.bytes, 0));
  if (!hasBatch) return Status::ok();
  ASSIGN_OR_RETURN(cursor.keyColumns, order_->values->evaluate(*keys_, *batch));
  cursor.keys.resize(static_cast<size_t>(batch->numRows()) * order_->layout.width());
  order_->layout.encode(cursor.keyColumns, columnar::ActiveRows(batch->numRows()), cursor.keys.data());
  cursor.bytes = batch->byteSize() + static_cast<int64_t>(cursor.keys.size());
  reservation_->growFloor(cursor.bytes);
  cursor.batch = std::move(batch);
  return Status::ok();
}

bool SortedRunsSource::isBefore(const Cursor& a, const Cursor& b) const {
  if (byPartition_ && a.partition() != b.partition()) return a.partition() < b.partition();
  const size_t width = order_->layout.width();
  const int order = order_->layout.compare({a.keys.data() + static_cast<size_t>(a.row) * width, a.keyColumns, a.row},
                                           {b.keys.data() + static_cast<size_t>(b.row) * width, b.keyColumns, b.row});
  return order != 0 ? order < 0 : a.place() < b.place();
}

Status SortedRunsSource::open() {
  isOpen_ = true;
  for (const SpillFilePtr& run : runs_) {
    auto cursor = std::make_unique<Cursor>();
    ASSIGN_OR_RETURN(cursor->reader, SpillReader::open(run));
    RETURN_IF_ERROR(load(*cursor));
    if (cursor->batch != nullptr) heap_.push_back(std::move(cursor));
  }
  return Status::ok();
}

Result<Progress> SortedRunsSource::produce(LocalState&, ColumnarBatch& out) {
  RETURN_IF_ERROR(task_->checkCancelled());
  if (!isOpen_) RETURN_IF_ERROR(open());
  const auto isAfter = [this](const std::unique_ptr<Cursor>& a, const std::unique_ptr<Cursor>& b) { return isBefore(*b, *a); };
  if (sequence_ == 0) std::make_heap(heap_.begin(), heap_.end(), isAfter);
  if (heap_.empty()) return Progress::finished();
  std::vector<columnar::VectorBuilder> builders;
  const size_t numColumns = types_.size() - 3;
  for (size_t c = 0; c < numColumns; ++c) builders.emplace_back(types_[c]);
  const int32_t partition = byPartition_ ? heap_.front()->partition() : 0;
  RowIndex count = 0;
  while (!heap_.empty() && count < task_->options().batchRows) {
    if (byPartition_ && heap_.front()->partition() != partition) break;
    std::pop_heap(heap_.begin(), heap_.end(), isAfter);
    Cursor& cursor = *heap_.back();
    for (size_t c = 0; c < numColumns; ++c) builders[c].appendFrom(*cursor.batch->column(c), cursor.row);
    ++count;
    if (++cursor.row == cursor.batch->numRows()) RETURN_IF_ERROR(load(cursor));
    if (cursor.batch == nullptr) {
      heap_.pop_back();
    } else {
      std::push_heap(heap_.begin(), heap_.end(), isAfter);
    }
  }
  std::vector<VectorPtr> columns;
  for (columnar::VectorBuilder& builder : builders) columns.push_back(builder.finish());
  out = ColumnarBatch(std::move(columns), count);
  out.setPosition(partition, sequence_++);
  return Progress::haveOutput();
}

}  // namespace flint::exec
