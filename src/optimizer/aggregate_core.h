#pragma once

#include <optional>
#include <string>
#include <vector>

#include "optimizer/expression_rewrite.h"
#include "optimizer/statistics/estimator.h"
#include "plan/logical/relational.h"

namespace flint::optimizer {

/// An aggregate without keys over filtered inner joins of tables: one row, and what it takes to compute it together with others.
struct AggregateCore {
  const plan::Aggregate* aggregate = nullptr;
  std::vector<const plan::Relation*> relations;  // each table once, in the order of their identities
  std::vector<ExprPtr> aggregates;               // over the relations' columns
  std::vector<ExprPtr> conjuncts;                // over the relations' columns

  /// The tables that are read: aggregates over different ones cannot be computed together.
  std::string source() const;
};

/// Absent when `plan` is something else, when it reads a table twice, or when its conditions or arguments may raise errors for rows that it
/// does not take.
std::optional<AggregateCore> matchAggregateCore(const LogicalPlanPtr& plan);

/// Whether both read the same tables and join them alike; what they ask of the rows of single tables may differ.
bool areMergeable(const AggregateCore& a, const AggregateCore& b);

/// One aggregate over one reading of the tables that all `cores` read, with the columns of all: each call takes its rows by FILTER. Any two of
/// the cores are mergeable.
LogicalPlanPtr mergeAggregateCores(const std::vector<AggregateCore>& cores, Estimator& estimator);

}  // namespace flint::optimizer
