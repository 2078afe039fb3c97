#include "analysis/collation_coercion.h"

#include <algorithm>

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

HeldCollation held(const ExprPtr& expression);

// That of a function's result, from those of its texts.
HeldCollation heldByArguments(const std::vector<ExprPtr>& arguments, int own) {
  HeldCollation best{Strength::kDefault, own};
  for (const ExprPtr& argument : arguments) {
    const HeldCollation one = held(argument);
    if (one.strength > best.strength && one.id == own) best = one;
  }
  if (best.strength == Strength::kDefault && own != 0) best.strength = Strength::kImplicit;
  return best;
}

HeldCollation held(const ExprPtr& expression) {
  if (!expression->dataType().is(TypeKind::kString)) return {};
  const int id = expression->dataType().collation();
  if (const auto* alias = expression->as<expr::Alias>()) return held(alias->child);
  if (const auto* replaced = expression->as<expr::RuntimeReplaceable>()) return held(replaced->replacement);
  if (expression->as<expr::Literal>() != nullptr) return {id == 0 ? Strength::kDefault : Strength::kImplicit, id};
  if (const auto* cast = expression->as<expr::Cast>()) {
    if (!cast->child->dataType().is(TypeKind::kString)) return {Strength::kDefault, id};
    HeldCollation inner = held(cast->child);
    inner.id = id;
    // A cast that the query writes names its collation.
    if (!cast->implicit && id != 0 && inner.strength < Strength::kImplicit) inner.strength = Strength::kImplicit;
    return inner;
  }
  if (const auto* call = expression->as<expr::FunctionCall>()) {
    return call->name == "collate" ? HeldCollation{Strength::kExplicit, id} : heldByArguments(call->arguments, id);
  }
  if (const auto* either = expression->as<expr::Coalesce>()) return heldByArguments(either->arguments, id);
  return {Strength::kImplicit, id};
}

// The same text under another collation: a literal changes its type, anything else is cast.
ExprPtr under(const ExprPtr& text, int collation, const expr::EvaluationOptions& options) {
  const DataType type = DataType::collatedString(collation);
  if (text->dataType().sameType(type)) return text;
  if (const auto* literal = text->as<expr::Literal>()) return expr::literal(literal->value, type)->withOrigin(text->origin());
  return castImplicitly(text, type, options);
}

}  // namespace

Status alignCollations(std::vector<ExprPtr>& arguments, bool passesOn, const ExprPtr& call, const expr::EvaluationOptions& options) {
  const auto isText = [](const ExprPtr& each) { return each->dataType().is(TypeKind::kString); };
  if (std::none_of(arguments.begin(), arguments.end(), [&](const ExprPtr& each) { return isText(each) && each->dataType().collation() != 0; })) return {};
  std::vector<int> explicitIds;
  std::vector<int> implicitIds;
  for (const ExprPtr& argument : arguments) {
    const HeldCollation one = held(argument);
    if (one.strength < Strength::kImplicit) continue;
    std::vector<int>& ids = one.strength == Strength::kExplicit ? explicitIds : implicitIds;
    if (std::find(ids.begin(), ids.end(), one.id) == ids.end()) ids.push_back(one.id);
  }
  if (explicitIds.size() > 1) {
    std::vector<std::string> types;
    for (const int id : explicitIds) types.push_back("\"STRING COLLATE " + collationName(id) + "\"");
    return Error(condition::kCollationMismatchExplicit).with("explicitTypes", expr::joinTexts(types)).at(call->origin()).as(ErrorFamily::kAnalysis);
  }
  const bool indeterminate = explicitIds.empty() && (implicitIds.size() > 1 || (implicitIds.size() == 1 && implicitIds[0] == kIndeterminateCollation));
  if (indeterminate && !passesOn) {
    return Error(condition::kIndeterminateCollationInExpression).with("expr", expr::quotedExpression(call)).at(call->origin()).as(ErrorFamily::kAnalysis);
  }
  const int id = indeterminate ? kIndeterminateCollation : !explicitIds.empty() ? explicitIds[0] : implicitIds.empty() ? 0 : implicitIds[0];
  for (ExprPtr& argument : arguments) {
    if (isText(argument)) argument = under(argument, id, options);
  }
  return {};
}

Status requireKnownCollations(const std::string& name, const std::vector<ExprPtr>& arguments, const OriginPtr& origin) {
  static constexpr std::string_view kAsk[] = {"collation", "collate", "struct", "named_struct", "map", "isnull", "isnotnull", "length", "octet_length"};
  if (std::find(std::begin(kAsk), std::end(kAsk), name) != std::end(kAsk)) return {};
  for (const ExprPtr& argument : arguments) {
    if (!argument->dataType().is(TypeKind::kString) || argument->dataType().collation() != kIndeterminateCollation) continue;
    return Error(condition::kIndeterminateCollationInExpression).with("expr", expr::quotedExpression(expr::call(name, arguments))).at(origin).as(ErrorFamily::kAnalysis);
  }
  return {};
}

bool joinsCollations(std::string_view name) {
  static constexpr std::string_view kNames[] = {"contains",  "startswith", "endswith", "substring_index", "instr", "locate", "position", "find_in_set", "translate", "replace",
                                                "trim",      "ltrim",      "rtrim",    "btrim",           "like",  "ilike"};
  return passesTextsOn(name) || std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

bool passesTextsOn(std::string_view name) {
  static constexpr std::string_view kNames[] = {"concat", "concat_ws", "elt", "split_part", "overlay", "lpad", "rpad", "greatest", "least", "array", "mask", "levenshtein"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

}  // namespace flint::analysis
