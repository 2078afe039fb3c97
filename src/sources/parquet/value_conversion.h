#pragma once

#include <optional>

#include "sources/parquet/file_footer.h"
#include "types/data_type.h"
#include "types/int128.h"

namespace flint::sources {

/// Turns decoded values of a leaf (see `nativeWidth`) into those of a Spark type, for the pairs that Spark reads.
///
/// Threads: immutable.
struct ValueConversion {
  using Convert = void (*)(const ValueConversion& conversion, const void* in, void* out, int32_t count);
  Convert convert = nullptr;  // null: the values are right as they are
  size_t nativeWidth = 0;
  size_t width = 0;           // bytes of a converted value
  int128_t factor = 1;        // of decimals whose scale grows

  void apply(const void* in, void* out, int32_t count) const { convert(*this, in, out, count); }
};

/// Absent when Spark cannot read such a leaf as `target`.
std::optional<ValueConversion> conversionOf(const SchemaElement& leaf, const DataType& target);

}  // namespace flint::sources
