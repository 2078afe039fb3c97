#pragma once

#include <memory>
#include <span>
#include <string>

#include "expr/function_registry.h"
#include "records/record_options.h"

/// The arguments that functions of JSON, CSV and XML share: schemas, options, and how values are written as text.
namespace flint::functions {

/// A constant text that names a type or a list of columns, every part made nullable. Errors: INVALID_SCHEMA.*, the parser's.
Result<DataType> schemaArgument(const expr::BindContext& context, size_t index);
/// The map of options at `index`; none where the call has no such argument. Errors: INVALID_OPTIONS.*
Result<records::RecordOptions> optionsArgument(const expr::BindContext& context, size_t index);
/// PARSE_MODE_UNSUPPORTED for DROPMALFORMED.
Result<records::ParseMode> parseModeArgument(const expr::BindContext& context, const records::RecordOptions& options);
/// DATATYPE_MISMATCH.NON_FOLDABLE_INPUT or UNEXPECTED_NULL, unless the text at `index` is a constant, which is given.
Result<std::string> constantText(const expr::BindContext& context, size_t index, const std::string& inputName);
/// MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION.
Error malformedRecord(std::string_view record, std::string_view mode = "FAILFAST");

/// Writes atomic values as JSON, CSV and XML do: ISO times with the zone's offset, or by the patterns of the options.
///
/// Threads: immutable.
class RecordTexts {
 public:
  static Result<RecordTexts> make(const expr::BindContext& context, const records::RecordOptions& options);
  /// `vector` may have any encoding; the row is not null.
  void append(const columnar::ColumnVector& vector, columnar::RowIndex row, std::string& out) const;
  const TimeZone& zone() const { return *zone_; }

 private:
  static Result<std::shared_ptr<const expr::FunctionBinding>> patternOf(const expr::BindContext& context, const records::RecordOptions& options,
                                                                        std::string_view option, const DataType& type, const TimeZone& zone);
  const TimeZone* zone_ = &TimeZone::utc();
  std::shared_ptr<const expr::FunctionBinding> date_;
  std::shared_ptr<const expr::FunctionBinding> timestamp_;
  std::shared_ptr<const expr::FunctionBinding> timestampNtz_;
  std::string datePattern_;
  std::string timestampPattern_;
  std::string timestampNtzPattern_;
};

}  // namespace flint::functions
