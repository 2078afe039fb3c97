#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "exec/window/window_sink.h"

namespace flint::exec {

/// Gives sorted rows with the values of window functions.
///
/// Memory: one morsel's rows a thread. Threads: as Source.
class WindowSource final : public Source {
 public:
  WindowSource(std::shared_ptr<const WindowCalls> calls, std::shared_ptr<const WindowSink::Sorted> sorted, std::shared_ptr<TaskContext> task);

  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> produce(LocalState& local, ColumnarBatch& out) override;
  int32_t maxThreads() const override;

 private:
  struct Local;
  // A run of partitions, by their numbers.
  struct Morsel {
    size_t firstPartition;
    size_t endPartition;
  };
  Status evaluate(Local& local, const Morsel& morsel) const;

  const std::shared_ptr<const WindowCalls> calls_;
  const std::shared_ptr<const WindowSink::Sorted> sorted_;
  const std::shared_ptr<TaskContext> task_;
  std::vector<Morsel> morsels_;
  std::atomic<size_t> next_{0};
};

}  // namespace flint::exec
