// Conditionals that stand for CASE, COALESCE and comparisons.
#include "expr/function_registry.h"
#include "expr/unresolved.h"
#include "functions/kernel_loops.h"
#include "functions/string/collation_keys.h"
#include "functions/types_of_arguments.h"
#include "columnar/vector_compare.h"
#include "expr/evaluation/node.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;

namespace {

Result<ExprPtr> rewriteNvl(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  return call("coalesce", {context.arguments[0], context.arguments[1]});
}
Result<ExprPtr> rewriteNvl2(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 3, 3));
  return call("if", {call("isnotnull", {context.arguments[0]}), context.arguments[1], context.arguments[2]});
}
Result<ExprPtr> rewriteNullIf(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  return call("if", {call("=", {context.arguments[0], context.arguments[1]}), literalNull(context.argumentTypes[0]), context.arguments[0]});
}
Result<ExprPtr> rewriteNullIfZero(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  return call("if", {call("=", {context.arguments[0], literalInt(0)}), literalNull(), context.arguments[0]});
}
Result<ExprPtr> rewriteZeroIfNull(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  return call("coalesce", {context.arguments[0], literalInt(0)});
}
Result<ExprPtr> rewriteEqualNull(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  return call("<=>", {context.arguments[0], context.arguments[1]});
}
Result<ExprPtr> rewriteBetween(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 3, 3));
  return call("and", {call(">=", {context.arguments[0], context.arguments[1]}), call("<=", {context.arguments[0], context.arguments[2]})});
}

// The largest or smallest non-null argument of each row.
template <bool Largest>
void chooseExtreme(const KernelArgs& args) {
  std::vector<columnar::Selection> rows(args.count());
  std::vector<VectorPtr> parts;
  std::vector<VectorPtr> compared;
  for (size_t i = 0; i < args.count(); ++i) {
    parts.push_back(args.vector(i));
    compared.push_back(comparedValues(args.vector(i), args.type(i)));
  }
  for (const RowIndex row : args.activeRows()) {
    size_t best = 0;
    for (size_t i = 1; i < args.count(); ++i) {
      if (args.vector(i)->isNull(row)) continue;
      if (args.vector(best)->isNull(row)) {
        best = i;
        continue;
      }
      const int order = columnar::compareValues(*compared[i], row, *compared[best], row);
      if (Largest ? order > 0 : order < 0) best = i;
    }
    rows[best].push_back(row);
  }
  args.resultBuffer().setVector(mergeParts(args.resultType(), args.numRows(), parts, rows));
}

template <bool Largest>
Result<FunctionBinding> bindExtreme(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, SIZE_MAX));
  const auto common = findWiderTypeWithoutStrings(context.argumentTypes, context.options.ansi);
  if (!common) {
    std::string all;
    for (const DataType& type : context.argumentTypes) all += (all.empty() ? "\"" : " or \"") + type.sql() + "\"";
    return Error(condition::kDatatypeMismatchDataDiffTypes)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("functionName", "`" + std::string(context.name) + "`")
        .with("dataType", "(" + all + ")");
  }
  if (!common->isOrderable()) {
    return Error(condition::kDatatypeMismatchInvalidOrderingType)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("functionName", "`" + std::string(context.name) + "`")
        .with("dataType", "\"" + common->sql() + "\"");
  }
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.size(), *common);
  binding.result = *common;
  binding.kernel = chooseExtreme<Largest>;
  return binding;
}

// The second value is computed for NaN only.
Result<ExprPtr> rewriteNanvl(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  const DataType& first = context.argumentTypes[0];
  const DataType& second = context.argumentTypes[1];
  if (!first.isNumeric() || !second.isNumeric() || !context.arguments[0]->deterministic()) return ExprPtr();
  const DataType type = first.is(TypeKind::kFloat) && second.is(TypeKind::kFloat) ? kFloat : kDouble;
  const auto taken = [&](const ExprPtr& value) { return value->dataType() == type ? value : ExprPtr(makeNode<Cast>(value, type, CastMode::kAnsi, true)); };
  const ExprPtr value = taken(context.arguments[0]);
  CaseWhen chosen;
  chosen.branches.emplace_back(call("isnan", {value}), taken(context.arguments[1]));
  chosen.elseValue = value;
  return ExprPtr(makeExpr(std::move(chosen)));
}

template <class T>
void testNan(const KernelArgs& args) {
  const auto values = args.column<T>(0);
  auto* out = args.result<uint8_t>().values();
  for (const RowIndex row : args.activeRows()) out[row] = !values.isNull(row) && values[row] != values[row];
}

template <class T>
void replaceNan(const KernelArgs& args) {
  const auto values = args.column<T>(0);
  const auto others = args.column<T>(1);
  auto out = args.result<T>();
  for (const RowIndex row : args.activeRows()) {
    const bool isNull = values.isNull(row);
    const bool nan = !isNull && values[row] != values[row];
    if (isNull || (nan && others.isNull(row))) {
      out.setNull(row);
    } else {
      out.set(row, nan ? others[row] : values[row]);
    }
  }
}

}  // namespace

void registerConditional(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"nvl", "ifnull"}, .group = Group::kConditional, .since = "2.0.0", .usage = "nvl(expr1, expr2) - expr2 when expr1 is NULL, else expr1.",
       .examples = {{.sql = "SELECT nvl(NULL, array('2'))", .result = "[2]"}}, .rewrite = rewriteNvl},
      {.names = {"nvl2"}, .group = Group::kConditional, .since = "2.0.0", .usage = "nvl2(expr1, expr2, expr3) - expr2 when expr1 is not NULL, else expr3.",
       .examples = {{.sql = "SELECT nvl2(NULL, 2, 1)", .result = "1"}}, .rewrite = rewriteNvl2},
      {.names = {"equal_null"}, .group = Group::kPredicate, .since = "3.4.0", .usage = "equal_null(expr1, expr2) - Whether the values are equal, NULL to NULL too.",
       .examples = {{.sql = "SELECT equal_null(3, 3)", .result = "true"}}, .rewrite = rewriteEqualNull},
      {.names = {"nullif"}, .group = Group::kConditional, .since = "2.0.0", .usage = "nullif(expr1, expr2) - NULL when both are equal, else expr1.",
       .examples = {{.sql = "SELECT nullif(2, 2)", .result = "NULL"}}, .rewrite = rewriteNullIf},
      {.names = {"nullifzero"}, .group = Group::kConditional, .since = "4.0.0", .usage = "nullifzero(expr) - NULL for 0, else expr.",
       .examples = {{.sql = "SELECT nullifzero(0)", .result = "NULL"}}, .rewrite = rewriteNullIfZero},
      {.names = {"zeroifnull"}, .group = Group::kConditional, .since = "4.0.0", .usage = "zeroifnull(expr) - 0 for NULL, else expr.",
       .examples = {{.sql = "SELECT zeroifnull(NULL)", .result = "0"}}, .rewrite = rewriteZeroIfNull},
      {.names = {"between"}, .group = Group::kPredicate, .since = "1.0.0", .usage = "input between lower and upper - Whether input is not below lower and not above upper.",
       .examples = {{.sql = "SELECT 0.5 between 0.1 AND 1.0", .result = "true"}}, .rewrite = rewriteBetween},
      {.names = {"greatest"}, .group = Group::kConditional, .since = "1.5.0", .usage = "greatest(expr, ...) - The largest argument that is not NULL.",
       .examples = {{.sql = "SELECT greatest(10, 9, 2, 4, 3)", .result = "10"}}, .nulls = NullRule::kHandledByKernel, .bind = bindExtreme<true>},
      {.names = {"least"}, .group = Group::kConditional, .since = "1.5.0", .usage = "least(expr, ...) - The smallest argument that is not NULL.",
       .examples = {{.sql = "SELECT least(10, 9, 2, 4, 3)", .result = "2"}}, .nulls = NullRule::kHandledByKernel, .bind = bindExtreme<false>},
      {.names = {"isnan"}, .group = Group::kPredicate, .since = "1.5.0", .usage = "isnan(expr) - Whether expr is NaN; false for NULL.",
       .examples = {{.sql = "SELECT isnan(cast('NaN' as double))", .result = "true"}}, .nulls = NullRule::kHandledByKernel, .nullable = false,
       .overloads = {{.arguments = {kDouble}, .result = kBoolean, .kernel = testNan<double>}, {.arguments = {kFloat}, .result = kBoolean, .kernel = testNan<float>}}},
      {.names = {"nanvl"}, .group = Group::kConditional, .since = "1.5.0", .usage = "nanvl(expr1, expr2) - expr2 when expr1 is NaN, else expr1.",
       .examples = {{.sql = "SELECT nanvl(cast('NaN' as double), 123)", .result = "123.0"}}, .nulls = NullRule::kHandledByKernel,
       .overloads = {{.arguments = {kDouble, kDouble}, .result = kDouble, .kernel = replaceNan<double>}, {.arguments = {kFloat, kFloat}, .result = kFloat, .kernel = replaceNan<float>}}, .rewrite = rewriteNanvl},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
