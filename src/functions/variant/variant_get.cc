// Parts of variants: variant_get, try_variant_get, and v:path.
#include <memory>
#include <optional>

#include "columnar/variant_reader.h"
#include "expr/cast/variant_casts.h"
#include "expr/expression_text.h"
#include "expr/function_registry.h"
#include "expr/schema_text.h"
#include "functions/types_of_arguments.h"

namespace flint::functions {

using namespace expr;
using columnar::VariantKind;
using columnar::VariantReader;
using columnar::VectorBuilder;

namespace {

struct Step {
  bool isIndex = false;
  std::string name;
  size_t index = 0;
};
using Path = std::vector<Step>;

// "$.a[0]['b']["c"]".
std::optional<Path> parsePath(std::string_view text) {
  if (text.empty() || text[0] != '$') return std::nullopt;
  Path path;
  size_t at = 1;
  while (at < text.size()) {
    Step step;
    size_t end = 0;
    if (text[at] == '.') {
      end = std::min(text.find_first_of(".[", at + 1), text.size());
      step.name = text.substr(at + 1, end - at - 1);
      if (step.name.empty()) return std::nullopt;
    } else if (text[at] == '[' && at + 1 < text.size() && (text[at + 1] == '\'' || text[at + 1] == '"')) {
      const char quote = text[at + 1];
      const size_t close = text.find(quote, at + 2);
      if (close == std::string_view::npos || close == at + 2 || close + 1 >= text.size() || text[close + 1] != ']') return std::nullopt;
      step.name = text.substr(at + 2, close - at - 2);
      if (step.name.find('?') != std::string::npos) return std::nullopt;
      end = close + 2;
    } else if (text[at] == '[') {
      const size_t close = text.find(']', at);
      if (close == std::string_view::npos || close == at + 1 || close - at > 10) return std::nullopt;
      step.isIndex = true;
      for (const char c : text.substr(at + 1, close - at - 1)) {
        if (c < '0' || c > '9') return std::nullopt;
        step.index = step.index * 10 + static_cast<size_t>(c - '0');
      }
      end = close + 1;
    } else {
      return std::nullopt;
    }
    path.push_back(std::move(step));
    at = end;
  }
  return path;
}

std::optional<VariantReader> follow(VariantReader variant, const Path& path) {
  for (const Step& step : path) {
    const VariantKind kind = variant.kind();
    if (step.isIndex) {
      if (kind != VariantKind::kArray || step.index >= variant.size()) return std::nullopt;
      variant = variant.member(step.index);
    } else {
      const auto field = kind == VariantKind::kObject ? variant.field(step.name) : std::nullopt;
      if (!field) return std::nullopt;
      variant = *field;
    }
  }
  return variant;
}

struct GetData {
  DataType target;
  const TimeZone* zone = nullptr;
  bool isTry = false;
  std::optional<Path> path;  // when it is constant
  std::string functionName;
};

Error invalidPath(std::string_view path, const std::string& functionName) {
  return Error(condition::kInvalidVariantGetPath).with("path", std::string(path)).with("functionName", functionName);
}

void variantGet(const KernelArgs& args) {
  const auto& data = args.data<GetData>();
  const auto variants = args.column<StringView>(0);
  const auto paths = args.column<StringView>(1);
  VariantConversion conversion(*data.zone, !data.isTry);
  VectorBuilder builder(args.resultType());
  RowIndex next = 0;
  for (const RowIndex row : args.activeRows()) {
    for (; next < row; ++next) builder.appendNull();
    ++next;
    const std::optional<Path> own = data.path ? std::nullopt : parsePath(paths[row].view());
    if (!data.path && !own) {
      args.errors().set(row, invalidPath(paths[row].view(), data.functionName));
      builder.appendNull();
      continue;
    }
    const auto found = follow(VariantReader::of(variants[row].view()), data.path ? *data.path : *own);
    if (!found) {
      builder.appendNull();
    } else if (!conversion.append(*found, builder) && !data.isTry) {
      args.errors().set(row, conversion.error(*found, data.target));
    }
  }
  for (; next < args.numRows(); ++next) builder.appendNull();
  args.resultBuffer().setVector(builder.finish());
}

template <bool Try>
Result<FunctionBinding> bindVariantGet(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 3));
  auto data = std::make_shared<GetData>();
  data->target = DataType::variant();
  data->isTry = Try;
  data->functionName = quoteIdentifier(context.name);
  if (context.argumentTypes.size() == 3) {
    const Value* type = context.constants[2];
    if (type != nullptr && (type->isNull() || !context.argumentTypes[2].isStringLike())) {
      return Error(condition::kInvalidSchemaNonStringLiteral).with("inputSchema", quotedExpression(context.arguments[2]));
    }
    if (type == nullptr) {
      return Error(condition::kNonFoldableArgument).with("funcName", data->functionName).with("paramName", "`type`").with("paramType", "\"STRING\"");
    }
    ASSIGN_OR_RETURN(const DataType target, readType(type->asString()));
    data->target = asNullable(target);
  }
  const DataType& type = context.argumentTypes[0];
  if (!type.is(TypeKind::kVariant) && !type.is(TypeKind::kNull)) return unexpectedArgumentType(context, 0, "\"VARIANT\"");
  if (!context.argumentTypes[1].isStringLike() && !context.argumentTypes[1].is(TypeKind::kNull)) return unexpectedArgumentType(context, 1, "\"STRING\"");
  if (!isVariantTarget(data->target)) {
    return Error(condition::kDatatypeMismatchCastWithoutSuggestion)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("srcType", "\"VARIANT\"")
        .with("targetType", "\"" + data->target.sql() + "\"");
  }
  if (context.constants[1] != nullptr && !context.constants[1]->isNull()) {
    data->path = parsePath(context.constants[1]->asString());
    if (!data->path) return invalidPath(context.constants[1]->asString(), data->functionName);
  }
  data->zone = TimeZone::find(context.options.timeZone);
  if (data->zone == nullptr) data->zone = &TimeZone::utc();
  FunctionBinding binding;
  binding.argumentTypes = {DataType::variant(), kString};
  if (context.argumentTypes.size() == 3) binding.argumentTypes.push_back(kString);
  binding.result = data->target;
  binding.nullableIfArgumentsAre = false;
  binding.kernel = variantGet;
  binding.canRaise = true;
  binding.data = std::move(data);
  return binding;
}

}  // namespace

void registerVariantGet(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"variant_get"}, .group = Group::kVariant, .since = "4.0.0", .usage = "variant_get(v, path[, type]) - The part of a variant that a path names, as a type (VARIANT by default); NULL where there is none.", .examples = {{.sql = "SELECT variant_get(parse_json('{\"a\": 1}'), '$.a', 'int')", .result = "1"}}, .bind = bindVariantGet<false>},
      {.names = {"try_variant_get"}, .group = Group::kVariant, .since = "4.0.0", .usage = "try_variant_get(v, path[, type]) - As variant_get, NULL where the value is not of the type.", .examples = {{.sql = "SELECT try_variant_get(parse_json('[1, \"hello\"]'), '$[1]', 'int')", .result = "NULL"}}, .bind = bindVariantGet<true>},
      {.names = {"semi_structured_extract"}, .group = Group::kInternal, .since = "4.0.0", .usage = "expr:path - The part of a variant that a path names.", .bind = bindVariantGet<false>},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
