#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/condition.h"
#include "base/status.h"
#include "expr/kernel_args.h"
#include "types/data_type.h"
#include "types/value.h"

namespace flint::expr {

class Expression;
using ExprPtr = std::shared_ptr<const Expression>;

/// Spark's groups of functions, as DESCRIBE FUNCTION shows them.
enum class Group : uint8_t {
  kAggregate, kArray, kBitwise, kCollection, kConditional, kConversion, kCsv, kDatetime, kGenerator, kGeospatial, kHash, kJson, kLambda,
  kMap, kMath, kMisc, kPredicate, kSketch, kString, kStruct, kTable, kUrl, kVariant, kWindow, kXml, kAvro, kProtobuf, kOperator, kInternal,
};

enum class NullRule : uint8_t {
  kNullIfAnyNull,  // the evaluator makes such rows null; the kernel sees only rows whose arguments are all non-null
  kHandledByKernel,
};

/// What a row error becomes when spark.sql.ansi.enabled is off.
enum class WithoutAnsi : uint8_t { kRaise, kNull, kKeepValue };

struct ErrorRule {
  const Condition& condition;
  WithoutAnsi withoutAnsi = WithoutAnsi::kRaise;
};

/// The settings that decide what an expression means; fixed for one query.
struct EvaluationOptions {
  bool ansi = true;
  std::string timeZone = "UTC";
  bool legacyTimeParser = false;       // spark.sql.legacy.timeParserPolicy=LEGACY
  bool caseSensitive = false;
  int64_t currentTimestamp = 0;        // microseconds; the query's start
  std::string currentUser;
  std::string currentCatalog = "spark_catalog";
  std::string currentDatabase = "default";
};

/// The values of foldable arguments, each computed when it is asked for: most binders look at none of theirs.
///
/// Borrows the arguments and options. Threads: one.
class ConstantArguments {
 public:
  ConstantArguments(std::span<const ExprPtr> arguments, const EvaluationOptions& options)
      : arguments_(arguments), options_(options), known_(arguments.size()) {}

  /// A null pointer for an argument that is not there, not foldable, or whose evaluation raises an error.
  const Value* operator[](size_t i) const;
  size_t size() const { return known_.size(); }

 private:
  const std::span<const ExprPtr> arguments_;
  const EvaluationOptions& options_;
  mutable std::vector<std::optional<const Value*>> known_;
  mutable std::deque<Value> folded_;
};

/// What a function's `bind` is told about one call.
struct BindContext {
  std::string_view name;                      // as called, lower case
  std::span<const DataType> argumentTypes;    // as given; lambdas have NullType until bound by the analyzer
  std::span<const ExprPtr> arguments;         // the expressions, for names and foldable values
  const ConstantArguments& constants;         // the value of each foldable argument; null pointer for the others
  const EvaluationOptions& options;
};

/// One call's resolved meaning: types, kernel, and data prepared once (a compiled pattern, a time zone).
///
/// Threads: immutable.
struct FunctionBinding {
  std::vector<DataType> argumentTypes;  // the analyzer casts arguments to these
  DataType result;
  bool nullable = true;                 // false: never null, even with null arguments
  bool nullableIfArgumentsAre = true;   // null only when some argument is (with kNullIfAnyNull)
  Kernel kernel = nullptr;
  NullRule nulls = NullRule::kNullIfAnyNull;
  bool canRaise = false;
  bool errorsAreNull = false;           // a try_ function: row errors become null
  bool takesNullRows = false;           // with kNullIfAnyNull: the kernel may run over null rows too, and does so faster than over some rows
  const std::vector<ErrorRule>* errors = nullptr;  // the declaration's, which live as long as the process
  std::shared_ptr<const void> data;     // what `bind` prepared, for KernelArgs::data<T>()
};
using FunctionBindingPtr = std::shared_ptr<const FunctionBinding>;
using Binder = Result<FunctionBinding> (*)(const BindContext&);
/// A function defined by other expressions (Spark's RuntimeReplaceable): the replacement, still to be analyzed.
using Rewriter = Result<ExprPtr> (*)(const BindContext&);

/// A type an overload takes; the analyzer casts implicitly where Spark's rules allow.
struct TypePattern {
  enum class Match : uint8_t { kExact, kAny, kNumeric, kIntegral, kFractional, kOrderable, kStringOrBinary, kArray, kMap, kStruct, kDecimal, kInterval };
  Match match = Match::kExact;
  DataType type;  // with kExact
};
inline const TypePattern kAnyType{TypePattern::Match::kAny, {}};

struct Overload {
  std::vector<DataType> arguments;
  DataType result;
  Kernel kernel = nullptr;
  bool variadic = false;  // the last argument may be repeated, zero times included
  bool takesNullRows = false;  // as in FunctionBinding
};

/// The value of a trailing argument that a call may leave out.
struct DefaultArgument {
  DataType type;
  Value value;
};

/// One parameter of a lambda.
struct LambdaParameter {
  DataType type;
  bool nullable = true;
};
/// The parameters of the lambda that is argument number `argument`, from the types of the arguments before it (`context.argumentTypes`, lambdas
/// already bound having their result's type). `numVariables` are written in the call. Errors: as binding.
using LambdaTyper = Result<std::vector<LambdaParameter>> (*)(const BindContext& context, size_t argument, size_t numVariables);

struct Example {
  std::string_view sql;
  std::string_view result;  // as the shell prints it, columns separated by tabs
};

/// A scalar SQL function: one declaration, from which come the registry, DESCRIBE FUNCTION, the reference page and tests.
///
/// Exactly one of `overloads`, `bind` and `rewrite` says what a call means. Overloads are tried in order: first one whose argument types are
/// equal, then the first that Spark's implicit casts reach. Optional trailing arguments are overloads of their own.
struct ScalarFunction {
  std::vector<std::string_view> names;
  Group group = Group::kMisc;
  std::string_view since;
  std::string_view usage;
  std::string_view arguments = {};
  std::vector<Example> examples = {};
  std::string_view note = {};
  NullRule nulls = NullRule::kNullIfAnyNull;
  bool deterministic = true;
  bool nullable = true;  // false: the result is never null
  std::vector<ErrorRule> errors = {};
  std::vector<Overload> overloads = {};
  Binder bind = nullptr;
  Rewriter rewrite = nullptr;
  std::vector<std::string_view> parameterNames = {};  // for named arguments
  std::string_view display = {};                      // how calls by the first name are shown, when not by that name ("SQRT")
  /// Literals that stand for missing trailing arguments; a call is completed with them before it is bound, and shown with them.
  std::vector<DefaultArgument> defaults = {};
  size_t maxArguments = 0;                            // with `defaults`: the number of arguments of a completed call
  LambdaTyper lambdaTyper = nullptr;                  // of a higher-order function
  bool identityDefault = false;                       // a missing last argument (of `maxArguments`) is x -> x over argument 1's type
};

}  // namespace flint::expr
