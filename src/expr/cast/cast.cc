#include "expr/cast.h"

#include "expr/cast/cast_kernels.h"
#include "expr/cast/variant_casts.h"
#include "expr/expression_text.h"
#include "types/type_coercion.h"

namespace flint::expr {
namespace {

std::string quotedType(const DataType& type) { return "\"" + type.sql() + "\""; }

// The same bytes under another type.
void castUnchanged(const KernelArgs& args) { args.resultBuffer().setVector(ColumnVector::withType(args.vector(0), args.resultType())); }

bool sameBytes(const DataType& from, const DataType& to) {
  const auto isText = [](const DataType& type) { return type.isStringLike() || type.is(TypeKind::kBinary); };
  if (isText(from) && isText(to)) return true;
  return from.kind() == to.kind() && from.is(TypeKind::kYearMonthInterval) && to.endField() == IntervalField::kMonth;
}

Kernel findKernel(const DataType& from, const DataType& to) {
  if (sameBytes(from, to)) return castUnchanged;
  if (to.isStringLike()) return findCastToString(from);
  if (from.isStringLike()) return findCastFromString(to);
  if (from.is(TypeKind::kDecimal) || to.is(TypeKind::kDecimal)) {
    if (Kernel kernel = findDecimalCast(from, to)) return kernel;
  }
  if (Kernel kernel = findNumericCast(from, to)) return kernel;
  if (Kernel kernel = findDatetimeCast(from, to)) return kernel;
  if (Kernel kernel = findIntervalCast(from, to)) return kernel;
  return findNestedCast(from, to);
}

}  // namespace

Error castInvalidInput(const CastData& data, std::string value) {
  return Error(condition::kCastInvalidInput)
      .with("expression", std::move(value))
      .with("sourceType", quotedType(data.from))
      .with("targetType", quotedType(data.to));
}

Error castOverflow(const CastData& data, std::string value) {
  return Error(condition::kCastOverflow)
      .with("value", std::move(value))
      .with("sourceType", quotedType(data.from))
      .with("targetType", quotedType(data.to));
}

Error decimalOutOfRange(const std::string& value, const DataType& target) {
  return Error(condition::kNumericValueOutOfRangeWithSuggestion)
      .with("value", value)
      .with("precision", std::to_string(target.precision()))
      .with("scale", std::to_string(target.scale()))
      .with("config", "\"spark.sql.ansi.enabled\"");
}

void setMissing(const KernelArgs& args, const CastData& data, RowIndex row, Error (*error)(const CastData&, std::string), std::string value) {
  if (isStrict(data)) {
    args.errors().set(row, error(data, std::move(value)));
  } else {
    columnar::clearBit(args.resultBuffer().validity(), row);
  }
}

Result<FunctionBinding> bindCast(const DataType& from, const DataType& to, CastMode mode, const EvaluationOptions& options) {
  const bool ofVariant = from.is(TypeKind::kVariant) || to.is(TypeKind::kVariant);
  const bool allowed = ofVariant ? canCastVariant(from, to) : canCast(from, to, mode != CastMode::kLegacy);
  const Kernel kernel = !allowed ? nullptr : ofVariant ? findVariantCast(from) : findKernel(from, to);
  if (kernel == nullptr) {
    return Error(condition::kDatatypeMismatchCastWithoutSuggestion)
        .with("sqlExpr", "")
        .with("srcType", quotedType(from))
        .with("targetType", quotedType(to));
  }
  auto data = std::make_shared<CastData>();
  data->from = from;
  data->to = to;
  data->mode = mode;
  data->zone = TimeZone::find(options.timeZone);
  if (data->zone == nullptr) data->zone = &TimeZone::utc();
  if (from.is(TypeKind::kVariant)) {
    // Whatever fails is a null in TRY_CAST alone, whether ANSI mode is on or not.
    FunctionBinding binding{.argumentTypes = {from}, .result = to, .kernel = kernel, .canRaise = mode != CastMode::kTry, .data = std::move(data)};
    binding.errorsAreNull = mode == CastMode::kTry;
    binding.nullableIfArgumentsAre = false;
    return binding;
  }
  if (from.isNested() && to.isNested()) {
    const std::vector<DataType> sources = from.childTypes();
    const std::vector<DataType> targets = to.childTypes();
    for (size_t i = 0; i < sources.size(); ++i) {
      if (sources[i].sameType(targets[i]) || sources[i].is(TypeKind::kNull)) {
        data->parts.emplace_back();
        data->parts.back().result = targets[i];
        continue;
      }
      ASSIGN_OR_RETURN(FunctionBinding part, bindCast(sources[i], targets[i], mode, options));
      data->parts.push_back(std::move(part));
    }
  }
  FunctionBinding binding;
  binding.argumentTypes = {from};
  binding.result = to;
  binding.kernel = kernel;
  const bool alwaysRaises = (from.isStringLike() && to.isAnsiInterval()) || (from.isAnsiInterval() && to.is(TypeKind::kDecimal));
  binding.canRaise = (mode == CastMode::kAnsi || (alwaysRaises && mode == CastMode::kLegacy)) && !canUpCast(from, to);
  binding.errorsAreNull = mode == CastMode::kTry;
  binding.takesNullRows = !from.isNested() && from.physicalType() != PhysicalType::kString && from.physicalType() != PhysicalType::kInterval;
  binding.nullableIfArgumentsAre = mode == CastMode::kAnsi && !to.is(TypeKind::kCalendarInterval);
  binding.data = std::move(data);
  return binding;
}

}  // namespace flint::expr
