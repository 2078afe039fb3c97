#include "session/redaction.h"

#include "expr/regex.h"

namespace flint::session {
namespace {

constexpr const char* kSecrets = "(?i)secret|password|token|access[.]?key";
constexpr const char* kRedacted = "*********(redacted)";

}  // namespace

Redaction::Redaction(const catalog::SQLConf& conf) {
  auto given = expr::Regex::compile(conf.get("spark.redaction.regex", kSecrets), "spark.redaction.regex");
  if (!given.isOk()) given = expr::Regex::compile(kSecrets, "spark.redaction.regex");
  FLINT_CHECK(given.isOk(), "the default pattern of secrets is a regular expression");
  secrets_ = std::move(given).value();
}
Redaction::~Redaction() = default;

std::string Redaction::shown(const std::string& key, const std::string& value) const {
  return secrets_->contains(key) || secrets_->contains(value) ? kRedacted : value;
}

}  // namespace flint::session
