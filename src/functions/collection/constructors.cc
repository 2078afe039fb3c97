// array, map, named_struct, map_from_arrays, map_from_entries, and reading their parts.
#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>

#include "base/legacy_conditions.h"
#include "expr/nodes.h"
#include "functions/collection/list_rows.h"
#include "functions/types_of_arguments.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;
using columnar::VectorBuilder;

namespace {

// Arrays of values without a nested type: columns are woven into one another, strings by reference.
template <class T>
void weaveArrays(const KernelArgs& args) {
  const size_t width = args.count();
  const ActiveRows& active = args.activeRows();
  const auto numElements = static_cast<RowIndex>(static_cast<size_t>(active.count()) * width);
  auto elements = columnar::Buffer::allocate(static_cast<size_t>(numElements) * sizeof(T));
  std::shared_ptr<columnar::Buffer> validity;
  ColumnVector::Owners owners;
  for (size_t i = 0; i < width; ++i) {
    const columnar::VectorReader<T> reader(*args.vector(i));
    T* out = elements->mutableAs<T>() + i;
    if (const T* flat = reader.flatValues(); flat != nullptr && active.isAll()) {
      for (RowIndex row = 0; row < active.count(); ++row) out[static_cast<size_t>(row) * width] = flat[row];
    } else {
      for (RowIndex row = 0; row < active.count(); ++row) out[static_cast<size_t>(row) * width] = reader[active[row]];
    }
    if (std::is_same_v<T, columnar::StringView>) owners.push_back(args.vector(i));
    if (!reader.mayHaveNulls()) continue;
    if (validity == nullptr) {
      validity = columnar::Buffer::allocate(static_cast<size_t>(columnar::bitmapBytes(numElements)));
      std::memset(validity->mutableData(), 0xFF, validity->size());
    }
    for (RowIndex row = 0; row < active.count(); ++row) {
      if (reader.isNull(active[row])) columnar::clearBit(validity->mutableAs<uint64_t>(), static_cast<RowIndex>(static_cast<size_t>(row) * width + i));
    }
  }
  auto entries = columnar::Buffer::allocateZeroed(static_cast<size_t>(args.numRows()) * sizeof(columnar::ListEntry));
  auto* entry = entries->mutableAs<columnar::ListEntry>();
  for (RowIndex i = 0; i < active.count(); ++i) entry[active[i]] = {.offset = static_cast<int32_t>(static_cast<size_t>(i) * width), .length = static_cast<int32_t>(width)};
  std::vector<VectorPtr> children = {ColumnVector::flat(args.resultType().elementType(), numElements, std::move(elements), std::move(validity), std::move(owners))};
  args.resultBuffer().setVector(ColumnVector::list(args.resultType(), args.numRows(), std::move(entries), nullptr, std::move(children)));
}

void makeArray(const KernelArgs& args) {
  const bool fits = static_cast<int64_t>(args.activeRows().count()) * static_cast<int64_t>(args.count()) <= std::numeric_limits<RowIndex>::max();
  if (args.count() > 0 && fits) {
    switch (args.resultType().elementType().physicalType()) {
      case PhysicalType::kBool:
      case PhysicalType::kInt8: return weaveArrays<int8_t>(args);
      case PhysicalType::kInt16: return weaveArrays<int16_t>(args);
      case PhysicalType::kInt32:
      case PhysicalType::kFloat: return weaveArrays<int32_t>(args);
      case PhysicalType::kInt64:
      case PhysicalType::kDouble: return weaveArrays<int64_t>(args);
      case PhysicalType::kInt128: return weaveArrays<int128_t>(args);
      case PhysicalType::kInterval: return weaveArrays<CalendarInterval>(args);
      case PhysicalType::kString: return weaveArrays<columnar::StringView>(args);
      case PhysicalType::kList:
      case PhysicalType::kStruct: break;
    }
  }
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    for (size_t i = 0; i < args.count(); ++i) builder.child(0).appendFrom(*args.vector(i), row);
    builder.appendList(static_cast<int32_t>(args.count()));
  });
}

Result<FunctionBinding> bindArray(const BindContext& context) {
  FunctionBinding binding;
  const auto common = findWiderCommonType(context.argumentTypes, context.options.ansi);
  if (!common) return differentTypes(context);
  bool containsNull = false;
  for (const ExprPtr& argument : context.arguments) containsNull = containsNull || argument->nullable();
  binding.argumentTypes.assign(context.argumentTypes.size(), *common);
  binding.result = DataType::array(*common, containsNull);
  binding.kernel = makeArray;
  return binding;
}

void makeStruct(const KernelArgs& args) {
  // Columns are taken as they are: a struct is its children.
  std::vector<VectorPtr> fields;
  for (size_t i = 1; i < args.count(); i += 2) fields.push_back(args.vector(i));
  args.resultBuffer().setVector(ColumnVector::structure(args.resultType(), args.numRows(), nullptr, std::move(fields)));
}

Result<FunctionBinding> bindNamedStruct(const BindContext& context) {
  const size_t count = context.argumentTypes.size();
  if (count % 2 != 0) {
    return Error(condition::kWrongNumArgsWithoutSuggestion)
        .with("functionName", "`named_struct`")
        .with("expectedNum", "2n (n > 0)")
        .with("actualNum", std::to_string(count))
        .with("docroot", "https://spark.apache.org/docs/latest");
  }
  StructFields fields;
  for (size_t i = 0; i < count; i += 2) {
    if (context.constants[i] == nullptr || context.constants[i]->isNull() || !context.argumentTypes[i].isStringLike()) {
      return Error(condition::kDatatypeMismatchCreateNamedStructWithoutFoldableString)
          .with("sqlExpr", "\"" + callText(context) + "\"")
          .with("inputExprs", "[" + quotedExpression(context.arguments[i]) + "]");
    }
    fields.push_back({context.constants[i]->asString(), context.argumentTypes[i + 1], context.arguments[i + 1]->nullable()});
  }
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  binding.result = DataType::structType(std::move(fields));
  binding.kernel = makeStruct;
  return binding;
}

Error nullMapKey() { return Error(condition::kNullMapKey); }

Error duplicateKey(const ColumnVector& keys, RowIndex row) {
  return Error(condition::kDuplicatedMapKey)
      .with("key", literalText(keys.valueAt(row), keys.type(), TextStyle::kName))
      .with("mapKeyDedupPolicy", "\"spark.sql.mapKeyDedupPolicy\"");
}

// Which of given entries have the keys of a map, and which its values.
struct MapEntries {
  std::vector<std::pair<int32_t, int32_t>> chosen;
  std::optional<Error> problem;
};

// Looks at the keys of `length` entries, which `keyAt` gives as (vector, row): as they are compared. One that comes again is an error, in which it stands
// as `shownAt` gives it, or its value takes the place of that before (spark.sql.mapKeyDedupPolicy=LAST_WIN).
template <bool kLastWins, class KeyAt, class ShownAt>
MapEntries mapEntries(int32_t length, KeyAt&& keyAt, ShownAt&& shownAt) {
  MapEntries out;
  out.chosen.reserve(static_cast<size_t>(length));
  for (int32_t i = 0; i < length; ++i) {
    const auto [vector, row] = keyAt(i);
    if (vector->isNull(row)) {
      out.problem = nullMapKey();
      return out;
    }
    const auto same = std::find_if(out.chosen.begin(), out.chosen.end(), [&, vector = vector, row = row](const auto& entry) {
      const auto [other, otherRow] = keyAt(entry.first);
      return columnar::compareValues(*vector, row, *other, otherRow) == 0;
    });
    if (same == out.chosen.end()) {
      out.chosen.emplace_back(i, i);
    } else if (kLastWins) {
      same->second = i;
    } else {
      const auto [shown, shownRow] = shownAt(i);
      out.problem = duplicateKey(*shown, shownRow);
      return out;
    }
  }
  return out;
}

template <bool kLastWins>
void makeMap(const KernelArgs& args) {
  const auto length = static_cast<int32_t>(args.count() / 2);
  std::vector<VectorPtr> keys;
  for (size_t i = 0; i < args.count(); i += 2) keys.push_back(comparedArgument(args, i));
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    MapEntries entries = mapEntries<kLastWins>(
        length, [&](int32_t i) { return std::pair(keys[static_cast<size_t>(i)].get(), row); },
        [&](int32_t i) { return std::pair(args.vector(static_cast<size_t>(i) * 2).get(), row); });
    if (entries.problem) {
      args.errors().set(row, std::move(*entries.problem));
      builder.appendNull();
      return;
    }
    for (const auto& [key, value] : entries.chosen) {
      builder.child(0).appendFrom(*args.vector(static_cast<size_t>(key) * 2), row);
      builder.child(1).appendFrom(*args.vector(static_cast<size_t>(value) * 2 + 1), row);
    }
    builder.appendList(static_cast<int32_t>(entries.chosen.size()));
  });
}

template <bool kLastWins>
Result<FunctionBinding> bindMap(const BindContext& context) {
  const size_t count = context.argumentTypes.size();
  if (count % 2 != 0) {
    return Error(condition::kWrongNumArgsWithoutSuggestion)
        .with("functionName", "`map`")
        .with("expectedNum", "2n (n > 0)")
        .with("actualNum", std::to_string(count))
        .with("docroot", "https://spark.apache.org/docs/latest");
  }
  std::vector<DataType> keys;
  std::vector<DataType> values;
  bool valueContainsNull = false;
  for (size_t i = 0; i < count; ++i) {
    (i % 2 == 0 ? keys : values).push_back(context.argumentTypes[i]);
    if (i % 2 != 0) valueContainsNull = valueContainsNull || context.arguments[i]->nullable();
  }
  const auto key = findWiderCommonType(keys, context.options.ansi);
  const auto value = findWiderCommonType(values, context.options.ansi);
  if (!key || !value) {
    std::string all;
    for (const DataType& type : key ? values : keys) all += (all.empty() ? "" : " or ") + quotedSql(type);
    return Error(key ? condition::kDatatypeMismatchCreateMapValueDiffTypes : condition::kDatatypeMismatchCreateMapKeyDiffTypes)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("functionName", "`map`")
        .with("dataType", "(" + all + ")");
  }
  if (key->is(TypeKind::kMap) || key->is(TypeKind::kVariant)) {
    return Error(condition::kDatatypeMismatchInvalidMapKeyType).with("sqlExpr", "\"" + callText(context) + "\"").with("keyType", quotedSql(*key));
  }
  FunctionBinding binding;
  for (size_t i = 0; i < count; ++i) binding.argumentTypes.push_back(i % 2 == 0 ? *key : *value);
  binding.result = DataType::map(*key, *value, valueContainsNull);
  binding.kernel = makeMap<kLastWins>;
  binding.canRaise = true;
  return binding;
}

template <bool kLastWins>
void mapFromArrays(const KernelArgs& args) {
  const Lists keys(args, 0);
  const Lists values(args, 1);
  const VectorPtr compared = comparedElements(args, keys, 0);
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    const ListEntry key = keys[row];
    const ListEntry value = values[row];
    MapEntries entries;
    if (key.length != value.length) {
      entries.problem = Error(condition::kLegacyErrorTemp2128);
    } else {
      entries = mapEntries<kLastWins>(
          key.length, [&](int32_t i) { return std::pair(compared.get(), key.offset + i); }, [&](int32_t i) { return std::pair(&keys.elements(), key.offset + i); });
    }
    if (entries.problem) {
      args.errors().set(row, std::move(*entries.problem));
      builder.appendNull();
      return;
    }
    for (const auto& [keyAt, valueAt] : entries.chosen) {
      builder.child(0).appendFrom(keys.elements(), key.offset + keyAt);
      builder.child(1).appendFrom(values.elements(), value.offset + valueAt);
    }
    builder.appendList(static_cast<int32_t>(entries.chosen.size()));
  });
}

template <bool kLastWins>
Result<FunctionBinding> bindMapFromArrays(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  ASSIGN_OR_RETURN(const DataType keys, arrayArgument(context, 0));
  ASSIGN_OR_RETURN(const DataType values, arrayArgument(context, 1));
  if (keys.elementType().is(TypeKind::kMap) || keys.elementType().is(TypeKind::kVariant)) {
    return Error(condition::kDatatypeMismatchInvalidMapKeyType).with("sqlExpr", "\"" + callText(context) + "\"").with("keyType", quotedSql(keys.elementType()));
  }
  FunctionBinding binding;
  binding.argumentTypes = {keys, values};
  binding.result = DataType::map(keys.elementType(), values.elementType(), values.containsNull());
  binding.kernel = mapFromArrays<kLastWins>;
  binding.canRaise = true;
  return binding;
}

template <bool kLastWins>
void mapFromEntries(const KernelArgs& args) {
  const Lists entries(args, 0);
  const ColumnVector& structs = entries.elements();
  const ColumnVector& base = structs.isFlat() ? structs : *structs.base();
  const VectorPtr compared = comparedValues(base.children()[0], args.resultType().keyType());
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    const ListEntry entry = entries[row];
    for (int32_t i = 0; i < entry.length; ++i) {
      if (structs.isNull(entry.offset + i)) return builder.appendNull();
    }
    MapEntries chosen = mapEntries<kLastWins>(
        entry.length, [&](int32_t i) { return std::pair(compared.get(), structs.baseRow(entry.offset + i)); },
        [&](int32_t i) { return std::pair(base.children()[0].get(), structs.baseRow(entry.offset + i)); });
    if (chosen.problem) {
      args.errors().set(row, std::move(*chosen.problem));
      builder.appendNull();
      return;
    }
    for (const auto& [key, value] : chosen.chosen) {
      builder.child(0).appendFrom(*base.children()[0], structs.baseRow(entry.offset + key));
      builder.child(1).appendFrom(*base.children()[1], structs.baseRow(entry.offset + value));
    }
    builder.appendList(static_cast<int32_t>(chosen.chosen.size()));
  });
}

template <bool kLastWins>
Result<FunctionBinding> bindMapFromEntries(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType& type = context.argumentTypes[0];
  if (!type.is(TypeKind::kArray) || !type.elementType().is(TypeKind::kStruct) || type.elementType().fields().size() != 2) {
    return unexpectedArgumentType(context, 0, "\"ARRAY\" of pair \"STRUCT\"");
  }
  const StructFields& fields = type.elementType().fields();
  FunctionBinding binding;
  binding.argumentTypes = {type};
  binding.result = DataType::map(fields[0].type, fields[1].type, fields[1].nullable);
  binding.kernel = mapFromEntries<kLastWins>;
  binding.canRaise = true;
  binding.nullableIfArgumentsAre = !type.containsNull();
  return binding;
}

template <bool kLastWins>
void concatMaps(const KernelArgs& args) {
  std::vector<Lists> maps;
  std::vector<VectorPtr> compared;
  for (size_t i = 0; i < args.count(); ++i) {
    maps.emplace_back(args, i);
    compared.push_back(comparedElements(args, maps[i], i));
  }
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    std::vector<std::pair<const ColumnVector*, RowIndex>> keys;
    std::vector<std::pair<const ColumnVector*, RowIndex>> comparedKeys;
    std::vector<std::pair<const ColumnVector*, RowIndex>> values;
    for (size_t m = 0; m < maps.size(); ++m) {
      const Lists& map = maps[m];
      for (int32_t i = 0; i < map[row].length; ++i) {
        keys.emplace_back(&map.elements(), map[row].offset + i);
        comparedKeys.emplace_back(compared[m].get(), map[row].offset + i);
        values.emplace_back(&map.values(), map[row].offset + i);
      }
    }
    MapEntries entries = mapEntries<kLastWins>(
        static_cast<int32_t>(keys.size()), [&](int32_t i) { return comparedKeys[static_cast<size_t>(i)]; }, [&](int32_t i) { return keys[static_cast<size_t>(i)]; });
    if (entries.problem) {
      args.errors().set(row, std::move(*entries.problem));
      builder.appendNull();
      return;
    }
    for (const auto& [key, value] : entries.chosen) {
      const auto& [keyVector, keyRow] = keys[static_cast<size_t>(key)];
      const auto& [valueVector, valueRow] = values[static_cast<size_t>(value)];
      builder.child(0).appendFrom(*keyVector, keyRow);
      builder.child(1).appendFrom(*valueVector, valueRow);
    }
    builder.appendList(static_cast<int32_t>(entries.chosen.size()));
  });
}

template <bool kLastWins>
Result<FunctionBinding> bindMapConcat(const BindContext& context) {
  for (const DataType& type : context.argumentTypes) {
    if (type.is(TypeKind::kMap)) continue;
    return Error(condition::kDatatypeMismatchMapConcatDiffTypes)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("functionName", "`map_concat`")
        .with("dataType", quotedSql(type));
  }
  const auto common = findWiderTypeWithoutStrings(context.argumentTypes, context.options.ansi);
  if (!common) return differentTypes(context);
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.size(), *common);
  binding.result = context.argumentTypes.empty() ? DataType::map(kString, kString) : *common;
  binding.kernel = concatMaps<kLastWins>;
  binding.canRaise = true;
  return binding;
}

// Copies element rows, -1 for none, into the result: elements of the argument's list.
void gatherElements(const KernelArgs& args, const ColumnVector& elements, const std::vector<RowIndex>& rows) {
  auto indices = columnar::Buffer::allocate(static_cast<size_t>(args.numRows()) * sizeof(int32_t));
  auto* out = indices->mutableAs<int32_t>();
  uint64_t* validity = nullptr;
  std::shared_ptr<columnar::Buffer> bits;
  for (RowIndex row = 0; row < args.numRows(); ++row) {
    const RowIndex at = rows[static_cast<size_t>(row)];
    out[row] = std::max(at, 0);
    if (at >= 0) continue;
    if (validity == nullptr) {
      bits = columnar::Buffer::allocate(static_cast<size_t>(columnar::bitmapBytes(args.numRows())));
      std::memset(bits->mutableData(), 0xFF, bits->size());
      validity = bits->mutableAs<uint64_t>();
    }
    columnar::clearBit(validity, row);
  }
  if (elements.size() == 0) {
    args.resultBuffer().setVector(ColumnVector::nulls(args.resultType(), args.numRows()));
    return;
  }
  args.resultBuffer().setVector(ColumnVector::dictionary(Lists(args, 0).elementsPtr(), args.numRows(), std::move(indices), std::move(bits)));
}

Error badIndex(int64_t index, int32_t size) {
  return Error(condition::kInvalidArrayIndex).with("indexValue", std::to_string(index)).with("arraySize", std::to_string(size));
}

// a[i], from 0. `Raises`: what is out of range is an error in ANSI mode.
template <bool Raises>
void elementByOffset(const KernelArgs& args) {
  const Lists lists(args, 0);
  const auto index = args.column<int32_t>(1);
  std::vector<RowIndex> rows(static_cast<size_t>(args.numRows()), -1);
  for (const RowIndex row : args.activeRows()) {
    const ListEntry entry = lists[row];
    if (index[row] >= 0 && index[row] < entry.length) {
      rows[static_cast<size_t>(row)] = entry.offset + index[row];
    } else if (Raises && args.ansi()) {
      args.errors().set(row, badIndex(index[row], entry.length));
    }
  }
  gatherElements(args, lists.elements(), rows);
}

// element_at: from 1, or from the end.
void elementByPosition(const KernelArgs& args) {
  const Lists lists(args, 0);
  const auto index = args.column<int32_t>(1);
  std::vector<RowIndex> rows(static_cast<size_t>(args.numRows()), -1);
  for (const RowIndex row : args.activeRows()) {
    const ListEntry entry = lists[row];
    const int32_t at = index[row] > 0 ? index[row] - 1 : entry.length + index[row];
    if (index[row] == 0) {
      args.errors().set(row, Error(condition::kInvalidIndexOfZero));
    } else if (at >= 0 && at < entry.length) {
      rows[static_cast<size_t>(row)] = entry.offset + at;
    } else if (args.ansi()) {
      args.errors().set(row, Error(condition::kInvalidArrayIndexInElementAt).with("indexValue", std::to_string(index[row])).with("arraySize", std::to_string(entry.length)));
    }
  }
  gatherElements(args, lists.elements(), rows);
}

void valueByKey(const KernelArgs& args) {
  const Lists maps(args, 0);
  const VectorPtr mapKeys = comparedElements(args, maps, 0);
  const VectorPtr keys = comparedArgument(args, 1);
  buildRows(args, [&](RowIndex row, VectorBuilder& result) {
    const ListEntry entry = maps[row];
    for (int32_t i = 0; i < entry.length; ++i) {
      if (sameValue(*mapKeys, entry.offset + i, *keys, row)) return result.appendFrom(maps.values(), entry.offset + i);
    }
    result.appendNull();
  });
}

enum class Access { kBrackets, kGet, kElementAt, kTryElementAt };

// Of texts only literals without a collation of their own take that of the map's keys.
bool takesTextKey(const BindContext& context) {
  const DataType& key = context.argumentTypes[1];
  const int wanted = context.argumentTypes[0].keyType().collation();
  if (!key.is(TypeKind::kString) || !context.argumentTypes[0].keyType().is(TypeKind::kString) || key.collation() == wanted) return true;
  return key.collation() == 0 && context.arguments[1]->as<Literal>() != nullptr;
}

template <Access How>
Result<FunctionBinding> bindElement(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  const DataType& type = context.argumentTypes[0];
  const DataType& key = context.argumentTypes[1];
  FunctionBinding binding;
  binding.nullableIfArgumentsAre = false;
  if (type.is(TypeKind::kMap) && How != Access::kGet) {
    // Brackets take what can be cast to a key, functions a common type.
    const auto common = How == Access::kBrackets ? implicitCast(key, type.keyType(), context.options.ansi) ? std::optional(type.keyType()) : std::nullopt
                                                 : findTightestCommonType(type.keyType(), key, context.options.ansi);
    if (How == Access::kBrackets && (!common || !takesTextKey(context))) return unexpectedArgumentType(context, 1, quotedSql(type.keyType()));
    if (!common || (How != Access::kBrackets && key.is(TypeKind::kString) && type.keyType().is(TypeKind::kString) && key.collation() != type.keyType().collation())) {
      return Error(condition::kDatatypeMismatchMapFunctionDiffTypes)
          .with("sqlExpr", "\"" + callText(context) + "\"")
          .with("functionName", "`" + std::string(context.name) + "`")
          .with("dataType", "\"MAP\"")
          .with("leftType", quotedSql(type))
          .with("rightType", quotedSql(key));
    }
    binding.argumentTypes = {DataType::map(*common, type.valueType(), type.valueContainsNull()), *common};
    binding.result = type.valueType();
    binding.kernel = valueByKey;
    return binding;
  }
  if (!type.is(TypeKind::kArray)) return unexpectedArgumentType(context, 0, How == Access::kGet ? "\"ARRAY\"" : "(\"ARRAY\" or \"MAP\")");
  const bool byPosition = How == Access::kElementAt || How == Access::kTryElementAt;
  const bool isPosition = byPosition ? key.isIntegral() && !key.is(TypeKind::kLong)
                          : How == Access::kGet ? implicitCast(key, kInt, context.options.ansi).has_value() : key.isIntegral() || key.is(TypeKind::kNull);
  if (!isPosition) return unexpectedArgumentType(context, 1, byPosition ? "\"INT\"" : "\"INTEGRAL\"");
  binding.argumentTypes = {type, kInt};
  binding.result = type.elementType();
  binding.canRaise = How != Access::kGet && (context.options.ansi || How != Access::kBrackets);
  binding.errorsAreNull = How == Access::kTryElementAt;
  switch (How) {
    case Access::kBrackets: binding.kernel = elementByOffset<true>; break;
    case Access::kGet: binding.kernel = elementByOffset<false>; break;
    case Access::kElementAt:
    case Access::kTryElementAt: binding.kernel = elementByPosition; break;
  }
  return binding;
}

// array_of_structs.field
void fieldOfElements(const KernelArgs& args) {
  const auto ordinal = static_cast<size_t>(args.column<int32_t>(2)[0]);
  const VectorPtr& input = args.vector(0);
  const ColumnVector& base = input->isFlat() ? *input : *input->base();
  const VectorPtr& structs = base.children()[0];
  columnar::VectorBuilder field(args.resultType().elementType());
  const ColumnVector& fields = structs->isFlat() ? *structs : *structs->base();
  for (RowIndex row = 0; row < structs->size(); ++row) {
    if (structs->isNull(row)) {
      field.appendNull();
    } else {
      field.appendFrom(*fields.children()[ordinal], structs->baseRow(row));
    }
  }
  VectorPtr made = ColumnVector::list(args.resultType(), base.size(), base.valuesBuffer(), base.validityBuffer(), {field.finish()});
  if (input->isConstant()) made = ColumnVector::constant(made, 0, input->size());
  if (input->isDictionary()) made = ColumnVector::dictionary(made, input->size(), input->valuesBuffer(), input->validityBuffer());
  args.resultBuffer().setVector(std::move(made));
}

Result<FunctionBinding> bindArrayStructFields(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 3, 3));
  const DataType& type = context.argumentTypes[0];
  if (!type.is(TypeKind::kArray) || !type.elementType().is(TypeKind::kStruct)) return unexpectedArgumentType(context, 0, "\"ARRAY<STRUCT>\"");
  const bool isOrdinal = context.constants[2] != nullptr && context.argumentTypes[2].is(TypeKind::kInteger) && !context.constants[2]->isNull();
  const int64_t ordinal = isOrdinal ? context.constants[2]->asInteger() : -1;
  if (ordinal < 0 || ordinal >= static_cast<int64_t>(type.elementType().fields().size())) return unexpectedArgumentType(context, 2, "\"INT\"");
  const StructField& field = type.elementType().fields()[static_cast<size_t>(ordinal)];
  FunctionBinding binding;
  binding.argumentTypes = {type, kString, kInt};
  binding.result = DataType::array(field.type, type.containsNull() || field.nullable);
  binding.kernel = fieldOfElements;
  return binding;
}

}  // namespace

void registerConstructors(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"array"}, .group = Group::kArray, .since = "1.1.0", .usage = "array(expr, ...) - An array of the values.",
       .examples = {{.sql = "SELECT array(1, 2, 3)", .result = "[1,2,3]"}}, .nulls = NullRule::kHandledByKernel, .nullable = false, .bind = bindArray},
      {.names = {"named_struct"}, .group = Group::kStruct, .since = "1.5.0", .usage = "named_struct(name1, val1, name2, val2, ...) - A struct of the named values.",
       .examples = {{.sql = "SELECT named_struct(\"a\", 1, \"b\", 2, \"c\", 3)", .result = "{\"a\":1,\"b\":2,\"c\":3}"}}, .nulls = NullRule::kHandledByKernel, .nullable = false, .bind = bindNamedStruct},
      {.names = {"map"}, .group = Group::kMap, .since = "2.0.0", .usage = "map(key0, value0, key1, value1, ...) - A map of the pairs.",
       .examples = {{.sql = "SELECT map(1.0, '2', 3.0, '4')", .result = "{1.0:\"2\",3.0:\"4\"}"}}, .nulls = NullRule::kHandledByKernel, .nullable = false, .bind = bindMap<false>},
      {.names = {"map_from_arrays"}, .group = Group::kMap, .since = "2.4.0", .usage = "map_from_arrays(keys, values) - A map of the two arrays' elements.", .bind = bindMapFromArrays<false>},
      {.names = {"map_from_entries"}, .group = Group::kMap, .since = "2.4.0", .usage = "map_from_entries(arrayOfEntries) - A map of the pairs.", .bind = bindMapFromEntries<false>},
      {.names = {"map_concat"}, .group = Group::kMap, .since = "2.4.0", .usage = "map_concat(map, ...) - The entries of all maps.", .bind = bindMapConcat<false>},
      {.names = {"map_last_win"}, .group = Group::kInternal, .since = "3.0.0", .usage = "As map; of equal keys the last has its way.", .nulls = NullRule::kHandledByKernel, .nullable = false, .bind = bindMap<true>, .display = "map"},
      {.names = {"map_from_arrays_last_win"}, .group = Group::kInternal, .since = "3.0.0", .usage = "As map_from_arrays; of equal keys the last has its way.", .bind = bindMapFromArrays<true>, .display = "map_from_arrays"},
      {.names = {"map_from_entries_last_win"}, .group = Group::kInternal, .since = "3.0.0", .usage = "As map_from_entries; of equal keys the last has its way.", .bind = bindMapFromEntries<true>, .display = "map_from_entries"},
      {.names = {"map_concat_last_win"}, .group = Group::kInternal, .since = "3.0.0", .usage = "As map_concat; of equal keys the last has its way.", .bind = bindMapConcat<true>, .display = "map_concat"},
      {.names = {"element_of"}, .group = Group::kInternal, .since = "1.0.0", .usage = "array[index] or map[key] - An element by its offset, or a value by its key.", .bind = bindElement<Access::kBrackets>},
      {.names = {"get"}, .group = Group::kArray, .since = "3.4.0", .usage = "get(array, index) - The element at index (from 0), NULL when there is none.",
       .examples = {{.sql = "SELECT get(array(1, 2, 3), 0)", .result = "1"}}, .bind = bindElement<Access::kGet>},
      {.names = {"element_at"}, .group = Group::kCollection, .since = "2.4.0", .usage = "element_at(array, index), element_at(map, key) - The element at index (from 1; from the end when negative), or the key's value.",
       .examples = {{.sql = "SELECT element_at(array(1, 2, 3), 2)", .result = "2"}}, .bind = bindElement<Access::kElementAt>},
      {.names = {"try_element_at"}, .group = Group::kCollection, .since = "3.5.0", .usage = "try_element_at(array, index) - As element_at, NULL when there is no such element.",
       .examples = {{.sql = "SELECT try_element_at(array(1, 2, 3), 2)", .result = "2"}}, .bind = bindElement<Access::kTryElementAt>},
      {.names = {"get_array_struct_fields"}, .group = Group::kInternal, .since = "1.0.0", .usage = "array.field - The field of each struct.", .bind = bindArrayStructFields},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
