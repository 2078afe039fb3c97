#pragma once

#include <memory>
#include <string>

#include "columnar/column_vector.h"
#include "functions/protobuf/protobuf_descriptors.h"
#include "types/data_type.h"

namespace flint::functions {

struct ProtobufWritePlan;

/// Writes structs as messages of one type.
///
/// Threads: immutable.
class ProtobufEncoder {
 public:
  /// Errors: UNABLE_TO_CONVERT_TO_PROTOBUF_MESSAGE_TYPE, its cause telling which field does not fit.
  static Result<std::shared_ptr<const ProtobufEncoder>> make(ProtobufDescriptorsPtr descriptors, const google::protobuf::Descriptor& message, const DataType& type,
                                                             bool caseSensitive);
  ~ProtobufEncoder();

  /// Appends the bytes of a row that is not null. Errors: CANNOT_CONVERT_SQL_VALUE_TO_PROTOBUF_ENUM_TYPE; UNABLE_TO_CONVERT_TO_PROTOBUF_MESSAGE_TYPE for a
  /// null in an array and a required message that is missing.
  Status append(const columnar::ColumnVector& vector, columnar::RowIndex row, std::string& out) const;

 private:
  ProtobufEncoder(ProtobufDescriptorsPtr descriptors, std::unique_ptr<const ProtobufWritePlan> plan);

  const ProtobufDescriptorsPtr descriptors_;
  const std::unique_ptr<const ProtobufWritePlan> plan_;
};

}  // namespace flint::functions
