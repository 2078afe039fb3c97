#pragma once

#include <memory>
#include <string>

#include "catalog/sql_conf.h"

namespace flint::expr {
class Regex;
}

namespace flint::session {

/// Hides secrets where settings are shown: a value whose key, or which itself, matches `spark.redaction.regex`.
///
/// Threads: immutable.
/// Source: keeps the behaviour of Spark's Utils.redact and SQLConf.redactOptions.
class Redaction {
 public:
  /// A pattern that cannot be read is replaced by the default one.
  explicit Redaction(const catalog::SQLConf& conf);
  ~Redaction();
  std::string shown(const std::string& key, const std::string& value) const;

 private:
  std::shared_ptr<const expr::Regex> secrets_;
};

}  // namespace flint::session
