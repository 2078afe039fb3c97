#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "plan/logical/logical_plan.h"
#include "types/data_type.h"

namespace flint::parser {

/// The session's settings that change what SQL text means.
struct ParserOptions {
  bool ansi = true;                        // spark.sql.ansi.enabled
  bool enforceReservedKeywords = false;    // spark.sql.ansi.enforceReservedKeywords (with ansi)
  bool doubleQuotedIdentifiers = false;    // spark.sql.ansi.doubleQuotedIdentifiers (with ansi)
  bool escapedStringLiterals = false;      // spark.sql.parser.escapedStringLiterals
  bool quotedRegexColumnNames = false;     // spark.sql.parser.quotedRegexColumnNames
  bool legacyInterval = false;             // spark.sql.legacy.interval.enabled
  bool legacyExponentAsDecimal = false;    // spark.sql.legacy.exponentLiteralAsDecimal.enabled
  bool legacySetOperatorPrecedence = false;  // spark.sql.legacy.setopsPrecedence.enabled
  bool singleCharacterPipe = true;         // spark.sql.parser.singleCharacterPipeOperator.enabled
  bool pipeSyntax = true;                  // spark.sql.operatorPipeSyntaxEnabled
  bool namedArguments = true;              // spark.sql.allowNamedFunctionArguments
  bool relationPrecedence = false;         // spark.sql.ansi.relationPrecedence (with ansi): JOIN binds stronger than a comma
  bool timestampIsNtz = false;             // spark.sql.timestampType is TIMESTAMP_NTZ
  std::string timeZone = "UTC";            // spark.sql.session.timeZone
};

/// Reads SQL text into unresolved plans and expressions, with an Origin on every node.
///
/// Errors: of the parse family: PARSE_SYNTAX_ERROR with the token that does not fit, PARSE_EMPTY_STATEMENT, FAILED_TO_PARSE_TOO_COMPLEX for
/// deeper nesting than 10,000 levels, and the conditions of single clauses and literals.
/// Threads: safe. Nesting uses the stack: about 1 KiB a level, so callers that admit deep text run on threads with large stacks.
/// Source: Spark's SqlBaseParser grammar and AstBuilder.
Result<plan::LogicalPlanPtr> parseStatement(std::string_view sql, const ParserOptions& options = {});
Result<plan::ExprPtr> parseExpression(std::string_view sql, const ParserOptions& options = {});
/// "decimal(10, 2)", "struct<a: int>".
Result<DataType> parseDataType(std::string_view sql, const ParserOptions& options = {});
/// "a INT, b STRING NOT NULL COMMENT 'x'" as a struct type.
Result<DataType> parseTableSchema(std::string_view sql, const ParserOptions& options = {});
/// "catalog.`my db`.t"
Result<std::vector<std::string>> parseIdentifier(std::string_view sql, const ParserOptions& options = {});

}  // namespace flint::parser
