// uuid, and the calls of Java's static methods that are done here: reflect, java_method, try_reflect.
#include <openssl/rand.h>

#include <memory>
#include <optional>
#include <string>

#include "expr/expression_text.h"
#include "expr/function_registry.h"
#include "functions/types_of_arguments.h"

namespace flint::functions {

using namespace expr;

namespace {

std::string randomUuid() {
  static constexpr char kDigits[] = "0123456789abcdef";
  unsigned char bytes[16] = {};
  RAND_bytes(bytes, sizeof(bytes));
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);
  std::string out;
  for (size_t i = 0; i < sizeof(bytes); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += kDigits[bytes[i] >> 4];
    out += kDigits[bytes[i] & 15];
  }
  return out;
}

// The Mersenne Twister as Apache Commons Math seeds it with a 64-bit number, and the UUIDs that Spark makes of it.
class SeededUuids {
 public:
  explicit SeededUuids(int64_t seed) {
    const uint32_t key[] = {static_cast<uint32_t>(static_cast<uint64_t>(seed) >> 32), static_cast<uint32_t>(seed)};
    words_[0] = 19650218;
    for (uint32_t i = 1; i < kWords; ++i) words_[i] = 1812433253U * (words_[i - 1] ^ words_[i - 1] >> 30) + i;
    size_t i = 1;
    size_t j = 0;
    const auto step = [&] {
      if (++i < kWords) return;
      words_[0] = words_[kWords - 1];
      i = 1;
    };
    for (size_t k = 0; k < kWords; ++k) {
      words_[i] = (words_[i] ^ (words_[i - 1] ^ words_[i - 1] >> 30) * 1664525U) + key[j] + static_cast<uint32_t>(j);
      step();
      j = (j + 1) % std::size(key);
    }
    for (size_t k = 1; k < kWords; ++k) {
      words_[i] = (words_[i] ^ (words_[i - 1] ^ words_[i - 1] >> 30) * 1566083941U) - static_cast<uint32_t>(i);
      step();
    }
    words_[0] = 0x80000000U;
  }
  std::string next() {
    const uint64_t high = (nextLong() & 0xFFFFFFFFFFFF0FFFULL) | 0x4000ULL;
    const uint64_t low = (nextLong() | 0x8000000000000000ULL) & 0xBFFFFFFFFFFFFFFFULL;
    std::string out;
    for (int i = 0; i < 32; ++i) {
      if (i == 8 || i == 12 || i == 16 || i == 20) out += '-';
      out += "0123456789abcdef"[(i < 16 ? high >> (60 - 4 * i) : low >> (60 - 4 * (i - 16))) & 15];
    }
    return out;
  }

 private:
  static constexpr size_t kWords = 624;
  static constexpr size_t kShift = 397;
  uint64_t nextLong() {
    const uint64_t high = nextWord();
    return high << 32 | nextWord();
  }
  uint32_t nextWord() {
    if (at_ == kWords) {
      for (size_t i = 0; i < kWords; ++i) {
        const uint32_t mixed = (words_[i] & 0x80000000U) | (words_[(i + 1) % kWords] & 0x7FFFFFFFU);
        words_[i] = words_[(i + kShift) % kWords] ^ mixed >> 1 ^ ((mixed & 1) != 0 ? 0x9908B0DFU : 0);
      }
      at_ = 0;
    }
    uint32_t out = words_[at_++];
    out ^= out >> 11;
    out ^= out << 7 & 0x9D2C5680U;
    out ^= out << 15 & 0xEFC60000U;
    return out ^ out >> 18;
  }
  uint32_t words_[kWords];
  size_t at_ = kWords;
};

void seededUuids(const KernelArgs& args) {
  if (args.state() == nullptr) args.state() = std::make_shared<SeededUuids>(args.data<int64_t>() + args.partition());
  auto& random = *static_cast<SeededUuids*>(args.state().get());
  auto out = args.result<StringView>();
  for (const RowIndex row : args.activeRows()) out.set(row, random.next());
}

void uuids(const KernelArgs& args) {
  auto out = args.result<StringView>();
  for (const RowIndex row : args.activeRows()) out.set(row, randomUuid());
}

bool isHex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// UUID.fromString: five groups of hexadecimal digits, written in full and in lower case.
std::optional<std::string> uuidFromText(std::string_view text) {
  static constexpr size_t kWidths[] = {8, 4, 4, 4, 12};
  std::string out;
  for (size_t group = 0; group < 5; ++group) {
    const size_t end = group == 4 ? text.size() : text.find('-');
    if (end == std::string_view::npos || end == 0 || end > kWidths[group]) return std::nullopt;
    if (group > 0) out += '-';
    out.append(kWidths[group] - end, '0');
    for (const char c : text.substr(0, end)) {
      if (!isHex(c)) return std::nullopt;
      out += static_cast<char>(c >= 'A' && c <= 'F' ? c + 32 : c);
    }
    text.remove_prefix(group == 4 ? end : end + 1);
  }
  return out;
}

std::optional<std::string> decodedUrl(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size() || !isHex(text[i + 1]) || !isHex(text[i + 2])) return std::nullopt;
    out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
    i += 2;
  }
  return out;
}

// A requirement that holds gives nothing, which is written "null".
std::optional<std::string> required(std::string_view condition) { return condition == "true" ? std::optional<std::string>("null") : std::nullopt; }

struct Method {
  std::string_view className;
  std::string_view name;
  size_t numArguments;
  std::optional<std::string> (*call)(std::string_view argument);
};
constexpr Method kMethods[] = {
    {"java.util.UUID", "randomUUID", 0, [](std::string_view) { return std::optional(randomUuid()); }},
    {"java.util.UUID", "fromString", 1, uuidFromText},
    {"java.net.URLDecoder", "decode", 1, decodedUrl},
    {"java.net.URLDecoder", "decode", 2, decodedUrl},
    {"scala.Predef", "require", 1, required},
};

struct CallData {
  const Method* method;
  std::string functionName;
};

template <bool Try>
void callMethod(const KernelArgs& args) {
  const auto& data = args.data<CallData>();
  const auto first = args.column<StringView>(args.count() > 2 ? 2 : 0);
  auto out = args.result<StringView>();
  for (const RowIndex row : args.activeRows()) {
    const auto answer = data.method->call(data.method->numArguments == 0 || first.isNull(row) ? std::string_view() : first[row].view());
    if (answer) {
      out.set(row, *answer);
    } else if (Try) {
      out.setNull(row);
    } else {
      args.errors().set(row, Error(condition::kFailedFunctionCall).with("funcName", data.functionName));
    }
  }
}

template <bool Try>
Result<FunctionBinding> bindReflect(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, SIZE_MAX));
  const std::string call = "\"" + callText(context) + "\"";
  for (size_t i = 0; i < 2; ++i) {
    if (context.constants[i] == nullptr || context.constants[i]->isNull() || !context.argumentTypes[i].isStringLike()) {
      return Error(condition::kDatatypeMismatchNonFoldableInput)
          .with("sqlExpr", call)
          .with("inputName", i == 0 ? "`class`" : "`method`")
          .with("inputType", "\"STRING\"")
          .with("inputExpr", quotedExpression(context.arguments[i]));
    }
  }
  const std::string className = context.constants[0]->asString();
  const std::string methodName = context.constants[1]->asString();
  const Method* found = nullptr;
  bool hasClass = false;
  for (const Method& method : kMethods) {
    hasClass = hasClass || method.className == className;
    if (method.className == className && method.name == methodName && method.numArguments + 2 == context.argumentTypes.size()) found = &method;
  }
  if (!hasClass) return Error(condition::kDatatypeMismatchUnexpectedClassType).with("sqlExpr", call).with("className", className);
  if (found == nullptr) {
    return Error(condition::kDatatypeMismatchUnexpectedStaticMethod).with("sqlExpr", call).with("methodName", methodName).with("className", className);
  }
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.size(), kString);
  binding.result = kString;
  binding.nulls = NullRule::kHandledByKernel;
  binding.kernel = callMethod<Try>;
  binding.canRaise = !Try;
  binding.data = std::make_shared<CallData>(CallData{found, quoteIdentifier(context.name)});
  return binding;
}

Result<FunctionBinding> bindUuid(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 0, 1));
  if (!context.argumentTypes.empty() && (!context.argumentTypes[0].isIntegral() || context.constants[0] == nullptr)) {
    return Error(condition::kInvalidParameterValueLong)
        .with("parameter", "`seed`")
        .with("functionName", "`uuid`")
        .with("invalidValue", quotedExpression(context.arguments[0]));
  }
  FunctionBinding binding;
  binding.result = kString;
  binding.nullable = false;
  binding.nulls = NullRule::kHandledByKernel;
  binding.kernel = uuids;
  if (!context.argumentTypes.empty() && !context.constants[0]->isNull()) {
    binding.argumentTypes = {context.argumentTypes[0]};
    binding.kernel = seededUuids;
    binding.data = std::make_shared<const int64_t>(context.constants[0]->asInteger());
  }
  return binding;
}

}  // namespace

void registerJavaCalls(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"uuid"}, .group = Group::kMisc, .since = "2.3.0", .usage = "uuid([seed]) - A random UUID of version 4.", .nulls = NullRule::kHandledByKernel, .deterministic = false, .nullable = false, .bind = bindUuid},
      {.names = {"reflect", "java_method"}, .group = Group::kMisc, .since = "2.0.0", .usage = "reflect(class, method[, arg1[, arg2 ..]]) - What a static method of Java gives: of java.util.UUID, java.net.URLDecoder and scala.Predef.", .nulls = NullRule::kHandledByKernel, .deterministic = false, .bind = bindReflect<false>},
      {.names = {"try_reflect"}, .group = Group::kMisc, .since = "4.0.0", .usage = "try_reflect(class, method[, arg1[, arg2 ..]]) - As reflect, NULL where the method fails.", .nulls = NullRule::kHandledByKernel, .deterministic = false, .bind = bindReflect<true>},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
