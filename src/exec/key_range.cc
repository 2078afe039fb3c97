#include "exec/key_range.h"

#include <algorithm>
#include <limits>

#include "columnar/vector_reader.h"

namespace flint::exec {

using columnar::ActiveRows;
using columnar::ColumnVector;
using columnar::RowIndex;
using columnar::VectorReader;

namespace {

template <class T>
void addRange(const ColumnVector& vector, const ActiveRows& active, KeyRange& range) {
  const VectorReader<T> reader(vector);
  T low = std::numeric_limits<T>::max();
  T high = std::numeric_limits<T>::min();
  bool any = false;
  const T* flat = reader.flatValues();
  if (!reader.mayHaveNulls() && flat != nullptr && active.isAll()) {
    for (RowIndex i = 0; i < active.count(); ++i) {
      low = std::min(low, flat[i]);
      high = std::max(high, flat[i]);
    }
    any = !active.isEmpty();
  } else {
    for (const RowIndex row : active) {
      if (reader.isNull(row)) continue;
      low = std::min(low, reader[row]);
      high = std::max(high, reader[row]);
      any = true;
    }
  }
  if (any) range.add(KeyRange{static_cast<int64_t>(low), static_cast<int64_t>(high)});
}

}  // namespace

bool isIntegerKey(PhysicalType type) { return type <= PhysicalType::kInt64; }

void KeyRange::add(const ColumnVector& vector, const ActiveRows& active) {
  switch (vector.physicalType()) {
    case PhysicalType::kBool: return addRange<uint8_t>(vector, active, *this);
    case PhysicalType::kInt8: return addRange<int8_t>(vector, active, *this);
    case PhysicalType::kInt16: return addRange<int16_t>(vector, active, *this);
    case PhysicalType::kInt32: return addRange<int32_t>(vector, active, *this);
    default: return addRange<int64_t>(vector, active, *this);
  }
}

}  // namespace flint::exec
