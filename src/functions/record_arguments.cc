#include "functions/record_arguments.h"

#include <fmt/core.h>

#include "expr/call_arguments.h"
#include "expr/cast/cast_kernels.h"
#include "expr/expression_text.h"
#include "expr/nodes.h"
#include "expr/schema_text.h"
#include "functions/datetime/pattern_check.h"
#include "functions/types_of_arguments.h"
#include "types/calendar.h"

namespace flint::functions {

using namespace expr;

Result<DataType> schemaArgument(const BindContext& context, size_t index) {
  const Value* text = context.constants[index];
  if (text == nullptr || text->isNull() || !context.argumentTypes[index].isStringLike()) {
    return Error(condition::kInvalidSchemaNonStringLiteral).with("inputSchema", quotedExpression(context.arguments[index]));
  }
  ASSIGN_OR_RETURN(const DataType type, readTypeOrSchema(text->asString()));
  return asNullable(type);
}

Result<records::RecordOptions> optionsArgument(const BindContext& context, size_t index) {
  records::RecordOptions::Entries entries;
  if (index >= context.argumentTypes.size()) return records::RecordOptions(std::move(entries));
  const DataType& type = context.argumentTypes[index];
  const Value* map = context.constants[index];
  if (!type.is(TypeKind::kMap) || map == nullptr || map->isNull()) return Error(condition::kInvalidOptionsNonMapFunction);
  if (!type.keyType().isStringLike() || !type.valueType().isStringLike()) {
    return Error(condition::kInvalidOptionsNonStringType).with("mapType", "\"" + type.sql() + "\"");
  }
  for (const auto& [key, value] : map->asMap()) {
    if (!value.isNull()) entries.emplace_back(key.asString(), value.asString());
  }
  return records::RecordOptions(std::move(entries));
}

Result<records::ParseMode> parseModeArgument(const BindContext& context, const records::RecordOptions& options) {
  const records::ParseMode mode = records::parseModeOf(options);
  if (mode == records::ParseMode::kDropMalformed) {
    return Error(condition::kParseModeUnsupported).with("funcName", quoteIdentifier(context.name)).with("mode", "DROPMALFORMED");
  }
  return mode;
}

Result<std::string> constantText(const BindContext& context, size_t index, const std::string& inputName) {
  const Value* text = context.constants[index];
  if (text == nullptr) {
    return Error(condition::kDatatypeMismatchNonFoldableInput)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("inputName", quoteIdentifier(inputName))
        .with("inputType", "\"" + context.argumentTypes[index].sql() + "\"")
        .with("inputExpr", quotedExpression(context.arguments[index]));
  }
  if (text->isNull()) {
    return Error(condition::kDatatypeMismatchUnexpectedNull).with("sqlExpr", "\"" + callText(context) + "\"").with("exprName", quoteIdentifier(inputName));
  }
  if (!context.argumentTypes[index].isStringLike()) return unexpectedArgumentType(context, index, "\"STRING\"");
  return text->asString();
}

Error malformedRecord(std::string_view record, std::string_view mode) {
  return Error(condition::kMalformedRecordInParsingWithoutSuggestion).with("badRecord", std::string(record)).with("failFastMode", std::string(mode));
}

Result<std::shared_ptr<const FunctionBinding>> RecordTexts::patternOf(const BindContext& context, const records::RecordOptions& options,
                                                                      std::string_view option, const DataType& type, const TimeZone& zone) {
  const std::string* pattern = options.find(option);
  if (pattern == nullptr) return std::shared_ptr<const FunctionBinding>();
  PatternCheck check(false);
  if (const Error* problem = context.options.legacyTimeParser ? nullptr : check.problemOf(*pattern)) return *problem;
  const auto entry = FunctionRegistry::builtin().find("date_format");
  const auto* function = std::get_if<const ScalarFunction*>(&entry);
  if (function == nullptr) return internalError("date_format is not registered");
  EvaluationOptions zoned = context.options;
  zoned.timeZone = zone.id();
  // Dates and local times are formatted as they stand: as UTC, in UTC.
  if (!type.is(TypeKind::kTimestamp)) zoned.timeZone = "UTC";
  const ExprPtr arguments[] = {literalNull(kTimestamp), literalString(*pattern)};
  const expr::CallArguments call(arguments, zoned);
  ASSIGN_OR_RETURN(FunctionBinding binding, bindScalar(**function, call.context("date_format")));
  return std::make_shared<const FunctionBinding>(std::move(binding));
}

Result<RecordTexts> RecordTexts::make(const BindContext& context, const records::RecordOptions& options) {
  RecordTexts texts;
  const std::string id = options.text("timeZone", context.options.timeZone);
  const TimeZone* zone = TimeZone::find(id);
  if (zone == nullptr) return Error(condition::kInvalidTimezone).with("timeZone", id);
  texts.zone_ = zone;
  ASSIGN_OR_RETURN(texts.date_, patternOf(context, options, "dateFormat", kDate, *zone));
  ASSIGN_OR_RETURN(texts.timestamp_, patternOf(context, options, "timestampFormat", kTimestamp, *zone));
  ASSIGN_OR_RETURN(texts.timestampNtz_, patternOf(context, options, "timestampNTZFormat", kTimestampNtz, *zone));
  texts.datePattern_ = options.text("dateFormat", "");
  texts.timestampPattern_ = options.text("timestampFormat", "");
  texts.timestampNtzPattern_ = options.text("timestampNTZFormat", "");
  return texts;
}

namespace {

// "2024-02-29T01:02:03.400"
void appendIsoTime(int64_t localMicros, std::string& out) {
  const int64_t ofDay = floorModulo(localMicros, kMicrosPerDay);
  const int64_t seconds = ofDay / kMicrosPerSecond;
  out += fmt::format("{}T{:02}:{:02}:{:02}.{:03}", dateText(floorDivide(localMicros, kMicrosPerDay)), seconds / 3'600, seconds / 60 % 60, seconds % 60,
                     ofDay % kMicrosPerSecond / 1'000);
}

void appendByPattern(const FunctionBinding& binding, int64_t micros, const std::string& pattern, std::string& out) {
  const VectorPtr arguments[] = {ColumnVector::constant(kTimestamp, Value::integer(micros), 1),
                                 ColumnVector::constant(kString, Value::string(pattern), 1)};
  ResultBuffer result(kString, 1);
  RowErrors errors;
  Status failure;
  std::shared_ptr<void> state;
  binding.kernel(KernelArgs({.arguments = arguments,
                             .active = ActiveRows(1),
                             .result = result,
                             .errors = errors,
                             .data = binding.data.get(),
                             .failure = &failure,
                             .state = &state}));
  const VectorPtr text = result.finish();
  if (errors.isEmpty() && failure.isOk() && !text->isNull(0)) out += text->valueAt(0).asString();
}

}  // namespace

void RecordTexts::append(const ColumnVector& vector, RowIndex row, std::string& out) const {
  if (!vector.isFlat()) return append(*vector.base(), vector.baseRow(row), out);
  switch (vector.type().kind()) {
    case TypeKind::kDate:
      if (date_ != nullptr) return appendByPattern(*date_, vector.values<int32_t>()[row] * kMicrosPerDay, datePattern_, out);
      break;
    case TypeKind::kTimestamp: {
      const int64_t micros = vector.values<int64_t>()[row];
      if (timestamp_ != nullptr) return appendByPattern(*timestamp_, micros, timestampPattern_, out);
      appendIsoTime(zone_->toLocal(micros), out);
      const int32_t offset = zone_->offsetAt(floorDivide(micros, kMicrosPerSecond));
      const int32_t minutes = (offset < 0 ? -offset : offset) / 60;
      out += offset == 0 ? "Z" : fmt::format("{}{:02}:{:02}", offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
      return;
    }
    case TypeKind::kTimestampNtz: {
      const int64_t micros = vector.values<int64_t>()[row];
      if (timestampNtz_ != nullptr) return appendByPattern(*timestampNtz_, micros, timestampNtzPattern_, out);
      return appendIsoTime(micros, out);
    }
    default: break;
  }
  appendValueText(vector, row, *zone_, out);
}

}  // namespace flint::functions
