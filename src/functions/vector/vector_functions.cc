// Arithmetic of vectors, which are arrays of floats: inner product, distance, cosine similarity, norms.
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "functions/collection/list_rows.h"
#include "functions/types_of_arguments.h"
#include "types/number_text.h"

namespace flint::functions {

using namespace expr;
using columnar::VectorBuilder;

namespace {

const DataType kVector = DataType::array(DataType::float32(), true);

// The elements of one row; sums add eight terms to each other before they add them to the total, as Spark's do.
class Elements {
 public:
  Elements(const columnar::ColumnVector& elements, ListEntry entry) : elements_(elements), values_(elements), entry_(entry) {}
  int32_t size() const { return entry_.length; }
  float operator[](int32_t i) const { return values_[entry_.offset + i]; }
  bool hasNull() const {
    for (int32_t i = 0; i < entry_.length; ++i) {
      if (elements_.isNull(entry_.offset + i)) return true;
    }
    return false;
  }

 private:
  const columnar::ColumnVector& elements_;
  VectorReader<float> values_;
  ListEntry entry_;
};

template <class Term>
float sumOf(int32_t count, Term&& term) {
  float total = 0;
  int32_t i = 0;
  for (; i + 8 <= count; i += 8) {
    float eight = term(i);
    for (int32_t j = 1; j < 8; ++j) eight += term(i + j);
    total += eight;
  }
  for (; i < count; ++i) total += term(i);
  return total;
}

float rootOf(float square) { return static_cast<float>(std::sqrt(static_cast<double>(square))); }

std::optional<float> innerProduct(const Elements& a, const Elements& b) {
  return sumOf(a.size(), [&](int32_t i) { return a[i] * b[i]; });
}
std::optional<float> distance(const Elements& a, const Elements& b) {
  return rootOf(sumOf(a.size(), [&](int32_t i) { return (a[i] - b[i]) * (a[i] - b[i]); }));
}
std::optional<float> cosineSimilarity(const Elements& a, const Elements& b) {
  const float product = sumOf(a.size(), [&](int32_t i) { return a[i] * b[i]; });
  const float squareOfA = sumOf(a.size(), [&](int32_t i) { return a[i] * a[i]; });
  const float squareOfB = sumOf(b.size(), [&](int32_t i) { return b[i] * b[i]; });
  const float norms = rootOf(squareOfA * squareOfB);
  if (norms == 0) return std::nullopt;
  return product / norms;
}

struct NameData {
  std::string name;
};

template <std::optional<float> (*Combine)(const Elements&, const Elements&)>
void combineVectors(const KernelArgs& args) {
  const Lists left(args, 0);
  const Lists right(args, 1);
  auto out = args.result<float>();
  for (const RowIndex row : args.activeRows()) {
    const Elements a(left.elements(), left[row]);
    const Elements b(right.elements(), right[row]);
    if (a.size() != b.size()) {
      args.errors().set(row, Error(condition::kVectorDimensionMismatch)
                                 .with("functionName", args.data<NameData>().name)
                                 .with("leftDim", std::to_string(a.size()))
                                 .with("rightDim", std::to_string(b.size())));
      out.setNull(row);
      continue;
    }
    const std::optional<float> made = a.hasNull() || b.hasNull() ? std::nullopt : Combine(a, b);
    if (made) {
      out.set(row, *made);
    } else {
      out.setNull(row);
    }
  }
}

// The norm of a vector without nulls; none for a degree that there is not.
std::optional<float> normOf(const Elements& vector, float degree) {
  if (degree == 1) return sumOf(vector.size(), [&](int32_t i) { return std::abs(vector[i]); });
  if (degree == 2) return rootOf(sumOf(vector.size(), [&](int32_t i) { return vector[i] * vector[i]; }));
  if (degree != std::numeric_limits<float>::infinity()) return std::nullopt;
  float most = 0;
  for (int32_t i = 0; i < vector.size(); ++i) {
    if (std::abs(vector[i]) > most) most = std::abs(vector[i]);
  }
  return most;
}

// Calls `body(row, vector, norm)`, norm being none for a vector with nulls, where the degree is one that there is.
template <class Body>
void forEachNorm(const KernelArgs& args, Body&& body) {
  const Lists vectors(args, 0);
  const auto degrees = args.column<float>(1);
  for (const RowIndex row : args.activeRows()) {
    const Elements vector(vectors.elements(), vectors[row]);
    const bool hasNull = vector.hasNull();
    const std::optional<float> norm = hasNull ? normOf(Elements(vectors.elements(), ListEntry{}), degrees[row]) : normOf(vector, degrees[row]);
    if (!norm) {
      args.errors().set(row, Error(condition::kInvalidVectorNormDegree).with("functionName", args.data<NameData>().name).with("degree", floatText(degrees[row])));
    }
    body(row, vector, hasNull ? std::nullopt : norm);
  }
}

void takeNorm(const KernelArgs& args) {
  auto out = args.result<float>();
  forEachNorm(args, [&](RowIndex row, const Elements&, std::optional<float> norm) {
    if (norm) {
      out.set(row, *norm);
    } else {
      out.setNull(row);
    }
  });
}

void normalize(const KernelArgs& args) {
  VectorBuilder builder(args.resultType());
  RowIndex next = 0;
  forEachNorm(args, [&](RowIndex row, const Elements& vector, std::optional<float> norm) {
    for (; next < row; ++next) builder.appendNull();
    ++next;
    if (!norm || (*norm == 0 && vector.size() > 0)) return builder.appendNull();
    for (int32_t i = 0; i < vector.size(); ++i) builder.child(0).appendFixed(vector[i] / *norm);
    builder.appendList(vector.size());
  });
  for (; next < args.numRows(); ++next) builder.appendNull();
  args.resultBuffer().setVector(builder.finish());
}

bool isVector(const DataType& type) { return type.is(TypeKind::kArray) && type.elementType().is(TypeKind::kFloat); }

Result<FunctionBinding> bindVectors(const BindContext& context, const DataType& result, Kernel kernel, bool withDegree) {
  RETURN_IF_ERROR(checkArgumentCount(context, withDegree ? 1 : 2, 2));
  for (size_t i = 0; i < 2; ++i) {
    if (withDegree && i == 1) {
      if (!context.argumentTypes[1].is(TypeKind::kFloat)) return unexpectedArgumentType(context, 1, "\"FLOAT\"");
    } else if (!isVector(context.argumentTypes[i])) {
      return unexpectedArgumentType(context, i, "\"ARRAY<FLOAT>\"");
    }
  }
  FunctionBinding binding;
  binding.argumentTypes = {context.argumentTypes[0], context.argumentTypes[1]};
  binding.result = result;
  binding.nullableIfArgumentsAre = false;
  binding.kernel = kernel;
  binding.canRaise = true;
  binding.data = std::make_shared<NameData>(NameData{quoteIdentifier(context.name)});
  return binding;
}

template <std::optional<float> (*Combine)(const Elements&, const Elements&)>
Result<FunctionBinding> bindPair(const BindContext& context) {
  return bindVectors(context, kFloat, combineVectors<Combine>, false);
}
Result<FunctionBinding> bindNorm(const BindContext& context) { return bindVectors(context, kFloat, takeNorm, true); }
Result<FunctionBinding> bindNormalize(const BindContext& context) { return bindVectors(context, kVector, normalize, true); }

}  // namespace

void registerVectorFunctions(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"vector_inner_product"}, .group = Group::kArray, .since = "4.2.0", .usage = "vector_inner_product(array1, array2) - The inner product of two vectors.",
       .examples = {{.sql = "SELECT vector_inner_product(array(1.0F, 2.0F, 3.0F), array(4.0F, 5.0F, 6.0F))", .result = "32.0"}}, .bind = bindPair<innerProduct>},
      {.names = {"vector_l2_distance"}, .group = Group::kArray, .since = "4.2.0", .usage = "vector_l2_distance(array1, array2) - The Euclidean distance of two vectors.",
       .examples = {{.sql = "SELECT vector_l2_distance(array(1.0F, 2.0F, 3.0F), array(4.0F, 5.0F, 6.0F))", .result = "5.196152"}}, .bind = bindPair<distance>},
      {.names = {"vector_cosine_similarity"}, .group = Group::kArray, .since = "4.2.0",
       .usage = "vector_cosine_similarity(array1, array2) - The cosine of the angle between two vectors; NULL where one has no length.",
       .examples = {{.sql = "SELECT vector_cosine_similarity(array(1.0F, 2.0F), array(2.0F, 4.0F))", .result = "1.0"}}, .bind = bindPair<cosineSimilarity>},
      {.names = {"vector_norm"}, .group = Group::kArray, .since = "4.2.0", .usage = "vector_norm(vector[, degree]) - The norm of a vector: of degree 1, 2 or infinity.",
       .examples = {{.sql = "SELECT vector_norm(array(3.0F, 4.0F), 2.0F)", .result = "5.0"}}, .bind = bindNorm, .defaults = {{kFloat, Value::floating(2.0)}}, .maxArguments = 2},
      {.names = {"vector_normalize"}, .group = Group::kArray, .since = "4.2.0", .usage = "vector_normalize(vector[, degree]) - The vector divided by its norm.",
       .examples = {{.sql = "SELECT vector_normalize(array(3.0F, 4.0F), 2.0F)", .result = "[0.6,0.8]"}}, .bind = bindNormalize, .defaults = {{kFloat, Value::floating(2.0)}}, .maxArguments = 2},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
