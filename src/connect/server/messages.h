#pragma once

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/message_lite.h>
#include <grpcpp/impl/codegen/proto_buffer_reader.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include "connect/decoder/plan_decoder.h"
#include "connect/service/error_details.h"
#include "connect/service/response_buffer.h"

/// Messages to and from gRPC's bytes.
namespace flint::connect {

constexpr int kMaxMessageBytes = 128 << 20;
constexpr int kMaxNesting = 2 * PlanDecoder::kMaxDepth;  // a level of an expression takes two messages

template <class Message>
bool parse(grpc::ByteBuffer& bytes, Message& message) {
  grpc::ProtoBufferReader reader(&bytes);
  google::protobuf::io::CodedInputStream input(&reader);
  input.SetRecursionLimit(kMaxNesting);
  input.SetTotalBytesLimit(kMaxMessageBytes);
  return reader.status().ok() && message.ParseFromCodedStream(&input) && input.ConsumedEntireMessage();
}

/// The error as a client gets it; `store` keeps its details for FetchErrorDetails, where the call has a session.
grpc::Status grpcStatus(const Status& status, ErrorStore* store);
/// What a request that does not parse is answered with.
grpc::Status unreadable();

grpc::ByteBuffer toBytes(const google::protobuf::MessageLite& message);
/// The response's own bytes, kept alive by the slice.
grpc::ByteBuffer toBytes(const ResponsePtr& response);

}  // namespace flint::connect
