#pragma once

#include <memory>
#include <string>

#include "columnar/column_vector.h"
#include "records/avro_schema.h"

namespace flint::records {

struct AvroWriteStep;

/// Writes values of a SQL type by an Avro schema.
///
/// Threads: immutable.
class AvroEncoder {
 public:
  /// Errors: INVALID_SCHEMA.PARSE_ERROR where the type does not fit the schema.
  static Result<std::shared_ptr<const AvroEncoder>> make(AvroSchemasPtr schemas, const DataType& type, bool caseSensitive);
  ~AvroEncoder();

  /// Appends the bytes of a row that is not null. Errors: AVRO_CANNOT_WRITE_NULL_FIELD; INVALID_SCHEMA.PARSE_ERROR for a value that the schema has not.
  Status append(const columnar::ColumnVector& vector, columnar::RowIndex row, std::string& out) const;

 private:
  AvroEncoder(AvroSchemasPtr schemas, std::unique_ptr<const AvroWriteStep> root);

  const AvroSchemasPtr schemas_;
  const std::unique_ptr<const AvroWriteStep> root_;
};

}  // namespace flint::records
