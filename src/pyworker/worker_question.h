#pragma once

#include <string>

#include "pyworker/task_header.h"
#include "pyworker/worker_pool.h"

namespace flint::pyworker {

/// What a worker answers to the question what a call of a table function gives: `request` is what follows the files' names (`flint_tables.analyze`).
///
/// Errors: the worker's traceback as a text in PYTHON_EXCEPTION; one where it ends or takes longer than two minutes. Blocks until then.
Result<std::string> askToAnalyze(const WorkerEnvironment& environment, const TaskHeader& header, const std::string& request);

}  // namespace flint::pyworker
