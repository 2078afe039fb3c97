#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace flint::records {

/// What Spark's readers let pass beyond strict JSON.
struct JsonDialect {
  bool allowSingleQuotes = true;
  bool allowUnquotedFieldNames = false;
  bool allowComments = false;
  bool allowNumericLeadingZeros = false;
  bool allowBackslashEscapingAnyCharacter = false;
  bool allowUnquotedControlChars = false;
  bool allowNonNumericNumbers = true;
};

/// A parsed JSON text: its values in document order, siblings linked.
///
/// Memory: views into the text given to `parse` and into strings kept here; both are good until the next `parse`.
/// Threads: confined to its owner.
class JsonDocument {
 public:
  enum class Kind : uint8_t { kNull, kTrue, kFalse, kInteger, kFloat, kString, kArray, kObject };
  struct Node {
    Kind kind = Kind::kNull;
    std::string_view text;  // a number's characters; a string's content
    std::string_view raw;   // the value as it stands in the text
    std::string_view name;  // in an object
    int32_t firstChild = -1;
    int32_t next = -1;      // the next member of the same array or object
    int32_t count = 0;      // members
  };

  explicit JsonDocument(JsonDialect dialect = {}) : dialect_(dialect) {}
  /// Parses one value; blanks around it are allowed, other text only behind it with `allowTrailing`. False for malformed text, and for more than
  /// 1,000 levels.
  bool parse(std::string_view text, bool allowTrailing = false);
  const Node& root() const { return nodes_[0]; }
  const Node& node(int32_t index) const { return nodes_[static_cast<size_t>(index)]; }
  /// Where the value ended.
  size_t end() const { return position_; }

 private:
  bool value(int32_t index, int32_t depth);
  bool object(int32_t index, int32_t depth);
  bool array(int32_t index, int32_t depth);
  bool number(Node& node);
  bool word(std::string_view word);
  bool string(std::string_view& content);
  bool escape(std::string& out);
  bool fieldName(std::string_view& name);
  bool skipBlanks() {
    const bool isBlank = position_ < text_.size() && (static_cast<unsigned char>(text_[position_]) <= ' ' || text_[position_] == '/');
    return !isBlank || skipBlanksAndComments();
  }
  bool skipBlanksAndComments();
  int32_t addNode();

  const JsonDialect dialect_;
  std::string_view text_;
  size_t position_ = 0;
  std::vector<Node> nodes_;
  std::deque<std::string> unescaped_;
};

}  // namespace flint::records
