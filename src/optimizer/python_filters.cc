#include "optimizer/python_filters.h"

#include <algorithm>
#include <optional>

#include "base/json_string.h"
#include "columnar/variant_reader.h"
#include "expr/expression_evaluator.h"
#include "optimizer/function_calls.h"

namespace flint::optimizer {
namespace {

using expr::ExprPtr;

using Path = std::vector<std::string>;

// The names that lead to a column or a field of it.
std::optional<Path> pathOf(const ExprPtr& expression) {
  if (expression->dataType().is(TypeKind::kString) && expression->dataType().collation() != 0) return std::nullopt;
  if (const auto* column = expression->as<expr::AttributeReference>()) return Path{column->name};
  const auto* field = expression->as<expr::GetStructField>();
  if (field == nullptr) return std::nullopt;
  auto path = pathOf(field->child);
  if (path.has_value()) path->push_back(field->child->dataType().fields()[static_cast<size_t>(field->ordinal)].name);
  return path;
}

std::string base64(std::string_view bytes) {
  std::string out = "\"";
  columnar::appendBase64(bytes, out);
  return out + "\"";
}

// A literal as a variant in JSON. Nothing where variants do not hold its type.
std::optional<std::string> variantOf(const ExprPtr& literal, const expr::EvaluationOptions& options) {
  ExprPtr converted;
  switch (literal->dataType().kind()) {
    case TypeKind::kStruct:
    case TypeKind::kArray:
    case TypeKind::kMap: {
      auto call = bindScalarCall("to_variant_object", {literal}, options);
      if (!call.isOk()) return std::nullopt;
      converted = std::move(call).value();
      break;
    }
    case TypeKind::kYearMonthInterval:
    case TypeKind::kDayTimeInterval:
    case TypeKind::kCalendarInterval:
    case TypeKind::kTime: return std::nullopt;
    default: {
      expr::Cast cast;
      cast.child = literal;
      cast.target = DataType::variant();
      converted = expr::makeExpr(std::move(cast));
    }
  }
  auto value = expr::evaluateFoldable(converted, options);
  if (!value.isOk() || value->isNull()) return std::nullopt;
  const auto variant = columnar::VariantReader::of(value->asString());
  return R"({"value":)" + base64(variant.value()) + R"(,"metadata":)" + base64(variant.metadata()) + "}";
}

class Translation {
 public:
  explicit Translation(const expr::EvaluationOptions& options) : options_(options) {}

  void add(const ExprPtr& conjunct, int index) {
    std::vector<std::string> made;
    const bool exact = translate(conjunct, false, made);
    for (std::string& one : made) append(std::move(one), exact ? index : -1);
  }
  // A condition that no NULL passes says so of its columns, too.
  void addNotNull(const ExprPtr& conjunct) {
    const auto* negation = conjunct->as<expr::Not>();
    const ExprPtr& condition = negation != nullptr ? negation->child : conjunct;
    const auto* comparison = condition->as<expr::Comparison>();
    const bool passesNull = comparison == nullptr && condition->as<expr::In>() == nullptr && condition->as<expr::FunctionCall>() == nullptr;
    if (passesNull || (comparison != nullptr && comparison->op == expr::ComparisonOp::kEqualNullSafe)) return;
    for (const ExprPtr& child : condition->children()) {
      const auto* column = child->as<expr::AttributeReference>();
      if (column == nullptr) continue;
      std::string filter = filterOf("IsNotNull", {column->name}, "", false);
      if (std::find(filters_.begin(), filters_.end(), filter) == filters_.end()) append(std::move(filter), -1);
    }
  }
  PythonFilters finish() {
    PythonFilters out;
    if (filters_.empty()) return out;
    for (const std::string& one : filters_) out.json += (out.json.empty() ? "[" : ",") + one;
    out.json += "]";
    out.conjuncts = std::move(conjuncts_);
    return out;
  }

 private:
  void append(std::string filter, int conjunct) {
    filters_.push_back(std::move(filter));
    conjuncts_.push_back(conjunct);
  }

  static std::string filterOf(const char* name, const Path& path, const std::string& variant, bool negated) {
    std::string out = std::string(R"({"name":")") + name + R"(","columnPath":[)";
    for (size_t i = 0; i < path.size(); ++i) {
      if (i > 0) out += ",";
      appendJsonString(out, path[i]);
    }
    out += "]";
    if (!variant.empty()) out += R"(,"value":)" + variant;
    return out + R"(,"isNegated":)" + (negated ? "true}" : "false}");
  }

  // Appends filters that follow from the condition; whether they are all of it.
  bool translate(const ExprPtr& condition, bool negated, std::vector<std::string>& out) const {
    if (const auto* negation = condition->as<expr::Not>()) return !negated && translate(negation->child, true, out);
    if (const auto* comparison = condition->as<expr::Comparison>()) return compare(*comparison, negated, out);
    if (const auto* in = condition->as<expr::In>()) return member(*in, negated, out);
    if (const auto* null = condition->as<expr::IsNull>()) return unary("IsNull", null->child, negated, out);
    if (const auto* notNull = condition->as<expr::IsNotNull>()) return unary("IsNotNull", notNull->child, negated, out);
    if (const auto* call = condition->as<expr::FunctionCall>()) return search(*call, negated, out);
    if (!condition->dataType().is(TypeKind::kBoolean)) return false;
    const auto path = pathOf(condition);
    return path.has_value() && withValue("EqualTo", *path, expr::literal(Value::boolean(true), DataType::boolean()), negated, out);
  }

  bool withValue(const char* name, const Path& path, const ExprPtr& value, bool negated, std::vector<std::string>& out) const {
    const auto variant = variantOf(value, options_);
    if (variant.has_value()) out.push_back(filterOf(name, path, *variant, negated));
    return variant.has_value();
  }

  static bool unary(const char* name, const ExprPtr& child, bool negated, std::vector<std::string>& out) {
    const auto path = pathOf(child);
    if (path.has_value()) out.push_back(filterOf(name, *path, "", negated));
    return path.has_value();
  }

  bool compare(const expr::Comparison& comparison, bool negated, std::vector<std::string>& out) const {
    const bool literalFirst = expr::literalValue(comparison.left) != nullptr;
    const ExprPtr& column = literalFirst ? comparison.right : comparison.left;
    const ExprPtr& value = literalFirst ? comparison.left : comparison.right;
    const auto path = pathOf(column);
    if (!path.has_value() || expr::literalValue(value) == nullptr) return false;
    using expr::ComparisonOp;
    const ComparisonOp op = literalFirst ? expr::mirrored(comparison.op) : comparison.op;
    const char* name = "EqualTo";
    switch (op) {
      case ComparisonOp::kEqual: break;
      case ComparisonOp::kNotEqual: negated = !negated; break;
      case ComparisonOp::kLess: name = "LessThan"; break;
      case ComparisonOp::kLessOrEqual: name = "LessThanOrEqual"; break;
      case ComparisonOp::kGreater: name = "GreaterThan"; break;
      case ComparisonOp::kGreaterOrEqual: name = "GreaterThanOrEqual"; break;
      case ComparisonOp::kEqualNullSafe: name = "EqualNullSafe"; break;
    }
    return withValue(name, *path, value, negated, out);
  }

  bool member(const expr::In& in, bool negated, std::vector<std::string>& out) const {
    const auto path = pathOf(in.value);
    Value::List values;
    for (const ExprPtr& each : in.list) {
      const Value* value = expr::literalValue(each);
      if (value == nullptr) return false;
      values.push_back(*value);
    }
    if (!path.has_value()) return false;
    return withValue("In", *path, expr::literal(Value::list(std::move(values)), DataType::array(in.value->dataType(), true)), negated, out);
  }

  bool search(const expr::FunctionCall& call, bool negated, std::vector<std::string>& out) const {
    if (call.arguments.size() != 2) return false;
    const auto path = pathOf(call.arguments[0]);
    const Value* value = expr::literalValue(call.arguments[1]);
    if (!path.has_value() || value == nullptr || value->isNull() || !call.arguments[1]->dataType().is(TypeKind::kString)) return false;
    const auto text = [](std::string_view part) { return expr::literal(Value::string(std::string(part)), DataType::string()); };
    if (call.name == "startswith") return withValue("StringStartsWith", *path, call.arguments[1], negated, out);
    if (call.name == "endswith") return withValue("StringEndsWith", *path, call.arguments[1], negated, out);
    if (call.name == "contains") return withValue("StringContains", *path, call.arguments[1], negated, out);
    if (call.name != "like") return false;
    const std::string pattern(value->asString());
    if (pattern.empty() || pattern.find_first_of("_\\") != std::string::npos) return false;
    const std::string_view view = pattern;
    const auto first = view.find('%');
    if (first == std::string_view::npos) return withValue("EqualTo", *path, text(view), negated, out);
    const auto last = view.rfind('%');
    if (first == last) {
      if (view.size() == 1) return false;
      if (last == view.size() - 1) return withValue("StringStartsWith", *path, text(view.substr(0, last)), negated, out);
      if (first == 0) return withValue("StringEndsWith", *path, text(view.substr(1)), negated, out);
      // The two parts may overlap: the pattern says more than both.
      if (!negated && withValue("StringStartsWith", *path, text(view.substr(0, first)), false, out)) {
        withValue("StringEndsWith", *path, text(view.substr(first + 1)), false, out);
      }
      return false;
    }
    const bool isInside = first == 0 && last == view.size() - 1 && view.find('%', 1) == last && view.size() > 2;
    return isInside && withValue("StringContains", *path, text(view.substr(1, last - 1)), negated, out);
  }

  const expr::EvaluationOptions& options_;
  std::vector<std::string> filters_;
  std::vector<int> conjuncts_;
};

}  // namespace

PythonFilters pythonFilters(const std::vector<ExprPtr>& conjuncts, const expr::EvaluationOptions& options) {
  Translation translation(options);
  for (const ExprPtr& conjunct : conjuncts) translation.addNotNull(conjunct);
  for (size_t i = 0; i < conjuncts.size(); ++i) translation.add(conjuncts[i], static_cast<int>(i));
  return translation.finish();
}

}  // namespace flint::optimizer
