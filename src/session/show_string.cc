#include "session/show_string.h"

#include <fmt/core.h>

#include <algorithm>

namespace flint::session {
namespace {

constexpr size_t kMinimumWidth = 3;

// The code point at `position` of UTF-8 text, and its bytes; a malformed byte counts as one character.
uint32_t codePointAt(std::string_view text, size_t position, size_t& length) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(position);
  length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  if (position + length > text.size()) length = 1;
  uint32_t code = length == 1 ? lead : lead & (0xFF >> (length + 1));
  for (size_t i = 1; i < length; ++i) code = code << 6 | (byte(position + i) & 0x3F);
  return code;
}

// Characters that take two columns: the ranges that Spark's Utils.stringHalfWidth names.
bool isFullWidth(uint32_t code) {
  return (code >= 0x1100 && code <= 0x115F) || (code >= 0x2E80 && code <= 0x303E) || (code >= 0x3041 && code <= 0xA4CF && code != 0x303F) ||
         (code >= 0xAC00 && code <= 0xD7A3) || (code >= 0xF900 && code <= 0xFAFF) || (code >= 0xFE30 && code <= 0xFE6F) ||
         (code >= 0xFF01 && code <= 0xFF60) || (code >= 0xFFE0 && code <= 0xFFE6);
}

}  // namespace

size_t displayWidth(std::string_view text) {
  size_t width = 0;
  for (size_t position = 0, length = 0; position < text.size(); position += length) {
    width += isFullWidth(codePointAt(text, position, length)) ? 2 : 1;
  }
  return width;
}

namespace {

std::string truncated(const std::string& text, int32_t limit) {
  if (limit <= 0) return text;
  std::vector<size_t> starts;
  for (size_t position = 0, length = 0; position < text.size(); position += length) {
    starts.push_back(position);
    codePointAt(text, position, length);
  }
  if (starts.size() <= static_cast<size_t>(limit)) return text;
  if (limit < 4) return text.substr(0, starts[static_cast<size_t>(limit)]);
  return text.substr(0, starts[static_cast<size_t>(limit - 3)]) + "...";
}

// Characters that would break the drawing, as Spark escapes them.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '\f': out += "\\f"; break;
      case '\b': out += "\\b"; break;
      case '\x0B': out += "\\v"; break;
      case '\a': out += "\\a"; break;
      default: out += c;
    }
  }
  return out;
}

std::string padded(const std::string& text, size_t width, bool left) {
  const size_t used = displayWidth(text);
  const std::string blanks(used < width ? width - used : 0, ' ');
  return left ? text + blanks : blanks + text;
}

ShownRows cells(const ShownRows& shown, int32_t truncate) {
  ShownRows out;
  for (const std::string& name : shown.names) out.names.push_back(escaped(name));  // names are never cut
  for (const auto& row : shown.rows) {
    auto& cellsOfRow = out.rows.emplace_back();
    for (const std::string& cell : row) cellsOfRow.push_back(truncated(escaped(cell), truncate));
  }
  return out;
}

std::string horizontal(const ShownRows& table, bool left) {
  std::vector<size_t> widths;
  for (size_t column = 0; column < table.names.size(); ++column) {
    size_t width = std::max(kMinimumWidth, displayWidth(table.names[column]));
    for (const auto& row : table.rows) width = std::max(width, displayWidth(row[column]));
    widths.push_back(width);
  }
  std::string rule = "+";
  for (const size_t width : widths) rule += std::string(width, '-') + "+";
  const auto line = [&](const std::vector<std::string>& row) {
    std::string out = "|";
    for (size_t column = 0; column < row.size(); ++column) out += padded(row[column], widths[column], left) + "|";
    return out;
  };
  if (widths.empty()) rule += "+";
  std::string out = rule + "\n" + (widths.empty() ? "||" : line(table.names)) + "\n" + rule + "\n";
  for (const auto& row : table.rows) out += (widths.empty() ? "||" : line(row)) + "\n";
  return out + rule + "\n";
}

std::string verticalRecords(const ShownRows& table) {
  size_t nameWidth = kMinimumWidth;
  size_t valueWidth = kMinimumWidth;
  for (const std::string& name : table.names) nameWidth = std::max(nameWidth, displayWidth(name));
  for (const auto& row : table.rows) {
    for (const std::string& cell : row) valueWidth = std::max(valueWidth, displayWidth(cell));
  }
  std::string out;
  for (size_t record = 0; record < table.rows.size(); ++record) {
    std::string header = fmt::format("-RECORD {}", record);
    const size_t width = nameWidth + valueWidth + 5;
    if (header.size() < width) header += std::string(width - header.size(), '-');
    out += header + "\n";
    for (size_t column = 0; column < table.names.size(); ++column) {
      out += fmt::format(" {} | {} \n", padded(table.names[column], nameWidth, true), padded(table.rows[record][column], valueWidth, true));
    }
  }
  return out;
}

std::string htmlEscaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

void appendType(std::string& out, const DataType& type, const std::string& prefix, int32_t level, int32_t depth);

void appendLine(std::string& out, const std::string& prefix, std::string_view name, const DataType& type, std::string_view nullability, bool nullable,
                int32_t level, int32_t depth) {
  out += fmt::format("{}-- {}: {} ({} = {})\n", prefix, name, type.typeName(), nullability, nullable);
  appendType(out, type, prefix + "    |", level, depth + 1);
}

void appendType(std::string& out, const DataType& type, const std::string& prefix, int32_t level, int32_t depth) {
  if (level > 0 && depth > level) return;
  switch (type.kind()) {
    case TypeKind::kStruct:
      for (const StructField& field : type.fields()) appendLine(out, prefix, field.name, field.type, "nullable", field.nullable, level, depth);
      break;
    case TypeKind::kArray:
      appendLine(out, prefix, "element", type.elementType(), "containsNull", type.containsNull(), level, depth);
      break;
    case TypeKind::kMap:
      out += fmt::format("{}-- key: {}\n", prefix, type.keyType().typeName());
      appendType(out, type.keyType(), prefix + "    |", level, depth + 1);
      appendLine(out, prefix, "value", type.valueType(), "valueContainsNull", type.valueContainsNull(), level, depth);
      break;
    default: break;
  }
}

}  // namespace

std::string showString(const ShownRows& shown, int32_t numRows, int32_t truncate, bool vertical) {
  const ShownRows table = cells(shown, truncate);
  std::string out = vertical ? verticalRecords(table) : horizontal(table, truncate <= 0);
  if (vertical && table.rows.empty()) return "(0 rows)\n";
  if (shown.hasMore) out += fmt::format("only showing top {} {}", numRows, numRows == 1 ? "row" : "rows");
  return out;
}

std::string htmlString(const ShownRows& shown, int32_t numRows, int32_t truncate) {
  const ShownRows table = cells(shown, truncate);
  std::string out = "<table border='1'>\n<tr>";
  for (const std::string& name : table.names) out += "<th>" + htmlEscaped(name) + "</th>";
  out += "</tr>\n";
  for (const auto& row : table.rows) {
    out += "<tr>";
    for (const std::string& cell : row) out += "<td>" + htmlEscaped(cell) + "</td>";
    out += "</tr>\n";
  }
  out += "</table>\n";
  if (shown.hasMore) out += fmt::format("only showing top {} {}\n", numRows, numRows == 1 ? "row" : "rows");
  return out;
}

std::string schemaTreeString(const DataType& schema, int32_t level) {
  std::string out = "root\n";
  appendType(out, schema, " |", level, 1);
  return out;
}

}  // namespace flint::session
