#include "expr/call_arguments.h"

#include "expr/function_registry.h"
#include "expr/nodes.h"
#include "expr/unresolved.h"

namespace flint::expr {
namespace {

const ExprPtr& plain(const ExprPtr& expression) {
  const ExprPtr* at = &expression;
  while (const auto* replaced = (*at)->as<RuntimeReplaceable>()) at = &replaced->replacement;
  return *at;
}

}  // namespace

const Value* ConstantArguments::operator[](size_t i) const {
  if (i >= known_.size()) return nullptr;
  std::optional<const Value*>& known = known_[i];
  if (known.has_value()) return *known;
  known = nullptr;
  const ExprPtr& argument = plain(arguments_[i]);
  if (const Value* literal = literalValue(argument)) {
    known = literal;
  } else if (argument->resolved() && argument->foldable()) {
    auto value = evaluateFoldable(argument, options_);
    if (value.isOk()) known = &folded_.emplace_back(std::move(value).value());  // an error is raised when a row is evaluated
  }
  return *known;
}

CallArguments::CallArguments(std::span<const ExprPtr> arguments, const EvaluationOptions& options)
    : arguments_(arguments), options_(options), constants_(arguments, options) {
  for (const ExprPtr& argument : arguments) types_.push_back(plain(argument)->dataType());
}

}  // namespace flint::expr
