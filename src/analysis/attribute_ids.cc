#include "analysis/attribute_ids.h"

#include <algorithm>
#include <unordered_set>

#include "expr/unresolved.h"
#include "plan/logical/relational.h"
#include "plan/logical/subquery_expressions.h"

namespace flint::analysis {
namespace {

// Which ids change, and to what.
enum class Renumber : uint8_t {
  kGiven,    // those of the map, to what it says
  kFresh,    // each one met, to a new one
  kInOrder,  // each one met, to numbers below zero in the order they are met: plans that differ by their ids become the same
};

// Renumbers ids in plans and expressions.
class Renumbering {
 public:
  Renumbering(IdMap& ids, Renumber mode) : ids_(ids), mode_(mode) {}

  LogicalPlanPtr plan(const LogicalPlanPtr& node) {
    LogicalPlanPtr out = tree::mapChildren(node, [this](const LogicalPlanPtr& child) { return plan(child); });
    if (const auto* definition = out->as<plan::CteRelationDef>(); definition != nullptr && mode_ == Renumber::kFresh) {
      plan::CteRelationDef copy = *definition;
      copy.id = ctes_.try_emplace(definition->id, expr::newExprId()).first->second;
      out = plan::makePlan(std::move(copy));
    } else if (const auto* reference = out->as<plan::CteRelationRef>(); reference != nullptr && mode_ == Renumber::kFresh) {
      if (const auto known = ctes_.find(reference->cteId); known != ctes_.end()) {
        plan::CteRelationRef copy = *reference;
        copy.cteId = known->second;
        out = plan::makePlan(std::move(copy));
      }
    }
    std::vector<ExprPtr> expressions = out->expressions();
    bool changed = false;
    for (ExprPtr& each : expressions) {
      ExprPtr mapped = expression(each);
      changed = changed || mapped != each;
      each = std::move(mapped);
    }
    return changed ? out->withNewExpressions(std::move(expressions)) : out;
  }

  ExprPtr expression(const ExprPtr& root) {
    return tree::transformUp(root, [this](const ExprPtr& node) { return one(node); });
  }

 private:
  expr::ExprId renamed(expr::ExprId id) {
    const auto known = ids_.find(id);
    if (known != ids_.end()) return known->second;
    switch (mode_) {
      case Renumber::kGiven: return id;
      case Renumber::kFresh: return ids_.emplace(id, expr::newExprId()).first->second;
      case Renumber::kInOrder: return ids_.emplace(id, -1 - static_cast<expr::ExprId>(ids_.size())).first->second;
    }
    return id;
  }

  AttributePtr attribute(const AttributePtr& node, expr::ExprId id) {
    if (id == node->id) return node;
    expr::AttributeReference copy = *node;
    copy.id = id;
    return expr::makeExpr(std::move(copy));
  }

  ExprPtr one(const ExprPtr& node) {
    switch (node->kind()) {
      case expr::ExprKind::kAttributeReference: {
        const auto reference = std::static_pointer_cast<const expr::AttributeReference>(node);
        return attribute(reference, renamed(reference->id));
      }
      case expr::ExprKind::kAlias: {
        const auto* alias = node->as<expr::Alias>();
        const expr::ExprId id = renamed(alias->id);
        if (id == alias->id) return node;
        expr::Alias copy = *alias;
        copy.id = id;
        return expr::makeExpr(std::move(copy));
      }
      case expr::ExprKind::kOuterReference: {
        // Only what this plan itself makes is renamed: it has been met below.
        const AttributePtr& outer = node->as<expr::OuterReference>()->attribute;
        const auto known = ids_.find(outer->id);
        if (known == ids_.end()) return node;
        expr::OuterReference copy;
        copy.attribute = attribute(outer, known->second);
        return expr::makeExpr(std::move(copy));
      }
      case expr::ExprKind::kScalarSubquery:
      case expr::ExprKind::kExists:
      case expr::ExprKind::kInSubquery: return plan::withSubqueryPlan(node, plan(*plan::subqueryPlan(node)));
      default: return node;
    }
  }

  IdMap& ids_;
  const Renumber mode_;
  IdMap ctes_;
};

LogicalPlanPtr replaceOuter(const LogicalPlanPtr& plan, const std::function<ExprPtr(const expr::AttributeReference&)>& replacement);

ExprPtr replaceIn(const ExprPtr& root, const std::function<ExprPtr(const expr::AttributeReference&)>& replacement, bool onlyOuter) {
  return tree::transformUp(root, [&](const ExprPtr& node) -> ExprPtr {
    if (const auto* attribute = node->as<expr::AttributeReference>()) {
      if (onlyOuter) return node;
      ExprPtr out = replacement(*attribute);
      return out == nullptr ? node : out;
    }
    if (const auto* outer = node->as<expr::OuterReference>()) {
      if (!onlyOuter) return node;
      const ExprPtr out = replacement(*outer->attribute);
      if (out == nullptr || out->as<expr::AttributeReference>() == nullptr) return node;
      expr::OuterReference copy;
      copy.attribute = std::static_pointer_cast<const expr::AttributeReference>(out);
      return expr::makeExpr(std::move(copy));
    }
    const LogicalPlanPtr* inner = plan::subqueryPlan(node);
    if (inner == nullptr) return node;
    return plan::withSubqueryPlan(node, replaceOuter(*inner, replacement));
  });
}

LogicalPlanPtr replaceOuter(const LogicalPlanPtr& plan, const std::function<ExprPtr(const expr::AttributeReference&)>& replacement) {
  return tree::transformUp(plan, [&](const LogicalPlanPtr& node) -> LogicalPlanPtr {
    std::vector<ExprPtr> expressions = node->expressions();
    bool changed = false;
    for (ExprPtr& each : expressions) {
      ExprPtr mapped = replaceIn(each, replacement, true);
      changed = changed || mapped != each;
      each = std::move(mapped);
    }
    return changed ? node->withNewExpressions(std::move(expressions)) : node;
  });
}

template <class Subquery>
ExprPtr canonicalSubquery(const Subquery& subquery) {
  Subquery copy = subquery;
  IdMap ids;
  copy.plan = Renumbering(ids, Renumber::kInOrder).plan(subquery.plan);
  copy.id = 0;
  return expr::makeExpr(std::move(copy));
}

bool gives(const std::vector<AttributePtr>& columns, expr::ExprId id) {
  return std::any_of(columns.begin(), columns.end(), [&](const AttributePtr& each) { return each->id == id; });
}

}  // namespace

LogicalPlanPtr withNewIds(const LogicalPlanPtr& plan) {
  IdMap renamed;
  return withNewIds(plan, renamed);
}

LogicalPlanPtr withNewIds(const LogicalPlanPtr& plan, IdMap& renamed) { return Renumbering(renamed, Renumber::kFresh).plan(plan); }

LogicalPlanPtr withIds(const LogicalPlanPtr& plan, const IdMap& renamed) {
  IdMap copy = renamed;
  return Renumbering(copy, Renumber::kGiven).plan(plan);
}

ExprPtr replaceAttributes(const ExprPtr& expression, const std::function<ExprPtr(const expr::AttributeReference&)>& replacement) {
  return replaceIn(expression, replacement, false);
}

static bool isCommutative(const std::string& name) { return name == "+" || name == "*" || name == "&" || name == "|" || name == "^"; }

ExprPtr canonicalForm(const ExprPtr& expression) {
  return tree::transformUp(expression, [](const ExprPtr& node) -> ExprPtr {
    if (const auto* attribute = node->as<expr::AttributeReference>()) {
      if (attribute->name.empty() && attribute->qualifier.empty() && attribute->metadata.empty() && attribute->nullableColumn) return node;
      expr::AttributeReference copy = *attribute;
      copy.name.clear();
      copy.qualifier.clear();
      copy.metadata.clear();
      copy.nullableColumn = true;
      return expr::makeExpr(std::move(copy));
    }
    if (const auto* alias = node->as<expr::Alias>()) return alias->child;
    if (const auto* replaced = node->as<expr::RuntimeReplaceable>()) return replaced->replacement;
    if (const auto* cast = node->as<expr::Cast>(); cast != nullptr && cast->implicit) {
      expr::Cast copy = *cast;
      copy.implicit = false;
      return expr::makeExpr(std::move(copy));
    }
    if (const auto* field = node->as<expr::GetStructField>()) {
      expr::GetStructField copy = *field;
      copy.name.clear();
      return expr::makeExpr(std::move(copy));
    }
    if (const auto* call = node->as<expr::FunctionCall>(); call != nullptr && call->arguments.size() == 2 && isCommutative(call->name) &&
                                                           call->arguments[1]->hash() < call->arguments[0]->hash()) {
      expr::FunctionCall copy = *call;
      std::swap(copy.arguments[0], copy.arguments[1]);
      return expr::makeExpr(std::move(copy));
    }
    if (const auto* scalar = node->as<plan::ScalarSubquery>()) return canonicalSubquery(*scalar);
    if (const auto* exists = node->as<plan::Exists>()) return canonicalSubquery(*exists);
    if (const auto* in = node->as<plan::InSubquery>()) return canonicalSubquery(*in);
    return node;
  });
}

bool semanticallyEqual(const ExprPtr& a, const ExprPtr& b) {
  if (a == b) return true;
  const ExprPtr& left = expr::withoutAlias(a);
  const ExprPtr& right = expr::withoutAlias(b);
  const bool replaced = left->kind() == expr::ExprKind::kRuntimeReplaceable || right->kind() == expr::ExprKind::kRuntimeReplaceable;
  if (left->kind() != right->kind() && !replaced) return false;
  if (const auto* attribute = left->as<expr::AttributeReference>(); attribute != nullptr && !replaced) return attribute->id == right->as<expr::AttributeReference>()->id;
  if (!a->deterministic() || !b->deterministic()) return false;
  return canonicalForm(a)->sameAs(*canonicalForm(b));
}

std::vector<AttributePtr> missingAttributes(const std::vector<ExprPtr>& expressions, const LogicalPlanPtr& plan) {
  std::unordered_set<expr::ExprId> given;
  for (const AttributePtr& column : plan->output()) given.insert(column->id);
  std::vector<AttributePtr> out;
  for (const ExprPtr& expression : expressions) {
    if (expression == nullptr) continue;
    tree::forEachNode(expression, [&](const ExprPtr& node) {
      if (node->as<expr::AttributeReference>() == nullptr) return;
      auto attribute = std::static_pointer_cast<const expr::AttributeReference>(node);
      if (given.insert(attribute->id).second) out.push_back(std::move(attribute));
    });
  }
  return out;
}

LogicalPlanPtr exposing(const LogicalPlanPtr& plan, const std::vector<AttributePtr>& wanted) {
  std::vector<AttributePtr> missing;
  const std::vector<AttributePtr> output = plan->output();
  for (const AttributePtr& attribute : wanted) {
    if (!gives(output, attribute->id)) missing.push_back(attribute);
  }
  if (missing.empty()) return plan;
  if (const auto* relation = plan->as<plan::Relation>()) {
    plan::Relation copy = *relation;
    for (const AttributePtr& attribute : missing) {
      if (gives(relation->metadataAttributes, attribute->id)) copy.attributes.push_back(attribute);
    }
    return plan::makePlan(std::move(copy));
  }
  switch (plan->kind()) {
    case plan::LogicalKind::kProject:
    case plan::LogicalKind::kFilter:
    case plan::LogicalKind::kSort:
    case plan::LogicalKind::kLimit:
    case plan::LogicalKind::kOffset:
    case plan::LogicalKind::kTail:
    case plan::LogicalKind::kWindow:
    case plan::LogicalKind::kGenerate:
    case plan::LogicalKind::kJoin:
    case plan::LogicalKind::kLateralJoin:
    case plan::LogicalKind::kSample:
    case plan::LogicalKind::kRepartition:
    case plan::LogicalKind::kRepartitionByExpression:
    case plan::LogicalKind::kResolvedHint:
    case plan::LogicalKind::kCollectMetrics:
    case plan::LogicalKind::kSubqueryAlias: break;
    default: return plan;
  }
  const LogicalPlanPtr below = tree::mapChildren(plan, [&](const LogicalPlanPtr& child) { return exposing(child, missing); });
  std::vector<AttributePtr> passed;
  for (const LogicalPlanPtr& child : below->children()) {
    for (const AttributePtr& column : child->output()) {
      if (gives(missing, column->id)) passed.push_back(column);
    }
  }
  if (passed.empty()) return below;
  if (const auto* project = below->as<plan::Project>()) {
    plan::Project copy = *project;
    copy.projectList.insert(copy.projectList.end(), passed.begin(), passed.end());
    return plan::makePlan(std::move(copy));
  }
  if (const auto* generate = below->as<plan::Generate>()) {
    plan::Generate copy = *generate;
    copy.required.insert(copy.required.end(), passed.begin(), passed.end());
    return plan::makePlan(std::move(copy));
  }
  return below;
}

LogicalPlanPtr projected(const LogicalPlanPtr& plan, const std::vector<AttributePtr>& columns) {
  const std::vector<AttributePtr> output = plan->output();
  const bool same = output.size() == columns.size() &&
                    std::equal(output.begin(), output.end(), columns.begin(), [](const auto& a, const auto& b) { return a->id == b->id && a->name == b->name; });
  if (same) return plan;
  plan::Project project;
  project.projectList.assign(columns.begin(), columns.end());
  project.child = plan;
  return plan::makePlan(std::move(project));
}

}  // namespace flint::analysis
