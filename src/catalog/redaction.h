#pragma once

#include <memory>
#include <string>

namespace flint::expr {
class Regex;
}

namespace flint::catalog {

class SQLConf;

/// Hides secrets where settings and options are shown, messages of errors included: a value whose key, or which itself, matches `spark.redaction.regex`.
///
/// Threads: immutable.
/// Source: keeps the behaviour of Spark's Utils.redact and SQLConf.redactOptions.
class Redaction {
 public:
  /// A pattern that cannot be read is replaced by the default one.
  explicit Redaction(const SQLConf& conf);
  ~Redaction();
  /// By Spark's default pattern.
  static const Redaction& standard();
  std::string shown(const std::string& key, const std::string& value) const;

 private:
  explicit Redaction(std::shared_ptr<const expr::Regex> secrets);

  std::shared_ptr<const expr::Regex> secrets_;
};

}  // namespace flint::catalog
