// Between text and other types: to_number, to_char, to_binary, encode, decode.
#include <algorithm>
#include <memory>
#include <optional>
#include <variant>

#include "expr/expression_text.h"
#include "expr/function_registry.h"
#include "expr/unresolved.h"
#include "functions/kernel_loops.h"
#include "functions/string/charset.h"
#include "functions/string/number_format.h"
#include "functions/types_of_arguments.h"
#include "types/decimal.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;

namespace {

std::string lowerAscii(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return out;
}

Error notFoldable(const BindContext& context, size_t argument, const char* name) {
  return Error(condition::kDatatypeMismatchNonFoldableInput)
      .with("sqlExpr", "\"" + callText(context) + "\"")
      .with("inputName", name)
      .with("inputType", "\"" + context.argumentTypes[argument].sql() + "\"")
      .with("inputExpr", quotedExpression(context.arguments[argument], context.options.timeZone));
}

// The text of a constant that is not null, whatever its type.
std::string constantText(const BindContext& context, size_t argument) {
  const Value& value = *context.constants[argument];
  const DataType& type = context.argumentTypes[argument];
  return type.isStringLike() ? value.asString() : literalText(value, type, TextStyle::kName, context.options.timeZone);
}

// A call that replaces another one and is shown as what it is.
Result<ExprPtr> shownAs(ExprPtr replacement) {
  RuntimeReplaceable replaced;
  replaced.replacement = std::move(replacement);
  return ExprPtr(makeExpr(std::move(replaced)));
}

// ---- to_number, to_char -------------------------------------------------------------------------------------------

// The format when the pattern is a constant; null pattern: null data.
Result<std::shared_ptr<const NumberFormat>> constantFormat(const BindContext& context) {
  if (context.constants[1] == nullptr || context.constants[1]->isNull()) return std::shared_ptr<const NumberFormat>();
  ASSIGN_OR_RETURN(NumberFormat format, NumberFormat::parse(constantText(context, 1)));
  return std::make_shared<const NumberFormat>(std::move(format));
}

void noValues(const KernelArgs& args) { args.resultBuffer().setVector(ColumnVector::nulls(args.resultType(), args.numRows())); }

template <bool Tries>
void readNumbers(const KernelArgs& args) {
  const auto& format = args.data<NumberFormat>();
  const auto patterns = args.column<StringView>(1);
  const bool isSmall = format.precision() <= 18;
  auto* small = isSmall ? args.result<int64_t>().values() : nullptr;
  auto* large = isSmall ? nullptr : args.result<int128_t>().values();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) {
    const auto value = format.read(text.view());
    if (!value) {
      if (Tries) return columnar::clearBit(args.resultBuffer().validity(), row);
      return args.errors().set(row, Error(condition::kInvalidFormatMismatchInput).with("inputType", "\"STRING\"").with("input", text.str()).with("format", patterns[row].str()));
    }
    if (!fitsPrecision(*value, format.precision())) {
      return args.errors().set(row, Error(condition::kNumericValueOutOfRangeWithSuggestion)
                                        .with("value", toString(*value))
                                        .with("precision", std::to_string(format.precision()))
                                        .with("scale", std::to_string(format.scale()))
                                        .with("config", "\"spark.sql.ansi.enabled\""));
    }
    if (isSmall) {
      small[row] = static_cast<int64_t>(*value);
    } else {
      large[row] = *value;
    }
  });
}

template <bool Tries>
Result<FunctionBinding> bindToNumber(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  for (size_t i = 0; i < 2; ++i) {
    if (!implicitCast(context.argumentTypes[i], kString, context.options.ansi)) return unexpectedArgumentType(context, i, "\"STRING\"");
  }
  if (context.constants[1] == nullptr) return notFoldable(context, 1, "`format`");
  ASSIGN_OR_RETURN(const auto format, constantFormat(context));
  FunctionBinding binding;
  binding.argumentTypes = {kString, kString};
  binding.result = format == nullptr ? DataType::decimal(10, 0) : DataType::decimal(format->precision(), format->scale());
  binding.kernel = format == nullptr ? noValues : readNumbers<Tries>;
  binding.canRaise = true;
  binding.nullableIfArgumentsAre = !Tries;
  binding.data = format;
  return binding;
}

void writeNumbers(const KernelArgs& args) {
  const auto* constant = args.data<std::shared_ptr<const NumberFormat>>().get();
  const auto patterns = args.column<StringView>(1);
  const int scale = args.type(0).scale();
  const bool isSmall = args.type(0).precision() <= 18;
  auto out = args.result<StringView>();
  for (const RowIndex row : args.activeRows()) {
    const int128_t value = isSmall ? args.column<int64_t>(0)[row] : args.column<int128_t>(0)[row];
    if (constant != nullptr) {
      out.set(row, constant->write(value, scale));
      continue;
    }
    const auto format = NumberFormat::parse(patterns[row].view());
    if (format.isOk()) {
      out.set(row, format.value().write(value, scale));
    } else {
      args.errors().set(row, format.error());
    }
  }
}

Result<FunctionBinding> bindToChar(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  const DataType& type = context.argumentTypes[0];
  FunctionBinding binding;
  if (type.isNumeric()) {
    binding.argumentTypes = {decimalForType(type), kString};
  } else if (type.isStringLike() || type.is(TypeKind::kNull)) {
    binding.argumentTypes = {type.is(TypeKind::kNull) ? DataType::decimal(10, 0) : DataType::decimal(38, 18), kString};
  } else {
    return unexpectedArgumentType(context, 0, "\"NUMERIC\"");
  }
  if (!implicitCast(context.argumentTypes[1], kString, context.options.ansi)) return unexpectedArgumentType(context, 1, "\"STRING\"");
  ASSIGN_OR_RETURN(auto format, constantFormat(context));
  binding.result = kString;
  binding.kernel = writeNumbers;
  binding.canRaise = true;
  binding.data = std::make_shared<const std::shared_ptr<const NumberFormat>>(std::move(format));
  return binding;
}

// Moments and bytes go to the functions that write them; null: a number, which to_char itself writes.
Result<ExprPtr> rewriteToChar(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  const DataType& type = context.argumentTypes[0];
  if (type.isDatetime()) return shownAs(call("date_format", {context.arguments[0], context.arguments[1]}));
  if (type.is(TypeKind::kBinary)) {
    if (context.constants[1] == nullptr) return notFoldable(context, 1, "`format`");
    if (context.constants[1]->isNull()) return shownAs(literalNull(kString));
    const std::string form = lowerAscii(constantText(context, 1));
    if (form == "base64" || form == "hex") return shownAs(call(form, {context.arguments[0]}));
    if (form == "utf-8") {
      const ExprPtr decoded = call("decode", {context.arguments[0], context.arguments[1]});
      return context.name == "to_varchar" ? decoded : shownAs(decoded);
    }
    return Error(condition::kInvalidParameterValueBinaryFormat)
        .with("parameter", "`format`")
        .with("functionName", quoteIdentifier(context.name))
        .with("invalidFormat", "'" + constantText(context, 1) + "'");
  }
  if (context.name == "to_char") return ExprPtr();
  return shownAs(call("to_char", {context.arguments[0], context.arguments[1]}));
}

// ---- encode, decode, to_binary --------------------------------------------------------------------------------------

template <bool Encodes>
void convertCharset(const KernelArgs& args) {
  auto out = args.result<StringView>();
  const char* function = Encodes ? "`encode`" : "`decode`";
  forEachPair<StringView, StringView>(args, [&](RowIndex row, const StringView& text, const StringView& name) {
    const auto charset = charsetNamed(name.view());
    if (!charset) {
      return args.errors().set(row, Error(condition::kInvalidParameterValueCharset)
                                        .with("functionName", function)
                                        .with("parameter", "`charset`")
                                        .with("charset", name.str())
                                        .with("charsets", std::string(kCharsetNames)));
    }
    const auto converted = Encodes ? encodeText(text.view(), *charset) : decodeText(text.view(), *charset);
    if (!converted) return args.errors().set(row, Error(condition::kMalformedCharacterCoding).with("function", function).with("charset", name.str()));
    out.set(row, *converted);
  });
}

Result<FunctionBinding> bindDecode(const BindContext& context) {
  FunctionBinding binding;
  const DataType wanted[] = {kBinary, kString};
  for (size_t i = 0; i < 2; ++i) {
    if (!implicitCast(context.argumentTypes[i], wanted[i], context.options.ansi)) return unexpectedArgumentType(context, i, "\"" + wanted[i].sql() + "\"");
    binding.argumentTypes.push_back(wanted[i]);
  }
  binding.result = kString;
  binding.kernel = convertCharset<false>;
  binding.canRaise = true;
  return binding;
}

// decode(value, search, result, ..., otherwise) is a CASE; with two arguments it reads bytes.
Result<ExprPtr> rewriteDecode(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, SIZE_MAX));
  const size_t count = context.arguments.size();
  if (count == 2) return ExprPtr();
  std::vector<ExprPtr> parts;
  for (size_t i = 1; i + 1 < count; i += 2) {
    parts.push_back(call("<=>", {context.arguments[0], context.arguments[i]}));
    parts.push_back(context.arguments[i + 1]);
  }
  if (count % 2 == 0) parts.push_back(context.arguments[count - 1]);
  return call("when", std::move(parts));
}

std::optional<std::string> bytesOfHex(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1; };
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const bool lone = i == 0 && text.size() % 2 == 1;
    const int high = lone ? 0 : digit(text[i++]);
    const int low = digit(text[i++]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}

std::optional<std::string> bytesOfBase64(std::string_view text) {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  uint32_t word = 0;
  size_t letters = 0;
  size_t fillers = 0;
  for (const char c : text) {
    if (c == ' ' || (c >= '\t' && c <= '\r')) continue;
    if (c == '=') {
      ++fillers;
      continue;
    }
    const size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos || fillers > 0) return std::nullopt;
    word = word << 6 | static_cast<uint32_t>(value);
    ++letters;
    const int bits = static_cast<int>(letters * 6 % 8);
    if (letters % 4 != 1) out += static_cast<char>(word >> bits & 0xFF);
  }
  if (letters % 4 == 1 || fillers > 2 || (fillers > 0 && (letters + fillers) % 4 != 0)) return std::nullopt;
  return out;
}

enum class BinaryForm : uint8_t { kHex, kUtf8, kBase64 };
struct BinaryData {
  BinaryForm form = BinaryForm::kHex;
  bool tries = false;
};

void readBytes(const KernelArgs& args) {
  const auto& data = args.data<BinaryData>();
  auto out = args.result<StringView>();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) {
    const auto bytes = data.form == BinaryForm::kHex ? bytesOfHex(text.view()) : data.form == BinaryForm::kBase64 ? bytesOfBase64(text.view()) : std::optional(text.str());
    if (bytes) return out.set(row, *bytes);
    if (data.tries) return out.setNull(row);
    args.errors().set(row, Error(condition::kConversionInvalidInput)
                               .with("str", "'" + text.str() + "'")
                               .with("fmt", data.form == BinaryForm::kHex ? "'HEX'" : "'BASE64'")
                               .with("targetType", "\"BINARY\"")
                               .with("suggestion", "`try_to_binary`"));
  });
}

template <bool Tries>
Result<FunctionBinding> bindToBinary(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  FunctionBinding binding;
  binding.result = kBinary;
  binding.argumentTypes = {kString, kString};
  binding.argumentTypes.resize(context.argumentTypes.size());
  for (size_t i = 0; i < context.argumentTypes.size(); ++i) {
    if (!implicitCast(context.argumentTypes[i], kString, context.options.ansi)) return unexpectedArgumentType(context, i, "\"STRING\"");
  }
  BinaryData data{.form = BinaryForm::kHex, .tries = Tries};
  binding.kernel = readBytes;
  if (context.argumentTypes.size() == 2) {
    const Value* form = context.constants[1];
    if (form == nullptr) return notFoldable(context, 1, "`fmt`");
    const std::string name = form->isNull() ? "hex" : lowerAscii(constantText(context, 1));
    const auto* found = name == "hex" ? "x" : name == "utf-8" || name == "utf8" ? "u" : name == "base64" ? "b" : nullptr;
    if (form->isNull() || (found == nullptr && Tries)) {
      binding.kernel = noValues;
    } else if (found == nullptr) {
      return Error(condition::kDatatypeMismatchInvalidArgValue)
          .with("sqlExpr", "\"" + callText(context) + "\"")
          .with("inputName", "`fmt`")
          .with("requireType", "case-insensitive \"STRING\"")
          .with("validValues", "'hex', 'utf-8', 'utf8', or 'base64'")
          .with("inputValue", "'" + constantText(context, 1) + "'");
    } else {
      data.form = *found == 'x' ? BinaryForm::kHex : *found == 'u' ? BinaryForm::kUtf8 : BinaryForm::kBase64;
    }
  }
  binding.canRaise = !Tries;
  binding.nullableIfArgumentsAre = !Tries && binding.kernel == readBytes;
  binding.data = std::make_shared<const BinaryData>(data);
  return binding;
}

}  // namespace

void registerConversion(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"to_number"}, .group = Group::kString, .since = "3.3.0", .usage = "to_number(expr, fmt) - The number that a text in the form of a pattern stands for.",
       .examples = {{.sql = "SELECT to_number('$78.12', '$99.99')", .result = "78.12"}}, .bind = bindToNumber<false>},
      {.names = {"try_to_number"}, .group = Group::kString, .since = "3.3.0", .usage = "try_to_number(expr, fmt) - As to_number, but NULL for a text of another form.",
       .examples = {{.sql = "SELECT try_to_number('x', '99')", .result = "NULL"}}, .bind = bindToNumber<true>},
      {.names = {"to_char", "to_varchar"}, .group = Group::kString, .since = "3.4.0", .usage = "to_char(expr, format) - A number, moment or bytes as text in the form of a pattern.",
       .examples = {{.sql = "SELECT to_char(454.00, '000D00')", .result = "454.00"}}, .bind = bindToChar, .rewrite = rewriteToChar},
      {.names = {"encode"}, .group = Group::kString, .since = "1.5.0", .usage = "encode(str, charset) - The bytes of the text in a character set.",
       .examples = {{.sql = "SELECT hex(encode('abc', 'utf-8'))", .result = "616263"}}, .errors = {{condition::kInvalidParameterValueCharset}, {condition::kMalformedCharacterCoding}},
       .overloads = {{.arguments = {kString, kString}, .result = kBinary, .kernel = convertCharset<true>}}},
      {.names = {"decode"}, .group = Group::kString, .since = "1.5.0", .usage = "decode(bin, charset) - The text that bytes are in a character set. decode(expr, search, result, ..., default) - The result of the first search that equals expr.",
       .examples = {{.sql = "SELECT decode(encode('abc', 'utf-8'), 'utf-8')", .result = "abc"}, {.sql = "SELECT decode(2, 1, 'a', 2, 'b', 'c')", .result = "b"}}, .bind = bindDecode, .rewrite = rewriteDecode},
      {.names = {"to_binary"}, .group = Group::kString, .since = "3.3.0", .usage = "to_binary(str[, fmt]) - The bytes of a text in base 16 or 64, or as UTF-8.",
       .examples = {{.sql = "SELECT hex(to_binary('abc', 'utf-8'))", .result = "616263"}}, .bind = bindToBinary<false>},
      {.names = {"try_to_binary"}, .group = Group::kString, .since = "3.3.0", .usage = "try_to_binary(str[, fmt]) - As to_binary, but NULL for a text of another form.",
       .examples = {{.sql = "SELECT try_to_binary('a!', 'base64')", .result = "NULL"}}, .bind = bindToBinary<true>},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
