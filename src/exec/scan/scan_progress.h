#pragma once

namespace flint::exec {

/// Metrics of a scan that tell how far it is: the splits that are known so far (morsels, and partitions whose morsels are still to be listed), and
/// those that have been read.
inline constexpr const char* kNumSplits = "number of splits";
inline constexpr const char* kNumSplitsRead = "number of splits read";

}  // namespace flint::exec
