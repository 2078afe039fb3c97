#include "sources/write/arrow_output.h"

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/record_batch.h>

namespace flint::sources {

class ArrowOutput::Stream final : public arrow::io::OutputStream {
 public:
  explicit Stream(std::unique_ptr<io::OutputFile> file) : file_(std::move(file)) {}
  arrow::Status Close() override {
    if (closed_) return arrow::Status::OK();
    closed_ = true;
    return keep(file_->close(true));
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return file_->position(); }
  arrow::Status Write(const void* data, int64_t size) override {
    return keep(file_->append({static_cast<const char*>(data), static_cast<size_t>(size)}));
  }
  const Status& failure() const { return failure_; }
  int64_t position() const { return file_->position(); }

 private:
  arrow::Status keep(Status status) {
    if (status.isOk()) return arrow::Status::OK();
    failure_ = std::move(status);
    return arrow::Status::IOError("the file could not be written");
  }

  const std::unique_ptr<io::OutputFile> file_;
  Status failure_;
  bool closed_ = false;
};

ArrowOutput::ArrowOutput(std::unique_ptr<io::OutputFile> file) : stream_(std::make_shared<Stream>(std::move(file))) {}
ArrowOutput::~ArrowOutput() = default;

std::shared_ptr<arrow::io::OutputStream> ArrowOutput::stream() const { return stream_; }
int64_t ArrowOutput::position() const { return stream_->position(); }

Status ArrowOutput::check(const arrow::Status& status, const char* writer) const {
  if (status.ok()) return Status::ok();
  if (!stream_->failure().isOk()) return stream_->failure();
  return internalError(std::string(writer) + ": " + status.ToString());
}

Result<std::shared_ptr<arrow::RecordBatch>> takeRecordBatch(columnar::ArrowIpcWriter& rows) {
  const auto buffer = arrow::Buffer::FromString(rows.finish());
  auto reader = arrow::ipc::RecordBatchStreamReader::Open(std::make_shared<arrow::io::BufferReader>(buffer));
  std::shared_ptr<arrow::RecordBatch> batch;
  arrow::Status status = reader.status();
  if (status.ok()) status = (*reader)->ReadNext(&batch);
  if (!status.ok()) return internalError("an unreadable Arrow stream: " + status.ToString());
  if (batch == nullptr) return internalError("an Arrow stream without a record batch");
  return batch;
}

}  // namespace flint::sources
