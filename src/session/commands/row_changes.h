#pragma once

#include "plan/logical/dml_commands.h"
#include "session/commands/command_context.h"

/// DELETE, UPDATE and MERGE: the rows of the table as they are after the statement are written in the place of those before.
///
/// Only tables of catalogs besides the session's own can be changed so, and of those not the ones that a database keeps.
/// Source: keeps the behaviour of Spark's row-level operations by groups of rows, with the whole table as the one group.
namespace flint::session {

/// Null for another command. Errors: UNSUPPORTED_FEATURE.TABLE_OPERATION for a table that cannot, MERGE_CARDINALITY_VIOLATION, those of the expressions
/// and of storing values.
CommandOutcome runRowChange(const SparkSessionPtr& session, const LogicalPlanPtr& command);

}  // namespace flint::session
