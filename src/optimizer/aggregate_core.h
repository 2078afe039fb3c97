#pragma once

#include <optional>
#include <string>
#include <vector>

#include "optimizer/expression_rewrite.h"
#include "plan/logical/relational.h"

namespace flint::optimizer {

/// An aggregate without keys over the filtered rows of one table: one row, and what it takes to compute it together with others.
struct AggregateCore {
  const plan::Aggregate* aggregate = nullptr;
  const plan::Relation* relation = nullptr;
  std::vector<ExprPtr> aggregates;  // over the relation's columns
  std::vector<ExprPtr> conjuncts;   // over the relation's columns
};

/// Absent when `plan` is something else, or when its conditions or arguments may raise errors for rows that it does not take.
std::optional<AggregateCore> matchAggregateCore(const LogicalPlanPtr& plan);

/// One aggregate over one scan of the table that all `cores` read, with the columns of all: each call takes its rows by FILTER.
LogicalPlanPtr mergeAggregateCores(const std::vector<AggregateCore>& cores);

}  // namespace flint::optimizer
