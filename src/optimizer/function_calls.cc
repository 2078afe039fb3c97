#include "optimizer/function_calls.h"

#include "expr/call_arguments.h"
#include "expr/function_registry.h"

namespace flint::optimizer {
namespace {

Error missing(const std::string& name) { return internalError("no built-in function " + name); }

template <class Binding>
void castArguments(std::vector<expr::ExprPtr>& arguments, const Binding& binding) {
  for (size_t i = 0; i < arguments.size() && i < binding.argumentTypes.size(); ++i) {
    if (arguments[i]->dataType() == binding.argumentTypes[i]) continue;
    expr::Cast cast;
    cast.child = arguments[i];
    cast.target = binding.argumentTypes[i];
    cast.implicit = true;
    arguments[i] = makeExpr(std::move(cast));
  }
}

}  // namespace

Result<expr::ExprPtr> bindAggregate(std::string name, std::vector<expr::ExprPtr> arguments, const expr::EvaluationOptions& options) {
  const auto entry = expr::FunctionRegistry::builtin().find(name);
  const auto* function = std::get_if<const expr::AggregateFunction*>(&entry);
  if (function == nullptr || (*function)->bind == nullptr) return missing(name);
  const expr::CallArguments facts(arguments, options);
  ASSIGN_OR_RETURN(expr::AggregateBinding binding, (*function)->bind(facts.context(name), false));
  castArguments(arguments, binding);
  expr::AggregateExpression call;
  call.name = std::move(name);
  call.arguments = std::move(arguments);
  call.binding = std::make_shared<const expr::AggregateBinding>(std::move(binding));
  return expr::ExprPtr(makeExpr(std::move(call)));
}

Result<expr::ExprPtr> bindScalarCall(std::string name, std::vector<expr::ExprPtr> arguments, const expr::EvaluationOptions& options) {
  const auto entry = expr::FunctionRegistry::builtin().find(name);
  const auto* function = std::get_if<const expr::ScalarFunction*>(&entry);
  if (function == nullptr) return missing(name);
  const expr::CallArguments facts(arguments, options);
  ASSIGN_OR_RETURN(expr::FunctionBinding binding, expr::bindScalar(**function, facts.context(name)));
  castArguments(arguments, binding);
  expr::FunctionCall call;
  call.name = std::move(name);
  call.arguments = std::move(arguments);
  call.isDeterministic = (*function)->deterministic;
  call.binding = std::make_shared<const expr::FunctionBinding>(std::move(binding));
  return expr::ExprPtr(makeExpr(std::move(call)));
}

Result<expr::ExprPtr> bindGenerator(std::string name, std::vector<expr::ExprPtr> arguments, const expr::EvaluationOptions& options) {
  const auto entry = expr::FunctionRegistry::builtin().find(name);
  const auto* function = std::get_if<const expr::GeneratorFunction*>(&entry);
  if (function == nullptr || (*function)->bind == nullptr) return missing(name);
  const expr::CallArguments facts(arguments, options);
  ASSIGN_OR_RETURN(expr::GeneratorBinding binding, (*function)->bind(facts.context(name)));
  castArguments(arguments, binding);
  expr::GeneratorCall call;
  call.name = std::move(name);
  call.arguments = std::move(arguments);
  call.binding = std::make_shared<const expr::GeneratorBinding>(std::move(binding));
  return expr::ExprPtr(makeExpr(std::move(call)));
}

Result<expr::ExprPtr> bindRowNumber(const expr::EvaluationOptions& options) {
  const auto entry = expr::FunctionRegistry::builtin().find("row_number");
  const auto* function = std::get_if<const expr::WindowFunction*>(&entry);
  if (function == nullptr || (*function)->bind == nullptr) return missing("row_number");
  ASSIGN_OR_RETURN(expr::WindowBinding binding, (*function)->bind(expr::CallArguments({}, options).context("row_number"), false));
  expr::WindowFunctionCall call;
  call.name = "row_number";
  call.binding = std::make_shared<const expr::WindowBinding>(std::move(binding));
  return expr::ExprPtr(makeExpr(std::move(call)));
}

}  // namespace flint::optimizer
