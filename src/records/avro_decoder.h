#pragma once

#include <memory>
#include <string_view>

#include "columnar/vector_builder.h"
#include "records/avro_schema.h"

namespace flint::records {

struct AvroStep;

/// Reads values that were written by one schema as another schema has them: Avro's resolution, with promotions, aliases and defaults.
///
/// Shape: `type` is the SQL type of `reader` (avroSqlType), or the same with everything nullable.
/// Errors: none; values of schemas that do not resolve are malformed, as Spark finds that out with the first of them.
/// Memory: bounded by the bytes read, times the width of a type. Threads: immutable.
class AvroDecoder {
 public:
  AvroDecoder(AvroSchemasPtr writer, AvroSchemasPtr reader, const DataType& type, bool caseSensitive);
  ~AvroDecoder();

  /// Appends one value; false, with nothing appended, for malformed bytes. Bytes behind the value are passed over.
  bool append(std::string_view bytes, columnar::VectorBuilder& builder) const;

 private:
  const AvroSchemasPtr writer_;
  const AvroSchemasPtr reader_;
  std::unique_ptr<const AvroStep> root_;
};

/// The order in which a Java HashMap gives keys of these hashes that were put in this order. `capacity`: for how many it was made.
std::vector<size_t> javaHashMapOrder(const std::vector<int32_t>& hashes, size_t capacity);

}  // namespace flint::records
