#include "pyworker/python_task.h"

#include <arrow/buffer.h>
#include <arrow/c/abi.h>
#include <arrow/c/bridge.h>
#include <arrow/ipc/reader.h>
#include <arrow/record_batch.h>

#include <cstring>

#include "columnar/arrow_bridge.h"
#include "pyworker/readiness.h"
#include "pyworker/worker_settings.h"

namespace flint::pyworker {
namespace {

// PySpark's SpecialLengths.
constexpr int32_t kEndOfDataSection = -1;
constexpr int32_t kExceptionThrown = -2;
constexpr int32_t kTimingData = -3;
constexpr int32_t kEndOfStream = -4;
constexpr int32_t kStartArrowStream = -6;
constexpr int32_t kFramedTask = -101;  // daemon.py: FRAMED_TASK

constexpr int64_t kTimingBytes = 6 * 8;            // four times and two spill counts
constexpr int64_t kMostText = int64_t{64} << 20;   // of a traceback or an accumulator
constexpr int64_t kMostUnsent = int64_t{1} << 20;  // bytes

Error unreadable(const arrow::Status& status) { return internalError("a Python worker gave unreadable Arrow data: " + status.ToString()); }
Error outOfProtocol(int32_t code) { return internalError("a Python worker gave the unknown code " + std::to_string(code)); }

}  // namespace

/// The Arrow stream at hand and the bytes of the part that is being read.
class PythonTask::ArrowInput final : public arrow::ipc::Listener {
 public:
  arrow::Status OnSchemaDecoded(std::shared_ptr<arrow::Schema> schema) override {
    if (exported_.release != nullptr) exported_.release(&exported_);
    return arrow::ExportSchema(*schema, &exported_);
  }
  arrow::Status OnRecordBatchDecoded(std::shared_ptr<arrow::RecordBatch> batch) override {
    // What user code made may break Arrow's rules.
    ARROW_RETURN_NOT_OK(batch->ValidateFull());
    ArrowArray array{};
    ARROW_RETURN_NOT_OK(arrow::ExportRecordBatch(*batch, &array));
    auto imported = columnar::importArrowBatch(exported_, &array);
    if (!imported.isOk()) {
      failure = imported.status();
    } else {
      batches.push_back(std::move(imported).value());
    }
    return arrow::Status::OK();
  }
  arrow::Status OnEOS() override {
    ended = true;
    return arrow::Status::OK();
  }
  ~ArrowInput() override {
    if (exported_.release != nullptr) exported_.release(&exported_);
  }

  // A listener outlives its decoder, which holds it.
  void begin(const std::shared_ptr<ArrowInput>& self) {
    ended = false;
    auto options = arrow::ipc::IpcReadOptions::Defaults();
    options.use_threads = false;
    options.ensure_alignment = arrow::ipc::Alignment::kDataTypeSpecificAlignment;
    decoder = std::make_unique<arrow::ipc::StreamDecoder>(self, options);
  }

  std::unique_ptr<arrow::ipc::StreamDecoder> decoder;
  std::shared_ptr<arrow::Buffer> buffer;
  std::deque<columnar::ColumnarBatch> batches;
  Status failure;
  bool ended = false;

 private:
  ArrowSchema exported_{};
};

Result<std::unique_ptr<PythonTask>> PythonTask::start(const WorkerEnvironment& environment, const TaskHeader& header) {
  ASSIGN_OR_RETURN(PythonWorkerPtr worker, WorkerPool::instance().take(environment));
  return std::unique_ptr<PythonTask>(new PythonTask(std::move(worker), header.encode()));
}

PythonTask::PythonTask(PythonWorkerPtr worker, std::string header) : worker_(std::move(worker)), arrow_(std::make_shared<ArrowInput>()) {
  channel_ = std::make_unique<WorkerChannel>(*worker_);
  std::string framed;
  appendInt(framed, kFramedTask);
  channel_->queuePlain(framed);
  send(std::move(header));
  expect(worker_->processId == 0 ? Part::kProcessId : Part::kCode, 4);
}

PythonTask::~PythonTask() {
  if (arrow_ != nullptr) arrow_->decoder.reset();  // it holds the listener
}

void PythonTask::send(std::string bytes) {
  if (channel_ != nullptr) channel_->queue(std::move(bytes));
}

void PythonTask::endInput() {
  std::string end;
  appendInt(end, kEndOfStream);
  send(std::move(end));
}

bool PythonTask::wantsInput() const { return !done_ && channel_->queuedBytes() < kMostUnsent; }

Error PythonTask::workerEnded() const {
  return Error(condition::kPythonException).with("msg", "").with("traceback", textOfEnd(*worker_)).as(ErrorFamily::kExecution);
}

Error PythonTask::workerSilent() const {
  const std::string text = textOfSilence(worker_->environment().longestSilence);
  return Error(condition::kPythonException).with("msg", "").with("traceback", text).as(ErrorFamily::kExecution);
}

void PythonTask::expect(Part part, int64_t size) {
  part_ = part;
  wanted_ = size;
  filled_ = 0;
}

int32_t PythonTask::number() const {
  const uint8_t* bytes = arrow_->buffer->data();
  return static_cast<int32_t>(static_cast<uint32_t>(bytes[0]) << 24 | static_cast<uint32_t>(bytes[1]) << 16 | static_cast<uint32_t>(bytes[2]) << 8 | bytes[3]);
}

Result<bool> PythonTask::readSome() {
  bool moved = false;
  while (!done_) {
    if (filled_ == 0) {
      auto allocated = arrow::AllocateBuffer(wanted_);
      if (!allocated.ok()) return unreadable(allocated.status());
      arrow_->buffer = std::move(*allocated);
    }
    if (filled_ < wanted_) {
      switch (channel_->read(arrow_->buffer->mutable_data(), wanted_, filled_, part_ == Part::kProcessId)) {
        case WorkerChannel::Outcome::kNothing: return moved;
        case WorkerChannel::Outcome::kEnded: return workerEnded();
        case WorkerChannel::Outcome::kSenseless: return internalError("a Python worker gave a frame of no meaning");
        case WorkerChannel::Outcome::kMoved: break;
      }
      moved = true;
      if (filled_ < wanted_) continue;
    }
    RETURN_IF_ERROR(handle());
    // One batch at a time: what is not read waits in the worker.
    if (!arrow_->batches.empty()) return true;
  }
  return moved;
}

Status PythonTask::handle() {
  switch (part_) {
    case Part::kProcessId:
      worker_->processId = number();
      expect(Part::kCode, 4);
      return Status::ok();
    case Part::kCode: {
      const int32_t code = number();
      if (code == kStartArrowStream) {
        arrow_->begin(arrow_);
        expect(Part::kArrow, arrow_->decoder->next_required_size());
      } else if (code == kTimingData) {
        expect(Part::kTiming, kTimingBytes);
      } else if (code == kExceptionThrown) {
        expect(Part::kErrorSize, 4);
      } else if (code == kEndOfDataSection) {
        expect(Part::kAccumulatorCount, 4);
      } else {
        return outOfProtocol(code);
      }
      return Status::ok();
    }
    case Part::kTiming: expect(Part::kCode, 4); return Status::ok();
    case Part::kErrorSize:
    case Part::kAccumulatorSize: {
      const int32_t size = number();
      if (size < 0 || size > kMostText) return outOfProtocol(size);
      expect(part_ == Part::kErrorSize ? Part::kError : Part::kAccumulator, size);
      return Status::ok();
    }
    case Part::kError: {
      const std::string text(reinterpret_cast<const char*>(arrow_->buffer->data()), static_cast<size_t>(wanted_));
      return Error(condition::kPythonException).with("msg", "").with("traceback", text).as(ErrorFamily::kPython);
    }
    case Part::kArrow: {
      const arrow::Status status = arrow_->decoder->Consume(std::move(arrow_->buffer));
      RETURN_IF_ERROR(arrow_->failure);
      if (!status.ok()) return unreadable(status);
      if (arrow_->ended) {
        arrow_->decoder.reset();
        expect(Part::kCode, 4);
      } else {
        expect(Part::kArrow, arrow_->decoder->next_required_size());
      }
      return Status::ok();
    }
    case Part::kAccumulatorCount:
      accumulatorsLeft_ = number();
      expect(accumulatorsLeft_ > 0 ? Part::kAccumulatorSize : Part::kEnd, 4);
      return Status::ok();
    case Part::kAccumulator:
      accumulators_.emplace_back(reinterpret_cast<const char*>(arrow_->buffer->data()), static_cast<size_t>(wanted_));
      expect(--accumulatorsLeft_ > 0 ? Part::kAccumulatorSize : Part::kEnd, 4);
      return Status::ok();
    case Part::kEnd: {
      done_ = true;
      if (number() == kEndOfStream && channel_->isEmpty()) WorkerPool::instance().giveBack(std::move(worker_));
      channel_.reset();
      worker_.reset();
      return Status::ok();
    }
  }
  return Status::ok();
}

Result<bool> PythonTask::advance() {
  if (done_) return false;
  const bool wrote = channel_->write();
  if (!arrow_->batches.empty()) return wrote;
  ASSIGN_OR_RETURN(const bool read, readSome());
  if (!wrote && !read && std::chrono::steady_clock::now() >= silentUntil_) return workerSilent();
  if (wrote || read) lastMoved_ = std::chrono::steady_clock::now();
  return wrote || read;
}

bool PythonTask::takeOutput(columnar::ColumnarBatch& batch) {
  if (arrow_->batches.empty()) return false;
  batch = std::move(arrow_->batches.front());
  arrow_->batches.pop_front();
  return true;
}

void PythonTask::awaitReady(std::function<void()> ready, bool inputMayCome) {
  if (done_) return ready();
  const auto longest = worker_->environment().longestSilence;
  silentUntil_ = longest.count() > 0 && !inputMayCome ? lastMoved_ + longest : Readiness::Time::max();
  Readiness::instance().await(worker_->socket(), channel_->waitsForSocket(), std::move(ready), silentUntil_);
}

}  // namespace flint::pyworker
