// The common type of variants: schema_of_variant_agg.
#include "functions/aggregate/aggregate_functions.h"
#include "functions/aggregate/argument_checks.h"
#include "functions/aggregate/object_aggregator.h"
#include "functions/variant/variant_schema.h"

namespace flint::functions {
namespace {

struct VariantSchemas {
  struct Object {
    DataType type;
  };
  Object make() const { return {}; }
  void add(Object& object, std::span<const VectorPtr> arguments, RowIndex row) const {
    if (arguments[0]->isNull(row)) return;
    const VectorReader<StringView> variants(*arguments[0]);
    object.type = mergeVariantTypes(object.type, variantType(columnar::VariantReader::of(variants[row].view())));
  }
  void merge(Object& into, const Object& from) const { into.type = mergeVariantTypes(into.type, from.type); }
  void encode(const Object& object, ByteWriter& out) const { object.type.encode(out); }
  void decode(Object& object, ByteReader& in) const { object.type = mergeVariantTypes(object.type, DataType::decode(in)); }
  Status finalize(const Object* object, VectorBuilder& result) const {
    result.appendString(variantTypeText(object == nullptr ? DataType::null() : object->type));
    return Status::ok();
  }
};

Result<AggregateBinding> bindVariantSchemas(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType& type = context.argumentTypes[0];
  if (!type.is(TypeKind::kVariant) && !type.is(TypeKind::kNull)) return unexpectedArgumentType(context, 0, "\"VARIANT\"");
  AggregateBinding binding{.argumentTypes = {DataType::variant()}, .result = DataType::string(), .nullable = false, .emptyResult = Value::string("VOID")};
  binding.ignoresDuplicates = true;
  binding.aggregator = makeObjectAggregator(VariantSchemas{});
  return binding;
}

const AggregateFunction kVariantSchemas = {
    .names = {"schema_of_variant_agg"},
    .since = "4.0.0",
    .usage = "schema_of_variant_agg(v) - The type that all variants' values have in common.",
    .examples = {{.sql = "SELECT schema_of_variant_agg(parse_json(j)) FROM VALUES ('1'), ('2'), ('3') AS tab(j)", .result = "BIGINT"}},
    .bind = bindVariantSchemas,
};

}  // namespace

void registerVariantSchemas(expr::FunctionRegistry& registry) { registry.add(kVariantSchemas); }

}  // namespace flint::functions
