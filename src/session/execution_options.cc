#include "session/execution_options.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

#include "session/shared_state.h"

namespace flint::session {

bool cutsStages(const catalog::SQLConf& conf) { return conf.get(kExecutionCut.key, kExecutionCut.defaultValue) == "cluster"; }

exec::ExecOptions executionOptions(const catalog::SQLConf& conf, const SharedState& shared) {
  static std::atomic<uint64_t> queries{0};
  exec::ExecOptions options;
  options.batchRows = std::max(1, conf.get(kBatchRows));
  const int32_t threads = conf.get(kExecutionThreads);
  options.numThreads = threads > 0 ? threads : shared.numThreads;
  options.shufflePartitions = static_cast<int32_t>(std::max<int64_t>(1, conf.getInteger("spark.sql.shuffle.partitions", 200)));
  const int64_t parallelism = conf.getInteger("spark.default.parallelism", shared.numThreads);
  options.defaultParallelism = static_cast<int32_t>(std::clamp<int64_t>(conf.getInteger("spark.sql.leafNodeDefaultParallelism", parallelism), 1, 1 << 20));
  options.splits.maxPartitionBytes = conf.getBytes("spark.sql.files.maxPartitionBytes", options.splits.maxPartitionBytes);
  options.splits.openCostInBytes = conf.getBytes("spark.sql.files.openCostInBytes", options.splits.openCostInBytes);
  options.splits.minPartitions = static_cast<int32_t>(conf.getInteger("spark.sql.files.minPartitionNum", 0));
  options.splits.defaultParallelism = options.defaultParallelism;
  options.splits.ignoreCorruptFiles = conf.getBoolean("spark.sql.files.ignoreCorruptFiles", false);
  options.splits.ignoreMissingFiles = conf.getBoolean("spark.sql.files.ignoreMissingFiles", false);
  options.spillDirectory = fmt::format("{}/flint-spill-{}-{}", shared.localDirectory, ::getpid(), queries.fetch_add(1));
  options.spillThresholdBytes = conf.get(kSpillThreshold);
  options.constantHash = conf.get(kConstantHash);
  return options;
}

}  // namespace flint::session
