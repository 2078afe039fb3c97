#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "records/text_value.h"
#include "types/data_type.h"

namespace flint::records {

struct CsvInferenceOptions {
  bool preferDate = true;
  bool timestampIsNtz = false;  // spark.sql.timestampType
  TextValueOptions text;
};

/// The type of a column whose values so far have the type `soFar` (NullType before the first) and that also has `text`.
/// Source: keeps the behaviour of Spark's CSVInferSchema: int, bigint, decimal(p,0), double, date, timestamp, boolean, string.
DataType inferCsvType(const DataType& soFar, std::string_view text, const CsvInferenceOptions& options);

/// Names of columns from a header's fields: "_c<i>" for empty ones, the position behind names that appear twice.
std::vector<std::string> csvColumnNames(const std::vector<std::string>& header, bool caseSensitive);

}  // namespace flint::records
