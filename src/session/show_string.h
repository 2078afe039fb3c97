#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "types/data_type.h"

namespace flint::session {

/// A table of texts, as `show` is given it: at most `numRows` rows, and whether there were more.
struct ShownRows {
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> rows;
  bool hasMore = false;
};

/// Draws a table as Spark's `Dataset.showString` does. Widths count East Asian wide characters twice.
///
/// `truncate`: longest cell, in characters, 0 for no limit; cells cut to it end in "..." where it is 4 or more. `numRows` is what was asked for,
/// for the closing line.
std::string showString(const ShownRows& shown, int32_t numRows, int32_t truncate, bool vertical);
/// The same table as an HTML element, for notebooks.
std::string htmlString(const ShownRows& shown, int32_t numRows, int32_t truncate);

/// Columns of a terminal that UTF-8 text takes: East Asian wide characters take two.
size_t displayWidth(std::string_view text);

/// "root\n |-- a: integer (nullable = true)\n": `printSchema`, to `level` nested levels (0: all).
std::string schemaTreeString(const DataType& schema, int32_t level);

}  // namespace flint::session
