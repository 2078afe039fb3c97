#include "plan/logical/logical_plan.h"

#include <algorithm>

#include "plan/logical/annotated_tree.h"
#include "plan/logical/python_plans.h"
#include "plan/logical/relational.h"
#include "plan/logical/script_transformation.h"
#include "plan/logical/subquery_expressions.h"

namespace flint::plan {
namespace {

bool isUnresolvedKind(LogicalKind kind) {
  return (kind >= LogicalKind::kUnresolvedRelation && kind <= LogicalKind::kUnresolvedSubqueryTable) || kind == LogicalKind::kPivot ||
         kind == LogicalKind::kUnpivot;
}

const std::vector<AttributePtr>* givenColumnsOf(const LogicalPlan& plan) {
  if (const auto* map = plan.as<PythonMap>()) return &map->results;
  if (const auto* groups = plan.as<PythonGroupMap>()) return &groups->results;
  if (const auto* pairs = plan.as<PythonCoGroupMap>()) return &pairs->results;
  if (const auto* script = plan.as<ScriptTransformation>()) return &script->results;
  return nullptr;
}

// Whether every expression is an attribute or has a name.
bool allNamed(const std::vector<ExprPtr>& expressions) {
  for (const ExprPtr& expression : expressions) {
    if (expression->kind() != expr::ExprKind::kAlias && expression->kind() != expr::ExprKind::kAttributeReference) return false;
  }
  return true;
}

// The plans inside the expressions of `plan`, in order.
std::vector<LogicalPlanPtr> innerPlans(const LogicalPlan& plan) {
  std::vector<LogicalPlanPtr> out;
  for (const ExprPtr& expression : plan.expressions()) {
    if (!expression->traits().hasSubquery) continue;
    tree::forEachNode(expression, [&](const ExprPtr& node) {
      if (const auto* scalar = node->as<ScalarSubquery>()) out.push_back(scalar->plan);
      if (const auto* exists = node->as<Exists>()) out.push_back(exists->plan);
      if (const auto* in = node->as<InSubquery>()) out.push_back(in->plan);
    });
  }
  return out;
}

struct TreePrinter {
  std::string out;
  std::function<std::string(const LogicalPlanPtr&)> remark;  // empty: none

  // Prints the tree; `prefix` stands before every line but the first.
  void print(const LogicalPlanPtr& plan, const std::string& prefix) {
    if (!plan->resolved()) out += '\'';
    out += plan->nodeName();
    const std::string arguments = plan->argumentString();
    if (!arguments.empty()) out += ' ' + arguments;
    if (remark != nullptr) out += ", " + remark(plan);
    out += '\n';
    const std::vector<LogicalPlanPtr> children = plan->children();
    const std::vector<LogicalPlanPtr> inner = innerPlans(*plan);
    const char* bar = children.empty() ? "   " : ":  ";
    for (size_t i = 0; i < inner.size(); ++i) {
      const bool last = i + 1 == inner.size();
      out += prefix + bar + (last ? "+- " : ":- ");
      print(inner[i], prefix + bar + (last ? "   " : ":  "));
    }
    for (size_t i = 0; i < children.size(); ++i) {
      const bool last = i + 1 == children.size();
      out += prefix + (last ? "+- " : ":- ");
      print(children[i], prefix + (last ? "   " : ":  "));
    }
  }
};

}  // namespace

void LogicalPlan::derive() {
  depth_ = 1;
  resolved_ = !isUnresolvedKind(kind_);
  for (const LogicalPlanPtr& child : children()) {
    if (child->depth() >= depth_) depth_ = child->depth() + 1;
    resolved_ = resolved_ && child->resolved();
  }
  if (!resolved_) return;
  for (const ExprPtr& expression : expressions()) resolved_ = resolved_ && expression->resolved();
  if (const auto* project = as<Project>()) resolved_ = resolved_ && allNamed(project->projectList);
  if (const auto* aggregate = as<Aggregate>()) resolved_ = resolved_ && allNamed(aggregate->aggregates);
  if (const auto* all = as<Union>()) resolved_ = resolved_ && all->attributes.size() == all->inputs[0]->output().size();
}

DataType LogicalPlan::schema() const {
  StructFields fields;
  for (const AttributePtr& attribute : output()) {
    fields.push_back({attribute->name, attribute->type, attribute->nullableColumn, attribute->metadata});
  }
  return DataType::structType(std::move(fields));
}

std::string treeString(const LogicalPlanPtr& plan) { return annotatedTreeString(plan, nullptr); }

std::string annotatedTreeString(const LogicalPlanPtr& plan, const std::function<std::string(const LogicalPlanPtr&)>& remark) {
  TreePrinter printer{.out = {}, .remark = remark};
  printer.print(plan, "");
  return std::move(printer.out);
}

std::vector<AttributePtr> references(const LogicalPlan& plan) {
  std::vector<AttributePtr> out;
  std::vector<ExprPtr> read = plan.expressions();
  if (const auto* generate = plan.as<Generate>()) {
    read = {generate->generator};
  } else if (const auto* expand = plan.as<Expand>()) {
    read.resize(read.size() - expand->attributes.size());
  } else if (const auto* join = plan.as<Join>(); join != nullptr && join->exists != nullptr) {
    read.pop_back();
  } else if (plan.children().empty() || plan.kind() == LogicalKind::kUnion) {
    return out;
  }
  for (const ExprPtr& expression : read) {
    if (!expression->traits().hasAttribute && !expression->traits().hasSubquery) continue;
    tree::forEachNode(expression, [&](const ExprPtr& node) {
      if (node->as<expr::AttributeReference>() == nullptr) return;
      auto attribute = std::static_pointer_cast<const expr::AttributeReference>(node);
      for (const AttributePtr& known : out) {
        if (known->id == attribute->id) return;
      }
      out.push_back(std::move(attribute));
    });
  }
  // What Python functions give stands among the expressions of their node.
  if (const std::vector<AttributePtr>* made = givenColumnsOf(plan)) {
    std::erase_if(out, [&](const AttributePtr& attribute) {
      return std::any_of(made->begin(), made->end(), [&](const AttributePtr& result) { return result->id == attribute->id; });
    });
  }
  return out;
}

}  // namespace flint::plan
