#include "exec/python/python_accumulators.h"

#include <iterator>

namespace flint::exec {
namespace {

constexpr const char* kName = "__python_accumulator__";  // pyspark.sql.connect.client
constexpr const char* kKey = "\xff";                     // among the query's observers: no name that a user gave, as it is no text

}  // namespace

Status PythonAccumulators::add(TaskContext& task, std::vector<std::string> sums) {
  if (sums.empty()) return Status::ok();
  ASSIGN_OR_RETURN(const std::shared_ptr<Observer> observer,
                   task.query().observer(kKey, []() -> Result<std::shared_ptr<Observer>> { return std::shared_ptr<Observer>(std::make_shared<PythonAccumulators>()); }));
  auto& all = static_cast<PythonAccumulators&>(*observer);
  const std::lock_guard lock(all.mutex_);
  all.sums_.insert(all.sums_.end(), std::make_move_iterator(sums.begin()), std::make_move_iterator(sums.end()));
  return Status::ok();
}

Result<ObservedMetrics> PythonAccumulators::finish() {
  const std::lock_guard lock(mutex_);
  ObservedMetrics out;
  out.name = kName;
  out.planId = -1;
  for (std::string& sum : sums_) {
    out.fields.push_back({"value", DataType::binary(), false});
    out.values.push_back(Value::string(std::move(sum)));
  }
  return out;
}

}  // namespace flint::exec
