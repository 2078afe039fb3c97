#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace flint::functions {

/// Bytes that stand for texts in comparisons under a collation.
///
/// Threads: immutable.
class CollationKeys {
 public:
  explicit CollationKeys(int collation);
  std::string of(std::string_view text) const;

 private:
  std::shared_ptr<const void> data_;  // collations.cc: ICU stays out of this header
};

}  // namespace flint::functions
