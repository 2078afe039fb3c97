#include "functions/aggregate/argument_checks.h"

#include <fmt/core.h>

namespace flint::functions {
Status checkOrderable(const expr::BindContext& context, size_t index) {
  if (context.argumentTypes[index].isOrderable() || context.argumentTypes[index].is(TypeKind::kNull)) return Status::ok();
  return Error(condition::kDatatypeMismatchInvalidOrderingType)
      .with("sqlExpr", "\"" + expr::callText(context) + "\"")
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
