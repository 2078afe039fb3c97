#include "connect/server/messages.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/message_lite.h>
#include <grpcpp/impl/codegen/proto_buffer_reader.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <utility>

#include "base/condition.h"
#include "connect/decoder/plan_decoder.h"

namespace flint::connect {
namespace {

constexpr int kMaxNesting = 2 * PlanDecoder::kMaxDepth;  // a level of an expression takes two messages

}  // namespace

bool parse(grpc::ByteBuffer& bytes, google::protobuf::MessageLite& message) {
  grpc::ProtoBufferReader reader(&bytes);
  google::protobuf::io::CodedInputStream input(&reader);
  input.SetRecursionLimit(kMaxNesting);
  input.SetTotalBytesLimit(kMaxMessageBytes);
  return reader.status().ok() && message.ParseFromCodedStream(&input) && input.ConsumedEntireMessage();
}

grpc::Status grpcStatus(const Status& status, ErrorStore* store) {
  RpcError error = rpcErrorOf(status, store);
  return {static_cast<grpc::StatusCode>(error.code), std::move(error.message), std::move(error.details)};
}

grpc::Status unreadable() {
  return grpcStatus(
      Error(condition::kConnectInvalidPlanCannotParse).with("errorMsg", "the request is damaged or nested too deeply").as(ErrorFamily::kSqlConnect), nullptr);
}

grpc::ByteBuffer toBytes(const google::protobuf::MessageLite& message) {
  const std::string text = message.SerializeAsString();
  const grpc::Slice slice(text);
  return {&slice, 1};
}

grpc::ByteBuffer toBytes(const ResponsePtr& response) {
  auto* held = new ResponsePtr(response);
  const grpc::Slice slice(const_cast<char*>(response->bytes.data()), response->bytes.size(), [](void* one) { delete static_cast<ResponsePtr*>(one); }, held);
  return {&slice, 1};
}

}  // namespace flint::connect
