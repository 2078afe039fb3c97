#include "connect/server/call.h"

#include <algorithm>

namespace flint::connect {
namespace {

// Calls that may begin before the first of them has been seen.
constexpr int kAccepting = 8;

}  // namespace

Call::Call(CallService& service) : service_(service), stream_(&context_) {
  for (size_t i = 0; i < tags_.size(); ++i) tags_[i] = {this, static_cast<Event>(i)};
}

Call::~Call() { service_.ended(); }

void Call::accept(grpc::ServerCompletionQueue& queue) {
  context_.AsyncNotifyWhenDone(&tags_[static_cast<size_t>(Event::kDone)]);
  service_.service_.RequestCall(&context_, &stream_, &queue, &queue, &tags_[static_cast<size_t>(Event::kAccepted)]);
}

void* Call::start(Event event) {
  if (event != Event::kFinish) ++unfinished_;  // `finish` is counted from the beginning
  return &tags_[static_cast<size_t>(event)];
}

void Call::read(grpc::ByteBuffer* into) { stream_.Read(into, start(Event::kRead)); }

void Call::write(const grpc::ByteBuffer& message) { stream_.Write(message, start(Event::kWrite)); }

void Call::finish(const grpc::Status& status) { stream_.Finish(status, start(Event::kFinish)); }

void Call::writeAndFinish(const grpc::ByteBuffer& message, const grpc::Status& status) {
  stream_.WriteAndFinish(message, grpc::WriteOptions(), status, start(Event::kFinish));
}

void Call::handle(Event event, bool ok) {
  switch (event) {
    case Event::kAccepted:
      if (!ok) {  // the server ends; no other event comes
        delete this;
        return;
      }
      handler_ = service_.handlers_(*this);
      handler_->onStart();
      return;
    case Event::kRead: handler_->onRead(ok); break;
    case Event::kWrite: handler_->onWrite(ok); break;
    case Event::kFinish: break;
    case Event::kDone:
      if (context_.IsCancelled()) handler_->onCancel();
      break;
  }
  if (--unfinished_ == 0) delete this;
}

CallService::~CallService() { stop(); }

void CallService::attach(grpc::ServerBuilder& builder) {
  builder.RegisterAsyncGenericService(&service_);
  const unsigned numQueues = std::clamp(std::thread::hardware_concurrency() / 4, 1U, 8U);
  for (unsigned i = 0; i < numQueues; ++i) queues_.push_back(builder.AddCompletionQueue());
}

void CallService::run() {
  for (const auto& queue : queues_) {
    for (int i = 0; i < kAccepting; ++i) accept(*queue);
    threads_.emplace_back([this, &queue] { poll(*queue); });
  }
}

void CallService::accept(grpc::ServerCompletionQueue& queue) {
  {
    const std::lock_guard lock(mutex_);
    ++numCalls_;
  }
  (new Call(*this))->accept(queue);
}

void CallService::poll(grpc::ServerCompletionQueue& queue) {
  void* raw = nullptr;
  bool ok = false;
  while (queue.Next(&raw, &ok)) {
    const auto* tag = static_cast<Call::Tag*>(raw);
    if (tag->event == Call::Event::kAccepted && ok) accept(queue);
    tag->call->handle(tag->event, ok);
  }
}

void CallService::ended() {
  const std::lock_guard lock(mutex_);
  if (--numCalls_ == 0) noCall_.notify_all();
}

void CallService::stop() {
  {
    std::unique_lock lock(mutex_);
    noCall_.wait(lock, [this] { return numCalls_ == 0; });
  }
  for (const auto& queue : queues_) {
    queue->Shutdown();
    if (threads_.empty()) poll(*queue);  // the server was never built
  }
  threads_.clear();
  queues_.clear();
}

}  // namespace flint::connect
