#include "catalog/redaction.h"

#include "base/check.h"
#include "catalog/sql_conf.h"
#include "expr/regex.h"

namespace flint::catalog {
namespace {

constexpr const char* kSetting = "spark.redaction.regex";
constexpr const char* kSecrets = "(?i)secret|password|token|access[.]?key";
constexpr const char* kRedacted = "*********(redacted)";

std::shared_ptr<const expr::Regex> standardPattern() {
  auto pattern = expr::Regex::compile(kSecrets, kSetting);
  FLINT_CHECK(pattern.isOk(), "the default pattern of secrets is a regular expression");
  return std::move(pattern).value();
}

}  // namespace

Redaction::Redaction(const SQLConf& conf) {
  auto given = expr::Regex::compile(conf.get(kSetting, kSecrets), kSetting);
  secrets_ = given.isOk() ? std::move(given).value() : standardPattern();
}
Redaction::Redaction(std::shared_ptr<const expr::Regex> secrets) : secrets_(std::move(secrets)) {}
Redaction::~Redaction() = default;

const Redaction& Redaction::standard() {
  static const Redaction standard{standardPattern()};
  return standard;
}

std::string Redaction::shown(const std::string& key, const std::string& value) const {
  return secrets_->contains(key) || secrets_->contains(value) ? kRedacted : value;
}

}  // namespace flint::catalog
