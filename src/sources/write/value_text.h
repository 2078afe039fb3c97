#pragma once

#include <optional>
#include <string>

#include "columnar/column_vector.h"
#include "types/time_zone.h"

namespace flint::sources {

/// How text formats write dates and timestamps; an unset pattern means the format's default.
struct TextStyle {
  const TimeZone* zone = nullptr;
  /// "2024-02-29T01:02:03.400+01:00" (CSV, JSON) rather than "2024-02-29 01:02:03.4" (folders, text).
  bool isoTimestamps = true;
};

/// Appends one non-null value of a type without nested parts as text. `row` is a row of a flat vector.
void appendValueText(std::string& out, const columnar::ColumnVector& flat, columnar::RowIndex row, const TextStyle& style);

}  // namespace flint::sources
