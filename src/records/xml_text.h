#pragma once

#include <functional>
#include <optional>
#include <string>

#include "columnar/column_vector.h"

namespace flint::records {

/// How values become XML: names, and texts of values without parts.
struct XmlStyle {
  std::string attributePrefix = "_";
  std::string valueTag = "_VALUE";
  std::string arrayElementName = "item";
  std::optional<std::string> nullValue;  // without, fields that are NULL are left out
  std::string indent = "    ";
  /// Appends a value that is not null; the vector may have any encoding.
  std::function<void(const columnar::ColumnVector& vector, columnar::RowIndex row, std::string& out)> append;
};

/// Appends a value as an element of this name, each element on a line of its own, indented from `depth` on. False where a text has a character that XML cannot hold.
bool appendXmlElement(std::string& out, const std::string& name, const columnar::ColumnVector& vector, columnar::RowIndex row, int depth, const XmlStyle& style);

}  // namespace flint::records
