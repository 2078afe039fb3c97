// Higher-order functions: lambda parameters get their types from the arguments before the lambda.
#include "analysis/expression_resolver.h"
#include "analysis/plan_resolver.h"
#include "base/condition.h"
#include "expr/call_arguments.h"
#include "expr/expression_text.h"

namespace flint::analysis {
namespace {

// The position of a higher-order function's first lambda.
size_t firstLambda(const std::string& function) {
  return function == "zip_with" || function == "map_zip_with" || function == "aggregate" || function == "reduce" ? 2 : 1;
}

}  // namespace

const ExprPtr* ExpressionResolver::findLambdaVariable(const std::string& name) const {
  for (auto scope = lambdaVariables_.rbegin(); scope != lambdaVariables_.rend(); ++scope) {
    for (const ExprPtr& variable : *scope) {
      if (plans_.sameName(variable->as<expr::LambdaVariable>()->name, name)) return &variable;
    }
  }
  return nullptr;
}

Result<ExprPtr> ExpressionResolver::bindLambda(const expr::LambdaFunction& lambda, const std::vector<expr::LambdaParameter>& parameters,
                                               const OriginPtr& origin) {
  if (lambda.variables.size() != parameters.size()) {
    return Error(condition::kInvalidLambdaFunctionCallNumArgsMismatch)
        .with("expectedNumArgs", std::to_string(lambda.variables.size()))
        .with("actualNumArgs", std::to_string(parameters.size()))
        .at(origin)
        .as(ErrorFamily::kAnalysis);
  }
  std::vector<ExprPtr> variables;
  for (size_t i = 0; i < lambda.variables.size(); ++i) {
    expr::LambdaVariable variable;
    if (const auto* unresolved = lambda.variables[i]->as<expr::UnresolvedLambdaVariable>()) variable.name = unresolved->nameParts.back();
    if (const auto* named = lambda.variables[i]->as<expr::LambdaVariable>()) variable.name = named->name;
    for (const ExprPtr& other : variables) {
      if (!plans_.sameName(other->as<expr::LambdaVariable>()->name, variable.name)) continue;
      return Error(condition::kInvalidLambdaFunctionCallDuplicateArgNames)
          .with("args", quoteIdentifier(variable.name))
          .with("caseSensitiveConfig", "\"spark.sql.caseSensitive\"")
          .at(origin)
          .as(ErrorFamily::kAnalysis);
    }
    variable.type = parameters[i].type;
    variable.nullableValue = parameters[i].nullable;
    variable.id = expr::newExprId();
    variables.push_back(expr::makeExpr(std::move(variable), lambda.variables[i]->origin()));
  }
  lambdaVariables_.push_back(variables);
  auto body = resolve(lambda.body);
  lambdaVariables_.pop_back();
  RETURN_IF_ERROR(body);
  if (body.value()->traits().hasSubquery) {
    return Error(condition::kUnsupportedSubqueryExpressionCategoryHigherOrderFunction).at(origin).as(ErrorFamily::kAnalysis);
  }
  expr::LambdaFunction bound;
  bound.body = withoutReplaced(body.value());
  bound.variables = std::move(variables);
  return ExprPtr(expr::makeExpr(std::move(bound), lambda.origin()));
}

Result<ExprPtr> ExpressionResolver::resolveHigherOrder(const expr::ScalarFunction& function, const std::string& name,
                                                       const expr::UnresolvedFunction& call) {
  ASSIGN_OR_RETURN(std::vector<ExprPtr> arguments, orderNamedArguments(name, call.arguments, function.parameterNames, call.origin()));
  const auto isLambda = [](const ExprPtr& argument) { return argument->as<expr::LambdaFunction>() != nullptr; };
  for (ExprPtr& argument : arguments) {
    if (isLambda(argument)) {
      if (static_cast<size_t>(&argument - arguments.data()) >= firstLambda(name)) continue;
      return Error(condition::kInvalidLambdaFunctionCallParameterDoesNotAcceptLambdaFunction).at(call.origin()).as(ErrorFamily::kAnalysis);
    }
    ASSIGN_OR_RETURN(argument, resolve(argument));
    argument = expr::withoutAlias(argument);
  }
  for (size_t i = 0; i < arguments.size(); ++i) {
    const auto* lambda = arguments[i]->as<expr::LambdaFunction>();
    const expr::CallArguments known(arguments, options());
    const expr::BindContext context = known.context(name);
    if (lambda == nullptr) {
      if (i < firstLambda(name)) continue;
      // Any other expression stands for a lambda that does not look at its parameters.
      auto hidden = function.lambdaTyper(context, i, 1);
      if (!hidden.isOk()) {
        Error error = hidden.error();
        return error.at(call.origin()).as(ErrorFamily::kAnalysis);
      }
      expr::LambdaFunction constant;
      constant.body = withoutReplaced(arguments[i]);
      for (const expr::LambdaParameter& parameter : hidden.value()) {
        expr::LambdaVariable variable;
        variable.name = "col" + std::to_string(constant.variables.size());
        variable.type = parameter.type;
        variable.nullableValue = parameter.nullable;
        variable.id = expr::newExprId();
        constant.variables.push_back(expr::makeExpr(std::move(variable)));
      }
      arguments[i] = expr::makeExpr(std::move(constant), arguments[i]->origin());
      continue;
    }
    auto parameters = function.lambdaTyper(context, i, lambda->variables.size());
    if (!parameters.isOk()) {
      Error error = parameters.error();
      return error.at(call.origin()).as(ErrorFamily::kAnalysis);
    }
    ASSIGN_OR_RETURN(arguments[i], bindLambda(*lambda, parameters.value(), call.origin()));
  }
  return resolveScalar(function, name, call, std::move(arguments));
}

}  // namespace flint::analysis
