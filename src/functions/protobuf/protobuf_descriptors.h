#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
}  // namespace google::protobuf

namespace flint::functions {

/// The message types of a descriptor set (`protoc --descriptor_set_out --include_imports`).
///
/// Threads: immutable once made.
class ProtobufDescriptors {
 public:
  /// Errors: CANNOT_PARSE_PROTOBUF_DESCRIPTOR, PROTOBUF_DEPENDENCY_NOT_FOUND.
  static Result<std::shared_ptr<const ProtobufDescriptors>> make(std::string_view descriptorSet);
  ~ProtobufDescriptors();

  /// The first message of that name, with or without its package. Errors: PROTOBUF_MESSAGE_NOT_FOUND.
  Result<const google::protobuf::Descriptor*> message(const std::string& name) const;
  /// The JSON text of an encoded google.protobuf.Any; false for bytes that are none, and for a type that is not known.
  bool anyAsJson(std::string_view bytes, bool enumsAsInts, std::string& json) const;

 private:
  struct Parts;
  explicit ProtobufDescriptors(std::unique_ptr<const Parts> parts);
  const std::unique_ptr<const Parts> parts_;
};
using ProtobufDescriptorsPtr = std::shared_ptr<const ProtobufDescriptors>;

}  // namespace flint::functions
