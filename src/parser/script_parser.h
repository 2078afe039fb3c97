#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

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
  /// How far a body has come: declarations come first, in this order.
  enum class Stage : uint8_t { kVariables, kCursors, kHandlers, kStatements };
  struct Label {
    std::string name;   // lower case; empty: none
    bool isBlock = false;
  };

  bool atLabel() const;
  bool atCursorDeclaration() const;
  bool atCursorStatement() const;
  bool atBodyEnd() const;

  /// Statements up to END, ELSE, UNTIL or WHEN. Only a scope may declare.
  plan::ScriptStatements bodyOf(plan::ScriptStatement* scope);
  void declaration(plan::ScriptStatement* scope, Stage& stage, plan::ScriptStatements& out, std::vector<std::string>& declared);
  void declareCondition(const plan::ScriptStatement* scope, Stage stage, std::vector<std::string>& declared);
  plan::ScriptStatement declareCursor();
  plan::ScriptHandler handler();
  void handledConditions(plan::ScriptHandler& out, uint32_t first);
  void addHandler(plan::ScriptStatement& scope, plan::ScriptHandler handler, uint32_t first);
  std::string sqlState();

  plan::ScriptStatement one();
  plan::ScriptStatement labelled();
  plan::ScriptStatement single();
  plan::ScriptStatement cursorStatement();
  void block(plan::ScriptStatement& out);
  void ifStatement(plan::ScriptStatement& out);
  void caseStatement(plan::ScriptStatement& out);
  void forStatement(plan::ScriptStatement& out);
  void jump(plan::ScriptStatement& out);
  void checkName(const std::string& name, uint32_t first);
  void endLabel(const std::string& label, uint32_t first);

  std::vector<Label> labels_;         // of the blocks and loops around
  std::set<std::string> seenLabels_;  // labels and row names in use
  std::set<std::string> conditions_;  // declared by the blocks around, upper case
};

}  // namespace flint::parser
