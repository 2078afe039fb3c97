#pragma once

#include "analysis/dependencies.h"
#include "base/status.h"
#include "catalog/session_catalog.h"
#include "catalog/sql_conf.h"
#include "expr/scalar_function.h"
#include "plan/logical/logical_plan.h"

namespace flint::analysis {

/// Resolves the names, functions and types of a plan, and checks it.
///
/// Shape: an unresolved plan in, a resolved one out: attributes have ids, calls are bound, types agree. CTEs that are read more than once are
/// in one WithCte at the root.
/// Threads: confined to its owner. Nesting uses the stack: about 4 KiB a level.
/// Errors: Spark's analysis conditions, with parameters and origins.
/// Source: keeps the behaviour of Spark's Analyzer and CheckAnalysis.
class Analyzer {
 public:
  /// All outlive this.
  Analyzer(catalog::SessionCatalog& catalog, const catalog::SQLConf& conf, const expr::EvaluationOptions& options)
      : catalog_(catalog), conf_(conf), options_(options) {}

  /// `dependencies`, where given, is told what the plan uses.
  Result<plan::LogicalPlanPtr> analyze(const plan::LogicalPlanPtr& unresolved, Dependencies* dependencies = nullptr) const;

 private:
  catalog::SessionCatalog& catalog_;
  const catalog::SQLConf& conf_;
  const expr::EvaluationOptions& options_;
};

}  // namespace flint::analysis
