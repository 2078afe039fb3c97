#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "plan/logical/command_parts.h"

/// SQL scripts: BEGIN ... END.
namespace flint::plan {

struct ScriptStatement;
using ScriptStatements = std::vector<std::shared_ptr<const ScriptStatement>>;

/// DECLARE ... HANDLER FOR ...
struct ScriptHandler {
  bool exits = true;                    // EXIT; else CONTINUE
  std::vector<std::string> conditions;  // names of conditions, upper case
  std::vector<std::string> sqlStates;   // upper case
  bool anyException = false;            // SQLEXCEPTION
  bool notFound = false;
  std::shared_ptr<const ScriptStatement> body;
};

/// One statement of a script, with what its kind needs.
struct ScriptStatement {
  enum class Kind : uint8_t { kPlain, kBlock, kIf, kCase, kWhile, kRepeat, kLoop, kFor, kLeave, kIterate, kDeclareCursor, kOpen, kFetch, kClose };
  struct Branch {
    ExprPtr condition;  // kCase: what the subject is compared with
    ScriptStatements body;
  };
  Kind kind = Kind::kPlain;
  LogicalPlanPtr plan;           // kPlain: the statement; kFor, kDeclareCursor: the query
  std::string label;             // of a block or loop, lower case; for kLeave and kIterate, where to
  std::vector<Branch> branches;  // kIf, kCase
  ExprPtr condition;             // kWhile, kRepeat; kCase: the subject
  ScriptStatements body;         // of a block or loop, or ELSE
  std::string variable;          // kFor: the row's name; empty: none
  std::vector<std::string> cursor;  // the name of a cursor, with its block's label before it
  std::vector<ObjectName> targets;  // kFetch: variables
  std::vector<ExprPtr> arguments;   // kOpen: values of the query's parameters
  std::vector<ScriptHandler> handlers;
};

/// A script; runs as one command, whose rows are those of the last query in it.
struct CompoundBody final : CommandNode<CompoundBody, LogicalKind::kCompoundBody> {
  std::shared_ptr<const ScriptStatement> body;
  static constexpr const char* kName = "CompoundBody";
  static constexpr auto fields() { return std::tuple(); }
};

}  // namespace flint::plan
