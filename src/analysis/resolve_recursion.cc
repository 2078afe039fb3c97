// WITH RECURSIVE: an anchor, and a step over the rows of the level before.
#include <algorithm>
#include <set>
#include <utility>

#include "analysis/attribute_ids.h"
#include "analysis/plan_resolver.h"
#include "analysis/type_coercion_rules.h"
#include "base/condition.h"
#include "plan/logical/recursive_table.h"
#include "plan/logical/subquery_expressions.h"
#include "types/type_coercion.h"

namespace flint::analysis {
namespace {

const LogicalPlanPtr* planInside(const ExprPtr& node) {
  if (const auto* scalar = node->as<plan::ScalarSubquery>()) return &scalar->plan;
  if (const auto* exists = node->as<plan::Exists>()) return &exists->plan;
  if (const auto* in = node->as<plan::InSubquery>()) return &in->plan;
  return nullptr;
}

template <class Visit>
void forEachSubquery(const LogicalPlanPtr& plan, Visit&& visit) {
  for (const ExprPtr& root : plan->expressions()) {
    if (root == nullptr) continue;
    tree::forEachNode(root, [&](const ExprPtr& node) {
      if (const LogicalPlanPtr* inner = planInside(node)) visit(*inner);
    });
  }
}

Error invalidRecursion(const OriginPtr& origin) { return Error(condition::kInvalidRecursiveCte).at(origin).as(ErrorFamily::kAnalysis); }

// Whether a self reference stands where all rows of a level have to be seen at once, or where rows could be lost.
class PlaceCheck {
 public:
  explicit PlaceCheck(const std::set<expr::ExprId>& self) : self_(self) {}
  bool allowed(const LogicalPlanPtr& plan, bool inside) {
    if (plan->as<plan::LocalRelation>() != nullptr) {
      const std::vector<AttributePtr> output = plan->output();
      return !inside || output.empty() || !self_.contains(output[0]->id);
    }
    bool right = true;
    forEachSubquery(plan, [&](const LogicalPlanPtr& inner) { right = right && allowed(inner, inside); });
    if (!right) return false;
    const std::vector<LogicalPlanPtr> children = plan->children();
    if (const auto* join = plan->as<plan::Join>()) {
      const auto type = join->type;
      const bool leftLost = type == plan::JoinType::kRightOuter || type == plan::JoinType::kFullOuter;
      const bool rightLost = type == plan::JoinType::kLeftOuter || type == plan::JoinType::kFullOuter || type == plan::JoinType::kLeftSemi || type == plan::JoinType::kLeftAnti;
      return allowed(children[0], inside || leftLost) && allowed(children[1], inside || rightLost);
    }
    switch (plan->kind()) {
      case plan::LogicalKind::kAggregate:
      case plan::LogicalKind::kWindow:
      case plan::LogicalKind::kSort:
      case plan::LogicalKind::kDistinct:
      case plan::LogicalKind::kDeduplicate:
      case plan::LogicalKind::kIntersect:
      case plan::LogicalKind::kExcept: inside = true; break;
      default: break;
    }
    return std::all_of(children.begin(), children.end(), [&](const LogicalPlanPtr& child) { return allowed(child, inside); });
  }

 private:
  const std::set<expr::ExprId>& self_;
};

}  // namespace

bool PlanResolver::refersTo(const LogicalPlanPtr& plan, const std::string& name) const {
  if (const auto* relation = plan->as<plan::UnresolvedRelation>()) return relation->nameParts.size() == 1 && sameName(relation->nameParts[0], name);
  bool found = false;
  forEachSubquery(plan, [&](const LogicalPlanPtr& inner) { found = found || refersTo(inner, name); });
  if (found) return true;
  if (const auto* with = plan->as<plan::UnresolvedWith>()) {
    for (const LogicalPlanPtr& each : with->definitions) {
      const auto* alias = each->as<plan::SubqueryAlias>();
      if (alias == nullptr) continue;
      const bool hides = sameName(alias->alias.back(), name);
      if (!(hides && with->recursive) && refersTo(alias->child, name)) return true;
      if (hides) return false;
    }
    return refersTo(with->child, name);
  }
  for (const LogicalPlanPtr& child : plan->children()) {
    if (refersTo(child, name)) return true;
  }
  return false;
}

Result<ResolvedPlan> PlanResolver::useSelf(CteDefinition& definition, const std::string& name) {
  plan::LocalRelation relation;
  for (const AttributePtr& column : definition.recursionColumns) relation.attributes.push_back(expr::attribute(column->name, column->type, true));
  relation.batches = std::make_shared<std::vector<columnar::ColumnarBatch>>();
  if (!relation.attributes.empty()) definition.selfReferences.push_back(relation.attributes[0]->id);
  plan::SubqueryAlias alias;
  alias.alias = {name};
  alias.child = plan::makePlan(std::move(relation));
  return ResolvedPlan{plan::makePlan(std::move(alias)), {}, nullptr};
}

Result<LogicalPlanPtr> PlanResolver::resolveRecursive(const std::string& name, const LogicalPlanPtr& body, int64_t levelLimit, const OriginPtr& origin) {
  std::vector<std::string> names;
  LogicalPlanPtr query = body;
  if (const auto* aliases = query->as<plan::UnresolvedColumnAliases>()) {
    names = aliases->names;
    query = aliases->child;
  }
  struct Leave {
    PlanResolver& resolver;
    size_t depth;
    ~Leave() { resolver.ctes_.resize(depth); }
  } leave{*this, ctes_.size()};
  while (const auto* with = query->as<plan::UnresolvedWith>()) {
    for (const LogicalPlanPtr& each : with->definitions) {
      const auto* alias = each->as<plan::SubqueryAlias>();
      if (alias != nullptr && refersTo(alias->child, name)) return invalidRecursion(origin);
    }
    ctes_.emplace_back();
    RETURN_IF_ERROR(resolveDefinitions(*with));
    query = with->child;
  }
  if (const auto* distinct = query->as<plan::Distinct>(); distinct != nullptr && distinct->child->as<plan::Union>() != nullptr) {
    return Error(condition::kUnionNotSupportedInRecursiveCte).at(origin).as(ErrorFamily::kAnalysis);
  }
  const auto* both = query->as<plan::Union>();
  if (both == nullptr || both->inputs.size() != 2 || refersTo(both->inputs[0], name)) return invalidRecursion(origin);

  const size_t outerBefore = frame_ == nullptr ? 0 : frame_->outerAttributes.size();
  const auto outside = definitions_;
  ASSIGN_OR_RETURN(const ResolvedPlan first, resolve(both->inputs[0]));
  const LogicalPlanPtr anchor = placeCtes(first.plan);
  const std::vector<AttributePtr> anchorColumns = anchor->output();
  if (!names.empty() && names.size() != anchorColumns.size()) {
    return Error(condition::kAssignmentArityMismatch).with("numTarget", std::to_string(names.size())).with("numExpr", std::to_string(anchorColumns.size())).at(origin).as(ErrorFamily::kAnalysis);
  }
  auto self = std::make_shared<CteDefinition>();
  for (size_t i = 0; i < anchorColumns.size(); ++i) {
    self->recursionColumns.push_back(expr::attribute(names.empty() ? anchorColumns[i]->name : names[i], anchorColumns[i]->type, true));
  }
  self->recursing = true;
  ctes_.emplace_back();
  ctes_.back().emplace(name, self);
  ASSIGN_OR_RETURN(const ResolvedPlan next, resolve(both->inputs[1]));
  LogicalPlanPtr step = placeCtes(next.plan);
  definitions_ = outside;
  if (frame_ != nullptr && frame_->outerAttributes.size() != outerBefore) {
    return Error(condition::kUnsupportedFeatureNotInFlint).with("feature", "recursive WITH queries that read columns of a query around them").at(origin).as(ErrorFamily::kUnsupportedOperation);
  }
  const std::vector<AttributePtr> stepColumns = step->output();
  if (stepColumns.size() != anchorColumns.size()) {
    return Error(condition::kNumColumnsMismatch)
        .with("operator", "UNION")
        .with("firstNumColumns", std::to_string(anchorColumns.size()))
        .with("invalidOrdinalNum", "second")
        .with("invalidNumColumns", std::to_string(stepColumns.size()))
        .at(origin)
        .as(ErrorFamily::kAnalysis);
  }
  plan::Project casts;
  for (size_t i = 0; i < stepColumns.size(); ++i) {
    const DataType& wanted = anchorColumns[i]->type;
    const std::vector<DataType> types = {wanted, stepColumns[i]->type};
    const auto common = wanted.sameType(stepColumns[i]->type) ? std::optional(wanted) : findWiderCommonType(types, options_.ansi);
    if (!common || !common->sameType(wanted)) {
      return Error(condition::kCannotMergeIncompatibleDataType).with("left", "\"" + wanted.sql() + "\"").with("right", "\"" + stepColumns[i]->type.sql() + "\"").at(origin).as(ErrorFamily::kAnalysis);
    }
    casts.projectList.push_back(expr::alias(castImplicitly(stepColumns[i], wanted, options_), self->recursionColumns[i]->name));
  }
  casts.child = step;
  step = plan::makePlan(std::move(casts));
  if (!PlaceCheck({self->selfReferences.begin(), self->selfReferences.end()}).allowed(step, false)) {
    return Error(condition::kInvalidRecursiveReferencePlace).at(origin).as(ErrorFamily::kAnalysis);
  }
  // Columns of a table have names of their own.
  StructFields schema;
  std::set<std::string> seen;
  for (const AttributePtr& column : self->recursionColumns) {
    std::string unique = column->name;
    while (!seen.insert(lowerCase(unique)).second) unique += "_" + std::to_string(schema.size());
    schema.push_back({unique, column->type, true});
  }
  const auto table = std::make_shared<const plan::RecursiveTable>(name, schema, anchor, step, self->selfReferences, levelLimit);
  ASSIGN_OR_RETURN(const ResolvedPlan relation, relationOf(table, name, {}));
  const std::vector<AttributePtr> columns = relation.plan->output();
  plan::Project renamed;
  for (size_t i = 0; i < columns.size(); ++i) renamed.projectList.push_back(expr::alias(columns[i], self->recursionColumns[i]->name));
  renamed.child = relation.plan;
  return plan::makePlan(std::move(renamed));
}

}  // namespace flint::analysis
