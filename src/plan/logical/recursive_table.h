#pragma once

#include <string>
#include <vector>

#include "connector/table.h"
#include "plan/logical/logical_plan.h"

namespace flint::plan {

/// The rows of a recursive WITH query, as a table: those of `anchor`, then again and again those that `step` makes of the last ones.
///
/// Shape: `step` reads the rows of the level before through LocalRelations whose first attribute is among `selfReferences`.
/// Invariant: resolved plans, whose attribute ids mean something only inside of each.
/// Memory: none; a session computes the rows and puts them in this table's place before the query is planned.
/// Threads: immutable.
class RecursiveTable final : public connector::Table {
 public:
  RecursiveTable(std::string name, StructFields schema, LogicalPlanPtr anchor, LogicalPlanPtr step, std::vector<expr::ExprId> selfReferences, int64_t levelLimit);

  const LogicalPlanPtr& anchor() const { return anchor_; }
  const LogicalPlanPtr& step() const { return step_; }
  const std::vector<expr::ExprId>& selfReferences() const { return selfReferences_; }
  /// MAX RECURSION LEVEL; 0: the session's.
  int64_t levelLimit() const { return levelLimit_; }

  std::string name() const override { return name_; }
  const StructFields& schema() const override { return schema_; }
  Result<connector::TableStatistics> statistics() const override;
  Result<connector::ScanPtr> scan(const connector::ScanRequest& request, const connector::SplitOptions& splits) const override;
  std::string format() const override { return "UnionLoop"; }
  void encode(ByteWriter& out) const override;
  std::string identity() const override { return identity_; }

 private:
  const std::string name_;
  const StructFields schema_;
  const LogicalPlanPtr anchor_;
  const LogicalPlanPtr step_;
  const std::vector<expr::ExprId> selfReferences_;
  const int64_t levelLimit_;
  const std::string identity_;
};

}  // namespace flint::plan
