// Functions of arrays and maps that read, compare and reorder elements.
#include <algorithm>
#include <memory>
#include <numeric>

#include "functions/collection/list_rows.h"
#include "functions/result_limit.h"
#include "functions/string/utf8.h"
#include "functions/types_of_arguments.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;
using columnar::compareValues;
using columnar::VectorBuilder;

namespace {

void countElements(const KernelArgs& args) {
  const Lists lists(args, 0);
  auto* out = args.result<int32_t>().values();
  for (const RowIndex row : args.activeRows()) out[row] = lists[row].length;
}

void countElementsOrNone(const KernelArgs& args) {
  const Lists lists(args, 0);
  auto* out = args.result<int32_t>().values();
  for (const RowIndex row : args.activeRows()) out[row] = lists.isNull(row) ? -1 : lists[row].length;
}

template <int Kinds>  // 1: arrays, 2: maps, 3: both
Result<FunctionBinding> bindSize(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  DataType type = context.argumentTypes[0];
  if (type.is(TypeKind::kNull)) type = Kinds == 2 ? DataType::map(DataType::null(), DataType::null()) : DataType::array(DataType::null());
  const bool accepted = ((Kinds & 1) != 0 && type.is(TypeKind::kArray)) || ((Kinds & 2) != 0 && type.is(TypeKind::kMap));
  if (!accepted) return unexpectedArgumentType(context, 0, Kinds == 3 ? "(\"ARRAY\" or \"MAP\")" : "\"ARRAY\"");
  FunctionBinding binding;
  binding.argumentTypes = {type};
  binding.result = kInt;
  binding.kernel = countElements;
  if (Kinds == 3 && !context.options.ansi) {
    // Off ANSI mode the size of NULL is -1.
    binding.kernel = countElementsOrNone;
    binding.nulls = NullRule::kHandledByKernel;
    binding.nullable = false;
  }
  return binding;
}

void testContains(const KernelArgs& args) {
  const Lists lists(args, 0);
  const VectorPtr elements = comparedElements(args, lists, 0);
  const VectorPtr values = comparedArgument(args, 1);
  auto out = args.result<uint8_t>();
  for (const RowIndex row : args.activeRows()) {
    bool found = false;
    bool sawNull = false;
    for (int32_t i = 0; i < lists[row].length && !found; ++i) {
      const RowIndex at = lists[row].offset + i;
      sawNull = sawNull || elements->isNull(at);
      found = sameValue(*elements, at, *values, row);
    }
    if (!found && sawNull) {
      out.setNull(row);
    } else {
      out.set(row, found ? 1 : 0);
    }
  }
}

Result<FunctionBinding> bindContains(const BindContext& context) {
  ASSIGN_OR_RETURN(FunctionBinding binding, bindArrayWithValue(context));
  binding.nullableIfArgumentsAre = !binding.result.containsNull();
  binding.result = kBoolean;
  binding.kernel = testContains;
  return binding;
}

void findPosition(const KernelArgs& args) {
  const Lists lists(args, 0);
  const VectorPtr elements = comparedElements(args, lists, 0);
  const VectorPtr values = comparedArgument(args, 1);
  auto* out = args.result<int64_t>().values();
  for (const RowIndex row : args.activeRows()) {
    out[row] = 0;
    for (int32_t i = 0; i < lists[row].length && out[row] == 0; ++i) {
      if (sameValue(*elements, lists[row].offset + i, *values, row)) out[row] = i + 1;
    }
  }
}
Result<FunctionBinding> bindPosition(const BindContext& context) {
  ASSIGN_OR_RETURN(FunctionBinding binding, bindArrayWithValue(context));
  binding.result = kBigint;
  binding.kernel = findPosition;
  return binding;
}

void removeValue(const KernelArgs& args) {
  const Lists lists(args, 0);
  const VectorPtr elements = comparedElements(args, lists, 0);
  const VectorPtr values = comparedArgument(args, 1);
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    int32_t length = 0;
    for (int32_t i = 0; i < lists[row].length; ++i) {
      if (sameValue(*elements, lists[row].offset + i, *values, row)) continue;
      builder.child(0).appendFrom(lists.elements(), lists[row].offset + i);
      ++length;
    }
    builder.appendList(length);
  });
}
Result<FunctionBinding> bindRemove(const BindContext& context) {
  ASSIGN_OR_RETURN(FunctionBinding binding, bindArrayWithValue(context));
  binding.kernel = removeValue;
  return binding;
}

// array_append, array_prepend: the value may be null.
template <bool AtEnd>
void addValue(const KernelArgs& args) {
  const Lists lists(args, 0);
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    if (lists.isNull(row)) return builder.appendNull();
    if (!AtEnd) builder.child(0).appendFrom(*args.vector(1), row);
    for (int32_t i = 0; i < lists[row].length; ++i) builder.child(0).appendFrom(lists.elements(), lists[row].offset + i);
    if (AtEnd) builder.child(0).appendFrom(*args.vector(1), row);
    builder.appendList(lists[row].length + 1);
  });
}
template <bool AtEnd>
Result<FunctionBinding> bindAdd(const BindContext& context) {
  ASSIGN_OR_RETURN(FunctionBinding binding, bindArrayWithValue(context));
  binding.result = DataType::array(binding.result.elementType(), true);
  binding.kernel = addValue<AtEnd>;
  return binding;
}

int compareWithNulls(const ColumnVector& values, RowIndex a, RowIndex b) { return compareValues(values, a, values, b); }

// sort_array: nulls first ascending, last descending.
void sortElements(const KernelArgs& args) {
  const Lists lists(args, 0);
  const VectorPtr elements = comparedElements(args, lists, 0);
  const auto ascending = args.column<uint8_t>(1);
  std::vector<RowIndex> order;
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    const ListEntry entry = lists[row];
    order.resize(static_cast<size_t>(entry.length));
    std::iota(order.begin(), order.end(), entry.offset);
    const bool up = ascending[row] != 0;
    std::stable_sort(order.begin(), order.end(), [&](RowIndex a, RowIndex b) {
      const int sign = compareWithNulls(*elements, a, b);
      return up ? sign < 0 : sign > 0;
    });
    for (const RowIndex at : order) builder.child(0).appendFrom(lists.elements(), at);
    builder.appendList(entry.length);
  });
}
Result<FunctionBinding> bindSortArray(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  ASSIGN_OR_RETURN(const DataType array, arrayArgument(context, 0));
  if (context.argumentTypes.size() > 1 && !context.argumentTypes[1].is(TypeKind::kBoolean) && !context.argumentTypes[1].is(TypeKind::kNull)) {
    return unexpectedArgumentType(context, 1, "\"BOOLEAN\"");
  }
  if (!array.elementType().isOrderable()) {
    return Error(condition::kDatatypeMismatchInvalidOrderingType)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("functionName", "`sort_array`")
        .with("dataType", quotedSql(array));
  }
  FunctionBinding binding;
  binding.argumentTypes = {array, kBoolean};
  binding.result = array;
  binding.kernel = sortElements;
  return binding;
}

// One-array functions that keep the type, through the rows they take.
template <class Choose>
void takeRows(const KernelArgs& args, Choose&& choose) {
  const Lists lists(args, 0);
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    int32_t length = 0;
    choose(lists, row, [&](RowIndex at) {
      builder.child(0).appendFrom(lists.elements(), at);
      ++length;
    });
    builder.appendList(length);
  });
}

void compactElements(const KernelArgs& args) {
  takeRows(args, [](const Lists& lists, RowIndex row, auto take) {
    for (int32_t i = 0; i < lists[row].length; ++i) {
      if (!lists.elements().isNull(lists[row].offset + i)) take(lists[row].offset + i);
    }
  });
}

void sliceElements(const KernelArgs& args) {
  const auto start = args.column<int32_t>(1);
  const auto length = args.column<int32_t>(2);
  takeRows(args, [&](const Lists& lists, RowIndex row, auto take) {
    const ListEntry entry = lists[row];
    if (start[row] == 0) {
      args.errors().set(row, Error(condition::kInvalidParameterValueStart).with("parameter", "`start`").with("functionName", "`slice`"));
      return;
    }
    if (length[row] < 0) {
      args.errors().set(row, Error(condition::kInvalidParameterValueLength).with("parameter", "`length`").with("functionName", "`slice`").with("length", std::to_string(length[row])));
      return;
    }
    const int64_t from = start[row] > 0 ? start[row] - 1 : static_cast<int64_t>(entry.length) + start[row];
    if (from < 0) return;
    for (int64_t i = from; i < std::min<int64_t>(entry.length, from + length[row]); ++i) take(entry.offset + static_cast<RowIndex>(i));
  });
}

template <Kernel Inner, bool Raises, size_t Count = 1>
Result<FunctionBinding> bindSameArray(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, Count, Count));
  ASSIGN_OR_RETURN(const DataType array, arrayArgument(context, 0));
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.size(), kInt);
  binding.argumentTypes[0] = array;
  binding.result = array;
  binding.kernel = Inner;
  binding.canRaise = Raises;
  return binding;
}

void reverseText(const KernelArgs& args) {
  const auto text = args.column<StringView>(0);
  auto out = args.result<StringView>();
  std::string made;
  for (const RowIndex row : args.activeRows()) {
    made.clear();
    const std::string_view whole = text[row].view();
    made.resize(whole.size());
    size_t end = whole.size();
    for (size_t i = 0; i < whole.size();) {
      const size_t size = std::min(characterBytes(whole[i]), whole.size() - i);
      end -= size;
      whole.copy(made.data() + end, size, i);
      i += size;
    }
    out.set(row, made);
  }
}
void reverseBytes(const KernelArgs& args) {
  const auto bytes = args.column<StringView>(0);
  auto out = args.result<StringView>();
  for (const RowIndex row : args.activeRows()) {
    const std::string_view whole = bytes[row].view();
    out.set(row, std::string(whole.rbegin(), whole.rend()));
  }
}
void reverseElements(const KernelArgs& args) {
  takeRows(args, [](const Lists& lists, RowIndex row, auto take) {
    for (int32_t i = lists[row].length; i-- > 0;) take(lists[row].offset + i);
  });
}
Result<FunctionBinding> bindReverse(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  if (context.argumentTypes[0].is(TypeKind::kArray)) return bindSameArray<reverseElements, false>(context);
  if (context.argumentTypes[0].isNested()) return unexpectedArgumentType(context, 0, "(\"STRING\" or \"ARRAY\")");
  const bool ofBytes = context.argumentTypes[0].is(TypeKind::kBinary);
  FunctionBinding binding;
  binding.argumentTypes = {ofBytes ? kBinary : kString};
  binding.result = binding.argumentTypes[0];
  binding.kernel = ofBytes ? reverseBytes : reverseText;
  return binding;
}

void flattenElements(const KernelArgs& args) {
  const Lists lists(args, 0);
  const ColumnVector& inner = lists.elements();
  const columnar::VectorReader<ListEntry> innerEntries(inner);
  const ColumnVector& values = *innerEntries.base().children()[0];
  ResultLimit limit(args);
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    const ListEntry entry = lists[row];
    int64_t numElements = 0;
    for (int32_t i = 0; i < entry.length; ++i) {
      if (inner.isNull(entry.offset + i)) return builder.appendNull();
      numElements += innerEntries[entry.offset + i].length;
    }
    if (!limit.fits(numElements, sizeof(int64_t))) return builder.appendNull();
    int32_t length = 0;
    for (int32_t i = 0; i < entry.length; ++i) {
      const ListEntry part = innerEntries[entry.offset + i];
      for (int32_t j = 0; j < part.length; ++j) builder.child(0).appendFrom(values, part.offset + j);
      length += part.length;
    }
    builder.appendList(length);
  });
}
Result<FunctionBinding> bindFlatten(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType& type = context.argumentTypes[0];
  if (!type.is(TypeKind::kArray) || !type.elementType().is(TypeKind::kArray)) return unexpectedArgumentType(context, 0, "\"ARRAY\" of \"ARRAY\"");
  FunctionBinding binding;
  binding.argumentTypes = {type};
  binding.result = type.elementType();
  binding.kernel = flattenElements;
  binding.nullableIfArgumentsAre = !type.containsNull();
  return binding;
}

template <bool Largest>
void extremeElement(const KernelArgs& args) {
  const Lists lists(args, 0);
  const VectorPtr elements = comparedElements(args, lists, 0);
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    RowIndex best = -1;
    for (int32_t i = 0; i < lists[row].length; ++i) {
      const RowIndex at = lists[row].offset + i;
      if (lists.elements().isNull(at)) continue;
      const int sign = best < 0 ? 0 : compareWithNulls(*elements, at, best);
      if (best < 0 || (Largest ? sign > 0 : sign < 0)) best = at;
    }
    if (best < 0) {
      builder.appendNull();
    } else {
      builder.appendFrom(lists.elements(), best);
    }
  });
}
template <bool Largest>
Result<FunctionBinding> bindExtremeElement(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  ASSIGN_OR_RETURN(const DataType array, arrayArgument(context, 0));
  if (!array.elementType().isOrderable() && !array.elementType().is(TypeKind::kNull)) {
    return Error(condition::kDatatypeMismatchInvalidOrderingType)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("functionName", quoteIdentifier(context.name))
        .with("dataType", quotedSql(array));
  }
  FunctionBinding binding;
  binding.argumentTypes = {array};
  binding.result = array.elementType();
  binding.kernel = extremeElement<Largest>;
  binding.nullableIfArgumentsAre = false;
  return binding;
}

// Beyond this no array is made, as in Spark.
constexpr int32_t kMaxElements = std::numeric_limits<int32_t>::max() - 15;

void repeatValue(const KernelArgs& args) {
  const auto count = args.column<int32_t>(1);
  ResultLimit limit(args);
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    if (count.isNull(row)) return builder.appendNull();
    const int32_t length = std::max(count[row], 0);
    if (length > kMaxElements) {
      args.errors().set(row, Error(condition::kCollectionSizeLimitExceededParameter)
                                 .with("numberOfElements", std::to_string(length))
                                 .with("maxRoundedArrayLength", std::to_string(kMaxElements))
                                 .with("parameter", "`count`")
                                 .with("functionName", "`array_repeat`"));
      return builder.appendNull();
    }
    if (!limit.fits(length, sizeof(StringView))) return builder.appendNull();
    for (int32_t i = 0; i < length; ++i) builder.child(0).appendFrom(*args.vector(0), row);
    builder.appendList(length);
  });
}
Result<FunctionBinding> bindRepeat(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  FunctionBinding binding;
  const DataType& count = context.argumentTypes[1];
  const bool taken = count.is(TypeKind::kNull) || (count.isIntegral() && !count.is(TypeKind::kLong));
  if (!taken && !(!context.options.ansi && implicitCast(count, kInt, false))) return unexpectedArgumentType(context, 1, "\"INT\"");
  binding.argumentTypes = {context.argumentTypes[0], kInt};
  binding.result = DataType::array(context.argumentTypes[0], context.arguments[0]->nullable());
  binding.kernel = repeatValue;
  binding.canRaise = true;
  return binding;
}

void joinElements(const KernelArgs& args) {
  const Lists lists(args, 0);
  const auto separator = args.column<StringView>(1);
  const columnar::VectorReader<StringView> texts(lists.elements());
  auto out = args.result<StringView>();
  constexpr size_t kLargeText = size_t{1} << 20;  // only what comes to texts above this size is counted
  ResultLimit limit(args);
  std::string made;
  for (const RowIndex row : args.activeRows()) {
    made.clear();
    bool first = true;
    for (int32_t i = 0; i < lists[row].length; ++i) {
      const RowIndex at = lists[row].offset + i;
      const bool isNull = texts.isNull(at);
      if (isNull && args.count() < 3) continue;
      if (!first) made += separator[row].view();
      first = false;
      if (made.size() > kLargeText && !limit.fits(static_cast<int64_t>(isNull ? 0 : texts[at].size()) + static_cast<int64_t>(separator[row].size()), 1)) return;
      made += isNull ? args.column<StringView>(2)[row].view() : texts[at].view();
    }
    out.set(row, made);
  }
}
Result<FunctionBinding> bindJoin(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 3));
  ASSIGN_OR_RETURN(const DataType array, arrayArgument(context, 0));
  if (!implicitCast(array.elementType(), kString, context.options.ansi)) return unexpectedArgumentType(context, 0, "\"ARRAY<STRING>\"");
  for (size_t i = 1; i < context.argumentTypes.size(); ++i) {
    const DataType& type = context.argumentTypes[i];
    if (!type.isStringLike() && !type.is(TypeKind::kNull)) return unexpectedArgumentType(context, i, "\"STRING\"");
  }
  const DataType text = array.elementType().is(TypeKind::kString) ? array.elementType() : kString;
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.size(), text);
  binding.argumentTypes[0] = DataType::array(text, array.containsNull());
  binding.result = text;
  binding.kernel = joinElements;
  return binding;
}

// map_keys, map_values: the entries with one child.
template <size_t Child>
void mapPart(const KernelArgs& args) {
  const VectorPtr& input = args.vector(0);
  const ColumnVector& base = input->isFlat() ? *input : *input->base();
  VectorPtr made = ColumnVector::list(args.resultType(), base.size(), base.valuesBuffer(), base.validityBuffer(), {base.children()[Child]});
  if (input->isConstant()) made = ColumnVector::constant(made, 0, input->size());
  if (input->isDictionary()) made = ColumnVector::dictionary(made, input->size(), input->valuesBuffer(), input->validityBuffer());
  args.resultBuffer().setVector(std::move(made));
}
void mapEntries(const KernelArgs& args) {
  const VectorPtr& input = args.vector(0);
  const ColumnVector& base = input->isFlat() ? *input : *input->base();
  const VectorPtr entries = ColumnVector::structure(args.resultType().elementType(), base.children()[0]->size(), nullptr, base.children());
  VectorPtr made = ColumnVector::list(args.resultType(), base.size(), base.valuesBuffer(), base.validityBuffer(), {entries});
  if (input->isConstant()) made = ColumnVector::constant(made, 0, input->size());
  if (input->isDictionary()) made = ColumnVector::dictionary(made, input->size(), input->valuesBuffer(), input->validityBuffer());
  args.resultBuffer().setVector(std::move(made));
}
enum class MapPart { kKeys, kValues, kEntries };
template <MapPart Which>
Result<FunctionBinding> bindMapPart(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType type = context.argumentTypes[0].is(TypeKind::kNull) ? DataType::map(DataType::null(), DataType::null()) : context.argumentTypes[0];
  if (!type.is(TypeKind::kMap)) return unexpectedArgumentType(context, 0, "\"MAP\"");
  FunctionBinding binding;
  binding.argumentTypes = {type};
  if (Which == MapPart::kKeys) {
    binding.result = DataType::array(type.keyType(), false);
    binding.kernel = mapPart<0>;
  } else if (Which == MapPart::kValues) {
    binding.result = DataType::array(type.valueType(), type.valueContainsNull());
    binding.kernel = mapPart<1>;
  } else {
    binding.result = DataType::array(DataType::structType({{"key", type.keyType(), false}, {"value", type.valueType(), type.valueContainsNull()}}), false);
    binding.kernel = mapEntries;
  }
  return binding;
}

void testKey(const KernelArgs& args) {
  const Lists maps(args, 0);
  const VectorPtr mapKeys = comparedElements(args, maps, 0);
  const VectorPtr keys = comparedArgument(args, 1);
  auto* out = args.result<uint8_t>().values();
  for (const RowIndex row : args.activeRows()) {
    out[row] = 0;
    for (int32_t i = 0; i < maps[row].length && out[row] == 0; ++i) out[row] = sameValue(*mapKeys, maps[row].offset + i, *keys, row);
  }
}
Result<FunctionBinding> bindMapContainsKey(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  const DataType& type = context.argumentTypes[0];
  if (context.argumentTypes[1].is(TypeKind::kNull)) {
    return Error(condition::kDatatypeMismatchNullType).with("sqlExpr", "\"" + callText(context) + "\"").with("functionName", quoteIdentifier(context.name));
  }
  const auto common = type.is(TypeKind::kMap) ? findTightestCommonType(type.keyType(), context.argumentTypes[1], context.options.ansi) : std::nullopt;
  if (!common || (context.argumentTypes[1].is(TypeKind::kString) && type.keyType().is(TypeKind::kString) && type.keyType().collation() != context.argumentTypes[1].collation())) {
    return Error(condition::kDatatypeMismatchMapFunctionDiffTypes)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("functionName", quoteIdentifier(context.name))
        .with("dataType", "\"MAP\"")
        .with("leftType", quotedSql(type))
        .with("rightType", quotedSql(context.argumentTypes[1]));
  }
  FunctionBinding binding;
  binding.argumentTypes = {DataType::map(*common, type.valueType(), type.valueContainsNull()), *common};
  binding.result = kBoolean;
  binding.kernel = testKey;
  return binding;
}

void zipArrays(const KernelArgs& args) {
  std::vector<Lists> lists;
  for (size_t i = 0; i < args.count(); ++i) lists.emplace_back(args, i);
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    int32_t length = 0;
    for (const Lists& list : lists) length = std::max(length, list[row].length);
    for (int32_t i = 0; i < length; ++i) {
      for (size_t field = 0; field < lists.size(); ++field) {
        VectorBuilder& child = builder.child(0).child(field);
        if (i < lists[field][row].length) {
          child.appendFrom(lists[field].elements(), lists[field][row].offset + i);
        } else {
          child.appendNull();
        }
      }
      builder.child(0).appendStruct();
    }
    builder.appendList(length);
  });
}
Result<FunctionBinding> bindZip(const BindContext& context) {
  FunctionBinding binding;
  StructFields fields;
  for (size_t i = 0; i < context.argumentTypes.size(); ++i) {
    ASSIGN_OR_RETURN(const DataType array, arrayArgument(context, i));
    binding.argumentTypes.push_back(array);
    const bool isNamed = context.arguments[i]->kind() == ExprKind::kAttributeReference || context.arguments[i]->kind() == ExprKind::kGetStructField;
    std::string name = isNamed ? columnName(context.arguments[i]) : std::to_string(i);
    if (const size_t dot = name.rfind('.'); isNamed && dot != std::string::npos) name = name.substr(dot + 1);
    fields.push_back({std::move(name), array.elementType(), true});
  }
  binding.result = DataType::array(DataType::structType(std::move(fields)), false);
  binding.kernel = zipArrays;
  return binding;
}

}  // namespace

void registerArrays(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"size", "cardinality"}, .group = Group::kCollection, .since = "1.5.0", .usage = "size(expr) - The number of elements of an array or entries of a map.", .examples = {{.sql = "SELECT size(array('b', 'd', 'c', 'a'))", .result = "4"}}, .bind = bindSize<3>},
      {.names = {"array_size"}, .group = Group::kArray, .since = "3.3.0", .usage = "array_size(expr) - The number of elements.", .bind = bindSize<1>},
      {.names = {"array_contains"}, .group = Group::kArray, .since = "1.5.0", .usage = "array_contains(array, value) - Whether the array holds the value.", .examples = {{.sql = "SELECT array_contains(array(1, 2, 3), 2)", .result = "true"}}, .bind = bindContains},
      {.names = {"array_position"}, .group = Group::kArray, .since = "2.4.0", .usage = "array_position(array, element) - The position (from 1) of the element; 0 when it is not there.", .bind = bindPosition},
      {.names = {"array_remove"}, .group = Group::kArray, .since = "2.4.0", .usage = "array_remove(array, element) - The array without the element.", .bind = bindRemove},
      {.names = {"array_append"}, .group = Group::kArray, .since = "3.4.0", .usage = "array_append(array, element) - The array with the element behind.", .nulls = NullRule::kHandledByKernel, .bind = bindAdd<true>},
      {.names = {"array_prepend"}, .group = Group::kArray, .since = "3.5.0", .usage = "array_prepend(array, element) - The array with the element in front.", .nulls = NullRule::kHandledByKernel, .bind = bindAdd<false>},
      {.names = {"sort_array"}, .group = Group::kArray, .since = "1.5.0", .usage = "sort_array(array[, ascendingOrder]) - The elements in order; NULL first ascending, last descending.", .examples = {{.sql = "SELECT sort_array(array('b', 'd', null, 'c', 'a'), true)", .result = "[null,\"a\",\"b\",\"c\",\"d\"]"}}, .bind = bindSortArray, .defaults = {{kBoolean, Value::boolean(true)}}, .maxArguments = 2},
      {.names = {"array_compact"}, .group = Group::kArray, .since = "3.4.0", .usage = "array_compact(array) - The array without NULL.", .bind = bindSameArray<compactElements, false>},
      {.names = {"slice"}, .group = Group::kArray, .since = "2.4.0", .usage = "slice(x, start, length) - length elements from start (from 1; from the end when negative).", .examples = {{.sql = "SELECT slice(array(1, 2, 3, 4), 2, 2)", .result = "[2,3]"}}, .bind = bindSameArray<sliceElements, true, 3>},
      {.names = {"reverse"}, .group = Group::kCollection, .since = "1.5.0", .usage = "reverse(expr) - The text or array in reverse order.", .examples = {{.sql = "SELECT reverse('Spark SQL')", .result = "LQS krapS"}}, .bind = bindReverse},
      {.names = {"flatten"}, .group = Group::kArray, .since = "2.4.0", .usage = "flatten(arrayOfArrays) - The elements of all arrays in one.", .bind = bindFlatten},
      {.names = {"array_max"}, .group = Group::kArray, .since = "2.4.0", .usage = "array_max(array) - The largest element.", .bind = bindExtremeElement<true>},
      {.names = {"array_min"}, .group = Group::kArray, .since = "2.4.0", .usage = "array_min(array) - The smallest element.", .bind = bindExtremeElement<false>},
      {.names = {"array_repeat"}, .group = Group::kArray, .since = "2.4.0", .usage = "array_repeat(element, count) - The element count times.", .nulls = NullRule::kHandledByKernel, .bind = bindRepeat},
      {.names = {"array_join"}, .group = Group::kArray, .since = "2.4.0", .usage = "array_join(array, delimiter[, nullReplacement]) - The elements as one text.", .examples = {{.sql = "SELECT array_join(array('hello', 'world'), ' ')", .result = "hello world"}}, .bind = bindJoin},
      {.names = {"map_keys"}, .group = Group::kMap, .since = "2.0.0", .usage = "map_keys(map) - The keys.", .bind = bindMapPart<MapPart::kKeys>},
      {.names = {"map_values"}, .group = Group::kMap, .since = "2.0.0", .usage = "map_values(map) - The values.", .bind = bindMapPart<MapPart::kValues>},
      {.names = {"map_entries"}, .group = Group::kMap, .since = "3.0.0", .usage = "map_entries(map) - The entries, as structs.", .bind = bindMapPart<MapPart::kEntries>},
      {.names = {"map_contains_key"}, .group = Group::kMap, .since = "3.3.0", .usage = "map_contains_key(map, key) - Whether the map has the key.", .bind = bindMapContainsKey},
      {.names = {"arrays_zip"}, .group = Group::kArray, .since = "2.4.0", .usage = "arrays_zip(a1, a2, ...) - An array of structs, the N-th of which holds the N-th elements.", .bind = bindZip},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
