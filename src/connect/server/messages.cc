#include "connect/server/messages.h"

#include <utility>

#include "base/condition.h"

namespace flint::connect {

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
