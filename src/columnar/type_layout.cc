#include "columnar/type_layout.h"

#include <vector>

namespace flint::columnar {

bool hasSameLayout(const DataType& a, const DataType& b) {
  if (b.is(TypeKind::kUserDefined)) return hasSameLayout(a, b.sqlType());
  if (a.isNested()) {
    if (a.kind() != b.kind()) return false;
    const std::vector<DataType> left = a.childTypes();
    const std::vector<DataType> right = b.childTypes();
    if (left.size() != right.size()) return false;
    for (size_t i = 0; i < left.size(); ++i) {
      if (!hasSameLayout(left[i], right[i])) return false;
    }
    return true;
  }
  if (a.is(TypeKind::kDecimal)) return b.is(TypeKind::kDecimal) && a == b;
  if (a.is(TypeKind::kString)) return b.is(TypeKind::kString);
  return a.kind() == b.kind();
}

}  // namespace flint::columnar
