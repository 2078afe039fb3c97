#pragma once

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "parser/expression_parser.h"
#include "plan/logical/unresolved_plans.h"

namespace flint::plan {
struct ScriptRowFormat;
}

namespace flint::parser {

/// Reads queries: SELECT and what stands around it.
class QueryParser : public ExpressionParser {
 public:
  using ExpressionParser::ExpressionParser;

  /// [WITH ...] term [ORDER BY ... LIMIT ...]
  LogicalPlanPtr query() override;

 protected:
  using Definitions = std::pair<std::vector<std::string>, std::vector<LogicalPlanPtr>>;

  /// WITH clauses read so far, around what is read next.
  struct WithClause {
    std::vector<LogicalPlanPtr> definitions;
    std::vector<int64_t> maxRecursions;
    bool recursive = false;
    bool present = false;
    uint32_t first = 0;
  };
  WithClause withClause();
  LogicalPlanPtr under(WithClause with, LogicalPlanPtr plan);
  /// A query without its WITH.
  LogicalPlanPtr queryBody();
  /// SELECT ... or what follows FROM in a FROM-first query, over `from` (a null pointer: its own FROM).
  LogicalPlanPtr selectSpecification(LogicalPlanPtr from, uint32_t first);
  LogicalPlanPtr queryOrganization(LogicalPlanPtr child, uint32_t first);
  LogicalPlanPtr fromClause();
  LogicalPlanPtr relation();
  /// [AS] name [(columns)] around `child`.
  LogicalPlanPtr tableAlias(LogicalPlanPtr child, uint32_t first);
  bool atTableAlias() const;
  bool atAsName() const;
  /// A table by name, or IDENTIFIER(...).
  LogicalPlanPtr tableReference();
  plan::Options optionList();  // (key = value, ...)
  std::string propertyKey();
  std::string propertyValue();
  LogicalPlanPtr inlineTable(uint32_t first);
  LogicalPlanPtr whereClause(LogicalPlanPtr child, uint32_t first);
  /// Fails with what Spark calls an operation that is not allowed.
  LogicalPlanPtr failNotAllowed(std::string message, uint32_t first);

 private:
  // query.cc
  LogicalPlanPtr setOperations(int minPrecedence);
  LogicalPlanPtr setOperation(TokenType op, bool all, std::vector<LogicalPlanPtr> inputs, uint32_t first);
  int setOperatorPrecedence() const;
  LogicalPlanPtr queryPrimary();
  LogicalPlanPtr hints(std::vector<std::pair<std::string, std::vector<ExprPtr>>> all, LogicalPlanPtr child, uint32_t first);
  std::vector<std::pair<std::string, std::vector<ExprPtr>>> hintComments();
  LogicalPlanPtr selectClauses(std::vector<ExprPtr> output, LogicalPlanPtr from, uint32_t first);
  LogicalPlanPtr aggregation(std::vector<ExprPtr> output, LogicalPlanPtr child, uint32_t first);
  std::vector<ExprPtr> groupingList(bool named);
  ExprPtr groupingElement(bool named);
  std::vector<ExprPtr> groupingSet();
  LogicalPlanPtr windowClause(LogicalPlanPtr child, uint32_t first);

  // relation.cc
  LogicalPlanPtr relationPrimary();
  LogicalPlanPtr parenthesizedRelation(uint32_t first);
  LogicalPlanPtr namedTable(uint32_t first);
  LogicalPlanPtr functionTable(std::vector<std::string> name, uint32_t first, ExprPtr identifierExpression = nullptr);
  ExprPtr tableArgument();
  LogicalPlanPtr relationExtensions(LogicalPlanPtr left, uint32_t first);
  bool atJoin() const;
  LogicalPlanPtr join(LogicalPlanPtr left, uint32_t first);
  plan::JoinType joinType();
  LogicalPlanPtr sample(LogicalPlanPtr child, uint32_t first);
  LogicalPlanPtr lateralViews(LogicalPlanPtr child, uint32_t first);
  LogicalPlanPtr pivot(LogicalPlanPtr child, uint32_t first);
  LogicalPlanPtr unpivot(LogicalPlanPtr child, uint32_t first);
  LogicalPlanPtr lateralOver(LogicalPlanPtr left, LogicalPlanPtr right, plan::JoinType type, ExprPtr condition, uint32_t first);

  // What reading a query at some token gave: text in parentheses may be read several ways, and nested ones must not double the work each time.
  struct Reading {
    int32_t numPositional = 0;  // before it
    LogicalPlanPtr plan;        // null pointer: it failed
    Mark end{};
  };
  std::unordered_map<uint32_t, Reading> readings_;

  // transform.cc
  bool atTransform() const;
  LogicalPlanPtr transform(LogicalPlanPtr from, uint32_t first);
  void scriptRowFormat(plan::ScriptRowFormat& format, uint32_t first);
  std::vector<expr::AttributePtr> scriptColumns();

  // pipe_operators.cc
  LogicalPlanPtr pipeOperators(LogicalPlanPtr child, uint32_t first);
  LogicalPlanPtr pipeOperator(LogicalPlanPtr child, uint32_t first);
  LogicalPlanPtr pipeSet(LogicalPlanPtr child, uint32_t first);
  LogicalPlanPtr pipeAggregate(LogicalPlanPtr child, uint32_t first);
};

}  // namespace flint::parser
