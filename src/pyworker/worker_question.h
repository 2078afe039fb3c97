#pragma once

#include <string>
#include <string_view>

#include "pyworker/task_header.h"
#include "pyworker/worker_pool.h"

namespace flint::pyworker {

/// What a worker answers to the question `kind` (`flint_questions.py` names them): `request` is what PySpark's module of that name reads. Of the header
/// the Python version and the files matter.
///
/// Errors: the worker's traceback as a text in PYTHON_EXCEPTION; one where it ends, is silent for longer than its environment allows, or takes longer
/// than two minutes; that of the thread's QuestionScope. Blocks until then.
Result<std::string> ask(const WorkerEnvironment& environment, const TaskHeader& header, std::string_view kind, const std::string& request);

}  // namespace flint::pyworker
