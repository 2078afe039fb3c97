#include "exec/aggregate/filtered_rows.h"

#include "columnar/vector_reader.h"

namespace flint::exec {

using columnar::RowIndex;

const FilteredRows::Passed& FilteredRows::of(const columnar::VectorPtr& condition) {
  for (const auto& each : known_) {
    if (each->condition == condition.get()) return each->passed;
  }
  known_.push_back(std::make_unique<Known>());
  known_.back()->condition = condition.get();
  Passed& passed = known_.back()->passed;
  passed.rows.resize(static_cast<size_t>(active_.count()));
  if (groups_ != nullptr) passed.groups.resize(passed.rows.size());
  const columnar::VectorReader<uint8_t> reader(*condition);
  // Every row is written and the end moves behind those that pass: no branch to predict.
  size_t end = 0;
  const auto take = [&](auto isTrue) {
    RowIndex* rows = passed.rows.data();
    std::byte** groups = passed.groups.data();
    for (RowIndex i = 0; i < active_.count(); ++i) {
      const RowIndex row = active_[i];
      rows[end] = row;
      if (groups_ != nullptr) groups[end] = groups_[i];
      end += isTrue(row) ? 1 : 0;
    }
  };
  const uint8_t* flat = reader.flatValues();
  const uint64_t* valid = condition->validity();
  if (flat != nullptr && valid == nullptr) {
    take([&](RowIndex row) { return flat[row] != 0; });
  } else if (flat != nullptr) {
    take([&](RowIndex row) { return static_cast<bool>((flat[row] != 0) & columnar::bitIsSet(valid, row)); });
  } else if (reader.mayHaveNulls()) {
    take([&](RowIndex row) { return (reader[row] != 0) & !reader.isNull(row); });
  } else {
    take([&](RowIndex row) { return reader[row] != 0; });
  }
  passed.rows.resize(end);
  if (groups_ != nullptr) passed.groups.resize(end);
  return passed;
}

}  // namespace flint::exec
