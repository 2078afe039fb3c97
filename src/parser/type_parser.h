#pragma once

#include <string>

#include "parser/token_reader.h"
#include "types/data_type.h"

namespace flint::parser {

/// Reads data types and lists of named types.
class TypeParser : public TokenReader {
 public:
  using TokenReader::TokenReader;

  DataType dataType();
  /// The type that the whole text is.
  DataType wholeType() {
    isWhole_ = true;
    return dataType();
  }
  /// a INT NOT NULL COMMENT 'x', ...
  StructFields columnTypes();
  /// a.b.c
  std::vector<std::string> names() { return multipartIdentifier(); }

 protected:
  /// [COLLATE name]: the collation's id; 0 when none is given.
  int collation();
  /// Whether an interval unit is next, and that unit: YEAR, MONTH, DAY, HOUR, MINUTE, SECOND (singular or plural).
  bool atIntervalField(uint32_t ahead = 0) const;
  IntervalField intervalField();
  /// Digits as a number; fails above `largest`.
  int64_t integerNumber(int64_t largest);

 private:
  DataType intervalType();
  DataType decimalType(uint32_t first);
  DataType sizedString(bool varying, uint32_t first);
  StructField structField(bool colonAllowed);
  void finishField(StructField& field);

  bool isWhole_ = false;
};

/// {"comment":"..."}: the metadata of a commented column.
std::string commentMetadata(std::string_view comment);

}  // namespace flint::parser
