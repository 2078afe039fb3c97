// The type of a variant's value: schema_of_variant.
#include "functions/variant/variant_schema.h"

#include <map>

#include "expr/function_registry.h"
#include "functions/kernel_loops.h"
#include "functions/types_of_arguments.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;
using columnar::VariantKind;
using columnar::VariantReader;

DataType variantType(const VariantReader& variant) {
  switch (variant.kind()) {
    case VariantKind::kBoolean: return kBoolean;
    case VariantKind::kLong: return kBigint;
    case VariantKind::kDouble: return kDouble;
    case VariantKind::kFloat: return kFloat;
    case VariantKind::kDecimal: {
      const auto decimal = variant.asDecimal();
      return DataType::decimal(decimal.precision, decimal.scale);
    }
    case VariantKind::kString:
    case VariantKind::kUuid: return kString;
    case VariantKind::kDate: return kDate;
    case VariantKind::kTimestamp: return kTimestamp;
    case VariantKind::kTimestampNtz: return kTimestampNtz;
    case VariantKind::kBinary: return kBinary;
    case VariantKind::kObject: {
      StructFields fields;
      for (size_t i = 0; i < variant.size(); ++i) fields.push_back({std::string(variant.name(i)), variantType(variant.member(i)), true});
      return DataType::structType(std::move(fields));
    }
    case VariantKind::kArray: {
      DataType element = DataType::null();
      for (size_t i = 0; i < variant.size(); ++i) element = mergeVariantTypes(element, variantType(variant.member(i)));
      return DataType::array(element, true);
    }
    case VariantKind::kNull:
    case VariantKind::kMalformed: break;
  }
  return DataType::null();
}

DataType mergeVariantTypes(const DataType& a, const DataType& b) {
  if (a.is(TypeKind::kNull) || a == b) return b;
  if (b.is(TypeKind::kNull)) return a;
  if (a.is(TypeKind::kStruct) && b.is(TypeKind::kStruct)) {
    std::map<std::string, DataType> merged;
    for (const StructField& field : a.fields()) merged[field.name] = field.type;
    for (const StructField& field : b.fields()) merged[field.name] = mergeVariantTypes(merged[field.name], field.type);
    StructFields fields;
    for (auto& [name, type] : merged) fields.push_back({name, type, true});
    return DataType::structType(std::move(fields));
  }
  if (a.is(TypeKind::kArray) && b.is(TypeKind::kArray)) return DataType::array(mergeVariantTypes(a.elementType(), b.elementType()), true);
  if (a.isNumeric() && b.isNumeric()) {
    if (a.is(TypeKind::kDouble) || b.is(TypeKind::kDouble) || a.is(TypeKind::kFloat) || b.is(TypeKind::kFloat)) return kDouble;
    const DataType left = decimalForType(a);
    const DataType right = decimalForType(b);
    const int scale = std::max(left.scale(), right.scale());
    const int whole = std::max(left.precision() - left.scale(), right.precision() - right.scale());
    return scale + whole > 38 ? kDouble : DataType::decimal(scale + whole, scale);
  }
  if ((a.is(TypeKind::kTimestamp) && b.is(TypeKind::kTimestampNtz)) || (a.is(TypeKind::kTimestampNtz) && b.is(TypeKind::kTimestamp))) return kTimestamp;
  return DataType::variant();
}

std::string variantTypeText(const DataType& type) {
  if (type.is(TypeKind::kArray)) return "ARRAY<" + variantTypeText(type.elementType()) + ">";
  if (!type.is(TypeKind::kStruct)) return type.sql();
  std::string out = "OBJECT<";
  for (const StructField& field : type.fields()) {
    if (out.size() > 7) out += ", ";
    out += quoteIfNeeded(field.name) + ": " + variantTypeText(field.type);
  }
  return out + ">";
}

namespace {

void schemaOfVariant(const KernelArgs& args) {
  auto out = args.result<StringView>();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& bytes) { out.set(row, variantTypeText(variantType(VariantReader::of(bytes.view())))); });
}

Result<FunctionBinding> bindSchemaOfVariant(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType& type = context.argumentTypes[0];
  if (!type.is(TypeKind::kVariant) && !type.is(TypeKind::kNull)) return unexpectedArgumentType(context, 0, "\"VARIANT\"");
  FunctionBinding binding;
  binding.argumentTypes = {DataType::variant()};
  binding.result = kString;
  binding.kernel = schemaOfVariant;
  return binding;
}

}  // namespace

void registerVariantSchema(FunctionRegistry& registry) {
  static const ScalarFunction kSchema = {.names = {"schema_of_variant"}, .group = Group::kVariant, .since = "4.0.0", .usage = "schema_of_variant(v) - The type of a variant's value.", .examples = {{.sql = "SELECT schema_of_variant(parse_json('[{\"b\":true,\"a\":0}]'))", .result = "ARRAY<OBJECT<a: BIGINT, b: BOOLEAN>>"}}, .bind = bindSchemaOfVariant};
  registry.add(kSchema);
}

}  // namespace flint::functions
