#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "columnar/arrow_ipc_writer.h"
#include "connect/service/response_writer.h"
#include "exec/result_sink.h"

namespace flint::connect {

/// Sends a query's rows as Arrow batches while the query runs.
///
/// Shape: rows are gathered to batches of `maxRows`, fewer where they are wide; `finish` sends the rest, and one empty batch where there was
/// no row at all. Batches above `chunkBytes` are cut into chunks. The schema and the metrics ride with the first and the last batch: a client
/// acknowledges every response, so that a small result costs one of them and not three.
/// Memory: at most one batch is held back here; the operation's buffer holds what nobody has read, and stops the query when it is full.
/// Threads: as ResultConsumer.
/// Errors: when the batches exceed `maxResultBytes` in all.
class ResultStream final : public exec::ResultConsumer {
 public:
  struct Limits {
    int64_t maxRows = 10'000;                // spark.sql.execution.arrow.maxRecordsPerBatch
    int64_t targetBytes = int64_t{8} << 20;  // of a batch, by the width of sampled rows
    int64_t chunkBytes = 0;                  // 0: the client does not take chunks
    int64_t maxResultBytes = int64_t{1} << 30;  // spark.driver.maxResultSize; 0: any
  };
  ResultStream(const StructFields& fields, columnar::ArrowWriteOptions options, ResponseWriter& writer, Operation& operation, Limits limits);

  ~ResultStream() override;

  Result<exec::Progress> accept(const columnar::ColumnarBatch& batch) override;
  /// What goes along with the next batch; not while the query runs.
  spark::connect::ExecutePlanResponse& beside() { return *beside_; }
  Status finish();
  int64_t numRows() const { return sentRows_; }

 private:
  Status checkSize() const;
  void flush();
  void send(std::string_view stream, int64_t rows);

  columnar::ArrowIpcWriter arrow_;
  ResponseWriter& writer_;
  Operation& operation_;
  const Limits limits_;
  int64_t sentRows_ = 0;
  int64_t sentBytes_ = 0;
  int64_t pendingBytes_ = 0;
  bool sentAny_ = false;
  std::unique_ptr<spark::connect::ExecutePlanResponse> beside_;
};

}  // namespace flint::connect
