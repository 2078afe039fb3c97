// Window functions that clients call by name and SQL does not show: null_index, ewm. Their frame is that of a running sum.
#include <memory>

#include "columnar/vector_reader.h"
#include "expr/function_registry.h"
#include "functions/types_of_arguments.h"

namespace flint::functions {

using namespace expr;
using columnar::RowIndex;
using columnar::VectorBuilder;
using columnar::VectorReader;

namespace {

// The place of a NULL among those that follow one another, from 1; 0 for other values.
Status numberNulls(const WindowPartition& partition, const WindowBinding&, VectorBuilder& result) {
  int32_t index = 0;
  for (int64_t row = 0; row < partition.numRows(); ++row) {
    index = partition.argument(0).isNull(static_cast<RowIndex>(row)) ? index + 1 : 0;
    result.appendFixed(index);
  }
  return Status::ok();
}

Result<WindowBinding> bindNullIndex(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  WindowBinding binding;
  binding.argumentTypes = {context.argumentTypes[0]};
  binding.result = kInt;
  binding.nullable = false;
  binding.evaluate = numberNulls;
  return binding;
}

struct Weights {
  double alpha;
  bool ignoresNulls;  // else the weights shrink at NULLs too
};

// The average with exponentially shrinking weights.
Status averageWeighted(const WindowPartition& partition, const WindowBinding& binding, VectorBuilder& result) {
  const auto& weights = *static_cast<const Weights*>(binding.data.get());
  const double beta = 1.0 - weights.alpha;
  const VectorReader<double> values(partition.argument(0));
  double numerator = 0;
  double denominator = 0;
  double average = 0;
  bool hasAverage = false;
  for (int64_t row = 0; row < partition.numRows(); ++row) {
    if (!values.isNull(static_cast<RowIndex>(row))) {
      numerator = numerator * beta + values[static_cast<RowIndex>(row)];
      denominator = denominator * beta + 1.0;
      average = numerator / denominator;
      hasAverage = true;
    } else if (!weights.ignoresNulls) {
      numerator *= beta;
      denominator *= beta;
    }
    if (hasAverage) {
      result.appendFixed(average);
    } else {
      result.appendNull();
    }
  }
  return Status::ok();
}

Result<WindowBinding> bindWeightedAverage(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 3, 3));
  const Value* alpha = context.constants[1];
  const Value* ignoresNulls = context.constants[2];
  if (alpha == nullptr || alpha->isNull() || !context.argumentTypes[1].is(TypeKind::kDouble) || !(alpha->asFloating() > 0) || alpha->asFloating() > 1) {
    return unexpectedArgumentType(context, 1, "\"DOUBLE\"");
  }
  if (ignoresNulls == nullptr || ignoresNulls->isNull() || !context.argumentTypes[2].is(TypeKind::kBoolean)) return unexpectedArgumentType(context, 2, "\"BOOLEAN\"");
  WindowBinding binding;
  binding.argumentTypes = {kDouble, kDouble, kBoolean};
  binding.result = kDouble;
  binding.evaluate = averageWeighted;
  binding.data = std::make_shared<const Weights>(Weights{alpha->asFloating(), ignoresNulls->asBoolean()});
  return binding;
}

}  // namespace

void registerClientWindows(FunctionRegistry& registry) {
  static const WindowFunction kFunctions[] = {
      {.names = {"null_index"}, .since = "3.3.0", .usage = "", .bind = bindNullIndex},
      {.names = {"ewm"}, .since = "3.3.0", .usage = "", .bind = bindWeightedAverage},
  };
  for (const WindowFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
