#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "types/data_type.h"
#include "types/value.h"

namespace flint::exec {

/// What `observe` computed over the rows that passed.
struct ObservedMetrics {
  std::string name;
  int64_t planId = 0;
  StructFields fields;        // one a metric
  std::vector<Value> values;
};

/// Gathers the metrics of one CollectMetricsExec over all tasks of a query.
///
/// Threads: `finish` is called once, after the query ended.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual Result<ObservedMetrics> finish() = 0;
};

}  // namespace flint::exec
