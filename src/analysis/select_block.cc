#include "analysis/select_block.h"

#include <algorithm>
#include <unordered_set>

#include "base/condition.h"
#include "expr/expression_text.h"
#include "expr/python_udf.h"
#include "plan/logical/relational.h"

namespace flint::analysis {
namespace {

// What an Aggregate gives: outputs of the SELECT, and what else the plan above reads.
class AggregateOutputs {
 public:
  explicit AggregateOutputs(const SelectBlock& block) : block_(block) {
    for (const ExprPtr& output : block.outputs) {
      if (const auto* alias = output->as<expr::Alias>()) selectIds_.insert(alias->id);
    }
  }

  void add(const ExprPtr& named) {
    const AttributePtr attribute = expr::toAttribute(named);
    for (const ExprPtr& known : outputs_) {
      if (expr::toAttribute(known)->id == attribute->id) return;
    }
    outputs_.push_back(named);
  }
  const std::vector<ExprPtr>& all() const { return outputs_; }
  bool readsSelect(const ExprPtr& expression) const {
    return tree::anyNode(expression, [&](const ExprPtr& node) {
      const auto* attribute = node->as<expr::AttributeReference>();
      return attribute != nullptr && selectIds_.contains(attribute->id);
    });
  }

  // `expression` over this Aggregate's output: aggregates and grouping expressions in it become columns.
  ExprPtr reduce(const ExprPtr& expression) {
    if (const auto* attribute = expression->as<expr::AttributeReference>(); attribute != nullptr && selectIds_.contains(attribute->id)) return expression;
    if (const auto* alias = expression->as<expr::Alias>()) {
      expr::Alias copy = *alias;
      copy.child = reduce(alias->child);
      return expr::makeExpr(std::move(copy));
    }
    if (expression->traits().hasSubquery && !expr::isAggregateCall(expression) && expression->as<expr::WindowExpression>() == nullptr && !block_.isGrouping(expression)) {
      // An aggregate that a subquery reads comes under the name it has there, a grouping column under its own.
      return tree::mapChildren(expression, [this](const ExprPtr& child) {
        if (child->as<expr::AttributeReference>() != nullptr && !selectIds_.contains(child->as<expr::AttributeReference>()->id) && block_.isGrouping(child)) {
          add(child);
          return child;
        }
        if (child->as<expr::Alias>() == nullptr || !expr::isAggregateCall(child->as<expr::Alias>()->child)) return reduce(child);
        add(child);
        return ExprPtr(expr::toAttribute(child));
      });
    }
    if (const auto* window = expression->as<expr::WindowExpression>()) {
      expr::WindowExpression copy = *window;
      copy.function = tree::mapChildren(window->function, [this](const ExprPtr& child) { return reduce(child); });
      for (ExprPtr& key : copy.spec.partitionBy) key = reduce(key);
      for (ExprPtr& key : copy.spec.orderBy) key = reduce(key);
      return expr::makeExpr(std::move(copy));
    }
    if (expr::isAggregateCall(expression) || block_.isGrouping(expression)) return column(expression);
    return tree::mapChildren(expression, [this](const ExprPtr& child) { return reduce(child); });
  }

 private:
  ExprPtr column(const ExprPtr& expression) {
    for (const ExprPtr& known : outputs_) {
      if (semanticallyEqual(known, expression)) return expr::toAttribute(known);
    }
    ExprPtr named = expression->as<expr::AttributeReference>() != nullptr ? expression : expr::alias(expression, expr::columnName(expression));
    outputs_.push_back(named);
    return expr::toAttribute(named);
  }

  const SelectBlock& block_;
  std::vector<ExprPtr> outputs_;
  std::unordered_set<expr::ExprId> selectIds_;
};

// Every column outside of aggregate functions must be a grouping expression.
Status checkAggregated(const SelectBlock& block, const ExprPtr& expression) {
  if (expr::isAggregateCall(expression) || block.isGrouping(expression)) return Status::ok();
  if (const auto* attribute = expression->as<expr::AttributeReference>()) {
    if (block.grouping.empty()) {
      return Error(condition::kMissingGroupBy).at(expression->origin()).as(ErrorFamily::kAnalysis);
    }
    return Error(condition::kMissingAggregation)
        .with("expression", "\"" + attribute->name + "\"")
        .with("expressionAnyValue", "\"any_value(" + attribute->name + ")\"")
        .at(expression->origin())
        .as(ErrorFamily::kAnalysis);
  }
  for (const ExprPtr& child : expression->children()) RETURN_IF_ERROR(checkAggregated(block, child));
  return Status::ok();
}

// Parts that mean a grouping expression, as that expression is written: `1 + a` under GROUP BY a + 1.
ExprPtr withGroupingForms(const SelectBlock& block, const ExprPtr& expression) {
  if (expr::isAggregateCall(expression) || expression->as<expr::AttributeReference>() != nullptr) return expression;
  for (const ExprPtr& key : block.grouping) {
    if (key->as<expr::AttributeReference>() == nullptr && semanticallyEqual(key, expression)) return expression->as<expr::Alias>() != nullptr ? expression : key;
  }
  return tree::mapChildren(expression, [&](const ExprPtr& child) { return withGroupingForms(block, child); });
}

LogicalPlanPtr filtered(const ExprPtr& condition, LogicalPlanPtr child) {
  plan::Filter filter;
  filter.condition = condition;
  filter.child = std::move(child);
  return plan::makePlan(std::move(filter));
}

}  // namespace

std::vector<AttributePtr> SelectBlock::outputAttributes() const {
  std::vector<AttributePtr> out;
  for (const ExprPtr& output : outputs) out.push_back(expr::toAttribute(output));
  return out;
}

std::vector<AttributePtr> SelectBlock::namedOutputs() const {
  std::vector<AttributePtr> out = outputAttributes();
  std::erase_if(out, [&](const AttributePtr& each) { return std::find(repeats.begin(), repeats.end(), each->id) != repeats.end(); });
  return out;
}

AttributePtr SelectBlock::outputOf(const ExprPtr& expression) const {
  for (const ExprPtr& output : outputs) {
    if (semanticallyEqual(output, expression)) return expr::toAttribute(output);
  }
  return nullptr;
}

bool SelectBlock::isGrouping(const ExprPtr& expression) const {
  return std::any_of(grouping.begin(), grouping.end(), [&](const ExprPtr& key) { return semanticallyEqual(key, expression); });
}

bool SelectBlock::isInGrouping(const ExprPtr& column) const {
  const auto holds = [&](const ExprPtr& key) { return tree::anyNode(key, [&](const ExprPtr& node) { return semanticallyEqual(node, column); }); };
  if (std::any_of(grouping.begin(), grouping.end(), holds)) return true;
  return std::any_of(groupingColumns.begin(), groupingColumns.end(), [&](const auto& each) { return holds(each.first); });
}

Result<LogicalPlanPtr> SelectBlock::build(const std::vector<ExprPtr>& extras) const {
  std::vector<ExprPtr> items = outputs;
  items.insert(items.end(), extras.begin(), extras.end());
  std::vector<AttributePtr> wanted;
  for (const ExprPtr& item : items) wanted.push_back(expr::toAttribute(item));
  AttributePtr qualifies;
  if (!qualify.empty()) {
    items.push_back(expr::alias(expr::conjunction(qualify), "_qualify"));
    qualifies = expr::toAttribute(items.back());
  }
  LogicalPlanPtr plan = child;
  if (aggregates) {
    for (ExprPtr& item : items) {
      if (const auto* alias = item->as<expr::Alias>()) {
        expr::Alias copy = *alias;
        copy.child = withGroupingForms(*this, alias->child);
        if (copy.child != alias->child) item = expr::makeExpr(std::move(copy), item->origin());
      }
    }
    AggregateOutputs given(*this);
    std::vector<bool> whole;
    for (const ExprPtr& item : items) {
      const bool simple = !item->traits().hasWindow && !given.readsSelect(expr::withoutAlias(item));
      whole.push_back(simple);
      if (simple) given.add(item);
    }
    bool allWhole = qualifies == nullptr;
    for (size_t i = 0; i < items.size(); ++i) {
      if (whole[i]) {
        items[i] = expr::toAttribute(items[i]);
      } else {
        items[i] = given.reduce(items[i]);
        allWhole = false;
      }
    }
    std::vector<ExprPtr> conditions;
    for (const ExprPtr& condition : having) conditions.push_back(given.reduce(withGroupingForms(*this, condition)));
    for (const ExprPtr& output : given.all()) RETURN_IF_ERROR(checkAggregated(*this, expr::withoutAlias(output)));
    plan::Aggregate aggregate;
    aggregate.grouping = grouping;
    aggregate.aggregates = given.all();
    aggregate.child = child;
    plan = plan::makePlan(std::move(aggregate), origin);
    for (const ExprPtr& condition : conditions) {
      for (const AttributePtr& missing : missingAttributes({condition}, plan)) RETURN_IF_ERROR(checkAggregated(*this, missing));
      plan = filtered(condition, plan);
    }
    if (allWhole) return projected(plan, wanted);
    for (const ExprPtr& item : items) {
      std::vector<ExprPtr> one = {item};
      for (const AttributePtr& missing : missingAttributes(one, plan)) {
        const auto selected = [&](const AttributePtr& each) { return each->id == missing->id; };
        if (std::none_of(wanted.begin(), wanted.end(), selected)) RETURN_IF_ERROR(checkAggregated(*this, missing));
      }
    }
  }
  return projectInLevels(items, wanted, std::move(plan), qualifies);
}

}  // namespace flint::analysis
