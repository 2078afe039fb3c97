// row_number, rank, dense_rank, percent_rank, cume_dist, ntile; lag, lead, nth_value.
#include <algorithm>
#include <memory>
#include <optional>

#include "expr/expression_text.h"
#include "expr/function_registry.h"
#include "expr/nodes.h"
#include "functions/types_of_arguments.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;
using columnar::VectorBuilder;

namespace {

Status numberRows(const WindowPartition& partition, const WindowBinding&, VectorBuilder& result) {
  for (int64_t row = 0; row < partition.numRows(); ++row) result.appendFixed(static_cast<int32_t>(row + 1));
  return Status::ok();
}

Status rankRows(const WindowPartition& partition, const WindowBinding&, VectorBuilder& result) {
  for (int64_t row = 0; row < partition.numRows();) {
    const int64_t end = partition.peersEnd(row);
    const auto rank = static_cast<int32_t>(row + 1);
    for (; row < end; ++row) result.appendFixed(rank);
  }
  return Status::ok();
}

Status rankDensely(const WindowPartition& partition, const WindowBinding&, VectorBuilder& result) {
  int32_t rank = 0;
  for (int64_t row = 0; row < partition.numRows();) {
    const int64_t end = partition.peersEnd(row);
    ++rank;
    for (; row < end; ++row) result.appendFixed(rank);
  }
  return Status::ok();
}

Status rankInPercent(const WindowPartition& partition, const WindowBinding&, VectorBuilder& result) {
  const int64_t count = partition.numRows();
  for (int64_t row = 0; row < count;) {
    const int64_t end = partition.peersEnd(row);
    const double rank = count > 1 ? static_cast<double>(row) / static_cast<double>(count - 1) : 0.0;
    for (; row < end; ++row) result.appendFixed(rank);
  }
  return Status::ok();
}

Status distributeRows(const WindowPartition& partition, const WindowBinding&, VectorBuilder& result) {
  const int64_t count = partition.numRows();
  for (int64_t row = 0; row < count;) {
    const int64_t end = partition.peersEnd(row);
    const double share = static_cast<double>(end) / static_cast<double>(count);
    for (; row < end; ++row) result.appendFixed(share);
  }
  return Status::ok();
}

Status splitRows(const WindowPartition& partition, const WindowBinding& binding, VectorBuilder& result) {
  const int64_t buckets = *static_cast<const int64_t*>(binding.data.get());
  const int64_t size = partition.numRows() / buckets;
  const int64_t larger = partition.numRows() % buckets;  // the first so many hold one row more
  for (int64_t row = 0; row < partition.numRows(); ++row) {
    const int64_t inLarger = larger * (size + 1);
    const int64_t bucket = row < inLarger ? row / (size + 1) : larger + (row - inLarger) / std::max<int64_t>(size, 1);
    result.appendFixed(static_cast<int32_t>(bucket + 1));
  }
  return Status::ok();
}

template <Status (*Evaluate)(const WindowPartition&, const WindowBinding&, VectorBuilder&), bool IsDouble, bool TakesAny>
Result<WindowBinding> bindRank(const BindContext& context, bool) {
  // Spark's ranks carry their order as arguments; a call has none.
  if (!TakesAny) RETURN_IF_ERROR(checkArgumentCount(context, 0, 0));
  WindowBinding binding;
  binding.result = IsDouble ? kDouble : kInt;
  binding.nullable = false;
  binding.evaluate = Evaluate;
  return binding;
}

Error notConstant(const BindContext& context, const char* name, size_t argument) {
  return Error(condition::kDatatypeMismatchNonFoldableInput)
      .with("sqlExpr", "\"" + callText(context) + "\"")
      .with("inputName", "`" + std::string(name) + "`")
      .with("inputType", "\"INT\"")
      .with("inputExpr", quotedExpression(context.arguments[argument]));
}

Result<WindowBinding> bindNtile(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 0, 1));
  auto buckets = std::make_shared<int64_t>(1);
  if (!context.argumentTypes.empty()) {
    if (context.constants[0] == nullptr || context.constants[0]->isNull()) return notConstant(context, "buckets", 0);
    if (!context.argumentTypes[0].is(TypeKind::kInteger)) return unexpectedArgumentType(context, 0, "\"INT\"");
    *buckets = context.constants[0]->asInteger();
    if (*buckets <= 0) {
      return Error(condition::kDatatypeMismatchValueOutOfRange)
          .with("sqlExpr", "\"" + callText(context) + "\"")
          .with("exprName", "buckets")
          .with("valueRange", "(0, 2147483647]")
          .with("currentValue", std::to_string(*buckets));
    }
  }
  WindowBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  binding.result = kInt;
  binding.nullable = false;
  binding.evaluate = splitRows;
  binding.data = std::move(buckets);
  return binding;
}

// The row that lies `distance` rows on from `row`, nulls of the first argument passed over when they are ignored; nothing beyond the partition.
std::optional<int64_t> rowAt(const WindowPartition& partition, int64_t row, int64_t distance, bool ignoreNulls) {
  if (!ignoreNulls || distance == 0) {
    const int64_t at = row + distance;
    return at >= 0 && at < partition.numRows() ? std::optional(at) : std::nullopt;
  }
  const int64_t step = distance > 0 ? 1 : -1;
  int64_t left = distance > 0 ? distance : -distance;
  for (int64_t at = row + step; at >= 0 && at < partition.numRows(); at += step) {
    if (!partition.argument(0).isNull(static_cast<columnar::RowIndex>(at)) && --left == 0) return at;
  }
  return std::nullopt;
}

Status shiftRows(const WindowPartition& partition, const WindowBinding& binding, VectorBuilder& result) {
  const int64_t distance = *static_cast<const int64_t*>(binding.data.get());
  for (int64_t row = 0; row < partition.numRows(); ++row) {
    if (const auto at = rowAt(partition, row, distance, binding.ignoreNulls)) {
      result.appendFrom(partition.argument(0), static_cast<columnar::RowIndex>(*at));
    } else {
      result.appendFrom(partition.argument(2), static_cast<columnar::RowIndex>(row));
    }
  }
  return Status::ok();
}

template <int Direction>
Result<WindowBinding> bindShift(const BindContext& context, bool ignoreNulls) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 3));
  WindowBinding binding;
  auto distance = std::make_shared<int64_t>(Direction);
  if (context.argumentTypes.size() > 1) {
    if (context.constants[1] == nullptr || context.constants[1]->isNull()) return notConstant(context, "offset", 1);
    if (!context.argumentTypes[1].isIntegral()) return unexpectedArgumentType(context, 1, "\"INT\"");
    *distance = context.constants[1]->asInteger() * Direction;
  }
  binding.result = context.argumentTypes[0];
  if (context.argumentTypes.size() > 2) {
    // The default is taken as the value's type.
    const auto common = context.argumentTypes[0].is(TypeKind::kNull) ? std::optional(context.argumentTypes[2])
                                                                     : implicitCast(context.argumentTypes[2], context.argumentTypes[0], context.options.ansi);
    if (!common) {
      return Error(condition::kDatatypeMismatchDataDiffTypes)
          .with("sqlExpr", "\"" + callText(context) + "\"")
          .with("functionName", "`" + std::string(context.name) + "`")
          .with("dataType", "(\"" + context.argumentTypes[0].sql() + "\" or \"" + context.argumentTypes[2].sql() + "\")");
    }
    if (context.argumentTypes[0].is(TypeKind::kNull)) binding.result = *common;
  }
  binding.argumentTypes = {binding.result, kInt, binding.result};
  binding.argumentTypes.resize(std::max<size_t>(context.argumentTypes.size(), 1));
  binding.evaluate = shiftRows;
  binding.ignoreNulls = ignoreNulls;
  binding.data = std::move(distance);
  return binding;
}

// Without a default the rows beyond the partition are null.
Status shiftRowsOrNull(const WindowPartition& partition, const WindowBinding& binding, VectorBuilder& result) {
  const int64_t distance = *static_cast<const int64_t*>(binding.data.get());
  for (int64_t row = 0; row < partition.numRows(); ++row) {
    if (const auto at = rowAt(partition, row, distance, binding.ignoreNulls)) {
      result.appendFrom(partition.argument(0), static_cast<columnar::RowIndex>(*at));
    } else {
      result.appendNull();
    }
  }
  return Status::ok();
}

template <int Direction>
Result<WindowBinding> bindLagLead(const BindContext& context, bool ignoreNulls) {
  ASSIGN_OR_RETURN(WindowBinding binding, bindShift<Direction>(context, ignoreNulls));
  if (context.argumentTypes.size() < 3) binding.evaluate = shiftRowsOrNull;
  return binding;
}

Status takeNth(const WindowPartition& partition, const WindowBinding& binding, VectorBuilder& result) {
  const int64_t nth = *static_cast<const int64_t*>(binding.data.get());
  const columnar::ColumnVector& values = partition.argument(0);
  for (int64_t row = 0; row < partition.numRows(); ++row) {
    const int64_t begin = partition.frameBegin(row);
    const int64_t end = partition.frameEnd(row);
    int64_t at = begin + nth - 1;
    if (binding.ignoreNulls) {
      int64_t left = nth;
      for (at = begin; at < end; ++at) {
        if (!values.isNull(static_cast<columnar::RowIndex>(at)) && --left == 0) break;
      }
    }
    if (at < end) {
      result.appendFrom(values, static_cast<columnar::RowIndex>(at));
    } else {
      result.appendNull();
    }
  }
  return Status::ok();
}

Result<WindowBinding> bindNthValue(const BindContext& context, bool ignoreNulls) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  if (context.constants[1] == nullptr || context.constants[1]->isNull()) return notConstant(context, "offset", 1);
  const DataType& offsetType = context.argumentTypes[1];
  if (!offsetType.isIntegral() && !offsetType.isStringLike()) return unexpectedArgumentType(context, 1, "\"INT\"");
  Value offset = *context.constants[1];
  if (offsetType.isStringLike()) {
    const CastMode mode = context.options.ansi ? CastMode::kAnsi : CastMode::kLegacy;
    ASSIGN_OR_RETURN(offset, evaluateFoldable(makeNode<Cast>(context.arguments[1], kInt, mode, true), context.options));
    if (offset.isNull()) return notConstant(context, "offset", 1);
  }
  auto nth = std::make_shared<int64_t>(offset.asInteger());
  if (*nth <= 0) {
    return Error(condition::kDatatypeMismatchValueOutOfRange)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("exprName", "offset")
        .with("valueRange", "(0, 9223372036854775807]")
        .with("currentValue", std::to_string(*nth) + "L");
  }
  WindowBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  binding.result = context.argumentTypes[0];
  binding.usesFrame = true;
  binding.evaluate = takeNth;
  binding.ignoreNulls = ignoreNulls;
  binding.data = std::move(nth);
  return binding;
}

}  // namespace

void registerWindowFunctions(FunctionRegistry& registry) {
  static const WindowFunction kFunctions[] = {
      {.names = {"row_number"}, .since = "2.0.0", .usage = "row_number() - The number of the row in its window partition, from 1.", .bind = bindRank<numberRows, false, false>},
      {.names = {"rank"}, .since = "2.0.0", .usage = "rank() - One more than the number of rows before the current one's peers.", .bind = bindRank<rankRows, false, true>},
      {.names = {"dense_rank"}, .since = "2.0.0", .usage = "dense_rank() - The rank without gaps.", .bind = bindRank<rankDensely, false, true>},
      {.names = {"percent_rank"}, .since = "2.0.0", .usage = "percent_rank() - (rank - 1) / (rows - 1).", .bind = bindRank<rankInPercent, true, true>},
      {.names = {"cume_dist"}, .since = "2.0.0", .usage = "cume_dist() - The share of rows up to the current one and its peers.", .bind = bindRank<distributeRows, true, false>},
      {.names = {"ntile"}, .since = "2.0.0", .usage = "ntile(n) - The number of the row's bucket, of n that are as equal as can be.", .bind = bindNtile},
      {.names = {"lag"}, .since = "2.0.0", .usage = "lag(input[, offset[, default]]) - The value offset rows before.", .acceptsIgnoreNulls = true, .bind = bindLagLead<-1>},
      {.names = {"lead"}, .since = "2.0.0", .usage = "lead(input[, offset[, default]]) - The value offset rows behind.", .acceptsIgnoreNulls = true, .bind = bindLagLead<1>},
      {.names = {"nth_value"}, .since = "3.1.0", .usage = "nth_value(input[, offset]) - The value of the frame's row number offset.", .acceptsIgnoreNulls = true, .bind = bindNthValue},
  };
  for (const WindowFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
