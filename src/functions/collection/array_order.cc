// array_sort with and without a comparator, array_insert, shuffle.
#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>
#include <random>
#include <span>

#include "base/mersenne_twister.h"
#include "expr/nodes.h"
#include "expr/unresolved.h"
#include "functions/collection/list_rows.h"
#include "functions/types_of_arguments.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;
using columnar::VectorBuilder;

namespace {

// The most elements an array may have.
constexpr int64_t kMaxElements = 2'147'483'632;

// ---- array_sort -----------------------------------------------------------------------------------------------------

void sortNaturally(const KernelArgs& args) {
  const Lists lists(args, 0);
  const VectorPtr compared = comparedElements(args, lists, 0);
  const ColumnVector& elements = *compared;
  std::vector<RowIndex> order;
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    const ListEntry entry = lists[row];
    order.resize(static_cast<size_t>(entry.length));
    std::iota(order.begin(), order.end(), entry.offset);
    std::stable_sort(order.begin(), order.end(), [&](RowIndex a, RowIndex b) {
      if (elements.isNull(a) || elements.isNull(b)) return !elements.isNull(a) && elements.isNull(b);
      return columnar::compareValues(elements, a, elements, b) < 0;
    });
    for (const RowIndex at : order) builder.child(0).appendFrom(lists.elements(), at);
    builder.appendList(entry.length);
  });
}

VectorPtr picked(const VectorPtr& elements, const std::vector<RowIndex>& places) {
  auto indices = columnar::Buffer::allocate(places.size() * sizeof(int32_t));
  std::memcpy(indices->mutableData(), places.data(), places.size() * sizeof(int32_t));
  return ColumnVector::dictionary(elements, static_cast<RowIndex>(places.size()), std::move(indices));
}

// The sort of one list, which asks for one comparison at a time: the order at its beginning is found (turned round where it falls), and each element behind
// it is inserted by bisection. These are the comparisons of Java's sort of short lists: a comparator that contradicts itself gives what it gives there.
class InsertionSort {
 public:
  InsertionSort(RowIndex row, std::span<RowIndex> list) : row_(row), list_(list) {}
  RowIndex row() const { return row_; }
  bool isDone() const { return next_ >= list_.size(); }
  bool isInserting() const { return inserting_; }
  RowIndex left() const { return list_[next_]; }
  RowIndex right() const { return inserting_ ? list_[middle()] : list_[next_ - 1]; }

  // The sign of left() against right().
  void answer(int sign) {
    if (inserting_) return narrow(sign);
    if (next_ == 1) falling_ = sign < 0;
    if ((sign < 0) == falling_) {
      ++next_;
      if (isDone()) endRun();
      return;
    }
    endRun();
    inserting_ = true;
    high_ = next_;
  }

 private:
  size_t middle() const { return (low_ + high_) / 2; }
  void endRun() {
    if (falling_) std::reverse(list_.begin(), list_.begin() + static_cast<int64_t>(next_));
  }
  void narrow(int sign) {
    if (sign < 0) {
      high_ = middle();
    } else {
      low_ = middle() + 1;
    }
    if (low_ < high_) return;
    std::rotate(list_.begin() + static_cast<int64_t>(low_), list_.begin() + static_cast<int64_t>(next_), list_.begin() + static_cast<int64_t>(next_) + 1);
    ++next_;
    low_ = 0;
    high_ = next_;
  }

  RowIndex row_;
  std::span<RowIndex> list_;
  size_t next_ = 1;
  size_t low_ = 0;
  size_t high_ = 0;
  bool falling_ = false;
  bool inserting_ = false;
};

// One merge of two sorted runs of a row's order: [next, middle) and [second, end).
struct Merge {
  RowIndex row = 0;
  size_t next = 0;
  size_t middle = 0;
  size_t second = 0;
  size_t end = 0;
  size_t out = 0;
};

// Sorts all lists at once: each call of the comparator answers one comparison of every list under way. Short lists are sorted by insertion, long ones merged.
class ComparatorSort {
 public:
  ComparatorSort(const KernelArgs& args, const Lists& lists, bool nullIsEqual) : args_(args), lists_(lists), nullIsEqual_(nullIsEqual) {
    for (const RowIndex row : args.activeRows()) {
      begins_.push_back(order_.size());
      rows_.push_back(row);
      for (int32_t i = 0; i < lists[row].length; ++i) order_.push_back(lists[row].offset + i);
    }
    begins_.push_back(order_.size());
  }
  const std::vector<RowIndex>& order() const { return order_; }

  // False after a failure.
  bool run() { return insert() && merge(); }

 private:
  static constexpr size_t kShort = 32;  // lists below this are sorted by insertion alone

  bool insert() {
    std::vector<InsertionSort> sorts;
    std::vector<size_t> lists;
    for (size_t i = 0; i < rows_.size(); ++i) {
      sorts.emplace_back(rows_[i], std::span(order_).subspan(begins_[i], begins_[i + 1] - begins_[i]));
      if (sorts.back().isDone()) {
        sorts.pop_back();
      } else {
        lists.push_back(i);
      }
    }
    while (!sorts.empty()) {
      left_.clear();
      right_.clear();
      asked_.clear();
      for (const InsertionSort& sort : sorts) {
        left_.push_back(sort.left());
        right_.push_back(sort.right());
        asked_.push_back(sort.row());
      }
      if (!compare()) return false;
      size_t kept = 0;
      for (size_t i = 0; i < sorts.size(); ++i) {
        sorts[i].answer(signs_[i]);
        const size_t list = lists[i];
        const bool isLong = begins_[list + 1] - begins_[list] >= kShort;
        if (isLong && sorts[i].isInserting()) unsorted_.push_back(list);
        if (sorts[i].isDone() || (isLong && sorts[i].isInserting())) continue;
        sorts[kept] = sorts[i];
        lists[kept++] = list;
      }
      sorts.erase(sorts.begin() + static_cast<int64_t>(kept), sorts.end());
      lists.resize(kept);
    }
    return true;
  }

  bool merge() {
    size_t longest = 0;
    for (const size_t i : unsorted_) longest = std::max(longest, begins_[i + 1] - begins_[i]);
    for (size_t width = 1; width < longest; width *= 2) {
      sorted_ = order_;
      std::vector<Merge> merges;
      for (const size_t i : unsorted_) {
        for (size_t at = begins_[i]; at + width < begins_[i + 1]; at += 2 * width) {
          merges.push_back({rows_[i], at, at + width, at + width, std::min(at + 2 * width, begins_[i + 1]), at});
        }
      }
      while (!merges.empty()) {
        if (!step(merges)) return false;
      }
      order_.swap(sorted_);
    }
    return true;
  }

  bool step(std::vector<Merge>& merges) {
    left_.clear();
    right_.clear();
    asked_.clear();
    for (const Merge& merge : merges) {
      left_.push_back(order_[merge.next]);
      right_.push_back(order_[merge.second]);
      asked_.push_back(merge.row);
    }
    if (!compare()) return false;
    size_t kept = 0;
    for (size_t i = 0; i < merges.size(); ++i) {
      Merge merge = merges[i];
      sorted_[merge.out++] = signs_[i] > 0 ? order_[merge.second++] : order_[merge.next++];
      if (merge.next < merge.middle && merge.second < merge.end) {
        merges[kept++] = merge;
        continue;
      }
      while (merge.next < merge.middle) sorted_[merge.out++] = order_[merge.next++];
      while (merge.second < merge.end) sorted_[merge.out++] = order_[merge.second++];
    }
    merges.resize(kept);
    return true;
  }

  // Fills signs_ with how the elements at left_ stand to those at right_.
  bool compare() {
    auto compared = args_.lambda(0).call({picked(lists_.elementsPtr(), left_), picked(lists_.elementsPtr(), right_)}, asked_);
    if (!compared.isOk()) {
      args_.fail(compared.status());
      return false;
    }
    const columnar::VectorReader<int32_t> signs(*compared.value());
    signs_.assign(asked_.size(), 0);
    for (size_t i = 0; i < asked_.size(); ++i) {
      const auto at = static_cast<RowIndex>(i);
      if (!signs.isNull(at)) {
        signs_[i] = signs[at];
      } else if (!nullIsEqual_) {
        const auto textOf = [&](RowIndex place) { return literalText(lists_.elements().valueAt(place), lists_.elements().type(), TextStyle::kName); };
        args_.errors().set(asked_[i], Error(condition::kComparatorReturnsNull).with("firstValue", textOf(left_[i])).with("secondValue", textOf(right_[i])));
      }
    }
    return true;
  }

  const KernelArgs& args_;
  const Lists& lists_;
  const bool nullIsEqual_;
  std::vector<RowIndex> rows_;
  std::vector<size_t> begins_;
  std::vector<RowIndex> order_;
  std::vector<RowIndex> sorted_;
  std::vector<size_t> unsorted_;  // long lists that are to be merged
  // The comparisons under way.
  std::vector<RowIndex> left_;
  std::vector<RowIndex> right_;
  std::vector<RowIndex> asked_;
  std::vector<int32_t> signs_;
};

template <bool kNullIsEqual>
void sortByComparator(const KernelArgs& args) {
  const Lists lists(args, 0);
  ComparatorSort sort(args, lists, kNullIsEqual);
  if (!sort.run()) return;
  size_t next = 0;
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    for (int32_t i = 0; i < lists[row].length; ++i) builder.child(0).appendFrom(lists.elements(), sort.order()[next++]);
    builder.appendList(lists[row].length);
  });
}

Result<std::vector<LambdaParameter>> typeComparator(const BindContext& context, size_t, size_t) {
  if (context.argumentTypes[0].is(TypeKind::kNull)) return unexpectedArgumentType(context, 0, "\"ARRAY\"");
  ASSIGN_OR_RETURN(const DataType array, arrayArgument(context, 0));
  return std::vector<LambdaParameter>(2, {array.elementType(), array.containsNull()});
}

template <bool kNullIsEqual>
Result<FunctionBinding> bindArraySort(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  ASSIGN_OR_RETURN(const DataType array, arrayArgument(context, 0));
  FunctionBinding binding;
  binding.argumentTypes = {array};
  binding.result = array;
  if (context.argumentTypes.size() == 1) {
    if (!array.elementType().isOrderable()) {
      return Error(condition::kDatatypeMismatchInvalidOrderingType)
          .with("sqlExpr", "\"" + callText(context) + "\"")
          .with("functionName", "`array_sort`")
          .with("dataType", quotedSql(array));
    }
    binding.kernel = sortNaturally;
    return binding;
  }
  if (!context.argumentTypes[1].is(TypeKind::kInteger)) {
    return Error(condition::kDatatypeMismatchUnexpectedReturnType)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("functionName", "`lambdafunction`")
        .with("expectedType", "\"INT\"")
        .with("actualType", quotedSql(context.argumentTypes[1]));
  }
  binding.argumentTypes.push_back(kInt);
  binding.kernel = sortByComparator<kNullIsEqual>;
  binding.canRaise = true;
  return binding;
}

// Without a comparator, the call is shown with the one that nulls-last order is.
Result<ExprPtr> rewriteArraySort(const BindContext& context) {
  if (context.arguments.size() != 1) return ExprPtr();
  static constexpr const char* kShown =
      "array_sort({0}, lambdafunction((IF((({1} IS NULL) AND ({1} IS NULL)), 0, (IF(({1} IS NULL), 1, (IF(({1} IS NULL), -1, (IF(({1} < {1}), -1, "
      "(IF(({1} > {1}), 1, 0)))))))))), {1}, {1}))";
  RuntimeReplaceable replaced;
  replaced.text = fmt::format(kShown, columnName(context.arguments[0], context.options.timeZone), "namedlambdavariable()");
  ASSIGN_OR_RETURN(replaced.replacement, makeFunctionCall("array_sort", {context.arguments[0]}, context.options));
  return ExprPtr(makeExpr(std::move(replaced)));
}

// ---- array_insert ---------------------------------------------------------------------------------------------------

// With `legacy`, positions from the end count from in front of the last element (spark.sql.legacy.negativeIndexInArrayInsert).
void insertElement(const KernelArgs& args, const Lists& lists, const ColumnVector& value, RowIndex row, int64_t position, bool legacy, VectorBuilder& builder) {
  const ListEntry entry = lists[row];
  const int64_t shift = legacy && position < 0 ? 1 : 0;
  const bool extendsLeft = position < 0 && -position + shift > entry.length + 1;
  const int64_t length = extendsLeft ? -position + shift : std::max<int64_t>(entry.length + 1, position);
  if (position == 0 || length > kMaxElements) {
    builder.appendNull();
    if (position == 0) return args.errors().set(row, Error(condition::kInvalidIndexOfZero));
    return args.errors().set(row, Error(condition::kCollectionSizeLimitExceededFunction)
                                      .with("numberOfElements", std::to_string(length))
                                      .with("maxRoundedArrayLength", std::to_string(kMaxElements))
                                      .with("functionName", "`array_insert`"));
  }
  // Where the value and the old elements come to lie; what is left between is null.
  const int64_t at = position > 0 ? position - 1 : extendsLeft ? 0 : entry.length + 1 + position - shift;
  VectorBuilder& out = builder.child(0);
  int64_t taken = extendsLeft ? entry.length - (length - 1) : 0;
  for (int64_t i = 0; i < length; ++i) {
    if (i == at) {
      out.appendFrom(value, row);
      continue;
    }
    if (taken >= 0 && taken < entry.length) {
      out.appendFrom(lists.elements(), entry.offset + static_cast<RowIndex>(taken));
    } else {
      out.appendNull();
    }
    ++taken;
  }
  builder.appendList(static_cast<int32_t>(length));
}

template <bool kLegacy>
void insertElements(const KernelArgs& args) {
  const Lists lists(args, 0);
  const auto positions = args.column<int32_t>(1);
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    if (lists.isNull(row) || positions.isNull(row)) return builder.appendNull();
    insertElement(args, lists, *args.vector(2), row, positions[row], kLegacy, builder);
  });
}

// array_append is array_insert at -1: in the legacy mode in front of the last element.
void appendLegacy(const KernelArgs& args) {
  const Lists lists(args, 0);
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    if (lists.isNull(row)) return builder.appendNull();
    insertElement(args, lists, *args.vector(1), row, -1, true, builder);
  });
}
Result<FunctionBinding> bindAppendLegacy(const BindContext& context) {
  ASSIGN_OR_RETURN(FunctionBinding binding, bindArrayWithValue(context));
  binding.result = DataType::array(binding.result.elementType(), true);
  binding.kernel = appendLegacy;
  return binding;
}

template <bool kLegacy>
Result<FunctionBinding> bindInsert(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 3, 3));
  const DataType& array = context.argumentTypes[0];
  const DataType& position = context.argumentTypes[1];
  if (array.is(TypeKind::kArray) && (!position.isIntegral() || position.is(TypeKind::kLong))) return unexpectedArgumentType(context, 1, "\"INT\"");
  const auto common = array.is(TypeKind::kArray) ? findTightestCommonType(array.elementType(), context.argumentTypes[2], context.options.ansi) : std::nullopt;
  const DataType& value = context.argumentTypes[2];
  const bool collatesElse = common && array.elementType().is(TypeKind::kString) && value.is(TypeKind::kString) && array.elementType().collation() != value.collation();
  if (!common || collatesElse) {
    return Error(condition::kDatatypeMismatchArrayFunctionDiffTypes)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("functionName", "`array_insert`")
        .with("dataType", "\"ARRAY\"")
        .with("leftType", quotedSql(array))
        .with("rightType", quotedSql(context.argumentTypes[2]));
  }
  FunctionBinding binding;
  binding.argumentTypes = {DataType::array(*common, array.containsNull()), kInt, *common};
  binding.result = DataType::array(*common, true);
  binding.kernel = insertElements<kLegacy>;
  binding.canRaise = true;
  return binding;
}

// ---- shuffle --------------------------------------------------------------------------------------------------------

struct ShuffleData {
  int64_t seed = 0;
};

void shuffleElements(const KernelArgs& args) {
  if (args.state() == nullptr) args.state() = std::make_shared<MersenneTwister>(args.data<ShuffleData>().seed + args.partition());
  auto& random = *static_cast<MersenneTwister*>(args.state().get());
  const Lists lists(args, 0);
  std::vector<RowIndex> order;
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    if (lists.isNull(row)) return builder.appendNull();
    // Fisher and Yates' shuffle, from the inside out, with the numbers that Spark draws.
    order.resize(static_cast<size_t>(lists[row].length));
    for (int32_t i = 0; i < lists[row].length; ++i) {
      const auto j = static_cast<size_t>(random.nextInt(i + 1));
      order[static_cast<size_t>(i)] = order[j];
      order[j] = lists[row].offset + i;
    }
    for (const RowIndex at : order) builder.child(0).appendFrom(lists.elements(), at);
    builder.appendList(lists[row].length);
  });
}

Result<FunctionBinding> bindShuffle(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  ASSIGN_OR_RETURN(const DataType array, arrayArgument(context, 0));
  FunctionBinding binding;
  binding.argumentTypes = {array};
  auto data = std::make_shared<ShuffleData>();
  if (context.argumentTypes.size() == 2) {
    if (context.constants[1] == nullptr) {
      return Error(condition::kSeedExpressionIsUnfoldable).with("seedExpr", quotedExpression(context.arguments[1])).with("exprWithSeed", "\"" + callText(context) + "\"");
    }
    if (!context.argumentTypes[1].isIntegral()) return unexpectedArgumentType(context, 1, "\"INTEGRAL\"");
    binding.argumentTypes.push_back(context.argumentTypes[1]);
    data->seed = context.constants[1]->isNull() ? 0 : context.constants[1]->asInteger();
  } else {
    data->seed = static_cast<int64_t>(std::random_device{}());
  }
  binding.result = array;
  binding.kernel = shuffleElements;
  binding.data = std::move(data);
  return binding;
}

}  // namespace

void registerArrayOrder(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"array_sort"}, .group = Group::kLambda, .since = "2.4.0", .usage = "array_sort(expr[, func]) - The elements in order, NULLs last, or in the order of a comparator.",
       .examples = {{.sql = "SELECT array_sort(array(5, 6, 1), (left, right) -> case when left < right then -1 when left > right then 1 else 0 end)", .result = "[1,5,6]"}},
       .bind = bindArraySort<false>, .rewrite = rewriteArraySort, .lambdaTyper = typeComparator},
      {.names = {"array_sort_null_equal"}, .group = Group::kInternal, .since = "3.4.0", .usage = "As array_sort; elements whose comparison is NULL are equal.",
       .bind = bindArraySort<true>, .rewrite = rewriteArraySort, .display = "array_sort", .lambdaTyper = typeComparator},
      {.names = {"array_insert"}, .group = Group::kArray, .since = "3.4.0", .usage = "array_insert(x, pos, val) - The array with val at position pos, from 1 or from the end.",
       .examples = {{.sql = "SELECT array_insert(array(1, 2, 3, 4), 5, 5)", .result = "[1,2,3,4,5]"}}, .nulls = NullRule::kHandledByKernel, .bind = bindInsert<false>},
      {.names = {"array_insert_legacy"}, .group = Group::kInternal, .since = "3.5.0", .usage = "As array_insert, with positions from in front of the last element.",
       .nulls = NullRule::kHandledByKernel, .bind = bindInsert<true>, .display = "array_insert"},
      {.names = {"array_append_legacy"}, .group = Group::kInternal, .since = "3.5.0", .usage = "As array_append, in front of the last element.",
       .nulls = NullRule::kHandledByKernel, .bind = bindAppendLegacy, .display = "array_append"},
      {.names = {"shuffle"}, .group = Group::kArray, .since = "2.4.0", .usage = "shuffle(array[, seed]) - The elements in a random order.", .nulls = NullRule::kHandledByKernel, .deterministic = false, .bind = bindShuffle},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
