#include "session/sql_scripting/script_interpreter.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "base/condition.h"
#include "catalog/script_variables.h"
#include "expr/unresolved.h"
#include "parser/parameter_binding.h"
#include "plan/logical/relational.h"
#include "plan/logical/session_commands.h"
#include "session/commands/command_result.h"
#include "session/query_execution.h"
#include "session/run_scope.h"
#include "session/sql_scripting/script_cursors.h"

namespace flint::session {
namespace {

using catalog::ScriptVariables;
using expr::ExprPtr;
using plan::LogicalPlanPtr;
using plan::ScriptHandler;
using plan::ScriptStatement;

constexpr int kDeepestScript = 2'000;
constexpr size_t kNoScope = std::numeric_limits<size_t>::max();

/// What a statement asks of those around it.
struct Outcome {
  enum class Kind : uint8_t { kNext, kLeave, kIterate, kExitBlock };
  Kind kind = Kind::kNext;
  std::string label;                       // kLeave, kIterate
  const ScriptStatement* block = nullptr;  // kExitBlock: the block whose handler ran
};

LogicalPlanPtr selectOf(ExprPtr value) {
  expr::Alias alias;
  alias.child = std::move(value);
  alias.name = "condition";
  plan::Project project;
  project.projectList.push_back(expr::makeExpr(std::move(alias)));
  project.child = plan::makePlan(plan::OneRowRelation{});
  return plan::makePlan(std::move(project));
}

/// Threads: confined to the thread that runs the script.
class Interpreter {
 public:
  explicit Interpreter(const SparkSessionPtr& session) : session_(session) {}

  Result<Outcome> run(const ScriptStatement& statement) {
    if (depth_ >= kDeepestScript) return Error(condition::kFailedToParseTooComplex).as(ErrorFamily::kAnalysis);
    RETURN_IF_ERROR(checkCancelled());
    ++depth_;
    auto outcome = dispatch(statement);
    --depth_;
    return outcome;
  }
  LogicalPlanPtr takeResult() { return std::move(last_); }
  ScriptVariables& variables() { return variables_; }

 private:
  static Status checkCancelled() {
    const RunScopePtr& scope = RunScope::current();
    return scope == nullptr ? Status::ok() : scope->checkCancelled();
  }

  Result<Outcome> dispatch(const ScriptStatement& statement) {
    switch (statement.kind) {
      case ScriptStatement::Kind::kPlain: return plain(statement);
      case ScriptStatement::Kind::kBlock: return block(statement);
      case ScriptStatement::Kind::kIf:
      case ScriptStatement::Kind::kCase: return chosenBranch(statement);
      case ScriptStatement::Kind::kWhile:
      case ScriptStatement::Kind::kRepeat:
      case ScriptStatement::Kind::kLoop: return loop(statement);
      case ScriptStatement::Kind::kFor: return forEachRow(statement);
      case ScriptStatement::Kind::kLeave: return Outcome{Outcome::Kind::kLeave, statement.label, nullptr};
      case ScriptStatement::Kind::kIterate: return Outcome{Outcome::Kind::kIterate, statement.label, nullptr};
      case ScriptStatement::Kind::kDeclareCursor:
      case ScriptStatement::Kind::kOpen:
      case ScriptStatement::Kind::kFetch:
      case ScriptStatement::Kind::kClose: RETURN_IF_ERROR(cursors_.run(session_, statement)); return Outcome{};
    }
    return Outcome{};
  }

  // The script's rows are those of its last query; those of commands are not kept.
  Result<Outcome> plain(const ScriptStatement& statement) {
    QueryExecution execution(session_, statement.plan);
    ASSIGN_OR_RETURN(const LogicalPlanPtr resolved, execution.analyzed());
    const bool isCommand = plan::isCommand(statement.plan->kind());
    if (isCommand && (statement.plan->as<plan::ExecuteImmediate>() == nullptr || resolved->output().empty())) return Outcome{};
    plan::LocalRelation rows;
    rows.attributes = resolved->output();
    ASSIGN_OR_RETURN(std::vector<columnar::ColumnarBatch> batches, execution.collect());
    rows.batches = std::make_shared<const std::vector<columnar::ColumnarBatch>>(std::move(batches));
    last_ = plan::makePlan(std::move(rows));
    return Outcome{};
  }

  Result<Outcome> chosenBranch(const ScriptStatement& statement) {
    ExprPtr subject;
    if (statement.kind == ScriptStatement::Kind::kCase) {
      ASSIGN_OR_RETURN(subject, valueOf(statement.condition));
    }
    for (const auto& branch : statement.branches) {
      ASSIGN_OR_RETURN(const bool holds, test(subject == nullptr ? branch.condition : expr::call("=", {subject, branch.condition})));
      if (holds) return sequence(branch.body);
    }
    return sequence(statement.body);
  }

  void enterScope(const ScriptStatement& statement, const std::string& label) {
    blocks_.push_back(&statement);
    variables_.enterScope(label);
    cursors_.enterScope(label);
  }

  void leaveScope() {
    cursors_.leaveScope();
    variables_.leaveScope();
    blocks_.pop_back();
  }

  Result<Outcome> block(const ScriptStatement& statement) {
    enterScope(statement, statement.label);
    auto outcome = sequence(statement.body);
    leaveScope();
    RETURN_IF_ERROR(outcome);
    const Outcome& out = outcome.value();
    if (out.kind == Outcome::Kind::kExitBlock && out.block == &statement) return Outcome{};
    if (out.kind == Outcome::Kind::kLeave && !statement.label.empty() && out.label == statement.label) return Outcome{};
    return outcome;
  }

  Result<Outcome> sequence(const plan::ScriptStatements& statements) {
    for (const auto& each : statements) {
      auto outcome = run(*each);
      if (!outcome.isOk()) {
        ASSIGN_OR_RETURN(const std::optional<Outcome> handled, handle(outcome.error()));
        // That there are no more rows is worth a handler, but no failure.
        if (!handled.has_value() && outcome.error().condition().name == condition::kCursorNoMoreRows.name) continue;
        if (!handled.has_value()) return outcome;
        if (handled->kind != Outcome::Kind::kNext) return *handled;
        continue;
      }
      if (outcome.value().kind != Outcome::Kind::kNext) return outcome;
    }
    return Outcome{};
  }

  static bool has(const std::vector<std::string>& names, std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); }

  // The most particular handler of a block for an error: by condition, by SQLSTATE, by kind; null when there is none.
  static const ScriptHandler* handlerFor(const ScriptStatement& block, const Error& error) {
    const std::string_view name = error.condition().name;
    const std::string_view state = error.condition().sqlState;
    const auto first = [&](auto&& takes) -> const ScriptHandler* {
      const auto found = std::find_if(block.handlers.begin(), block.handlers.end(), takes);
      return found == block.handlers.end() ? nullptr : &*found;
    };
    const ScriptHandler* handler = first([&](const ScriptHandler& each) { return has(each.conditions, name); });
    if (handler == nullptr) handler = first([&](const ScriptHandler& each) { return has(each.conditions, name.substr(0, name.find('.'))); });
    if (handler == nullptr) handler = first([&](const ScriptHandler& each) { return has(each.sqlStates, state); });
    if (handler == nullptr && state.starts_with("02")) handler = first([](const ScriptHandler& each) { return each.notFound; });
    if (handler == nullptr && !state.starts_with("02") && !state.starts_with("XX")) handler = first([](const ScriptHandler& each) { return each.anyException; });
    return handler;
  }

  // Runs the nearest handler for an error; nothing when there is none. What a handler raises is for the blocks around its own.
  Result<std::optional<Outcome>> handle(const Error& error) {
    if (!checkCancelled().isOk()) return std::optional<Outcome>();
    if (blocks_.size() <= escapedFrom_) escapedFrom_ = kNoScope;
    size_t running = running_.size();
    size_t i = std::min(blocks_.size(), escapedFrom_);
    while (true) {
      const size_t begin = running == 0 ? 0 : running_[running - 1].outerScopes;
      for (; i > begin; --i) {
        const ScriptStatement& block = *blocks_[i - 1];
        if (const ScriptHandler* const handler = handlerFor(block, error)) return runHandler(*handler, block, i - 1);
      }
      if (running == 0) return std::optional<Outcome>();
      i = std::min(i, running_[--running].scope);
    }
  }

  Result<std::optional<Outcome>> runHandler(const ScriptHandler& handler, const ScriptStatement& block, size_t scope) {
    escapedFrom_ = kNoScope;
    running_.push_back({scope, blocks_.size()});
    variables_.enterHandler(scope);
    ScriptStatement frame;  // a handler's single statement has no scope of its own to be found in
    frame.body = {handler.body};
    auto ran = sequence(frame.body);
    variables_.leaveHandler();
    running_.pop_back();
    if (!ran.isOk()) escapedFrom_ = scope;
    RETURN_IF_ERROR(ran);
    if (ran.value().kind != Outcome::Kind::kNext) return std::optional(ran.value());
    if (!handler.exits) return std::optional(Outcome{});
    return std::optional(Outcome{Outcome::Kind::kExitBlock, "", &block});
  }

  // What a loop does with what its body asked for: true to go on, false to end; `out` is what it asks for itself.
  static bool goesOn(const ScriptStatement& loop, const Outcome& asked, Outcome& out) {
    const bool mine = !loop.label.empty() && asked.label == loop.label;
    if (asked.kind == Outcome::Kind::kNext || (asked.kind == Outcome::Kind::kIterate && mine)) return true;
    if (!(asked.kind == Outcome::Kind::kLeave && mine)) out = asked;
    return false;
  }

  Result<Outcome> loop(const ScriptStatement& statement) {
    Outcome out;
    while (true) {
      RETURN_IF_ERROR(checkCancelled());
      if (statement.kind == ScriptStatement::Kind::kWhile) {
        ASSIGN_OR_RETURN(const bool holds, test(statement.condition));
        if (!holds) return out;
      }
      ASSIGN_OR_RETURN(const Outcome asked, sequence(statement.body));
      if (!goesOn(statement, asked, out)) return out;
      if (statement.kind == ScriptStatement::Kind::kRepeat) {
        ASSIGN_OR_RETURN(const bool holds, test(statement.condition));
        if (holds) return out;
      }
    }
  }

  Result<Outcome> forEachRow(const ScriptStatement& statement) {
    QueryExecution execution(session_, statement.plan);
    ASSIGN_OR_RETURN(const LogicalPlanPtr resolved, execution.analyzed());
    const auto columns = resolved->output();
    ASSIGN_OR_RETURN(const std::vector<columnar::ColumnarBatch> batches, execution.collect());
    static const ScriptStatement kRow;  // a scope without handlers
    Outcome out;
    for (const columnar::ColumnarBatch& batch : batches) {
      for (const columnar::RowIndex row : batch.activeRows()) {
        RETURN_IF_ERROR(checkCancelled());
        enterScope(kRow, statement.variable);
        for (size_t i = 0; i < columns.size(); ++i) {
          catalog::SqlVariable variable;
          variable.name = columns[i]->name;
          variable.type = columns[i]->dataType();
          variable.value = batch.column(static_cast<int32_t>(i))->valueAt(row);
          const std::string key = session_->catalog().folded(columns[i]->name);
          if (variables_.declare(key, std::move(variable))) continue;
          leaveScope();
          return Error(condition::kVariableAlreadyExists).with("variableName", catalog::quoted({statement.variable, key})).as(ErrorFamily::kAnalysis);
        }
        auto asked = sequence(statement.body);
        leaveScope();
        RETURN_IF_ERROR(asked);
        if (!goesOn(statement, asked.value(), out)) return out;
      }
    }
    return out;
  }

  // The value of an expression, as a literal.
  Result<ExprPtr> valueOf(const ExprPtr& expression) {
    QueryExecution execution(session_, selectOf(expression));
    ASSIGN_OR_RETURN(const LogicalPlanPtr resolved, execution.analyzed());
    ASSIGN_OR_RETURN(const std::vector<columnar::ColumnarBatch> batches, execution.collect());
    expr::Literal literal;
    literal.type = resolved->output()[0]->dataType();
    for (const columnar::ColumnarBatch& batch : batches) {
      if (batch.numSelected() > 0) literal.value = batch.column(0)->valueAt(batch.activeRows()[0]);
    }
    return expr::makeExpr(std::move(literal), expression->origin());
  }

  // Whether a condition is true; NULL is not. Errors: INVALID_BOOLEAN_STATEMENT for another type.
  Result<bool> test(const ExprPtr& condition) {
    ASSIGN_OR_RETURN(const ExprPtr made, valueOf(condition));
    const auto* literal = made->as<expr::Literal>();
    if (literal->type.kind() != TypeKind::kBoolean) {
      return Error(condition::kInvalidBooleanStatement).with("invalidStatement", condition->sql()).at(condition->origin()).as(ErrorFamily::kAnalysis);
    }
    return !literal->value.isNull() && literal->value.asBoolean();
  }

  struct Running {
    size_t scope;        // of the handler's block
    size_t outerScopes;  // when it began
  };

  const SparkSessionPtr& session_;
  ScriptVariables variables_;
  ScriptCursors cursors_;
  std::vector<const ScriptStatement*> blocks_;  // one a scope
  std::vector<Running> running_;                // handlers
  size_t escapedFrom_ = kNoScope;               // a handler of this scope failed: its block's other handlers do not take that
  LogicalPlanPtr last_;
  int depth_ = 0;
};

bool isCursorStatement(const ScriptStatement& statement) {
  return statement.kind >= ScriptStatement::Kind::kDeclareCursor && statement.kind <= ScriptStatement::Kind::kClose;
}

// What a script may hold only where a setting allows it.
Status checkFeatures(const catalog::SQLConf& conf, const ScriptStatement& statement) {
  if (isCursorStatement(statement) && !conf.getBoolean("spark.sql.scripting.cursorEnabled", false)) {
    return Error(condition::kUnsupportedFeatureSqlCursor).as(ErrorFamily::kParse);
  }
  for (const ScriptHandler& handler : statement.handlers) {
    if (!handler.exits && !conf.getBoolean("spark.sql.scripting.continueHandlerEnabled", false)) {
      return Error(condition::kUnsupportedFeatureContinueExceptionHandler).as(ErrorFamily::kParse);
    }
    RETURN_IF_ERROR(checkFeatures(conf, *handler.body));
  }
  for (const auto& branch : statement.branches) {
    for (const auto& each : branch.body) RETURN_IF_ERROR(checkFeatures(conf, *each));
  }
  for (const auto& each : statement.body) RETURN_IF_ERROR(checkFeatures(conf, *each));
  return Status::ok();
}

}  // namespace

Result<LogicalPlanPtr> runScript(const SparkSessionPtr& session, const plan::CompoundBody& script) {
  const ScriptStatement& body = *script.body;
  RETURN_IF_ERROR(checkFeatures(session->conf(), body));
  if (isCursorStatement(body)) return Error(condition::kCursorOutsideScript).as(ErrorFamily::kAnalysis);
  if (!session->conf().getBoolean("spark.sql.scripting.enabled", true)) {
    return Error(condition::kUnsupportedFeatureSqlScripting).with("sqlScriptingEnabled", "\"spark.sql.scripting.enabled\"").as(ErrorFamily::kParse);
  }
  Interpreter interpreter(session);
  const ScriptVariables::Entered inside(&interpreter.variables());
  RETURN_IF_ERROR(interpreter.run(body));
  LogicalPlanPtr result = interpreter.takeResult();
  if (result == nullptr) return CommandResult().plan();
  return result;
}

}  // namespace flint::session
