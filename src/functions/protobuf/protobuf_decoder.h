#pragma once

#include <memory>
#include <string_view>

#include "columnar/vector_builder.h"
#include "functions/protobuf/protobuf_descriptors.h"
#include "types/data_type.h"

namespace flint::functions {

/// What the options of from_protobuf say.
struct ProtobufReadOptions {
  int recursiveDepth = -1;         // recursive.fields.max.depth
  bool anyAsJson = false;          // convert.any.fields.to.json
  bool emitsDefaults = false;      // emit.default.values
  bool enumsAsInts = false;        // enums.as.ints
  bool unwrapsWrappers = false;    // unwrap.primitive.wrapper.types
  bool upcastsUnsigned = false;    // upcast.unsigned.ints
  bool keepsEmptyMessages = false; // retain.empty.message.types
};

struct ProtobufMessagePlan;

/// Reads encoded messages of one type as structs.
///
/// Memory: bounded by the bytes read, times the width of the type. Threads: immutable.
class ProtobufDecoder {
 public:
  /// Errors: RECURSIVE_PROTOBUF_SCHEMA.
  static Result<std::shared_ptr<const ProtobufDecoder>> make(ProtobufDescriptorsPtr descriptors, const google::protobuf::Descriptor& message,
                                                             const ProtobufReadOptions& options);
  ~ProtobufDecoder();

  const DataType& type() const { return type_; }
  /// Appends one message; false, with nothing appended, for bytes that are none.
  bool append(std::string_view bytes, columnar::VectorBuilder& builder) const;

 private:
  ProtobufDecoder(ProtobufDescriptorsPtr descriptors, const ProtobufReadOptions& options, std::unique_ptr<const ProtobufMessagePlan> plan, DataType type);

  const ProtobufDescriptorsPtr descriptors_;
  const ProtobufReadOptions options_;
  const std::unique_ptr<const ProtobufMessagePlan> plan_;
  const DataType type_;
};

/// The default of a field that is a number or an enum: integers with their sign, floats by their bits.
uint64_t defaultBitsOf(const google::protobuf::FieldDescriptor& field);
/// Whether a message is a time stamp or a duration, by its name and fields.
bool isSecondsAndNanos(const google::protobuf::Descriptor& message, std::string_view name);

}  // namespace flint::functions
