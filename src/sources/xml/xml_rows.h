#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace flint::sources {

/// Finds the elements of one name in a text, each with all that is inside: the rows of an XML file.
///
/// Shape: outermost elements in the order they stand in. Comments, CDATA sections and processing instructions are passed over. What ends with the text
/// before its end tag is given up to there.
/// Memory: views of the text. Threads: confined to its owner.
class XmlRows {
 public:
  XmlRows() = default;
  XmlRows(std::string_view text, std::string tag) : text_(text), tag_(std::move(tag)) {}
  /// The next element with its tags, or none.
  std::optional<std::string_view> next();

 private:
  // Behind the construct that begins at the '<' at `at`, which is no tag of ours.
  size_t behind(size_t at) const;
  // The place behind the tag's '>', and whether the element ends there (`<tag/>`).
  size_t behindTag(size_t at, bool& closed) const;
  bool isTag(size_t at, std::string_view prefix) const;

  std::string_view text_;
  std::string tag_;
  size_t at_ = 0;
};

}  // namespace flint::sources
