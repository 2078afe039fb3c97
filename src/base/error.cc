#include "base/error.h"

#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>

#include "base/check.h"

namespace flint {
inline namespace base {

void checkFailed(const char* condition, const char* why, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: check failed: %s: %s\n", file, line, condition, why);
  std::abort();
}

Error::Error(const Condition& condition, std::source_location where) : condition_(&condition), where_(where) {}

Error& Error::with(std::string_view name, std::string value) & {
  parameters_.emplace_back(std::string(name), std::move(value));
  return *this;
}

Error& Error::at(OriginPtr origin) & {
  if (origin_ == nullptr && origin != nullptr && origin->known()) origin_ = std::move(origin);
  return *this;
}

Error& Error::as(ErrorFamily family) & {
  family_ = family;
  return *this;
}

Error& Error::causedBy(Error cause) & {
  cause_ = std::make_shared<const Error>(std::move(cause));
  return *this;
}

Error& Error::retryable() & {
  retryable_ = true;
  return *this;
}

const std::string* Error::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters_) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::string Error::text() const {
  const std::string_view pattern = condition_->message;
  std::string out;
  size_t position = 0;
  while (position < pattern.size()) {
    const size_t open = pattern.find('<', position);
    const size_t close = open == std::string_view::npos ? open : pattern.find('>', open);
    if (close == std::string_view::npos) break;
    const std::string* value = parameter(pattern.substr(open + 1, close - open - 1));
    out.append(pattern.substr(position, open - position));
    out.append(value != nullptr ? std::string_view(*value) : pattern.substr(open, close - open + 1));
    position = close + 1;
  }
  out.append(pattern.substr(position));
  return out;
}

std::string Error::message() const {
  std::string out = fmt::format("[{}] {}", condition_->name, text());
  if (!condition_->sqlState.empty()) out += fmt::format(" SQLSTATE: {}", condition_->sqlState);
  if (origin_ != nullptr) out += "\n" + origin_->summary();
  return out;
}

Error internalError(std::string message, std::source_location where) {
  Error error(condition::kInternalError, where);
  error.with("message", fmt::format("{} ({}:{})", message, where.file_name(), where.line()));
  return error;
}

}  // namespace base
}  // namespace flint
