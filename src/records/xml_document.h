#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flint::records {

/// A parsed XML element: its attributes, child elements and own text.
///
/// Shape: a tree, children in document order; names with their prefixes, as written.
struct XmlElement {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<XmlElement> children;
  std::string text;       // character data right in this element, references resolved
  std::string_view inner;  // what stands between the tags, a view into the text
};

/// Parses the first element of an XML text; what follows it is not looked at.
///
/// Errors: false for malformed text, more than 500 levels, and references to entities other than the five of XML: entities of a DTD are never
/// read, from inside or outside.
/// Memory: O(text). Threads: safe.
bool parseXml(std::string_view text, XmlElement& root);

}  // namespace flint::records
