#pragma once

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/error.h"

namespace flint {
inline namespace base {

/// Success, or an Error. One pointer wide; copying shares the error.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::make_shared<const Error>(std::move(error))) {}  // NOLINT: errors are returned as they are

  static Status ok() { return {}; }
  bool isOk() const { return error_ == nullptr; }
  const Error& error() const { return *error_; }
  std::string message() const { return isOk() ? "OK" : error_->message(); }

 private:
  std::shared_ptr<const Error> error_;
};

/// A value, or an Error.
template <class T>
class [[nodiscard]] Result {
 public:
  using ValueType = T;

  template <class U = T>
    requires(std::is_constructible_v<T, U &&> && !std::is_same_v<std::remove_cvref_t<U>, Result> &&
             !std::is_same_v<std::remove_cvref_t<U>, Status> && !std::is_same_v<std::remove_cvref_t<U>, Error>)
  Result(U&& value) : value_(std::in_place, std::forward<U>(value)) {}  // NOLINT: values are returned as they are
  Result(Error error) : status_(std::move(error)) {}                     // NOLINT
  Result(Status status) : status_(std::move(status)) {                   // NOLINT
    FLINT_CHECK(!status_.isOk(), "a Result made from a Status needs an error");
  }

  bool isOk() const { return value_.has_value(); }
  const Status& status() const { return status_; }
  const Error& error() const { return status_.error(); }
  T& value() & { return *value_; }
  const T& value() const& { return *value_; }
  /// By value, so that `for (x : f().value())` does not outlive what it walks.
  T value() && { return std::move(*value_); }
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

 private:
  std::optional<T> value_;
  Status status_;
};

}  // namespace base
}  // namespace flint

#define FLINT_CONCAT_INNER(a, b) a##b
#define FLINT_CONCAT(a, b) FLINT_CONCAT_INNER(a, b)

/// Returns the error of `expression` (a Status or Result) to the caller, if it has one.
#define RETURN_IF_ERROR(expression)                              \
  do {                                                           \
    ::flint::Status flintStatus = ::flint::statusOf(expression); \
    if (!flintStatus.isOk()) return flintStatus;                 \
  } while (false)

/// `ASSIGN_OR_RETURN(auto x, f());` declares (or assigns) from a Result, or returns its error to the caller.
#define ASSIGN_OR_RETURN(target, ...) FLINT_ASSIGN_OR_RETURN(FLINT_CONCAT(flintResult, __COUNTER__), target, __VA_ARGS__)
#define FLINT_ASSIGN_OR_RETURN(result, target, ...) \
  auto result = (__VA_ARGS__);                      \
  if (!result.isOk()) return result.status();       \
  target = std::move(result).value()

namespace flint {
inline namespace base {
inline Status statusOf(Status status) { return status; }
template <class T>
Status statusOf(const Result<T>& result) {
  return result.status();
}
}  // namespace base
}  // namespace flint
