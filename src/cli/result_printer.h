#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/sql_options.h"
#include "exec/result_sink.h"
#include "types/data_type.h"

namespace flint::cli {

/// Writes a query's rows to standard output while the query runs.
///
/// Threads: as ResultConsumer; `finish` after the run.
/// Errors: IO_ERROR-like INTERNAL_ERROR where standard output takes no more.
class ResultPrinter : public exec::ResultConsumer {
 public:
  Result<exec::Progress> accept(const columnar::ColumnarBatch& batch) final;
  /// What is left to be written when all rows are there.
  Status finish();
  int64_t numRows() const { return numRows_; }
  /// Called before anything is written, where set; on any thread.
  std::function<void()> beforeOutput;

 protected:
  virtual void add(const columnar::ColumnarBatch& batch) = 0;
  virtual void end() = 0;
  std::string out_;  // to be written

 private:
  Status flush();
  int64_t numRows_ = 0;
};

/// For rows as `session::printedColumns` gives them: a frame with the names above, numbers to the right, cells of several lines over several lines.
/// Nothing is cut. The first rows, up to 10,000 or 16 MiB, decide the columns' widths; later cells that are wider push the frame.
std::shared_ptr<ResultPrinter> makeTablePrinter(std::shared_ptr<const StructFields> columns);
/// For rows as `session::printedColumns` gives them: RFC 4180 with a line of names; NULL is empty, an empty text "".
std::shared_ptr<ResultPrinter> makeCsvPrinter(std::shared_ptr<const StructFields> columns);
/// For rows of any types: an object a line, nulls included.
std::shared_ptr<ResultPrinter> makeJsonPrinter(StructFields columns, const std::string& timeZone);

}  // namespace flint::cli
