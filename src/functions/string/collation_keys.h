#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "columnar/column_vector.h"

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

/// Values of `type` as they are compared: the same ones, row by row, where each text with a collation is replaced by its key. Without collations: `values`.
columnar::VectorPtr comparedValues(const columnar::VectorPtr& values, const DataType& type);

}  // namespace flint::functions
