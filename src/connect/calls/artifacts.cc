#include <spark/connect/base.pb.h>

#include <vector>

#include "connect/calls/calls.h"
#include "connect/decoder/invalid_plan.h"

namespace flint::connect {
namespace {

using Chunk = spark::connect::AddArtifactsRequest::ArtifactChunk;

bool isIntact(const Chunk& chunk) { return checksumOf(chunk.data()) == static_cast<uint32_t>(chunk.crc()); }

}  // namespace

struct ArtifactUpload::State {
  struct Summary {
    std::string name;
    bool intact;
  };
  std::vector<Summary> summaries;
  // The chunked artifact that is coming in; none where `name` is empty.
  std::string name;
  std::string content;
  int64_t chunksLeft = 0;
  bool intact = true;
};

ArtifactUpload::ArtifactUpload() : state_(std::make_unique<State>()) {}
ArtifactUpload::~ArtifactUpload() = default;

Status ArtifactUpload::take(SessionHolder& session, const spark::connect::AddArtifactsRequest& request) {
  using Request = spark::connect::AddArtifactsRequest;
  const PreparedQuery::Change change(session.prepared());
  const auto store = [&](const std::string& name, std::string content, bool intact) -> Status {
    state_->summaries.push_back({name, intact});
    if (!intact) return Status::ok();
    return session.artifacts().add(name, std::make_shared<const std::string>(std::move(content)));
  };
  const auto addChunk = [&](const Chunk& chunk) -> Status {
    state_->content += chunk.data();
    state_->intact = state_->intact && isIntact(chunk);
    if (--state_->chunksLeft > 0) return Status::ok();
    const Status stored = store(state_->name, std::move(state_->content), state_->intact);
    state_->name.clear();
    state_->content.clear();
    state_->intact = true;
    return stored;
  };
  switch (request.payload_case()) {
    case Request::kBatch:
      for (const auto& artifact : request.batch().artifacts()) RETURN_IF_ERROR(store(artifact.name(), artifact.data().data(), isIntact(artifact.data())));
      return Status::ok();
    case Request::kBeginChunk:
      if (!state_->name.empty()) return invalidPlan("an artifact begins before the one ahead has ended");
      state_->name = request.begin_chunk().name();
      state_->chunksLeft = request.begin_chunk().num_chunks();
      return addChunk(request.begin_chunk().initial_chunk());
    case Request::kChunk:
      if (state_->name.empty()) return invalidPlan("a chunk without the artifact it belongs to");
      return addChunk(request.chunk());
    case Request::PAYLOAD_NOT_SET: return Status::ok();
  }
  return Status::ok();
}

Status ArtifactUpload::finish(spark::connect::AddArtifactsResponse& response) {
  if (!state_->name.empty()) return invalidPlan("the artifact " + state_->name + " is incomplete");
  for (const State::Summary& one : state_->summaries) {
    auto* summary = response.add_artifacts();
    summary->set_name(one.name);
    summary->set_is_crc_successful(one.intact);
  }
  return Status::ok();
}

Status answer(SessionHolder& session, const spark::connect::ArtifactStatusesRequest& request, spark::connect::ArtifactStatusesResponse& response) {
  for (const std::string& name : request.names()) {
    (*response.mutable_statuses())[name].set_exists(name.starts_with("cache/") && session.artifacts().contains(name));
  }
  return Status::ok();
}

}  // namespace flint::connect
