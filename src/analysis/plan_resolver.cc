#include "analysis/plan_resolver.h"

#include <algorithm>
#include <utility>

#include "analysis/attribute_ids.h"
#include "analysis/select_block.h"
#include "base/condition.h"
#include "plan/logical/command_parts.h"
#include "plan/logical/pipe_plan.h"
#include "plan/logical/script_transformation.h"

namespace flint::analysis {

using plan::LogicalKind;

namespace {
constexpr int kDeepestPlan = 3000;
}

bool PlanResolver::sameName(std::string_view a, std::string_view b) const { return options_.caseSensitive ? a == b : lowerCase(a) == lowerCase(b); }

std::shared_ptr<const Scope> PlanResolver::scopeOf(const ResolvedPlan& input) const {
  return std::make_shared<const Scope>(input.plan->output(), input.hidden, options_.caseSensitive);
}

std::shared_ptr<const Scope> PlanResolver::scopeOf(const std::vector<AttributePtr>& columns) const {
  return std::make_shared<const Scope>(columns, std::vector<AttributePtr>(), options_.caseSensitive);
}

NameContext PlanResolver::contextOf(const std::shared_ptr<const Scope>& scope, std::vector<LogicalPlanPtr> inputs) const {
  NameContext names;
  names.find = [this, scope](const expr::UnresolvedAttribute& column, bool) { return scope->find(column.nameParts, column.origin(), options_); };
  names.scope = scope.get();
  names.inputs = std::move(inputs);
  return names;
}

const expr::WindowSpec* PlanResolver::findWindow(const std::string& name) const {
  for (auto scope = windows_.rbegin(); scope != windows_.rend(); ++scope) {
    for (const auto& [known, spec] : *scope) {
      if (sameName(known, name)) return &spec;
    }
  }
  return nullptr;
}

Result<LogicalPlanPtr> PlanResolver::resolveStatement(const LogicalPlanPtr& unresolved) {
  ASSIGN_OR_RETURN(ResolvedPlan resolved, resolve(unresolved));
  return placeCtes(resolved.plan);
}

Result<LogicalPlanPtr> PlanResolver::resolveSubquery(const LogicalPlanPtr& unresolved, SubqueryFrame& frame) {
  SubqueryFrame* const outer = std::exchange(frame_, &frame);
  auto windows = std::exchange(windows_, {});
  const CteVisibility visibility = enterQuery(false);
  const plan::LogicalPlan* const start = std::exchange(queryStart_, unresolved.get());
  auto resolved = resolve(unresolved);
  queryStart_ = start;
  cteVisibility_ = visibility;
  windows_ = std::move(windows);
  frame_ = outer;
  RETURN_IF_ERROR(resolved);
  return resolved.value().plan;
}

Result<ResolvedPlan> PlanResolver::resolve(const LogicalPlanPtr& unresolved) {
  if (const auto known = resolved_.find(unresolved.get()); known != resolved_.end()) return known->second;
  if (depth_ >= kDeepestPlan) return Error(condition::kFailedToParseTooComplex).as(ErrorFamily::kAnalysis);
  ++depth_;
  auto resolved = dispatch(unresolved);
  --depth_;
  if (!resolved.isOk() || unresolved->planIds().empty()) return resolved;
  ResolvedPlan out = std::move(resolved).value();
  std::vector<int64_t> ids = out.plan->planIds();
  for (const int64_t id : unresolved->planIds()) {
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  if (out.block != nullptr) out.block->planIds = ids;
  out.plan = out.plan->withPlanIds(std::move(ids));
  return out;
}

Result<ResolvedPlan> PlanResolver::dispatch(const LogicalPlanPtr& node) {
  switch (node->kind()) {
    case LogicalKind::kUnresolvedRelation: return resolveRelation(*node->as<plan::UnresolvedRelation>());
    case LogicalKind::kUnresolvedDataSource: return resolveDataSource(*node->as<plan::UnresolvedDataSource>());
    case LogicalKind::kUnresolvedInlineTable: return resolveInlineTable(*node->as<plan::UnresolvedInlineTable>());
    case LogicalKind::kUnresolvedTableValuedFunction: return resolveTableFunction(*node->as<plan::UnresolvedTableValuedFunction>());
    case LogicalKind::kUnresolvedColumnAliases: return resolveColumnAliases(*node->as<plan::UnresolvedColumnAliases>());
    case LogicalKind::kUnresolvedWith: return resolveWith(*node->as<plan::UnresolvedWith>());
    case LogicalKind::kUnresolvedHint: return resolveHint(*node->as<plan::UnresolvedHint>());
    case LogicalKind::kUnresolvedHaving: return resolveHaving(*node->as<plan::UnresolvedHaving>());
    case LogicalKind::kUnresolvedQualify: return resolveQualify(*node->as<plan::UnresolvedQualify>());
    case LogicalKind::kUnresolvedUsingJoin: return resolveUsingJoin(*node->as<plan::UnresolvedUsingJoin>());
    case LogicalKind::kUnresolvedPipe: return resolvePipe(*node->as<plan::UnresolvedPipe>());
    case LogicalKind::kUnresolvedByName: return resolveByName(*node->as<plan::UnresolvedByName>());
    case LogicalKind::kUnresolvedWindowDefinitions: {
      const auto* definitions = node->as<plan::UnresolvedWindowDefinitions>();
      std::map<std::string, expr::WindowSpec> windows;
      for (const auto& [name, spec] : definitions->windows) windows.emplace(name, spec);
      windows_.push_back(std::move(windows));
      auto resolved = resolve(definitions->child);
      windows_.pop_back();
      return resolved;
    }
    case LogicalKind::kUnresolvedDataFrameCall: {
      const auto* call = node->as<plan::UnresolvedDataFrameCall>();
      ASSIGN_OR_RETURN(ResolvedPlan child, resolve(call->child));
      child.block = nullptr;
      const LogicalPlanPtr input = child.plan;
      resolved_[input.get()] = child;
      kept_.push_back(input);
      ASSIGN_OR_RETURN(const LogicalPlanPtr expanded, call->call->expand(input));
      return resolve(expanded);
    }
    case LogicalKind::kProject: return resolveProject(*node->as<plan::Project>());
    case LogicalKind::kAggregate: return resolveAggregate(*node->as<plan::Aggregate>());
    case LogicalKind::kFilter: return resolveFilter(*node->as<plan::Filter>());
    case LogicalKind::kSort: return resolveSort(*node->as<plan::Sort>());
    case LogicalKind::kJoin: return resolveJoin(*node->as<plan::Join>());
    case LogicalKind::kLateralJoin: return resolveLateralJoin(*node->as<plan::LateralJoin>());
    case LogicalKind::kUnion: return resolveUnion(*node->as<plan::Union>());
    case LogicalKind::kIntersect:
    case LogicalKind::kExcept: return resolveIntersectOrExcept(node);
    case LogicalKind::kLimit: return resolveLimit(node, node->as<plan::Limit>()->count, "limit");
    case LogicalKind::kOffset: return resolveLimit(node, node->as<plan::Offset>()->count, "offset");
    case LogicalKind::kTail: return resolveLimit(node, node->as<plan::Tail>()->count, "tail");
    case LogicalKind::kMapPartitions:
    case LogicalKind::kGroupMap:
    case LogicalKind::kCoGroupMap: return resolvePython(node);
    case LogicalKind::kScriptTransformation: return resolveScript(*node->as<plan::ScriptTransformation>());
    case LogicalKind::kPivot: return resolvePivot(*node->as<plan::Pivot>());
    case LogicalKind::kUnpivot: return resolveUnpivot(*node->as<plan::Unpivot>());
    case LogicalKind::kOneRowRelation:
    case LogicalKind::kLocalRelation:
    case LogicalKind::kRange:
    case LogicalKind::kInMemoryRelation:
    case LogicalKind::kCteRelationRef: return ResolvedPlan{node, {}, nullptr};
    case LogicalKind::kRelation: return ResolvedPlan{node, node->as<plan::Relation>()->metadataAttributes, nullptr};
    default: return plan::isCommand(node->kind()) ? Result<ResolvedPlan>(ResolvedPlan{node, {}, nullptr}) : resolveGeneric(node);
  }
}

}  // namespace flint::analysis
