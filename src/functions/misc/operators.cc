// Operators, conditions and casts by their names, for lists and pages of functions: the analyzer resolves calls of them to nodes of their own.
#include "expr/function_registry.h"

namespace flint::functions {

using namespace expr;

namespace {

Result<FunctionBinding> bindByAnalyzer(const BindContext& context) {
  return Error(condition::kUnsupportedFeatureNotInFlint).with("feature", "this form of calling " + std::string(context.name));
}

struct Declaration {
  std::string_view name;
  Group group;
  std::string_view since;
  std::string_view usage;
};

constexpr Declaration kDeclarations[] = {
    {"!", Group::kPredicate, "1.0.0", "! expr - Logical not."},
    {"not", Group::kPredicate, "1.0.0", "not expr - Logical not."},
    {"and", Group::kPredicate, "1.0.0", "expr1 and expr2 - Logical and."},
    {"or", Group::kPredicate, "1.0.0", "expr1 or expr2 - Logical or."},
    {"=", Group::kPredicate, "1.0.0", "expr1 = expr2 - Whether both are equal; NULL where one is NULL."},
    {"==", Group::kPredicate, "1.0.0", "expr1 == expr2 - As =."},
    {"<=>", Group::kPredicate, "1.1.0", "expr1 <=> expr2 - Whether both are equal or both NULL."},
    {"!=", Group::kOperator, "1.0.0", "expr1 != expr2 - Whether both differ."},
    {"<>", Group::kOperator, "1.0.0", "expr1 <> expr2 - Whether both differ."},
    {"<", Group::kPredicate, "1.0.0", "expr1 < expr2 - Whether the first is less."},
    {"<=", Group::kPredicate, "1.0.0", "expr1 <= expr2 - Whether the first is less or equal."},
    {">", Group::kPredicate, "1.0.0", "expr1 > expr2 - Whether the first is greater."},
    {">=", Group::kPredicate, "1.0.0", "expr1 >= expr2 - Whether the first is greater or equal."},
    {"in", Group::kPredicate, "1.0.0", "expr1 in(expr2, expr3, ...) - Whether expr1 equals one of the others."},
    {"isnull", Group::kPredicate, "1.0.0", "isnull(expr) - Whether expr is NULL."},
    {"isnotnull", Group::kPredicate, "1.0.0", "isnotnull(expr) - Whether expr is not NULL."},
    {"case", Group::kOperator, "1.0.0", "CASE expr1 WHEN expr2 THEN expr3 ... [ELSE expr5] END - The value of the first branch that applies."},
    {"when", Group::kConditional, "1.0.0", "CASE WHEN expr1 THEN expr2 ... [ELSE expr5] END - The value of the first branch whose condition is true."},
    {"if", Group::kConditional, "1.0.0", "if(expr1, expr2, expr3) - expr2 where expr1 is true, expr3 otherwise."},
    {"coalesce", Group::kConditional, "1.0.0", "coalesce(expr1, expr2, ...) - The first that is not NULL."},
    {"cast", Group::kConversion, "1.0.0", "cast(expr AS type) - The value as another type."},
    {"bigint", Group::kConversion, "2.0.1", "bigint(expr) - The value as bigint."},
    {"binary", Group::kConversion, "2.0.1", "binary(expr) - The value as binary."},
    {"boolean", Group::kConversion, "2.0.1", "boolean(expr) - The value as boolean."},
    {"date", Group::kConversion, "2.0.1", "date(expr) - The value as date."},
    {"decimal", Group::kConversion, "2.0.1", "decimal(expr) - The value as decimal."},
    {"double", Group::kConversion, "2.0.1", "double(expr) - The value as double."},
    {"float", Group::kConversion, "2.0.1", "float(expr) - The value as float."},
    {"int", Group::kConversion, "2.0.1", "int(expr) - The value as int."},
    {"smallint", Group::kConversion, "2.0.1", "smallint(expr) - The value as smallint."},
    {"string", Group::kConversion, "2.0.1", "string(expr) - The value as string."},
    {"time", Group::kConversion, "4.1.0", "time(expr) - The value as time."},
    {"timestamp", Group::kConversion, "2.0.1", "timestamp(expr) - The value as timestamp."},
    {"tinyint", Group::kConversion, "2.0.1", "tinyint(expr) - The value as tinyint."},
    {"struct", Group::kStruct, "1.4.0", "struct(col1, col2, ...) - A struct of the values."},
    {"grouping", Group::kMisc, "2.0.0", "grouping(col) - 1 where col is aggregated away in a GROUP BY of several sets, 0 otherwise."},
    {"grouping_id", Group::kMisc, "2.0.0", "grouping_id([col1[, col2 ...]]) - The bits of grouping() of the columns."},
};

}  // namespace

void registerOperators(FunctionRegistry& registry) {
  static const std::vector<ScalarFunction> kFunctions = [] {
    std::vector<ScalarFunction> out;
    for (const Declaration& each : kDeclarations) out.push_back({.names = {each.name}, .group = each.group, .since = each.since, .usage = each.usage, .bind = bindByAnalyzer});
    return out;
  }();
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
