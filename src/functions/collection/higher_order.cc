// transform, filter, exists, forall, aggregate, zip_with, array_sort, and their kin for maps.
#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>

#include "expr/nodes.h"
#include "functions/collection/list_rows.h"
#include "functions/types_of_arguments.h"

namespace flint::functions {

using namespace expr;
using columnar::Selection;
using columnar::VectorBuilder;

namespace {

// The elements of the active rows' lists, one behind the other, as a lambda gets them.
struct Elements {
  std::vector<RowIndex> rows;    // the row each belongs to
  std::vector<RowIndex> places;  // in the list's children
  std::vector<int32_t> numbers;  // from 0, in its list

  Elements(const KernelArgs& args, const Lists& lists) {
    for (const RowIndex row : args.activeRows()) {
      for (int32_t i = 0; i < lists[row].length; ++i) {
        rows.push_back(row);
        places.push_back(lists[row].offset + i);
        numbers.push_back(i);
      }
    }
  }
  RowIndex size() const { return static_cast<RowIndex>(rows.size()); }
  VectorPtr pick(const VectorPtr& child) const {
    if (rows.empty()) return ColumnVector::nulls(child->type(), 0);
    auto indices = columnar::Buffer::allocate(places.size() * sizeof(int32_t));
    std::memcpy(indices->mutableData(), places.data(), places.size() * sizeof(int32_t));
    return ColumnVector::dictionary(child, size(), std::move(indices));
  }
  VectorPtr positions() const {
    auto values = columnar::Buffer::allocate(numbers.size() * sizeof(int32_t) + 4);
    if (!numbers.empty()) std::memcpy(values->mutableData(), numbers.data(), numbers.size() * sizeof(int32_t));
    return ColumnVector::flat(kInt, size(), std::move(values));
  }
};

// Calls the lambda over all elements; null pointer after a failure.
VectorPtr callLambda(const KernelArgs& args, const Elements& elements, std::vector<VectorPtr> parameters) {
  auto result = args.lambda(0).call(parameters, elements.rows);
  if (result.isOk()) return std::move(result).value();
  args.fail(result.status());
  return nullptr;
}

// A lambda over an array takes the element and, when it asks for it, its position.
struct LambdaData {
  bool takesPosition = false;
};

std::vector<VectorPtr> elementParameters(const KernelArgs& args, const Lists& lists, const Elements& elements) {
  std::vector<VectorPtr> parameters = {elements.pick(lists.elementsPtr())};
  if (args.data<LambdaData>().takesPosition) parameters.push_back(elements.positions());
  return parameters;
}

void transformElements(const KernelArgs& args) {
  const Lists lists(args, 0);
  const Elements elements(args, lists);
  const VectorPtr results = callLambda(args, elements, elementParameters(args, lists, elements));
  if (results == nullptr) return;
  RowIndex next = 0;
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    for (int32_t i = 0; i < lists[row].length; ++i) builder.child(0).appendFrom(*results, next++);
    builder.appendList(lists[row].length);
  });
}

bool isTrue(const ColumnVector& booleans, RowIndex row) {
  const columnar::VectorReader<uint8_t> values(booleans);
  return !values.isNull(row) && values[row] != 0;
}

void filterElements(const KernelArgs& args) {
  const Lists lists(args, 0);
  const Elements elements(args, lists);
  const VectorPtr kept = callLambda(args, elements, elementParameters(args, lists, elements));
  if (kept == nullptr) return;
  RowIndex next = 0;
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    int32_t length = 0;
    for (int32_t i = 0; i < lists[row].length; ++i) {
      if (!isTrue(*kept, next++)) continue;
      builder.child(0).appendFrom(lists.elements(), lists[row].offset + i);
      ++length;
    }
    builder.appendList(length);
  });
}

// exists and forall: true (or false) as soon as one element decides, else null if some was null.
template <bool Deciding>
void testElements(const KernelArgs& args) {
  const Lists lists(args, 0);
  const Elements elements(args, lists);
  const VectorPtr tests = callLambda(args, elements, elementParameters(args, lists, elements));
  if (tests == nullptr) return;
  auto out = args.result<uint8_t>();
  RowIndex next = 0;
  for (const RowIndex row : args.activeRows()) {
    bool decided = false;
    bool sawNull = false;
    for (int32_t i = 0; i < lists[row].length; ++i, ++next) {
      if (tests->isNull(next)) {
        sawNull = true;
      } else if (isTrue(*tests, next) == Deciding) {
        decided = true;
      }
    }
    if (!decided && sawNull) {
      out.setNull(row);
    } else {
      out.set(row, decided == Deciding ? 1 : 0);
    }
  }
}

// The array that a lambda runs over: NULL is none.
Result<DataType> lambdaArray(const BindContext& context, size_t argument) {
  if (argument < context.argumentTypes.size() && context.argumentTypes[argument].is(TypeKind::kNull)) return unexpectedArgumentType(context, argument, "\"ARRAY\"");
  return arrayArgument(context, argument);
}

size_t numParameters(const BindContext& context, size_t argument) {
  const auto* lambda = argument < context.arguments.size() ? context.arguments[argument]->as<LambdaFunction>() : nullptr;
  return lambda == nullptr ? 1 : lambda->variables.size();
}

std::shared_ptr<const void> lambdaData(const BindContext& context) {
  auto data = std::make_shared<LambdaData>();
  data->takesPosition = numParameters(context, 1) > 1;
  return data;
}

Result<std::vector<LambdaParameter>> typeArrayLambda(const BindContext& context, size_t, size_t numVariables) {
  ASSIGN_OR_RETURN(const DataType array, lambdaArray(context, 0));
  std::vector<LambdaParameter> parameters = {{array.elementType(), array.containsNull()}};
  if (numVariables > 1) parameters.push_back({kInt, false});
  return parameters;
}

// Whether a lambda's result of the type may decide over an element; a NULL decides as false does.
bool isPredicate(const DataType& type) { return type.is(TypeKind::kBoolean) || type.is(TypeKind::kNull); }

enum class ArrayLambda { kTransform, kFilter, kExists, kForall };
template <ArrayLambda Which>
Result<FunctionBinding> bindArrayLambda(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  ASSIGN_OR_RETURN(const DataType array, lambdaArray(context, 0));
  FunctionBinding binding;
  binding.argumentTypes = {array, context.argumentTypes[1]};
  switch (Which) {
    case ArrayLambda::kTransform:
      binding.result = DataType::array(context.argumentTypes[1], context.arguments[1]->nullable());
      binding.kernel = transformElements;
      break;
    case ArrayLambda::kFilter:
      binding.result = array;
      binding.kernel = filterElements;
      break;
    case ArrayLambda::kExists:
      binding.result = kBoolean;
      binding.kernel = testElements<true>;
      binding.nullableIfArgumentsAre = !context.arguments[1]->nullable();
      break;
    case ArrayLambda::kForall:
      binding.result = kBoolean;
      binding.kernel = testElements<false>;
      binding.nullableIfArgumentsAre = !context.arguments[1]->nullable();
      break;
  }
  if (Which != ArrayLambda::kTransform && !isPredicate(context.argumentTypes[1])) return unexpectedArgumentType(context, 1, "\"BOOLEAN\"");
  binding.data = lambdaData(context);
  return binding;
}

// aggregate: step by step over all lists at once, as long as the longest one.
void reduceElements(const KernelArgs& args) {
  const Lists lists(args, 0);
  std::vector<RowIndex> rows;
  for (const RowIndex row : args.activeRows()) rows.push_back(row);
  // The state of each active row, by its place in `rows`.
  VectorPtr state = columnar::ColumnVector::dictionary(args.vector(1), static_cast<RowIndex>(rows.size()), [&] {
    auto indices = columnar::Buffer::allocate(rows.size() * sizeof(int32_t) + 4);
    if (!rows.empty()) std::memcpy(indices->mutableData(), rows.data(), rows.size() * sizeof(int32_t));
    return indices;
  }());
  for (int32_t step = 0;; ++step) {
    std::vector<RowIndex> stepRows;
    std::vector<int32_t> places;
    std::vector<int32_t> stateRows;
    for (size_t i = 0; i < rows.size(); ++i) {
      const ListEntry entry = lists[rows[i]];
      if (step >= entry.length) continue;
      stepRows.push_back(rows[i]);
      places.push_back(entry.offset + step);
      stateRows.push_back(static_cast<int32_t>(i));
    }
    if (stepRows.empty()) break;
    const auto wrap = [](const VectorPtr& base, const std::vector<int32_t>& at) {
      auto indices = columnar::Buffer::allocate(at.size() * sizeof(int32_t));
      std::memcpy(indices->mutableData(), at.data(), at.size() * sizeof(int32_t));
      return ColumnVector::dictionary(base, static_cast<RowIndex>(at.size()), std::move(indices));
    };
    auto merged = args.lambda(0).call({wrap(state, stateRows), wrap(lists.elementsPtr(), places)}, stepRows);
    if (!merged.isOk()) return args.fail(merged.status());
    VectorBuilder next(merged.value()->type());
    size_t taken = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      const bool moved = taken < stateRows.size() && stateRows[taken] == static_cast<int32_t>(i);
      if (moved) {
        next.appendFrom(*merged.value(), static_cast<RowIndex>(taken++));
      } else {
        next.appendFrom(*state, static_cast<RowIndex>(i));
      }
    }
    state = next.finish();
  }
  auto finished = args.lambda(1).call({state}, rows);
  if (!finished.isOk()) return args.fail(finished.status());
  size_t at = 0;
  buildRows(args, [&](RowIndex, VectorBuilder& builder) { builder.appendFrom(*finished.value(), static_cast<RowIndex>(at++)); });
}

Result<std::vector<LambdaParameter>> typeReduceLambda(const BindContext& context, size_t argument, size_t) {
  ASSIGN_OR_RETURN(const DataType array, lambdaArray(context, 0));
  if (argument == 2) return std::vector<LambdaParameter>{{context.argumentTypes[1], true}, {array.elementType(), array.containsNull()}};
  return std::vector<LambdaParameter>{{context.argumentTypes[1], true}};
}

Result<FunctionBinding> bindReduce(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 4, 4));
  ASSIGN_OR_RETURN(const DataType array, lambdaArray(context, 0));
  if (!context.argumentTypes[2].sameType(context.argumentTypes[1])) {
    return unexpectedArgumentType(context, 2, "\"" + context.argumentTypes[1].sql() + "\"");
  }
  FunctionBinding binding;
  binding.argumentTypes = {array, context.argumentTypes[1], context.argumentTypes[2], context.argumentTypes[3]};
  binding.result = context.argumentTypes[3];
  binding.kernel = reduceElements;
  binding.nulls = NullRule::kHandledByKernel;
  return binding;
}

void reduceOrNull(const KernelArgs& args) {
  const Lists lists(args, 0);
  Selection present;
  for (const RowIndex row : args.activeRows()) {
    if (!lists.isNull(row)) present.push_back(row);
  }
  if (present.empty()) return args.resultBuffer().setVector(columnar::ColumnVector::nulls(args.resultType(), args.numRows()));
  ResultBuffer result(args.resultType(), args.numRows());
  const VectorPtr arguments[] = {args.vector(0), args.vector(1)};
  const LambdaEvaluator* const lambdas[] = {&args.lambda(0), &args.lambda(1)};
  Status failure;
  reduceElements(KernelArgs({.arguments = arguments, .active = ActiveRows(args.numRows(), present), .result = result, .errors = args.errors(), .lambdas = lambdas, .failure = &failure}));
  if (!failure.isOk()) return args.fail(failure);
  args.resultBuffer().setVector(result.finish());
}
Result<FunctionBinding> bindReduceOrNull(const BindContext& context) {
  ASSIGN_OR_RETURN(FunctionBinding binding, bindReduce(context));
  binding.kernel = reduceOrNull;
  return binding;
}

// zip_with: the shorter list is filled up with null.
void zipElements(const KernelArgs& args) {
  const Lists left(args, 0);
  const Lists right(args, 1);
  std::vector<RowIndex> rows;
  VectorBuilder leftValues(left.elements().type());
  VectorBuilder rightValues(right.elements().type());
  for (const RowIndex row : args.activeRows()) {
    const int32_t length = std::max(left[row].length, right[row].length);
    for (int32_t i = 0; i < length; ++i) {
      rows.push_back(row);
      if (i < left[row].length) {
        leftValues.appendFrom(left.elements(), left[row].offset + i);
      } else {
        leftValues.appendNull();
      }
      if (i < right[row].length) {
        rightValues.appendFrom(right.elements(), right[row].offset + i);
      } else {
        rightValues.appendNull();
      }
    }
  }
  auto results = args.lambda(0).call({leftValues.finish(), rightValues.finish()}, rows);
  if (!results.isOk()) return args.fail(results.status());
  RowIndex next = 0;
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    const int32_t length = std::max(left[row].length, right[row].length);
    for (int32_t i = 0; i < length; ++i) builder.child(0).appendFrom(*results.value(), next++);
    builder.appendList(length);
  });
}
Result<std::vector<LambdaParameter>> typeZipLambda(const BindContext& context, size_t, size_t) {
  ASSIGN_OR_RETURN(const DataType left, lambdaArray(context, 0));
  ASSIGN_OR_RETURN(const DataType right, lambdaArray(context, 1));
  return std::vector<LambdaParameter>{{left.elementType(), true}, {right.elementType(), true}};
}
Result<FunctionBinding> bindZipWith(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 3, 3));
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  binding.result = DataType::array(context.argumentTypes[2], context.arguments[2]->nullable());
  binding.kernel = zipElements;
  return binding;
}

enum class MapLambda { kFilter, kKeys, kKeysLastWin, kValues };
template <MapLambda Which>
void mapEntries(const KernelArgs& args) {
  const Lists maps(args, 0);
  const Elements entries(args, maps);
  const auto& children = (args.vector(0)->isFlat() ? *args.vector(0) : *args.vector(0)->base()).children();
  const VectorPtr results = callLambda(args, entries, {entries.pick(children[0]), entries.pick(children[1])});
  if (results == nullptr) return;
  constexpr bool kMakesKeys = Which == MapLambda::kKeys || Which == MapLambda::kKeysLastWin;
  const VectorPtr compared = kMakesKeys ? comparedValues(results, args.resultType().keyType()) : results;
  RowIndex next = 0;
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    std::vector<std::pair<RowIndex, RowIndex>> chosen;  // of the entries of the new map, the result and the old entry
    for (int32_t i = 0; i < maps[row].length; ++i, ++next) {
      const RowIndex at = maps[row].offset + i;
      if (Which == MapLambda::kFilter && !isTrue(*results, next)) continue;
      if (kMakesKeys) {
        if (results->isNull(next)) {
          args.errors().set(row, Error(condition::kNullMapKey));
        } else {
          const auto same = std::find_if(chosen.begin(), chosen.end(), [&](const auto& other) {
            return !results->isNull(other.first) && columnar::compareValues(*compared, other.first, *compared, next) == 0;
          });
          if (same != chosen.end() && Which == MapLambda::kKeysLastWin) {
            same->second = at;
            continue;
          }
          if (same != chosen.end()) {
            args.errors().set(row, Error(condition::kDuplicatedMapKey)
                                       .with("key", literalText(results->valueAt(next), results->type(), TextStyle::kName))
                                       .with("mapKeyDedupPolicy", "\"spark.sql.mapKeyDedupPolicy\""));
          }
        }
      }
      chosen.emplace_back(next, at);
    }
    for (const auto& [result, at] : chosen) {
      builder.child(0).appendFrom(kMakesKeys ? *results : *children[0], kMakesKeys ? result : at);
      builder.child(1).appendFrom(Which == MapLambda::kValues ? *results : *children[1], Which == MapLambda::kValues ? result : at);
    }
    builder.appendList(static_cast<int32_t>(chosen.size()));
  });
}
Result<std::vector<LambdaParameter>> typeMapLambda(const BindContext& context, size_t, size_t) {
  const DataType& type = context.argumentTypes[0];
  if (!type.is(TypeKind::kMap)) return unexpectedArgumentType(context, 0, "\"MAP\"");
  return std::vector<LambdaParameter>{{type.keyType(), false}, {type.valueType(), type.valueContainsNull()}};
}
template <MapLambda Which>
Result<FunctionBinding> bindMapLambda(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  const DataType& type = context.argumentTypes[0];
  if (!type.is(TypeKind::kMap)) return unexpectedArgumentType(context, 0, "\"MAP\"");
  if (Which == MapLambda::kFilter && !isPredicate(context.argumentTypes[1])) return unexpectedArgumentType(context, 1, "\"BOOLEAN\"");
  FunctionBinding binding;
  binding.argumentTypes = {type, context.argumentTypes[1]};
  binding.result = Which == MapLambda::kFilter ? type
                   : Which == MapLambda::kKeys || Which == MapLambda::kKeysLastWin ? DataType::map(context.argumentTypes[1], type.valueType(), type.valueContainsNull())
                                               : DataType::map(type.keyType(), context.argumentTypes[1], context.arguments[1]->nullable());
  binding.kernel = mapEntries<Which>;
  return binding;
}

}  // namespace

void registerHigherOrder(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"transform"}, .group = Group::kLambda, .since = "2.4.0", .usage = "transform(expr, func) - The array of func's results.", .examples = {{.sql = "SELECT transform(array(1, 2, 3), x -> x + 1)", .result = "[2,3,4]"}}, .bind = bindArrayLambda<ArrayLambda::kTransform>, .lambdaTyper = typeArrayLambda},
      {.names = {"filter"}, .group = Group::kLambda, .since = "2.4.0", .usage = "filter(expr, func) - The elements for which func is true.", .examples = {{.sql = "SELECT filter(array(1, 2, 3), x -> x % 2 == 1)", .result = "[1,3]"}}, .bind = bindArrayLambda<ArrayLambda::kFilter>, .lambdaTyper = typeArrayLambda},
      {.names = {"exists", "any_match"}, .group = Group::kLambda, .since = "2.4.0", .usage = "exists(expr, pred) - Whether pred is true for some element.", .bind = bindArrayLambda<ArrayLambda::kExists>, .lambdaTyper = typeArrayLambda},
      {.names = {"forall"}, .group = Group::kLambda, .since = "3.0.0", .usage = "forall(expr, pred) - Whether pred is true for all elements.", .bind = bindArrayLambda<ArrayLambda::kForall>, .lambdaTyper = typeArrayLambda},
      {.names = {"aggregate", "reduce"}, .group = Group::kLambda, .since = "2.4.0", .usage = "aggregate(expr, start, merge, finish) - The elements merged one by one into a state, which finish turns into the result.", .examples = {{.sql = "SELECT aggregate(array(1, 2, 3), 0, (acc, x) -> acc + x, acc -> acc)", .result = "6"}}, .nulls = NullRule::kHandledByKernel, .bind = bindReduceOrNull, .maxArguments = 4, .lambdaTyper = typeReduceLambda, .identityDefault = true},
      {.names = {"zip_with"}, .group = Group::kLambda, .since = "2.4.0", .usage = "zip_with(left, right, func) - The results of func over the elements of both, the shorter array filled up with NULL.", .bind = bindZipWith, .lambdaTyper = typeZipLambda},
      {.names = {"map_filter"}, .group = Group::kLambda, .since = "3.0.0", .usage = "map_filter(expr, func) - The entries for which func is true.", .bind = bindMapLambda<MapLambda::kFilter>, .lambdaTyper = typeMapLambda},
      {.names = {"transform_keys"}, .group = Group::kLambda, .since = "3.0.0", .usage = "transform_keys(expr, func) - The map with func's results as keys.", .bind = bindMapLambda<MapLambda::kKeys>, .lambdaTyper = typeMapLambda},
      {.names = {"transform_keys_last_win"}, .group = Group::kInternal, .since = "3.0.0", .usage = "As transform_keys; of equal keys the last has its way.", .bind = bindMapLambda<MapLambda::kKeysLastWin>, .display = "transform_keys", .lambdaTyper = typeMapLambda},
      {.names = {"transform_values"}, .group = Group::kLambda, .since = "3.0.0", .usage = "transform_values(expr, func) - The map with func's results as values.", .bind = bindMapLambda<MapLambda::kValues>, .lambdaTyper = typeMapLambda},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
