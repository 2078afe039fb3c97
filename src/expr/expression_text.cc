#include "expr/expression_text.h"

#include <fmt/core.h>

#include "expr/function_registry.h"
#include "expr/nodes.h"
#include "expr/path_name.h"
#include "expr/python_udf.h"
#include "expr/unresolved.h"

namespace flint::expr {
namespace {

// Writes one expression in one style.
class Writer {
 public:
  Writer(TextStyle style, const std::string& timeZone) : style_(style), timeZone_(timeZone) {}

  std::string text(const ExprPtr& expression) const { return expression == nullptr ? "NULL" : text(*expression); }
  std::string text(const Expression& expression) const;

 private:
  bool isDebug() const { return style_ == TextStyle::kDebug; }
  std::string nameWithId(const std::string& name, ExprId id, const DataType& type) const {
    return fmt::format("{}#{}{}", name, id, type.is(TypeKind::kLong) ? "L" : "");
  }
  std::string qualifiedName(const std::vector<std::string>& qualifier, const std::string& name) const {
    if (style_ == TextStyle::kName) return name;
    std::string out;
    for (const std::string& part : qualifier) out += quoteIfNeeded(part) + ".";
    return out + quoteIfNeeded(name);
  }
  std::vector<std::string> texts(const std::vector<ExprPtr>& expressions) const {
    std::vector<std::string> out;
    out.reserve(expressions.size());
    for (const ExprPtr& expression : expressions) out.push_back(text(expression));
    return out;
  }
  std::string callText(std::string_view name, const std::vector<ExprPtr>& arguments) const {
    return fmt::format("{}({})", name, joinTexts(texts(arguments)));
  }
  std::string binary(const ExprPtr& left, const char* symbol, const ExprPtr& right) const {
    return fmt::format("({} {} {})", text(left), symbol, text(right));
  }
  std::string attribute(const AttributeReference& node) const {
    return isDebug() ? nameWithId(node.name, node.id, node.type) : qualifiedName(node.qualifier, node.name);
  }
  std::string alias(const Alias& node) const {
    if (isDebug()) return fmt::format("{} AS {}", text(node.child), nameWithId(node.name, node.id, node.dataType()));
    return fmt::format("{} AS {}", text(node.child), style_ == TextStyle::kName ? node.name : qualifiedName(node.qualifier, node.name));
  }
  std::string cast(const Cast& node) const;
  std::string call(const FunctionCall& node) const;
  std::string negation(const std::string& child) const { return isDebug() ? "NOT " + child : fmt::format("(NOT {})", child); }
  std::string comparison(const Comparison& node) const;
  std::string caseWhen(const CaseWhen& node) const;
  std::string aggregate(const AggregateExpression& node) const;
  std::string windowCall(const WindowFunctionCall& node) const;
  std::string window(const WindowExpression& node) const;
  std::string windowSpec(const WindowSpec& spec) const;
  std::string bound(FrameBound bound, const ExprPtr& offset) const;
  std::string unresolvedFunction(const UnresolvedFunction& node) const;
  std::string star(const UnresolvedStar& node) const;
  std::string grouping(const GroupingAnalytics& node) const;
  std::string dotted(const std::vector<std::string>& parts) const;

  TextStyle style_;
  const std::string& timeZone_;
};

// How a function is shown: its name, or the upper-case name that its declaration gives.
std::string_view shownName(const std::string& name) {
  const auto entry = FunctionRegistry::builtin().find(name);
  const auto* function = std::get_if<const ScalarFunction*>(&entry);
  if (function == nullptr || (*function)->display.empty() || (*function)->names[0] != name) return name;
  return (*function)->display;
}

// Functions whose last arguments are settings (a schema, options, a type, a seed) and not shown: how many are.
size_t numShownArguments(std::string_view name) {
  for (const std::string_view each : {"from_json", "to_json", "schema_of_json", "from_csv", "to_csv", "schema_of_csv", "from_xml", "to_xml", "schema_of_xml", "shuffle"}) {
    if (name == each) return 1;
  }
  return name == "variant_get" || name == "try_variant_get" ? 2 : SIZE_MAX;
}

bool isSymbol(const std::string& name) { return name.find_first_of("+-*/%&|^<>~") != std::string::npos || name == "div"; }

bool isInterval(const DataType& type) {
  return type.is(TypeKind::kDayTimeInterval) || type.is(TypeKind::kYearMonthInterval) || type.is(TypeKind::kCalendarInterval);
}

// A date or timestamp moved by an interval: written without parentheses, the time first.
bool isTimeShift(const FunctionCall& node) {
  if (node.arguments.size() != 2 || (node.name != "+" && node.name != "-")) return false;
  const DataType& left = node.arguments[0]->dataType();
  const DataType& right = node.arguments[1]->dataType();
  const auto isTime = [](const DataType& type) { return type.is(TypeKind::kDate) || type.is(TypeKind::kTimestamp) || type.is(TypeKind::kTimestampNtz); };
  return (isTime(left) && isInterval(right)) || (node.name == "+" && isInterval(left) && isTime(right));
}

std::string Writer::cast(const Cast& node) const {
  if (style_ == TextStyle::kName && node.implicit) return text(node.child);
  if (!isDebug() && node.mode != CastMode::kTry && node.target.isNested()) return text(node.child);
  const char* word = node.mode == CastMode::kTry ? "TRY_CAST" : "CAST";
  if (!isDebug()) return fmt::format("{}({} AS {})", word, text(node.child), node.target.sql());
  return fmt::format("{}({} as {})", node.mode == CastMode::kTry ? "try_cast" : "cast", text(node.child), node.target.simpleString());
}

std::string Writer::call(const FunctionCall& node) const {
  const auto& arguments = node.arguments;
  if (isSymbol(node.name)) {
    if (!isDebug() && isTimeShift(node)) {
      const bool swapped = isInterval(arguments[0]->dataType());
      return fmt::format("{} {} {}", text(arguments[swapped ? 1 : 0]), node.name, text(arguments[swapped ? 0 : 1]));
    }
    if (arguments.size() == 2) return binary(arguments[0], node.name.c_str(), arguments[1]);
    if (arguments.size() == 1) {
      if (node.name == "~") return "~" + text(arguments[0]);
      return isDebug() && node.name == "-" ? "-" + text(arguments[0]) : fmt::format("({} {})", node.name, text(arguments[0]));
    }
  }
  if (node.name == "like" && arguments.size() >= 2) {
    std::string out = fmt::format("{} LIKE {}", text(arguments[0]), text(arguments[1]));
    if (arguments.size() == 3) out += fmt::format(" ESCAPE '{}'", literalValue(arguments[2]) != nullptr ? literalValue(arguments[2])->asString() : "");
    return out;
  }
  if ((node.name == "extract" || node.name == "datepart") && arguments.size() == 2) {
    return fmt::format("{}({} FROM {})", node.name, text(arguments[0]), text(arguments[1]));
  }
  if (node.name == "semi_structured_extract" && arguments.size() == 2 && literalValue(arguments[1]) != nullptr) {
    return callText("variant_get", arguments) + " AS " + lastKeyOfPath(literalValue(arguments[1])->asString());
  }
  if (node.name == "collation_key" && style_ == TextStyle::kName && arguments.size() == 1) return text(arguments[0]);
  // All names of RLIKE are shown in upper case; of trims with characters, only btrim by its own name.
  if ((node.name == "regexp" || node.name == "regexp_like") && arguments.size() == 2) return callText(node.name == "regexp" ? "REGEXP" : "REGEXP_LIKE", arguments);
  const char* side = node.name == "trim" ? "BOTH" : node.name == "ltrim" ? "LEADING" : node.name == "rtrim" ? "TRAILING" : nullptr;
  if (side != nullptr && arguments.size() == 2) return fmt::format("TRIM({} {} FROM {})", side, text(arguments[0]), text(arguments[1]));
  if (node.name == "log" && arguments.size() == 1) return fmt::format("LOG(E(), {})", text(arguments[0]));
  if ((node.name == "ceil" || node.name == "floor") && arguments.size() == 2) return callText(node.name, arguments);
  if (node.name == "positive" && arguments.size() == 1) return fmt::format("(+ {})", text(arguments[0]));
  if (node.name == "element_of" && arguments.size() == 2) return fmt::format("{}[{}]", text(arguments[0]), text(arguments[1]));
  const size_t shown = numShownArguments(node.name);
  if (shown < arguments.size()) return callText(shownName(node.name), {arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(shown)});
  return callText(shownName(node.name), arguments);
}

std::string Writer::comparison(const Comparison& node) const {
  if (node.op == ComparisonOp::kNotEqual) return negation(binary(node.left, "=", node.right));
  return binary(node.left, symbolOf(node.op), node.right);
}

std::string Writer::caseWhen(const CaseWhen& node) const {
  if (node.writtenAsIf && node.branches.size() == 1) {
    const auto& [condition, value] = node.branches[0];
    return isDebug() ? fmt::format("if ({}) {} else {}", text(condition), text(value), text(node.elseValue))
                     : fmt::format("(IF({}, {}, {}))", text(condition), text(value), text(node.elseValue));
  }
  std::string out = "CASE";
  for (const auto& [condition, value] : node.branches) out += fmt::format(" WHEN {} THEN {}", text(condition), text(value));
  if (node.elseValue != nullptr) out += " ELSE " + text(node.elseValue);
  return out + " END";
}

// The values of arguments that an aggregate's call left out, as its name shows them; those it has are skipped.
std::vector<std::string> shownDefaults(std::string_view name, size_t numGiven) {
  struct Defaults {
    std::string_view name;
    std::vector<std::string> values;  // of all arguments; empty ones are never left out
  };
  static const std::vector<Defaults> kDefaults = {
      {"percentile", {"", "", "1"}},
      {"listagg", {"", "NULL"}},
      {"string_agg", {"", "NULL"}},
      {"approx_top_k", {"", "5", "10000"}},
      {"approx_top_k_accumulate", {"", "10000"}},
      {"hll_sketch_agg", {"", "12"}},
      {"hll_union_agg", {"", "false"}},
      {"theta_sketch_agg", {"", "12"}},
      {"theta_union_agg", {"", "12"}},
      {"tuple_sketch_agg_double", {"", "", "12", "sum"}},
      {"tuple_sketch_agg_integer", {"", "", "12", "sum"}},
      {"tuple_union_agg_double", {"", "12", "sum"}},
      {"tuple_union_agg_integer", {"", "12", "sum"}},
      {"tuple_intersection_agg_double", {"", "sum"}},
      {"tuple_intersection_agg_integer", {"", "sum"}},
  };
  for (const Defaults& defaults : kDefaults) {
    if (defaults.name != name) continue;
    if (numGiven >= defaults.values.size()) return {};
    return {defaults.values.begin() + static_cast<std::ptrdiff_t>(numGiven), defaults.values.end()};
  }
  return {};
}

std::string Writer::aggregate(const AggregateExpression& node) const {
  std::vector<ExprPtr> arguments = node.arguments;
  std::string within;
  if (!node.withinGroup.empty() && arguments.size() >= node.withinGroup.size()) {
    arguments.resize(arguments.size() - node.withinGroup.size());
    // Functions of the order's values name the value alone; the others (listagg) name the order.
    std::vector<std::string> orders;
    for (const ExprPtr& order : node.withinGroup) {
      const auto* sorted = order->as<SortOrder>();
      if (node.name == "mode" && sorted != nullptr) {
        // The order that makes the first of the most frequent values the last.
        orders.push_back(text(sorted->child) + (sorted->ascending ? " DESC" : ""));
      } else if (node.name.starts_with("percentile") && sorted != nullptr) {
        orders.push_back(text(sorted->child) + (sorted->ascending ? "" : " DESC"));
      } else {
        orders.push_back(text(order));
      }
    }
    within = fmt::format(" WITHIN GROUP (ORDER BY {})", joinTexts(orders));
  }
  if (node.name == "mode" && arguments.size() == 2) {
    const Value* deterministic = literalValue(arguments[1]);
    if (deterministic != nullptr && !deterministic->isNull() && deterministic->asBoolean()) {
      within = fmt::format(" WITHIN GROUP (ORDER BY {} DESC)", text(arguments[0]));
      arguments.clear();
    } else {
      arguments.resize(1);
    }
  }
  const bool isOneOfRows = node.name == "first" || node.name == "first_value" || node.name == "last" || node.name == "last_value" || node.name == "any_value";
  if (isOneOfRows && arguments.size() == 2) arguments.resize(1);
  std::vector<std::string> shown = texts(arguments);
  for (std::string& value : shownDefaults(node.name, shown.size())) shown.push_back(std::move(value));
  const std::string& name = node.name == "array_agg" ? "collect_list" : node.name;
  std::string out = fmt::format("{}({}{}){}", name, node.distinct ? (isDebug() ? "distinct " : "DISTINCT ") : "", joinTexts(shown), within);
  if (isDebug() && node.ignoreNulls) out += " ignore nulls";
  if (node.filter != nullptr) out += fmt::format(" FILTER (WHERE {})", text(node.filter));
  return out;
}

std::string Writer::bound(FrameBound bound, const ExprPtr& offset) const {
  switch (bound) {
    case FrameBound::kUnboundedPreceding: return isDebug() ? "unboundedpreceding$()" : "UNBOUNDED PRECEDING";
    case FrameBound::kUnboundedFollowing: return isDebug() ? "unboundedfollowing$()" : "UNBOUNDED FOLLOWING";
    case FrameBound::kCurrentRow: return isDebug() ? "currentrow$()" : "CURRENT ROW";
    case FrameBound::kPreceding: return isDebug() ? "-" + text(offset) : text(offset) + " PRECEDING";
    case FrameBound::kFollowing: return isDebug() ? text(offset) : text(offset) + " FOLLOWING";
  }
  return {};
}

std::string Writer::windowSpec(const WindowSpec& spec) const {
  if (isDebug()) {
    std::vector<std::string> parts = texts(spec.partitionBy);
    for (std::string& order : texts(spec.orderBy)) parts.push_back(std::move(order));
    if (spec.hasFrame) {
      parts.push_back(fmt::format("specifiedwindowframe({}, {}, {})", spec.frameKind == FrameKind::kRows ? "RowFrame" : "RangeFrame",
                                  bound(spec.lower, spec.lowerOffset), bound(spec.upper, spec.upperOffset)));
    } else {
      parts.push_back("unspecifiedframe$()");
    }
    return fmt::format("windowspecdefinition({})", joinTexts(parts));
  }
  std::vector<std::string> parts;
  if (!spec.partitionBy.empty()) parts.push_back("PARTITION BY " + joinTexts(texts(spec.partitionBy)));
  if (!spec.orderBy.empty()) parts.push_back("ORDER BY " + joinTexts(texts(spec.orderBy)));
  if (spec.hasFrame) {
    parts.push_back(fmt::format("{} BETWEEN {} AND {}", spec.frameKind == FrameKind::kRows ? "ROWS" : "RANGE",
                                bound(spec.lower, spec.lowerOffset), bound(spec.upper, spec.upperOffset)));
  } else {
    parts.push_back("unspecifiedframe$()");
  }
  return fmt::format("({})", joinTexts(parts, " "));
}

// lead and lag are shown with their defaults, ranks without the arguments that do not matter to them.
std::string Writer::windowCall(const WindowFunctionCall& node) const {
  std::vector<std::string> shown = texts(node.arguments);
  if (node.name == "lead" || node.name == "lag") {
    if (shown.size() == 1) shown.push_back("1");
    if (shown.size() == 2) shown.push_back("NULL");
    return fmt::format("{}({})", node.name, joinTexts(shown));
  }
  if (node.name == "rank" || node.name == "dense_rank" || node.name == "percent_rank") {
    std::string name = node.name;
    for (char& c : name) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    return name + "()";
  }
  return callText(node.name, node.arguments);
}

std::string Writer::window(const WindowExpression& node) const {
  return fmt::format("{}{}{}", text(node.function), isDebug() ? " " : " OVER ", windowSpec(node.spec));
}

std::string Writer::unresolvedFunction(const UnresolvedFunction& node) const {
  const std::string name = joinTexts(node.nameParts, ".");
  const bool operatorName = node.nameParts.size() == 1 && (isSymbol(name) || name == "=" || name == "!=" || name == "and" || name == "or");
  if (operatorName && node.arguments.size() == 2) return binary(node.arguments[0], name.c_str(), node.arguments[1]);
  return fmt::format("{}{}({}{})", isDebug() ? "'" : "", name, node.distinct ? (isDebug() ? "distinct " : "DISTINCT ") : "",
                     joinTexts(texts(node.arguments)));
}

std::string Writer::dotted(const std::vector<std::string>& parts) const {
  std::string out = isDebug() ? "'" : "";
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += '.';
    out += style_ == TextStyle::kName ? parts[i] : quoteIfNeeded(parts[i]);
  }
  return out;
}

std::string Writer::star(const UnresolvedStar& node) const {
  std::string out;
  for (const std::string& part : node.target) out += part + ".";
  return out + "*";
}

std::string Writer::grouping(const GroupingAnalytics& node) const {
  std::vector<std::string> sets;
  for (const auto& set : node.sets) {
    const bool bare = node.form != GroupingAnalytics::Form::kGroupingSets && set.size() == 1;
    sets.push_back(bare ? text(set[0]) : "(" + joinTexts(texts(set)) + ")");
  }
  const char* word = node.form == GroupingAnalytics::Form::kGroupingSets ? "GROUPING SETS " : node.form == GroupingAnalytics::Form::kRollup ? "rollup" : "cube";
  return fmt::format("{}({})", word, joinTexts(sets));
}

std::string Writer::text(const Expression& e) const {
  switch (e.kind()) {
    case ExprKind::kLiteral: return literalText(e.as<Literal>()->value, e.as<Literal>()->type, style_, timeZone_);
    case ExprKind::kAttributeReference: return attribute(*e.as<AttributeReference>());
    case ExprKind::kBoundReference: {
      const auto& node = *e.as<BoundReference>();
      return isDebug() || node.name.empty() ? fmt::format("input[{}, {}, {}]", node.ordinal, node.type.simpleString(), node.nullableColumn) : node.name;
    }
    case ExprKind::kAlias: return alias(*e.as<Alias>());
    case ExprKind::kCast: return cast(*e.as<Cast>());
    case ExprKind::kFunctionCall: return call(*e.as<FunctionCall>());
    case ExprKind::kComparison: return comparison(*e.as<Comparison>());
    case ExprKind::kAnd: return binary(e.as<And>()->left, "AND", e.as<And>()->right);
    case ExprKind::kOr: return binary(e.as<Or>()->left, "OR", e.as<Or>()->right);
    case ExprKind::kNot: return negation(text(e.as<Not>()->child));
    case ExprKind::kIsNull: return isDebug() ? callText("isnull", {e.as<IsNull>()->child}) : "(" + text(e.as<IsNull>()->child) + " IS NULL)";
    case ExprKind::kIsNotNull:
      return isDebug() ? callText("isnotnull", {e.as<IsNotNull>()->child}) : "(" + text(e.as<IsNotNull>()->child) + " IS NOT NULL)";
    case ExprKind::kCaseWhen: return caseWhen(*e.as<CaseWhen>());
    case ExprKind::kCoalesce: return callText("coalesce", e.as<Coalesce>()->arguments);
    case ExprKind::kIn: {
      const auto& node = *e.as<In>();
      const std::string list = joinTexts(texts(node.list), isDebug() ? "," : ", ");
      const std::string out = fmt::format("{} IN ({})", text(node.value), list);
      return isDebug() ? out : "(" + out + ")";
    }
    case ExprKind::kGetStructField: {
      const auto& node = *e.as<GetStructField>();
      return fmt::format("{}.{}", text(node.child), style_ == TextStyle::kSql ? quoteIfNeeded(node.name) : node.name);
    }
    case ExprKind::kLambdaVariable: {
      const auto& node = *e.as<LambdaVariable>();
      return isDebug() ? fmt::format("lambda {}", nameWithId(node.name, node.id, node.type)) : "namedlambdavariable()";
    }
    case ExprKind::kLambdaFunction: {
      std::vector<ExprPtr> parts = {e.as<LambdaFunction>()->body};
      for (const ExprPtr& variable : e.as<LambdaFunction>()->variables) parts.push_back(variable);
      return callText("lambdafunction", parts);
    }
    case ExprKind::kSortOrder: {
      const auto& node = *e.as<SortOrder>();
      return fmt::format("{} {} NULLS {}", text(node.child), node.ascending ? "ASC" : "DESC", node.nullsFirst ? "FIRST" : "LAST");
    }
    case ExprKind::kAggregateExpression: return aggregate(*e.as<AggregateExpression>());
    case ExprKind::kWindowFunctionCall: return windowCall(*e.as<WindowFunctionCall>());
    case ExprKind::kWindowExpression: return window(*e.as<WindowExpression>());
    case ExprKind::kGeneratorCall: return callText(e.as<GeneratorCall>()->name, e.as<GeneratorCall>()->arguments);
    case ExprKind::kOuterReference:
      if (style_ == TextStyle::kName) return fmt::format("outer({})", Writer(TextStyle::kSql, timeZone_).attribute(*e.as<OuterReference>()->attribute));
      return fmt::format("outer({})", attribute(*e.as<OuterReference>()->attribute));
    case ExprKind::kUnresolvedAttribute: return dotted(e.as<UnresolvedAttribute>()->nameParts);
    case ExprKind::kUnresolvedStar: return star(*e.as<UnresolvedStar>());
    case ExprKind::kUnresolvedRegex: {
      const auto& node = *e.as<UnresolvedRegex>();
      return node.table.empty() ? fmt::format("`{}`", node.pattern) : fmt::format("{}.`{}`", node.table, node.pattern);
    }
    case ExprKind::kUnresolvedFunction: return unresolvedFunction(*e.as<UnresolvedFunction>());
    case ExprKind::kUnresolvedExtractValue: {
      const auto& node = *e.as<UnresolvedExtractValue>();
      return fmt::format("{}[{}]", text(node.child), text(node.extraction));
    }
    case ExprKind::kMultiAlias:
      return fmt::format("{} AS ({})", text(e.as<MultiAlias>()->child), joinTexts(e.as<MultiAlias>()->names));
    case ExprKind::kUnresolvedLambdaVariable: return (isDebug() ? "lambda " : "") + dotted(e.as<UnresolvedLambdaVariable>()->nameParts);
    case ExprKind::kUnresolvedWindow: {
      const auto& node = *e.as<UnresolvedWindow>();
      return fmt::format("{} OVER {}", text(node.function), node.windowName.empty() ? windowSpec(node.spec) : node.windowName);
    }
    case ExprKind::kUpdateFields: return fmt::format("update_fields({})", text(e.as<UpdateFields>()->child));
    case ExprKind::kNamedArgument: return fmt::format("{} => {}", e.as<NamedArgument>()->name, text(e.as<NamedArgument>()->value));
    case ExprKind::kParameter: return e.as<Parameter>()->positional ? "?" : ":" + e.as<Parameter>()->name;
    case ExprKind::kIdentifierClause: return fmt::format("IDENTIFIER({})", text(e.as<IdentifierClause>()->name));
    case ExprKind::kRuntimeReplaceable: {
      const auto& node = *e.as<RuntimeReplaceable>();
      return isDebug() ? text(node.replacement) : node.text;
    }
    case ExprKind::kGroupingAnalytics: return grouping(*e.as<GroupingAnalytics>());
    case ExprKind::kScalarSubquery:
    case ExprKind::kExists:
    case ExprKind::kInSubquery:
    case ExprKind::kTableArgument: return isDebug() ? e.toString() : e.sql();
    case ExprKind::kPythonUdf: {
      const auto& udf = *e.as<PythonUdf>();
      std::vector<std::string> arguments;
      for (size_t i = 0; i < udf.arguments.size(); ++i) {
        const bool named = i < udf.argumentNames.size() && !udf.argumentNames[i].empty();
        arguments.push_back(named ? fmt::format("{} => {}", udf.argumentNames[i], text(udf.arguments[i])) : text(udf.arguments[i]));
      }
      const std::string call = fmt::format("{}({})", udf.function.name, joinTexts(arguments));
      return isDebug() ? fmt::format("{}#{}", call, udf.resultId) : call;
    }
  }
  return {};
}

}  // namespace

std::string expressionText(const Expression& expression, TextStyle style, const std::string& timeZone) {
  return Writer(style, timeZone).text(expression);
}

std::string columnName(const ExprPtr& expression, const std::string& timeZone) {
  return expressionText(*expression, TextStyle::kName, timeZone);
}

std::string quotedExpression(const ExprPtr& expression, const std::string& timeZone) {
  return "\"" + columnName(expression, timeZone) + "\"";
}

}  // namespace flint::expr
