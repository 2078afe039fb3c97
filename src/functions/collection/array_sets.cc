// Arrays as sets: array_distinct, array_union, array_intersect, array_except, arrays_overlap.
#include <algorithm>
#include <memory>
#include <string>
#include <unordered_set>

#include "base/byte_coding.h"
#include "columnar/normalized_float.h"
#include "columnar/row_serializer.h"
#include "functions/collection/list_rows.h"
#include "functions/types_of_arguments.h"

namespace flint::functions {

using namespace expr;
using columnar::VectorBuilder;

namespace {

bool holdsFloats(const DataType& type) {
  if (!type.isNested()) return type.isFloating();
  const std::vector<DataType> parts = type.childTypes();
  return std::any_of(parts.begin(), parts.end(), holdsFloats);
}

template <class T>
VectorPtr normalizedNumbers(const ColumnVector& numbers, const DataType& type) {
  auto values = columnar::Buffer::allocate(static_cast<size_t>(numbers.size()) * sizeof(T));
  T* out = values->template mutableAs<T>();
  for (RowIndex row = 0; row < numbers.size(); ++row) out[row] = columnar::normalizedFloat(numbers.values<T>()[row]);
  return ColumnVector::flat(type, numbers.size(), std::move(values), numbers.validityBuffer());
}

// The values with one zero and one NaN: sets have no other, at any depth.
VectorPtr normalizedValues(const VectorPtr& values, const DataType& type) {
  if (!holdsFloats(type)) return values;
  if (values->isConstant()) return ColumnVector::constant(normalizedValues(values->base(), type), 0, values->size());
  if (values->isDictionary()) return ColumnVector::dictionary(normalizedValues(values->base(), type), values->size(), values->valuesBuffer(), values->validityBuffer());
  if (type.is(TypeKind::kFloat)) return normalizedNumbers<float>(*values, type);
  if (type.is(TypeKind::kDouble)) return normalizedNumbers<double>(*values, type);
  const std::vector<DataType> types = type.childTypes();
  std::vector<VectorPtr> children;
  for (size_t i = 0; i < values->children().size(); ++i) children.push_back(normalizedValues(values->children()[i], types[i]));
  if (type.is(TypeKind::kStruct)) return ColumnVector::structure(type, values->size(), values->validityBuffer(), std::move(children));
  return ColumnVector::list(type, values->size(), values->valuesBuffer(), values->validityBuffer(), std::move(children));
}

// Different elements of one array, in the order of their first coming; nulls are of one kind. Few of them are compared one by one, many are found by their bytes.
class DistinctElements {
 public:
  explicit DistinctElements(const ColumnVector& elements) : elements_(elements) {}
  const std::vector<RowIndex>& rows() const { return rows_; }

  // False where an equal one is there.
  bool add(RowIndex at) {
    if (holds(elements_, at)) return false;
    rows_.push_back(at);
    if (rows_.size() > kFew) {
      for (; numHashed_ < rows_.size(); ++numHashed_) seen_.insert(bytesOf(elements_, rows_[numHashed_]));
    }
    return true;
  }
  bool holds(const ColumnVector& others, RowIndex at) const {
    if (rows_.size() > kFew) return seen_.contains(bytesOf(others, at));
    return std::any_of(rows_.begin(), rows_.end(), [&](RowIndex row) { return columnar::compareValues(elements_, row, others, at) == 0; });
  }

 private:
  static constexpr size_t kFew = 16;
  static std::string bytesOf(const ColumnVector& elements, RowIndex at) {
    ByteWriter bytes;
    columnar::serializeValue(elements, at, true, bytes);
    return bytes.take();
  }
  const ColumnVector& elements_;
  std::vector<RowIndex> rows_;
  std::unordered_set<std::string> seen_;
  size_t numHashed_ = 0;
};

DistinctElements distinctOf(const ColumnVector& elements, ListEntry entry) {
  DistinctElements distinct(elements);
  for (int32_t i = 0; i < entry.length; ++i) distinct.add(entry.offset + i);
  return distinct;
}

void distinctElements(const KernelArgs& args) {
  const Lists lists(args, 0);
  const VectorPtr elements = comparedElements(args, lists, 0);
  const VectorPtr given = normalizedValues(lists.elementsPtr(), args.type(0).elementType());
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    const DistinctElements kept = distinctOf(*elements, lists[row]);
    for (const RowIndex at : kept.rows()) builder.child(0).appendFrom(*given, at);
    builder.appendList(static_cast<int32_t>(kept.rows().size()));
  });
}

Result<FunctionBinding> bindDistinct(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  ASSIGN_OR_RETURN(const DataType array, arrayArgument(context, 0));
  FunctionBinding binding;
  binding.argumentTypes = {array};
  binding.result = array;
  binding.kernel = distinctElements;
  return binding;
}

enum class SetOperation { kUnion, kIntersect, kExcept };
template <SetOperation How>
void combineSets(const KernelArgs& args) {
  const Lists left(args, 0);
  const Lists right(args, 1);
  const VectorPtr a = comparedElements(args, left, 0);
  const VectorPtr b = comparedElements(args, right, 1);
  const VectorPtr fromLeft = normalizedValues(left.elementsPtr(), args.type(0).elementType());
  const VectorPtr fromRight = normalizedValues(right.elementsPtr(), args.type(1).elementType());
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    int32_t length = 0;
    const DistinctElements first = distinctOf(*a, left[row]);
    const DistinctElements second = distinctOf(*b, right[row]);
    for (const RowIndex at : first.rows()) {
      if (How != SetOperation::kUnion && second.holds(*a, at) != (How == SetOperation::kIntersect)) continue;
      builder.child(0).appendFrom(*fromLeft, at);
      ++length;
    }
    for (const RowIndex at : second.rows()) {
      if (How != SetOperation::kUnion || first.holds(*b, at)) continue;
      builder.child(0).appendFrom(*fromRight, at);
      ++length;
    }
    builder.appendList(length);
  });
}
template <SetOperation How>
Result<FunctionBinding> bindSets(const BindContext& context) {
  ASSIGN_OR_RETURN(FunctionBinding binding, bindTwoArrays(context));
  binding.kernel = combineSets<How>;
  return binding;
}

void testOverlap(const KernelArgs& args) {
  const Lists left(args, 0);
  const Lists right(args, 1);
  const VectorPtr a = comparedElements(args, left, 0);
  const VectorPtr b = comparedElements(args, right, 1);
  auto out = args.result<uint8_t>();
  for (const RowIndex row : args.activeRows()) {
    bool sawNull = false;
    DistinctElements held(*a);
    for (int32_t i = 0; i < left[row].length; ++i) {
      if (a->isNull(left[row].offset + i)) {
        sawNull = true;
      } else {
        held.add(left[row].offset + i);
      }
    }
    bool found = false;
    for (int32_t i = 0; i < right[row].length && !found; ++i) {
      const RowIndex at = right[row].offset + i;
      if (b->isNull(at)) {
        sawNull = true;
      } else {
        found = held.holds(*b, at);
      }
    }
    // An empty array overlaps with nothing, whatever the other one holds.
    if (!found && sawNull && left[row].length > 0 && right[row].length > 0) {
      out.setNull(row);
    } else {
      out.set(row, found ? 1 : 0);
    }
  }
}
Result<FunctionBinding> bindOverlap(const BindContext& context) {
  ASSIGN_OR_RETURN(FunctionBinding binding, bindTwoArrays(context));
  binding.result = kBoolean;
  binding.nullableIfArgumentsAre = false;
  binding.kernel = testOverlap;
  return binding;
}

}  // namespace

void registerArraySets(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"array_distinct"}, .group = Group::kArray, .since = "2.4.0", .usage = "array_distinct(array) - The array without repetitions.", .bind = bindDistinct},
      {.names = {"array_union"}, .group = Group::kArray, .since = "2.4.0", .usage = "array_union(array1, array2) - The elements of both, without repetitions.", .bind = bindSets<SetOperation::kUnion>},
      {.names = {"array_intersect"}, .group = Group::kArray, .since = "2.4.0", .usage = "array_intersect(array1, array2) - The elements that both hold, without repetitions.", .bind = bindSets<SetOperation::kIntersect>},
      {.names = {"array_except"}, .group = Group::kArray, .since = "2.4.0", .usage = "array_except(array1, array2) - The elements of array1 that array2 does not hold, without repetitions.", .bind = bindSets<SetOperation::kExcept>},
      {.names = {"arrays_overlap"}, .group = Group::kArray, .since = "2.4.0", .usage = "arrays_overlap(a1, a2) - Whether both hold an element that is not NULL.", .bind = bindOverlap},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
