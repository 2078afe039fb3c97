#pragma once

#include <memory>
#include <vector>

#include "expr/expression_evaluator.h"
#include "plan/physical/physical_nodes.h"

namespace flint::exec {

/// What a join gives for a row of its probe side.
enum class ProbeOutput : uint8_t {
  kMatches,          // one row a match
  kMatchesOrNulls,   // one row a match, or one with NULLs for the build side
  kMatched,          // the row itself if it has a match
  kUnmatched,        // the row itself if it has none
  kExistence,        // the row itself with whether it has a match
  kNothing,
};

/// What a join gives for the rows of its build side when the probe side is done.
enum class BuildOutput : uint8_t {
  kNothing,
  kUnmatchedWithNulls,  // rows without a match, NULLs for the probe side
  kMatchedRows,         // the rows themselves
  kUnmatchedRows,
};

/// A join node turned to build and probe side: what both hash and nested loop joins need to know.
///
/// Threads: immutable.
struct JoinShape {
  plan::JoinType type = plan::JoinType::kInner;
  bool buildIsLeft = false;
  ProbeOutput probeOutput = ProbeOutput::kMatches;
  BuildOutput buildOutput = BuildOutput::kNothing;
  bool nullAware = false;
  size_t numLeft = 0;   // columns
  size_t numRight = 0;
  std::vector<DataType> probeTypes;
  std::vector<DataType> buildTypes;
  /// The residual condition over left columns, then right columns; null: none.
  std::shared_ptr<const expr::ExpressionEvaluator> condition;

  size_t numProbe() const { return buildIsLeft ? numRight : numLeft; }
  size_t numBuild() const { return buildIsLeft ? numLeft : numRight; }
  /// Whether build columns are needed beyond the keys.
  bool readsBuildColumns() const;
  /// Whether build rows must be remembered as matched.
  bool marksBuildRows() const { return buildOutput != BuildOutput::kNothing; }
  /// Whether probe rows without a match can be left out before the join.
  bool dropsUnmatchedProbeRows() const;
  /// Left columns, then right ones.
  std::vector<columnar::VectorPtr> inOrder(std::vector<columnar::VectorPtr> probe, std::vector<columnar::VectorPtr> build) const;

  static Result<JoinShape> make(plan::JoinType type, plan::BuildSide buildSide, const expr::ExprPtr& condition, const plan::PhysicalPlan& left,
                                const plan::PhysicalPlan& right, const expr::EvaluationOptions& options);
};

}  // namespace flint::exec
