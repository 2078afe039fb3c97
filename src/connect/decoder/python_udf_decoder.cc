#include "connect/decoder/python_udf_decoder.h"

#include <spark/connect/expressions.pb.h>
#include <spark/connect/relations.pb.h>

#include "connect/decoder/type_codec.h"

namespace flint::connect {
namespace {

// What PythonUDF and PythonUDTF have in common.
template <class Python>
Result<expr::PythonFunction> functionOf(PlanDecoder& plans, const std::string& name, const Python& python) {
  ASSIGN_OR_RETURN(expr::PythonFunction function, plans.context().pythonSession());
  function.name = name;
  function.command = python.command();
  function.evalType = static_cast<expr::PythonEvalType>(python.eval_type());
  function.pythonVersion = python.python_ver();
  return function;
}

}  // namespace

Result<ExprPtr> decodePythonUdf(PlanDecoder& plans, const spark::connect::CommonInlineUserDefinedFunction& message) {
  if (message.has_java_udf()) {
    return Error(condition::kCannotLoadFunctionClass)
        .with("className", message.java_udf().class_name())
        .with("functionName", message.function_name())
        .as(ErrorFamily::kAnalysis);
  }
  if (!message.has_python_udf()) return unsupportedFeature("a user-defined function of the JVM");
  const spark::connect::PythonUDF& python = message.python_udf();
  expr::PythonUdf node;
  ASSIGN_OR_RETURN(node.function, functionOf(plans, message.function_name(), python));
  node.isDeterministic = message.deterministic();
  ASSIGN_OR_RETURN(node.type, decodeType(python.output_type()));
  ASSIGN_OR_RETURN(node.arguments, plans.expressions(message.arguments()));
  return ExprPtr(expr::makeExpr(std::move(node)));
}

Result<ExprPtr> decodePythonTableFunction(PlanDecoder& plans, const spark::connect::CommonInlineUserDefinedTableFunction& message) {
  if (!message.has_python_udtf()) return unsupportedFeature("a table function of the JVM");
  const spark::connect::PythonUDTF& python = message.python_udtf();
  expr::PythonUdf node;
  ASSIGN_OR_RETURN(node.function, functionOf(plans, message.function_name(), python));
  if (!expr::isTableFunction(node.function.evalType)) return invalidPlan("a Python table function of no known kind");
  if (python.has_return_type()) {
    ASSIGN_OR_RETURN(node.type, decodeType(python.return_type()));
    if (!node.type.is(TypeKind::kStruct)) {
      return invalidPlan("Invalid Python user-defined table function return type. Expect a struct type, but got " + node.type.simpleString());
    }
  }
  ASSIGN_OR_RETURN(node.arguments, plans.expressions(message.arguments()));
  return ExprPtr(expr::makeExpr(std::move(node)));
}

}  // namespace flint::connect
