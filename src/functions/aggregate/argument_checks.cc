#include "functions/aggregate/argument_checks.h"

#include <fmt/core.h>

#include "expr/expression.h"

namespace flint::functions {
namespace {

constexpr std::string_view kOrdinals[] = {"first", "second", "third", "fourth", "fifth", "sixth"};

}  // namespace

std::string callSql(const expr::BindContext& context) {
  std::string text(context.name);
  text += '(';
  for (size_t i = 0; i < context.arguments.size(); ++i) {
    if (i != 0) text += ", ";
    text += context.arguments[i]->sql();
  }
  return text + ')';
}

Status checkArgumentCount(const expr::BindContext& context, size_t least, size_t most) {
  const size_t count = context.argumentTypes.size();
  if (count >= least && count <= most) return Status::ok();
  std::string expected = least == most ? fmt::format("{}", least)
                         : most == SIZE_MAX ? fmt::format("> {}", least == 0 ? 0 : least - 1)
                                            : fmt::format("[{}, {}]", least, most);
  return Error(condition::kWrongNumArgsWithoutSuggestion)
      .with("functionName", quoteIdentifier(context.name))
      .with("expectedNum", std::move(expected))
      .with("actualNum", fmt::format("{}", count))
      .with("docroot", "https://spark.apache.org/docs/latest");
}

Error unexpectedInputType(const expr::BindContext& context, size_t index, std::string_view required) {
  return Error(condition::kDatatypeMismatchUnexpectedInputType)
      .with("sqlExpr", "\"" + callSql(context) + "\"")
      .with("paramIndex", std::string(kOrdinals[index]))
      .with("requiredType", std::string(required))
      .with("inputSql", "\"" + context.arguments[index]->sql() + "\"")
      .with("inputType", "\"" + context.argumentTypes[index].sql() + "\"");
}

Status checkOrderable(const expr::BindContext& context, size_t index) {
  if (context.argumentTypes[index].isOrderable() || context.argumentTypes[index].is(TypeKind::kNull)) return Status::ok();
  return Error(condition::kDatatypeMismatchInvalidOrderingType)
      .with("sqlExpr", "\"" + callSql(context) + "\"")
      .with("functionName", quoteIdentifier(context.name))
      .with("dataType", "\"" + context.argumentTypes[index].sql() + "\"");
}

Error aggregateOverflow(std::string_view message, std::string_view alternative) {
  return Error(condition::kArithmeticOverflow)
      .with("message", std::string(message))
      .with("alternative", alternative.empty() ? "" : fmt::format(" Use '{}' to tolerate overflow and return NULL instead.", alternative))
      .with("config", "\"spark.sql.ansi.enabled\"")
      .as(ErrorFamily::kArithmetic);
}

}  // namespace flint::functions
