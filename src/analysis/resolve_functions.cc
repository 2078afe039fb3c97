// Calls: scalar functions, aggregates, window functions and generators by name.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "analysis/collation_coercion.h"
#include "analysis/expression_resolver.h"
#include "analysis/plan_resolver.h"
#include "analysis/session_modules.h"
#include "analysis/type_coercion_rules.h"
#include "base/condition.h"
#include "expr/query_time.h"
#include "expr/call_arguments.h"
#include "expr/expression_text.h"
#include "expr/python_udf.h"
#include "parser/sql_parser.h"
#include "types/collation.h"

namespace flint::analysis {
namespace {

using expr::UnresolvedFunction;

Error located(Error error, const OriginPtr& origin) {
  if (error.origin() == nullptr) error.at(origin);
  if (error.family() == ErrorFamily::kAutomatic) error.as(ErrorFamily::kAnalysis);
  return error;
}

void castArguments(std::vector<ExprPtr>& arguments, const std::vector<DataType>& types, const expr::EvaluationOptions& options) {
  for (size_t i = 0; i < arguments.size() && i < types.size(); ++i) arguments[i] = castImplicitly(arguments[i], types[i], options);
}

std::string textOf(const std::string& name, const std::vector<ExprPtr>& arguments, bool distinct, const std::string& timeZone) {
  std::vector<std::string> texts;
  for (const ExprPtr& argument : arguments) texts.push_back(expr::columnName(argument, timeZone));
  return fmt::format("{}({}{})", name, distinct ? "DISTINCT " : "", expr::joinTexts(texts));
}

Error unsupportedSyntax(const std::string& name, const char* syntax, const OriginPtr& origin) {
  return Error(condition::kInvalidSqlSyntaxFunctionWithUnsupportedSyntax)
      .with("prettyName", quoteIdentifier(name))
      .with("syntax", syntax)
      .at(origin)
      .as(ErrorFamily::kAnalysis);
}

// The metadata column that input_file_name() and its kin mean; null for another name.
const char* inputFileColumn(std::string_view name) {
  if (name == "input_file_name") return "file_path";
  if (name == "input_file_block_start") return "file_block_start";
  return name == "input_file_block_length" ? "file_block_length" : nullptr;
}

// The function of local times that a call means where spark.sql.timestampType is TIMESTAMP_NTZ; null where it means what it does anyway.
const char* localTimestampFunction(std::string_view name, size_t numArguments) {
  if (name == "to_timestamp") return "to_timestamp_ntz";
  if (numArguments < 6) return nullptr;  // a date and a time are a point in time whatever is set
  if (name == "make_timestamp") return "make_timestamp_ntz";
  return name == "try_make_timestamp" ? "try_make_timestamp_ntz" : nullptr;
}

}  // namespace

Result<std::vector<ExprPtr>> ExpressionResolver::orderNamedArguments(const std::string& name, const std::vector<ExprPtr>& arguments,
                                                                     const std::vector<std::string_view>& parameters, const OriginPtr& origin) {
  const bool anyNamed = std::any_of(arguments.begin(), arguments.end(), [](const ExprPtr& each) { return each->as<expr::NamedArgument>() != nullptr; });
  if (!anyNamed) return arguments;
  if (parameters.empty()) return Error(condition::kNamedParametersNotSupported).with("functionName", quoteIdentifier(name)).at(origin).as(ErrorFamily::kAnalysis);
  std::vector<ExprPtr> out(parameters.size());
  bool seenNamed = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const auto* named = arguments[i]->as<expr::NamedArgument>();
    if (named == nullptr) {
      if (seenNamed) {
        return Error(condition::kUnexpectedPositionalArgument)
            .with("routineName", quoteIdentifier(name))
            .with("parameterName", quoteIdentifier(i < parameters.size() ? parameters[i] : ""))
            .at(origin)
            .as(ErrorFamily::kAnalysis);
      }
      if (i < out.size()) out[i] = arguments[i];
      continue;
    }
    seenNamed = true;
    const auto found = std::find_if(parameters.begin(), parameters.end(), [&](std::string_view each) { return lowerCase(each) == lowerCase(named->name); });
    if (found == parameters.end()) {
      std::string all;
      for (std::string_view each : parameters) all += (all.empty() ? "" : " ") + quoteIdentifier(each);
      return Error(condition::kUnrecognizedParameterName)
          .with("routineName", quoteIdentifier(name))
          .with("argumentName", quoteIdentifier(named->name))
          .with("proposal", all)
          .at(origin)
          .as(ErrorFamily::kAnalysis);
    }
    ExprPtr& slot = out[static_cast<size_t>(found - parameters.begin())];
    if (slot != nullptr) {
      const auto& duplicate = static_cast<size_t>(found - parameters.begin()) < i && arguments[static_cast<size_t>(found - parameters.begin())]->as<expr::NamedArgument>() == nullptr
                                  ? condition::kDuplicateRoutineParameterAssignmentBothPositionalAndNamed
                                  : condition::kDuplicateRoutineParameterAssignmentDoubleNamedArgumentReference;
      return Error(duplicate).with("routineName", quoteIdentifier(name)).with("parameterName", quoteIdentifier(named->name)).at(origin).as(ErrorFamily::kAnalysis);
    }
    slot = named->value;
  }
  while (!out.empty() && out.back() == nullptr) out.pop_back();
  for (size_t i = 0; i < out.size(); ++i) {
    if (out[i] != nullptr) continue;
    return Error(condition::kRequiredParameterNotFound)
        .with("routineName", quoteIdentifier(name))
        .with("parameterName", quoteIdentifier(parameters[i]))
        .with("index", std::to_string(i))
        .at(origin)
        .as(ErrorFamily::kAnalysis);
  }
  return out;
}

Result<std::vector<ExprPtr>> ExpressionResolver::resolveArguments(const UnresolvedFunction& call, const std::string& name) {
  std::vector<ExprPtr> out;
  for (const ExprPtr& argument : call.arguments) {
    if (const auto* star = argument->as<expr::UnresolvedStar>()) {
      if (name == "count" && star->target.empty() && star->except.empty() && !star->planId.has_value() && !call.distinct) {
        out.push_back(expr::literalInt(1));
        continue;
      }
      if (name == "count" && call.arguments.size() == 1 && star->target.size() == 1 && !plans_.conf().getBoolean("spark.sql.legacy.allowStarWithSingleTableIdentifierInCount", false)) {
        return Error(condition::kInvalidUsageOfStarWithTableIdentifierInCount).with("tableName", star->target[0]).at(call.origin()).as(ErrorFamily::kAnalysis);
      }
      ASSIGN_OR_RETURN(std::vector<ExprPtr> columns, expandStar(*star, argument->origin()));
      for (const ExprPtr& column : columns) {
        ASSIGN_OR_RETURN(ExprPtr resolved, resolve(column));
        out.push_back(expr::withoutAlias(resolved));
      }
      continue;
    }
    if (const auto* regex = argument->as<expr::UnresolvedRegex>()) {
      ASSIGN_OR_RETURN(std::vector<ExprPtr> columns, expandRegex(*regex));
      out.insert(out.end(), std::make_move_iterator(columns.begin()), std::make_move_iterator(columns.end()));
      continue;
    }
    ASSIGN_OR_RETURN(ExprPtr resolved, resolve(argument));
    out.push_back(std::move(resolved));
  }
  return out;
}

Result<ExprPtr> ExpressionResolver::resolveReplacement(const expr::ScalarFunction& function, const std::string& name, const UnresolvedFunction& call,
                                                       const std::vector<ExprPtr>& arguments, const ExprPtr& rewritten) {
  // A replacement that says itself how the call is shown; without a text as what it is.
  const auto* own = rewritten->as<expr::RuntimeReplaceable>();
  const ExprPtr& plain = own == nullptr ? rewritten : own->replacement;
  ASSIGN_OR_RETURN(ExprPtr replacement, resolve(plain->origin() == nullptr ? plain->withOrigin(call.origin()) : plain));
  if (own != nullptr && own->text.empty()) return replacement;
  expr::RuntimeReplaceable replaced;
  const std::string shown = !function.display.empty() && function.names[0] == name ? std::string(function.display) : name;
  replaced.text = own != nullptr ? own->text : textOf(shown, arguments, false, options().timeZone);
  const bool collated = std::any_of(arguments.begin(), arguments.end(), [](const ExprPtr& each) { return hasCollations(each->dataType()); });
  if (own == nullptr && collated) {
    // Shown as the function for plain texts is, with what it takes for arguments that lack.
    const auto plainly = expr::makeFunctionCall(name, arguments, options(), call.origin());
    if (plainly.isOk()) replaced.text = expr::columnName(plainly.value(), options().timeZone);
  }
  replaced.replacement = std::move(replacement);
  return ExprPtr(expr::makeExpr(std::move(replaced), call.origin()));
}

Result<ExprPtr> ExpressionResolver::resolveScalar(const expr::ScalarFunction& function, const std::string& name, const UnresolvedFunction& call,
                                                  std::vector<ExprPtr> arguments) {
  if (call.distinct) return unsupportedSyntax(name, "DISTINCT", call.origin());
  if (call.filter != nullptr) return unsupportedSyntax(name, "FILTER CLAUSE", call.origin());
  if (call.ignoreNulls.has_value() && *call.ignoreNulls) return unsupportedSyntax(name, "IGNORE NULLS", call.origin());
  if (!call.withinGroup.empty()) return unsupportedSyntax(name, "WITHIN GROUP (ORDER BY ...)", call.origin());
  const auto isSet = [this](const char* key, bool otherwise) { return plans_.conf().getBoolean(key, otherwise); };
  const auto isBinary = [](const ExprPtr& argument) { return argument->dataType().is(TypeKind::kBinary); };
  // Settings that change what a call means; it is shown as it is written.
  if ((name == "concat" && std::all_of(arguments.begin(), arguments.end(), isBinary) && isSet("spark.sql.function.concatBinaryAsString", false)) ||
      (name == "elt" && arguments.size() > 1 && std::all_of(arguments.begin() + 1, arguments.end(), isBinary) && isSet("spark.sql.function.eltOutputAsString", false))) {
    const std::string shown = textOf(name, arguments, false, options().timeZone);
    for (ExprPtr& argument : arguments) {
      if (isBinary(argument)) argument = castImplicitly(argument, DataType::string(), options());
    }
    expr::RuntimeReplaceable replaced;
    replaced.text = shown;
    ASSIGN_OR_RETURN(replaced.replacement, resolveScalar(function, name, call, std::move(arguments)));
    return ExprPtr(expr::makeExpr(std::move(replaced), call.origin()));
  }
  if (name == "to_json" && arguments.size() == 1 && !isSet("spark.sql.jsonGenerator.ignoreNullFields", true)) {
    expr::RuntimeReplaceable replaced;
    replaced.text = textOf(name, arguments, false, options().timeZone);
    ASSIGN_OR_RETURN(ExprPtr chosen, resolve(expr::call("map", {expr::literalString("ignoreNullFields"), expr::literalString("false")})));
    arguments.push_back(std::move(chosen));
    ASSIGN_OR_RETURN(replaced.replacement, resolveScalar(function, name, call, std::move(arguments)));
    return ExprPtr(expr::makeExpr(std::move(replaced), call.origin()));
  }
  if (name == "base64" && !isSet("spark.sql.chunkBase64String.enabled", true)) {
    expr::RuntimeReplaceable replaced;
    replaced.text = textOf(name, arguments, false, options().timeZone);
    auto lines = expr::makeFunctionCall(name, std::move(arguments), options(), call.origin());
    if (!lines.isOk()) return located(lines.error(), call.origin());
    ASSIGN_OR_RETURN(replaced.replacement, resolve(expr::call("replace", {lines.value(), expr::literalString("\r\n"), expr::literalString("")})));
    return ExprPtr(expr::makeExpr(std::move(replaced), call.origin()));
  }
  if (function.rewrite != nullptr) {
    const expr::CallArguments bound(arguments, options());
    auto rewritten = function.rewrite(bound.context(name));
    if (!rewritten.isOk()) return located(rewritten.error(), call.origin());
    // None: the call is bound as it is.
    if (rewritten.value() != nullptr) return resolveReplacement(function, name, call, arguments, rewritten.value());
  }
  auto made = expr::makeFunctionCall(name, std::move(arguments), options(), call.origin());
  if (!made.isOk()) return located(made.error(), call.origin());
  return made;
}

namespace {

// The percentiles of an order are asked for by WITHIN GROUP (ORDER BY one expression), as is a mode without an argument.
Status checkWithinGroup(const std::string& name, const UnresolvedFunction& call) {
  const bool isMode = name == "mode" && call.arguments.empty();
  if (name != "percentile_cont" && name != "percentile_disc" && !isMode) return Status::ok();
  const auto failed = [&](Error error) { return Status(error.with("funcName", quoteIdentifier(name)).at(call.origin()).as(ErrorFamily::kAnalysis)); };
  if (call.withinGroup.empty()) return failed(Error(condition::kInvalidWithinGroupExpressionWithinGroupMissing));
  if (call.distinct) return failed(Error(condition::kInvalidWithinGroupExpressionDistinctUnsupported));
  if (call.withinGroup.size() == 1) return Status::ok();
  return failed(Error(condition::kInvalidWithinGroupExpressionWrongNumOrderings).with("expectedNum", "1").with("actualNum", std::to_string(call.withinGroup.size())));
}

// An order by the values themselves, where it is by their keys under a collation.
ExprPtr withoutCollationKey(const ExprPtr& order) {
  const auto* sorted = order->as<expr::SortOrder>();
  const auto* key = sorted == nullptr ? nullptr : sorted->child->as<expr::FunctionCall>();
  if (key == nullptr || key->name != "collation_key") return order;
  expr::SortOrder plain = *sorted;
  plain.child = key->arguments[0];
  return expr::makeExpr(std::move(plain), order->origin());
}

// Whether an aggregate only compares the values of an argument, and gives none of them back.
bool comparesArgument(std::string_view name, bool distinct, size_t argument) {
  if (name == "count") return distinct;
  if (name == "max_by" || name == "min_by") return argument == 1;
  return argument == 0 && (name == "approx_count_distinct" || name == "hll_sketch_agg" || name == "theta_sketch_agg");
}

}  // namespace

Result<ExprPtr> ExpressionResolver::resolveAggregate(const expr::AggregateFunction& function, const std::string& name, const UnresolvedFunction& call) {
  if (call.ignoreNulls.has_value() && *call.ignoreNulls && !function.acceptsIgnoreNulls) return unsupportedSyntax(name, "IGNORE NULLS", call.origin());
  if (!call.withinGroup.empty() && !function.acceptsWithinGroup) return unsupportedSyntax(name, "WITHIN GROUP (ORDER BY ...)", call.origin());
  RETURN_IF_ERROR(checkWithinGroup(name, call));
  for (const ExprPtr& argument : call.arguments) {
    const auto* inner = argument->as<UnresolvedFunction>();
    const auto entry = inner == nullptr ? expr::FunctionRegistry::Entry() : plans_.catalog().functions().find(lowerCase(inner->nameParts.back()));
    if (!std::holds_alternative<const expr::GeneratorFunction*>(entry)) continue;
    return Error(condition::kUnsupportedGeneratorNestedInExpressions).with("expression", "\"" + call.sql() + "\"").at(call.origin()).as(ErrorFamily::kAnalysis);
  }
  const bool overWindow = windowDepth_ > 0;
  const size_t outerBefore = plans_.frame() == nullptr ? 0 : plans_.frame()->outerAttributes.size();
  if (!overWindow) ++aggregateDepth_;
  const int windowDepth = std::exchange(windowDepth_, 0);
  auto resolvedArguments = resolveArguments(call, name);
  std::vector<ExprPtr> withinGroup;
  ExprPtr filter;
  Status status = resolvedArguments.status();
  for (const ExprPtr& order : call.withinGroup) {
    if (!status.isOk()) break;
    auto resolved = resolve(order);
    status = resolved.status();
    if (!status.isOk()) break;
    withinGroup.push_back(withoutReplaced(resolved.value()));
    // A mode gives the values themselves, not what they are compared by.
    if (name == "mode") withinGroup.back() = withoutCollationKey(withinGroup.back());
  }
  if (status.isOk() && call.filter != nullptr) {
    auto condition = resolveCondition(call.filter, "FILTER");
    status = condition.status();
    if (status.isOk()) filter = condition.value();
  }
  windowDepth_ = windowDepth;
  if (!overWindow) --aggregateDepth_;
  RETURN_IF_ERROR(status);

  std::vector<ExprPtr> arguments = std::move(resolvedArguments).value();
  ASSIGN_OR_RETURN(arguments, orderNamedArguments(name, arguments, function.parameterNames, call.origin()));
  const std::string text = textOf(name, arguments, call.distinct, options().timeZone);
  for (const ExprPtr& order : withinGroup) arguments.push_back(order->as<expr::SortOrder>() != nullptr ? order->as<expr::SortOrder>()->child : order);
  for (ExprPtr& argument : arguments) argument = expr::withoutAlias(argument);
  if (!overWindow) {
    for (const ExprPtr& argument : arguments) {
      if (argument->traits().hasAggregate) return Error(condition::kNestedAggregateFunction).at(argument->origin()).as(ErrorFamily::kAnalysis);
      if (!argument->deterministic()) {
        return Error(condition::kAggregateFunctionWithNondeterministicExpression)
            .with("sqlExpr", "\"" + text + "\"")
            .at(call.origin())
            .as(ErrorFamily::kAnalysis);
      }
    }
  }
  if (filter != nullptr) {
    const char* what = !filter->deterministic() ? "NON_DETERMINISTIC" : filter->traits().hasAggregate ? "CONTAINS_AGGREGATE" : filter->traits().hasWindow ? "CONTAINS_WINDOW_FUNCTION" : nullptr;
    if (what != nullptr) {
      const Condition* found = findCondition(std::string("INVALID_AGGREGATE_FILTER.") + what);
      if (found != nullptr) {
        Error error(*found);
        error.with("filterExpr", expr::quotedExpression(filter));
        if (filter->traits().hasAggregate) error.with("aggExpr", expr::quotedExpression(filter));
        if (filter->traits().hasWindow) error.with("windowExpr", expr::quotedExpression(filter));
        return error.at(call.origin()).as(ErrorFamily::kAnalysis);
      }
    }
  }

  // All columns belong to the query around this subquery: so does the aggregate.
  bool outerOnly = false;
  if (plans_.frame() != nullptr && !plans_.frame()->isCall) {
    bool local = false;
    for (const ExprPtr& argument : arguments) {
      tree::forEachNode(argument, [&](const ExprPtr& node) {
        outerOnly = outerOnly || node->as<expr::OuterReference>() != nullptr;
        local = local || node->as<expr::AttributeReference>() != nullptr;
      });
    }
    if (outerOnly && local) {
      return Error(condition::kUnsupportedSubqueryExpressionCategoryAggregateFunctionMixedOuterLocalReferences).with("function", text).at(call.origin()).as(ErrorFamily::kAnalysis);
    }
    if (outerOnly && !plans_.frame()->outer->outerAggregates) {
      return Error(condition::kUnsupportedSubqueryExpressionCategoryCorrelatedReference).with("sqlExprs", "\"" + text + "\"").at(call.origin()).as(ErrorFamily::kAnalysis);
    }
  }
  const bool ignoreNulls = call.ignoreNulls.value_or(false);
  // Texts with a collation are told apart, and ordered, by their keys.
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!hasCollations(arguments[i]->dataType()) || !comparesArgument(name, call.distinct, i)) continue;
    ASSIGN_OR_RETURN(arguments[i], comparedByCollation(arguments[i], options()));
  }
  if (function.rewrite != nullptr) {
    const expr::CallArguments bound(arguments, options());
    auto rewritten = function.rewrite(bound.context(name));
    if (!rewritten.isOk()) return located(rewritten.error(), call.origin());
    // DISTINCT and FILTER belong to the aggregates that stand for this one.
    const ExprPtr spread = tree::transformUp(rewritten.value(), [&](const ExprPtr& node) -> ExprPtr {
      const auto* inner = node->as<UnresolvedFunction>();
      if (inner == nullptr || (filter == nullptr && !call.distinct)) return node;
      const auto entry = expr::FunctionRegistry::builtin().find(inner->nameParts.back());
      if (std::get_if<const expr::AggregateFunction*>(&entry) == nullptr) return node;
      UnresolvedFunction copy = *inner;
      copy.distinct = call.distinct;
      copy.filter = filter;
      return expr::makeExpr(std::move(copy), node->origin());
    });
    ASSIGN_OR_RETURN(const ExprPtr replacement, resolve(spread->origin() == nullptr ? spread->withOrigin(call.origin()) : spread));
    expr::RuntimeReplaceable replaced;
    replaced.text = filter == nullptr ? text : fmt::format("{} FILTER (WHERE {})", text, expr::columnName(filter));
    replaced.replacement = replacement;
    return ExprPtr(expr::makeExpr(std::move(replaced), call.origin()));
  }
  std::vector<ExprPtr> ordered = arguments;
  for (size_t i = 0; i < withinGroup.size(); ++i) ordered[ordered.size() - withinGroup.size() + i] = withinGroup[i];
  const expr::CallArguments bound(ordered, options());
  auto binding = function.bind(bound.context(name), ignoreNulls);
  if (!binding.isOk()) return located(binding.error(), call.origin());
  expr::AggregateExpression node;
  node.name = name;
  node.binding = std::make_shared<const expr::AggregateBinding>(std::move(binding).value());
  castArguments(arguments, node.binding->argumentTypes, options());
  node.arguments = std::move(arguments);
  node.distinct = call.distinct;
  node.ignoreNulls = ignoreNulls;
  node.filter = std::move(filter);
  node.withinGroup = std::move(withinGroup);
  const ExprPtr made = expr::makeExpr(std::move(node), call.origin());
  if (!outerOnly) return made;
  SubqueryFrame& frame = *plans_.frame();
  frame.outerAttributes.resize(outerBefore);
  const ExprPtr outside = tree::transformUp(made, [](const ExprPtr& each) -> ExprPtr {
    const auto* outer = each->as<expr::OuterReference>();
    return outer == nullptr ? each : ExprPtr(outer->attribute);
  });
  const ExprPtr named = expr::alias(outside, text);
  frame.outerAttributes.push_back(named);
  expr::OuterReference reference;
  reference.attribute = expr::toAttribute(named);
  return ExprPtr(expr::makeExpr(std::move(reference), call.origin()));
}

Result<ExprPtr> ExpressionResolver::resolveWindowFunction(const expr::WindowFunction& function, const std::string& name, const UnresolvedFunction& call) {
  if (call.distinct) return unsupportedSyntax(name, "DISTINCT", call.origin());
  const bool ignoreNulls = call.ignoreNulls.value_or(false);
  if (ignoreNulls && !function.acceptsIgnoreNulls) return unsupportedSyntax(name, "IGNORE NULLS", call.origin());
  ASSIGN_OR_RETURN(std::vector<ExprPtr> arguments, resolveArguments(call, name));
  ASSIGN_OR_RETURN(arguments, orderNamedArguments(name, arguments, function.parameterNames, call.origin()));
  const expr::CallArguments bound(arguments, options());
  auto binding = function.bind(bound.context(name), ignoreNulls);
  if (!binding.isOk()) return located(binding.error(), call.origin());
  expr::WindowFunctionCall node;
  node.name = name;
  node.binding = std::make_shared<const expr::WindowBinding>(std::move(binding).value());
  castArguments(arguments, node.binding->argumentTypes, options());
  node.arguments = std::move(arguments);
  node.ignoreNulls = ignoreNulls;
  return ExprPtr(expr::makeExpr(std::move(node), call.origin()));
}

Result<ExprPtr> ExpressionResolver::resolveGenerator(const expr::GeneratorFunction& function, const std::string& name, const UnresolvedFunction& call) {
  if (call.distinct) return unsupportedSyntax(name, "DISTINCT", call.origin());
  ASSIGN_OR_RETURN(std::vector<ExprPtr> arguments, resolveArguments(call, name));
  ASSIGN_OR_RETURN(arguments, orderNamedArguments(name, arguments, function.parameterNames, call.origin()));
  for (ExprPtr& argument : arguments) argument = expr::withoutAlias(argument);
  const expr::CallArguments bound(arguments, options());
  auto binding = function.bind(bound.context(name));
  if (!binding.isOk()) return located(binding.error(), call.origin());
  expr::GeneratorCall node;
  node.name = name;
  node.binding = std::make_shared<const expr::GeneratorBinding>(std::move(binding).value());
  castArguments(arguments, node.binding->argumentTypes, options());
  node.arguments = std::move(arguments);
  node.outer = node.binding->outer;
  return ExprPtr(expr::makeExpr(std::move(node), call.origin()));
}

namespace {

// Functions of TIME alone.
bool isTimeFunction(std::string_view name) {
  return name == "to_time" || name == "try_to_time" || name == "make_time" || name == "time_diff" || name == "time_trunc" || name == "current_time" ||
         name.starts_with("time_from_") || name.starts_with("time_to_");
}

// Some functions have another form under a setting.
std::string functionMeant(std::string name, const catalog::SQLConf& conf) {
  constexpr std::array<std::string_view, 6> kMakeMaps = {"map", "map_from_arrays", "map_from_entries", "map_concat", "str_to_map", "transform_keys"};
  if (std::find(kMakeMaps.begin(), kMakeMaps.end(), name) != kMakeMaps.end()) {
    return lowerCase(conf.get("spark.sql.mapKeyDedupPolicy", "EXCEPTION")) == "last_win" ? name + "_last_win" : name;
  }
  if (name == "array_insert" || name == "array_append") return conf.getBoolean("spark.sql.legacy.negativeIndexInArrayInsert", false) ? name + "_legacy" : name;
  if (name == "from_avro" || name == "to_avro" || name == "schema_of_avro") return hasModule(conf, "spark-avro") ? name + "_loaded" : name;
  if (name == "from_protobuf" || name == "to_protobuf") return hasModule(conf, "spark-protobuf") ? name + "_loaded" : name;
  if (name == "array_sort") return conf.getBoolean("spark.sql.legacy.allowNullComparisonResultInArraySort", false) ? name + "_null_equal" : name;
  return name;
}

// timestampadd and timestampdiff are syntax: without a unit in front they are no function of that name.
bool lacksUnit(std::string_view name, const UnresolvedFunction& call) {
  if (name != "timestampadd" && name != "timestampdiff") return false;
  const bool fromText = call.origin() != nullptr && call.origin()->sqlText != nullptr;
  return fromText && !call.arguments.empty() && call.arguments[0]->as<expr::UnresolvedAttribute>() != nullptr;
}

// product() belongs to the DataFrame API: SQL text does not know it.
expr::FunctionRegistry::Entry findBuiltin(const expr::FunctionRegistry& functions, const std::string& name, const UnresolvedFunction& call) {
  static constexpr std::array<std::string_view, 6> kOfClients = {"product", "pandas_product", "pandas_mode", "null_index", "ewm", "timestamp_ntz_to_long"};
  const bool fromText = call.origin() != nullptr && call.origin()->sqlText != nullptr;
  const bool isHidden = fromText && std::find(kOfClients.begin(), kOfClients.end(), name) != kOfClients.end();
  return isHidden ? expr::FunctionRegistry::Entry() : functions.find(name);
}

}  // namespace

Result<ExprPtr> ExpressionResolver::resolveFunction(const UnresolvedFunction& call, bool overWindow) {
  // system.builtin.f, builtin.f and session.f name built-ins too.
  const std::string name = functionMeant(lowerCase(call.nameParts.back()), plans_.conf());
  const bool knownQualifier = call.nameParts.size() == 1 || lowerCase(call.nameParts[call.nameParts.size() - 2]) == "builtin" ||
                              lowerCase(call.nameParts[0]) == "system";
  const OriginPtr& origin = call.origin();
  if (plans_.dependencies() != nullptr && expr::readsQueryTime(name)) plans_.dependencies()->isMomentary = true;
  // What a session has registered goes before the built-in functions.
  const auto registered = plans_.catalog().findFunction(call.nameParts);
  if (registered != nullptr && registered->temporary && registered->bodyExpression != nullptr) {
    const auto* python = registered->bodyExpression->as<expr::PythonUdf>();
    if (python != nullptr && !registered->returnsTable) {
      plans_.noteCall(*registered);
      if (!overWindow) return resolvePythonCall(*python, call);
      ++windowDepth_;
      auto resolved = resolvePythonCall(*python, call);
      --windowDepth_;
      return resolved;
    }
  }
  if (knownQualifier && name == "measure" && call.arguments.size() == 1 && !overWindow) {
    insideMeasure_ = true;
    auto column = resolve(call.arguments[0]);
    insideMeasure_ = false;
    RETURN_IF_ERROR(column);
    const auto* attribute = column.value()->as<expr::AttributeReference>();
    if (ExprPtr measure = attribute == nullptr ? nullptr : plans_.measureOf(attribute->id)) {
      expr::RuntimeReplaceable replaced;
      replaced.text = textOf(name, {column.value()}, false, options().timeZone);
      replaced.replacement = std::move(measure);
      return ExprPtr(expr::makeExpr(std::move(replaced), origin));
    }
  }
  if (knownQualifier && !lacksUnit(name, call)) {
    if (!overWindow) {
      ASSIGN_OR_RETURN(ExprPtr node, resolveOperator(name, call));
      if (node != nullptr) return node;
    }
    const auto entry = findBuiltin(plans_.catalog().functions(), name, call);
    if (isTimeFunction(name) && !std::holds_alternative<std::monostate>(entry)) RETURN_IF_ERROR(checkTimeType(DataType::time(6), origin));
    const int windowDepth = overWindow ? 1 : 0;
    const int outerWindowDepth = std::exchange(windowDepth_, windowDepth);
    struct Restore {
      int& depth;
      int value;
      ~Restore() { depth = value; }
    } restore{windowDepth_, outerWindowDepth};
    if (const auto* scalar = std::get_if<const expr::ScalarFunction*>(&entry)) {
      if (overWindow && !call.withinGroup.empty()) return unsupportedSyntax(name, "WITHIN GROUP (ORDER BY ...)", origin);
      if (overWindow) {
        return Error(condition::kUnsupportedExprForWindow).with("sqlExpr", "\"" + call.sql() + "\"").at(origin).as(ErrorFamily::kAnalysis);
      }
      if ((*scalar)->lambdaTyper != nullptr) return resolveHigherOrder(**scalar, name, call);
      ASSIGN_OR_RETURN(std::vector<ExprPtr> arguments, resolveArguments(call, name));
      if (const char* metadata = inputFileColumn(name); metadata != nullptr && arguments.empty() && names_.find != nullptr) {
        expr::UnresolvedAttribute column;
        column.nameParts = {"_metadata", metadata};
        auto found = names_.find(column, false);
        if (found.isOk() && found.value() != nullptr) {
          expr::RuntimeReplaceable replaced;
          replaced.text = name + "()";
          replaced.replacement = found.value();
          return ExprPtr(expr::makeExpr(std::move(replaced), origin));
        }
      }
      ASSIGN_OR_RETURN(arguments, orderNamedArguments(name, arguments, (*scalar)->parameterNames, origin));
      if (name != "named_struct") {
        for (ExprPtr& argument : arguments) argument = expr::withoutAlias(argument);
      }
      RETURN_IF_ERROR(alignArguments(name, arguments, origin, options()));
      const char* local = localTimestampFunction(name, arguments.size());
      if (local != nullptr && plans_.conf().get("spark.sql.timestampType", "TIMESTAMP_LTZ") == "TIMESTAMP_NTZ") {
        std::vector<ExprPtr> kept = arguments;
        if (kept.size() == 7) kept.pop_back();  // the time zone
        return resolveReplacement(**scalar, name, call, arguments, expr::call(local, std::move(kept)));
      }
      return resolveScalar(**scalar, name, call, std::move(arguments));
    }
    if (const auto* aggregate = std::get_if<const expr::AggregateFunction*>(&entry)) return resolveAggregate(**aggregate, name, call);
    if (const auto* window = std::get_if<const expr::WindowFunction*>(&entry)) {
      if (!overWindow) {
        return Error(condition::kWindowFunctionWithoutOverClause).with("funcName", "\"" + name + "()\"").at(origin).as(ErrorFamily::kAnalysis);
      }
      return resolveWindowFunction(**window, name, call);
    }
    if (const auto* generator = std::get_if<const expr::GeneratorFunction*>(&entry)) return resolveGenerator(**generator, name, call);
  }
  if (registered != nullptr) {
    if (overWindow) return Error(condition::kUnsupportedExprForWindow).with("sqlExpr", "\"" + call.sql() + "\"").at(origin).as(ErrorFamily::kAnalysis);
    return resolveSqlFunction(*registered, call);
  }
  if (call.isInternal && (name == "years" || name == "months" || name == "days" || name == "hours" || name == "bucket")) {
    return Error(condition::kPartitionTransformExpressionNotInPartitionedBy).with("expression", "\"" + call.sql() + "\"").at(origin).as(ErrorFamily::kAnalysis);
  }
  if (lowerCase(call.nameParts[0]) != "system") {
    // A name that no catalog can have.
    if (const auto full = plans_.catalog().fullName(call.nameParts); !full.isOk()) return Error(full.error()).at(origin);
  }
  return Error(condition::kUnresolvedRoutine)
      .with("routineName", quotedName(call.nameParts))
      .with("searchPath", fmt::format("[`system`.`builtin`, `system`.`session`, `spark_catalog`.{}]", quoteIdentifier(plans_.catalog().currentDatabase())))
      .at(origin)
      .as(ErrorFamily::kAnalysis);
}

Result<NameParts> ExpressionResolver::identifierParts(const ExprPtr& written, const OriginPtr& origin) {
  ASSIGN_OR_RETURN(const ExprPtr name, resolveForPlan(written));
  const auto refused = [&](const Condition& condition) {
    Error error(condition);
    return error.with("name", "IDENTIFIER").with("expr", expr::quotedExpression(name)).at(origin).as(ErrorFamily::kAnalysis);
  };
  if (!name->foldable()) return refused(condition::kNotAConstantStringNotConstant);
  if (!name->dataType().isStringLike()) return refused(condition::kNotAConstantStringWrongType).with("dataType", name->dataType().simpleString());
  ASSIGN_OR_RETURN(const Value value, expr::evaluateFoldable(name, options()));
  if (value.isNull()) return refused(condition::kNotAConstantStringNull);
  return parser::parseIdentifier(value.asString());
}

Result<ExprPtr> ExpressionResolver::resolveIdentifierClause(const expr::IdentifierClause& clause) {
  ASSIGN_OR_RETURN(std::vector<std::string> parts, identifierParts(clause.name, clause.origin()));
  if (clause.isCall) {
    UnresolvedFunction call;
    call.nameParts = std::move(parts);
    call.arguments = clause.callArguments;
    return resolve(expr::makeExpr(std::move(call), clause.origin()));
  }
  expr::UnresolvedAttribute column;
  column.nameParts = std::move(parts);
  return resolve(expr::makeExpr(std::move(column), clause.origin()));
}

}  // namespace flint::analysis
