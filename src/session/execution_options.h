#pragma once

#include "base/config_entry.h"
#include "catalog/sql_conf.h"
#include "exec/task_context.h"

namespace flint::session {

struct SharedState;

inline constexpr ConfigEntry<int32_t> kBatchRows{
    .key = "spark.flint.execution.batchRows", .defaultValue = columnar::kBatchRows, .unit = "rows", .doc = "Rows a batch aims at.", .since = "0.1.0"};
inline constexpr ConfigEntry<int32_t> kExecutionThreads{.key = "spark.flint.execution.threads",
                                                        .defaultValue = 0,
                                                        .unit = "threads",
                                                        .doc = "Threads that work on one query at once; 0 means all of the process.",
                                                        .since = "0.1.0"};
inline constexpr ConfigEntry<int64_t> kSpillThreshold{.key = "spark.flint.memory.spillThreshold",
                                                      .defaultValue = 0,
                                                      .unit = "bytes",
                                                      .doc = "Above this an operator spills even where memory is left; 0 means never.",
                                                      .since = "0.1.0"};
inline constexpr ConfigEntry<bool> kConstantHash{.key = "spark.flint.execution.constantHash",
                                                 .defaultValue = false,
                                                 .doc = "Gives every row the same hash, to test collisions.",
                                                 .since = "0.1.0"};

inline constexpr ConfigEntry<std::string_view> kExecutionCut{
    .key = "spark.flint.execution.cut",
    .defaultValue = "local",
    .doc = "How a plan becomes work: `local` runs it as pipelines that share memory, `cluster` as stages with shuffle files between them.",
    .since = "0.1.0"};

/// Whether queries run the cluster's way.
bool cutsStages(const catalog::SQLConf& conf);

/// The settings that a query's operators read. `spillDirectory` is a new name below the process's local folder; nothing is made yet.
exec::ExecOptions executionOptions(const catalog::SQLConf& conf, const SharedState& shared);

}  // namespace flint::session
