#include "functions/external_formats.h"

#include <strings.h>

#include <charconv>

#include "expr/expression_text.h"

namespace flint::functions {

using namespace expr;

BindContext asWritten(const BindContext& context) {
  const bool isLoaded = context.name.ends_with(kLoadedSuffix);
  const std::string_view name = isLoaded ? context.name.substr(0, context.name.size() - kLoadedSuffix.size()) : context.name;
  return {name, context.argumentTypes, context.arguments, context.constants, context.options};
}

std::string upperName(const BindContext& context) {
  std::string name(context.name);
  for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

bool isConstantText(const BindContext& context, size_t argument) {
  return context.constants[argument] != nullptr && context.argumentTypes[argument].isStringLike();
}

bool isConstantNull(const BindContext& context, size_t argument) { return context.argumentTypes[argument].is(TypeKind::kNull); }

bool areConstantOptions(const BindContext& context, size_t argument) {
  const DataType& type = context.argumentTypes[argument];
  if (context.constants[argument] == nullptr || !type.is(TypeKind::kMap)) return isConstantNull(context, argument);
  const bool ofTexts = type.keyType().isStringLike() && type.valueType().isStringLike();
  return ofTexts || (type.keyType().is(TypeKind::kNull) && type.valueType().is(TypeKind::kNull));
}

records::RecordOptions constantOptions(const BindContext& context, size_t argument) {
  records::RecordOptions::Entries entries;
  const Value* map = argument < context.argumentTypes.size() ? context.constants[argument] : nullptr;
  if (map != nullptr && !map->isNull() && context.argumentTypes[argument].is(TypeKind::kMap)) {
    for (const auto& [key, value] : map->asMap()) {
      if (!key.isNull() && !value.isNull()) entries.emplace_back(key.asString(), value.asString());
    }
  }
  return records::RecordOptions(std::move(entries));
}

Result<records::ParseMode> failFastModeOf(const BindContext& context, const records::RecordOptions& options) {
  const std::string mode = options.text("mode", "FAILFAST");
  if (strcasecmp(mode.c_str(), "DROPMALFORMED") == 0) {
    return Error(condition::kParseModeUnsupported).with("funcName", quoteIdentifier(context.name)).with("mode", "DROPMALFORMED").as(ErrorFamily::kAnalysis);
  }
  // A word that is no mode means PERMISSIVE.
  return strcasecmp(mode.c_str(), "FAILFAST") == 0 ? records::ParseMode::kFailFast : records::ParseMode::kPermissive;
}

Result<int> integerOption(const records::RecordOptions& options, const char* name, int otherwise) {
  const std::string* text = options.find(name);
  if (text == nullptr) return otherwise;
  int number = 0;
  const char* end = text->data() + text->size();
  const auto [at, problem] = std::from_chars(text->data(), end, number);
  if (problem == std::errc() && at == end) return number;
  return Error(condition::kStdsInvalidOptionValueWithMessage).with("optionName", name).with("message", "`" + *text + "` is no whole number").as(ErrorFamily::kAnalysis);
}

Error wrongArgument(const BindContext& context, const std::string& what) {
  return Error(condition::kDatatypeMismatchTypeCheckFailureWithHint)
      .with("sqlExpr", "\"" + callText(context) + "\"")
      .with("msg", what)
      .with("hint", "");
}

void appendMalformed(const DataType& type, columnar::VectorBuilder& builder) {
  if (!type.is(TypeKind::kStruct)) return builder.appendNull();
  for (size_t i = 0; i < type.fields().size(); ++i) builder.child(i).appendNull();
  builder.appendStruct();
}

std::string shownBytes(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  constexpr size_t kMost = 100;
  std::string text = "X'";
  for (const char byte : bytes.substr(0, kMost)) {
    text += kDigits[static_cast<unsigned char>(byte) >> 4];
    text += kDigits[byte & 15];
  }
  return text + (bytes.size() > kMost ? "...'" : "'");
}

}  // namespace flint::functions
