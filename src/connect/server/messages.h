#pragma once

#include "connect/service/error_details.h"
#include "connect/service/response_buffer.h"

namespace google::protobuf {
class MessageLite;
}
namespace grpc {
class ByteBuffer;
class Status;
}

/// Messages to and from gRPC's bytes.
namespace flint::connect {

constexpr int kMaxMessageBytes = 128 << 20;

/// False where the bytes are damaged or nested too deeply.
bool parse(grpc::ByteBuffer& bytes, google::protobuf::MessageLite& message);

/// The error as a client gets it; `store` keeps its details for FetchErrorDetails, where the call has a session.
grpc::Status grpcStatus(const Status& status, ErrorStore* store);
/// What a request that does not parse is answered with.
grpc::Status unreadable();

grpc::ByteBuffer toBytes(const google::protobuf::MessageLite& message);
/// The response's own bytes, kept alive by the slice.
grpc::ByteBuffer toBytes(const ResponsePtr& response);

}  // namespace flint::connect
