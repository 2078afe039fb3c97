#pragma once

#include <string>
#include <string_view>

#include "columnar/vector_builder.h"
#include "records/record_options.h"
#include "records/xml_document.h"

/// XML elements as values, and the types that values can have.
namespace flint::records {

/// How elements are read: names that mark attributes and an element's own text, and what texts mean.
struct XmlValueOptions {
  std::string attributePrefix;
  std::string valueTag;
  bool excludeAttribute = false;
  bool trims = true;
  std::string nullText;
  TextValueOptions values;
};
XmlValueOptions xmlValueOptionsOf(const RecordOptions& options, const std::string& sessionTimeZone);

/// Appends an element as a row of a struct: attributes are fields with a prefix, an element's text one named by the value tag. False when some part does not
/// fit: that part is null. `corruptField`: the field that gets `record` then; -1: none.
/// Source: keeps the behaviour of Spark's StaxXmlParser.
bool appendXmlObject(const XmlElement& element, columnar::VectorBuilder& builder, const XmlValueOptions& options, int corruptField = -1, std::string_view record = {});

/// The type of an element: those of texts as CSV's, whole numbers wide. `isRoot`: a struct in any case.
DataType inferXmlType(const XmlElement& element, const XmlValueOptions& options, bool isRoot);
/// A type that holds the values of both.
DataType mergeXmlTypes(const DataType& a, const DataType& b, const XmlValueOptions& options);
/// Without types that nothing is known of: these are strings.
DataType settledXmlType(const DataType& type);

}  // namespace flint::records
