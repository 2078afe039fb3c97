// Window functions and lateral aliases: which Windows and Projects compute a select list.
#include <algorithm>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "analysis/select_block.h"
#include "plan/logical/relational.h"

namespace flint::analysis {
namespace {

bool isPlain(const ExprPtr& expression) { return expression->foldable() || expression->as<expr::AttributeReference>() != nullptr; }

// Takes the window functions out of select items into Window nodes.
class WindowExtraction {
 public:
  explicit WindowExtraction(LogicalPlanPtr child) : child_(std::move(child)) {}

  ExprPtr extract(const ExprPtr& item) {
    if (!item->traits().hasWindow) return item;
    if (const auto* alias = item->as<expr::Alias>(); alias != nullptr && alias->child->as<expr::WindowExpression>() != nullptr) {
      const ExprPtr window = prepared(*alias->child->as<expr::WindowExpression>());
      expr::Alias copy = *alias;
      copy.child = window;
      const ExprPtr named = expr::makeExpr(std::move(copy));
      place(window, named);
      return expr::toAttribute(named);
    }
    return replaced(item);
  }

  LogicalPlanPtr plan() {
    LogicalPlanPtr plan = below_ == nullptr ? child_ : below_->plan();
    if (!inputs_.empty()) {
      plan::Project project;
      for (const AttributePtr& column : plan->output()) project.projectList.push_back(column);
      project.projectList.insert(project.projectList.end(), inputs_.begin(), inputs_.end());
      project.child = plan;
      plan = plan::makePlan(std::move(project));
    }
    for (plan::Window& window : windows_) {
      window.child = plan;
      plan = plan::makePlan(plan::Window(window));
    }
    return plan;
  }

 private:
  ExprPtr replaced(const ExprPtr& expression) {
    if (!expression->traits().hasWindow) return expression;
    const auto* window = expression->as<expr::WindowExpression>();
    if (window == nullptr) return tree::mapChildren(expression, [this](const ExprPtr& child) { return replaced(child); });
    const ExprPtr made = prepared(*window);
    for (const plan::Window& known : windows_) {
      for (const ExprPtr& each : known.windowExpressions) {
        if (semanticallyEqual(each, made)) return expr::toAttribute(each);
      }
    }
    const ExprPtr named = expr::alias(made, "_we" + std::to_string(next_++));
    place(made, named);
    return expr::toAttribute(named);
  }

  ExprPtr input(const ExprPtr& expression) {
    // Windows that windows read are computed below them.
    if (expression->traits().hasWindow) {
      if (below_ == nullptr) below_ = std::make_unique<WindowExtraction>(child_);
      return input(below_->replaced(expression));
    }
    if (isPlain(expression)) return expression;
    for (const ExprPtr& known : inputs_) {
      if (semanticallyEqual(known, expression)) return expr::toAttribute(known);
    }
    inputs_.push_back(expr::alias(expression, "_w" + std::to_string(inputs_.size())));
    return expr::toAttribute(inputs_.back());
  }

  // Keys and arguments become columns of the Project below.
  ExprPtr prepared(const expr::WindowExpression& window) {
    expr::WindowExpression copy = window;
    copy.function = tree::mapChildren(window.function, [this](const ExprPtr& argument) { return input(argument); });
    for (ExprPtr& key : copy.spec.partitionBy) key = input(key);
    for (ExprPtr& key : copy.spec.orderBy) {
      key = tree::mapChildren(key, [this](const ExprPtr& child) { return input(child); });
    }
    return expr::makeExpr(std::move(copy), window.origin());
  }

  static bool sameKeys(const std::vector<ExprPtr>& a, const std::vector<ExprPtr>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const ExprPtr& x, const ExprPtr& y) { return semanticallyEqual(x, y); });
  }

  void place(const ExprPtr& window, const ExprPtr& named) {
    const expr::WindowSpec& spec = window->as<expr::WindowExpression>()->spec;
    for (plan::Window& known : windows_) {
      if (sameKeys(known.partitionBy, spec.partitionBy) && sameKeys(known.orderBy, spec.orderBy)) {
        known.windowExpressions.push_back(named);
        return;
      }
    }
    plan::Window node;
    node.windowExpressions = {named};
    node.partitionBy = spec.partitionBy;
    node.orderBy = spec.orderBy;
    windows_.push_back(std::move(node));
  }

  const LogicalPlanPtr child_;
  std::unique_ptr<WindowExtraction> below_;
  std::vector<ExprPtr> inputs_;
  std::vector<plan::Window> windows_;
  int next_ = 0;
};

}  // namespace

LogicalPlanPtr projectInLevels(const std::vector<ExprPtr>& items, const std::vector<AttributePtr>& wanted, LogicalPlanPtr child,
                               const AttributePtr& filter) {
  // An item that reads others is computed in a Project above theirs.
  std::unordered_map<expr::ExprId, int> levelOf;
  std::vector<int> levels;
  int highest = 0;
  bool windows = false;
  for (const ExprPtr& item : items) {
    int level = 0;
    tree::forEachNode(expr::withoutAlias(item), [&](const ExprPtr& node) {
      const auto* attribute = node->as<expr::AttributeReference>();
      if (attribute == nullptr) return;
      if (const auto known = levelOf.find(attribute->id); known != levelOf.end()) level = std::max(level, known->second + 1);
    });
    if (item->as<expr::Alias>() != nullptr) levelOf[item->as<expr::Alias>()->id] = level;
    levels.push_back(level);
    highest = std::max(highest, level);
    windows = windows || item->traits().hasWindow;
  }
  LogicalPlanPtr plan = std::move(child);
  if (highest == 0 && !windows && filter == nullptr) {
    plan::Project project;
    project.projectList = items;
    project.child = std::move(plan);
    return plan::makePlan(std::move(project));
  }
  for (int level = 0; level <= highest; ++level) {
    WindowExtraction extraction(plan);
    std::vector<ExprPtr> computed;
    for (size_t i = 0; i < items.size(); ++i) {
      if (levels[i] != level) continue;
      computed.push_back(extraction.extract(items[i]));
    }
    plan = extraction.plan();
    plan::Project project;
    const bool last = level == highest && filter == nullptr;
    std::unordered_set<expr::ExprId> given;
    if (!last) {
      for (const AttributePtr& column : plan->output()) {
        if (given.insert(column->id).second) project.projectList.push_back(column);
      }
      for (ExprPtr& item : computed) {
        if (given.insert(expr::toAttribute(item)->id).second) project.projectList.push_back(std::move(item));
      }
    } else {
      for (const AttributePtr& column : wanted) {
        ExprPtr found = column;
        for (const ExprPtr& item : computed) {
          if (expr::toAttribute(item)->id == column->id) found = item;
        }
        project.projectList.push_back(std::move(found));
      }
    }
    project.child = std::move(plan);
    plan = plan::makePlan(std::move(project));
  }
  if (filter == nullptr) return plan;
  plan::Filter condition;
  condition.condition = filter;
  condition.child = std::move(plan);
  return projected(plan::makePlan(std::move(condition)), wanted);
}

}  // namespace flint::analysis
