#pragma once

#include <string>

#include "records/json_document.h"

namespace flint::records {

/// Appends the JSON value without blanks, numbers and texts in their usual form: 1e2 as 100.0, -0 as 0, NaN in quotes.
/// Source: what Jackson's generator makes of the tokens that its parser reads.
void appendJsonText(const JsonDocument& document, const JsonDocument::Node& node, std::string& out);

}  // namespace flint::records
