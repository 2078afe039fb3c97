#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace flint::functions {

/// Whether a pattern of dates and times is one that Spark takes, and the error when it is not: letters that Java lacks, that Spark shuts out (for
/// parsing or both), and letters repeated too often. What the formatter before Spark 3 would have taken is INCONSISTENT_BEHAVIOR_CROSS_VERSION.
///
/// Threads: confined to its owner; keeps the answer for the pattern asked last.
class PatternCheck {
 public:
  explicit PatternCheck(bool parsing) : parsing_(parsing) {}
  /// Null pointer for a good pattern.
  const Error* problemOf(std::string_view pattern);

 private:
  const bool parsing_;
  bool asked_ = false;
  std::string last_;
  std::optional<Error> problem_;
};

}  // namespace flint::functions
