#include "exec/row/sample_operator.h"

#include <unordered_map>

#include "base/xorshift_random.h"

namespace flint::exec {

class SampleOperator::Local final : public LocalState {
 public:
  bool given = false;
  std::unordered_map<int32_t, XORShiftRandom> generators;  // by partition
};

Result<LocalStatePtr> SampleOperator::makeLocal(TaskContext&) { return LocalStatePtr(std::make_unique<Local>()); }

Result<Progress> SampleOperator::process(LocalState& state, const ColumnarBatch& in, ColumnarBatch& out) {
  auto& local = static_cast<Local&>(state);
  if (local.given) {
    local.given = false;
    return Progress::needInput();
  }
  if (upperBound_ - lowerBound_ <= 0) return Progress::needInput();
  XORShiftRandom& random = local.generators.try_emplace(in.partition(), seed_ + in.partition()).first->second;
  auto rows = std::make_shared<columnar::Selection>();
  for (const columnar::RowIndex row : in.activeRows()) {
    const double drawn = random.nextDouble();
    if (drawn >= lowerBound_ && drawn < upperBound_) rows->push_back(row);
  }
  if (rows->empty()) return Progress::needInput();
  out = in;
  out.setSelection(std::move(rows));
  local.given = true;
  return Progress::haveOutput();
}

}  // namespace flint::exec
