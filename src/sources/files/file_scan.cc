#include "sources/files/file_scan.h"

#include <numeric>

#include "expr/expression_evaluator.h"
#include "expr/nodes.h"
#include "tree/transform.h"

namespace flint::sources {
namespace {

using columnar::ColumnarBatch;
using columnar::ColumnVector;
using columnar::RowIndex;
using columnar::VectorPtr;
using expr::ExprPtr;

// Every morsel has this many sequence numbers, more than it can have rows.
constexpr int64_t kSequenceStep = int64_t{1} << 32;

bool isPushable(const ExprPtr& filter) {
  const expr::ExprTraits& traits = filter->traits();
  return traits.deterministic && !traits.canRaise && !traits.hasSubquery && !traits.hasPythonUdf && !traits.hasWindow && !traits.hasAggregate &&
         !traits.hasGenerator && !traits.hasLambdaVariable;
}

// The filter with its column positions replaced by `positions`; the caller has seen that all are there.
ExprPtr rebound(const ExprPtr& filter, const std::vector<int32_t>& positions) {
  return tree::transformUp(filter, [&](const ExprPtr& node) -> ExprPtr {
    const auto* reference = node->as<expr::BoundReference>();
    if (reference == nullptr) return node;
    expr::BoundReference moved(*reference);
    moved.ordinal = positions[static_cast<size_t>(reference->ordinal)];
    return expr::makeExpr(std::move(moved));
  });
}

std::string listText(const std::vector<std::string>& items) {
  std::string text = "[";
  for (const std::string& item : items) text += (text.size() > 1 ? ", " : "") + item;
  return text + "]";
}

// Whether reading goes on without the file that failed so.
bool isTolerated(const FileReadRequest& request, const Error& error) {
  const bool missing = &error.condition() == &condition::kFailedReadFileFileNotExist;
  return missing ? request.ignoreMissingFiles : request.ignoreCorruptFiles;
}

// The error with the file it is about, where it does not say so itself.
Error inFile(const FileReadRequest& request, int32_t file, const Error& error) {
  const bool isBare = &error.condition() == &condition::kMalformedFile || &error.condition() == &condition::kFileOperationFailed;
  if (!isBare) return error;
  return Error(condition::kFailedReadFileNoHint)
      .with("path", fileUri(request.files->files[static_cast<size_t>(file)].status.path))
      .causedBy(error);
}

// Reads a morsel's own columns through the format and joins the folder's and the metadata's to them.
class FileMorselReader final : public connector::MorselReader {
 public:
  FileMorselReader(const FileScan& scan, std::unique_ptr<FileReader> reader) : scan_(scan), reader_(std::move(reader)) {}

  Status open(const connector::Morsel& morsel) override {
    morsel_ = morsel;
    work_ = static_cast<const FileMorsel*>(morsel.work.get());
    gaveUp_ = false;
    return tolerate(reader_->open(*work_));
  }

  Result<bool> next(ColumnarBatch& batch) override {
    if (gaveUp_) return false;
    int64_t firstRow = 0;
    const Result<bool> more = reader_->next(read_, firstRow);
    if (!more.isOk()) RETURN_IF_ERROR(tolerate(more.status()));
    if (gaveUp_ || !*more) return false;
    std::vector<VectorPtr> columns;
    columns.reserve(scan_.columns().size());
    for (const FileScan::Column& column : scan_.columns()) columns.push_back(columnFor(column));
    batch = ColumnarBatch(std::move(columns), read_.numRows());
    batch.setSelection(read_.selection());
    batch.setPosition(morsel_.partition, morsel_.sequence + firstRow);
    return true;
  }

  void addDynamicFilter(int32_t column, connector::DynamicFilterPtr filter) override {
    const FileScan::Column& source = scan_.columns()[static_cast<size_t>(column)];
    if (source.kind == FileScan::Column::Kind::kFile) reader_->addDynamicFilter(source.position, std::move(filter));
  }
  int64_t bytesRead() const override { return reader_->bytesRead(); }
  int64_t rowsDecoded() const override { return reader_->rowsDecoded(); }

 private:
  Status tolerate(const Status& status) {
    if (status.isOk()) return status;
    if (!isTolerated(scan_.readRequest(), status.error())) return inFile(scan_.readRequest(), work_->split.file, status.error());
    gaveUp_ = true;
    return Status::ok();
  }

  VectorPtr columnFor(const FileScan::Column& column) const {
    const RowIndex rows = read_.numRows();
    const DataFile& file = scan_.readRequest().files->files[static_cast<size_t>(work_->split.file)];
    switch (column.kind) {
      case FileScan::Column::Kind::kFile: return read_.column(static_cast<size_t>(column.position));
      case FileScan::Column::Kind::kPartition:
        return ColumnVector::constant(column.type, file.partitionValues[static_cast<size_t>(column.position)], rows);
      case FileScan::Column::Kind::kMetadata: break;
    }
    std::vector<VectorPtr> fields;
    for (const StructField& field : column.type.fields()) {
      if (field.name == "row_index") {
        fields.push_back(read_.column(static_cast<size_t>(column.position)));
      } else {
        fields.push_back(ColumnVector::constant(field.type, metadataValue(field.name, file), rows));
      }
    }
    return ColumnVector::structure(column.type, rows, nullptr, std::move(fields));
  }

  Value metadataValue(const std::string& name, const DataFile& file) const {
    const std::string& path = file.status.path;
    if (name == "file_path") return Value::string(fileUri(path));
    if (name == "file_name") return Value::string(path.substr(path.rfind('/') + 1));
    if (name == "file_size") return Value::integer(file.status.size);
    if (name == "file_block_start") return Value::integer(work_->split.start);
    if (name == "file_block_length") return Value::integer(work_->split.length);
    return Value::integer(file.status.modifiedMicros / 1'000 * 1'000);
  }

  const FileScan& scan_;
  const std::unique_ptr<FileReader> reader_;
  connector::Morsel morsel_;
  const FileMorsel* work_ = nullptr;
  bool gaveUp_ = false;  // the morsel's file failed, and that is tolerated
  ColumnarBatch read_;
};

}  // namespace

Result<connector::ScanPtr> FileScan::make(Source source, const connector::ScanRequest& request, const connector::SplitOptions& splits) {
  auto scan = std::shared_ptr<FileScan>(new FileScan());
  auto read = std::make_shared<FileReadRequest>();
  read->files = source.index;
  read->caseSensitive = source.caseSensitive;
  read->ignoreCorruptFiles = splits.ignoreCorruptFiles;
  read->ignoreMissingFiles = splits.ignoreMissingFiles;
  read->options = request.options;
  read->shared = request.shared;
  for (size_t i = 0; i < source.schema.size(); ++i) {
    if (source.partitionFieldOf[i] < 0) read->fileSchema.push_back(source.schema[i]);
  }
  std::vector<int32_t> filePosition;       // of each requested column in the read request; -1: not the files' own
  std::vector<int32_t> partitionPosition;  // and among the partition fields
  for (size_t i = 0; i < request.columns.size(); ++i) {
    const auto position = static_cast<size_t>(request.columns[i]);
    Column column{.type = request.columnTypes[i]};
    filePosition.push_back(-1);
    partitionPosition.push_back(-1);
    if (position >= source.schema.size()) {
      column.kind = Column::Kind::kMetadata;
      for (const StructField& field : column.type.fields()) {
        if (field.name != "row_index") continue;
        column.position = read->rowIndexColumn = static_cast<int32_t>(read->columns.size());
        read->columns.push_back(field);
      }
    } else if (const int32_t partition = source.partitionFieldOf[position]; partition >= 0) {
      column.kind = Column::Kind::kPartition;
      column.position = partitionPosition.back() = partition;
    } else {
      column.position = filePosition.back() = static_cast<int32_t>(read->columns.size());
      read->columns.push_back(source.schema[position]);
      read->columns.back().type = column.type;
    }
    scan->columns_.push_back(std::move(column));
  }

  if (read->shared != nullptr) {
    for (const StructField& column : read->columns) read->shared->announce(read->sharedName(column.name));
  }

  std::vector<ExprPtr> partitionFilters;
  bool allEnforced = true;
  for (const ExprPtr& filter : request.filters) {
    bool ofFile = isPushable(filter);
    bool ofPartition = ofFile;
    tree::forEachNode(filter, [&](const ExprPtr& node) {
      const auto* reference = node->as<expr::BoundReference>();
      if (reference == nullptr) return;
      ofFile = ofFile && filePosition[static_cast<size_t>(reference->ordinal)] >= 0;
      ofPartition = ofPartition && partitionPosition[static_cast<size_t>(reference->ordinal)] >= 0;
    });
    if (ofPartition) {
      partitionFilters.push_back(rebound(filter, partitionPosition));
      scan->partitionFilters_.push_back(filter->toString());
    } else if (ofFile) {
      read->filters.push_back(rebound(filter, filePosition));
      scan->pushedFilters_.push_back(filter->toString());
    }
    scan->enforced_.push_back(ofPartition || (ofFile && source.format->enforcesFilters()));
    allEnforced = allEnforced && scan->enforced_.back();
  }
  if (allEnforced) read->limit = request.limit;
  scan->source_ = std::move(source);
  scan->read_ = std::move(read);
  std::vector<int32_t> files(scan->source_.index->files.size());
  std::iota(files.begin(), files.end(), 0);
  RETURN_IF_ERROR(scan->pruneFiles(partitionFilters, files));
  scan->partitions_ = splitFiles(*scan->source_.format, *scan->source_.index, files, splits);
  return connector::ScanPtr(std::move(scan));
}

Status FileScan::pruneFiles(const std::vector<ExprPtr>& filters, std::vector<int32_t>& files) const {
  if (filters.empty() || files.empty()) return Status::ok();
  const expr::EvaluationOptions defaults;
  ASSIGN_OR_RETURN(const auto evaluator, expr::ExpressionEvaluator::make(filters, read_->options == nullptr ? defaults : *read_->options));
  const auto local = evaluator->makeLocal();
  std::vector<int32_t> kept;
  for (const int32_t file : files) {
    std::vector<VectorPtr> values;
    const DataFile& data = source_.index->files[static_cast<size_t>(file)];
    for (size_t i = 0; i < data.partitionValues.size(); ++i) {
      values.push_back(ColumnVector::constant(source_.index->partitionFields[i].type, data.partitionValues[i], 1));
    }
    const ColumnarBatch batch(std::move(values), 1);
    bool matches = true;
    for (size_t i = 0; i < filters.size() && matches; ++i) {
      ASSIGN_OR_RETURN(const auto selection, evaluator->filter(*local, batch, i));
      matches = selection == nullptr || !selection->empty();
    }
    if (matches) kept.push_back(file);
  }
  files = std::move(kept);
  return Status::ok();
}

Result<std::vector<connector::Morsel>> FileScan::morsels(int32_t partition) const {
  std::vector<connector::Morsel> morsels;
  for (const FileSplit& split : partitions_[static_cast<size_t>(partition)]) {
    auto parts = source_.format->morsels(*read_, split);
    if (!parts.isOk()) {
      if (isTolerated(*read_, parts.error())) continue;
      return inFile(*read_, split.file, parts.error());
    }
    for (FileMorsel& part : *parts) {
      const auto place = static_cast<int64_t>(morsels.size());
      morsels.push_back({.partition = partition,
                         .sequence = place * kSequenceStep,
                         .sequenceStep = kSequenceStep,
                         .work = std::make_shared<const FileMorsel>(std::move(part))});
    }
  }
  return morsels;
}

Result<std::unique_ptr<connector::MorselReader>> FileScan::makeReader() const {
  ASSIGN_OR_RETURN(auto reader, source_.format->makeReader(read_));
  return std::unique_ptr<connector::MorselReader>(std::make_unique<FileMorselReader>(*this, std::move(reader)));
}

std::vector<std::pair<std::string, std::string>> FileScan::description() const {
  std::string location = "InMemoryFileIndex(" + std::to_string(source_.index->rootPaths.size()) + " paths)[";
  for (size_t i = 0; i < source_.index->rootPaths.size(); ++i) location += (i == 0 ? "" : ", ") + std::string("file:") + source_.index->rootPaths[i];
  StructFields readFields = read_->columns;
  return {{"Location", location + "]"},
          {"PartitionFilters", listText(partitionFilters_)},
          {"PushedFilters", listText(pushedFilters_)},
          {"ReadSchema", DataType::structType(std::move(readFields)).simpleString()}};
}

}  // namespace flint::sources
