#include "session/sql_scripting/script_interpreter.h"

#include <algorithm>
#include <optional>

#include "base/condition.h"
#include "expr/unresolved.h"
#include "plan/logical/relational.h"
#include "plan/logical/session_commands.h"
#include "session/commands/command_result.h"
#include "session/query_execution.h"

namespace flint::session {
namespace {

using plan::LogicalPlanPtr;
using plan::ScriptHandler;
using plan::ScriptStatement;

constexpr int kDeepestScript = 200;

/// What a statement asks of those around it.
struct Outcome {
  enum class Kind : uint8_t { kNext, kLeave, kIterate, kExitBlock };
  Kind kind = Kind::kNext;
  std::string label;                      // kLeave, kIterate
  const ScriptStatement* block = nullptr;  // kExitBlock: the block whose handler ran
};

class Interpreter {
 public:
  explicit Interpreter(const SparkSessionPtr& session) : session_(session) {}

  Result<Outcome> run(const ScriptStatement& statement) {
    if (depth_ >= kDeepestScript) return Error(condition::kFailedToParseTooComplex).as(ErrorFamily::kAnalysis);
    ++depth_;
    auto outcome = dispatch(statement);
    --depth_;
    return outcome;
  }
  LogicalPlanPtr takeResult() { return std::move(last_); }

 private:
  // A block being run, with its variables' earlier meanings.
  struct Scope {
    const ScriptStatement* block = nullptr;
    std::vector<std::pair<std::string, std::optional<catalog::SqlVariable>>> hidden;
  };

  Result<Outcome> dispatch(const ScriptStatement& statement) {
    switch (statement.kind) {
      case ScriptStatement::Kind::kPlain: return plain(statement);
      case ScriptStatement::Kind::kBlock: return block(statement);
      case ScriptStatement::Kind::kIf: {
        for (const auto& branch : statement.branches) {
          ASSIGN_OR_RETURN(const bool holds, test(branch.condition));
          if (holds) return sequence(branch.body);
        }
        return sequence(statement.body);
      }
      case ScriptStatement::Kind::kWhile:
      case ScriptStatement::Kind::kRepeat:
      case ScriptStatement::Kind::kLoop: return loop(statement);
      case ScriptStatement::Kind::kFor: return forEachRow(statement);
      case ScriptStatement::Kind::kLeave: return Outcome{Outcome::Kind::kLeave, statement.label, nullptr};
      case ScriptStatement::Kind::kIterate: return Outcome{Outcome::Kind::kIterate, statement.label, nullptr};
    }
    return Outcome{};
  }

  Result<Outcome> plain(const ScriptStatement& statement) {
    if (const auto* declared = statement.plan->as<plan::CreateVariable>(); declared != nullptr && !scopes_.empty()) {
      for (const plan::ObjectName& name : declared->names) hide(session_->catalog().folded(name.parts.back()));
    }
    QueryExecution execution(session_, statement.plan);
    ASSIGN_OR_RETURN(const LogicalPlanPtr resolved, execution.analyzed());
    if (plan::isCommand(statement.plan->kind())) {
      if (!resolved->output().empty()) last_ = resolved;
      return Outcome{};
    }
    plan::LocalRelation rows;
    rows.attributes = resolved->output();
    ASSIGN_OR_RETURN(std::vector<columnar::ColumnarBatch> batches, execution.collect());
    rows.batches = std::make_shared<const std::vector<columnar::ColumnarBatch>>(std::move(batches));
    last_ = plan::makePlan(std::move(rows));
    return Outcome{};
  }

  // Notes what a name means outside of the innermost block, and makes room for the block's own variable.
  void hide(const std::string& key) {
    auto& hidden = scopes_.back().hidden;
    if (std::any_of(hidden.begin(), hidden.end(), [&](const auto& each) { return each.first == key; })) return;
    hidden.emplace_back(key, session_->catalog().variables().find(key));
    session_->catalog().variables().drop(key);
  }

  void leaveScope() {
    for (auto& [key, before] : scopes_.back().hidden) {
      session_->catalog().variables().drop(key);
      if (before.has_value()) session_->catalog().variables().put(key, *std::move(before));
    }
    scopes_.pop_back();
  }

  Result<Outcome> block(const ScriptStatement& statement) {
    scopes_.push_back({&statement, {}});
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
        if (!handled.has_value()) return outcome;
        if (handled->kind != Outcome::Kind::kNext) return *handled;
        continue;
      }
      if (outcome.value().kind != Outcome::Kind::kNext) return outcome;
    }
    return Outcome{};
  }

  static bool takes(const ScriptStatement& block, const ScriptHandler& handler, const Error& error) {
    const std::string name(error.condition().name);
    const std::string state(error.condition().sqlState);
    for (const std::string& wanted : handler.conditions) {
      if (wanted == name || name.starts_with(wanted + ".")) return true;
      const auto declared = block.conditions.find(wanted);
      if (declared != block.conditions.end() && declared->second == state) return true;
    }
    if (std::find(handler.sqlStates.begin(), handler.sqlStates.end(), state) != handler.sqlStates.end()) return true;
    const bool notFound = state.starts_with("02");
    return (handler.notFound && notFound) || (handler.anyException && !notFound && !state.starts_with("XX"));
  }

  // Runs the nearest handler for an error; nothing when there is none. A handler's own errors go to the blocks around it.
  Result<std::optional<Outcome>> handle(const Error& error) {
    for (size_t i = scopes_.size(); i-- > 0;) {
      const ScriptStatement& block = *scopes_[i].block;
      const auto found = std::find_if(block.handlers.begin(), block.handlers.end(), [&](const ScriptHandler& each) { return takes(block, each, error); });
      if (found == block.handlers.end()) continue;
      if (handling_ == &*found) continue;
      const ScriptHandler* const outer = std::exchange(handling_, &*found);
      auto ran = run(*found->body);
      handling_ = outer;
      RETURN_IF_ERROR(ran);
      if (ran.value().kind != Outcome::Kind::kNext) return std::optional(ran.value());
      if (!found->exits) return std::optional(Outcome{});
      return std::optional(Outcome{Outcome::Kind::kExitBlock, "", &block});
    }
    return std::optional<Outcome>();
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
    StructFields fields;
    for (const auto& column : columns) fields.push_back({column->name, column->dataType(), true});
    ScriptStatement frame;
    frame.kind = ScriptStatement::Kind::kBlock;
    scopes_.push_back({&frame, {}});
    Outcome out;
    Status failed;
    bool on = true;
    for (size_t b = 0; b < batches.size() && on; ++b) {
      for (const columnar::RowIndex row : batches[b].activeRows()) {
        std::vector<Value> values;
        for (size_t i = 0; i < columns.size(); ++i) {
          values.push_back(batches[b].column(i)->valueAt(row));
          declare(columns[i]->name, columns[i]->dataType(), values.back());
        }
        if (!statement.variable.empty()) declare(statement.variable, DataType::structType(fields), Value::list(std::move(values)));
        auto asked = sequence(statement.body);
        failed = asked.status();
        on = failed.isOk() && goesOn(statement, asked.value(), out);
        if (!on) break;
      }
    }
    leaveScope();
    RETURN_IF_ERROR(failed);
    return out;
  }

  void declare(const std::string& name, const DataType& type, Value value) {
    const std::string key = session_->catalog().folded(name);
    hide(key);
    catalog::SqlVariable variable;
    variable.name = name;
    variable.type = type;
    variable.value = std::move(value);
    session_->catalog().variables().put(key, std::move(variable));
  }

  // Whether a condition is true; NULL is not.
  Result<bool> test(const expr::ExprPtr& condition) {
    plan::Project project;
    expr::Alias alias;
    expr::Cast cast;
    cast.child = condition;
    cast.target = DataType::boolean();
    alias.child = expr::makeExpr(std::move(cast));
    alias.name = "condition";
    project.projectList.push_back(expr::makeExpr(std::move(alias)));
    project.child = plan::makePlan(plan::OneRowRelation{});
    ASSIGN_OR_RETURN(const std::vector<columnar::ColumnarBatch> batches, QueryExecution(session_, plan::makePlan(std::move(project))).collect());
    for (const columnar::ColumnarBatch& batch : batches) {
      if (batch.isEmpty()) continue;
      const Value value = batch.column(0)->valueAt(batch.activeRows()[0]);
      return !value.isNull() && value.asBoolean();
    }
    return false;
  }

  const SparkSessionPtr& session_;
  std::vector<Scope> scopes_;
  const ScriptHandler* handling_ = nullptr;
  LogicalPlanPtr last_;
  int depth_ = 0;
};

}  // namespace

Result<LogicalPlanPtr> runScript(const SparkSessionPtr& session, const plan::CompoundBody& script) {
  Interpreter interpreter(session);
  RETURN_IF_ERROR(interpreter.run(*script.body));
  LogicalPlanPtr result = interpreter.takeResult();
  if (result == nullptr) return CommandResult().plan();
  return result;
}

}  // namespace flint::session
