#pragma once

#include "plan/logical/alter_commands.h"
#include "plan/logical/ddl_commands.h"
#include "session/commands/command_context.h"

namespace flint::session {

/// CREATE VIEW. Errors: of the query, CREATE_VIEW_COLUMN_ARITY_MISMATCH.*, INVALID_TEMP_OBJ_REFERENCE, FEATURE_NOT_ENABLED and others.
CommandOutcome createView(const SparkSessionPtr& session, const plan::CreateView& node);
/// ALTER VIEW ... AS.
CommandOutcome alterViewAs(const SparkSessionPtr& session, const plan::AlterViewAs& node);

}  // namespace flint::session
