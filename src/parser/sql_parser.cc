#include "parser/sql_parser.h"

#include "parser/lexer.h"
#include "parser/script_parser.h"

namespace flint::parser {
namespace {

bool isEmpty(std::string_view sql) {
  for (const Token& token : tokenize(sql, false)) {
    if (token.type != TokenType::kEndOfInput && token.type != TokenType::kSemicolon) return false;
  }
  return true;
}

// Runs `read` on a parser over the whole text.
template <class Parser, class Read>
auto parseWhole(std::string_view sql, const ParserOptions& options, Read&& read) -> Result<decltype(read(std::declval<Parser&>()))> {
  Parser parser(sql, options);
  auto value = read(parser);
  parser.expectEnd();
  if (!parser.failed()) return value;
  return parser.takeError();
}

}  // namespace

Result<plan::LogicalPlanPtr> parseStatement(std::string_view sql, const ParserOptions& options) {
  auto plan = parseWhole<ScriptParser>(sql, options, [](ScriptParser& parser) { return parser.script(); });
  if (!plan.isOk() && isEmpty(sql)) return Error(condition::kParseEmptyStatement).as(ErrorFamily::kParse);
  return plan;
}

Result<plan::ExprPtr> parseExpression(std::string_view sql, const ParserOptions& options) {
  return parseWhole<StatementParser>(sql, options, [](StatementParser& parser) { return parser.namedExpression(); });
}

Result<DataType> parseDataType(std::string_view sql, const ParserOptions& options) {
  return parseWhole<TypeParser>(sql, options, [](TypeParser& parser) { return parser.wholeType(); });
}

Result<DataType> parseTableSchema(std::string_view sql, const ParserOptions& options) {
  if (isEmpty(sql)) return DataType::structType({});
  return parseWhole<TypeParser>(sql, options, [](TypeParser& parser) { return DataType::structType(parser.columnTypes()); });
}

Result<std::vector<std::string>> parseIdentifier(std::string_view sql, const ParserOptions& options) {
  return parseWhole<TypeParser>(sql, options, [](TypeParser& parser) { return parser.names(); });
}

}  // namespace flint::parser
