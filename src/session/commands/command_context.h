#pragma once

#include <string>
#include <vector>

#include "base/condition.h"
#include "catalog/session_catalog.h"
#include "plan/logical/command_parts.h"
#include "session/commands/command_result.h"
#include "session/query_execution.h"
#include "session/spark_session.h"

/// What the families of commands share: names, patterns, and running queries.
namespace flint::plan {
struct AlterTableLocation;
}

namespace flint::session {

using plan::LogicalPlanPtr;
using CommandOutcome = Result<LogicalPlanPtr>;

/// The parts of a name, IDENTIFIER(...) evaluated. Errors: NOT_A_CONSTANT_STRING.*
Result<std::vector<std::string>> nameParts(SparkSession& session, const plan::ObjectName& name);
/// INVALID_TEMP_OBJ_QUALIFIER for a name whose qualifier is no place of temporary objects; `objectType` as "VIEW".
Error invalidTempQualifier(const char* objectType, const std::vector<std::string>& name);
/// The name of a temporary view. Errors: INVALID_TEMP_OBJ_QUALIFIER.
Result<std::string> tempViewName(SparkSession& session, const plan::ObjectName& object, bool global);
/// A plan resolved as a query of the session.
Result<LogicalPlanPtr> analyzedQuery(const SparkSessionPtr& session, const LogicalPlanPtr& query);
/// Spark's patterns of SHOW: `*` is any text, `|` separates alternatives, no case.
bool matchesPattern(const std::string& name, const std::string& pattern);
Error tableOrViewNotFound(const SparkSession& session, const std::vector<std::string>& name);
/// A table of the catalog, no view. Errors: TABLE_OR_VIEW_NOT_FOUND, EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE.
Result<catalog::CatalogTable> tableOnly(SparkSession& session, const plan::ObjectName& object, const std::string& operation);
Error notInFlint(const std::string& feature);

// Each gives null for a command of another family.
CommandOutcome runSessionCommand(const SparkSessionPtr& session, const LogicalPlanPtr& command);
CommandOutcome runCacheCommand(const SparkSessionPtr& session, const LogicalPlanPtr& command);
CommandOutcome runShowCommand(const SparkSessionPtr& session, const LogicalPlanPtr& command);
CommandOutcome runDescribeCommand(const SparkSessionPtr& session, const LogicalPlanPtr& command);
CommandOutcome runViewCommand(const SparkSessionPtr& session, const LogicalPlanPtr& command);
CommandOutcome runAlterCommand(const SparkSessionPtr& session, const LogicalPlanPtr& command);
CommandOutcome runPartitionCommand(const SparkSessionPtr& session, const LogicalPlanPtr& command);
/// ALTER TABLE ... PARTITION (...) SET LOCATION.
CommandOutcome setPartitionLocation(SparkSession& session, const plan::AlterTableLocation& node);
CommandOutcome runFunctionCommand(const SparkSessionPtr& session, const LogicalPlanPtr& command);
CommandOutcome runVariableCommand(const SparkSessionPtr& session, const LogicalPlanPtr& command);
CommandOutcome runTableCommand(const SparkSessionPtr& session, const LogicalPlanPtr& command);

}  // namespace flint::session
