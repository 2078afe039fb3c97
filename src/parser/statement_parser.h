#pragma once

#include "parser/query_parser.h"

namespace flint::parser {

/// Reads whole statements: queries and commands.
class StatementParser : public QueryParser {
 public:
  using QueryParser::QueryParser;

  LogicalPlanPtr statement();
};

}  // namespace flint::parser
