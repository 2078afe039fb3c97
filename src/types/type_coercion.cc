#include "types/type_coercion.h"

#include <algorithm>

namespace flint {
inline namespace types {
namespace {

constexpr int kMaxPrecision = 38;
constexpr int kSmallestAdjustedScale = 6;

int numericRank(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kByte: return 0;
    case TypeKind::kShort: return 1;
    case TypeKind::kInteger: return 2;
    case TypeKind::kLong: return 3;
    case TypeKind::kFloat: return 4;
    case TypeKind::kDouble: return 5;
    default: return -1;
  }
}

IntervalField firstField(IntervalField a, IntervalField b) { return std::min(a, b); }
IntervalField lastField(IntervalField a, IntervalField b) { return std::max(a, b); }

// Whether texts that stand at the same place in both have different collations.
bool differInCollation(const DataType& a, const DataType& b) {
  if (a.is(TypeKind::kString) && b.is(TypeKind::kString)) return a.collation() != b.collation();
  if (a.kind() != b.kind() || !a.isNested()) return false;
  const std::vector<DataType> left = a.childTypes();
  const std::vector<DataType> right = b.childTypes();
  for (size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    if (differInCollation(left[i], right[i])) return true;
  }
  return false;
}

// The common type of two nested types of the same shape, `find` giving that of their parts.
template <class Find>
std::optional<DataType> findNested(const DataType& a, const DataType& b, Find&& find) {
  if (a.kind() != b.kind()) return std::nullopt;
  if (a.is(TypeKind::kArray)) {
    auto element = find(a.elementType(), b.elementType());
    if (!element) return std::nullopt;
    return DataType::array(*element, a.containsNull() || b.containsNull());
  }
  if (a.is(TypeKind::kMap)) {
    // Texts in maps are not taken to another collation.
    if (differInCollation(a, b)) return std::nullopt;
    auto key = find(a.keyType(), b.keyType());
    auto value = find(a.valueType(), b.valueType());
    if (!key || !value) return std::nullopt;
    return DataType::map(*key, *value, a.valueContainsNull() || b.valueContainsNull());
  }
  if (a.is(TypeKind::kStruct) && a.fields().size() == b.fields().size()) {
    StructFields fields;
    for (size_t i = 0; i < a.fields().size(); ++i) {
      const StructField& left = a.fields()[i];
      const StructField& right = b.fields()[i];
      const bool sameName = std::equal(left.name.begin(), left.name.end(), right.name.begin(), right.name.end(),
                                       [](char x, char y) { return (x | 32) == (y | 32); });
      auto type = find(left.type, right.type);
      if (!type || !sameName) return std::nullopt;
      fields.push_back({left.name, *type, left.nullable || right.nullable});
    }
    return DataType::structType(std::move(fields));
  }
  return std::nullopt;
}

std::optional<DataType> widerDatetime(const DataType& a, const DataType& b) {
  if (a.is(TypeKind::kTimestamp) || b.is(TypeKind::kTimestamp)) return DataType::timestamp();
  if (a.is(TypeKind::kTimestampNtz) || b.is(TypeKind::kTimestampNtz)) return DataType::timestampNtz();
  return std::nullopt;
}

// A string beside another type, under ANSI: the string is taken as that type.
std::optional<DataType> ansiStringWith(const DataType& other) {
  if (other.isIntegral()) return DataType::bigint();
  if (other.isFractional()) return DataType::float64();
  if (other.is(TypeKind::kNull)) return DataType::string();
  if (other.isAnsiInterval() || !other.isAtomic()) return std::nullopt;
  return other;
}

std::optional<DataType> widerForDecimal(const DataType& a, const DataType& b) {
  const bool left = a.is(TypeKind::kDecimal);
  const bool right = b.is(TypeKind::kDecimal);
  if (!(left || right) || !a.isNumeric() || !b.isNumeric()) return std::nullopt;
  if (a.isFloating() || b.isFloating()) return DataType::float64();
  return widerDecimal(left ? a : decimalForType(a), right ? b : decimalForType(b));
}

}  // namespace

DataType decimalForType(const DataType& numeric) {
  switch (numeric.kind()) {
    case TypeKind::kByte: return DataType::decimal(3, 0);
    case TypeKind::kShort: return DataType::decimal(5, 0);
    case TypeKind::kInteger: return DataType::decimal(10, 0);
    case TypeKind::kLong: return DataType::decimal(20, 0);
    case TypeKind::kFloat: return DataType::decimal(14, 7);
    case TypeKind::kDouble: return DataType::decimal(30, 15);
    case TypeKind::kDecimal: return numeric;
    default: return DataType::decimal(38, 18);
  }
}

DataType boundedDecimal(int precision, int scale) {
  return DataType::decimal(std::min(precision, kMaxPrecision), std::min(scale, kMaxPrecision));
}

DataType adjustedDecimal(int precision, int scale) {
  if (precision <= kMaxPrecision) return DataType::decimal(precision, scale);
  if (scale < 0) return DataType::decimal(kMaxPrecision, scale);
  const int integralDigits = precision - scale;
  return DataType::decimal(kMaxPrecision, std::max(kMaxPrecision - integralDigits, std::min(scale, kSmallestAdjustedScale)));
}

DataType widerDecimal(const DataType& a, const DataType& b) {
  const int scale = std::max(a.scale(), b.scale());
  const int range = std::max(a.precision() - a.scale(), b.precision() - b.scale());
  const int excess = range + scale - kMaxPrecision;
  if (excess <= 0) return DataType::decimal(range + scale, scale);
  return DataType::decimal(kMaxPrecision, std::max(0, scale - excess));
}

bool isWiderDecimal(const DataType& wide, const DataType& narrow) {
  if (!narrow.is(TypeKind::kDecimal) && !narrow.isIntegral()) return false;
  const DataType other = decimalForType(narrow);
  return wide.precision() - wide.scale() >= other.precision() - other.scale() && wide.scale() >= other.scale();
}

std::optional<DataType> findTightestCommonType(const DataType& a, const DataType& b, bool ansi) {
  if (a == b) return a;
  if (a.is(TypeKind::kNull)) return b;
  if (b.is(TypeKind::kNull)) return a;
  if (a.isStringLike() && b.isStringLike()) {
    // A collation that one side names holds for both.
    if (a.collation() == 0 || b.collation() == 0) return DataType::collatedString(a.collation() | b.collation());
    return std::nullopt;
  }
  if (a.isNumeric() && b.isNumeric()) {
    const bool left = a.is(TypeKind::kDecimal);
    const bool right = b.is(TypeKind::kDecimal);
    if (left && right) return std::nullopt;
    if (right) return b.isFractional() && isWiderDecimal(b, a) ? std::optional(b) : std::nullopt;
    if (left) return isWiderDecimal(a, b) ? std::optional(a) : std::nullopt;
    const DataType& wider = numericRank(a) > numericRank(b) ? a : b;
    return ansi && wider.is(TypeKind::kFloat) ? DataType::float64() : wider;
  }
  if (a.isDatetime() && b.isDatetime()) return widerDatetime(a, b);
  if (a.kind() == b.kind() && a.is(TypeKind::kYearMonthInterval)) {
    return DataType::yearMonthInterval(firstField(a.startField(), b.startField()), lastField(a.endField(), b.endField()));
  }
  if (a.kind() == b.kind() && a.is(TypeKind::kDayTimeInterval)) {
    return DataType::dayTimeInterval(firstField(a.startField(), b.startField()), lastField(a.endField(), b.endField()));
  }
  if (a.is(TypeKind::kTime) && b.is(TypeKind::kTime)) return DataType::time(std::max(a.precision(), b.precision()));
  return findNested(a, b, [&](const DataType& x, const DataType& y) { return findTightestCommonType(x, y, ansi); });
}

std::optional<DataType> findWiderTypeForTwo(const DataType& a, const DataType& b, bool ansi) {
  if (auto type = findTightestCommonType(a, b, ansi)) return type;
  if (auto type = widerForDecimal(a, b)) return type;
  if (a.isStringLike() || b.isStringLike()) {
    const DataType& other = a.isStringLike() ? b : a;
    if (ansi) return ansiStringWith(other);
    const bool promotes = other.isAtomic() && !other.is(TypeKind::kBoolean) && !other.is(TypeKind::kBinary);
    return promotes ? std::optional(DataType::string()) : std::nullopt;
  }
  return findNested(a, b, [&](const DataType& x, const DataType& y) { return findWiderTypeForTwo(x, y, ansi); });
}

std::optional<DataType> findWiderCommonType(std::span<const DataType> types, bool ansi) {
  // Strings first, as Spark does: the outcome must not depend on where the only string stands.
  DataType common;
  for (const bool strings : {true, false}) {
    for (const DataType& type : types) {
      if (type.isStringLike() != strings) continue;
      auto wider = findWiderTypeForTwo(common, type, ansi);
      if (!wider) return std::nullopt;
      common = *wider;
    }
  }
  return common;
}

std::optional<DataType> findWiderTypeWithoutStrings(const DataType& a, const DataType& b, bool ansi) {
  if (auto type = findTightestCommonType(a, b, ansi)) return type;
  if (auto type = widerForDecimal(a, b)) return type;
  return findNested(a, b, [&](const DataType& x, const DataType& y) { return findWiderTypeWithoutStrings(x, y, ansi); });
}

std::optional<DataType> findWiderTypeWithoutStrings(std::span<const DataType> types, bool ansi) {
  DataType common;
  for (const DataType& type : types) {
    auto wider = findWiderTypeWithoutStrings(common, type, ansi);
    if (!wider) return std::nullopt;
    common = *wider;
  }
  return common;
}

std::optional<DataType> findComparisonType(const DataType& a, const DataType& b, bool ansi) {
  if (a == b) return a;
  // The parts of nested values are not promoted.
  if (!a.isAtomic() && !b.isAtomic() && a.kind() == b.kind()) return findWiderTypeWithoutStrings(a, b, ansi);
  if (ansi) return findWiderTypeForTwo(a, b, true);
  const bool left = a.isStringLike();
  const bool right = b.isStringLike();
  if (left != right) {
    const DataType& other = left ? b : a;
    if (other.is(TypeKind::kNull)) return DataType::string();
    if (other.is(TypeKind::kDecimal)) return DataType::float64();
    if (other.is(TypeKind::kBinary)) return DataType::string();
    if (other.isAtomic() && !other.isAnsiInterval()) return other;
    return std::nullopt;
  }
  // A truth value beside a number is the number 1 or 0.
  if (a.is(TypeKind::kBoolean) && b.isNumeric()) return b;
  if (b.is(TypeKind::kBoolean) && a.isNumeric()) return a;
  return findWiderTypeForTwo(a, b, false);
}

std::optional<DataType> implicitCast(const DataType& from, const DataType& target, bool ansi) {
  if (from.sameType(target)) return from;
  if (from.is(TypeKind::kNull)) return target;
  if (target.is(TypeKind::kDecimal) && from.isIntegral() && target.precision() == 38 && target.scale() == 18) return decimalForType(from);
  if (from.isStringLike() && target.isStringLike()) return target;
  if (from.isStringLike()) {
    if (ansi) return target.isAtomic() ? std::optional(target) : std::nullopt;
    const bool takes = target.isNumeric() || target.isDatetime() || target.is(TypeKind::kBinary);
    return takes ? std::optional(target) : std::nullopt;
  }
  if (ansi) {
    if ((from.is(TypeKind::kBinary) || from.is(TypeKind::kVariant)) && target.isStringLike()) return target;
    return canAnsiStoreAssign(from, target) ? std::optional(target) : std::nullopt;
  }
  if (from.isNumeric() && target.isNumeric()) return target;
  if (from.isDatetime() && target.isDatetime()) return target;
  if (from.isAtomic() && !from.is(TypeKind::kCalendarInterval) && target.isStringLike()) return target;
  return findNested(from, target, [&](const DataType& x, const DataType& y) { return implicitCast(x, y, ansi); });
}

namespace {

// Whether values of nested types go over, `parts` deciding on their parts; null parts must have a place.
template <class Parts>
bool nestedGoOver(const DataType& from, const DataType& to, Parts&& parts) {
  if (from.kind() != to.kind()) return false;
  if (from.is(TypeKind::kArray)) return (!from.containsNull() || to.containsNull()) && parts(from.elementType(), to.elementType());
  if (from.is(TypeKind::kMap)) {
    return (!from.valueContainsNull() || to.valueContainsNull()) && parts(from.keyType(), to.keyType()) && parts(from.valueType(), to.valueType());
  }
  if (!from.is(TypeKind::kStruct) || from.fields().size() != to.fields().size()) return false;
  for (size_t i = 0; i < from.fields().size(); ++i) {
    const StructField& field = from.fields()[i];
    if (field.nullable && !to.fields()[i].nullable) return false;
    if (!parts(field.type, to.fields()[i].type)) return false;
  }
  return true;
}

}  // namespace

bool canUpCast(const DataType& from, const DataType& to) {
  if (from == to || from.is(TypeKind::kNull)) return true;
  if (from.isNumeric() && to.isNumeric()) {
    if (to.is(TypeKind::kDecimal)) return isWiderDecimal(to, from);
    if (from.is(TypeKind::kDecimal)) return to.isIntegral() && isWiderDecimal(decimalForType(to), from);
    return numericRank(from) < numericRank(to);
  }
  if (from.isDatetime() && to.isDatetime()) return !to.is(TypeKind::kDate);
  if (to.is(TypeKind::kString)) return from.isAtomic() && !from.is(TypeKind::kVariant);
  if (from.kind() == to.kind() && from.isAnsiInterval()) return true;
  return nestedGoOver(from, to, [](const DataType& a, const DataType& b) { return canUpCast(a, b); });
}

bool canAnsiStoreAssign(const DataType& from, const DataType& to) {
  if (from == to || from.is(TypeKind::kNull)) return true;
  if (from.isNumeric() && to.isNumeric()) return true;
  if (to.isStringLike()) return from.isAtomic() && !from.is(TypeKind::kBinary) && !from.is(TypeKind::kVariant);
  if (from.isDatetime() && to.isDatetime()) return true;
  if (from.is(TypeKind::kTime) && to.is(TypeKind::kTime)) return true;
  if (from.kind() == to.kind() && from.isAnsiInterval()) return true;
  return nestedGoOver(from, to, [](const DataType& a, const DataType& b) { return canAnsiStoreAssign(a, b); });
}

bool canCast(const DataType& from, const DataType& to, bool ansi) {
  if (from == to || from.is(TypeKind::kNull)) return true;
  if (to.is(TypeKind::kVariant) || from.is(TypeKind::kVariant)) return !from.is(TypeKind::kCalendarInterval) && !to.is(TypeKind::kCalendarInterval);
  if (to.isStringLike()) return !from.is(TypeKind::kGeometry) && !from.is(TypeKind::kGeography);
  if (from.isStringLike()) return to.isAtomic() && !to.is(TypeKind::kGeometry) && !to.is(TypeKind::kGeography);
  switch (to.kind()) {
    case TypeKind::kBoolean: return from.isNumeric() || (!ansi && (from.is(TypeKind::kTimestamp) || from.is(TypeKind::kDate)));
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInteger:
    case TypeKind::kLong:
    case TypeKind::kFloat:
    case TypeKind::kDouble:
    case TypeKind::kDecimal:
      if (from.isNumeric() || from.is(TypeKind::kBoolean)) return true;
      if (from.is(TypeKind::kTimestamp)) return true;
      if (from.is(TypeKind::kDate)) return !ansi;
      if (from.is(TypeKind::kTime)) return to.isIntegral() || to.is(TypeKind::kDecimal);
      return from.isAnsiInterval() && !to.isFloating();
    case TypeKind::kBinary: return from.isIntegral() && !ansi;
    case TypeKind::kDate: return from.isDatetime();
    case TypeKind::kTimestamp: return from.isDatetime() || from.isNumeric() || (!ansi && from.is(TypeKind::kBoolean));
    case TypeKind::kTimestampNtz: return from.isDatetime();
    case TypeKind::kTime: return from.is(TypeKind::kTime) || from.is(TypeKind::kTimestampNtz);
    case TypeKind::kYearMonthInterval:
    case TypeKind::kDayTimeInterval:
      if (from.kind() == to.kind()) return true;
      return from.isIntegral() || from.is(TypeKind::kDecimal);
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kStruct: {
      // Parts may become null when their cast may fail quietly; a type without nulls then cannot take them.
      return nestedGoOver(from, to, [&](const DataType& a, const DataType& b) { return canCast(a, b, ansi); });
    }
    case TypeKind::kUserDefined: return false;
    default: return false;
  }
}

}  // namespace types
}  // namespace flint
