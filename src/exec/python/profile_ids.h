#pragma once

#include <cstdint>

#include "expr/python_udf.h"

namespace flint::exec {

/// The number under which `spark.profile` shows what a call of a Python function took.
///
/// `stable`: the same for every run of an equal call in its session, as it is where Spark keeps analyzed plans; else a number of its own.
/// Threads: thread-safe.
int64_t profileIdOf(const expr::PythonUdf& call, bool stable);

}  // namespace flint::exec
