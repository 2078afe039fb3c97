// Statements of Hive that Spark's grammar knows only to refuse them.
#include <array>
#include <string_view>

#include "parser/statement_parser.h"

namespace flint::parser {
namespace {

using enum TokenType;

constexpr std::array<std::string_view, 29> kStatements = {
    "CREATE ROLE",      "DROP ROLE",       "GRANT",           "REVOKE",        "SHOW GRANT",     "SHOW ROLE GRANT", "SHOW PRINCIPALS",      "SHOW ROLES",           "SHOW CURRENT ROLES",
    "EXPORT TABLE",     "IMPORT TABLE",    "SHOW COMPACTIONS", "SHOW TRANSACTIONS", "SHOW INDEXES", "SHOW LOCKS",     "CREATE INDEX",    "DROP INDEX",           "ALTER INDEX",          "LOCK TABLE",
    "LOCK DATABASE",    "UNLOCK TABLE",    "UNLOCK DATABASE", "CREATE TEMPORARY MACRO", "DROP TEMPORARY MACRO", "START TRANSACTION", "COMMIT",     "ROLLBACK",        "DFS",                  "SHOW CONF"};

constexpr std::array<std::string_view, 14> kChanges = {"NOT CLUSTERED",      "CLUSTERED BY",   "NOT SORTED",      "SKEWED BY",         "NOT SKEWED", "NOT STORED AS DIRECTORIES", "SET SKEWED LOCATION", "EXCHANGE PARTITION",
                                                       "ARCHIVE PARTITION",  "UNARCHIVE PARTITION", "TOUCH",      "COMPACT",           "CONCATENATE", "SET FILEFORMAT"};

}  // namespace

bool StatementParser::atWords(std::string_view words) const {
  uint32_t ahead = 0;
  while (!words.empty()) {
    const size_t space = words.find(' ');
    if (upperCase(textOf(peek(ahead))) != words.substr(0, space)) return false;
    words = space == std::string_view::npos ? std::string_view() : words.substr(space + 1);
    ++ahead;
  }
  return true;
}

bool StatementParser::refuseHiveStatement(bool alterTable, uint32_t first) {
  const auto refuse = [&](std::string_view words) {
    failWith(condition::kInvalidStatementOrClause, {{"operation", std::string(words)}}, first);
    return true;
  };
  if (alterTable) {
    for (const std::string_view words : kChanges) {
      if (atWords(words)) return refuse("ALTER TABLE " + std::string(words));
    }
    return false;
  }
  for (const std::string_view words : kStatements) {
    if (atWords(words)) return refuse(words);
  }
  return false;
}

}  // namespace flint::parser
