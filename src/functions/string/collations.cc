// Strings under other orders than that of their bytes: collate, collation, and the key that stands for a string in comparisons.
#include <unicode/coll.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <map>
#include <memory>

#include "expr/expression_text.h"
#include "expr/function_registry.h"
#include "expr/nodes.h"
#include "functions/kernel_loops.h"
#include "functions/string/charset.h"
#include "functions/string/collation_keys.h"
#include "functions/string/utf8.h"
#include "functions/types_of_arguments.h"
#include "types/collation.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;

namespace {

Error unknownCollation(const std::string& name) {
  return Error(condition::kCollationInvalidName).with("collationName", name).with("proposals", "UTF8_BINARY, UTF8_LCASE, UNICODE");
}

void passUnchanged(const KernelArgs& args) { args.resultBuffer().setVector(ColumnVector::withType(args.vector(0), args.resultType())); }

Result<FunctionBinding> bindCollate(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  if (!context.argumentTypes[0].isStringLike() && !context.argumentTypes[0].is(TypeKind::kNull)) return unexpectedArgumentType(context, 0, "\"STRING\"");
  const Value* name = context.constants[1];
  if (name == nullptr || !context.argumentTypes[1].isStringLike()) {
    return Error(condition::kNonFoldableArgument).with("funcName", "`collate`").with("paramName", "`collationName`").with("paramType", "\"STRING\"");
  }
  if (name->isNull()) return unexpectedArgumentType(context, 1, "\"STRING\"");
  const int id = findCollation(name->asString());
  if (id < 0) return unknownCollation(name->asString());
  FunctionBinding binding;
  binding.argumentTypes = {context.argumentTypes[0].is(TypeKind::kNull) ? kString : context.argumentTypes[0], kString};
  binding.result = DataType::collatedString(id);
  binding.kernel = passUnchanged;
  return binding;
}

Result<ExprPtr> rewriteCollation(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType& type = context.argumentTypes[0];
  if (!type.isStringLike() && !type.is(TypeKind::kNull)) return unexpectedArgumentType(context, 0, "\"STRING\"");
  return literalString("SYSTEM.BUILTIN." + collationName(type.collation()));
}

struct KeyData {
  Collation collation;
  std::unique_ptr<icu::Collator> collator;
};

// Fills in the collator of ICU's collations. False for an unknown one.
bool openCollator(KeyData& data) {
  if (!data.collation.icu) return true;
  UErrorCode status = U_ZERO_ERROR;
  const icu::Locale locale = data.collation.locale.empty() ? icu::Locale::getRoot() : icu::Locale(data.collation.locale.c_str());
  data.collator.reset(icu::Collator::createInstance(locale, status));
  if (U_FAILURE(status)) return false;
  const bool cases = !data.collation.ignoresCase;
  const bool accents = !data.collation.ignoresAccents;
  data.collator->setAttribute(UCOL_STRENGTH, cases && accents ? UCOL_TERTIARY : accents ? UCOL_SECONDARY : UCOL_PRIMARY, status);
  if (cases && !accents) data.collator->setAttribute(UCOL_CASE_LEVEL, UCOL_ON, status);
  return true;
}

std::string lowerCaseKey(std::string_view text) {
  const std::string repaired = repairedUtf8(text);
  std::string_view rest = repaired;
  std::string out;
  while (!rest.empty()) {
    const auto code = static_cast<UChar32>(codePointOf(rest));
    rest.remove_prefix(std::min(rest.size(), characterBytes(rest[0])));
    if (code == 0x130) {
      out += "i\xCC\x87";  // the dotted capital I is two code points in lower case
    } else {
      appendCodePoint(out, static_cast<uint32_t>(code == 0x3C2 ? 0x3C3 : u_tolower(code)));
    }
  }
  return out;
}

void makeKey(const KeyData& data, std::string_view plain, std::string& key) {
  if (data.collation.ignoresTrailingBlanks) plain = plain.substr(0, plain.find_last_not_of(' ') + 1);
  if (data.collator != nullptr) {
    const icu::UnicodeString wide = icu::UnicodeString::fromUTF8(icu::StringPiece(plain.data(), static_cast<int32_t>(plain.size())));
    const int32_t size = data.collator->getSortKey(wide, nullptr, 0);
    key.resize(static_cast<size_t>(size));
    data.collator->getSortKey(wide, reinterpret_cast<uint8_t*>(key.data()), size);
  } else {
    key = data.collation.lowerCase ? lowerCaseKey(plain) : std::string(plain);
  }
}

void makeKeys(const KernelArgs& args) {
  const auto& data = args.data<KeyData>();
  auto out = args.result<StringView>();
  std::string key;
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) {
    makeKey(data, text.view(), key);
    out.set(row, key);
  });
}

// The type with bytes, the keys, in the place of texts with a collation.
DataType typeOfKeys(const DataType& type) {
  if (type.is(TypeKind::kArray)) return DataType::array(typeOfKeys(type.elementType()), type.containsNull());
  if (type.is(TypeKind::kMap)) return DataType::map(typeOfKeys(type.keyType()), typeOfKeys(type.valueType()), type.valueContainsNull());
  if (type.is(TypeKind::kStruct)) {
    StructFields fields = type.fields();
    for (StructField& field : fields) field.type = typeOfKeys(field.type);
    return DataType::structType(std::move(fields));
  }
  return type.collation() == 0 ? type : kBinary;
}

VectorPtr keysOfTexts(const ColumnVector& texts, int collation) {
  // Opening ICU's collators takes longer than a key does, and they belong to one thread.
  thread_local std::map<int, KeyData> opened;
  const auto [entry, isNew] = opened.try_emplace(collation);
  KeyData& data = entry->second;
  if (isNew) {
    data.collation = collationOf(collation);
    openCollator(data);
  }
  columnar::VectorBuilder builder(kBinary);
  std::string key;
  for (RowIndex row = 0; row < texts.size(); ++row) {
    if (texts.isNull(row)) {
      builder.appendNull();
      continue;
    }
    makeKey(data, texts.values<StringView>()[row].view(), key);
    builder.appendString(key);
  }
  return builder.finish();
}

void makeNestedKeys(const KernelArgs& args) { args.resultBuffer().setVector(comparedValues(args.vector(0), args.type(0))); }

Result<FunctionBinding> bindKey(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  if (context.argumentTypes[0].isNested()) {
    FunctionBinding nested;
    nested.argumentTypes = {context.argumentTypes[0]};
    nested.result = typeOfKeys(context.argumentTypes[0]);
    nested.kernel = makeNestedKeys;
    return nested;
  }
  const bool isText = context.argumentTypes[0].is(TypeKind::kString);
  if (!isText && !implicitCast(context.argumentTypes[0], kString, context.options.ansi)) return unexpectedArgumentType(context, 0, "\"STRING\"");
  const DataType type = isText ? context.argumentTypes[0] : kString;
  auto data = std::make_shared<KeyData>();
  data->collation = collationOf(type.collation());
  if (!openCollator(*data)) return unknownCollation(collationName(type.collation()));
  FunctionBinding binding;
  binding.argumentTypes = {type};
  binding.result = kBinary;
  binding.kernel = makeKeys;
  binding.data = std::move(data);
  return binding;
}

}  // namespace

VectorPtr comparedValues(const VectorPtr& values, const DataType& type) {
  if (!hasCollations(type)) return values;
  if (values->isConstant()) return ColumnVector::constant(comparedValues(values->base(), type), 0, values->size());
  if (values->isDictionary()) return ColumnVector::dictionary(comparedValues(values->base(), type), values->size(), values->valuesBuffer(), values->validityBuffer());
  if (!type.isNested()) return keysOfTexts(*values, type.collation());
  const std::vector<DataType> types = type.childTypes();
  std::vector<VectorPtr> children;
  for (size_t i = 0; i < values->children().size(); ++i) children.push_back(comparedValues(values->children()[i], types[i]));
  if (type.is(TypeKind::kStruct)) return ColumnVector::structure(typeOfKeys(type), values->size(), values->validityBuffer(), std::move(children));
  return ColumnVector::list(typeOfKeys(type), values->size(), values->valuesBuffer(), values->validityBuffer(), std::move(children));
}

CollationKeys::CollationKeys(int collation) {
  auto data = std::make_shared<KeyData>();
  data->collation = collationOf(collation);
  data->collation.ignoresTrailingBlanks = false;  // one character has none
  openCollator(*data);
  data_ = std::move(data);
}
std::string CollationKeys::of(std::string_view text) const {
  std::string key;
  makeKey(*static_cast<const KeyData*>(data_.get()), text, key);
  return key;
}

void registerCollations(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"collate"}, .group = Group::kString, .since = "4.0.0", .usage = "collate(expr, collationName) - The text, compared by the rules of a collation.",
       .examples = {{.sql = "SELECT collate('a', 'UTF8_LCASE') = 'A'", .result = "true"}}, .bind = bindCollate},
      {.names = {"collation"}, .group = Group::kString, .since = "4.0.0", .usage = "collation(expr) - The name of the text's collation.",
       .examples = {{.sql = "SELECT collation('Spark SQL')", .result = "SYSTEM.BUILTIN.UTF8_BINARY"}}, .rewrite = rewriteCollation},
      {.names = {"collation_key"}, .group = Group::kInternal, .since = "4.0.0", .usage = "collation_key(expr) - Bytes that compare as the text does under its collation.", .bind = bindKey},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
