#include "analysis/collation_coercion.h"

#include <algorithm>
#include <optional>
#include <span>

#include "analysis/type_coercion_rules.h"
#include "base/condition.h"
#include "expr/expression_text.h"
#include "expr/unresolved.h"
#include "types/collation.h"

namespace flint::analysis {
namespace {

using expr::ExprPtr;

// How strongly a text holds to its collation; of two, the stronger one's collation holds.
enum class Strength : uint8_t { kNone, kDefault, kImplicit, kExplicit };

struct HeldCollation {
  Strength strength = Strength::kNone;
  int id = 0;
};

// Where a text stands in a value: a step is the ordinal of the part among the type's.
using Path = std::vector<size_t>;

// The type of what stands there; none where the type has no such part.
std::optional<DataType> typeAt(const DataType& type, std::span<const size_t> path) {
  if (path.empty()) return type;
  if (!type.isNested()) return std::nullopt;
  const std::vector<DataType> parts = type.childTypes();
  return path[0] < parts.size() ? typeAt(parts[path[0]], path.subspan(1)) : std::nullopt;
}

// The type with the collation of the text that stands there.
DataType typeWith(const DataType& type, std::span<const size_t> path, int collation) {
  if (path.empty()) return DataType::collatedString(collation);
  if (type.is(TypeKind::kArray)) return DataType::array(typeWith(type.elementType(), path.subspan(1), collation), type.containsNull());
  StructFields fields = type.fields();
  fields[path[0]].type = typeWith(fields[path[0]].type, path.subspan(1), collation);
  return DataType::structType(std::move(fields));
}

HeldCollation held(const ExprPtr& expression, std::span<const size_t> path);

// That of a function's result, from those of its texts.
HeldCollation heldByArguments(const std::vector<ExprPtr>& arguments, std::span<const size_t> path, int own) {
  HeldCollation best{Strength::kDefault, own};
  for (const ExprPtr& argument : arguments) {
    const HeldCollation one = held(argument, path);
    if (one.strength > best.strength && one.id == own) best = one;
  }
  if (best.strength == Strength::kDefault && own != 0) best.strength = Strength::kImplicit;
  return best;
}

// That of a part of what `array`, `struct` and their like make of their arguments; none for other functions.
std::optional<HeldCollation> heldByPart(const expr::FunctionCall& call, std::span<const size_t> path, int own) {
  if (path.empty()) return std::nullopt;
  if (call.name == "array") return heldByArguments(call.arguments, path.subspan(1), own);
  if (call.name == "named_struct" && 2 * path[0] + 1 < call.arguments.size()) return held(call.arguments[2 * path[0] + 1], path.subspan(1));
  return std::nullopt;
}

HeldCollation held(const ExprPtr& expression, std::span<const size_t> path) {
  const auto type = typeAt(expression->dataType(), path);
  if (!type || !type->is(TypeKind::kString)) return {};
  const int id = type->collation();
  if (const auto* alias = expression->as<expr::Alias>()) return held(alias->child, path);
  if (const auto* replaced = expression->as<expr::RuntimeReplaceable>()) return held(replaced->replacement, path);
  if (expression->as<expr::Literal>() != nullptr) return {id == 0 ? Strength::kDefault : Strength::kImplicit, id};
  if (const auto* cast = expression->as<expr::Cast>()) {
    const auto from = typeAt(cast->child->dataType(), path);
    if (!from || !from->is(TypeKind::kString)) return {Strength::kDefault, id};
    HeldCollation inner = held(cast->child, path);
    inner.id = id;
    // A cast that the query writes names its collation.
    if (!cast->implicit && id != 0 && inner.strength < Strength::kImplicit) inner.strength = Strength::kImplicit;
    return inner;
  }
  if (const auto* call = expression->as<expr::FunctionCall>()) {
    if (call->name == "collate") return {Strength::kExplicit, id};
    const auto part = heldByPart(*call, path, id);
    return part ? *part : heldByArguments(call->arguments, path, id);
  }
  if (const auto* either = expression->as<expr::Coalesce>()) return heldByArguments(either->arguments, path, id);
  return {Strength::kImplicit, id};
}

template <size_t kCount>
bool isAmong(std::string_view name, const std::string_view (&names)[kCount]) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

// Whether a function only passes texts on, without comparing them.
bool passesTextsOn(std::string_view name) {
  static constexpr std::string_view kNames[] = {"concat", "concat_ws", "elt", "split_part", "overlay", "lpad", "rpad", "array", "map", "mask", "levenshtein", "array_append", "array_join"};
  return isAmong(name, kNames);
}

// Whether the texts that a function takes have to agree in their collation.
bool joinsCollations(std::string_view name) {
  static constexpr std::string_view kNames[] = {
      "contains",       "startswith",     "endswith",     "substring_index", "instr",       "locate",       "position",        "find_in_set",    "translate", "replace", "trim", "ltrim",
      "rtrim",          "btrim",          "like",         "ilike",           "greatest",    "least",        "regexp_replace",  "str_to_map",     "str_to_map_last_win",
      "array_contains", "array_position", "array_remove", "array_union",     "array_except", "arrays_overlap", "array_intersect"};
  return passesTextsOn(name) || isAmong(name, kNames);
}

// Whether its first argument is an array, whose elements are compared with the others.
bool takesElements(std::string_view name) {
  static constexpr std::string_view kNames[] = {"array_contains", "array_position", "array_remove", "array_append", "array_join"};
  return isAmong(name, kNames);
}

// Where an argument is a text of several collations and the function has to know it, an error.
Status requireKnownCollations(const std::string& name, const std::vector<ExprPtr>& arguments, const OriginPtr& origin) {
  static constexpr std::string_view kAsk[] = {"collation", "collate", "struct", "named_struct", "map", "isnull", "isnotnull", "length", "octet_length"};
  if (std::find(std::begin(kAsk), std::end(kAsk), name) != std::end(kAsk)) return {};
  for (const ExprPtr& argument : arguments) {
    if (!argument->dataType().is(TypeKind::kString) || argument->dataType().collation() != kIndeterminateCollation) continue;
    return Error(condition::kIndeterminateCollationInExpression).with("expr", expr::quotedExpression(expr::call(name, arguments))).at(origin).as(ErrorFamily::kAnalysis);
  }
  return {};
}

// The same value of another type, of which only collations differ: a literal changes its type, anything else is cast.
ExprPtr under(const ExprPtr& value, const DataType& type, const expr::EvaluationOptions& options) {
  if (value->dataType().sameType(type)) return value;
  if (const auto* literal = value->as<expr::Literal>(); literal != nullptr && !type.isNested()) return expr::literal(literal->value, type)->withOrigin(value->origin());
  return castImplicitly(value, type, options);
}

// A part of an argument: all parts of one alignment get one collation.
struct AlignedPart {
  ExprPtr* argument = nullptr;
  Path path;
};

struct Alignment {
  bool passesOn = false;
  const ExprPtr& call;
  const expr::EvaluationOptions& options;
  bool comparesElements = false;  // greatest, least and functions of arrays have an error condition of their own
};

Status alignTexts(const std::vector<AlignedPart>& parts, const Alignment& alignment) {
  std::vector<int> explicitIds;
  std::vector<int> implicitIds;
  int defaultId = 0;  // of texts in a view with a collation of its own
  for (const AlignedPart& part : parts) {
    const HeldCollation one = held(*part.argument, part.path);
    if (one.strength == Strength::kDefault && one.id != 0) defaultId = one.id;
    if (one.strength < Strength::kImplicit) continue;
    std::vector<int>& ids = one.strength == Strength::kExplicit ? explicitIds : implicitIds;
    if (std::find(ids.begin(), ids.end(), one.id) == ids.end()) ids.push_back(one.id);
  }
  const ExprPtr& call = alignment.call;
  if (explicitIds.size() > 1) {
    std::vector<std::string> types;
    for (const int id : explicitIds) types.push_back("\"STRING COLLATE " + collationName(id) + "\"");
    return Error(condition::kCollationMismatchExplicit).with("explicitTypes", expr::joinTexts(types)).at(call->origin()).as(ErrorFamily::kAnalysis);
  }
  const bool indeterminate = explicitIds.empty() && (implicitIds.size() > 1 || (implicitIds.size() == 1 && implicitIds[0] == kIndeterminateCollation));
  if (indeterminate && !alignment.passesOn) {
    if (alignment.comparesElements) return Error(condition::kIndeterminateCollation).at(call->origin()).as(ErrorFamily::kAnalysis);
    return Error(condition::kIndeterminateCollationInExpression).with("expr", expr::quotedExpression(call)).at(call->origin()).as(ErrorFamily::kAnalysis);
  }
  const int id = indeterminate ? kIndeterminateCollation : !explicitIds.empty() ? explicitIds[0] : implicitIds.empty() ? defaultId : implicitIds[0];
  for (const AlignedPart& part : parts) {
    const DataType& type = (*part.argument)->dataType();
    *part.argument = under(*part.argument, typeWith(type, part.path, id), alignment.options);
  }
  return {};
}

// Aligns the texts among parts, and inside of arrays and structs those that stand at the same place; maps keep theirs.
Status alignParts(const std::vector<AlignedPart>& parts, const Alignment& alignment) {
  std::vector<AlignedPart> texts;
  std::vector<AlignedPart> nested;
  size_t numChildren = 0;
  for (const AlignedPart& part : parts) {
    const auto type = typeAt((*part.argument)->dataType(), part.path);
    if (!type) continue;
    if (type->is(TypeKind::kString)) texts.push_back(part);
    if (!type->is(TypeKind::kArray) && !type->is(TypeKind::kStruct)) continue;
    nested.push_back(part);
    numChildren = std::max(numChildren, type->childTypes().size());
  }
  if (!texts.empty()) RETURN_IF_ERROR(alignTexts(texts, alignment));
  for (size_t child = 0; child < numChildren; ++child) {
    std::vector<AlignedPart> below = nested;
    for (AlignedPart& part : below) part.path.push_back(child);
    RETURN_IF_ERROR(alignParts(below, alignment));
  }
  return {};
}

}  // namespace

Status alignCollations(std::vector<ExprPtr>& arguments, bool passesOn, const ExprPtr& call, const expr::EvaluationOptions& options) {
  if (std::none_of(arguments.begin(), arguments.end(), [](const ExprPtr& each) { return hasCollations(each->dataType()); })) return {};
  std::vector<AlignedPart> parts;
  for (ExprPtr& argument : arguments) parts.push_back({&argument, {}});
  return alignParts(parts, {passesOn, call, options});
}

Status alignArguments(const std::string& name, std::vector<ExprPtr>& arguments, const OriginPtr& origin, const expr::EvaluationOptions& options) {
  if (std::none_of(arguments.begin(), arguments.end(), [](const ExprPtr& each) { return hasCollations(each->dataType()); })) return {};
  if (!joinsCollations(name)) return requireKnownCollations(name, arguments, origin);
  // Delimiters that are not given have the collation too.
  while (name.starts_with("str_to_map") && arguments.size() < 3) arguments.push_back(expr::literalString(arguments.size() == 1 ? "," : ":"));
  const ExprPtr call = expr::call(name, arguments)->withOrigin(origin);
  const Alignment alignment{passesTextsOn(name), call, options, name.starts_with("array") || name == "greatest" || name == "least"};
  std::vector<AlignedPart> parts;
  if (name == "map") {
    // The keys have one collation, the values another.
    for (const size_t first : {0, 1}) {
      parts.clear();
      for (size_t i = first; i < arguments.size(); i += 2) parts.push_back({&arguments[i], {}});
      RETURN_IF_ERROR(alignParts(parts, alignment));
    }
    return {};
  }
  for (size_t i = 0; i < arguments.size(); ++i) {
    // The elements of an array are aligned with the values looked for or added.
    parts.push_back({&arguments[i], i == 0 && takesElements(name) && arguments[0]->dataType().is(TypeKind::kArray) ? Path{0} : Path{}});
  }
  return alignParts(parts, alignment);
}

bool hasIndeterminateCollation(const DataType& type) {
  if (!type.isNested()) return type.is(TypeKind::kString) && type.collation() == kIndeterminateCollation;
  const std::vector<DataType> parts = type.childTypes();
  return std::any_of(parts.begin(), parts.end(), hasIndeterminateCollation);
}

}  // namespace flint::analysis
