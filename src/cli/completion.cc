#include "cli/completion.h"

#include <algorithm>
#include <set>

#include "expr/function_registry.h"
#include "parser/lexer.h"
#include "session/query_execution.h"

namespace flint::cli {
namespace {

constexpr size_t kMaxTablesRead = 50;  // whose columns are offered where the statement names none

constexpr std::string_view kKeywords[] = {
#define KEYWORD(name, word, kind) word,
#include "parser/keywords.inc"
#undef KEYWORD
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool startsWith(std::string_view text, std::string_view start) {
  return text.size() >= start.size() && std::equal(start.begin(), start.end(), text.begin(), [](char a, char b) { return lower(a) == lower(b); });
}

std::string lowerCase(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

bool isLetters(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (lower(c) >= 'a' && lower(c) <= 'z') || c == '_'; });
}

}  // namespace

std::vector<std::string> Completion::tables(const std::string& database) const {
  const catalog::SessionCatalog& catalog = session_->catalog();
  std::vector<std::string> names;
  if (catalog.metastore().databaseExists(database)) names = catalog.metastore().tables(database);
  if (database == catalog.currentDatabase()) {
    for (const catalog::TempView& view : catalog.tempViews().all()) names.push_back(view.name);
  }
  return names;
}

std::vector<std::string> Completion::columnsOf(const std::string& table) const {
  const auto found = session_->catalog().lookup({table});
  if (!found.isOk() || !found->has_value()) return {};
  std::vector<std::string> names;
  if ((*found)->tempView.has_value()) {
    for (const plan::AttributePtr& column : (*found)->tempView->plan->output()) names.push_back(column->name);
  } else if ((*found)->table.has_value()) {
    for (const StructField& column : (*found)->table->schema) names.push_back(column.name);
  }
  return names;
}

std::vector<std::string> Completion::wordsFor(std::string_view statement, const std::string& word) const {
  std::set<std::string> words;
  const auto offer = [&](const std::string& candidate) {
    if (startsWith(candidate, word)) words.insert(candidate);
  };
  if (const size_t dot = word.rfind('.'); dot != std::string::npos) {
    const std::string before = word.substr(0, dot);
    for (const std::string& column : columnsOf(before)) offer(before + "." + column);
    for (const std::string& table : tables(before)) offer(before + "." + table);
    return {words.begin(), words.end()};
  }

  const std::vector<std::string> known = tables(session_->catalog().currentDatabase());
  std::vector<std::string> named;
  for (const parser::Token& token : parser::tokenize(statement, false)) {
    const std::string text = lowerCase(statement.substr(token.start, token.end - token.start));
    for (const std::string& table : known) {
      if (lowerCase(table) == text) named.push_back(table);
    }
  }
  if (named.empty() && known.size() <= kMaxTablesRead) named = known;
  for (const std::string& table : named) {
    for (const std::string& column : columnsOf(table)) offer(column);
  }
  for (const std::string& table : known) offer(table);
  for (const catalog::CatalogDatabase& database : session_->catalog().metastore().databases()) offer(database.name);
  if (word.empty()) return {words.begin(), words.end()};
  for (const std::string& function : expr::FunctionRegistry::builtin().names()) {
    if (isLetters(function)) offer(function);
  }
  const bool upper = std::none_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  for (const std::string_view keyword : kKeywords) {
    if (startsWith(keyword, word)) words.insert(upper ? std::string(keyword) : lowerCase(keyword));
  }
  return {words.begin(), words.end()};
}

}  // namespace flint::cli
