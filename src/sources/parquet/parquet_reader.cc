#include "sources/parquet/parquet_reader.h"

#include <algorithm>
#include <numeric>

#include "sources/parquet/row_group_pruning.h"

namespace flint::sources {
namespace {

using columnar::Buffer;
using columnar::ColumnarBatch;
using columnar::ColumnVector;
using columnar::RowIndex;
using columnar::Selection;
using columnar::SelectionPtr;
using columnar::VectorPtr;

// Where fewer than one in this many rows are left, the batch is made dense.
constexpr size_t kDenseBelow = 8;
// Selective filters read more rows at a time, so that what is left still fills batches.
constexpr RowIndex kMostRows = 8 * columnar::kBatchRows;

Error mismatch(const std::string& path, const std::string& column, const DataType& wanted, const SchemaNode& node) {
  return Error(condition::kFailedReadFileParquetColumnDataTypeMismatch)
      .with("path", fileUri(path))
      .with("column", "[" + column + "]")
      .with("expectedType", wanted.simpleString())
      .with("actualType", node.typeName());
}

}  // namespace

ParquetReader::ParquetReader(FileReadRequestPtr request, std::shared_ptr<const RowFilter> filter)
    : request_(std::move(request)), filter_(std::move(filter)) {
  if (filter_ != nullptr) filterState_ = std::make_unique<RowFilterState>(*filter_);
}

ParquetReader::~ParquetReader() = default;

void ParquetReader::addDynamicFilter(int32_t column, connector::DynamicFilterPtr filter) {
  dynamicFilters_.emplace_back(column, std::move(filter));
}

int64_t ParquetReader::bytesRead() const {
  int64_t bytes = bytesRead_;
  for (const auto& column : columns_) bytes += column == nullptr ? 0 : column->bytesRead();
  return bytes;
}

Status ParquetReader::openFile(int32_t file) {
  if (open_.index == file) return Status::ok();
  open_ = OpenFile();
  const DataFile& data = request_->files->files[static_cast<size_t>(file)];
  ASSIGN_OR_RETURN(open_.footer, cachedFooter(*request_->files->fileSystem, data.status));
  ASSIGN_OR_RETURN(open_.file, request_->files->fileSystem->open(data.status.path));
  open_.tree = schemaTreeOf(*open_.footer);
  for (const StructField& column : request_->columns) open_.nodes.push_back(findChild(open_.tree, column.name, request_->caseSensitive));
  if (request_->rowIndexColumn >= 0) open_.nodes[static_cast<size_t>(request_->rowIndexColumn)] = nullptr;
  if (request_->shared != nullptr) {
    open_.name = data.status.path + '\0' + std::to_string(data.status.size) + '\0' + std::to_string(data.status.modifiedMicros) + '\0';
  }
  open_.index = file;
  return Status::ok();
}

SharedChunkOf ParquetReader::sharedChunkOf(size_t column) const {
  if (request_->shared == nullptr) return nullptr;
  const int32_t readers = request_->shared->readers(request_->sharedName(request_->columns[column].name));
  return [this, readers](const ColumnChunk& chunk) {
    const auto make = [&] { return std::make_shared<SharedChunk>(*request_->shared, readers); };
    return std::static_pointer_cast<SharedChunk>(request_->shared->object(open_.name + std::to_string(chunk.start), make));
  };
}

Status ParquetReader::openColumns(const RowGroup& group) {
  bytesRead_ = bytesRead();
  columns_.clear();
  for (size_t i = 0; i < request_->columns.size(); ++i) {
    columns_.push_back(nullptr);
    const SchemaNode* node = open_.nodes[i];
    if (node == nullptr) continue;
    ASSIGN_OR_RETURN(columns_.back(), makeColumnReader(open_.file, *node, group, request_->columns[i].type, request_->caseSensitive,
                                                       sharedChunkOf(i)));
    if (columns_.back() == nullptr) return mismatch(open_.file->path(), request_->columns[i].name, request_->columns[i].type, *node);
  }
  return Status::ok();
}

Result<bool> ParquetReader::mayMatch(const RowGroup& group) {
  for (const DynamicRowFilter& dynamic : dynamicFilters_) {
    const int32_t column = dynamic.column();
    if (dynamic.filter().excludesAll()) return false;
    const SchemaNode* node = open_.nodes[static_cast<size_t>(column)];
    const auto bounds = dynamic.filter().bounds();
    if (bounds == nullptr || node == nullptr || !node->isLeaf()) continue;
    const DataType& type = request_->columns[static_cast<size_t>(column)].type;
    const auto known = valueBoundsOf(*node, group.columns[static_cast<size_t>(node->leaf)], type, *open_.footer);
    if (known.isOutside(bounds->min, bounds->max, type)) return false;
  }
  if (filter_ == nullptr) return true;
  std::vector<std::optional<expr::ValueBounds>> bounds(request_->columns.size());
  const auto boundsOf = [&](int32_t column) -> const expr::ValueBounds* {
    const auto at = static_cast<size_t>(column);
    const SchemaNode* node = open_.nodes[at];
    if (node == nullptr || !node->isLeaf() || node->maxRepetition > 0) return nullptr;
    if (!bounds[at].has_value()) {
      bounds[at] = valueBoundsOf(*node, group.columns[static_cast<size_t>(node->leaf)], request_->columns[at].type, *open_.footer);
    }
    return &*bounds[at];
  };
  for (const expr::ExprPtr& conjunct : request_->filters) {
    if (!expr::mayMatch(conjunct, boundsOf)) return false;
  }
  if (!bloomFiltersMayMatch(*open_.file, group, request_->filters, open_.nodes, request_->columns)) return false;
  for (size_t step = 0; step < filter_->steps().size(); ++step) {
    const auto& stepColumns = filter_->steps()[step].columns;
    if (stepColumns.size() != 1) continue;
    const auto column = static_cast<size_t>(stepColumns[0]);
    if (columns_[column] == nullptr) continue;
    ASSIGN_OR_RETURN(const VectorPtr dictionary, columns_[column]->dictionary());
    if (dictionary == nullptr) continue;
    const SchemaNode& node = *open_.nodes[column];
    const auto& nullCount = group.columns[static_cast<size_t>(node.leaf)].statistics.nullCount;
    const bool mayBeNull = node.maxDefinition > 0 && nullCount.value_or(1) != 0;
    ASSIGN_OR_RETURN(const bool matches, filterState_->mayMatch(step, dictionary, columns_.size(), mayBeNull));
    if (!matches) return false;
  }
  return true;
}

void ParquetReader::prefetchAfter(const FileMorsel& morsel) const {
  const auto next = static_cast<size_t>(morsel.part) + 1;
  if (next >= open_.footer->rowGroups.size()) return;
  for (const SchemaNode* node : open_.nodes) {
    if (node == nullptr || !node->isLeaf()) continue;
    const ColumnChunk& chunk = open_.footer->rowGroups[next].columns[static_cast<size_t>(node->leaf)];
    open_.file->prefetch(chunk.start, chunk.size);
  }
}

Status ParquetReader::open(const FileMorsel& morsel) {
  rowsLeft_ = 0;
  ranges_.clear();
  RETURN_IF_ERROR(openFile(morsel.split.file));
  if (morsel.part < 0 || static_cast<size_t>(morsel.part) >= open_.footer->rowGroups.size()) return Status::ok();
  const RowGroup& group = open_.footer->rowGroups[static_cast<size_t>(morsel.part)];
  groupStart_ = 0;
  for (int32_t i = 0; i < morsel.part; ++i) groupStart_ += open_.footer->rowGroups[static_cast<size_t>(i)].numRows;
  nextRow_ = 0;
  rowsGiven_ = 0;
  RETURN_IF_ERROR(openColumns(group));
  ASSIGN_OR_RETURN(const bool matches, mayMatch(group));
  if (!matches) return Status::ok();
  const int64_t firstRow = std::clamp<int64_t>(morsel.firstRow, 0, group.numRows);
  const int64_t endRow = morsel.numRows < 0 ? group.numRows : std::min(group.numRows, firstRow + morsel.numRows);
  ranges_ = {{firstRow, endRow}};
  if (!request_->filters.empty()) {
    ranges_ = intersected(ranges_, matchingRows(*open_.file, group, request_->filters, open_.nodes, request_->columns));
  }
  std::reverse(ranges_.begin(), ranges_.end());
  prefetchAfter(morsel);
  return Status::ok();
}

VectorPtr ParquetReader::rowNumbers(RowIndex rows) const {
  auto numbers = Buffer::allocate(static_cast<size_t>(rows) * sizeof(int64_t));
  std::iota(numbers->mutableAs<int64_t>(), numbers->mutableAs<int64_t>() + rows, groupStart_ + nextRow_);
  return ColumnVector::flat(DataType::bigint(), rows, std::move(numbers));
}

Status ParquetReader::readColumn(size_t column, RowIndex rows, std::vector<VectorPtr>& columns) {
  if (columns[column] != nullptr) return Status::ok();
  if (columns_[column] != nullptr) {
    ASSIGN_OR_RETURN(columns[column], columns_[column]->read(rows));
  } else if (static_cast<int32_t>(column) == request_->rowIndexColumn) {
    columns[column] = rowNumbers(rows);
  } else {
    columns[column] = ColumnVector::nulls(request_->columns[column].type, rows);
  }
  return Status::ok();
}

Result<VectorPtr> ParquetReader::readSelected(size_t column, RowIndex rows, const Selection& selected) {
  if (columns_[column] != nullptr) return columns_[column]->readSelected(rows, selected);
  if (static_cast<int32_t>(column) == request_->rowIndexColumn) return gatherRows(rowNumbers(rows), selected);
  return ColumnVector::nulls(request_->columns[column].type, static_cast<RowIndex>(selected.size()));
}

Status ParquetReader::filterRows(RowIndex rows, std::vector<VectorPtr>& columns, SelectionPtr& selection) {
  const auto isEmpty = [&] { return selection != nullptr && selection->empty(); };
  for (size_t step = 0; filter_ != nullptr && step < filter_->steps().size() && !isEmpty(); ++step) {
    for (const int32_t column : filter_->steps()[step].columns) RETURN_IF_ERROR(readColumn(static_cast<size_t>(column), rows, columns));
    RETURN_IF_ERROR(filterState_->apply(step, columns, rows, selection));
  }
  for (DynamicRowFilter& dynamic : dynamicFilters_) {
    if (isEmpty()) break;
    if (dynamic.filter().excludesAll()) {
      selection = std::make_shared<const Selection>();
      break;
    }
    const auto column = static_cast<size_t>(dynamic.column());
    if (columns_[column] != nullptr) columns_[column]->preferCodes(dynamic.prefersCodes());
    RETURN_IF_ERROR(readColumn(column, rows, columns));
    dynamic.apply(columns[column], selection);
  }
  return Status::ok();
}

void ParquetReader::skipExcluded() {
  if (rowsLeft_ > 0 || ranges_.empty()) return;
  const auto [begin, end] = ranges_.back();
  ranges_.pop_back();
  if (begin > nextRow_) {
    for (const auto& column : columns_) {
      if (column != nullptr) column->skip(begin - nextRow_);
    }
  }
  nextRow_ = begin;
  rowsLeft_ = end - begin;
}

void ParquetReader::adaptBatchRows(RowIndex read, size_t kept) {
  if (kept * kDenseBelow < static_cast<size_t>(read)) {
    batchRows_ = std::min(batchRows_ * 2, kMostRows);
  } else {
    batchRows_ = columnar::kBatchRows;
  }
}

Result<bool> ParquetReader::next(ColumnarBatch& batch, int64_t& firstRow) {
  skipExcluded();
  while (rowsLeft_ > 0 && (!request_->limit.has_value() || rowsGiven_ < *request_->limit)) {
    const auto rows = static_cast<RowIndex>(std::min<int64_t>(rowsLeft_, batchRows_));
    std::vector<VectorPtr> columns(columns_.size());
    SelectionPtr selection;
    RETURN_IF_ERROR(filterRows(rows, columns, selection));
    firstRow = nextRow_;
    rowsDecoded_ += rows;
    const size_t kept = selection == nullptr ? static_cast<size_t>(rows) : selection->size();
    if (filter_ != nullptr || !dynamicFilters_.empty()) adaptBatchRows(rows, kept);
    if (kept == 0) {
      for (size_t i = 0; i < columns_.size(); ++i) {
        if (columns[i] == nullptr && columns_[i] != nullptr) columns_[i]->skip(rows);
      }
    } else if (kept * kDenseBelow < static_cast<size_t>(rows)) {
      for (size_t i = 0; i < columns_.size(); ++i) {
        if (columns[i] != nullptr) {
          columns[i] = gatherRows(columns[i], *selection);
        } else {
          ASSIGN_OR_RETURN(columns[i], readSelected(i, rows, *selection));
        }
      }
      batch = ColumnarBatch(std::move(columns), static_cast<RowIndex>(kept));
    } else {
      for (size_t i = 0; i < columns_.size(); ++i) RETURN_IF_ERROR(readColumn(i, rows, columns));
      batch = ColumnarBatch(std::move(columns), rows);
      batch.setSelection(std::move(selection));
    }
    nextRow_ += rows;
    rowsLeft_ -= rows;
    rowsGiven_ += static_cast<int64_t>(kept);
    if (kept > 0) return true;
    skipExcluded();
  }
  return false;
}

}  // namespace flint::sources
