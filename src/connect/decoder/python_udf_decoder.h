#pragma once

#include "connect/decoder/plan_decoder.h"

namespace flint::connect {

/// A user-defined function with its arguments, as a PythonUdf that is yet to be resolved. Errors: UNSUPPORTED_FEATURE for functions of the JVM.
Result<ExprPtr> decodePythonUdf(PlanDecoder& plans, const spark::connect::CommonInlineUserDefinedFunction& message);

}  // namespace flint::connect
