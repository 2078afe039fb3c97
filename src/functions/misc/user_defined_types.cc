// Values of user-defined types as what they are stored as; vectors of the machine-learning library from arrays and back.
#include "columnar/vector_builder.h"
#include "expr/function_registry.h"
#include "functions/kernel_loops.h"
#include "functions/types_of_arguments.h"

namespace flint::functions {

using namespace expr;

namespace {

using columnar::ListEntry;
using columnar::VectorBuilder;
using columnar::VectorReader;

constexpr int8_t kSparse = 0;
constexpr int8_t kDense = 1;
constexpr size_t kSize = 1;  // fields of a vector, behind its kind
constexpr size_t kIndices = 2;
constexpr size_t kValues = 3;

// What vectors are stored as.
const DataType& vectorStorage() {
  static const DataType type = DataType::structType({{"type", DataType::byte(), false},
                                                     {"size", DataType::integer(), true},
                                                     {"indices", DataType::array(DataType::integer(), false), true},
                                                     {"values", DataType::array(DataType::float64(), false), true}});
  return type;
}

DataType vectorType() {
  return DataType::userDefined(vectorStorage(), R"({"type":"udt","class":"org.apache.spark.ml.linalg.VectorUDT","pyClass":"pyspark.ml.linalg.VectorUDT","sqlType":)" +
                                                    vectorStorage().json() + "}");
}

void unwrap(const KernelArgs& args) { args.resultBuffer().setVector(ColumnVector::withType(args.vector(0), args.resultType())); }

Result<FunctionBinding> bindUnwrap(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  if (!context.argumentTypes[0].is(TypeKind::kUserDefined)) return unexpectedArgumentType(context, 0, "\"USERDEFINEDTYPE\"");
  FunctionBinding binding;
  binding.argumentTypes = {context.argumentTypes[0]};
  binding.result = context.argumentTypes[0].sqlType();
  binding.nulls = NullRule::kHandledByKernel;
  binding.kernel = unwrap;
  return binding;
}

void makeVectors(const KernelArgs& args) {
  VectorBuilder builder(vectorStorage());
  const VectorReader<ListEntry> lists(*args.vector(0));
  RowIndex next = 0;
  for (const RowIndex row : args.activeRows()) {
    for (; next < row; ++next) builder.appendNull();
    const ListEntry entry = lists[row];
    builder.child(0).appendFixed(kDense);
    builder.child(kSize).appendNull();
    builder.child(kIndices).appendNull();
    VectorBuilder& values = builder.child(kValues);
    const ColumnVector& elements = *lists.base().children()[0];
    for (int32_t i = 0; i < entry.length; ++i) {
      // A vector has a number where the array has none.
      if (elements.isNull(entry.offset + i)) {
        values.child(0).appendFixed(0.0);
      } else {
        values.child(0).appendFrom(elements, entry.offset + i);
      }
    }
    values.appendList(entry.length);
    builder.appendStruct();
    ++next;
  }
  for (; next < args.numRows(); ++next) builder.appendNull();
  args.resultBuffer().setVector(ColumnVector::withType(builder.finish(), args.resultType()));
}

Result<FunctionBinding> bindArrayToVector(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType& type = context.argumentTypes[0];
  if (!type.is(TypeKind::kArray) || !type.elementType().isNumeric()) return unexpectedArgumentType(context, 0, "\"ARRAY<DOUBLE>\"");
  FunctionBinding binding;
  binding.argumentTypes = {DataType::array(DataType::float64(), type.containsNull())};
  binding.result = vectorType();
  binding.kernel = makeVectors;
  return binding;
}

void makeArrays(const KernelArgs& args) {
  const ColumnVector& vectors = *args.vector(0);
  const ColumnVector& base = vectors.isFlat() ? vectors : *vectors.base();
  const bool single = args.resultType().elementType().is(TypeKind::kFloat);
  VectorBuilder builder(args.resultType());
  const auto append = [&](double value) {
    if (single) {
      builder.child(0).appendFixed(static_cast<float>(value));
    } else {
      builder.child(0).appendFixed(value);
    }
  };
  const VectorReader<int8_t> kinds(*base.children()[0]);
  const VectorReader<int32_t> sizes(*base.children()[kSize]);
  const VectorReader<ListEntry> indices(*base.children()[kIndices]);
  const VectorReader<ListEntry> values(*base.children()[kValues]);
  const VectorReader<int32_t> index(*indices.base().children()[0]);
  const VectorReader<double> value(*values.base().children()[0]);
  RowIndex next = 0;
  for (const RowIndex row : args.activeRows()) {
    for (; next < row; ++next) builder.appendNull();
    ++next;
    const RowIndex at = vectors.baseRow(row);
    const ListEntry given = values[at];
    if (kinds[at] != kSparse) {
      for (int32_t i = 0; i < given.length; ++i) append(value[given.offset + i]);
      builder.appendList(given.length);
      continue;
    }
    // Positions grow; those that are not named are 0.
    const ListEntry positions = indices[at];
    const int32_t size = sizes[at];
    int32_t taken = 0;
    for (int32_t i = 0; i < size; ++i) {
      const bool named = taken < positions.length && taken < given.length && index[positions.offset + taken] == i;
      append(named ? value[given.offset + taken] : 0);
      if (named) ++taken;
    }
    builder.appendList(std::max(size, 0));
  }
  for (; next < args.numRows(); ++next) builder.appendNull();
  args.resultBuffer().setVector(builder.finish());
}

Result<FunctionBinding> bindVectorToArray(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  const DataType& type = context.argumentTypes[0];
  if (!type.is(TypeKind::kUserDefined) || !type.sqlType().sameType(vectorStorage())) return unexpectedArgumentType(context, 0, "\"VECTOR\"");
  std::string precision = "float64";
  FunctionBinding binding;
  binding.argumentTypes = {type};
  if (context.argumentTypes.size() == 2) {
    if (context.constants[1] == nullptr || context.constants[1]->isNull() || !context.argumentTypes[1].isStringLike()) return unexpectedArgumentType(context, 1, "\"STRING\"");
    precision = context.constants[1]->asString();
    binding.argumentTypes.push_back(kString);
  }
  if (precision != "float64" && precision != "float32") return unexpectedArgumentType(context, 1, "\"float64 or float32\"");
  binding.result = DataType::array(precision == "float64" ? DataType::float64() : DataType::float32(), false);
  binding.nullable = false;
  binding.kernel = makeArrays;
  return binding;
}

}  // namespace

void registerUserDefinedTypes(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"unwrap_udt"}, .group = Group::kInternal, .since = "4.0.0", .usage = "unwrap_udt(expr) - A value of a user-defined type as what it is stored as.", .bind = bindUnwrap},
      {.names = {"array_to_vector"}, .group = Group::kInternal, .since = "3.1.0", .usage = "array_to_vector(expr) - A dense vector of an array of numbers.", .bind = bindArrayToVector},
      {.names = {"vector_to_array"}, .group = Group::kInternal, .since = "3.0.0", .usage = "vector_to_array(expr[, dtype]) - A vector's numbers, 'float64' or 'float32'.", .bind = bindVectorToArray},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
