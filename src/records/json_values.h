#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "columnar/vector_builder.h"
#include "records/json_document.h"
#include "records/text_value.h"
#include "types/data_type.h"

namespace flint::records {

struct JsonValueOptions {
  TextValueOptions text;
  bool primitivesAsString = false;
  bool timestampIsNtz = false;
  bool dropFieldIfAllNull = false;
  bool prefersDecimal = false;
  bool inferTimestamp = false;
  bool keepsRawText = true;  // a value that is no text, as text: as it stands in the record, else in its usual form
};

/// Appends the JSON value as the builder's type. False when some part of it does not fit: that part is null, the rest is there.
/// Source: keeps the behaviour of Spark's JacksonParser: numbers do not become other types but text, anything becomes text.
bool appendJsonValue(const JsonDocument& document, const JsonDocument::Node& node, columnar::VectorBuilder& builder, const JsonValueOptions& options);

/// The type of a JSON value; fields of objects sorted by name. NullType for null.
/// Source: Spark's JsonInferSchema.
DataType inferJsonType(const JsonDocument& document, const JsonDocument::Node& node, const JsonValueOptions& options);
/// The type for values of both types: numbers widen, structs merge, what is left becomes text.
DataType mergeJsonTypes(const DataType& a, const DataType& b);
/// As a schema is given at the end: nulls become strings, empty structs disappear.
DataType canonicalJsonType(const DataType& type, bool dropNulls = false);

}  // namespace flint::records
