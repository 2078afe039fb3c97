// Functions of theta and tuple sketches: estimates, unions, intersections, differences.
#include <cmath>

#include "functions/sketch/sketch_arguments.h"
#include "functions/types_of_arguments.h"

namespace flint::functions {

using namespace expr;

Result<int> nominalEntries(const BindContext& context, size_t index) {
  if (index >= context.argumentTypes.size()) return 12;
  const Value* value = context.constants[index];
  if (!context.argumentTypes[index].isIntegral()) return unexpectedArgumentType(context, index, "\"INT\"");
  if (value == nullptr || value->isNull()) return Error(condition::kThetaLgNomEntriesMustBeConstant).with("function", quoteIdentifier(context.name));
  if (value->asInteger() < ThetaSketch::kLeastLgK || value->asInteger() > ThetaSketch::kMostLgK) {
    return Error(condition::kSketchInvalidLgNomEntries)
        .with("function", quoteIdentifier(context.name))
        .with("min", std::to_string(ThetaSketch::kLeastLgK))
        .with("max", std::to_string(ThetaSketch::kMostLgK))
        .with("value", std::to_string(value->asInteger()));
  }
  return static_cast<int>(value->asInteger());
}

Result<SummaryMode> summaryMode(const BindContext& context, size_t index) {
  if (index >= context.argumentTypes.size()) return SummaryMode::kSum;
  const Value* value = context.constants[index];
  if (!context.argumentTypes[index].isStringLike()) return unexpectedArgumentType(context, index, "\"STRING\"");
  std::string mode = value == nullptr || value->isNull() ? "" : value->asString();
  for (char& c : mode) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  if (mode == "sum") return SummaryMode::kSum;
  if (mode == "min") return SummaryMode::kMin;
  if (mode == "max") return SummaryMode::kMax;
  if (mode == "alwaysone") return SummaryMode::kAlwaysOne;
  return Error(condition::kTupleInvalidSketchMode)
      .with("function", quoteIdentifier(context.name))
      .with("mode", mode)
      .with("validModes", "sum, min, max, alwaysone");
}

Error invalidSketch(SketchSummary summary, const std::string& functionName) {
  return Error(summary == SketchSummary::kNone ? condition::kThetaInvalidInputSketchBuffer : condition::kTupleInvalidInputSketchBuffer).with("function", functionName);
}

namespace {

enum class Operation : uint8_t { kUnion, kIntersection, kDifference };

struct SketchData {
  SketchSummary left = SketchSummary::kNone;
  SketchSummary right = SketchSummary::kNone;
  SummaryMode mode = SummaryMode::kSum;
  int lgK = 12;
  std::string functionName;
};

std::optional<ThetaSketch> readArgument(const KernelArgs& args, const SketchData& data, SketchSummary summary, std::string_view bytes, RowIndex row) {
  auto sketch = ThetaSketch::read(bytes, summary, data.mode, data.lgK);
  if (!sketch) args.errors().set(row, invalidSketch(summary, data.functionName));
  return sketch;
}

template <Operation kOperation>
void combine(const KernelArgs& args) {
  const auto& data = args.data<SketchData>();
  const auto left = args.column<StringView>(0);
  const auto right = args.column<StringView>(1);
  auto out = args.result<StringView>();
  for (const RowIndex row : args.activeRows()) {
    auto a = readArgument(args, data, data.left, left[row].view(), row);
    const auto b = a ? readArgument(args, data, data.right, right[row].view(), row) : std::nullopt;
    if (!a || !b) continue;
    switch (kOperation) {
      case Operation::kUnion:
        a->unite(*b);
        a->trim();
        break;
      case Operation::kIntersection: a->intersect(*b); break;
      case Operation::kDifference: a->subtract(*b); break;
    }
    out.set(row, a->serialize());
  }
}

template <class Result, class Body>
void describe(const KernelArgs& args, Body&& body) {
  const auto& data = args.data<SketchData>();
  const auto sketches = args.column<StringView>(0);
  auto* out = args.result<Result>().values();
  for (const RowIndex row : args.activeRows()) {
    const auto sketch = readArgument(args, data, data.left, sketches[row].view(), row);
    if (sketch) out[row] = body(*sketch);
  }
}

void roundedEstimate(const KernelArgs& args) {
  describe<int64_t>(args, [](const ThetaSketch& sketch) { return static_cast<int64_t>(std::floor(sketch.estimate() + 0.5)); });
}
void exactEstimate(const KernelArgs& args) {
  describe<double>(args, [](const ThetaSketch& sketch) { return sketch.estimate(); });
}
void thetaOf(const KernelArgs& args) {
  describe<double>(args, [](const ThetaSketch& sketch) { return sketch.theta(); });
}

double summaryOf(const ThetaSketch& sketch, SummaryMode mode) {
  double total = 0;
  bool first = true;
  for (const auto& [hash, summary] : sketch.entries()) {
    switch (mode) {
      case SummaryMode::kSum: total += summary; break;
      case SummaryMode::kMin: total = first ? summary : std::min(total, summary); break;
      case SummaryMode::kMax: total = first ? summary : std::max(total, summary); break;
      case SummaryMode::kAlwaysOne: total = 1; break;
    }
    first = false;
  }
  return total;
}
void doubleSummary(const KernelArgs& args) {
  describe<double>(args, [&](const ThetaSketch& sketch) { return summaryOf(sketch, args.data<SketchData>().mode); });
}
void integerSummary(const KernelArgs& args) {
  describe<int64_t>(args, [&](const ThetaSketch& sketch) { return static_cast<int64_t>(summaryOf(sketch, args.data<SketchData>().mode)); });
}

// What the name says of the arguments: tuple_union_theta_double(tuple, theta, lgNomEntries, mode).
SketchSummary summaryOfName(std::string_view name) {
  if (name.starts_with("theta")) return SketchSummary::kNone;
  return name.ends_with("_double") ? SketchSummary::kDouble : SketchSummary::kInteger;
}

// `sketches` arguments that are sketches, then perhaps the nominal entries, then perhaps the mode.
Result<FunctionBinding> bindSketches(const BindContext& context, size_t sketches, bool takesEntries, bool takesMode, DataType result, Kernel kernel) {
  const size_t most = sketches + (takesEntries ? 1 : 0) + (takesMode ? 1 : 0);
  RETURN_IF_ERROR(checkArgumentCount(context, most, most));
  auto data = std::make_shared<SketchData>();
  data->left = summaryOfName(context.name);
  data->right = context.name.find("_theta_") != std::string_view::npos && !context.name.starts_with("tuple_sketch_") ? SketchSummary::kNone : data->left;
  data->functionName = quoteIdentifier(context.name);
  FunctionBinding binding;
  for (size_t i = 0; i < sketches; ++i) {
    const DataType& type = context.argumentTypes[i];
    if (!type.is(TypeKind::kBinary) && !type.is(TypeKind::kNull)) return unexpectedArgumentType(context, i, "\"BINARY\"");
    binding.argumentTypes.push_back(kBinary);
  }
  if (takesEntries) {
    ASSIGN_OR_RETURN(data->lgK, nominalEntries(context, sketches));
    binding.argumentTypes.push_back(kInt);
  }
  if (takesMode) {
    ASSIGN_OR_RETURN(data->mode, summaryMode(context, most - 1));
    binding.argumentTypes.push_back(kString);
  }
  binding.result = std::move(result);
  binding.kernel = kernel;
  binding.canRaise = true;
  binding.data = std::move(data);
  return binding;
}

Result<FunctionBinding> bindThetaUnion(const BindContext& context) { return bindSketches(context, 2, true, false, kBinary, combine<Operation::kUnion>); }
Result<FunctionBinding> bindThetaIntersection(const BindContext& context) { return bindSketches(context, 2, false, false, kBinary, combine<Operation::kIntersection>); }
Result<FunctionBinding> bindDifference(const BindContext& context) { return bindSketches(context, 2, false, false, kBinary, combine<Operation::kDifference>); }
Result<FunctionBinding> bindThetaEstimate(const BindContext& context) { return bindSketches(context, 1, false, false, kBigint, roundedEstimate); }
Result<FunctionBinding> bindTupleUnion(const BindContext& context) { return bindSketches(context, 2, true, true, kBinary, combine<Operation::kUnion>); }
Result<FunctionBinding> bindTupleIntersection(const BindContext& context) { return bindSketches(context, 2, false, true, kBinary, combine<Operation::kIntersection>); }
Result<FunctionBinding> bindTupleEstimate(const BindContext& context) { return bindSketches(context, 1, false, false, kDouble, exactEstimate); }
Result<FunctionBinding> bindTupleTheta(const BindContext& context) { return bindSketches(context, 1, false, false, kDouble, thetaOf); }
Result<FunctionBinding> bindSummary(const BindContext& context) {
  const bool isDouble = context.name.ends_with("_double");
  return bindSketches(context, 1, false, true, isDouble ? kDouble : kBigint, isDouble ? doubleSummary : integerSummary);
}

}  // namespace

void registerThetaFunctions(FunctionRegistry& registry) {
  static const DefaultArgument kEntries{kInt, Value::integer(12)};
  static const DefaultArgument kMode{kString, Value::string("sum")};
  static const ScalarFunction kFunctions[] = {
      {.names = {"theta_sketch_estimate"}, .group = Group::kSketch, .since = "4.1.0", .usage = "theta_sketch_estimate(expr) - About how many different values a theta sketch has seen.", .bind = bindThetaEstimate},
      {.names = {"theta_union"}, .group = Group::kSketch, .since = "4.1.0", .usage = "theta_union(first, second[, lgNomEntries]) - The union of two theta sketches.", .bind = bindThetaUnion, .defaults = {kEntries}, .maxArguments = 3},
      {.names = {"theta_intersection"}, .group = Group::kSketch, .since = "4.1.0", .usage = "theta_intersection(first, second) - The intersection of two theta sketches.", .bind = bindThetaIntersection},
      {.names = {"theta_difference"}, .group = Group::kSketch, .since = "4.1.0", .usage = "theta_difference(first, second) - The values of the first theta sketch that the second has not.", .bind = bindDifference},
      {.names = {"tuple_union_double", "tuple_union_integer", "tuple_union_theta_double", "tuple_union_theta_integer"}, .group = Group::kSketch, .since = "4.2.0", .usage = "tuple_union_double(first, second[, lgNomEntries[, mode]]) - The union of tuple sketches.", .bind = bindTupleUnion, .defaults = {kEntries, kMode}, .maxArguments = 4},
      {.names = {"tuple_intersection_double", "tuple_intersection_integer", "tuple_intersection_theta_double", "tuple_intersection_theta_integer"}, .group = Group::kSketch, .since = "4.2.0", .usage = "tuple_intersection_double(first, second[, mode]) - The intersection of tuple sketches.", .bind = bindTupleIntersection, .defaults = {kMode}, .maxArguments = 3},
      {.names = {"tuple_difference_double", "tuple_difference_integer", "tuple_difference_theta_double", "tuple_difference_theta_integer"}, .group = Group::kSketch, .since = "4.2.0", .usage = "tuple_difference_double(first, second) - The keys of the first sketch that the second has not.", .bind = bindDifference},
      {.names = {"tuple_sketch_estimate_double", "tuple_sketch_estimate_integer"}, .group = Group::kSketch, .since = "4.2.0", .usage = "tuple_sketch_estimate_double(child) - About how many different keys a tuple sketch has seen.", .bind = bindTupleEstimate},
      {.names = {"tuple_sketch_theta_double", "tuple_sketch_theta_integer"}, .group = Group::kSketch, .since = "4.2.0", .usage = "tuple_sketch_theta_double(child) - The share of keys that a tuple sketch samples.", .bind = bindTupleTheta},
      {.names = {"tuple_sketch_summary_double", "tuple_sketch_summary_integer"}, .group = Group::kSketch, .since = "4.2.0", .usage = "tuple_sketch_summary_double(child[, mode]) - The summaries of a tuple sketch as one.", .bind = bindSummary, .defaults = {kMode}, .maxArguments = 2},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
