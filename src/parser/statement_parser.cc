#include "parser/statement_parser.h"

namespace flint::parser {

LogicalPlanPtr StatementParser::statement() { return query(); }

}  // namespace flint::parser
