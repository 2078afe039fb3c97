#include "optimizer/optimizer.h"

#include <chrono>

#include "optimizer/expression_rewrite.h"
#include "optimizer/plan_integrity.h"
#include "optimizer/rule.h"

namespace flint::optimizer {
namespace {

using Clock = std::chrono::steady_clock;

int64_t nanosecondsSince(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count();
}

// Runs the expression rules over every expression of every node, children first.
class ExpressionWalk {
 public:
  ExpressionWalk(const ExpressionRules& rules, OptimizerContext& context) : context_(context) {
    for (const ExpressionRule& rule : rules) {
      if (!context.isExcluded(rule.name)) rules_.push_back(&rule);
    }
  }

  LogicalPlanPtr walk(const LogicalPlanPtr& plan) {
    LogicalPlanPtr out = tree::mapChildren(plan, [this](const LogicalPlanPtr& child) { return walk(child); });
    if (rules_.empty() || out->children().empty()) return out;
    std::vector<ExprPtr> expressions = out->expressions();
    bool changed = false;
    for (ExprPtr& expression : expressions) {
      ExprPtr made = rewrite(expression);
      changed = changed || made != expression;
      expression = std::move(made);
    }
    return changed ? out->withNewExpressions(std::move(expressions)) : out;
  }

 private:
  ExprPtr rewrite(const ExprPtr& expression) {
    if (expression->kind() == expr::ExprKind::kAttributeReference || expression->kind() == expr::ExprKind::kLiteral) return expression;
    ExprPtr out = tree::mapChildren(expression, [this](const ExprPtr& child) { return rewrite(child); });
    for (const ExpressionRule* rule : rules_) {
      ExprPtr made = rule->rewrite(out, context_);
      if (made == out) continue;
      // What a rule made may be simplified further: its kind may have changed.
      out = std::move(made);
      if (out->kind() == expr::ExprKind::kLiteral || out->kind() == expr::ExprKind::kAttributeReference) break;
    }
    return out;
  }

  std::vector<const ExpressionRule*> rules_;
  OptimizerContext& context_;
};

Status runStep(const Step& step, LogicalPlanPtr& plan, OptimizerContext& context) {
  const Clock::time_point start = Clock::now();
  LogicalPlanPtr made;
  std::string_view name;
  if (const auto* rule = std::get_if<PlanRule>(&step)) {
    if (context.isExcluded(rule->name)) return {};
    name = rule->name;
    ASSIGN_OR_RETURN(made, rule->apply(plan, context));
  } else {
    name = "ExpressionRules";
    made = ExpressionWalk(std::get<ExpressionRules>(step), context).walk(plan);
  }
  context.addRuleTime(name, nanosecondsSince(start), made != plan);
#ifndef NDEBUG
  if (made != plan) RETURN_IF_ERROR(checkPlanIntegrity(name, plan, made));
#endif
  plan = std::move(made);
  return {};
}

Status runBatch(const Batch& batch, LogicalPlanPtr& plan, OptimizerContext& context) {
  for (int run = 0; run < batch.maxRuns; ++run) {
    const LogicalPlanPtr before = plan;
    for (const Step& step : batch.steps) RETURN_IF_ERROR(runStep(step, plan, context));
    if (plan == before) break;
  }
  return {};
}

}  // namespace

Result<LogicalPlanPtr> Optimizer::optimize(const LogicalPlanPtr& plan, OptimizerContext& context) {
  LogicalPlanPtr out = plan;
  for (const Batch& batch : batches()) RETURN_IF_ERROR(runBatch(batch, out, context));
  return out;
}

Result<LogicalPlanPtr> Optimizer::optimizeSettled(const LogicalPlanPtr& plan, OptimizerContext& context) {
  LogicalPlanPtr out = plan;
  bool settled = false;
  for (const Batch& batch : batches()) {
    settled = settled || batch.name == "Operator Optimization";
    if (settled) RETURN_IF_ERROR(runBatch(batch, out, context));
  }
  return out;
}

}  // namespace flint::optimizer
