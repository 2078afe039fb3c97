#pragma once

#include "connect/decoder/plan_decoder.h"

namespace spark::connect {
class CommonInlineUserDefinedTableFunction;
}

namespace flint::connect {

/// A user-defined function with its arguments, as a PythonUdf that is yet to be resolved. Errors: UNSUPPORTED_FEATURE for functions of the JVM.
Result<ExprPtr> decodePythonUdf(PlanDecoder& plans, const spark::connect::CommonInlineUserDefinedFunction& message);

/// A table function; its type is no struct where `analyze` is to say it. Errors: as above.
Result<ExprPtr> decodePythonTableFunction(PlanDecoder& plans, const spark::connect::CommonInlineUserDefinedTableFunction& message);

}  // namespace flint::connect
