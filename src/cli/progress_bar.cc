#include "cli/progress_bar.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "exec/scan/scan_progress.h"
#include "exec/task_context.h"
#include "session/spark_session.h"

namespace flint::cli {
namespace {

constexpr std::chrono::milliseconds kBefore{1'000};
constexpr std::chrono::milliseconds kBetween{200};
constexpr size_t kBarWidth = 30;

std::string counted(int64_t number) {
  if (number < 10'000) return std::to_string(number);
  if (number < 10'000'000) return fmt::format("{:.1f} k", static_cast<double>(number) / 1e3);
  if (number < 10'000'000'000) return fmt::format("{:.1f} M", static_cast<double>(number) / 1e6);
  return fmt::format("{:.1f} G", static_cast<double>(number) / 1e9);
}

}  // namespace

ProgressBar::ProgressBar(session::SparkSession& session) : session_(session), thread_([this] { run(); }) {}

ProgressBar::~ProgressBar() { end(); }

void ProgressBar::end() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    isEnded_ = true;
  }
  ended_.notify_all();
  thread_.join();
}

void ProgressBar::run() {
  std::unique_lock lock(mutex_);
  if (ended_.wait_for(lock, kBefore, [this] { return isEnded_; })) return;
  do {
    std::fprintf(stderr, "\r%s\x1B[K", line().c_str());
    std::fflush(stderr);
  } while (!ended_.wait_for(lock, kBetween, [this] { return isEnded_; }));
  std::fputs("\r\x1B[K", stderr);
  std::fflush(stderr);
}

std::string ProgressBar::line() const {
  int64_t splits = 0;
  int64_t splitsRead = 0;
  int64_t rows = 0;
  for (const auto& context : session_.running().all()) {
    std::map<int64_t, int64_t> rowsOfScan;
    const std::vector<exec::QueryMetrics::Entry> entries = context->metrics().entries();
    for (const exec::QueryMetrics::Entry& entry : entries) {
      if (entry.name == exec::kNumSplits) {
        splits += entry.metric->value();
        rowsOfScan[entry.nodeId] = 0;
      }
      if (entry.name == exec::kNumSplitsRead) splitsRead += entry.metric->value();
    }
    for (const exec::QueryMetrics::Entry& entry : entries) {
      if (const auto scan = rowsOfScan.find(entry.nodeId); scan != rowsOfScan.end() && entry.name == "number of output rows") rows += entry.metric->value();
    }
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  if (splits == 0) return fmt::format("{:.1f} s", seconds);
  splitsRead = std::min(splitsRead, splits);
  const auto filled = static_cast<size_t>(static_cast<double>(kBarWidth) * static_cast<double>(splitsRead) / static_cast<double>(splits));
  std::string bar(filled, '=');
  if (filled < kBarWidth) bar += '>';
  bar.resize(kBarWidth, ' ');
  return fmt::format("[{}] {} of {} splits read, {} rows, {:.1f} s", bar, splitsRead, splits, counted(rows), seconds);
}

}  // namespace flint::cli
