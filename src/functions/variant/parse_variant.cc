// Variants from JSON texts and other values, and what they are: parse_json, to_variant_object, is_variant_null, is_valid_variant, variant_explode.
#include "columnar/variant_builder.h"
#include "columnar/variant_reader.h"
#include "expr/cast/variant_casts.h"
#include "expr/function_registry.h"
#include "functions/record_arguments.h"
#include "functions/types_of_arguments.h"
#include "records/json_document.h"
#include "records/json_variant.h"

namespace flint::functions {

using namespace expr;
using columnar::VariantBuilder;
using columnar::VariantKind;
using columnar::VariantReader;
using columnar::VectorBuilder;

namespace {

constexpr records::JsonDialect kStrictJson = {.allowSingleQuotes = false, .allowNonNumericNumbers = false};
const DataType kVariant = DataType::variant();

template <bool Try>
void parseJson(const KernelArgs& args) {
  const auto texts = args.column<StringView>(0);
  auto out = args.result<StringView>();
  records::JsonDocument document(kStrictJson);
  for (const RowIndex row : args.activeRows()) {
    VariantBuilder builder;
    std::string duplicate;
    const bool parsed = document.parse(texts[row].view(), true);
    if (parsed && appendJsonAsVariant(document, document.root(), builder, duplicate)) {
      out.set(row, builder.finish());
    } else if (Try) {
      out.setNull(row);
    } else if (parsed) {
      args.errors().set(row, Error(condition::kVariantDuplicateKey).with("key", duplicate));
    } else {
      args.errors().set(row, malformedRecord(texts[row].view()));
    }
  }
}

template <bool Try>
Result<FunctionBinding> bindParseJson(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  if (!context.argumentTypes[0].isStringLike() && !context.argumentTypes[0].is(TypeKind::kNull)) return unexpectedArgumentType(context, 0, "\"STRING\"");
  FunctionBinding binding;
  binding.argumentTypes = {kString};
  binding.result = kVariant;
  binding.nullableIfArgumentsAre = !Try;
  binding.kernel = parseJson<Try>;
  binding.canRaise = !Try;
  return binding;
}

Status checkVariant(const BindContext& context, size_t index) {
  const DataType& type = context.argumentTypes[index];
  if (type.is(TypeKind::kVariant) || type.is(TypeKind::kNull)) return Status::ok();
  return unexpectedArgumentType(context, index, "\"VARIANT\"");
}

void testNull(const KernelArgs& args) {
  const auto variants = args.column<StringView>(0);
  auto* out = args.result<uint8_t>().values();
  for (const RowIndex row : args.activeRows()) {
    out[row] = !variants.isNull(row) && VariantReader::of(variants[row].view()).kind() == VariantKind::kNull ? 1 : 0;
  }
}
Result<FunctionBinding> bindIsVariantNull(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  RETURN_IF_ERROR(checkVariant(context, 0));
  FunctionBinding binding;
  binding.argumentTypes = {kVariant};
  binding.result = kBoolean;
  binding.nullable = false;
  binding.kernel = testNull;
  binding.nulls = NullRule::kHandledByKernel;
  return binding;
}

void testValid(const KernelArgs& args) {
  const auto variants = args.column<StringView>(0);
  auto* out = args.result<uint8_t>().values();
  for (const RowIndex row : args.activeRows()) out[row] = VariantReader::of(variants[row].view()).isValid() ? 1 : 0;
}
Result<FunctionBinding> bindIsValidVariant(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  RETURN_IF_ERROR(checkVariant(context, 0));
  FunctionBinding binding;
  binding.argumentTypes = {kVariant};
  binding.result = kBoolean;
  binding.kernel = testValid;
  return binding;
}

void toVariant(const KernelArgs& args) {
  auto out = args.result<StringView>();
  VariantBuilder builder;
  for (const RowIndex row : args.activeRows()) {
    appendAsVariant(*args.vector(0), row, builder);
    out.set(row, builder.finish());
  }
}

bool holdsTime(const DataType& type) {
  if (type.is(TypeKind::kTime)) return true;
  for (const DataType& child : type.childTypes()) {
    if (holdsTime(child)) return true;
  }
  return false;
}

Result<FunctionBinding> bindToVariantObject(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType& type = context.argumentTypes[0];
  if (holdsTime(type)) return internalError("a TIME has no form as a variant");
  if (!type.isNested() || !isVariantTarget(type)) {
    return Error(condition::kDatatypeMismatchCastWithoutSuggestion)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("srcType", "\"" + type.sql() + "\"")
        .with("targetType", "\"VARIANT\"");
  }
  FunctionBinding binding;
  binding.argumentTypes = {type};
  binding.result = kVariant;
  binding.kernel = toVariant;
  return binding;
}

Status generateMembers(const GeneratorBinding& binding, std::span<const VectorPtr> arguments, const ActiveRows& active, std::span<VectorBuilder> columns,
                       std::vector<int32_t>& counts) {
  const VectorReader<StringView> variants(*arguments[0]);
  for (const RowIndex row : active) {
    const VariantReader variant = variants.isNull(row) ? VariantReader({}, {}) : VariantReader::of(variants[row].view());
    const size_t count = variant.size();
    const bool isObject = variant.kind() == VariantKind::kObject;
    for (size_t i = 0; i < count; ++i) {
      columns[0].appendFixed(static_cast<int32_t>(i));
      if (isObject) {
        columns[1].appendString(variant.name(i));
      } else {
        columns[1].appendNull();
      }
      const VariantReader member = variant.member(i);
      columns[2].appendString(std::string(member.metadata()) + std::string(member.value()));
    }
    const bool filler = count == 0 && binding.outer;
    if (filler) {
      for (VectorBuilder& column : columns) column.appendNull();
    }
    counts.push_back(filler ? 1 : static_cast<int32_t>(count));
  }
  return Status::ok();
}

template <bool Outer>
Result<GeneratorBinding> bindExplode(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  RETURN_IF_ERROR(checkVariant(context, 0));
  GeneratorBinding binding;
  binding.argumentTypes = {kVariant};
  binding.output = {{"pos", kInt, Outer}, {"key", kString, true}, {"value", kVariant, Outer}};
  binding.outer = Outer;
  binding.generate = generateMembers;
  return binding;
}

}  // namespace

void registerParseVariant(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"parse_json"}, .group = Group::kVariant, .since = "4.0.0", .usage = "parse_json(jsonStr) - A JSON text as a variant.", .examples = {{.sql = "SELECT parse_json('{\"a\":1,\"b\":0.8}')", .result = "{\"a\":1,\"b\":0.8}"}}, .bind = bindParseJson<false>},
      {.names = {"try_parse_json"}, .group = Group::kVariant, .since = "4.0.0", .usage = "try_parse_json(jsonStr) - As parse_json, NULL for a malformed text.", .bind = bindParseJson<true>},
      {.names = {"is_variant_null"}, .group = Group::kVariant, .since = "4.0.0", .usage = "is_variant_null(expr) - Whether the variant is JSON's null.", .examples = {{.sql = "SELECT is_variant_null(parse_json('null'))", .result = "true"}}, .nulls = NullRule::kHandledByKernel, .nullable = false, .bind = bindIsVariantNull},
      {.names = {"is_valid_variant"}, .group = Group::kVariant, .since = "4.2.0", .usage = "is_valid_variant(expr) - Whether the variant's bytes are well-formed.", .bind = bindIsValidVariant},
      {.names = {"to_variant_object"}, .group = Group::kVariant, .since = "4.0.0", .usage = "to_variant_object(expr) - A struct, array or map as a variant, structs and maps as objects.", .bind = bindToVariantObject},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
  static const GeneratorFunction kGenerators[] = {
      {.names = {"variant_explode"}, .since = "4.0.0", .usage = "variant_explode(expr) - A row for each member of an object or array of a variant.", .bind = bindExplode<false>, .parameterNames = {"input"}},
      {.names = {"variant_explode_outer"}, .since = "4.0.0", .usage = "variant_explode_outer(expr) - As variant_explode, with a row of NULL where there is no member.", .bind = bindExplode<true>, .parameterNames = {"input"}},
  };
  for (const GeneratorFunction& function : kGenerators) registry.add(function);
}

}  // namespace flint::functions
