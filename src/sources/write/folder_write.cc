#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <span>

#include "columnar/gather.h"
#include "sources/files/partition_values.h"
#include "sources/write/file_writer.h"
#include "sources/write/value_text.h"
#include "sources/write/write_job.h"

namespace flint::sources {
namespace {

using columnar::ColumnarBatch;
using columnar::RowIndex;
using columnar::VectorPtr;

// Files that one task keeps open at once; with more partition values the one written longest ago is closed, and a new file begun later.
constexpr size_t kMostOpenFiles = 64;

struct Layout {
  std::vector<size_t> dataColumns;       // positions in the rows
  std::vector<size_t> partitionColumns;
  StructFields dataFields;
  StructFields partitionFields;
  int64_t maxRecordsPerFile = 0;  // 0: any number
};

bool sameName(std::string_view a, std::string_view b, bool caseSensitive) {
  if (caseSensitive) return a == b;
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return lower(x) == lower(y);
  });
}

Result<Layout> layoutOf(const connector::WriteRequest& request) {
  const bool caseSensitive = request.conf && request.conf("spark.sql.caseSensitive").value_or("false") == "true";
  Layout layout;
  for (const std::string& name : request.partitionColumns) {
    const auto found = std::find_if(request.schema.begin(), request.schema.end(),
                                    [&](const StructField& field) { return sameName(field.name, name, caseSensitive); });
    if (found == request.schema.end()) {
      return Error(condition::kColumnNotDefinedInTable)
          .with("colType", "partition")
          .with("colName", quoteIdentifier(name))
          .with("tableName", quoteIdentifier(request.path))
          .with("tableCols", "")
          .as(ErrorFamily::kAnalysis);
    }
    layout.partitionColumns.push_back(static_cast<size_t>(found - request.schema.begin()));
    layout.partitionFields.push_back(*found);
  }
  for (size_t i = 0; i < request.schema.size(); ++i) {
    if (std::find(layout.partitionColumns.begin(), layout.partitionColumns.end(), i) != layout.partitionColumns.end()) continue;
    layout.dataColumns.push_back(i);
    layout.dataFields.push_back(request.schema[i]);
  }
  if (layout.dataColumns.empty() && !request.partitionColumns.empty()) {
    return Error(condition::kAllPartitionColumnsNotAllowed).as(ErrorFamily::kAnalysis);
  }
  return layout;
}

class FolderDataWriter final : public connector::DataWriter {
 public:
  FolderDataWriter(const WriteJob& job, std::shared_ptr<const WriteFormat> format, std::shared_ptr<const Layout> layout, TextStyle style,
                   int32_t partition, std::string folder)
      : job_(job), format_(std::move(format)), layout_(std::move(layout)), style_(style), partition_(partition), folder_(std::move(folder)) {}
  ~FolderDataWriter() override {
    if (!ended_) abort();
  }

  Status write(const ColumnarBatch& batch) override {
    if (batch.isEmpty()) return Status::ok();
    const ColumnarBatch dense = columnar::compact(batch);
    if (layout_->partitionColumns.empty() && layout_->maxRecordsPerFile == 0) {
      ASSIGN_OR_RETURN(Open * file, openFile(""));
      return file->writer->write(dataOf(dense));
    }
    std::map<std::string, std::vector<RowIndex>> rowsOf;
    RETURN_IF_ERROR(groupRows(dense, rowsOf));
    for (const auto& [folder, rows] : rowsOf) RETURN_IF_ERROR(writeRows(dense, folder, rows));
    return Status::ok();
  }

  Result<std::string> commit() override {
    if (files_.empty() && partition_ == 0 && layout_->partitionColumns.empty() && format_->keepsEmptyFile()) RETURN_IF_ERROR(openFile(""));
    for (auto& [folder, file] : open_) RETURN_IF_ERROR(file.writer->close());
    open_.clear();
    ended_ = true;
    std::string out;
    for (const std::string& file : files_) out += folder_ + "\t" + file + "\n";
    return out;
  }

  void abort() override {
    ended_ = true;
    open_.clear();
    if (!job_.fileSystem().remove(folder_, true).isOk()) return;  // below `_temporary`: never read
  }

 private:
  struct Open {
    std::unique_ptr<FileWriter> writer;
    int64_t lastUse = 0;
    int64_t numRows = 0;
  };

  // The rows go to the folder's file, and to new ones as each is full.
  Status writeRows(const ColumnarBatch& dense, const std::string& folder, std::span<const RowIndex> rows) {
    while (!rows.empty()) {
      ASSIGN_OR_RETURN(Open * file, openFile(folder));
      const int64_t room = layout_->maxRecordsPerFile == 0 ? static_cast<int64_t>(rows.size()) : layout_->maxRecordsPerFile - file->numRows;
      const std::vector<RowIndex> taken(rows.begin(), rows.begin() + std::min(room, static_cast<int64_t>(rows.size())));
      rows = rows.subspan(taken.size());
      std::vector<VectorPtr> columns;
      for (const size_t column : layout_->dataColumns) columns.push_back(columnar::gather(dense.column(column), taken));
      RETURN_IF_ERROR(file->writer->write(ColumnarBatch(std::move(columns), static_cast<RowIndex>(taken.size()))));
      file->numRows += static_cast<int64_t>(taken.size());
      if (layout_->maxRecordsPerFile == 0 || file->numRows < layout_->maxRecordsPerFile) continue;
      RETURN_IF_ERROR(file->writer->close());
      open_.erase(folder);
    }
    return Status::ok();
  }

  ColumnarBatch dataOf(const ColumnarBatch& dense) const {
    std::vector<VectorPtr> columns;
    for (const size_t column : layout_->dataColumns) columns.push_back(dense.column(column));
    return ColumnarBatch(std::move(columns), dense.numRows());
  }

  // Rows by partition folder, in their order. Runs of equal values, the usual case, make their folder's name once.
  Status groupRows(const ColumnarBatch& dense, std::map<std::string, std::vector<RowIndex>>& rowsOf) const {
    std::vector<VectorPtr> keys;
    for (const size_t column : layout_->partitionColumns) {
      std::vector<RowIndex> all(static_cast<size_t>(dense.numRows()));
      for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<RowIndex>(i);
      keys.push_back(columnar::gather(dense.column(column), all));
    }
    for (RowIndex row = 0; row < dense.numRows(); ++row) {
      std::string folder;
      for (size_t k = 0; k < keys.size(); ++k) {
        if (k > 0) folder += '/';
        folder += escapePathName(layout_->partitionFields[k].name) + "=";
        std::string text;
        if (!keys[k]->isNull(row)) appendValueText(text, *keys[k], row, style_);
        folder += text.empty() ? std::string(kNullPartition) : escapePathName(text);
      }
      rowsOf[folder].push_back(row);
    }
    return Status::ok();
  }

  Result<Open*> openFile(const std::string& folder) {
    const auto found = open_.find(folder);
    if (found != open_.end()) {
      found->second.lastUse = ++uses_;
      return &found->second;
    }
    if (open_.size() >= kMostOpenFiles) RETURN_IF_ERROR(closeOldest());
    const std::string name = fmt::format("{}part-{:05}-{}-c{:03}{}", folder.empty() ? "" : folder + "/", partition_, job_.id(), counts_[folder]++,
                                         format_->extension());
    const std::string path = folder_ + "/" + name;
    RETURN_IF_ERROR(job_.fileSystem().makeDirectories(path.substr(0, path.rfind('/'))));
    ASSIGN_OR_RETURN(auto output, job_.fileSystem().create(path, true));
    ASSIGN_OR_RETURN(auto writer, format_->open(std::move(output), layout_->dataFields));
    files_.push_back(name);
    Open& open = open_[folder];
    open.writer = std::move(writer);
    open.lastUse = ++uses_;
    return &open;
  }

  Status closeOldest() {
    auto oldest = open_.begin();
    for (auto it = open_.begin(); it != open_.end(); ++it) {
      if (it->second.lastUse < oldest->second.lastUse) oldest = it;
    }
    const Status closed = oldest->second.writer->close();
    open_.erase(oldest);
    return closed;
  }

  const WriteJob& job_;
  const std::shared_ptr<const WriteFormat> format_;
  const std::shared_ptr<const Layout> layout_;
  const TextStyle style_;
  const int32_t partition_;
  const std::string folder_;
  std::map<std::string, Open> open_;
  std::map<std::string, int32_t> counts_;  // files begun, by folder
  std::vector<std::string> files_;
  int64_t uses_ = 0;
  bool ended_ = false;
};

class FolderWrite final : public connector::BatchWrite {
 public:
  FolderWrite(std::unique_ptr<WriteJob> job, std::shared_ptr<const WriteFormat> format, std::shared_ptr<const Layout> layout, TextStyle style)
      : job_(std::move(job)), format_(std::move(format)), layout_(std::move(layout)), style_(style) {}

  Result<std::unique_ptr<connector::DataWriter>> makeWriter(int32_t partition, int64_t taskAttempt) const override {
    return std::unique_ptr<connector::DataWriter>(std::make_unique<FolderDataWriter>(*job_, format_, layout_, style_, partition,
                                                                                     job_->attemptFolder(partition, taskAttempt)));
  }
  Status commitJob(const std::vector<std::string>& taskCommits) override { return job_->commit(taskCommits); }
  void abort() override { job_->abort(); }

 private:
  const std::unique_ptr<WriteJob> job_;
  const std::shared_ptr<const WriteFormat> format_;
  const std::shared_ptr<const Layout> layout_;
  const TextStyle style_;
};

}  // namespace

Result<std::unique_ptr<connector::BatchWrite>> makeFolderWrite(const connector::WriteRequest& request, std::shared_ptr<const WriteFormat> format) {
  ASSIGN_OR_RETURN(Layout layout, layoutOf(request));
  ASSIGN_OR_RETURN(auto place, io::fileSystemFor(request.path));
  const std::string* mode = connector::findOption(request.options, "partitionOverwriteMode");
  const std::string overwriteMode =
      mode != nullptr ? *mode : request.conf ? request.conf("spark.sql.sources.partitionOverwriteMode").value_or("STATIC") : "STATIC";
  const std::string* limit = connector::findOption(request.options, "maxRecordsPerFile");
  const std::string maxRecords = limit != nullptr ? *limit : request.conf ? request.conf("spark.sql.files.maxRecordsPerFile").value_or("0") : "0";
  layout.maxRecordsPerFile = std::max<int64_t>(0, std::strtoll(maxRecords.c_str(), nullptr, 10));
  const bool dynamic = sameName(overwriteMode, "dynamic", false) && !layout.partitionColumns.empty();
  const std::string* prefix = connector::findOption(request.options, kPartitionPrefixOption);
  const TimeZone* zone = TimeZone::find(request.timeZone);
  ASSIGN_OR_RETURN(auto job, WriteJob::start(place.first, place.second, request.mode,
                                              {.depth = layout.partitionColumns.size(), .dynamic = dynamic, .prefix = prefix != nullptr ? *prefix : std::string()}));
  if (job == nullptr) return std::unique_ptr<connector::BatchWrite>();
  return std::unique_ptr<connector::BatchWrite>(std::make_unique<FolderWrite>(std::move(job), std::move(format), std::make_shared<const Layout>(std::move(layout)),
                                                                              TextStyle{.zone = zone != nullptr ? zone : &TimeZone::utc(), .isoTimestamps = false}));
}

}  // namespace flint::sources
