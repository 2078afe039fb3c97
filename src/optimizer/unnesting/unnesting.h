#pragma once

#include <map>
#include <vector>

#include "optimizer/expression_rewrite.h"
#include "optimizer/optimizer_context.h"
#include "plan/logical/relational.h"

namespace flint::optimizer {

/// A column of an unnested plan that stands for an attribute of the query around it.
struct DomainColumn {
  AttributePtr column;
  bool skipsNulls = false;  // it came from an equality: rows where it is null have no partner
};

/// A subquery's plan without outer references: for each row of the query around it, the subquery's rows are those of `plan` where each domain column is
/// equal to the attribute it stands for and where `pulled` holds.
struct Unnested {
  LogicalPlanPtr plan;
  std::map<ExprId, DomainColumn> domain;  // by the outer attribute's id
  std::vector<ExprPtr> pulled;            // may hold OuterReferences; read columns of `plan`
};

/// Takes the outer references out of subquery plans.
///
/// Conditions on outer attributes are pulled up as far as only filters, projections and inner joins are above them. Below anything else (aggregates, limits,
/// windows, outer joins, unions) the subquery is computed for all values of the outer attributes at once: an equality gives them from the inside,
/// else the plan is joined with the distinct values that the outer query has (the domain).
/// Source: Neumann and Kemper, "Unnesting Arbitrary Queries", BTW 2015.
/// Errors: UNSUPPORTED_FEATURE for nodes that no rule is known for.
class Unnesting {
 public:
  /// `outer` gives the attributes that are taken out; OuterReferences to others stay.
  Unnesting(LogicalPlanPtr outer, OptimizerContext& context);

  /// `atTop`: no row for no input is as good as the row of an aggregate without keys: the caller supplies that row (see `emptyValues`).
  Result<Unnested> unnest(const LogicalPlanPtr& plan, bool mayPull, bool atTop);
  /// Whether `plan` reads attributes of the outer query.
  bool depends(const LogicalPlanPtr& plan) const;

  /// The condition by which `unnested` is joined to the outer query.
  ExprPtr joinCondition(const Unnested& unnested) const;
  const AttributeMap& outerAttributes() const { return outerAttributes_; }

 private:
  using Step = Result<Unnested>;
  bool reads(const ExprPtr& expression) const;
  Step unnestFilter(const plan::Filter& filter, bool mayPull, bool atTop);
  Step unnestProject(const plan::Project& project, bool mayPull, bool atTop);
  Step unnestAggregate(const plan::Aggregate& aggregate, bool atTop);
  Step unnestJoin(const plan::Join& join, bool mayPull);
  Step unnestKeepingLeft(const plan::Join& join, bool mayPull);
  Step unnestUnion(const plan::Union& node);
  Step unnestLimit(const LogicalPlanPtr& plan);
  Step unnestOther(const LogicalPlanPtr& node);

  // Joins the domain of the outer attributes that `expressions` read and `unnested` has no column for.
  void addMissing(const std::vector<ExprPtr>& expressions, Unnested& unnested);
  void addDomain(const std::vector<ExprId>& ids, Unnested& unnested);
  // The distinct values of the outer attributes, under new ids.
  Unnested domainOf(const std::vector<ExprId>& ids);
  ExprPtr substitute(const ExprPtr& expression, const Unnested& unnested) const;

  LogicalPlanPtr outer_;
  OptimizerContext& context_;
  AttributeMap outerAttributes_;
};

/// What each output column is when an aggregate without keys at the top of `plan` has no input, by id; false when there would be no row.
/// Columns that are left out are null.
bool emptyValues(const LogicalPlanPtr& plan, OptimizerContext& context, AttributeMap& values);
/// Whether the plan gives exactly one row, whatever its input.
bool givesOneRow(const LogicalPlanPtr& plan);
/// Whether the plan gives at most one row for each combination of its domain: an aggregate without keys is at its top.
bool isScalarAggregate(const LogicalPlanPtr& plan);

}  // namespace flint::optimizer
