// Arrays, maps and structs part by part, and intervals of whole units.
#include <limits>

#include "expr/cast/cast_kernels.h"
#include "expr/evaluation/node.h"
#include "types/calendar.h"
#include "types/decimal.h"

namespace flint::expr {
namespace {

using columnar::ListEntry;
using columnar::Selection;

// Casts the given rows of a part; errors of its rows are reported as errors of `ownerOf(row)`.
template <class OwnerOf>
VectorPtr castPart(const KernelArgs& args, const FunctionBinding& part, const VectorPtr& vector, const Selection& rows, OwnerOf&& ownerOf) {
  if (part.kernel == nullptr) {
    return vector->type().is(TypeKind::kNull) ? ColumnVector::nulls(part.result, vector->size()) : ColumnVector::withType(vector, part.result);
  }
  const auto valid = validRows(*vector);
  Selection present;
  for (const RowIndex row : rows) {
    if (valid == nullptr || columnar::bitIsSet(valid->as<uint64_t>(), row)) present.push_back(row);
  }
  if (present.empty()) return ColumnVector::nulls(part.result, vector->size());
  ResultBuffer result(part.result, vector->size());
  RowErrors errors;
  Status failure;
  const VectorPtr arguments[] = {vector};
  part.kernel(KernelArgs({.arguments = arguments,
                          .active = ActiveRows(vector->size(), present),
                          .result = result,
                          .errors = errors,
                          .data = part.data.get(),
                          .failure = &failure}));
  for (const auto& [row, error] : errors.list()) {
    // TRY_CAST of a whole keeps the parts that can be cast.
    if (part.errorsAreNull) {
      columnar::clearBit(result.validity(), row);
    } else {
      args.errors().set(ownerOf(row), error);
    }
  }
  return result.finish(valid == nullptr ? nullptr : valid->as<uint64_t>());
}

void castStruct(const KernelArgs& args) {
  const auto& data = args.data<CastData>();
  // A struct's own encoding is taken off first: fields are read by the struct's base rows.
  const VectorPtr& input = args.vector(0);
  Selection baseRows;
  std::vector<RowIndex> owners(static_cast<size_t>(input->isFlat() ? input->size() : input->base()->size()), -1);
  for (const RowIndex row : args.activeRows()) {
    auto& owner = owners[static_cast<size_t>(input->baseRow(row))];
    if (owner < 0) owner = row;
  }
  for (size_t i = 0; i < owners.size(); ++i) {
    if (owners[i] >= 0) baseRows.push_back(static_cast<RowIndex>(i));
  }
  const ColumnVector& base = input->isFlat() ? *input : *input->base();
  std::vector<VectorPtr> fields;
  for (size_t i = 0; i < base.children().size(); ++i) {
    fields.push_back(castPart(args, data.parts[i], base.children()[i], baseRows, [&](RowIndex row) { return owners[static_cast<size_t>(row)]; }));
  }
  VectorPtr made = ColumnVector::structure(args.resultType(), base.size(), base.validityBuffer(), std::move(fields));
  if (input->isConstant()) made = ColumnVector::constant(made, 0, input->size());
  if (input->isDictionary()) made = ColumnVector::dictionary(made, input->size(), input->valuesBuffer(), input->validityBuffer());
  args.resultBuffer().setVector(std::move(made));
}

void castList(const KernelArgs& args) {
  const auto& data = args.data<CastData>();
  const VectorPtr& input = args.vector(0);
  const ColumnVector& base = input->isFlat() ? *input : *input->base();
  const auto* entries = base.values<ListEntry>();
  std::vector<RowIndex> owners(static_cast<size_t>(base.children()[0]->size()), -1);
  for (const RowIndex row : args.activeRows()) {
    const ListEntry entry = entries[input->baseRow(row)];
    for (int32_t i = 0; i < entry.length; ++i) owners[static_cast<size_t>(entry.offset + i)] = row;
  }
  Selection elements;
  for (size_t i = 0; i < owners.size(); ++i) {
    if (owners[i] >= 0) elements.push_back(static_cast<RowIndex>(i));
  }
  std::vector<VectorPtr> children;
  for (size_t i = 0; i < base.children().size(); ++i) {
    children.push_back(castPart(args, data.parts[i], base.children()[i], elements, [&](RowIndex row) { return owners[static_cast<size_t>(row)]; }));
  }
  VectorPtr made = ColumnVector::list(args.resultType(), base.size(), base.valuesBuffer(), base.validityBuffer(), std::move(children));
  if (input->isConstant()) made = ColumnVector::constant(made, 0, input->size());
  if (input->isDictionary()) made = ColumnVector::dictionary(made, input->size(), input->valuesBuffer(), input->validityBuffer());
  args.resultBuffer().setVector(std::move(made));
}

// Units of an interval's only field, in months or microseconds.
int64_t unitOf(const DataType& interval) {
  switch (interval.endField()) {
    case IntervalField::kYear: return 12;
    case IntervalField::kMonth: return 1;
    case IntervalField::kDay: return kMicrosPerDay;
    case IntervalField::kHour: return kMicrosPerHour;
    case IntervalField::kMinute: return kMicrosPerMinute;
    case IntervalField::kSecond: return kMicrosPerSecond;
  }
  return 1;
}

template <class From, class To>
void castIntervalToInteger(const KernelArgs& args) {
  const auto& data = args.data<CastData>();
  const int64_t unit = unitOf(data.from);
  To* out = args.result<To>().values();
  forEachValue<From>(args, [&](RowIndex row, From value) {
    const int64_t count = value / unit;
    out[row] = static_cast<To>(count);
    if (out[row] != count) args.errors().set(row, castOverflow(data, std::to_string(value)));
  });
}

template <class From, class To>
void castIntegerToInterval(const KernelArgs& args) {
  const auto& data = args.data<CastData>();
  const int64_t unit = unitOf(data.to);
  To* out = args.result<To>().values();
  forEachValue<From>(args, [&](RowIndex row, From value) {
    int64_t total = 0;
    const bool overflow = __builtin_mul_overflow(static_cast<int64_t>(value), unit, &total) || static_cast<To>(total) != total;
    out[row] = static_cast<To>(total);
    if (overflow) args.errors().set(row, castOverflow(data, std::to_string(value)));
  });
}

template <class From, class To>
void castIntervalToDecimal(const KernelArgs& args) {
  const auto& data = args.data<CastData>();
  const int64_t unit = unitOf(data.from);
  const bool seconds = data.from.endField() == IntervalField::kSecond;
  To* out = args.result<To>().values();
  forEachValue<From>(args, [&](RowIndex row, From value) {
    const auto scaled = rescaleDecimal(seconds ? value : value / unit, seconds ? 6 : 0, data.to.scale(), data.to.precision());
    out[row] = static_cast<To>(scaled.value_or(0));
    // An error in every mode.
    if (!scaled) args.errors().set(row, decimalOutOfRange(seconds ? decimalText(value, 6) : std::to_string(value / unit), data.to));
  });
}

template <class From, class To>
void castDecimalToInterval(const KernelArgs& args) {
  const auto& data = args.data<CastData>();
  const int64_t unit = unitOf(data.to);
  To* out = args.result<To>().values();
  forEachValue<From>(args, [&](RowIndex row, From value) {
    int128_t total = 0;
    const bool overflow = __builtin_mul_overflow(static_cast<int128_t>(value), static_cast<int128_t>(unit), &total);
    total = divideByPowerOfTen(total, data.from.scale());
    out[row] = static_cast<To>(total);
    if (overflow || out[row] != total) args.errors().set(row, castOverflow(data, decimalText(value, data.from.scale()) + "BD"));
  });
}

template <class Interval>
Kernel findDecimalInterval(const DataType& from, const DataType& to) {
  const DataType& decimal = from.is(TypeKind::kDecimal) ? from : to;
  const bool narrow = decimal.physicalType() == PhysicalType::kInt64;
  if (from.is(TypeKind::kDecimal)) return narrow ? castDecimalToInterval<int64_t, Interval> : castDecimalToInterval<int128_t, Interval>;
  return narrow ? castIntervalToDecimal<Interval, int64_t> : castIntervalToDecimal<Interval, int128_t>;
}

// To other fields of the same interval kind: what is below the last field is cut.
template <class T>
void castIntervalFields(const KernelArgs& args) {
  const int64_t unit = unitOf(args.data<CastData>().to);
  const bool cuts = args.data<CastData>().to.endField() != IntervalField::kSecond;
  T* out = args.result<T>().values();
  forEachValue<T>(args, [&](RowIndex row, T value) { out[row] = cuts ? static_cast<T>(value - value % unit) : value; });
}

template <class From>
Kernel findFromInterval(const DataType& to) {
  switch (to.kind()) {
    case TypeKind::kByte: return castIntervalToInteger<From, int8_t>;
    case TypeKind::kShort: return castIntervalToInteger<From, int16_t>;
    case TypeKind::kInteger: return castIntervalToInteger<From, int32_t>;
    case TypeKind::kLong: return castIntervalToInteger<From, int64_t>;
    default: return nullptr;
  }
}

template <class To>
Kernel findToInterval(const DataType& from) {
  switch (from.kind()) {
    case TypeKind::kByte: return castIntegerToInterval<int8_t, To>;
    case TypeKind::kShort: return castIntegerToInterval<int16_t, To>;
    case TypeKind::kInteger: return castIntegerToInterval<int32_t, To>;
    case TypeKind::kLong: return castIntegerToInterval<int64_t, To>;
    default: return nullptr;
  }
}

}  // namespace

Kernel findIntervalCast(const DataType& from, const DataType& to) {
  if (from.kind() == to.kind() && from.is(TypeKind::kYearMonthInterval)) return castIntervalFields<int32_t>;
  if (from.kind() == to.kind() && from.is(TypeKind::kDayTimeInterval)) return castIntervalFields<int64_t>;
  if (from.is(TypeKind::kDecimal) || to.is(TypeKind::kDecimal)) {
    if (from.is(TypeKind::kYearMonthInterval) || to.is(TypeKind::kYearMonthInterval)) return findDecimalInterval<int32_t>(from, to);
    if (from.is(TypeKind::kDayTimeInterval) || to.is(TypeKind::kDayTimeInterval)) return findDecimalInterval<int64_t>(from, to);
    return nullptr;
  }
  if (from.is(TypeKind::kYearMonthInterval)) return findFromInterval<int32_t>(to);
  if (from.is(TypeKind::kDayTimeInterval)) return findFromInterval<int64_t>(to);
  if (to.is(TypeKind::kYearMonthInterval)) return findToInterval<int32_t>(from);
  if (to.is(TypeKind::kDayTimeInterval)) return findToInterval<int64_t>(from);
  return nullptr;
}

Kernel findNestedCast(const DataType& from, const DataType& to) {
  if (from.kind() != to.kind()) return nullptr;
  if (from.is(TypeKind::kStruct)) return castStruct;
  return from.is(TypeKind::kArray) || from.is(TypeKind::kMap) ? castList : nullptr;
}

}  // namespace flint::expr
