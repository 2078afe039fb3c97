// Functions of KLL sketches: numbers, quantiles, ranks, merging.
#include <memory>

#include "functions/collection/list_rows.h"
#include "functions/sketch/kll_sketch.h"
#include "functions/types_of_arguments.h"

namespace flint::functions {

using namespace expr;
using columnar::VectorBuilder;

namespace {

struct KllData {
  std::string functionName;
};

Error invalidBuffer(const KernelArgs& args) { return Error(condition::kKllInvalidInputSketchBuffer).with("function", args.data<KllData>().functionName); }

template <class T>
std::optional<KllSketch<T>> readSketch(const KernelArgs& args, const VectorReader<StringView>& sketches, RowIndex row) {
  auto sketch = KllSketch<T>::read(sketches[row].view());
  if (!sketch) args.errors().set(row, invalidBuffer(args));
  return sketch;
}

template <class T>
void sizeOf(const KernelArgs& args) {
  const auto sketches = args.column<StringView>(0);
  auto* out = args.result<int64_t>().values();
  for (const RowIndex row : args.activeRows()) {
    const auto sketch = readSketch<T>(args, sketches, row);
    out[row] = sketch ? sketch->size() : 0;
  }
}

template <class T>
void textOf(const KernelArgs& args) {
  const auto sketches = args.column<StringView>(0);
  auto out = args.result<StringView>();
  for (const RowIndex row : args.activeRows()) {
    const auto sketch = readSketch<T>(args, sketches, row);
    if (sketch) out.set(row, sketch->toString());
  }
}

template <class T>
void mergeTwo(const KernelArgs& args) {
  const auto left = args.column<StringView>(0);
  const auto right = args.column<StringView>(1);
  auto out = args.result<StringView>();
  for (const RowIndex row : args.activeRows()) {
    auto a = readSketch<T>(args, left, row);
    const auto b = a ? readSketch<T>(args, right, row) : std::nullopt;
    if (!a || !b) continue;
    a->merge(*b);
    out.set(row, a->serialize());
  }
}

// One answer, or an array of answers for an array of questions: `answer(sketch, question, builder)` appends one, or tells an error.
template <class T, class Question, class Answer>
void ask(const KernelArgs& args, Answer&& answer) {
  const auto sketches = args.column<StringView>(0);
  const bool many = args.type(1).is(TypeKind::kArray);
  const ColumnVector& questions = *args.vector(1);
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    const auto sketch = readSketch<T>(args, sketches, row);
    if (!sketch || sketch->isEmpty()) {
      if (sketch) args.errors().set(row, invalidBuffer(args));
      return builder.appendNull();
    }
    if (!many) {
      if (!answer(*sketch, VectorReader<Question>(questions)[row], row, builder)) builder.appendNull();
      return;
    }
    const Lists lists(args, 1);
    const ListEntry entry = lists[row];
    const VectorReader<Question> elements(lists.elements());
    for (int32_t i = 0; i < entry.length; ++i) {
      const bool isNull = elements.isNull(entry.offset + i);
      if (isNull || !answer(*sketch, elements[entry.offset + i], row, builder.child(0))) builder.child(0).appendNull();
    }
    builder.appendList(entry.length);
  });
}

template <class T>
void quantiles(const KernelArgs& args) {
  ask<T, double>(args, [&](const KllSketch<T>& sketch, double rank, RowIndex row, VectorBuilder& builder) {
    if (!(rank >= 0 && rank <= 1)) {
      args.errors().set(row, Error(condition::kKllSketchInvalidQuantileRange).with("functionName", args.data<KllData>().functionName));
      return false;
    }
    builder.appendFixed(sketch.quantile(rank));
    return true;
  });
}

template <class T>
void ranks(const KernelArgs& args) {
  ask<T, T>(args, [&](const KllSketch<T>& sketch, T value, RowIndex, VectorBuilder& builder) {
    builder.appendFixed(sketch.rank(value));
    return true;
  });
}

DataType itemType(std::string_view name) { return name.ends_with("_bigint") ? kBigint : name.ends_with("_float") ? kFloat : kDouble; }

Kernel pick(std::string_view name, Kernel whole, Kernel single, Kernel twice) { return name.ends_with("_bigint") ? whole : name.ends_with("_float") ? single : twice; }

Result<FunctionBinding> bindKll(const BindContext& context, size_t numSketches, DataType result, Kernel kernel) {
  FunctionBinding binding;
  for (size_t i = 0; i < numSketches; ++i) {
    const DataType& type = context.argumentTypes[i];
    if (!type.is(TypeKind::kBinary) && !type.is(TypeKind::kNull)) return unexpectedArgumentType(context, i, "\"BINARY\"");
    binding.argumentTypes.push_back(kBinary);
  }
  binding.result = std::move(result);
  binding.kernel = kernel;
  binding.canRaise = true;
  binding.data = std::make_shared<KllData>(KllData{quoteIdentifier(context.name)});
  return binding;
}

Result<FunctionBinding> bindSize(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  return bindKll(context, 1, kBigint, pick(context.name, sizeOf<int64_t>, sizeOf<float>, sizeOf<double>));
}
Result<FunctionBinding> bindText(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  return bindKll(context, 1, kString, pick(context.name, textOf<int64_t>, textOf<float>, textOf<double>));
}
Result<FunctionBinding> bindMerge(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  return bindKll(context, 2, kBinary, pick(context.name, mergeTwo<int64_t>, mergeTwo<float>, mergeTwo<double>));
}
Result<FunctionBinding> bindQuestion(const BindContext& context, const DataType& question, const DataType& answer, Kernel kernel) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  const DataType& type = context.argumentTypes[1];
  const bool many = type.is(TypeKind::kArray);
  const DataType& one = many ? type.elementType() : type;
  if (!one.isNumeric() && !one.is(TypeKind::kNull)) return unexpectedArgumentType(context, 1, "\"" + question.sql() + "\"");
  ASSIGN_OR_RETURN(FunctionBinding binding, bindKll(context, 1, many ? DataType::array(answer, type.containsNull()) : answer, kernel));
  binding.argumentTypes.push_back(many ? DataType::array(question, type.containsNull()) : question);
  return binding;
}
Result<FunctionBinding> bindQuantile(const BindContext& context) {
  return bindQuestion(context, kDouble, itemType(context.name), pick(context.name, quantiles<int64_t>, quantiles<float>, quantiles<double>));
}
Result<FunctionBinding> bindRank(const BindContext& context) {
  return bindQuestion(context, itemType(context.name), kDouble, pick(context.name, ranks<int64_t>, ranks<float>, ranks<double>));
}

}  // namespace

void registerKllFunctions(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"kll_sketch_get_n_bigint", "kll_sketch_get_n_float", "kll_sketch_get_n_double"}, .group = Group::kSketch, .since = "4.1.0", .usage = "kll_sketch_get_n_bigint(expr) - How many numbers a KLL sketch has seen.", .bind = bindSize},
      {.names = {"kll_sketch_to_string_bigint", "kll_sketch_to_string_float", "kll_sketch_to_string_double"}, .group = Group::kSketch, .since = "4.1.0", .usage = "kll_sketch_to_string_bigint(expr) - A summary of a KLL sketch, for people.", .bind = bindText},
      {.names = {"kll_sketch_merge_bigint", "kll_sketch_merge_float", "kll_sketch_merge_double"}, .group = Group::kSketch, .since = "4.1.0", .usage = "kll_sketch_merge_bigint(left, right) - Two KLL sketches as one.", .bind = bindMerge},
      {.names = {"kll_sketch_get_quantile_bigint", "kll_sketch_get_quantile_float", "kll_sketch_get_quantile_double"}, .group = Group::kSketch, .since = "4.1.0", .usage = "kll_sketch_get_quantile_bigint(sketch, rank) - The number at a rank from 0 to 1, or those at an array of ranks.", .bind = bindQuantile},
      {.names = {"kll_sketch_get_rank_bigint", "kll_sketch_get_rank_float", "kll_sketch_get_rank_double"}, .group = Group::kSketch, .since = "4.1.0", .usage = "kll_sketch_get_rank_bigint(sketch, quantile) - The share of numbers up to a number, or those of an array.", .bind = bindRank},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
