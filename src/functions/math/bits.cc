// Bitwise operators and shifts; bin, hex, unhex, conv.
#include <algorithm>
#include <bit>
#include <memory>

#include "expr/expression_text.h"
#include "expr/function_registry.h"
#include "functions/kernel_loops.h"
#include "functions/types_of_arguments.h"
#include "types/number_text.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;

namespace {

enum class BitOp { kAnd, kOr, kXor };

template <class T, BitOp Op>
void combineBits(const KernelArgs& args) {
  T* out = args.result<T>().values();
  forEachPair<T, T>(args, [&](RowIndex row, T a, T b) { out[row] = static_cast<T>(Op == BitOp::kAnd ? a & b : Op == BitOp::kOr ? a | b : a ^ b); });
}
template <class T>
void invertBits(const KernelArgs& args) {
  T* out = args.result<T>().values();
  forEachValue<T>(args, [&](RowIndex row, T value) { out[row] = static_cast<T>(~value); });
}

Result<FunctionBinding> bindInvert(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  DataType type = context.argumentTypes[0];
  if (type.isStringLike()) type = kBigint;
  if (type.is(TypeKind::kNull)) type = kInt;
  if (!type.isIntegral()) return unexpectedArgumentType(context, 0, "\"INTEGRAL\"");
  FunctionBinding binding;
  binding.argumentTypes = {type};
  binding.result = type;
  binding.takesNullRows = true;
  switch (type.kind()) {
    case TypeKind::kByte: binding.kernel = invertBits<int8_t>; break;
    case TypeKind::kShort: binding.kernel = invertBits<int16_t>; break;
    case TypeKind::kInteger: binding.kernel = invertBits<int32_t>; break;
    default: binding.kernel = invertBits<int64_t>; break;
  }
  return binding;
}

template <BitOp Op>
Result<FunctionBinding> bindBits(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  const DataType& left = context.argumentTypes[0];
  const DataType& right = context.argumentTypes[1];
  const bool promotes = context.options.ansi && left.isStringLike() != right.isStringLike();
  const auto common = promotes ? findWiderTypeForTwo(left, right, true) : findTightestCommonType(left, right, context.options.ansi);
  if (!common || !common->isIntegral()) {
    const std::string sql = "\"(" + columnName(context.arguments[0]) + " " + std::string(context.name) + " " + columnName(context.arguments[1]) + ")\"";
    if (common && (promotes || left.sameType(right))) {
      return Error(condition::kDatatypeMismatchBinaryOpWrongType).with("sqlExpr", sql).with("inputType", "\"INTEGRAL\"").with("actualDataType", "\"" + common->sql() + "\"");
    }
    return Error(condition::kDatatypeMismatchBinaryOpDiffTypes).with("sqlExpr", sql).with("left", "\"" + left.sql() + "\"").with("right", "\"" + right.sql() + "\"");
  }
  FunctionBinding binding;
  binding.argumentTypes = {*common, *common};
  binding.result = *common;
  binding.takesNullRows = true;
  switch (common->kind()) {
    case TypeKind::kByte: binding.kernel = combineBits<int8_t, Op>; break;
    case TypeKind::kShort: binding.kernel = combineBits<int16_t, Op>; break;
    case TypeKind::kInteger: binding.kernel = combineBits<int32_t, Op>; break;
    default: binding.kernel = combineBits<int64_t, Op>; break;
  }
  return binding;
}

enum class Shift { kLeft, kRight, kRightUnsigned };
template <class T, Shift Which>
void shiftBits(const KernelArgs& args) {
  using Unsigned = std::make_unsigned_t<T>;
  constexpr int32_t kMask = sizeof(T) * 8 - 1;
  T* out = args.result<T>().values();
  forEachPair<T, int32_t>(args, [&](RowIndex row, T value, int32_t distance) {
    const int32_t by = distance & kMask;
    if constexpr (Which == Shift::kLeft) out[row] = static_cast<T>(static_cast<Unsigned>(value) << by);
    if constexpr (Which == Shift::kRight) out[row] = static_cast<T>(value >> by);
    if constexpr (Which == Shift::kRightUnsigned) out[row] = static_cast<T>(static_cast<Unsigned>(value) >> by);
  });
}
template <Shift Which>
std::vector<Overload> shiftOverloads() {
  return {{.arguments = {kInt, kInt}, .result = kInt, .kernel = shiftBits<int32_t, Which>, .takesNullRows = true},
          {.arguments = {kBigint, kInt}, .result = kBigint, .kernel = shiftBits<int64_t, Which>, .takesNullRows = true}};
}

template <class T>
void countBits(const KernelArgs& args) {
  auto* out = args.result<int32_t>().values();
  forEachValue<T>(args, [&](RowIndex row, T value) { out[row] = std::popcount(static_cast<uint64_t>(static_cast<int64_t>(value))); });
}
void countBooleanBits(const KernelArgs& args) {
  auto* out = args.result<int32_t>().values();
  forEachValue<uint8_t>(args, [&](RowIndex row, uint8_t value) { out[row] = value; });
}

template <class T>
void readBit(const KernelArgs& args) {
  auto* out = args.result<int8_t>().values();
  constexpr int32_t kBits = sizeof(T) * 8;
  forEachPair<T, int32_t>(args, [&](RowIndex row, T value, int32_t position) {
    if (position < 0 || position >= kBits) {
      args.errors().set(row, Error(condition::kInvalidParameterValueBitPositionRange)
                                 .with("parameter", "`pos`")
                                 .with("functionName", "`getbit`")
                                 .with("upper", std::to_string(kBits))
                                 .with("invalidValue", std::to_string(position)));
      out[row] = 0;
    } else {
      out[row] = static_cast<int8_t>(value >> position & 1);
    }
  });
}

void writeBinary(const KernelArgs& args) {
  auto out = args.result<StringView>();
  forEachValue<int64_t>(args, [&](RowIndex row, int64_t value) {
    std::string text;
    for (auto rest = static_cast<uint64_t>(value); rest != 0; rest >>= 1) text.insert(text.begin(), static_cast<char>('0' + (rest & 1)));
    out.set(row, text.empty() ? "0" : text);
  });
}

void hexOfNumber(const KernelArgs& args) {
  auto out = args.result<StringView>();
  forEachValue<int64_t>(args, [&](RowIndex row, int64_t value) {
    std::string text;
    for (auto rest = static_cast<uint64_t>(value); rest != 0; rest >>= 4) text.insert(text.begin(), "0123456789ABCDEF"[rest & 15]);
    out.set(row, text.empty() ? "0" : text);
  });
}
void hexOfBytes(const KernelArgs& args) {
  auto out = args.result<StringView>();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& value) { out.set(row, hexText(value.view())); });
}

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 32);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}
void bytesOfHex(const KernelArgs& args) {
  auto out = args.result<StringView>();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& value) {
    std::string_view text = value.view();
    std::string bytes;
    int high = text.size() % 2 == 0 ? -1 : 0;
    for (const char c : text) {
      const int digit = hexDigit(c);
      if (digit < 0) return out.setNull(row);
      if (high < 0) {
        high = digit;
      } else {
        bytes += static_cast<char>(high << 4 | digit);
        high = -1;
      }
    }
    out.set(row, bytes);
  });
}

// Numbers between bases, as unsigned 64-bit ones; a negative target base shows them signed.
void convertBase(const KernelArgs& args) {
  const auto text = args.column<StringView>(0);
  const auto from = args.column<int32_t>(1);
  const auto to = args.column<int32_t>(2);
  auto out = args.result<StringView>();
  for (const RowIndex row : args.activeRows()) {
    const int32_t source = from[row];
    const int32_t target = std::abs(to[row]);
    std::string_view digits = text[row].view();
    while (!digits.empty() && digits.front() == ' ') digits.remove_prefix(1);
    if (source < 2 || source > 36 || target < 2 || target > 36 || digits.empty()) {
      out.setNull(row);
      continue;
    }
    const bool negative = digits[0] == '-';
    if (negative) digits.remove_prefix(1);
    uint64_t value = 0;
    bool overflow = false;
    for (const char c : digits) {
      const int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'z' ? (c | 32) - 'a' + 10 : 99;
      if (digit >= source) break;
      uint64_t next = 0;
      overflow = overflow || __builtin_mul_overflow(value, static_cast<uint64_t>(source), &next) || __builtin_add_overflow(next, static_cast<uint64_t>(digit), &next);
      value = overflow ? UINT64_MAX : next;
    }
    if (overflow && args.ansi()) {
      args.errors().set(row, Error(condition::kArithmeticOverflow).with("message", "Overflow in function conv()").with("alternative", "").with("config", "\"spark.sql.ansi.enabled\""));
    }
    if (negative && to[row] > 0) value = static_cast<int64_t>(value) < 0 ? UINT64_MAX : 0 - value;
    bool minus = negative && to[row] < 0;
    if (to[row] < 0 && !minus && static_cast<int64_t>(value) < 0) {
      value = 0 - value;
      minus = true;
    }
    std::string made;
    do {
      made.insert(made.begin(), "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[value % static_cast<uint64_t>(target)]);
      value /= static_cast<uint64_t>(target);
    } while (value != 0);
    out.set(row, minus ? "-" + made : made);
  }
}

}  // namespace

void registerBits(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"&"}, .group = Group::kBitwise, .since = "1.4.0", .usage = "expr1 & expr2 - Bitwise AND.", .examples = {{.sql = "SELECT 3 & 5", .result = "1"}}, .bind = bindBits<BitOp::kAnd>},
      {.names = {"|"}, .group = Group::kBitwise, .since = "1.4.0", .usage = "expr1 | expr2 - Bitwise OR.", .examples = {{.sql = "SELECT 3 | 5", .result = "7"}}, .bind = bindBits<BitOp::kOr>},
      {.names = {"^"}, .group = Group::kBitwise, .since = "1.4.0", .usage = "expr1 ^ expr2 - Bitwise exclusive OR.", .examples = {{.sql = "SELECT 3 ^ 5", .result = "6"}}, .bind = bindBits<BitOp::kXor>},
      {.names = {"~"}, .group = Group::kBitwise, .since = "1.4.0", .usage = "~ expr - Bitwise NOT.", .examples = {{.sql = "SELECT ~ 0", .result = "-1"}},
       .bind = bindInvert},
      {.names = {"<<"}, .group = Group::kBitwise, .since = "4.0.0", .usage = "base << exp - Shift to the left.", .overloads = shiftOverloads<Shift::kLeft>()},
      {.names = {">>"}, .group = Group::kBitwise, .since = "4.0.0", .usage = "base >> expr - Signed shift to the right.", .overloads = shiftOverloads<Shift::kRight>()},
      {.names = {">>>"}, .group = Group::kBitwise, .since = "4.0.0", .usage = "base >>> expr - Unsigned shift to the right.", .overloads = shiftOverloads<Shift::kRightUnsigned>()},
      {.names = {"shiftleft"}, .group = Group::kBitwise, .since = "1.5.0", .usage = "shiftleft(base, exp) - Shift to the left.", .examples = {{.sql = "SELECT shiftleft(2, 1)", .result = "4"}}, .overloads = shiftOverloads<Shift::kLeft>()},
      {.names = {"shiftright"}, .group = Group::kBitwise, .since = "1.5.0", .usage = "shiftright(base, expr) - Signed shift to the right.", .examples = {{.sql = "SELECT shiftright(4, 1)", .result = "2"}}, .overloads = shiftOverloads<Shift::kRight>()},
      {.names = {"shiftrightunsigned"}, .group = Group::kBitwise, .since = "1.5.0", .usage = "shiftrightunsigned(base, expr) - Unsigned shift to the right.", .overloads = shiftOverloads<Shift::kRightUnsigned>()},
      {.names = {"bit_count"}, .group = Group::kBitwise, .since = "3.0.0", .usage = "bit_count(expr) - The number of bits that are set.", .examples = {{.sql = "SELECT bit_count(0)", .result = "0"}},
       .overloads = {{.arguments = {kBigint}, .result = kInt, .kernel = countBits<int64_t>}, {.arguments = {kTinyint}, .result = kInt, .kernel = countBits<int8_t>},
                     {.arguments = {kSmallint}, .result = kInt, .kernel = countBits<int16_t>}, {.arguments = {kInt}, .result = kInt, .kernel = countBits<int32_t>},
                     {.arguments = {kBoolean}, .result = kInt, .kernel = countBooleanBits}}},
      {.names = {"getbit", "bit_get"}, .group = Group::kBitwise, .since = "3.2.0", .usage = "getbit(expr, pos) - The bit at pos.", .examples = {{.sql = "SELECT bit_get(11, 0)", .result = "1"}},
       .errors = {{condition::kInvalidParameterValueBitPositionRange}},
       .overloads = {{.arguments = {kBigint, kInt}, .result = kTinyint, .kernel = readBit<int64_t>}, {.arguments = {kTinyint, kInt}, .result = kTinyint, .kernel = readBit<int8_t>},
                     {.arguments = {kSmallint, kInt}, .result = kTinyint, .kernel = readBit<int16_t>}, {.arguments = {kInt, kInt}, .result = kTinyint, .kernel = readBit<int32_t>}}},
      {.names = {"bin"}, .group = Group::kMath, .since = "1.5.0", .usage = "bin(expr) - The number in base 2.", .examples = {{.sql = "SELECT bin(13)", .result = "1101"}}, .overloads = {{.arguments = {kBigint}, .result = kString, .kernel = writeBinary}}},
      {.names = {"hex"}, .group = Group::kMath, .since = "1.5.0", .usage = "hex(expr) - A number or bytes in base 16.", .examples = {{.sql = "SELECT hex(17)", .result = "11"}, {.sql = "SELECT hex('Spark SQL')", .result = "537061726B2053514C"}},
       .overloads = {{.arguments = {kBigint}, .result = kString, .kernel = hexOfNumber}, {.arguments = {kBinary}, .result = kString, .kernel = hexOfBytes}, {.arguments = {kString}, .result = kString, .kernel = hexOfBytes}}},
      {.names = {"unhex"}, .group = Group::kMath, .since = "1.5.0", .usage = "unhex(expr) - The bytes that a text in base 16 stands for.", .overloads = {{.arguments = {kString}, .result = kBinary, .kernel = bytesOfHex}}},
      {.names = {"conv"}, .group = Group::kMath, .since = "1.5.0", .usage = "conv(num, from_base, to_base) - A number in another base.", .examples = {{.sql = "SELECT conv('100', 2, 10)", .result = "4"}},
       .errors = {{condition::kArithmeticOverflow, WithoutAnsi::kKeepValue}}, .overloads = {{.arguments = {kString, kInt, kInt}, .result = kString, .kernel = convertBase}}},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
