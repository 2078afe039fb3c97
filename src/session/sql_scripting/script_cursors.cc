#include "session/sql_scripting/script_cursors.h"

#include "base/condition.h"
#include "expr/nodes.h"
#include "expr/unresolved.h"
#include "parser/parameter_binding.h"
#include "plan/logical/session_commands.h"
#include "session/query_execution.h"

namespace flint::session {
namespace {

using expr::ExprPtr;
using plan::ScriptStatement;

Error cursorError(const Condition& condition, const std::vector<std::string>& name) {
  return Error(condition).with("cursorName", catalog::quoted(name)).as(ErrorFamily::kAnalysis);
}

Result<parser::SqlArguments> argumentsOf(const SparkSessionPtr& session, const std::vector<ExprPtr>& written) {
  parser::SqlArguments out;
  for (const ExprPtr& each : written) {
    const auto* alias = each->as<expr::Alias>();
    const auto* column = each->as<expr::UnresolvedAttribute>();
    plan::Project project;
    project.projectList.push_back(each);
    project.child = plan::makePlan(plan::OneRowRelation{});
    QueryExecution execution(session, plan::makePlan(std::move(project)));
    ASSIGN_OR_RETURN(const plan::LogicalPlanPtr resolved, execution.analyzed());
    ASSIGN_OR_RETURN(const std::vector<columnar::ColumnarBatch> batches, execution.collect());
    expr::Literal literal;
    literal.type = resolved->output()[0]->dataType();
    for (const columnar::ColumnarBatch& batch : batches) {
      if (batch.numSelected() > 0) literal.value = batch.column(0)->valueAt(batch.activeRows()[0]);
    }
    const ExprPtr value = expr::makeExpr(std::move(literal));
    out.positional.push_back(value);
    if (alias != nullptr) out.named[alias->name] = value;
    if (column != nullptr) out.named[column->nameParts.back()] = value;
  }
  return out;
}

}  // namespace

Result<ScriptCursors::Cursor*> ScriptCursors::find(const SparkSession& session, const std::vector<std::string>& name) {
  const std::string key = session.catalog().folded(name.back());
  for (size_t i = scopes_.size(); i-- > 0;) {
    if (name.size() > 1 && scopes_[i].label != session.catalog().folded(name[0])) continue;
    const auto found = scopes_[i].cursors.find(key);
    if (found != scopes_[i].cursors.end()) return &found->second;
  }
  return cursorError(condition::kCursorNotFound, name);
}

Status ScriptCursors::run(const SparkSessionPtr& session, const ScriptStatement& statement) {
  if (statement.kind == ScriptStatement::Kind::kDeclareCursor) {
    Cursor cursor;
    cursor.query = statement.plan;
    const bool isNew = scopes_.back().cursors.emplace(session->catalog().folded(statement.cursor.back()), std::move(cursor)).second;
    return isNew ? Status::ok() : Status(cursorError(condition::kCursorAlreadyExists, statement.cursor));
  }
  ASSIGN_OR_RETURN(Cursor * cursor, find(*session, statement.cursor));
  if (statement.kind == ScriptStatement::Kind::kOpen) return open(session, statement, *cursor);
  if (!cursor->isOpen) return cursorError(condition::kCursorNotOpen, statement.cursor);
  if (statement.kind == ScriptStatement::Kind::kFetch) return fetch(session, statement, *cursor);
  cursor->isOpen = false;
  cursor->batches.clear();
  return Status::ok();
}

Status ScriptCursors::open(const SparkSessionPtr& session, const ScriptStatement& statement, Cursor& cursor) {
  if (cursor.isOpen) return cursorError(condition::kCursorAlreadyOpen, statement.cursor);
  plan::LogicalPlanPtr query = cursor.query;
  if (!statement.arguments.empty()) {
    ASSIGN_OR_RETURN(const parser::SqlArguments arguments, argumentsOf(session, statement.arguments));
    ASSIGN_OR_RETURN(query, parser::bindParameters(query, arguments));
  }
  QueryExecution execution(session, query);
  ASSIGN_OR_RETURN(const plan::LogicalPlanPtr resolved, execution.analyzed());
  ASSIGN_OR_RETURN(cursor.batches, execution.collect());
  cursor.columns = resolved->output();
  cursor.isOpen = true;
  cursor.batch = 0;
  cursor.row = 0;
  return Status::ok();
}

Status ScriptCursors::fetch(const SparkSessionPtr& session, const ScriptStatement& statement, Cursor& cursor) {
  while (cursor.batch < cursor.batches.size() && cursor.row >= cursor.batches[cursor.batch].numSelected()) {
    ++cursor.batch;
    cursor.row = 0;
  }
  if (cursor.batch >= cursor.batches.size()) return cursorError(condition::kCursorNoMoreRows, statement.cursor);
  const columnar::ColumnarBatch& batch = cursor.batches[cursor.batch];
  const columnar::RowIndex row = batch.activeRows()[static_cast<columnar::RowIndex>(cursor.row++)];
  plan::SetVariable set;
  set.targets = statement.targets;
  for (size_t i = 0; i < cursor.columns.size(); ++i) {
    expr::Literal literal;
    literal.type = cursor.columns[i]->dataType();
    literal.value = batch.column(static_cast<int32_t>(i))->valueAt(row);
    set.values.emplace_back("", expr::makeExpr(std::move(literal)));
  }
  // One variable that is a struct takes a whole row.
  const std::optional<catalog::SqlVariable> only = set.targets.size() == 1 && set.values.size() != 1 ? session->catalog().findVariable(set.targets[0].parts) : std::nullopt;
  if (only.has_value() && only->type.is(TypeKind::kStruct) && only->type.fields().size() == set.values.size()) {
    std::vector<ExprPtr> fields;
    for (size_t i = 0; i < set.values.size(); ++i) {
      fields.push_back(expr::literalString(only->type.fields()[i].name));
      fields.push_back(set.values[i].second);
    }
    set.values.clear();
    set.values.emplace_back("", expr::call("named_struct", std::move(fields)));
  }
  if (set.values.size() != set.targets.size()) {
    return Error(condition::kAssignmentArityMismatch)
        .with("numTarget", std::to_string(set.targets.size()))
        .with("numExpr", std::to_string(set.values.size()))
        .as(ErrorFamily::kAnalysis);
  }
  return QueryExecution(session, plan::makePlan(std::move(set))).analyzed().status();
}

}  // namespace flint::session
