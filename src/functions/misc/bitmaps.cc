// Positions in bitmaps of 32,768 bits: bitmap_bit_position, bitmap_bucket_number, bitmap_count.
#include <bit>

#include "expr/function_registry.h"
#include "functions/kernel_loops.h"
#include "functions/types_of_arguments.h"

namespace flint::functions {

using namespace expr;

namespace {

constexpr int64_t kBits = 32'768;

void bitPosition(const KernelArgs& args) {
  auto* out = args.result<int64_t>().values();
  forEachValue<int64_t>(args, [&](RowIndex row, int64_t value) {
    // The smallest number has no opposite; its remainder is 0 either way.
    out[row] = value > 0 ? (value - 1) % kBits : -(value % kBits);
  });
}

void bucketNumber(const KernelArgs& args) {
  auto* out = args.result<int64_t>().values();
  forEachValue<int64_t>(args, [&](RowIndex row, int64_t value) { out[row] = value > 0 ? 1 + (value - 1) / kBits : value / kBits; });
}

void countBits(const KernelArgs& args) {
  auto* out = args.result<int64_t>().values();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& bytes) {
    int64_t count = 0;
    for (const char byte : bytes.view()) count += std::popcount(static_cast<unsigned char>(byte));
    out[row] = count;
  });
}

Result<FunctionBinding> bindCount(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType& type = context.argumentTypes[0];
  if (!type.is(TypeKind::kBinary) && !type.is(TypeKind::kNull)) return unexpectedArgumentType(context, 0, "\"BINARY\"");
  FunctionBinding binding;
  binding.argumentTypes = {kBinary};
  binding.result = kBigint;
  binding.kernel = countBits;
  return binding;
}

}  // namespace

void registerBitmaps(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"bitmap_bit_position"}, .group = Group::kMisc, .since = "3.5.0", .usage = "bitmap_bit_position(child) - The position of a number in its bitmap.", .examples = {{.sql = "SELECT bitmap_bit_position(123)", .result = "122"}}, .overloads = {{.arguments = {kBigint}, .result = kBigint, .kernel = bitPosition}}},
      {.names = {"bitmap_bucket_number"}, .group = Group::kMisc, .since = "3.5.0", .usage = "bitmap_bucket_number(child) - The number of the bitmap that a number belongs to.", .examples = {{.sql = "SELECT bitmap_bucket_number(123)", .result = "1"}}, .overloads = {{.arguments = {kBigint}, .result = kBigint, .kernel = bucketNumber}}},
      {.names = {"bitmap_count"}, .group = Group::kMisc, .since = "3.5.0", .usage = "bitmap_count(child) - The number of bits that are set.", .examples = {{.sql = "SELECT bitmap_count(X '1010')", .result = "2"}}, .bind = bindCount},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
