#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "columnar/normalized_float.h"
#include "functions/aggregate/aggregate_functions.h"
#include "functions/aggregate/argument_checks.h"
#include "functions/aggregate/object_aggregator.h"

namespace flint::functions {
namespace {

constexpr uint64_t kSeed = 42;
constexpr double kDefaultDeviation = 0.05;

// Spark's xxhash64 of one value: whole numbers of up to 32 bits as four bytes, wider ones as eight, texts as they are. The hash of a part of a nested
// value is the seed of the next; a null leaves the seed.
uint64_t hashAt(const ColumnVector& vector, RowIndex row, uint64_t seed = kSeed) {
  if (vector.isNull(row)) return seed;
  const ColumnVector& base = vector.isFlat() ? vector : *vector.base();
  const RowIndex at = vector.baseRow(row);
  const auto four = [seed](int32_t value) { return XXH64(&value, sizeof(value), seed); };
  const auto eight = [seed](int64_t value) { return XXH64(&value, sizeof(value), seed); };
  switch (base.physicalType()) {
    case PhysicalType::kBool: return four(base.values<uint8_t>()[at]);
    case PhysicalType::kInt8: return four(base.values<int8_t>()[at]);
    case PhysicalType::kInt16: return four(base.values<int16_t>()[at]);
    case PhysicalType::kInt32: return four(base.values<int32_t>()[at]);
    case PhysicalType::kInt64: return eight(base.values<int64_t>()[at]);
    case PhysicalType::kFloat: return four(std::bit_cast<int32_t>(columnar::normalizedFloat(base.values<float>()[at])));
    case PhysicalType::kDouble: return eight(std::bit_cast<int64_t>(columnar::normalizedFloat(base.values<double>()[at])));
    case PhysicalType::kString: {
      const StringView& text = base.values<StringView>()[at];
      return XXH64(text.data(), text.size(), seed);
    }
    case PhysicalType::kInt128: {
      // The shortest big-endian two's complement form, as BigInteger gives it.
      const int128_t value = base.values<int128_t>()[at];
      std::array<uint8_t, 16> bytes;
      for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(static_cast<uint128_t>(value) >> (8 * (15 - i)));
      size_t first = 0;
      const uint8_t sign = value < 0 ? 0xFF : 0;
      while (first < 15 && bytes[first] == sign && (bytes[first + 1] ^ sign) < 0x80) ++first;
      return XXH64(bytes.data() + first, bytes.size() - first, seed);
    }
    case PhysicalType::kStruct:
      for (const VectorPtr& field : base.children()) seed = hashAt(*field, at, seed);
      return seed;
    case PhysicalType::kList: {
      const columnar::ListEntry entry = base.values<columnar::ListEntry>()[at];
      for (int32_t i = 0; i < entry.length; ++i) {
        for (const VectorPtr& part : base.children()) seed = hashAt(*part, entry.offset + i, seed);
      }
      return seed;
    }
    default: return seed;
  }
}

#define HLL_RAW(precision, ...) constexpr double kRaw##precision[] = {__VA_ARGS__};
#define HLL_BIAS(precision, ...) constexpr double kBias##precision[] = {__VA_ARGS__};
#include "functions/aggregate/hll_bias.inc"
#undef HLL_RAW
#undef HLL_BIAS

struct BiasTable {
  std::span<const double> raw;
  std::span<const double> bias;
};
constexpr BiasTable kBiasTables[] = {{kRaw4, kBias4}, {kRaw5, kBias5}, {kRaw6, kBias6}, {kRaw7, kBias7}, {kRaw8, kBias8}, {kRaw9, kBias9}, {kRaw10, kBias10}, {kRaw11, kBias11},
                                     {kRaw12, kBias12}, {kRaw13, kBias13}, {kRaw14, kBias14}, {kRaw15, kBias15}, {kRaw16, kBias16}, {kRaw17, kBias17}, {kRaw18, kBias18}};

// How much an estimate is too large: the mean of the biases of the six measured estimates nearest to it.
double biasOf(int precision, double estimate) {
  constexpr size_t kNeighbours = 6;
  const auto [raw, bias] = kBiasTables[precision - 4];
  const auto nearest = static_cast<size_t>(std::lower_bound(raw.begin(), raw.end(), estimate) - raw.begin());
  size_t low = nearest + 1 > kNeighbours ? nearest + 1 - kNeighbours : 0;
  size_t high = std::min(low + kNeighbours, raw.size());
  const auto distance = [&](size_t i) { return (estimate - raw[i]) * (estimate - raw[i]); };
  for (; high < raw.size() && distance(high) < distance(low); ++high) ++low;
  double sum = 0;
  for (size_t i = low; i < high; ++i) sum += bias[i];
  return sum / static_cast<double>(high - low);
}

// HyperLogLog++ over 2^precision registers; small counts by linear counting.
struct DistinctSketch {
  struct Object {
    std::vector<uint8_t> registers;
  };
  int precision;

  Object make() const { return {std::vector<uint8_t>(size_t{1} << precision)}; }
  int64_t heldBytes(const Object& object) const { return static_cast<int64_t>(object.registers.size()); }
  void add(Object& object, std::span<const VectorPtr> arguments, RowIndex row) const {
    if (arguments[0]->isNull(row)) return;
    const uint64_t hash = hashAt(*arguments[0], row);
    const uint64_t rest = hash << precision | uint64_t{1} << (precision - 1);
    raise(object.registers[hash >> (64 - precision)], static_cast<uint8_t>(std::countl_zero(rest) + 1));
  }
  static void raise(uint8_t& at, uint8_t rank) { at = std::max(at, rank); }
  void merge(Object& into, const Object& from) const {
    for (size_t i = 0; i < into.registers.size(); ++i) raise(into.registers[i], from.registers[i]);
  }
  void encode(const Object& object, ByteWriter& out) const {
    out.writeString({reinterpret_cast<const char*>(object.registers.data()), object.registers.size()});
  }
  void decode(Object& object, ByteReader& in) const {
    const std::string_view bytes = in.readString();
    if (bytes.size() != object.registers.size()) {
      in.fail();
      return;
    }
    for (size_t i = 0; i < bytes.size(); ++i) raise(object.registers[i], static_cast<uint8_t>(bytes[i]));
  }
  // Below it, linear counting is the better estimate (the table of the HyperLogLog++ paper).
  double linearThreshold() const {
    static constexpr double kThresholds[] = {10, 20, 40, 80, 220, 400, 900, 1800, 3100, 6500, 11500, 20000, 50000, 120000, 350000};
    return kThresholds[std::clamp(precision - 4, 0, 14)];
  }
  double alpha() const {
    switch (precision) {
      case 4: return 0.673;
      case 5: return 0.697;
      case 6: return 0.709;
      default: return 0.7213 / (1 + 1.079 / static_cast<double>(1 << precision));
    }
  }
  Status finalize(const Object* object, VectorBuilder& result) const {
    if (object == nullptr) {
      result.appendFixed<int64_t>(0);
      return Status::ok();
    }
    const auto count = static_cast<double>(object->registers.size());
    double inverse = 0;
    double empty = 0;
    for (const uint8_t rank : object->registers) {
      inverse += std::ldexp(1.0, -rank);
      empty += rank == 0 ? 1 : 0;
    }
    const double raw = alpha() * count * count / inverse;
    double estimate = raw < 5 * count ? raw - biasOf(precision, raw) : raw;
    if (empty > 0) {
      const double linear = count * std::log(count / empty);
      if (linear <= linearThreshold() || raw <= 2.5 * count) estimate = linear;
    }
    result.appendFixed(static_cast<int64_t>(std::floor(estimate + 0.5)));
    return Status::ok();
  }
};

Result<AggregateBinding> bindApproxCountDistinct(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  double deviation = kDefaultDeviation;
  if (context.argumentTypes.size() == 2) {
    const DataType& type = context.argumentTypes[1];
    const Value* value = context.constants[1];
    if (value == nullptr || value->isNull() || !(type.is(TypeKind::kDecimal) || type.isFloating())) {
      return unexpectedArgumentType(context, 1, "\"DOUBLE\"");
    }
    deviation = type.isFloating() ? value->asFloating() : static_cast<double>(value->asDecimal()) / static_cast<double>(powerOfTen(type.scale()));
  }
  const int precision = std::clamp(static_cast<int>(std::ceil(2.0 * std::log2(1.106 / deviation))), 4, 18);
  AggregateBinding binding{.result = DataType::bigint(), .nullable = false, .ignoresDuplicates = true, .emptyResult = Value::integer(0)};
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  binding.aggregator = makeObjectAggregator(DistinctSketch{precision});
  return binding;
}

const AggregateFunction kApproxCountDistinct = {
    .names = {"approx_count_distinct"},
    .since = "1.6.0",
    .usage = "approx_count_distinct(expr[, relativeSD]) - About how many different values there are.",
    .examples = {{.sql = "SELECT approx_count_distinct(col) FROM VALUES (1), (1), (2), (2), (3) AS tab(col)", .result = "3"}},
    .bind = bindApproxCountDistinct,
};

}  // namespace

void registerApproxCountDistinct(expr::FunctionRegistry& registry) { registry.add(kApproxCountDistinct); }

}  // namespace flint::functions
