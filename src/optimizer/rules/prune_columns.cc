#include <algorithm>

#include "optimizer/expression_rewrite.h"
#include "optimizer/rules/rules.h"
#include "plan/logical/relational.h"
#include "plan/logical/subquery_expressions.h"

namespace flint::optimizer {
namespace {

using plan::JoinType;

// `prune(plan, required)` gives a plan with at least the required ones of the old columns, in the old order.
class ColumnPruning {
 public:
  LogicalPlanPtr pruneRoot(const LogicalPlanPtr& root) {
    const auto* with = root->as<plan::WithCte>();
    if (with == nullptr) return prune(root, AttributeSet::outputOf(*root));
    LogicalPlanPtr child = prune(with->child, AttributeSet::outputOf(*with->child));
    // A definition is pruned when all that use it are: they come after it.
    std::vector<LogicalPlanPtr> definitions = with->definitions;
    for (size_t i = definitions.size(); i-- > 0;) definitions[i] = pruneDefinition(definitions[i]);
    for (LogicalPlanPtr& definition : definitions) definition = narrowReferences(definition);
    child = narrowReferences(child);
    if (child == with->child && definitions == with->definitions) return root;
    definitions.push_back(std::move(child));
    return root->withNewChildren(std::move(definitions));
  }

 private:
  static LogicalPlanPtr withChild(const LogicalPlanPtr& node, LogicalPlanPtr child) {
    return node->children()[0] == child ? node : node->withNewChildren({std::move(child)});
  }

  // A projection to the required columns, for parents that store or copy what they are given.
  static LogicalPlanPtr narrow(LogicalPlanPtr plan, const AttributeSet& required) {
    const std::vector<AttributePtr> output = plan->output();
    std::vector<ExprPtr> kept;
    for (const AttributePtr& attribute : output) {
      if (required.contains(attribute->id)) kept.push_back(attribute);
    }
    if (kept.size() == output.size()) return plan;
    return makeProject(std::move(kept), std::move(plan));
  }

  void noteSubqueries(const LogicalPlanPtr& node) {
    for (const ExprPtr& expression : node->expressions()) {
      if (!expression->traits().hasSubquery) continue;
      tree::forEachNode(expression, [&](const ExprPtr& each) {
        if (const auto* scalar = each->as<plan::ScalarSubquery>()) noteReferences(scalar->plan);
      });
    }
  }
  // Subquery plans are pruned on their own: until then they need all columns of the CTEs they use.
  void noteReferences(const LogicalPlanPtr& plan) {
    tree::forEachNode(plan, [&](const LogicalPlanPtr& node) {
      if (const auto* reference = node->as<plan::CteRelationRef>()) need(*reference, AttributeSet::of(reference->attributes));
      noteSubqueries(node);
    });
  }

  void need(const plan::CteRelationRef& reference, const AttributeSet& required) {
    std::vector<bool>& used = used_[reference.cteId];
    used.resize(reference.attributes.size());
    for (size_t i = 0; i < used.size(); ++i) used[i] = used[i] || required.contains(reference.attributes[i]->id);
  }

  LogicalPlanPtr pruneDefinition(const LogicalPlanPtr& node) {
    const auto& definition = *node->as<plan::CteRelationDef>();
    const std::vector<AttributePtr> output = definition.child->output();
    std::vector<bool>& used = used_[definition.id];
    used.resize(output.size(), false);
    if (definition.recursive) used.assign(output.size(), true);
    if (!output.empty() && std::find(used.begin(), used.end(), true) == used.end()) used[0] = true;
    AttributeSet required;
    for (size_t i = 0; i < output.size(); ++i) {
      if (used[i]) required.add(output[i]->id);
    }
    return withChild(node, narrow(prune(definition.child, required), required));
  }

  LogicalPlanPtr narrowReferences(const LogicalPlanPtr& plan) {
    LogicalPlanPtr out = tree::mapChildren(plan, [this](const LogicalPlanPtr& child) { return narrowReferences(child); });
    const auto* reference = out->as<plan::CteRelationRef>();
    if (reference == nullptr) return narrowInSubqueries(out);
    const auto at = used_.find(reference->cteId);
    if (at == used_.end() || std::find(at->second.begin(), at->second.end(), false) == at->second.end()) return out;
    plan::CteRelationRef made(*reference);
    made.attributes.clear();
    for (size_t i = 0; i < reference->attributes.size(); ++i) {
      if (at->second[i]) made.attributes.push_back(reference->attributes[i]);
    }
    return makePlan(std::move(made));
  }
  LogicalPlanPtr narrowInSubqueries(const LogicalPlanPtr& node) {
    std::vector<ExprPtr> expressions = node->expressions();
    bool changed = false;
    for (ExprPtr& expression : expressions) {
      if (!expression->traits().hasSubquery) continue;
      ExprPtr made = tree::transformUp(expression, [this](const ExprPtr& each) -> ExprPtr {
        const auto* scalar = each->as<plan::ScalarSubquery>();
        if (scalar == nullptr) return each;
        LogicalPlanPtr inner = narrowReferences(scalar->plan);
        if (inner == scalar->plan) return each;
        plan::ScalarSubquery copy(*scalar);
        copy.plan = std::move(inner);
        return makeExpr(std::move(copy), each->origin());
      });
      changed = changed || made != expression;
      expression = std::move(made);
    }
    return changed ? node->withNewExpressions(std::move(expressions)) : node;
  }

  LogicalPlanPtr prune(const LogicalPlanPtr& node, const AttributeSet& required) {
    using plan::LogicalKind;
    noteSubqueries(node);
    switch (node->kind()) {
      case LogicalKind::kProject: return pruneProject(node, required);
      case LogicalKind::kJoin: return pruneJoin(node, required);
      case LogicalKind::kAggregate: return pruneAggregate(node, required);
      case LogicalKind::kUnion: return pruneUnion(node, required);
      case LogicalKind::kWindow: return pruneWindow(node, required);
      case LogicalKind::kExpand: return pruneExpand(node, required);
      case LogicalKind::kGenerate: return pruneGenerate(node, required);
      case LogicalKind::kRelation: return pruneRelation(node, required);
      case LogicalKind::kCteRelationRef:
        need(*node->as<plan::CteRelationRef>(), required);
        return node;
      case LogicalKind::kSort: {
        AttributeSet below = required;
        below.addAll(AttributeSet::readBy(node->expressions()));
        return withChild(node, narrow(prune(node->children()[0], below), below));
      }
      case LogicalKind::kFilter:
      case LogicalKind::kLimit:
      case LogicalKind::kOffset:
      case LogicalKind::kTail:
      case LogicalKind::kSample:
      case LogicalKind::kRepartition:
      case LogicalKind::kRepartitionByExpression:
      case LogicalKind::kCollectMetrics: {
        AttributeSet below = required;
        below.addAll(AttributeSet::readBy(node->expressions()));
        return withChild(node, prune(node->children()[0], below));
      }
      default:
        return tree::mapChildren(node, [this](const LogicalPlanPtr& child) { return prune(child, AttributeSet::outputOf(*child)); });
    }
  }

  LogicalPlanPtr pruneProject(const LogicalPlanPtr& node, const AttributeSet& required) {
    const auto& project = *node->as<plan::Project>();
    std::vector<ExprPtr> kept;
    for (const ExprPtr& named : project.projectList) {
      const auto* alias = named->as<expr::Alias>();
      const auto* attribute = named->as<expr::AttributeReference>();
      if (alias == nullptr && attribute == nullptr) {
        kept.push_back(named);
      } else if (required.contains(alias != nullptr ? alias->id : attribute->id)) {
        kept.push_back(named);
      }
    }
    LogicalPlanPtr child = prune(project.child, AttributeSet::readBy(kept));
    if (child == project.child && kept.size() == project.projectList.size()) return node;
    return makeProject(std::move(kept), std::move(child));
  }

  LogicalPlanPtr pruneJoin(const LogicalPlanPtr& node, const AttributeSet& required) {
    const auto& join = *node->as<plan::Join>();
    AttributeSet below = required;
    if (join.condition != nullptr) below.addReadBy(join.condition);
    LogicalPlanPtr left = narrow(prune(join.left, below), below);
    LogicalPlanPtr right = narrow(prune(join.right, below), below);
    if (left == join.left && right == join.right) return node;
    return node->withNewChildren({std::move(left), std::move(right)});
  }

  LogicalPlanPtr pruneAggregate(const LogicalPlanPtr& node, const AttributeSet& required) {
    const auto& aggregate = *node->as<plan::Aggregate>();
    std::vector<ExprPtr> kept;
    for (const ExprPtr& named : aggregate.aggregates) {
      const AttributePtr attribute = expr::toAttribute(named);
      if (attribute == nullptr || required.contains(attribute->id)) kept.push_back(named);
    }
    if (kept.empty() && !aggregate.aggregates.empty()) kept.push_back(aggregate.aggregates[0]);
    AttributeSet below = AttributeSet::readBy(kept);
    below.addAll(AttributeSet::readBy(aggregate.grouping));
    LogicalPlanPtr child = prune(aggregate.child, below);
    if (child == aggregate.child && kept.size() == aggregate.aggregates.size()) return node;
    plan::Aggregate made(aggregate);
    made.aggregates = std::move(kept);
    made.child = std::move(child);
    return makePlan(std::move(made), node->origin());
  }

  LogicalPlanPtr pruneUnion(const LogicalPlanPtr& node, const AttributeSet& required) {
    const auto& set = *node->as<plan::Union>();
    std::vector<size_t> positions;
    for (size_t i = 0; i < set.attributes.size(); ++i) {
      if (required.contains(set.attributes[i]->id)) positions.push_back(i);
    }
    if (positions.empty() && !set.attributes.empty()) positions.push_back(0);
    const bool all = positions.size() == set.attributes.size();
    std::vector<LogicalPlanPtr> inputs;
    for (const LogicalPlanPtr& input : set.inputs) {
      const std::vector<AttributePtr> columns = input->output();
      AttributeSet below;
      std::vector<ExprPtr> wanted;
      for (const size_t position : positions) {
        below.add(columns[position]->id);
        wanted.push_back(columns[position]);
      }
      LogicalPlanPtr pruned = prune(input, below);
      const std::vector<AttributePtr> given = pruned->output();
      bool exact = given.size() == wanted.size();
      for (size_t i = 0; exact && i < given.size(); ++i) exact = given[i]->id == wanted[i]->as<expr::AttributeReference>()->id;
      inputs.push_back(exact ? std::move(pruned) : makeProject(std::move(wanted), std::move(pruned)));
    }
    if (all && inputs == set.inputs) return node;
    plan::Union made(set);
    made.inputs = std::move(inputs);
    made.attributes.clear();
    for (const size_t position : positions) made.attributes.push_back(set.attributes[position]);
    return makePlan(std::move(made), node->origin());
  }

  LogicalPlanPtr pruneWindow(const LogicalPlanPtr& node, const AttributeSet& required) {
    const auto& window = *node->as<plan::Window>();
    std::vector<ExprPtr> kept;
    for (const ExprPtr& named : window.windowExpressions) {
      const AttributePtr attribute = expr::toAttribute(named);
      if (attribute == nullptr || required.contains(attribute->id)) kept.push_back(named);
    }
    if (kept.empty()) return prune(window.child, required);
    AttributeSet below = required;
    below.addAll(AttributeSet::readBy(kept));
    below.addAll(AttributeSet::readBy(window.partitionBy));
    below.addAll(AttributeSet::readBy(window.orderBy));
    LogicalPlanPtr child = narrow(prune(window.child, below), below);
    if (child == window.child && kept.size() == window.windowExpressions.size()) return node;
    plan::Window made(window);
    made.windowExpressions = std::move(kept);
    made.child = std::move(child);
    return makePlan(std::move(made), node->origin());
  }

  LogicalPlanPtr pruneExpand(const LogicalPlanPtr& node, const AttributeSet& required) {
    const auto& expand = *node->as<plan::Expand>();
    plan::Expand made(expand);
    made.attributes.clear();
    for (auto& projection : made.projections) projection.clear();
    for (size_t i = 0; i < expand.attributes.size(); ++i) {
      if (!required.contains(expand.attributes[i]->id)) continue;
      made.attributes.push_back(expand.attributes[i]);
      for (size_t p = 0; p < expand.projections.size(); ++p) made.projections[p].push_back(expand.projections[p][i]);
    }
    AttributeSet below;
    for (const auto& projection : made.projections) below.addAll(AttributeSet::readBy(projection));
    made.child = prune(expand.child, below);
    if (made.child == expand.child && made.attributes.size() == expand.attributes.size()) return node;
    return makePlan(std::move(made), node->origin());
  }

  LogicalPlanPtr pruneGenerate(const LogicalPlanPtr& node, const AttributeSet& required) {
    const auto& generate = *node->as<plan::Generate>();
    plan::Generate made(generate);
    made.required.clear();
    for (const AttributePtr& attribute : generate.required) {
      if (required.contains(attribute->id)) made.required.push_back(attribute);
    }
    AttributeSet below = AttributeSet::of(made.required);
    below.addReadBy(generate.generator);
    made.child = narrow(prune(generate.child, below), below);
    if (made.child == generate.child && made.required.size() == generate.required.size()) return node;
    return makePlan(std::move(made), node->origin());
  }

  LogicalPlanPtr pruneRelation(const LogicalPlanPtr& node, const AttributeSet& required) {
    const auto& relation = *node->as<plan::Relation>();
    plan::Relation made(relation);
    made.attributes.clear();
    for (const AttributePtr& attribute : relation.attributes) {
      if (required.contains(attribute->id)) made.attributes.push_back(attribute);
    }
    if (made.attributes.size() == relation.attributes.size()) return node;
    return makePlan(std::move(made), node->origin());
  }

  std::unordered_map<int64_t, std::vector<bool>> used_;  // columns of shared CTEs that somebody reads
};

}  // namespace

// Columns that nobody reads are not computed, joined, sorted or read from files.
Result<LogicalPlanPtr> pruneColumns(const LogicalPlanPtr& root, OptimizerContext&) { return ColumnPruning().pruneRoot(root); }

}  // namespace flint::optimizer
