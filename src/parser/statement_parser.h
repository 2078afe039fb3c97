#pragma once

#include <optional>
#include <string>
#include <vector>

#include "parser/query_parser.h"
#include "plan/logical/alter_commands.h"
#include "plan/logical/ddl_commands.h"
#include "plan/logical/dml_commands.h"
#include "plan/logical/session_commands.h"

namespace flint::parser {

/// Reads whole statements: queries and commands.
class StatementParser : public QueryParser {
 public:
  using QueryParser::QueryParser;

  LogicalPlanPtr statement();

 protected:
  // Parts of commands (command_parts.cc)
  plan::ObjectName objectName();
  std::optional<plan::ObjectName> fromNamespace();  // FROM | IN name
  bool ifExists();
  bool ifNotExists();
  bool atNamespaceWord() const;
  std::optional<std::string> likePattern();
  /// PARTITION (a = 1, b); keys without values are allowed only where `dynamic` collects them.
  plan::Options partitionSpec(std::vector<std::string>* dynamic);
  std::string constantText();
  plan::ColumnDefinition columnDefinition();
  bool columnConstraint();  // a clause that this grammar only passes over
  std::vector<std::vector<std::string>> nameLists();  // (a.b, c)
  void tableClauses(plan::TableSpec& spec, std::vector<plan::ColumnDefinition>& columns);
  void partitionedBy(plan::TableSpec& spec, std::vector<plan::ColumnDefinition>& columns);
  std::string balancedText();  // ( ... ) as written

  // hive_statements.cc
  bool atWords(std::string_view words) const;  // capital letters, one space between
  /// Fails for what Hive has and Spark refuses by name; false when the cursor is at something else. Errors: INVALID_STATEMENT_OR_CLAUSE.
  bool refuseHiveStatement(bool alterTable, uint32_t first);

  // session_statements.cc
  LogicalPlanPtr explain(uint32_t first);
  LogicalPlanPtr set(uint32_t first);
  LogicalPlanPtr setVariable(uint32_t first);
  LogicalPlanPtr setTimeZone(uint32_t first);
  LogicalPlanPtr show(uint32_t first);
  LogicalPlanPtr showFunctions(uint32_t first);
  LogicalPlanPtr describe(uint32_t first);
  LogicalPlanPtr cache(uint32_t first);
  LogicalPlanPtr refresh(uint32_t first);
  LogicalPlanPtr declareVariable(uint32_t first);
  LogicalPlanPtr executeImmediate(uint32_t first);
  LogicalPlanPtr resources(uint32_t first);

  // ddl_statements.cc
  LogicalPlanPtr create(uint32_t first);
  LogicalPlanPtr createNamespace(uint32_t first);
  LogicalPlanPtr createTable(uint32_t first, bool replace, bool orCreate);
  LogicalPlanPtr createTemporaryTable(uint32_t first, bool replace);
  LogicalPlanPtr createView(uint32_t first, bool replace);
  LogicalPlanPtr createFunction(uint32_t first, bool replace, bool temporary);
  bool functionCharacteristic(plan::Options& characteristics);
  std::vector<plan::ColumnDefinition> parameterList(bool returnColumns);
  LogicalPlanPtr drop(uint32_t first);
  LogicalPlanPtr analyze(uint32_t first);
  LogicalPlanPtr commentOn(uint32_t first);

  // alter_statements.cc
  LogicalPlanPtr alter(uint32_t first);
  LogicalPlanPtr alterNamespace(uint32_t first);
  LogicalPlanPtr alterTable(uint32_t first, bool isView);
  LogicalPlanPtr alterColumns(uint32_t first, plan::ObjectName name);
  LogicalPlanPtr alterPartitions(uint32_t first, plan::ObjectName name);
  LogicalPlanPtr alterSet(uint32_t first, plan::ObjectName name, plan::Options partition, bool isView);
  std::string columnPosition();

  // dml_statements.cc
  LogicalPlanPtr queryOrChange(uint32_t first);
  LogicalPlanPtr multiInsert(WithClause with, uint32_t first);
  /// INSERT up to its query; the node then waits for `finishInsert`.
  struct InsertHead {
    plan::InsertInto into;
    plan::InsertIntoDirectory directory;
    bool isDirectory = false;
  };
  InsertHead insertHead();
  LogicalPlanPtr finishInsert(InsertHead head, LogicalPlanPtr query, uint32_t first);
  LogicalPlanPtr merge(uint32_t first);
  plan::MergeAction mergeAction(bool insertAllowed);
  std::vector<plan::Assignment> assignments();
  LogicalPlanPtr update(uint32_t first);
  LogicalPlanPtr deleteFrom(uint32_t first);
  LogicalPlanPtr loadData(uint32_t first);

 private:
  std::vector<std::string> columnConstraints_;  // of the columns that were read last, as written
};

}  // namespace flint::parser
