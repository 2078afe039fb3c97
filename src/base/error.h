#pragma once

#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/condition.h"
#include "base/origin.h"

namespace flint {
inline namespace base {

/// The family of Spark exceptions an error is shown as; decides which Python exception a client raises.
enum class ErrorFamily : uint8_t {
  kAutomatic,  // from the condition's SQLSTATE and the phase that reports it
  kParse,
  kAnalysis,
  kArithmetic,
  kNumberFormat,
  kDateTime,
  kArrayIndex,
  kIllegalArgument,
  kUnsupportedOperation,
  kNoSuchElement,
  kRuntime,
  kExecution,
  kUpgrade,
  kPython,
  kStreaming,
  kSqlConnect,  // protocol errors: SparkSQLException
};

/// A user-facing error: a Spark condition with its parameters, the place in the query, and what caused it.
///
/// Threads: confined to its owner until it is put into a Status; immutable from then on.
class Error {
 public:
  explicit Error(const Condition& condition, std::source_location where = std::source_location::current());

  /// Adds a message parameter. Every parameter the condition declares must be given before the message is asked for.
  Error& with(std::string_view name, std::string value) &;
  Error&& with(std::string_view name, std::string value) && { return std::move(with(name, std::move(value))); }
  Error& at(OriginPtr origin) &;
  Error&& at(OriginPtr origin) && { return std::move(at(std::move(origin))); }
  Error& as(ErrorFamily family) &;
  Error&& as(ErrorFamily family) && { return std::move(as(family)); }
  Error& causedBy(Error cause) &;
  Error&& causedBy(Error cause) && { return std::move(causedBy(std::move(cause))); }
  /// Marks that doing the same again may succeed (a lost executor, a torn block).
  Error& retryable() &;

  const Condition& condition() const { return *condition_; }
  const std::vector<std::pair<std::string, std::string>>& parameters() const { return parameters_; }
  const std::string* parameter(std::string_view name) const;
  const OriginPtr& origin() const { return origin_; }
  ErrorFamily family() const { return family_; }
  const Error* cause() const { return cause_.get(); }
  bool isRetryable() const { return retryable_; }
  const std::source_location& where() const { return where_; }

  /// "[CLASS.SUBCLASS] text SQLSTATE: xxxxx" and the query context below it, as Spark prints it.
  std::string message() const;
  /// The text alone, with parameters filled in.
  std::string text() const;

 private:
  const Condition* condition_;
  std::vector<std::pair<std::string, std::string>> parameters_;
  OriginPtr origin_;
  std::shared_ptr<const Error> cause_;
  std::source_location where_;
  ErrorFamily family_ = ErrorFamily::kAutomatic;
  bool retryable_ = false;
};

/// A bug: `INTERNAL_ERROR` with where it happened.
Error internalError(std::string message, std::source_location where = std::source_location::current());

}  // namespace base
}  // namespace flint
