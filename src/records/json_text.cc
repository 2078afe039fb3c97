#include "records/json_text.h"

#include <cmath>
#include <limits>

#include "base/json_string.h"
#include "records/text_value.h"
#include "types/number_text.h"

namespace flint::records {
namespace {

using Kind = JsonDocument::Kind;

void appendWhole(std::string_view text, std::string& out) {
  const bool negative = text.front() == '-';
  if (negative) text.remove_prefix(1);
  while (text.size() > 1 && text.front() == '0') text.remove_prefix(1);
  if (negative && text != "0") out += '-';
  out += text;
}

void appendFloating(std::string_view text, std::string& out) {
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  double value = 0;
  if (text == "NaN") {
    value = std::numeric_limits<double>::quiet_NaN();
  } else if (text == "INF" || text == "Infinity") {
    value = std::numeric_limits<double>::infinity();
  } else {
    parseJavaDouble(text, value);
  }
  if (negative) value = -value;
  const std::string shown = doubleText(value);
  out += std::isfinite(value) ? shown : '"' + shown + '"';
}

}  // namespace

void appendJsonText(const JsonDocument& document, const JsonDocument::Node& node, std::string& out) {
  switch (node.kind) {
    case Kind::kNull: out += "null"; return;
    case Kind::kTrue: out += "true"; return;
    case Kind::kFalse: out += "false"; return;
    case Kind::kInteger: return appendWhole(node.text, out);
    case Kind::kFloat: return appendFloating(node.text, out);
    case Kind::kString: return appendJsonString(out, node.text);
    case Kind::kArray:
    case Kind::kObject: {
      const bool isArray = node.kind == Kind::kArray;
      out += isArray ? '[' : '{';
      for (int32_t at = node.firstChild; at >= 0; at = document.node(at).next) {
        if (at != node.firstChild) out += ',';
        const JsonDocument::Node& member = document.node(at);
        if (!isArray) {
          appendJsonString(out, member.name);
          out += ':';
        }
        appendJsonText(document, member, out);
      }
      out += isArray ? ']' : '}';
    }
  }
}

}  // namespace flint::records
