#pragma once

#include "columnar/variant_reader.h"
#include "types/data_type.h"

/// The types of variants as schema_of_variant has them: structs for objects, fields by name; VARIANT where values of several types meet.
namespace flint::functions {

DataType variantType(const columnar::VariantReader& variant);
DataType mergeVariantTypes(const DataType& a, const DataType& b);
/// "OBJECT<a: BIGINT>"
std::string variantTypeText(const DataType& type);

}  // namespace flint::functions
