#include "columnar/vector_compare.h"

#include <algorithm>

namespace flint::columnar {
namespace {

template <class T>
int compareAt(const ColumnVector& a, RowIndex i, const ColumnVector& b, RowIndex j) {
  const T x = a.values<T>()[i];
  const T y = b.values<T>()[j];
  return x < y ? -1 : y < x ? 1 : 0;
}

}  // namespace

int compareValues(const ColumnVector& a, RowIndex rowOfA, const ColumnVector& b, RowIndex rowOfB) {
  const bool aIsNull = a.isNull(rowOfA);
  const bool bIsNull = b.isNull(rowOfB);
  if (aIsNull || bIsNull) return (aIsNull ? 0 : 1) - (bIsNull ? 0 : 1);
  const ColumnVector& x = a.isFlat() ? a : *a.base();
  const ColumnVector& y = b.isFlat() ? b : *b.base();
  const RowIndex i = a.baseRow(rowOfA);
  const RowIndex j = b.baseRow(rowOfB);
  switch (x.physicalType()) {
    case PhysicalType::kBool: return compareAt<uint8_t>(x, i, y, j);
    case PhysicalType::kInt8: return compareAt<int8_t>(x, i, y, j);
    case PhysicalType::kInt16: return compareAt<int16_t>(x, i, y, j);
    case PhysicalType::kInt32: return compareAt<int32_t>(x, i, y, j);
    case PhysicalType::kInt64: return compareAt<int64_t>(x, i, y, j);
    case PhysicalType::kInt128: return compareAt<int128_t>(x, i, y, j);
    case PhysicalType::kFloat: return compareFloats(x.values<float>()[i], y.values<float>()[j]);
    case PhysicalType::kDouble: return compareFloats(x.values<double>()[i], y.values<double>()[j]);
    case PhysicalType::kInterval: return compareAt<CalendarInterval>(x, i, y, j);
    case PhysicalType::kString: return x.values<StringView>()[i].compare(y.values<StringView>()[j]);
    case PhysicalType::kStruct:
      for (size_t child = 0; child < x.children().size(); ++child) {
        const int order = compareValues(*x.children()[child], i, *y.children()[child], j);
        if (order != 0) return order;
      }
      return 0;
    case PhysicalType::kList: {
      const ListEntry left = x.values<ListEntry>()[i];
      const ListEntry right = y.values<ListEntry>()[j];
      for (int32_t at = 0; at < std::min(left.length, right.length); ++at) {
        for (size_t child = 0; child < x.children().size(); ++child) {
          const int order = compareValues(*x.children()[child], left.offset + at, *y.children()[child], right.offset + at);
          if (order != 0) return order;
        }
      }
      return left.length < right.length ? -1 : left.length > right.length ? 1 : 0;
    }
  }
  return 0;
}

}  // namespace flint::columnar
