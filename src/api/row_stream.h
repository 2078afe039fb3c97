#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "api/nodes.h"
#include "exec/result_sink.h"
#include "session/query_execution.h"

namespace flint::api {

/// Makes public rows of batches.
///
/// Threads: confined to one at a time.
class RowMaker {
 public:
  RowMaker(const DataType& schema, std::string timeZone);
  sql::Row row(const columnar::ColumnarBatch& batch, columnar::RowIndex row) const;

 private:
  const StructFields fields_;
  const std::string timeZone_;
  const sql::Row::Names names_;
};

/// A query that runs on a thread of its own while its rows are read, held back when it is some batches ahead.
///
/// Threads: `next` is confined to one.
class RowStream {
 public:
  /// Errors: of the analyzer.
  static Result<std::shared_ptr<RowStream>> start(const DataFrameNode& frame);
  ~RowStream();

  /// Nothing at the end. Errors: of the query.
  Result<std::optional<sql::Row>> next();

 private:
  class Consumer;
  RowStream(std::shared_ptr<session::QueryExecution> query, RowMaker maker);

  const std::shared_ptr<session::QueryExecution> query_;
  const RowMaker maker_;
  std::shared_ptr<Consumer> consumer_;
  columnar::ColumnarBatch batch_;  // being read
  columnar::RowIndex nextRow_ = 0;
  std::thread thread_;
};

}  // namespace flint::api
