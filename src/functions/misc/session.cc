// Functions of the query and its session: current_date, current_timestamp, current_user, typeof; and of rows: rand, ids; and errors on demand.
#include <memory>
#include <random>

#include "expr/expression_text.h"
#include "expr/function_registry.h"
#include "expr/nodes.h"
#include "expr/unresolved.h"
#include "functions/kernel_loops.h"
#include "functions/math/xor_shift.h"
#include "functions/types_of_arguments.h"
#include "types/calendar.h"
#include "types/time_zone.h"

namespace flint::functions {

using namespace expr;

namespace {

// A value that is the same for the whole query.
struct FixedData {
  Value value;
};
void fixedValue(const KernelArgs& args) {
  args.resultBuffer().setVector(ColumnVector::constant(args.resultType(), args.data<FixedData>().value, args.numRows()));
}
FunctionBinding fixed(DataType type, Value value) {
  FunctionBinding binding;
  binding.result = std::move(type);
  binding.nullable = false;
  binding.kernel = fixedValue;
  binding.data = std::make_shared<FixedData>(FixedData{std::move(value)});
  return binding;
}

const TimeZone& zoneOf(const EvaluationOptions& options) {
  const TimeZone* zone = TimeZone::find(options.timeZone);
  return zone == nullptr ? TimeZone::utc() : *zone;
}

Result<FunctionBinding> bindCurrentDate(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 0, 0));
  return fixed(kDate, Value::integer(floorDivide(zoneOf(context.options).toLocal(context.options.currentTimestamp), kMicrosPerDay)));
}
Result<FunctionBinding> bindCurrentTimestamp(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 0, 0));
  return fixed(kTimestamp, Value::integer(context.options.currentTimestamp));
}
Result<FunctionBinding> bindLocalTimestamp(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 0, 0));
  return fixed(kTimestampNtz, Value::integer(zoneOf(context.options).toLocal(context.options.currentTimestamp)));
}
// The time of day, cut off behind as many digits of the second.
Result<FunctionBinding> bindCurrentTime(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const Value* given = context.constants[0];
  if (given == nullptr || given->isNull() || !context.argumentTypes[0].isIntegral()) return unexpectedArgumentType(context, 0, "\"INT\"");
  const int64_t precision = given->asInteger();
  if (precision < 0 || precision > 6) {
    return Error(condition::kDatatypeMismatchValueOutOfRange)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("exprName", "`precision`")
        .with("valueRange", "[0, 6]")
        .with("currentValue", std::to_string(precision));
  }
  int64_t unit = 1;
  for (int64_t digits = precision; digits < 6; ++digits) unit *= 10;
  const int64_t micros = floorModulo(zoneOf(context.options).toLocal(context.options.currentTimestamp), kMicrosPerDay);
  FunctionBinding binding = fixed(DataType::time(static_cast<int>(precision)), Value::integer((micros - micros % unit) * 1'000));
  binding.argumentTypes = {context.argumentTypes[0]};
  return binding;
}
Result<FunctionBinding> bindCurrentTimezone(const BindContext& context) { return fixed(kString, Value::string(context.options.timeZone)); }
Result<FunctionBinding> bindCurrentUser(const BindContext& context) { return fixed(kString, Value::string(context.options.currentUser)); }
Result<FunctionBinding> bindCurrentCatalog(const BindContext& context) { return fixed(kString, Value::string(context.options.currentCatalog)); }
Result<FunctionBinding> bindCurrentDatabase(const BindContext& context) { return fixed(kString, Value::string(context.options.currentDatabase)); }
Result<FunctionBinding> bindCurrentPath(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 0, 0));
  return fixed(kString, Value::string("system.builtin,system.session," + context.options.currentCatalog + "." + context.options.currentDatabase));
}
Result<FunctionBinding> bindVersion(const BindContext&) { return fixed(kString, Value::string("4.2.0 flint")); }
// The type is known before anything is evaluated; an argument with an aggregate stays, as its query is one of groups all the same.
// random is shown as rand.
Result<ExprPtr> rewriteRandom(const BindContext& context) {
  if (context.name == "rand") return ExprPtr();
  RuntimeReplaceable replaced;
  replaced.replacement = call("rand", {context.arguments.begin(), context.arguments.end()});
  return ExprPtr(makeExpr(std::move(replaced)));
}

Result<ExprPtr> rewriteTypeof(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  if (context.arguments[0]->traits().hasAggregate) return call("type_name", {context.arguments[0]});
  return literalString(context.argumentTypes[0].simpleString());
}
Result<FunctionBinding> bindTypeName(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  FunctionBinding binding = fixed(kString, Value::string(context.argumentTypes[0].simpleString()));
  binding.nulls = NullRule::kHandledByKernel;
  return binding;
}

// What no file is read for; where there is one the analyzer takes the column of its metadata.
Result<FunctionBinding> bindInputFile(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 0, 0));
  return context.name == "input_file_name" ? fixed(kString, Value::string("")) : fixed(kBigint, Value::integer(-1));
}

struct SeedData {
  int64_t seed = 0;
};

template <bool Gaussian>
void randomNumbers(const KernelArgs& args) {
  if (args.state() == nullptr) args.state() = std::make_shared<XorShift>(args.data<SeedData>().seed + args.partition());
  auto& random = *static_cast<XorShift*>(args.state().get());
  auto* out = args.result<double>().values();
  for (const RowIndex row : args.activeRows()) out[row] = Gaussian ? random.nextGaussian() : random.nextDouble();
}

template <bool Gaussian>
Result<FunctionBinding> bindRandom(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 0, 1));
  auto data = std::make_shared<SeedData>();
  FunctionBinding binding;
  if (!context.argumentTypes.empty()) {
    if (context.constants[0] == nullptr) return Error(condition::kSeedExpressionIsUnfoldable).with("seedExpr", quotedExpression(context.arguments[0])).with("exprWithSeed", "\"" + callText(context) + "\"");
    if (!context.argumentTypes[0].isIntegral() && !context.argumentTypes[0].is(TypeKind::kNull)) return unexpectedArgumentType(context, 0, "(\"INT\" or \"BIGINT\")");
    data->seed = context.constants[0]->isNull() ? 0 : context.constants[0]->asInteger();
    binding.argumentTypes = {context.argumentTypes[0]};
  } else {
    data->seed = static_cast<int64_t>(std::random_device{}());
  }
  binding.result = kDouble;
  binding.nullable = false;
  binding.nulls = NullRule::kHandledByKernel;
  binding.kernel = randomNumbers<Gaussian>;
  binding.data = std::move(data);
  return binding;
}

void increasingIds(const KernelArgs& args) {
  if (args.state() == nullptr) args.state() = std::make_shared<int64_t>(0);
  auto& next = *static_cast<int64_t*>(args.state().get());
  const int64_t base = static_cast<int64_t>(args.partition()) << 33;
  auto* out = args.result<int64_t>().values();
  for (const RowIndex row : args.activeRows()) out[row] = base + next++;
}
void partitionIds(const KernelArgs& args) {
  auto* out = args.result<int32_t>().values();
  for (const RowIndex row : args.activeRows()) out[row] = args.partition();
}

void raiseErrors(const KernelArgs& args) {
  const auto messages = args.column<StringView>(0);
  for (const RowIndex row : args.activeRows()) {
    args.errors().set(row, Error(condition::kUserRaisedException).with("errorMessage", messages.isNull(row) ? "null" : messages[row].str()).as(ErrorFamily::kRuntime));
    columnar::clearBit(args.resultBuffer().validity(), row);
  }
}
Result<FunctionBinding> bindRaiseError(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  FunctionBinding binding;
  binding.argumentTypes = {kString};
  binding.result = DataType::null();
  binding.kernel = raiseErrors;
  binding.canRaise = true;
  return binding;
}

void assertTrue(const KernelArgs& args) {
  const auto conditions = args.column<uint8_t>(0);
  for (const RowIndex row : args.activeRows()) {
    columnar::clearBit(args.resultBuffer().validity(), row);
    if (!conditions.isNull(row) && conditions[row] != 0) continue;
    const auto messages = args.column<StringView>(1);
    args.errors().set(row, Error(condition::kUserRaisedException).with("errorMessage", messages.isNull(row) ? "null" : messages[row].str()).as(ErrorFamily::kRuntime));
  }
}

void raiseTooManyRows(const KernelArgs& args) {
  for (const RowIndex row : args.activeRows()) {
    columnar::clearBit(args.resultBuffer().validity(), row);
    args.errors().set(row, Error(condition::kScalarSubqueryTooManyRows).as(ErrorFamily::kRuntime));
  }
}
Result<FunctionBinding> bindRaiseTooManyRows(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 0, 0));
  FunctionBinding binding;
  binding.result = DataType::null();
  binding.kernel = raiseTooManyRows;
  binding.canRaise = true;
  return binding;
}

// Without a message the condition itself is told.
Result<ExprPtr> rewriteAssertTrue(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  if (context.arguments.size() == 2) return ExprPtr();
  RuntimeReplaceable shownAsItIs;
  shownAsItIs.replacement = call("assert_true", {context.arguments[0], literalString("'" + columnName(context.arguments[0], context.options.timeZone) + "' is not true!")});
  return ExprPtr(makeExpr(std::move(shownAsItIs)));
}
Result<FunctionBinding> bindAssertTrue(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  FunctionBinding binding;
  binding.argumentTypes = {kBoolean, kString};
  binding.argumentTypes.resize(context.argumentTypes.size());
  binding.result = DataType::null();
  binding.kernel = assertTrue;
  binding.canRaise = true;
  return binding;
}

}  // namespace

void registerSession(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"current_date", "curdate"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "current_date() - The date at the start of the query.", .bind = bindCurrentDate},
      {.names = {"current_timestamp", "now"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "current_timestamp() - The time at the start of the query.", .bind = bindCurrentTimestamp},
      {.names = {"localtimestamp"}, .group = Group::kDatetime, .since = "3.4.0", .usage = "localtimestamp() - The local time at the start of the query.", .bind = bindLocalTimestamp},
      {.names = {"current_time"}, .group = Group::kDatetime, .since = "4.1.0", .usage = "current_time([precision]) - The time of day at the start of the query.", .bind = bindCurrentTime,
       .defaults = {{kInt, Value::integer(6)}}, .maxArguments = 1},
      {.names = {"current_timezone"}, .group = Group::kDatetime, .since = "3.1.0", .usage = "current_timezone() - The session's time zone.", .bind = bindCurrentTimezone},
      {.names = {"current_user", "user", "session_user"}, .group = Group::kMisc, .since = "3.2.0", .usage = "current_user() - The user of the session.", .bind = bindCurrentUser},
      {.names = {"current_catalog"}, .group = Group::kMisc, .since = "3.1.0", .usage = "current_catalog() - The current catalog.", .bind = bindCurrentCatalog},
      {.names = {"current_database", "current_schema"}, .group = Group::kMisc, .since = "1.6.0", .usage = "current_database() - The current database.", .bind = bindCurrentDatabase, .display = "current_schema"},
      {.names = {"current_path"}, .group = Group::kMisc, .since = "4.2.0", .usage = "current_path() - Where names of routines are looked for, in order.", .bind = bindCurrentPath},
      {.names = {"version"}, .group = Group::kMisc, .since = "3.0.0", .usage = "version() - The version of Spark that is served, and who serves it.", .bind = bindVersion},
      {.names = {"typeof"}, .group = Group::kMisc, .since = "3.0.0", .usage = "typeof(expr) - The type of the value.", .examples = {{.sql = "SELECT typeof(1)", .result = "int"}}, .rewrite = rewriteTypeof},
      {.names = {"type_name"}, .group = Group::kInternal, .since = "3.0.0", .usage = "type_name(expr) - The type of an expression of aggregates.", .nulls = NullRule::kHandledByKernel, .nullable = false, .bind = bindTypeName},
      {.names = {"rand", "random"}, .group = Group::kMath, .since = "1.5.0", .usage = "rand([seed]) - Random numbers from 0 to 1, evenly spread.", .nulls = NullRule::kHandledByKernel, .deterministic = false, .bind = bindRandom<false>, .rewrite = rewriteRandom},
      {.names = {"randn"}, .group = Group::kMath, .since = "1.5.0", .usage = "randn([seed]) - Random numbers of the standard normal distribution.", .nulls = NullRule::kHandledByKernel, .deterministic = false, .bind = bindRandom<true>},
      {.names = {"monotonically_increasing_id"}, .group = Group::kMisc, .since = "1.4.0", .usage = "monotonically_increasing_id() - Numbers that grow with the rows, with gaps between partitions.", .deterministic = false, .nullable = false,
       .overloads = {{.arguments = {}, .result = kBigint, .kernel = increasingIds}}},
      {.names = {"spark_partition_id"}, .group = Group::kMisc, .since = "1.4.0", .usage = "spark_partition_id() - The number of the row's partition.", .deterministic = false, .nullable = false,
       .overloads = {{.arguments = {}, .result = kInt, .kernel = partitionIds}}, .display = "SPARK_PARTITION_ID"},
      {.names = {"input_file_name"}, .group = Group::kMisc, .since = "1.5.0", .usage = "input_file_name() - The file that the row was read from; empty where there is none.",
       .examples = {{.sql = "SELECT input_file_name()", .result = ""}}, .deterministic = false, .bind = bindInputFile},
      {.names = {"input_file_block_start"}, .group = Group::kMisc, .since = "2.2.0", .usage = "input_file_block_start() - Where the part of the file begins that the row was read with; -1 where there is none.",
       .examples = {{.sql = "SELECT input_file_block_start()", .result = "-1"}}, .deterministic = false, .bind = bindInputFile},
      {.names = {"input_file_block_length"}, .group = Group::kMisc, .since = "2.2.0", .usage = "input_file_block_length() - The length of the part of the file that the row was read with; -1 where there is none.",
       .examples = {{.sql = "SELECT input_file_block_length()", .result = "-1"}}, .deterministic = false, .bind = bindInputFile},
      {.names = {"raise_error"}, .group = Group::kMisc, .since = "3.1.0", .usage = "raise_error(expr) - Fails with the message.", .nulls = NullRule::kHandledByKernel, .deterministic = false, .bind = bindRaiseError},
      {.names = {"raise_too_many_rows"}, .group = Group::kInternal, .since = "3.1.0", .usage = "raise_too_many_rows() - Fails as a subquery of several rows does that is used as a value.", .nulls = NullRule::kHandledByKernel, .deterministic = false, .bind = bindRaiseTooManyRows},
      {.names = {"assert_true"}, .group = Group::kMisc, .since = "2.0.0", .usage = "assert_true(expr[, message]) - Fails unless expr is true.", .nulls = NullRule::kHandledByKernel, .deterministic = false, .bind = bindAssertTrue, .rewrite = rewriteAssertTrue},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
