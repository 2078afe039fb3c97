// Geometries and geographies: st_geomfromwkb, st_geogfromwkb, st_asbinary, st_srid, st_setsrid.
#include <algorithm>
#include <cctype>

#include "columnar/geo_value.h"
#include "expr/function_registry.h"
#include "expr/nodes.h"
#include "functions/geo/wkb.h"
#include "functions/kernel_loops.h"
#include "functions/types_of_arguments.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;
using columnar::GeoValue;

namespace {

constexpr int kAnySrid = -1;
constexpr int kDegreesSrid = 4326;

bool isKnownSrid(int32_t srid, bool isGeography) { return srid == kDegreesSrid || (!isGeography && (srid == 0 || srid == 3857)); }
bool isGeo(const DataType& type) { return type.is(TypeKind::kGeometry) || type.is(TypeKind::kGeography); }
Error unknownSrid(int32_t srid) { return Error(condition::kStInvalidSridValue).with("srid", std::to_string(srid)); }

template <bool kGeography>
void readWkb(const KernelArgs& args) {
  const auto bytes = args.column<StringView>(0);
  auto out = args.result<StringView>();
  std::string wkb;
  for (const RowIndex row : args.activeRows()) {
    const int32_t srid = kGeography ? kDegreesSrid : args.column<int32_t>(1)[row];
    if (!isKnownSrid(srid, kGeography)) {
      args.errors().set(row, unknownSrid(srid));
      continue;
    }
    wkb.clear();
    const WkbFailure failure = copyWkb(bytes[row].view(), true, kGeography, wkb);
    if (!failure.reason.empty()) {
      args.errors().set(row, Error(condition::kWkbParseError).with("parseError", failure.reason).with("pos", std::to_string(failure.position)));
      continue;
    }
    out.set(row, GeoValue{srid, wkb}.encode());
  }
}

void writeWkb(const KernelArgs& args) {
  const auto values = args.column<StringView>(0);
  const auto orders = args.column<StringView>(1);
  auto out = args.result<StringView>();
  std::string wkb;
  for (const RowIndex row : args.activeRows()) {
    std::string order = orders[row].str();
    std::transform(order.begin(), order.end(), order.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (order != "ndr" && order != "xdr") {
      args.errors().set(row, Error(condition::kStInvalidEndiannessValue).with("endianness", orders[row].str()));
      continue;
    }
    wkb.clear();
    copyWkb(GeoValue::of(values[row].view()).wkb, order == "ndr", false, wkb);
    out.set(row, wkb);
  }
}

void takeSrid(const KernelArgs& args) {
  auto out = args.result<int32_t>();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& value) { out.set(row, GeoValue::of(value.view()).srid); });
}

void setSrid(const KernelArgs& args) {
  auto out = args.result<StringView>();
  const bool isGeography = args.type(0).is(TypeKind::kGeography);
  forEachPair<StringView, int32_t>(args, [&](RowIndex row, const StringView& value, int32_t srid) {
    if (isKnownSrid(srid, isGeography)) {
      out.set(row, GeoValue{srid, GeoValue::of(value.view()).wkb}.encode());
    } else {
      args.errors().set(row, unknownSrid(srid));
    }
  });
}

// The SRID that a type has where the argument says it; any otherwise. Errors: ST_INVALID_SRID_VALUE.
Result<int> sridOf(const BindContext& context, size_t argument, bool isGeography) {
  if (context.constants[argument] == nullptr) return kAnySrid;
  const auto mode = context.options.ansi ? CastMode::kAnsi : CastMode::kLegacy;
  ASSIGN_OR_RETURN(const Value constant, evaluateFoldable(makeNode<Cast>(context.arguments[argument], kInt, mode, true), context.options));
  if (constant.isNull()) return kAnySrid;
  const auto srid = static_cast<int32_t>(constant.asInteger());
  if (!isKnownSrid(srid, isGeography)) return unknownSrid(srid);
  return srid;
}

// A first argument that is no value of the wanted types.
Status requireBinary(const BindContext& context) {
  const DataType& type = context.argumentTypes[0];
  if (type.is(TypeKind::kBinary) || type.is(TypeKind::kNull) || type.isStringLike()) return Status::ok();
  return unexpectedArgumentType(context, 0, "\"BINARY\"");
}
Status requireGeo(const BindContext& context) {
  if (isGeo(context.argumentTypes[0]) || context.argumentTypes[0].is(TypeKind::kNull)) return Status::ok();
  return unexpectedArgumentType(context, 0, "(\"GEOGRAPHY\" or \"GEOMETRY\")");
}
Status requireInt(const BindContext& context, size_t argument) {
  const DataType& type = context.argumentTypes[argument];
  if (type.isNumeric() || type.isStringLike() || type.is(TypeKind::kNull)) return Status::ok();
  return unexpectedArgumentType(context, argument, "\"INT\"");
}

Result<FunctionBinding> bindGeometry(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  RETURN_IF_ERROR(requireBinary(context));
  RETURN_IF_ERROR(requireInt(context, 1));
  ASSIGN_OR_RETURN(const int srid, sridOf(context, 1, false));
  FunctionBinding binding;
  binding.argumentTypes = {kBinary, kInt};
  binding.result = DataType::geometry(srid);
  binding.kernel = readWkb<false>;
  binding.canRaise = true;
  return binding;
}
Result<FunctionBinding> bindGeography(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  RETURN_IF_ERROR(requireBinary(context));
  FunctionBinding binding;
  binding.argumentTypes = {kBinary};
  binding.result = DataType::geography(kDegreesSrid);
  binding.kernel = readWkb<true>;
  binding.canRaise = true;
  return binding;
}
Result<FunctionBinding> bindAsBinary(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  RETURN_IF_ERROR(requireGeo(context));
  if (!context.argumentTypes[1].isStringLike() && !context.argumentTypes[1].is(TypeKind::kNull)) return unexpectedArgumentType(context, 1, "\"STRING\"");
  FunctionBinding binding;
  binding.argumentTypes = {context.argumentTypes[0], kString};
  binding.result = kBinary;
  binding.kernel = writeWkb;
  binding.canRaise = true;
  return binding;
}
Result<FunctionBinding> bindSrid(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  RETURN_IF_ERROR(requireGeo(context));
  FunctionBinding binding;
  const DataType& type = context.argumentTypes[0];
  binding.argumentTypes = {type.is(TypeKind::kNull) ? DataType::geometry(kAnySrid) : type};
  binding.result = kInt;
  binding.kernel = takeSrid;
  return binding;
}
Result<FunctionBinding> bindSetSrid(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  RETURN_IF_ERROR(requireGeo(context));
  RETURN_IF_ERROR(requireInt(context, 1));
  const DataType& type = context.argumentTypes[0];
  const bool isGeography = type.is(TypeKind::kGeography);
  ASSIGN_OR_RETURN(const int srid, sridOf(context, 1, isGeography));
  FunctionBinding binding;
  binding.argumentTypes = {type.is(TypeKind::kNull) ? DataType::geometry(kAnySrid) : type, kInt};
  binding.result = isGeography ? DataType::geography(srid) : DataType::geometry(srid);
  binding.kernel = setSrid;
  binding.canRaise = true;
  return binding;
}

}  // namespace

void registerGeoFunctions(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"st_geomfromwkb"}, .group = Group::kGeospatial, .since = "4.1.0", .usage = "st_geomfromwkb(wkb[, srid]) - The geometry that well-known binary describes.",
       .examples = {{.sql = "SELECT st_srid(st_geomfromwkb(X'0101000000000000000000F03F0000000000000040', 4326))", .result = "4326"}}, .bind = bindGeometry,
       .defaults = {{kInt, Value::integer(0)}}, .maxArguments = 2},
      {.names = {"st_geogfromwkb"}, .group = Group::kGeospatial, .since = "4.1.0", .usage = "st_geogfromwkb(wkb) - The geography that well-known binary describes.",
       .examples = {{.sql = "SELECT st_srid(st_geogfromwkb(X'0101000000000000000000F03F0000000000000040'))", .result = "4326"}}, .bind = bindGeography},
      {.names = {"st_asbinary"}, .group = Group::kGeospatial, .since = "4.1.0", .usage = "st_asbinary(geo[, endianness]) - The well-known binary of a value, in the byte order NDR or XDR.",
       .examples = {{.sql = "SELECT hex(st_asbinary(st_geomfromwkb(X'0101000000000000000000F03F0000000000000040')))", .result = "0101000000000000000000F03F0000000000000040"}}, .bind = bindAsBinary,
       .defaults = {{kString, Value::string("NDR")}}, .maxArguments = 2},
      {.names = {"st_srid"}, .group = Group::kGeospatial, .since = "4.1.0", .usage = "st_srid(geo) - The identifier of the value's spatial reference system.",
       .examples = {{.sql = "SELECT st_srid(st_geomfromwkb(X'0101000000000000000000F03F0000000000000040'))", .result = "0"}}, .bind = bindSrid},
      {.names = {"st_setsrid"}, .group = Group::kGeospatial, .since = "4.1.0", .usage = "st_setsrid(geo, srid) - The value with another spatial reference system.",
       .examples = {{.sql = "SELECT st_srid(st_setsrid(st_geomfromwkb(X'0101000000000000000000F03F0000000000000040'), 3857))", .result = "3857"}}, .bind = bindSetSrid},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
