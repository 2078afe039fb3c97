#include "sources/orc/orc_reader.h"

#include <arrow/adapters/orc/adapter.h>
#include <arrow/buffer.h>
#include <arrow/c/abi.h>
#include <arrow/c/bridge.h>
#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>

#include <algorithm>

#include "columnar/arrow_bridge.h"
#include "columnar/type_layout.h"
#include "expr/expression_evaluator.h"
#include "expr/nodes.h"

namespace flint::sources {
namespace {

using columnar::ColumnarBatch;
using columnar::ColumnVector;
using columnar::RowIndex;
using columnar::VectorPtr;

// A file as Arrow reads it.
class ArrowFile final : public arrow::io::RandomAccessFile {
 public:
  explicit ArrowFile(std::shared_ptr<const io::RandomAccessFile> file) : file_(std::move(file)) {}
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Status Seek(int64_t position) override {
    position_ = position;
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> GetSize() override { return file_->size(); }
  arrow::Result<int64_t> ReadAt(int64_t position, int64_t size, void* out) override {
    const int64_t count = std::clamp<int64_t>(file_->size() - position, 0, size);
    if (count > 0 && !file_->readAt(position, count, out).isOk()) return arrow::Status::IOError("the file could not be read");
    return count;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t size) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(size));
    ARROW_ASSIGN_OR_RAISE(const int64_t count, ReadAt(position, size, buffer->mutable_data()));
    ARROW_RETURN_NOT_OK(buffer->Resize(count));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }
  arrow::Result<int64_t> Read(int64_t size, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t count, ReadAt(position_, size, out));
    position_ += count;
    return count;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t size) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, size));
    position_ += buffer->size();
    return buffer;
  }

 private:
  const std::shared_ptr<const io::RandomAccessFile> file_;
  int64_t position_ = 0;
  bool closed_ = false;
};

bool isNamed(const std::string& name, const std::string& wanted, bool caseSensitive) {
  if (caseSensitive || name == wanted) return name == wanted;
  const auto lower = [](unsigned char c) { return std::tolower(c); };
  return std::equal(name.begin(), name.end(), wanted.begin(), wanted.end(), [&](char a, char b) { return lower(static_cast<unsigned char>(a)) == lower(static_cast<unsigned char>(b)); });
}

using OrcFile = arrow::adapters::orc::ORCFileReader;

Error unreadable(const Condition& condition, const std::string& path, const arrow::Status& status) {
  return Error(condition).with("path", fileUri(path)).causedBy(internalError("ORC: " + status.ToString())).as(ErrorFamily::kExecution);
}

Result<std::unique_ptr<OrcFile>> openFile(io::FileSystem& files, const std::string& path) {
  ASSIGN_OR_RETURN(auto file, files.open(path));
  auto opened = OrcFile::Open(std::make_shared<ArrowFile>(std::move(file)), arrow::default_memory_pool());
  if (!opened.ok()) return unreadable(condition::kFailedReadFileCannotReadFileFooter, path, opened.status());
  return std::move(opened).ValueOrDie();
}

// The schema that `read` gives, as it comes over the bridge.
Result<StructFields> fieldsOf(const arrow::Schema& schema) {
  ArrowSchema exported{};
  const arrow::Status status = arrow::ExportSchema(schema, &exported);
  if (!status.ok()) return internalError("ORC: " + status.ToString());
  auto fields = columnar::importArrowSchema(exported);
  exported.release(&exported);
  return fields;
}

// As it is declared: what has no zone is in the session's.
DataType declaredType(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kTimestampNtz: return DataType::timestamp();
    case TypeKind::kArray: return DataType::array(declaredType(type.elementType()), true);
    case TypeKind::kMap: return DataType::map(declaredType(type.keyType()), declaredType(type.valueType()), true);
    case TypeKind::kStruct: {
      StructFields fields = type.fields();
      for (StructField& field : fields) {
        field.type = declaredType(field.type);
        field.nullable = true;
      }
      return DataType::structType(std::move(fields));
    }
    default: return type;
  }
}

class OrcReader final : public FileReader {
 public:
  OrcReader(FileReadRequestPtr request, expr::EvaluationOptions options) : request_(std::move(request)), options_(std::move(options)) {}

  Status open(const FileMorsel& morsel) override {
    path_ = request_->files->files[static_cast<size_t>(morsel.split.file)].status.path;
    row_ = 0;
    stream_ = nullptr;
    ASSIGN_OR_RETURN(file_, openFile(*request_->files->fileSystem, path_));
    rowsLeft_ = file_->NumberOfRows();
    auto schema = file_->ReadSchema();
    if (!schema.ok()) return unreadable(condition::kFailedReadFileCannotReadFileFooter, path_, schema.status());
    std::vector<std::string> names;
    positions_.clear();
    for (const StructField& column : request_->columns) {
      const auto& fields = (*schema)->fields();
      const auto found = std::find_if(fields.begin(), fields.end(), [&](const auto& field) { return isNamed(field->name(), column.name, request_->caseSensitive); });
      positions_.push_back(found == fields.end() ? "" : (*found)->name());
      if (found != fields.end() && std::find(names.begin(), names.end(), (*found)->name()) == names.end()) names.push_back((*found)->name());
    }
    if (names.empty()) return Status::ok();
    auto stream = file_->GetRecordBatchReader(columnar::kBatchRows, names);
    if (!stream.ok()) return unreadable(condition::kFailedReadFileNoHint, path_, stream.status());
    stream_ = std::move(stream).ValueOrDie();
    return Status::ok();
  }

  Result<bool> next(ColumnarBatch& batch, int64_t& firstRow) override {
    firstRow = row_;
    if (request_->limit.has_value() && row_ >= *request_->limit) return false;
    if (stream_ == nullptr) return nextWithoutValues(batch);
    std::shared_ptr<arrow::RecordBatch> read;
    const arrow::Status status = stream_->ReadNext(&read);
    if (!status.ok()) return unreadable(condition::kFailedReadFileNoHint, path_, status);
    if (read == nullptr) return false;
    ASSIGN_OR_RETURN(const ColumnarBatch given, imported(*read));
    const auto rows = static_cast<RowIndex>(read->num_rows());
    std::vector<VectorPtr> columns;
    for (size_t i = 0; i < request_->columns.size(); ++i) {
      const DataType& wanted = request_->columns[i].type;
      const int position = positions_[i].empty() ? -1 : read->schema()->GetFieldIndex(positions_[i]);
      if (position < 0) {
        columns.push_back(ColumnVector::nulls(wanted, rows));
        continue;
      }
      ASSIGN_OR_RETURN(VectorPtr column, asWanted(given.column(static_cast<size_t>(position)), wanted, rows));
      columns.push_back(std::move(column));
    }
    row_ += rows;
    batch = ColumnarBatch(std::move(columns), rows);
    return true;
  }
  int64_t rowsDecoded() const override { return row_; }

 private:
  bool nextWithoutValues(ColumnarBatch& batch) {
    const auto rows = static_cast<RowIndex>(std::min<int64_t>(rowsLeft_ - row_, columnar::kBatchRows));
    if (rows <= 0) return false;
    std::vector<VectorPtr> columns;
    for (const StructField& column : request_->columns) columns.push_back(ColumnVector::nulls(column.type, rows));
    batch = ColumnarBatch(std::move(columns), rows);
    row_ += rows;
    return true;
  }

  Result<ColumnarBatch> imported(const arrow::RecordBatch& batch) const {
    ArrowSchema schema{};
    ArrowArray array{};
    arrow::Status status = arrow::ExportSchema(*batch.schema(), &schema);
    if (status.ok()) status = arrow::ExportRecordBatch(batch, &array);
    if (!status.ok()) {
      if (schema.release != nullptr) schema.release(&schema);
      return unreadable(condition::kFailedReadFileNoHint, path_, status);
    }
    auto out = columnar::importArrowBatch(schema, &array);
    schema.release(&schema);
    return out;
  }

  Result<VectorPtr> asWanted(const VectorPtr& column, const DataType& wanted, RowIndex rows) const {
    if (column->type() == wanted) return column;
    if (!column->type().is(TypeKind::kTimestampNtz) && columnar::hasSameLayout(column->type(), wanted)) return ColumnVector::withType(column, wanted);
    const expr::AttributePtr given = expr::attribute("value", column->type(), true);
    expr::Cast cast;
    cast.child = given;
    cast.target = wanted;
    ASSIGN_OR_RETURN(expr::ExprPtr bound, expr::bindReferences(expr::makeExpr(std::move(cast)), {given}));
    ASSIGN_OR_RETURN(const auto evaluator, expr::ExpressionEvaluator::make({std::move(bound)}, options_));
    const auto local = evaluator->makeLocal();
    ASSIGN_OR_RETURN(std::vector<VectorPtr> out, evaluator->evaluate(*local, ColumnarBatch({column}, rows)));
    return std::move(out[0]);
  }

  const FileReadRequestPtr request_;
  const expr::EvaluationOptions options_;
  std::string path_;
  std::unique_ptr<OrcFile> file_;
  std::shared_ptr<arrow::RecordBatchReader> stream_;  // null: no column is in the file
  std::vector<std::string> positions_;                // of each wanted column its name in the file; empty: not there
  int64_t row_ = 0;
  int64_t rowsLeft_ = 0;
};

}  // namespace

Result<StructFields> orcSchema(io::FileSystem& files, const std::string& path) {
  ASSIGN_OR_RETURN(const std::unique_ptr<OrcFile> file, openFile(files, path));
  auto schema = file->ReadSchema();
  if (!schema.ok()) return unreadable(condition::kFailedReadFileCannotReadFileFooter, path, schema.status());
  ASSIGN_OR_RETURN(const StructFields fields, fieldsOf(**schema));
  return declaredType(DataType::structType(fields)).fields();
}

Result<std::unique_ptr<FileReader>> makeOrcReader(FileReadRequestPtr request) {
  expr::EvaluationOptions options;
  if (request->options != nullptr) options = *request->options;
  return std::unique_ptr<FileReader>(std::make_unique<OrcReader>(std::move(request), std::move(options)));
}

}  // namespace flint::sources
