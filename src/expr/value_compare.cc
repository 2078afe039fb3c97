#include "expr/value_compare.h"

#include <algorithm>

namespace flint::expr {

using columnar::ColumnVector;
using columnar::ListEntry;
using columnar::RowIndex;
using columnar::StringView;

namespace {

template <class T>
int compareAs(const ColumnVector& left, RowIndex a, const ColumnVector& right, RowIndex b) {
  const T& x = left.values<T>()[a];
  const T& y = right.values<T>()[b];
  return valuesEqual(x, y) ? 0 : valueLess(x, y) ? -1 : 1;
}

int compareParts(const ColumnVector& left, RowIndex a, const ColumnVector& right, RowIndex b) {
  const bool leftNull = left.isNull(a);
  const bool rightNull = right.isNull(b);
  if (leftNull || rightNull) return leftNull == rightNull ? 0 : leftNull ? -1 : 1;
  return compareRows(left, a, right, b);
}

}  // namespace

int compareRows(const ColumnVector& left, RowIndex a, const ColumnVector& right, RowIndex b) {
  if (!left.isFlat()) return compareRows(*left.base(), left.baseRow(a), right, b);
  if (!right.isFlat()) return compareRows(left, a, *right.base(), right.baseRow(b));
  switch (left.physicalType()) {
    case PhysicalType::kBool: return compareAs<uint8_t>(left, a, right, b);
    case PhysicalType::kInt8: return compareAs<int8_t>(left, a, right, b);
    case PhysicalType::kInt16: return compareAs<int16_t>(left, a, right, b);
    case PhysicalType::kInt32: return compareAs<int32_t>(left, a, right, b);
    case PhysicalType::kInt64: return compareAs<int64_t>(left, a, right, b);
    case PhysicalType::kInt128: return compareAs<int128_t>(left, a, right, b);
    case PhysicalType::kFloat: return compareAs<float>(left, a, right, b);
    case PhysicalType::kDouble: return compareAs<double>(left, a, right, b);
    case PhysicalType::kInterval: return compareAs<CalendarInterval>(left, a, right, b);
    case PhysicalType::kString: return left.values<StringView>()[a].compare(right.values<StringView>()[b]);
    case PhysicalType::kStruct:
      for (size_t i = 0; i < left.children().size(); ++i) {
        if (const int order = compareParts(*left.children()[i], a, *right.children()[i], b); order != 0) return order;
      }
      return 0;
    case PhysicalType::kList: {
      const ListEntry x = left.values<ListEntry>()[a];
      const ListEntry y = right.values<ListEntry>()[b];
      for (int32_t i = 0; i < std::min(x.length, y.length); ++i) {
        for (size_t child = 0; child < left.children().size(); ++child) {
          const int order = compareParts(*left.children()[child], x.offset + i, *right.children()[child], y.offset + i);
          if (order != 0) return order;
        }
      }
      return x.length < y.length ? -1 : x.length > y.length ? 1 : 0;
    }
  }
  return 0;
}

}  // namespace flint::expr
