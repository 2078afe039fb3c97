#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <utility>

namespace flint::sql {

/// What every call of this API raises when it cannot do what it was asked: one of Spark's error conditions.
///
/// `what()` is the whole message as Spark prints it: "[DIVIDE_BY_ZERO] ... SQLSTATE: 22012", and below it the place in the query.
class SparkException : public std::runtime_error {
 public:
  struct Details {
    std::string condition;  // "DIVIDE_BY_ZERO", "UNRESOLVED_COLUMN.WITH_SUGGESTION"
    std::string sqlState;   // "22012"; empty where the condition has none
    std::string message;
    std::string queryContext;  // the text that the error is about; empty where it is not known
    std::map<std::string, std::string> parameters;
  };
  explicit SparkException(Details details) : std::runtime_error(details.message), details_(std::move(details)) {}

  const std::string& condition() const { return details_.condition; }
  const std::string& sqlState() const { return details_.sqlState; }
  const std::string& queryContext() const { return details_.queryContext; }
  const std::map<std::string, std::string>& parameters() const { return details_.parameters; }

  [[noreturn]] static void raise(Details details) { throw SparkException(std::move(details)); }

 private:
  Details details_;
};

}  // namespace flint::sql
