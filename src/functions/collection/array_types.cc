#include "functions/collection/list_rows.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;

Error differentTypes(const BindContext& context) {
  std::string all;
  for (const DataType& type : context.argumentTypes) all += (all.empty() ? "" : " or ") + quotedSql(type);
  return Error(condition::kDatatypeMismatchDataDiffTypes)
      .with("sqlExpr", "\"" + callText(context) + "\"")
      .with("functionName", "`" + std::string(context.name) + "`")
      .with("dataType", "(" + all + ")");
}

Result<DataType> arrayArgument(const BindContext& context, size_t argument) {
  if (argument >= context.argumentTypes.size()) RETURN_IF_ERROR(checkArgumentCount(context, argument + 1, argument + 1));
  const DataType& type = context.argumentTypes[argument];
  if (type.is(TypeKind::kNull)) return DataType::array(DataType::null());
  if (!type.is(TypeKind::kArray)) return unexpectedArgumentType(context, argument, "\"ARRAY\"");
  return type;
}

Result<FunctionBinding> bindArrayWithValue(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  const DataType& array = context.argumentTypes[0];
  const DataType& value = context.argumentTypes[1];
  const bool adds = context.name == "array_append" || context.name == "array_append_legacy" || context.name == "array_prepend";
  const bool removes = context.name == "array_remove";
  const bool contains = context.name == "array_contains";
  if (!removes && !adds && (array.is(TypeKind::kNull) || (contains && value.is(TypeKind::kNull)))) {
    return Error(condition::kDatatypeMismatchNullType).with("sqlExpr", "\"" + callText(context) + "\"").with("functionName", "`" + std::string(context.name) + "`");
  }
  if (!removes && !array.is(TypeKind::kArray)) return unexpectedArgumentType(context, 0, "\"ARRAY\"");
  std::optional<DataType> common;
  if (array.is(TypeKind::kArray)) {
    common = contains ? findWiderTypeWithoutStrings(array.elementType(), value, context.options.ansi) : findTightestCommonType(array.elementType(), value, context.options.ansi);
  }
  const bool collatesElse = array.is(TypeKind::kArray) && array.elementType().is(TypeKind::kString) && value.is(TypeKind::kString) && array.elementType().collation() != value.collation();
  if (!common || (context.name == "array_prepend" && collatesElse)) {
    return Error(condition::kDatatypeMismatchArrayFunctionDiffTypes)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("functionName", "`" + std::string(context.name) + "`")
        .with("dataType", "\"ARRAY\"")
        .with("leftType", quotedSql(array))
        .with("rightType", quotedSql(value));
  }
  FunctionBinding binding;
  binding.argumentTypes = {DataType::array(*common, array.containsNull()), *common};
  binding.result = binding.argumentTypes[0];
  return binding;
}

Result<FunctionBinding> bindTwoArrays(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  const DataType& left = context.argumentTypes[0];
  const DataType& right = context.argumentTypes[1];
  const bool areArrays = left.is(TypeKind::kArray) && right.is(TypeKind::kArray);
  const auto common = areArrays ? findTightestCommonType(left, right, context.options.ansi) : std::nullopt;
  if (!common) {
    return Error(condition::kDatatypeMismatchBinaryArrayDiffTypes)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("functionName", "`" + std::string(context.name) + "`")
        .with("arrayType", "\"ARRAY\"")
        .with("leftType", quotedSql(left))
        .with("rightType", quotedSql(right));
  }
  if (common->is(TypeKind::kArray) && !common->elementType().isOrderable() && !common->elementType().is(TypeKind::kNull)) {
    return Error(condition::kDatatypeMismatchInvalidOrderingType)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("functionName", "`" + std::string(context.name) + "`")
        .with("dataType", quotedSql(*common));
  }
  FunctionBinding binding;
  binding.argumentTypes = {*common, *common};
  binding.result = *common;
  return binding;
}

}  // namespace flint::functions
