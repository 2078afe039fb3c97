// Functions of HyperLogLog sketches: hll_sketch_estimate, hll_union.
#include <cmath>
#include <memory>

#include "expr/function_registry.h"
#include "functions/sketch/hll_sketch.h"
#include "functions/types_of_arguments.h"

namespace flint::functions {

using namespace expr;

namespace {

struct HllData {
  std::string functionName;
};

std::optional<HllSketch> readSketch(const KernelArgs& args, std::string_view bytes, RowIndex row) {
  auto sketch = HllSketch::read(bytes);
  if (!sketch) args.errors().set(row, Error(condition::kHllInvalidInputSketchBuffer).with("function", args.data<HllData>().functionName));
  return sketch;
}

void estimate(const KernelArgs& args) {
  const auto sketches = args.column<StringView>(0);
  auto* out = args.result<int64_t>().values();
  for (const RowIndex row : args.activeRows()) {
    const auto sketch = readSketch(args, sketches[row].view(), row);
    out[row] = sketch ? static_cast<int64_t>(std::floor(sketch->estimate() + 0.5)) : 0;
  }
}

void unite(const KernelArgs& args) {
  const auto left = args.column<StringView>(0);
  const auto right = args.column<StringView>(1);
  const auto differing = args.column<uint8_t>(2);
  auto out = args.result<StringView>();
  for (const RowIndex row : args.activeRows()) {
    auto a = readSketch(args, left[row].view(), row);
    const auto b = a ? readSketch(args, right[row].view(), row) : std::nullopt;
    if (!a || !b) continue;
    if (a->lgK() != b->lgK() && differing[row] == 0) {
      args.errors().set(row, Error(condition::kHllUnionDifferentLgK)
                                 .with("left", std::to_string(a->lgK()))
                                 .with("right", std::to_string(b->lgK()))
                                 .with("function", args.data<HllData>().functionName));
      continue;
    }
    HllSketch united(std::min(a->lgK(), b->lgK()));
    united.merge(*a);
    united.merge(*b);
    out.set(row, united.serialize());
  }
}

Result<FunctionBinding> bindSketches(const BindContext& context, size_t numSketches, DataType result, Kernel kernel) {
  const size_t count = numSketches == 2 ? 3 : 1;
  RETURN_IF_ERROR(checkArgumentCount(context, count, count));
  FunctionBinding binding;
  for (size_t i = 0; i < numSketches; ++i) {
    const DataType& type = context.argumentTypes[i];
    if (!type.is(TypeKind::kBinary) && !type.is(TypeKind::kNull)) return unexpectedArgumentType(context, i, "\"BINARY\"");
    binding.argumentTypes.push_back(kBinary);
  }
  if (count == 3) {
    if (!context.argumentTypes[2].is(TypeKind::kBoolean)) return unexpectedArgumentType(context, 2, "\"BOOLEAN\"");
    binding.argumentTypes.push_back(kBoolean);
  }
  binding.result = std::move(result);
  binding.kernel = kernel;
  binding.canRaise = true;
  binding.data = std::make_shared<HllData>(HllData{quoteIdentifier(context.name)});
  return binding;
}
Result<FunctionBinding> bindEstimate(const BindContext& context) { return bindSketches(context, 1, kBigint, estimate); }
Result<FunctionBinding> bindUnion(const BindContext& context) { return bindSketches(context, 2, kBinary, unite); }

}  // namespace

void registerHllFunctions(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"hll_sketch_estimate"}, .group = Group::kSketch, .since = "3.5.0", .usage = "hll_sketch_estimate(expr) - About how many different values a HyperLogLog sketch has seen.", .bind = bindEstimate},
      {.names = {"hll_union"}, .group = Group::kSketch, .since = "3.5.0", .usage = "hll_union(first, second[, allowDifferentLgConfigK]) - The union of two HyperLogLog sketches.", .bind = bindUnion, .defaults = {{kBoolean, Value::boolean(false)}}, .maxArguments = 3},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
