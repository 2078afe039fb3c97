#include "connect/server/call.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "connect/server/thread_hand_over.h"

namespace flint::connect {
namespace {

// Calls that may begin before the first of them has been seen.
constexpr int kAccepting = 8;

}  // namespace

class CallService::State {
 public:
  explicit State(Handlers handlers) : handlers_(std::move(handlers)) {}
  ~State() { stop(); }

  void attach(grpc::ServerBuilder& builder) {
    builder.RegisterAsyncGenericService(&service_);
    const unsigned numQueues = std::clamp(std::thread::hardware_concurrency() / 4, 1U, 8U);
    for (unsigned i = 0; i < numQueues; ++i) queues_.push_back(builder.AddCompletionQueue());
  }

  void run() {
    for (const auto& queue : queues_) {
      for (int i = 0; i < kAccepting; ++i) accept(*queue);
      threads_.emplace_back([this, &queue] { poll(*queue); });
    }
  }

  void stop() {
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

 private:
  class GrpcCall;

  void accept(grpc::ServerCompletionQueue& queue);
  void poll(grpc::ServerCompletionQueue& queue);
  void ended() {
    const std::lock_guard lock(mutex_);
    if (--numCalls_ == 0) noCall_.notify_all();
  }

  const Handlers handlers_;
  grpc::AsyncGenericService service_;
  std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues_;
  std::vector<std::jthread> threads_;
  std::mutex mutex_;
  std::condition_variable noCall_;
  int64_t numCalls_ = 0;  // accepted or waiting to be
};

class CallService::State::GrpcCall final : public Call {
 public:
  enum class Event : uint8_t { kAccepted, kRead, kWrite, kFinish, kDone };
  struct Tag {
    GrpcCall* call;
    Event event;
  };

  explicit GrpcCall(State& service) : service_(service), stream_(&context_) {
    for (size_t i = 0; i < tags_.size(); ++i) tags_[i] = {this, static_cast<Event>(i)};
  }
  ~GrpcCall() override { service_.ended(); }

  void accept(grpc::ServerCompletionQueue& queue) {
    context_.AsyncNotifyWhenDone(tag(Event::kDone));
    service_.service_.RequestCall(&context_, &stream_, &queue, &queue, tag(Event::kAccepted));
  }

  std::string_view method() const override { return context_.method(); }
  std::optional<std::string_view> metadata(std::string_view key) const override {
    const auto found = context_.client_metadata().find(grpc::string_ref(key.data(), key.size()));
    if (found == context_.client_metadata().end()) return std::nullopt;
    return std::string_view(found->second.data(), found->second.size());
  }

  void read(grpc::ByteBuffer* into) override { stream_.Read(into, started(Event::kRead)); }
  void write(const grpc::ByteBuffer& message) override { stream_.Write(message, started(Event::kWrite)); }
  void finish(const grpc::Status& status) override { stream_.Finish(status, tag(Event::kFinish)); }
  void writeAndFinish(const grpc::ByteBuffer& message, const grpc::Status& status) override {
    stream_.WriteAndFinish(message, grpc::WriteOptions(), status, tag(Event::kFinish));
  }

  void handle(Event event, bool ok) {
    takeOver(this);
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

 private:
  void* tag(Event event) {
    handOver(this);  // to the thread that polls
    return &tags_[static_cast<size_t>(event)];
  }
  void* started(Event event) {
    ++unfinished_;
    return tag(event);
  }

  State& service_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_;
  std::array<Tag, 5> tags_;
  std::atomic<int32_t> unfinished_ = 2;  // the call itself, `finish`, and what was started and has not ended
  std::unique_ptr<CallHandler> handler_;
};

void CallService::State::accept(grpc::ServerCompletionQueue& queue) {
  {
    const std::lock_guard lock(mutex_);
    ++numCalls_;
  }
  (new GrpcCall(*this))->accept(queue);
}

void CallService::State::poll(grpc::ServerCompletionQueue& queue) {
  void* raw = nullptr;
  bool ok = false;
  while (queue.Next(&raw, &ok)) {
    const auto* tag = static_cast<GrpcCall::Tag*>(raw);
    if (tag->event == GrpcCall::Event::kAccepted && ok) accept(queue);
    tag->call->handle(tag->event, ok);
  }
}

CallService::CallService(Handlers handlers) : state_(std::make_unique<State>(std::move(handlers))) {}

CallService::~CallService() = default;

void CallService::attach(grpc::ServerBuilder& builder) { state_->attach(builder); }

void CallService::run() { state_->run(); }

void CallService::stop() { state_->stop(); }

}  // namespace flint::connect
