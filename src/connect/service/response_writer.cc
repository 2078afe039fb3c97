#include "connect/service/response_writer.h"

#include <spark/connect/base.pb.h>

#include "connect/service/session_holder.h"
#include "connect/service/uuid.h"

namespace flint::connect {
namespace {

using Message = spark::connect::ExecutePlanResponse;

constexpr uint64_t kVarintField = 0;
constexpr uint64_t kBytesField = 2;

void appendVarint(std::string& out, uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void appendNumber(std::string& out, int field, int64_t value) {
  appendVarint(out, static_cast<uint64_t>(field) << 3 | kVarintField);
  appendVarint(out, static_cast<uint64_t>(value));
}

}  // namespace

std::string ResponseWriter::fillIds(Message& message) const {
  std::string responseId = newUuid();
  message.set_session_id(session_.key().sessionId);
  message.set_server_side_session_id(session_.serverSideSessionId());
  message.set_operation_id(operation_.id());
  message.set_response_id(responseId);
  return responseId;
}

void ResponseWriter::add(Message& message) {
  std::string id = fillIds(message);
  operation_.responses().append(std::move(id), message.SerializeAsString());
}

void ResponseWriter::addArrowBatch(const ArrowBatch& batch, Message& beside) {
  // The batch is written behind the other fields by hand: its data, most of the message, is copied once.
  using Arrow = spark::connect::ExecutePlanResponse_ArrowBatch;
  std::string id = fillIds(beside);
  std::string numbers;
  appendNumber(numbers, Arrow::kRowCountFieldNumber, batch.rowCount);
  appendNumber(numbers, Arrow::kStartOffsetFieldNumber, batch.startOffset);
  if (batch.numChunks > 0) {
    appendNumber(numbers, Arrow::kChunkIndexFieldNumber, batch.chunkIndex);
    appendNumber(numbers, Arrow::kNumChunksInBatchFieldNumber, batch.numChunks);
  }
  appendVarint(numbers, static_cast<uint64_t>(Arrow::kDataFieldNumber) << 3 | kBytesField);
  appendVarint(numbers, batch.data.size());
  std::string bytes = beside.SerializeAsString();
  bytes.reserve(bytes.size() + 12 + numbers.size() + batch.data.size());
  appendVarint(bytes, static_cast<uint64_t>(Message::kArrowBatchFieldNumber) << 3 | kBytesField);
  appendVarint(bytes, numbers.size() + batch.data.size());
  bytes += numbers;
  bytes += batch.data;
  operation_.responses().append(std::move(id), std::move(bytes));
}

}  // namespace flint::connect
