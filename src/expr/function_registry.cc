#include "expr/function_registry.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "expr/call_arguments.h"
#include "expr/expression_text.h"
#include "expr/nodes.h"
#include "types/type_coercion.h"

namespace flint::expr {

namespace {

template <class Function>
void addNames(std::unordered_map<std::string, FunctionRegistry::Entry>& entries, const Function& function) {
  for (const std::string_view name : function.names) entries[std::string(name)] = &function;
}

Error wrongNumArgs(const BindContext& context, std::string expected) {
  return Error(condition::kWrongNumArgsWithoutSuggestion)
      .with("functionName", quoteIdentifier(context.name))
      .with("expectedNum", std::move(expected))
      .with("actualNum", std::to_string(context.argumentTypes.size()))
      .with("docroot", "https://spark.apache.org/docs/latest");
}

}  // namespace

void FunctionRegistry::add(const ScalarFunction& function) { addNames(entries_, function); }
void FunctionRegistry::add(const AggregateFunction& function) { addNames(entries_, function); }
void FunctionRegistry::add(const WindowFunction& function) { addNames(entries_, function); }
void FunctionRegistry::add(const GeneratorFunction& function) { addNames(entries_, function); }

FunctionRegistry::Entry FunctionRegistry::find(std::string_view name) const {
  const auto entry = entries_.find(std::string(name));
  return entry == entries_.end() ? Entry{} : entry->second;
}

std::vector<std::string> FunctionRegistry::names() const {
  std::vector<std::string> out;
  for (const auto& [name, entry] : entries_) out.push_back(name);
  std::sort(out.begin(), out.end());
  return out;
}

FunctionRegistry& FunctionRegistry::builtin() {
  static FunctionRegistry registry;
  return registry;
}

std::string callText(const BindContext& context) {
  std::vector<std::string> arguments;
  for (const ExprPtr& argument : context.arguments) arguments.push_back(columnName(argument, context.options.timeZone));
  return fmt::format("{}({})", context.name, joinTexts(arguments));
}

Error unexpectedArgumentType(const BindContext& context, size_t argument, const std::string& required) {
  const DataType& given = context.argumentTypes[argument];
  const bool castable = required == "\"TIMESTAMP\"" || (required == "\"DATE\"" && !context.name.starts_with("date_"));
  if (given.is(TypeKind::kTime) && castable && !context.name.starts_with("unix_")) {
    // It counts as a time that can be cast, which then fails.
    return Error(condition::kDatatypeMismatchCastWithoutSuggestion)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("srcType", "\"" + given.sql() + "\"")
        .with("targetType", required);
  }
  static constexpr const char* kOrdinals[] = {"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"};
  return Error(condition::kDatatypeMismatchUnexpectedInputType)
      .with("sqlExpr", "\"" + callText(context) + "\"")
      .with("paramIndex", argument < std::size(kOrdinals) ? kOrdinals[argument] : std::to_string(argument + 1))
      .with("requiredType", required)
      .with("inputSql", argument < context.arguments.size() ? quotedExpression(context.arguments[argument], context.options.timeZone) : "")
      .with("inputType", "\"" + context.argumentTypes[argument].sql() + "\"");
}

Status checkArgumentCount(const BindContext& context, size_t least, size_t most) {
  const size_t count = context.argumentTypes.size();
  if (count >= least && count <= most) return Status::ok();
  if (least == most) return wrongNumArgs(context, std::to_string(least));
  if (most == SIZE_MAX) return wrongNumArgs(context, fmt::format("> {}", least - 1));
  if (most == least + 1) return wrongNumArgs(context, fmt::format("[{}, {}]", least, most));
  std::string expected;
  for (size_t i = least; i <= most; ++i) expected += (i > least ? ", " : "[") + std::to_string(i);
  return wrongNumArgs(context, expected + "]");
}

namespace {

// The type argument number `i` of a call has in an overload; null pointer when there is no such argument.
const DataType* overloadArgument(const Overload& overload, size_t i) {
  if (i < overload.arguments.size()) return &overload.arguments[i];
  return overload.variadic && !overload.arguments.empty() ? &overload.arguments.back() : nullptr;
}

bool takesCount(const Overload& overload, size_t count) {
  if (overload.variadic) return count + 1 >= overload.arguments.size();
  return count == overload.arguments.size();
}

FunctionBinding bindingOf(const ScalarFunction& function, const Overload& overload, std::vector<DataType> argumentTypes) {
  FunctionBinding binding;
  binding.argumentTypes = std::move(argumentTypes);
  binding.result = overload.result;
  binding.kernel = overload.kernel;
  binding.takesNullRows = overload.takesNullRows;
  return binding;
}

// What the declaration says of every binding of the function.
FunctionBinding& completed(FunctionBinding& binding, const ScalarFunction& function) {
  binding.nulls = function.nulls;
  binding.nullable = function.nullable;
  if (!function.errors.empty()) binding.canRaise = true;
  binding.errors = &function.errors;
  return binding;
}

// Functions whose arguments are not cast, but for NULL: those that Spark has as ExpectsInputTypes.
bool takesExactTypes(const ScalarFunction& function) {
  static constexpr std::string_view kNames[] = {"json_object_keys", "get_json_object", "json_array_length", "unix_seconds", "unix_millis", "unix_micros",
                                                "getbit", "bit_count", "soundex", "timestamp_millis", "timestamp_micros", "unix_date", "parse_url", "try_parse_url", "bitmap_count"};
  return std::find(std::begin(kNames), std::end(kNames), function.names[0]) != std::end(kNames);
}
bool isOfKind(const DataType& given, const DataType& wanted) {
  if (given.is(TypeKind::kNull) || (given.isStringLike() && wanted.isStringLike())) return true;
  return given.is(wanted.kind()) || (given.isIntegral() && wanted.isIntegral()) || (given.is(TypeKind::kBoolean) && wanted.isIntegral());
}

// getbit takes its position as what is cast to a number.
bool takenExactly(const ScalarFunction& function, size_t argument, const DataType& given, const DataType& wanted) {
  return isOfKind(given, wanted) || (argument == 1 && function.names[0] == "getbit");
}

// A number or truth value is taken from what is cast to it implicitly.
Status checkNumbers(const BindContext& context, const FunctionBinding& binding) {
  for (size_t i = 0; i < context.argumentTypes.size() && i < binding.argumentTypes.size(); ++i) {
    const DataType& given = context.argumentTypes[i];
    const DataType& wanted = binding.argumentTypes[i];
    const bool nestedForText = wanted.isStringLike() && given.isNested();
    const bool otherForDate = (wanted.is(TypeKind::kDate) || wanted.is(TypeKind::kTimestamp)) && !given.isDatetime() && !given.isStringLike() && !given.isNumeric();
    if (!wanted.isNumeric() && !wanted.is(TypeKind::kBoolean) && !nestedForText && !otherForDate) continue;
    const bool taken = given.isNumeric() || given.isStringLike() || given.is(TypeKind::kUserDefined);
    if ((taken && wanted.isNumeric()) || implicitCast(given, wanted, context.options.ansi)) continue;
    return unexpectedArgumentType(context, i, "\"" + wanted.sql() + "\"");
  }
  return Status::ok();
}

}  // namespace

Result<FunctionBinding> bindScalar(const ScalarFunction& function, const BindContext& context) {
  if (function.bind != nullptr) {
    auto bound = function.bind(context);
    if (!bound.isOk()) return bound.status();
    FunctionBinding binding = std::move(bound).value();
    if (binding.errors == nullptr) binding.errors = &function.errors;
    if (!function.errors.empty()) binding.canRaise = true;
    if (!function.nullable) binding.nullable = false;
    if (function.nulls == NullRule::kHandledByKernel) binding.nulls = NullRule::kHandledByKernel;
    if (binding.argumentTypes.empty()) binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
    RETURN_IF_ERROR(checkNumbers(context, binding));
    return binding;
  }
  if (function.overloads.empty()) {
    return Error(condition::kInternalError).with("message", fmt::format("{} is defined by other expressions and has no kernel", context.name));
  }
  const size_t count = context.argumentTypes.size();
  const bool exact = takesExactTypes(function);
  const Overload* closest = nullptr;
  for (const Overload& overload : function.overloads) {
    if (!takesCount(overload, count)) continue;
    if (closest == nullptr) closest = &overload;
    bool same = true;
    for (size_t i = 0; i < count && same; ++i) same = context.argumentTypes[i].sameType(*overloadArgument(overload, i));
    if (same) {
      FunctionBinding binding = bindingOf(function, overload, {context.argumentTypes.begin(), context.argumentTypes.end()});
      return completed(binding, function);
    }
  }
  if (closest == nullptr) {
    size_t least = SIZE_MAX;
    size_t most = 0;
    for (const Overload& overload : function.overloads) {
      least = std::min(least, overload.arguments.size() - (overload.variadic ? 1 : 0));
      most = overload.variadic ? SIZE_MAX : std::max(most, overload.arguments.size());
    }
    RETURN_IF_ERROR(checkArgumentCount(context, least, most));
  }
  // Overloads for the type of the first argument go before those that it can be cast for.
  std::vector<const Overload*> byFirst;
  for (const Overload& overload : function.overloads) {
    if (takesCount(overload, count)) byFirst.push_back(&overload);
  }
  std::stable_partition(byFirst.begin(), byFirst.end(), [&](const Overload* each) { return count > 0 && context.argumentTypes[0].sameType(*overloadArgument(*each, 0)); });
  for (const Overload* each : byFirst) {
    const Overload& overload = *each;
    std::vector<DataType> types;
    for (size_t i = 0; i < count; ++i) {
      const DataType& given = context.argumentTypes[i];
      const DataType& wanted = *overloadArgument(overload, i);
      if (!implicitCast(given, wanted, context.options.ansi) || (exact && !takenExactly(function, i, given, wanted))) break;
      types.push_back(*overloadArgument(overload, i));
    }
    if (types.size() == count) {
      FunctionBinding binding = bindingOf(function, overload, std::move(types));
      return completed(binding, function);
    }
  }
  for (size_t i = 0; i < count; ++i) {
    std::vector<std::string> required;
    bool accepted = false;
    for (const Overload& overload : function.overloads) {
      if (!takesCount(overload, count)) continue;
      const DataType& type = *overloadArgument(overload, i);
      accepted = accepted || (implicitCast(context.argumentTypes[i], type, context.options.ansi) && (!exact || takenExactly(function, i, context.argumentTypes[i], type)));
      const std::string text = "\"" + type.sql() + "\"";
      if (std::find(required.begin(), required.end(), text) == required.end()) required.push_back(text);
    }
    if (accepted) continue;
    return unexpectedArgumentType(context, i, required.size() == 1 ? required[0] : "(" + joinTexts(required, " or ") + ")");
  }
  return unexpectedArgumentType(context, 0, "another type");
}

namespace {

// Whether the texts that a function makes have the collation of those that it takes: not numbers and codes, and collate() names one itself.
bool makesCollatedTexts(const ScalarFunction& function) {
  const std::string_view name = function.names[0];
  if (name == "concat" || name == "reverse") return true;  // of arrays, too
  if (function.group != Group::kString && function.group != Group::kInternal) return false;
  return name != "collate" && name != "base64" && name != "soundex" && name != "format_number";
}

void keepCollation(FunctionBinding& binding, const std::vector<DataType>& types) {
  const DataType plain = DataType::string();
  for (const DataType& type : types) {
    if (type.collation() == 0) continue;
    if (binding.result == plain) binding.result = type;
    if (binding.result.is(TypeKind::kArray) && binding.result.elementType() == plain) binding.result = DataType::array(type, binding.result.containsNull());
    return;
  }
}

}  // namespace

Result<ExprPtr> makeFunctionCall(const std::string& name, std::vector<ExprPtr> arguments, const EvaluationOptions& options, OriginPtr origin) {
  const auto entry = FunctionRegistry::builtin().find(name);
  const auto* found = std::get_if<const ScalarFunction*>(&entry);
  if (found == nullptr) return internalError(fmt::format("no scalar function {}", name));
  const ScalarFunction& function = **found;
  // Default arguments stand for the last ones; how many a call needs follows from the overload or binder that fits.
  if (!function.defaults.empty()) {
    size_t most = function.maxArguments;
    while (arguments.size() < most && most - arguments.size() <= function.defaults.size()) {
      const DefaultArgument& next = function.defaults[function.defaults.size() - (most - arguments.size())];
      arguments.push_back(literal(next.value, next.type));
    }
  }
  if (function.identityDefault && arguments.size() + 1 == function.maxArguments) {
    const ExprPtr variable = makeNode<LambdaVariable>(std::string("x"), arguments[1]->dataType(), true, newExprId());
    arguments.push_back(makeNode<LambdaFunction>(variable, std::vector<ExprPtr>{variable}));
  }
  const std::vector<ExprPtr> given = arguments;
  const CallArguments call(given, options);
  const std::vector<DataType>& types = call.types();
  auto bound = bindScalar(function, call.context(name));
  if (!bound.isOk()) {
    Error error = bound.error();
    return std::move(error).at(origin);
  }
  FunctionBinding binding = std::move(bound).value();
  if (makesCollatedTexts(function)) keepCollation(binding, types);
  // A try_ function answers NULL also for arguments that cannot become its types, unless it only makes a value of parts.
  const CastMode mode = binding.errorsAreNull && !name.starts_with("try_make") ? CastMode::kTry : options.ansi ? CastMode::kAnsi : CastMode::kLegacy;
  for (size_t i = 0; i < arguments.size() && i < binding.argumentTypes.size(); ++i) {
    const DataType& wanted = binding.argumentTypes[i];
    if (arguments[i]->as<LambdaFunction>() != nullptr || types[i].sameType(wanted)) continue;
    if (types[i].is(TypeKind::kString) && wanted == DataType::string()) continue;  // any collation
    const OriginPtr argumentOrigin = arguments[i]->origin();
    arguments[i] = makeNode<Cast>(std::move(arguments[i]), wanted, mode, true)->withOrigin(argumentOrigin);
  }
  FunctionCall node;
  node.name = name;
  node.arguments = std::move(arguments);
  node.binding = std::make_shared<const FunctionBinding>(std::move(binding));
  node.isDeterministic = function.deterministic;
  return ExprPtr(makeExpr(std::move(node), std::move(origin)));
}

}  // namespace flint::expr
