#pragma once

#include <string>
#include <string_view>

#include "columnar/vector_builder.h"
#include "types/time_zone.h"

namespace flint::records {

/// How texts of records are read as values.
struct TextValueOptions {
  const TimeZone* zone = &TimeZone::utc();
  std::string nanValue = "NaN";
  std::string positiveInfinity = "Inf";
  std::string negativeInfinity = "-Inf";
  std::string dateFormat;          // patterns; empty: the forms that casts take
  std::string timestampFormat;
  std::string timestampNtzFormat;
};

/// Appends `text` as a value of the builder's type (one without nested parts). False, with nothing appended, when it is none.
/// Source: keeps the behaviour of Spark's UnivocityParser converters: no blanks around numbers but for doubles, dates and timestamps as in casts.
bool appendTextValue(std::string_view text, columnar::VectorBuilder& builder, const TextValueOptions& options);

/// Whole numbers as Java's Long.parseLong takes them; doubles as Java's Double.parseDouble.
bool parseJavaLong(std::string_view text, int64_t& value);
bool parseJavaDouble(std::string_view text, double& value);
/// A decimal number, exponent allowed, rounded half up to `scale` digits. False when it is none or has more than `precision` digits.
bool parseDecimal(std::string_view text, int precision, int scale, int128_t& unscaled);

}  // namespace flint::records
