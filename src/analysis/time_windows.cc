#include "analysis/time_windows.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "analysis/scope.h"
#include "base/legacy_conditions.h"
#include "expr/expression_text.h"
#include "expr/unresolved.h"
#include "plan/logical/unresolved_plans.h"

namespace flint::analysis {
namespace {

using expr::ExprPtr;
using expr::UnresolvedAttribute;
using expr::UnresolvedFunction;
using plan::LogicalPlanPtr;

constexpr const char* kSession = "__session";
constexpr const char* kReached = "__session_reached";
constexpr const char* kNumber = "__session_number";

const UnresolvedFunction* windowCall(const ExprPtr& node) {
  const auto* call = node->as<UnresolvedFunction>();
  if (call == nullptr || call->nameParts.size() != 1) return nullptr;
  const std::string name = lowerCase(call->nameParts[0]);
  const bool isWindow = name == "window" && call->arguments.size() >= 2 && call->arguments.size() <= 4;
  return isWindow || (name == "session_window" && call->arguments.size() == 2) ? call : nullptr;
}

bool hasWindowCall(const ExprPtr& expression) { return tree::anyNode(expression, [](const ExprPtr& node) { return windowCall(node) != nullptr; }); }

// The one call of the expressions, null where there is none.
Result<ExprPtr> onlyCall(const std::vector<ExprPtr>& first, const std::vector<ExprPtr>& second) {
  ExprPtr found;
  bool several = false;
  const auto visit = [&](const ExprPtr& node) {
    if (windowCall(node) == nullptr) return;
    several = several || (found != nullptr && found->sql() != node->sql());
    found = node;
  };
  for (const ExprPtr& each : first) tree::forEachNode(each, visit);
  for (const ExprPtr& each : second) tree::forEachNode(each, visit);
  if (several) return Error(condition::kLegacyErrorTemp1039).at(found->origin()).as(ErrorFamily::kAnalysis);
  return found;
}

ExprPtr named(std::vector<std::string> parts) { return expr::column(std::move(parts)); }
ExprPtr allColumns(std::vector<std::string> except = {}) {
  expr::UnresolvedStar star;
  for (std::string& each : except) star.except.push_back({std::move(each)});
  return expr::makeExpr(std::move(star));
}
LogicalPlanPtr projected(std::vector<ExprPtr> list, LogicalPlanPtr child, const OriginPtr& origin) {
  plan::Project project;
  project.projectList = std::move(list);
  project.child = std::move(child);
  return plan::makePlan(std::move(project), origin);
}
LogicalPlanPtr filtered(ExprPtr condition, LogicalPlanPtr child) {
  plan::Filter filter;
  filter.condition = std::move(condition);
  filter.child = std::move(child);
  return plan::makePlan(std::move(filter));
}

// `function` over the sessions' rows by their starts, up to one row before the current one or to the current one itself.
ExprPtr overEarlier(ExprPtr function, const std::vector<ExprPtr>& keys, bool withCurrent) {
  expr::UnresolvedWindow window;
  window.function = std::move(function);
  window.spec.partitionBy = keys;
  window.spec.orderBy = {expr::sortOrder(named({kSession, "start"}))};
  window.spec.hasFrame = true;
  window.spec.frameKind = expr::FrameKind::kRows;
  window.spec.lower = expr::FrameBound::kUnboundedPreceding;
  window.spec.upper = withCurrent ? expr::FrameBound::kCurrentRow : expr::FrameBound::kPreceding;
  if (!withCurrent) window.spec.upperOffset = expr::literalInt(1);
  return expr::makeExpr(std::move(window));
}

// Puts the windows of `call` below a SELECT.
class WindowColumn {
 public:
  explicit WindowColumn(ExprPtr call) : call_(std::move(call)), function_(*windowCall(call_)), shown_(lowerCase(function_.nameParts[0])) {
    const bool overOther = tree::anyNode(function_.arguments[0], [&](const ExprPtr& node) {
      const auto* column = node->as<UnresolvedAttribute>();
      return column != nullptr && lowerCase(column->nameParts.back()) == shown_;
    });
    // A window of windows must not be taken for the column that it is made of.
    name_ = overOther ? "__" + shown_ : shown_;
  }
  bool isSession() const { return shown_ == "session_window"; }

  LogicalPlanPtr fixedWindows(const LogicalPlanPtr& child) const {
    std::vector<ExprPtr> arguments = function_.arguments;
    arguments[0] = moments();
    if (arguments.size() > 2) {
      plan::UnresolvedTableValuedFunction windows;
      windows.nameParts = {"explode"};
      windows.arguments = {made("sliding_windows", std::move(arguments))};
      windows.isLateralView = true;
      windows.columnAliases = {name_};
      windows.child = child;
      return plan::makePlan(std::move(windows), call_->origin());
    }
    const LogicalPlanPtr rows = projected({allColumns(), expr::alias(made("tumbling_window", std::move(arguments)), name_)}, child, call_->origin());
    const LogicalPlanPtr inWindows = filtered(expr::call("isnotnull", {named({name_})}), rows);
    // What is left has a window: its type says so.
    const ExprPtr window = expr::call("named_struct", {expr::literalString("start"), named({name_, "start"}), expr::literalString("end"), named({name_, "end"})});
    return projected({allColumns({name_}), expr::alias(window, name_)}, inWindows, nullptr);
  }

  LogicalPlanPtr sessions(const LogicalPlanPtr& child, const std::vector<ExprPtr>& keys) const {
    std::vector<ExprPtr> arguments = function_.arguments;
    arguments[0] = moments();
    const ExprPtr start = named({kSession, "start"});
    const ExprPtr end = named({kSession, "end"});
    LogicalPlanPtr rows = projected({allColumns(), expr::alias(made(shown_, std::move(arguments)), kSession)}, child, call_->origin());
    rows = filtered(expr::call(">", {end, start}), rows);
    // A row begins a session where none of the earlier ones reaches it.
    rows = projected({allColumns(), expr::alias(overEarlier(expr::call("max", {end}), keys, false), kReached)}, rows, nullptr);
    const ExprPtr begins = expr::call("if", {expr::call(">", {start, named({kReached})}), expr::literalLong(1), expr::literalLong(0)});
    rows = projected({allColumns(), expr::alias(overEarlier(expr::call("sum", {begins}), keys, true), kNumber)}, rows, nullptr);
    std::vector<ExprPtr> sessionKeys = keys;
    sessionKeys.push_back(named({kNumber}));
    const auto overSession = [&](ExprPtr function) {
      expr::UnresolvedWindow window;
      window.function = std::move(function);
      window.spec.partitionBy = sessionKeys;
      return expr::makeExpr(std::move(window));
    };
    const ExprPtr session = expr::call("named_struct", {expr::literalString("start"), overSession(expr::call("min", {start})), expr::literalString("end"),
                                                        overSession(expr::call("max", {end}))});
    return projected({allColumns({kSession, kReached, kNumber}), expr::alias(session, name_)}, rows, nullptr);
  }

  // `expression` with the column in the place of the call; as one of a SELECT list it keeps the column's name, and `*` does not give the column.
  ExprPtr replaced(const ExprPtr& expression, bool isItem) const {
    if (const auto* star = expression->as<expr::UnresolvedStar>(); star != nullptr && isItem && star->target.empty()) {
      expr::UnresolvedStar copy = *star;
      copy.except.push_back({name_});
      return expr::makeExpr(std::move(copy), expression->origin());
    }
    if (isItem && name_ != shown_ && windowCall(expression) != nullptr) return expr::alias(named({name_}), shown_);
    return tree::transformDown(expression, [&](const ExprPtr& node) -> ExprPtr {
      return windowCall(node) == nullptr ? node : named({name_})->withOrigin(node->origin());
    });
  }

 private:
  // The first argument; of a window of windows, their last moments.
  ExprPtr moments() const {
    if (name_ == shown_) return function_.arguments[0];
    return expr::call("window_time", {function_.arguments[0]});
  }
  ExprPtr made(const std::string& function, std::vector<ExprPtr> arguments) const { return expr::call(function, std::move(arguments))->withOrigin(call_->origin()); }

  ExprPtr call_;
  const UnresolvedFunction& function_;
  std::string shown_;
  std::string name_;
};

// What rows of one session have in common: the other grouping expressions, with positions and aliases of the list looked up.
std::vector<ExprPtr> sessionKeys(const plan::Aggregate& select) {
  std::vector<ExprPtr> keys;
  for (const ExprPtr& each : select.grouping) {
    ExprPtr key = each;
    const auto* literal = each->as<expr::Literal>();
    const auto* column = each->as<UnresolvedAttribute>();
    if (literal != nullptr && literal->type.is(TypeKind::kInteger) && !literal->value.isNull()) {
      const int64_t position = literal->value.asInteger();
      if (position < 1 || position > static_cast<int64_t>(select.aggregates.size())) continue;
      key = expr::withoutAlias(select.aggregates[static_cast<size_t>(position - 1)]);
    } else if (column != nullptr && column->nameParts.size() == 1) {
      for (const ExprPtr& item : select.aggregates) {
        const auto* alias = item->as<expr::Alias>();
        if (alias != nullptr && lowerCase(alias->name) == lowerCase(column->nameParts[0])) key = alias->child;
      }
    }
    if (key->as<expr::GroupingAnalytics>() == nullptr && !hasWindowCall(key)) keys.push_back(key);
  }
  return keys;
}

}  // namespace

Result<std::shared_ptr<const plan::Project>> withTimeWindows(const plan::Project& select) {
  ASSIGN_OR_RETURN(const ExprPtr call, onlyCall(select.projectList, {}));
  if (call == nullptr) return std::shared_ptr<const plan::Project>();
  const WindowColumn column(call);
  if (column.isSession()) return std::shared_ptr<const plan::Project>();  // each row's own
  plan::Project out = select;
  for (ExprPtr& item : out.projectList) item = column.replaced(item, true);
  out.child = column.fixedWindows(select.child);
  return std::make_shared<const plan::Project>(std::move(out));
}

Result<std::shared_ptr<const plan::Aggregate>> withTimeWindows(const plan::Aggregate& select) {
  ASSIGN_OR_RETURN(const ExprPtr call, onlyCall(select.grouping, select.aggregates));
  if (call == nullptr) return std::shared_ptr<const plan::Aggregate>();
  const WindowColumn column(call);
  plan::Aggregate out = select;
  for (ExprPtr& key : out.grouping) key = column.replaced(key, false);
  for (ExprPtr& item : out.aggregates) item = column.replaced(item, true);
  out.child = column.isSession() ? column.sessions(select.child, sessionKeys(select)) : column.fixedWindows(select.child);
  return std::make_shared<const plan::Aggregate>(std::move(out));
}

}  // namespace flint::analysis
