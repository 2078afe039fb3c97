#pragma once

#include <string>

#include "columnar/variant_builder.h"
#include "records/json_document.h"

namespace flint::records {

/// Appends the JSON value. False for an object that has a name twice, which `duplicate` then tells.
/// Source: Spark's VariantBuilder.parseJson: numbers are whole, else decimals of up to 38 digits where they are written without exponent, else doubles.
bool appendJsonAsVariant(const JsonDocument& document, const JsonDocument::Node& node, columnar::VariantBuilder& builder, std::string& duplicate);

}  // namespace flint::records
