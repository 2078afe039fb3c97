#include "exec/row/sample_operator.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "base/java_random.h"
#include "base/xorshift_random.h"
#include "columnar/gather.h"
#include "exec/row/poisson_generator.h"

namespace flint::exec {

namespace {

// Rows of one output batch at most, so that a large mean makes no large batches.
constexpr int64_t kRowsAtOnce = 8192;

/// The seed of a partition's generator: what java.util.Random, from the sample's seed, gives as its n-th long.
int64_t seedOfPartition(int64_t seed, int32_t partition) {
  JavaRandom random(seed);
  int64_t made = 0;
  for (int32_t i = 0; i <= partition; ++i) made = random.nextLong();
  return made;
}

}  // namespace

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

class ReplacingSampleOperator::Local final : public LocalState {
 public:
  columnar::RowIndex next = 0;  // of the input's active rows
  int64_t times = 0;            // that the row before it is still to be given
  PoissonGenerator& generatorOf(int32_t partition, double mean, int64_t seed) {
    const auto known = generators_.find(partition);
    if (known != generators_.end()) return known->second;
    return generators_.try_emplace(partition, mean, seedOfPartition(seed, partition)).first->second;
  }

 private:
  std::unordered_map<int32_t, PoissonGenerator> generators_;  // by partition
};

Result<LocalStatePtr> ReplacingSampleOperator::makeLocal(TaskContext&) { return LocalStatePtr(std::make_unique<Local>()); }

Result<Progress> ReplacingSampleOperator::process(LocalState& state, const ColumnarBatch& in, ColumnarBatch& out) {
  auto& local = static_cast<Local&>(state);
  PoissonGenerator& random = local.generatorOf(in.partition(), mean_, seed_);
  const columnar::ActiveRows active = in.activeRows();
  std::vector<columnar::RowIndex> rows;
  while (static_cast<int64_t>(rows.size()) < kRowsAtOnce) {
    if (local.times == 0) {
      if (local.next == active.count()) break;
      local.times = random.next();
      ++local.next;
    }
    const int64_t given = std::min(local.times, kRowsAtOnce - static_cast<int64_t>(rows.size()));
    rows.insert(rows.end(), static_cast<size_t>(given), active[local.next - 1]);
    local.times -= given;
  }
  if (rows.empty()) {
    local.next = 0;
    return Progress::needInput();
  }
  auto indices = columnar::Buffer::allocate(rows.size() * sizeof(columnar::RowIndex));
  std::memcpy(indices->mutableData(), rows.data(), rows.size() * sizeof(columnar::RowIndex));
  columnar::DictionaryWrap wrap(std::move(indices), static_cast<columnar::RowIndex>(rows.size()));
  std::vector<columnar::VectorPtr> columns;
  for (const columnar::VectorPtr& column : in.columns()) columns.push_back(wrap.wrap(column));
  out = ColumnarBatch(std::move(columns), static_cast<columnar::RowIndex>(rows.size()));
  out.setPosition(in.partition(), in.sequence());
  return Progress::haveOutput();
}

}  // namespace flint::exec
