#include "session/commands/sql_function_description.h"

#include <algorithm>

#include "session/commands/table_description.h"

namespace flint::session {
namespace {

using Row = std::vector<std::string>;

// Cells of one column are filled up to the longest.
std::vector<std::string> aligned(const std::vector<Row>& rows) {
  std::vector<size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::vector<std::string> out;
  for (const Row& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      if (widths[i] == 0) continue;
      line += (line.empty() ? "" : " ") + row[i] + std::string(widths[i] - row[i].size(), ' ');
    }
    out.push_back(std::move(line));
  }
  return out;
}

}  // namespace

std::vector<std::string> describeSqlFunction(const catalog::SqlFunction& function, bool extended) {
  if (function.bodyExpression == nullptr && function.bodyQuery == nullptr) {
    // Of a class of the JVM no more is known than its name.
    std::vector<std::string> known = {"Function: " + catalog::joined(function.name), "Class: " + function.bodyText, "Usage: N/A."};
    if (extended) known.push_back("Extended Usage:\n    No example/argument for " + function.name.back() + ".\n");
    return known;
  }
  const size_t width = extended ? 15 : 10;
  std::vector<std::string> out;
  const auto add = [&](const std::string& title, const std::vector<std::string>& lines) {
    std::string head = title + ":";
    head.resize(std::max(width, head.size() + 1), ' ');
    for (size_t i = 0; i < lines.size(); ++i) out.push_back((i == 0 ? head : std::string(width, ' ')) + lines[i]);
  };
  add("Function", {catalog::joined(function.name)});
  add("Type", {function.returnsTable ? "TABLE" : "SCALAR"});
  std::vector<Row> inputs;
  for (const auto& parameter : function.parameters) {
    Row row = {parameter.name, parameter.type.sql()};
    if (extended) {
      row.push_back(parameter.defaultText.empty() ? "" : "DEFAULT " + parameter.defaultText);
      row.push_back(parameter.comment.empty() ? "" : "'" + parameter.comment + "'");
    }
    inputs.push_back(std::move(row));
  }
  add("Input", inputs.empty() ? std::vector<std::string>{"()"} : aligned(inputs));
  std::vector<Row> columns;
  for (const StructField& column : function.returnColumns) columns.push_back({column.name, column.type.sql()});
  add("Returns", function.returnsTable ? aligned(columns) : std::vector<std::string>{function.returnType.sql()});
  if (!extended) return out;
  if (!function.comment.empty()) add("Comment", {function.comment});
  add("Deterministic", {function.deterministic.value_or(true) ? "true" : "false"});
  add("Data Access", {function.readsData ? "READS SQL DATA" : "CONTAINS SQL"});
  std::vector<std::string> settings;
  for (const auto& [key, value] : function.settings) settings.push_back(key + "=" + value);
  if (!settings.empty()) add("Configs", settings);
  add("Create Time", {timeText(function.createTimeMs)});
  add("Body", {function.bodyText});
  return out;
}

}  // namespace flint::session
