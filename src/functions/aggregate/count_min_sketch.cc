// count_min_sketch: estimates of how often each value comes, in the format of Spark's CountMinSketch.
#include <cmath>
#include <limits>

#include "functions/aggregate/aggregate_functions.h"
#include "functions/aggregate/argument_checks.h"
#include "base/java_random.h"
#include "functions/aggregate/object_aggregator.h"
#include "functions/hash/murmur3.h"

namespace flint::functions {
namespace {

constexpr int32_t kVersion = 1;
constexpr int64_t kPrimeModulus = (int64_t{1} << 31) - 1;

template <class T>
void appendBigEndian(T value, std::string& out) {
  for (int shift = 8 * static_cast<int>(sizeof(T)) - 8; shift >= 0; shift -= 8) out += static_cast<char>(static_cast<uint64_t>(value) >> shift);
}

struct CountMin {
  struct Object {
    int64_t total = 0;
    std::vector<int64_t> table;
  };
  int32_t depth;
  int32_t width;
  std::vector<int64_t> hashes;  // one factor a row of the table
  bool ofBytes;

  Object make() const { return {0, std::vector<int64_t>(static_cast<size_t>(depth) * static_cast<size_t>(width))}; }
  void add(Object& object, std::span<const VectorPtr> arguments, RowIndex row) const {
    if (arguments[0]->isNull(row)) return;
    ++object.total;
    if (ofBytes) {
      const std::string_view bytes = VectorReader<StringView>(*arguments[0])[row].view();
      const int32_t first = murmur3Unsafe(bytes, 0);
      const int32_t second = murmur3Unsafe(bytes, first);
      for (int32_t i = 0; i < depth; ++i) {
        const auto mixed = static_cast<int32_t>(static_cast<uint32_t>(first) + static_cast<uint32_t>(i) * static_cast<uint32_t>(second));
        ++cell(object, i, std::abs(mixed % width));
      }
      return;
    }
    const int64_t item = VectorReader<int64_t>(*arguments[0])[row];
    for (int32_t i = 0; i < depth; ++i) {
      auto hash = static_cast<int64_t>(static_cast<uint64_t>(hashes[static_cast<size_t>(i)]) * static_cast<uint64_t>(item));
      hash = static_cast<int64_t>(static_cast<uint64_t>(hash) + static_cast<uint64_t>(hash >> 32));
      ++cell(object, i, static_cast<int32_t>((hash & kPrimeModulus) % width));
    }
  }
  int64_t& cell(Object& object, int32_t row, int32_t column) const {
    return object.table[static_cast<size_t>(row) * static_cast<size_t>(width) + static_cast<size_t>(column)];
  }
  void merge(Object& into, const Object& from) const {
    into.total += from.total;
    for (size_t i = 0; i < into.table.size(); ++i) into.table[i] += from.table[i];
  }
  void encode(const Object& object, ByteWriter& out) const {
    out.writeInt(object.total);
    for (const int64_t count : object.table) out.writeInt(count);
  }
  void decode(Object& object, ByteReader& in) const {
    Object from = make();
    from.total = in.readInt();
    for (int64_t& count : from.table) count = in.readInt();
    if (!in.failed()) merge(object, from);
  }
  Status finalize(const Object* object, VectorBuilder& result) const {
    const Object empty = object == nullptr ? make() : Object();
    const Object& sketch = object == nullptr ? empty : *object;
    std::string out;
    appendBigEndian(kVersion, out);
    appendBigEndian(sketch.total, out);
    appendBigEndian(depth, out);
    appendBigEndian(width, out);
    for (const int64_t hash : hashes) appendBigEndian(hash, out);
    for (const int64_t count : sketch.table) appendBigEndian(count, out);
    result.appendString(out);
    return Status::ok();
  }
};

Error outOfRange(const BindContext& context, const char* name, double value, const char* range) {
  return Error(condition::kDatatypeMismatchValueOutOfRange)
      .with("sqlExpr", "\"" + expr::callText(context) + "\"")
      .with("exprName", name)
      .with("valueRange", range)
      .with("currentValue", std::to_string(value));
}

Result<AggregateBinding> bindCountMin(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 4, 4));
  const DataType& type = context.argumentTypes[0];
  if (!type.isIntegral() && !(type.isStringLike() && type.collation() == 0) && !type.is(TypeKind::kBinary)) {
    return unexpectedArgumentType(context, 0, "(\"INTEGRAL\" or \"STRING\" or \"BINARY\")");
  }
  for (size_t i = 1; i < 4; ++i) {
    const DataType wanted = i == 3 ? DataType::integer() : DataType::float64();
    const bool longSeed = i == 3 && context.argumentTypes[i].is(TypeKind::kLong);
    if (!(context.argumentTypes[i] == wanted) && !longSeed) return unexpectedArgumentType(context, i, "\"" + wanted.sql() + "\"");
    if (context.constants[i] == nullptr || context.constants[i]->isNull()) {
      return Error(condition::kDatatypeMismatchNonFoldableInput)
          .with("sqlExpr", "\"" + expr::callText(context) + "\"")
          .with("inputName", i == 1 ? "`eps`" : i == 2 ? "`confidence`" : "`seed`")
          .with("inputType", "\"" + wanted.sql() + "\"")
          .with("inputExpr", "\"NULL\"");
    }
  }
  const double eps = context.constants[1]->asFloating();
  const double confidence = context.constants[2]->asFloating();
  if (!(eps > 0)) return outOfRange(context, "`eps`", eps, "(0, Infinity)");
  if (!(confidence > 0 && confidence < 1)) return outOfRange(context, "`confidence`", confidence, "(0, 1)");
  const double width = std::ceil(2 / eps);
  const double depth = std::ceil(-std::log1p(-confidence) / std::log(2));
  if (width * depth > 1e8) return outOfRange(context, "`eps`", eps, "(0, Infinity)");
  CountMin sketch{.depth = static_cast<int32_t>(depth), .width = static_cast<int32_t>(width), .hashes = {}, .ofBytes = !type.isIntegral()};
  JavaRandom random(static_cast<int32_t>(context.constants[3]->asInteger()));
  for (int32_t i = 0; i < sketch.depth; ++i) sketch.hashes.push_back(random.nextInt(std::numeric_limits<int32_t>::max()));
  AggregateBinding binding{.argumentTypes = {type.isIntegral() ? DataType::bigint() : type, DataType::float64(), DataType::float64(), context.argumentTypes[3]},
                           .result = DataType::binary(), .nullable = false};
  binding.aggregator = makeObjectAggregator(std::move(sketch));
  return binding;
}

const AggregateFunction kCountMin = {
    .names = {"count_min_sketch"},
    .since = "2.2.0",
    .usage = "count_min_sketch(col, eps, confidence, seed) - A count-min sketch, as its bytes.",
    .bind = bindCountMin,
};

}  // namespace

void registerCountMinSketch(expr::FunctionRegistry& registry) { registry.add(kCountMin); }

}  // namespace flint::functions
