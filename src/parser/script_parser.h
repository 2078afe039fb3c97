#pragma once

#include "parser/statement_parser.h"
#include "plan/logical/compound_body.h"

namespace flint::parser {

/// Reads scripts: BEGIN ... END with declarations, conditions, loops and handlers. Any other text is a statement.
class ScriptParser : public StatementParser {
 public:
  using StatementParser::StatementParser;

  LogicalPlanPtr script();

 private:
  using Kind = plan::ScriptStatement::Kind;

  bool atScript() const;
  plan::ScriptStatement block();
  plan::ScriptStatement one();
  plan::ScriptStatements statementsUntilEnd();
  plan::ScriptStatement ifStatement();
  plan::ScriptStatement caseStatement();
  plan::ScriptStatement forStatement();
  plan::ScriptHandler handler();
  bool atBodyEnd() const;
  void closing(TokenType word, const std::string& label);
};

}  // namespace flint::parser
