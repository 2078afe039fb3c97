// WITH: each query is resolved once, and used by reference.
#include <algorithm>
#include <unordered_map>

#include "analysis/attribute_ids.h"
#include "analysis/plan_resolver.h"
#include "base/condition.h"
#include "plan/logical/subquery_expressions.h"

namespace flint::analysis {
namespace {

void countUses(const LogicalPlanPtr& plan, std::unordered_map<int64_t, int>& uses) {
  if (const auto* reference = plan->as<plan::CteRelationRef>()) ++uses[reference->cteId];
  for (const ExprPtr& root : plan->expressions()) {
    if (root == nullptr || !root->traits().hasSubquery) continue;
    tree::forEachNode(root, [&](const ExprPtr& node) {
      if (const LogicalPlanPtr* inner = plan::subqueryPlan(node)) countUses(*inner, uses);
    });
  }
  for (const LogicalPlanPtr& child : plan->children()) countUses(child, uses);
}

using Definitions = std::unordered_map<int64_t, LogicalPlanPtr>;

LogicalPlanPtr inlined(const LogicalPlanPtr& plan, const Definitions& definitions);

ExprPtr inlinedIn(const ExprPtr& root, const Definitions& definitions) {
  if (root == nullptr || !root->traits().hasSubquery) return root;
  return tree::transformUp(root, [&](const ExprPtr& node) -> ExprPtr {
    const LogicalPlanPtr* inner = plan::subqueryPlan(node);
    if (inner == nullptr) return node;
    return plan::withSubqueryPlan(node, inlined(*inner, definitions));
  });
}

// References to the given definitions replaced by what they stand for.
LogicalPlanPtr inlined(const LogicalPlanPtr& plan, const Definitions& definitions) {
  if (const auto* reference = plan->as<plan::CteRelationRef>()) {
    const auto known = definitions.find(reference->cteId);
    if (known == definitions.end()) return plan;
    const LogicalPlanPtr body = inlined(known->second, definitions);
    const std::vector<AttributePtr> output = body->output();
    plan::Project project;
    for (size_t i = 0; i < output.size(); ++i) {
      expr::Alias alias;
      alias.child = output[i];
      alias.name = reference->attributes[i]->name;
      alias.id = reference->attributes[i]->id;
      project.projectList.push_back(expr::makeExpr(std::move(alias)));
    }
    project.child = body;
    return plan::makePlan(std::move(project));
  }
  LogicalPlanPtr out = tree::mapChildren(plan, [&](const LogicalPlanPtr& child) { return inlined(child, definitions); });
  std::vector<ExprPtr> expressions = out->expressions();
  bool changed = false;
  for (ExprPtr& each : expressions) {
    ExprPtr mapped = inlinedIn(each, definitions);
    changed = changed || mapped != each;
    each = std::move(mapped);
  }
  return changed ? out->withNewExpressions(std::move(expressions)) : out;
}

}  // namespace

Result<ResolvedPlan> PlanResolver::resolveWith(const plan::UnresolvedWith& node) {
  if (queryStart_ == &node) RETURN_IF_ERROR(requireOwnNames(node));
  ctes_.emplace_back();
  struct Leave {
    std::vector<std::map<std::string, std::shared_ptr<CteDefinition>>>& scopes;
    ~Leave() { scopes.pop_back(); }
  } leave{ctes_};
  RETURN_IF_ERROR(resolveDefinitions(node));
  return resolve(node.child);
}

Status PlanResolver::requireOwnNames(const plan::UnresolvedWith& node) const {
  constexpr const char* kKey = "spark.sql.legacy.ctePrecedencePolicy";
  if (ctes_.empty() || lowerCase(conf_.get(kKey, "CORRECTED")) != "exception") return Status::ok();
  for (const LogicalPlanPtr& definition : node.definitions) {
    const auto* alias = definition->as<plan::SubqueryAlias>();
    for (const auto& scope : ctes_) {
      const bool taken = alias != nullptr && std::any_of(scope.begin(), scope.end(), [&](const auto& known) { return sameName(known.first, alias->alias.back()); });
      if (!taken) continue;
      return Error(condition::kAmbiguousAliasInNestedCte)
          .with("name", quoteIdentifier(alias->alias.back()))
          .with("config", std::string("\"") + kKey + "\"")
          .with("docroot", "https://spark.apache.org/docs/latest")
          .at(node.origin())
          .as(ErrorFamily::kAnalysis);
    }
  }
  return Status::ok();
}

std::shared_ptr<CteDefinition> PlanResolver::findCte(const std::string& name, std::string& itsName) const {
  const auto inScope = [&](size_t i) -> std::shared_ptr<CteDefinition> {
    for (const auto& [known, definition] : ctes_[i]) {
      if (!sameName(known, name) || (!definition->recursing && definition->plan == nullptr)) continue;
      itsName = known;
      return definition;
    }
    return nullptr;
  };
  for (size_t i = cteVisibility_.hidden; i < cteVisibility_.outerFirst; ++i) {
    if (auto found = inScope(i)) return found;
  }
  for (size_t i = ctes_.size(); i > cteVisibility_.outerFirst; --i) {
    if (auto found = inScope(i - 1)) return found;
  }
  return nullptr;
}

PlanResolver::CteVisibility PlanResolver::enterQuery(bool definition) {
  CteVisibility before = cteVisibility_;
  if (lowerCase(conf_.get("spark.sql.legacy.ctePrecedencePolicy", "CORRECTED")) != "legacy") return before;
  if (definition) cteVisibility_.hidden = before.outerFirst;
  cteVisibility_.outerFirst = ctes_.size();
  return before;
}

Status PlanResolver::resolveDefinitions(const plan::UnresolvedWith& node) {
  for (size_t i = 0; i < node.definitions.size(); ++i) {
    const auto* alias = node.definitions[i]->as<plan::SubqueryAlias>();
    if (alias == nullptr) return internalError("a WITH definition without a name");
    const std::string& name = alias->alias.back();
    for (const auto& [known, definition] : ctes_.back()) {
      if (!sameName(known, name)) continue;
      return Error(condition::kDuplicatedCteNames).with("duplicateNames", quoteIdentifier(name)).at(node.origin()).as(ErrorFamily::kParse);
    }
    auto definition = std::make_shared<CteDefinition>();
    definition->id = expr::newExprId();
    // Columns of queries around may be read: then the definition is copied into each use.
    const size_t outerBefore = frame_ == nullptr ? 0 : frame_->outerAttributes.size();
    struct Restore {
      PlanResolver& resolver;
      const CteVisibility visibility;
      const plan::LogicalPlan* const start;
      ~Restore() {
        resolver.cteVisibility_ = visibility;
        resolver.queryStart_ = start;
      }
    } restore{*this, enterQuery(true), queryStart_};
    queryStart_ = alias->child.get();
    if (node.recursive && refersTo(alias->child, name)) {
      const int64_t levelLimit = i < node.maxRecursions.size() ? node.maxRecursions[i] : 0;
      ASSIGN_OR_RETURN(definition->plan, resolveRecursive(name, alias->child, levelLimit, node.origin()));
      definition->correlated = true;
    } else {
      ASSIGN_OR_RETURN(const ResolvedPlan body, resolve(alias->child));
      definition->plan = body.plan;
      definition->correlated = frame_ != nullptr && frame_->outerAttributes.size() != outerBefore;
    }
    if (!definition->correlated) definitions_.push_back(definition);
    ctes_.back().emplace(name, std::move(definition));
  }
  return Status::ok();
}

Result<ResolvedPlan> PlanResolver::useCte(const CteDefinition& definition, const std::string& name) {
  plan::SubqueryAlias alias;
  alias.alias = {name};
  if (definition.correlated) {
    alias.child = withNewIds(definition.plan);
  } else {
    plan::CteRelationRef reference;
    reference.cteId = definition.id;
    for (const AttributePtr& column : definition.plan->output()) {
      reference.attributes.push_back(expr::withQualifier(expr::withNewId(column), {}));
    }
    alias.child = plan::makePlan(std::move(reference));
  }
  return ResolvedPlan{plan::makePlan(std::move(alias)), {}, nullptr};
}

LogicalPlanPtr PlanResolver::placeCtes(const LogicalPlanPtr& root) const {
  if (definitions_.empty()) return root;
  // What nothing reads is left out, with what only it reads.
  std::unordered_map<int64_t, int> uses;
  countUses(root, uses);
  for (auto each = definitions_.rbegin(); each != definitions_.rend(); ++each) {
    if (uses[(*each)->id] > 0) countUses((*each)->plan, uses);
  }
  Definitions once;
  std::vector<LogicalPlanPtr> shared;
  for (const auto& definition : definitions_) {
    const int count = uses[definition->id];
    if (count == 0) continue;
    if (count == 1) {
      once.emplace(definition->id, definition->plan);
      continue;
    }
    plan::CteRelationDef node;
    node.id = definition->id;
    node.child = inlined(definition->plan, once);
    shared.push_back(plan::makePlan(std::move(node)));
  }
  LogicalPlanPtr plan = inlined(root, once);
  if (shared.empty()) return plan;
  plan::WithCte with;
  with.definitions = std::move(shared);
  with.child = std::move(plan);
  return plan::makePlan(std::move(with));
}

}  // namespace flint::analysis
