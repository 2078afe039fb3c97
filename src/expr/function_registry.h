#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/origin.h"
#include "expr/aggregate_function.h"
#include "expr/generator_function.h"
#include "expr/scalar_function.h"
#include "expr/window_function.h"

namespace flint::expr {

/// The value of a foldable expression; see expression_evaluator.h.
Result<Value> evaluateFoldable(const ExprPtr& expression, const EvaluationOptions& options);

/// Finds built-in functions by lower-case name.
///
/// Threads: filled once at start (`functions::registerBuiltins`), then immutable.
class FunctionRegistry {
 public:
  using Entry = std::variant<std::monostate, const ScalarFunction*, const AggregateFunction*, const WindowFunction*, const GeneratorFunction*>;

  void add(const ScalarFunction& function);
  void add(const AggregateFunction& function);
  void add(const WindowFunction& function);
  void add(const GeneratorFunction& function);

  /// monostate when there is none.
  Entry find(std::string_view name) const;
  std::vector<std::string> names() const;  // sorted

  /// The process's built-ins; also what decoding binds functions with.
  static FunctionRegistry& builtin();

 private:
  std::unordered_map<std::string, Entry> entries_;
};

/// Binds a call: picks the overload or asks `bind`. Arguments whose type differs from `argumentTypes` of the binding are still to be cast.
/// Errors: DATATYPE_MISMATCH.*, WRONG_NUM_ARGS.*
Result<FunctionBinding> bindScalar(const ScalarFunction& function, const BindContext& context);

/// A whole call of a built-in scalar function by lower-case name, from resolved arguments: default arguments added, bound, arguments cast
/// implicitly. Lambda arguments are bound before (`ScalarFunction::lambdaTyper`). Not for functions with `rewrite`.
/// Errors: as `bindScalar`, with the origin.
Result<ExprPtr> makeFunctionCall(const std::string& name, std::vector<ExprPtr> arguments, const EvaluationOptions& options,
                                 OriginPtr origin = nullptr);

/// "name(a, b)" as messages show the call.
std::string callText(const BindContext& context);
/// DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE; `required` is shown as it is: "\"INT\"".
Error unexpectedArgumentType(const BindContext& context, size_t argument, const std::string& required);
/// WRONG_NUM_ARGS.WITHOUT_SUGGESTION unless the number of arguments lies between the two.
Status checkArgumentCount(const BindContext& context, size_t least, size_t most);

}  // namespace flint::expr
