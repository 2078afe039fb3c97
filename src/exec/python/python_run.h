#pragma once

#include <memory>
#include <string>
#include <vector>

#include "columnar/arrow_ipc_writer.h"
#include "plan/physical/python_nodes.h"
#include "pyworker/task_header.h"
#include "pyworker/worker_pool.h"

namespace flint::exec {

/// What a PythonMapExec means for its workers: which columns they get, under which header, in which environment.
struct PythonRun {
  /// `input` are the columns that the functions' arguments are bound to: of the node's first input.
  static Result<std::shared_ptr<PythonRun>> make(const plan::PythonMapExec& node, const std::vector<expr::AttributePtr>& input);
  /// The columns of the second input; its header has what the function is told of them.
  static Result<std::shared_ptr<PythonRun>> makeRight(const plan::PythonMapExec& node, const std::vector<expr::AttributePtr>& input);

  std::string setting(std::string_view key, std::string_view otherwise) const;

  pyworker::WorkerEnvironment environment;
  pyworker::TaskHeader header;              // of partition 0
  std::vector<expr::ExprPtr> arguments;     // bound; what goes to the worker
  StructFields fields;                      // of what goes there: one an argument, or one struct of them
  bool wrapped = false;                     // the arguments are fields of one struct column
  columnar::ArrowWriteOptions arrow;
  int64_t maxRecordsPerBatch = 10000;       // rows
  std::vector<DataType> resultTypes;
  std::vector<std::string> requiredNames;   // of results that hold no NULL; empty for the others
  std::vector<std::pair<std::string, std::string>> settings;
};

/// `arguments` as the columns of `run.fields`, for the rows of `batch`.
columnar::ColumnarBatch toWorkerColumns(const PythonRun& run, const columnar::ColumnarBatch& batch, std::vector<columnar::VectorPtr> arguments);

/// What a worker gave, as the types that were declared. Errors: ARROW_TYPE_MISMATCH where it is something else, NOT_NULL_ASSERT_VIOLATION.
Result<std::vector<columnar::VectorPtr>> fromWorkerColumns(const PythonRun& run, const columnar::ColumnarBatch& given, bool wrapped);

}  // namespace flint::exec
