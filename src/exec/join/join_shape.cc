#include "exec/join/join_shape.h"

#include <iterator>

namespace flint::exec {

using plan::JoinType;

bool JoinShape::readsBuildColumns() const {
  return condition != nullptr || buildOutput != BuildOutput::kNothing || probeOutput == ProbeOutput::kMatches ||
         probeOutput == ProbeOutput::kMatchesOrNulls;
}

bool JoinShape::dropsUnmatchedProbeRows() const {
  return probeOutput == ProbeOutput::kMatches || probeOutput == ProbeOutput::kMatched || probeOutput == ProbeOutput::kNothing;
}

std::vector<columnar::VectorPtr> JoinShape::inOrder(std::vector<columnar::VectorPtr> probe, std::vector<columnar::VectorPtr> build) const {
  std::vector<columnar::VectorPtr>& first = buildIsLeft ? build : probe;
  std::vector<columnar::VectorPtr>& second = buildIsLeft ? probe : build;
  first.insert(first.end(), std::make_move_iterator(second.begin()), std::make_move_iterator(second.end()));
  return std::move(first);
}

Result<JoinShape> JoinShape::make(JoinType type, plan::BuildSide buildSide, const expr::ExprPtr& condition, const plan::PhysicalPlan& left,
                                  const plan::PhysicalPlan& right, const expr::EvaluationOptions& options) {
  JoinShape shape;
  shape.type = type;
  shape.buildIsLeft = buildSide == plan::BuildSide::kLeft;
  const std::vector<expr::AttributePtr> leftOutput = left.output();
  const std::vector<expr::AttributePtr> rightOutput = right.output();
  shape.numLeft = leftOutput.size();
  shape.numRight = rightOutput.size();
  for (const auto& attribute : shape.buildIsLeft ? rightOutput : leftOutput) shape.probeTypes.push_back(attribute->dataType());
  for (const auto& attribute : shape.buildIsLeft ? leftOutput : rightOutput) shape.buildTypes.push_back(attribute->dataType());
  const bool preservesProbe = type == (shape.buildIsLeft ? JoinType::kRightOuter : JoinType::kLeftOuter);
  switch (type) {
    case JoinType::kInner:
    case JoinType::kCross: break;
    case JoinType::kLeftOuter:
    case JoinType::kRightOuter:
      if (preservesProbe) {
        shape.probeOutput = ProbeOutput::kMatchesOrNulls;
      } else {
        shape.buildOutput = BuildOutput::kUnmatchedWithNulls;
      }
      break;
    case JoinType::kFullOuter:
      shape.probeOutput = ProbeOutput::kMatchesOrNulls;
      shape.buildOutput = BuildOutput::kUnmatchedWithNulls;
      break;
    case JoinType::kLeftSemi:
      shape.probeOutput = shape.buildIsLeft ? ProbeOutput::kNothing : ProbeOutput::kMatched;
      if (shape.buildIsLeft) shape.buildOutput = BuildOutput::kMatchedRows;
      break;
    case JoinType::kNullAwareAnti:
      shape.nullAware = true;
      [[fallthrough]];
    case JoinType::kLeftAnti:
      shape.probeOutput = shape.buildIsLeft ? ProbeOutput::kNothing : ProbeOutput::kUnmatched;
      if (shape.buildIsLeft) shape.buildOutput = BuildOutput::kUnmatchedRows;
      break;
    case JoinType::kExistence: shape.probeOutput = ProbeOutput::kExistence; break;
  }
  if (shape.buildIsLeft && (type == JoinType::kExistence || type == JoinType::kNullAwareAnti)) {
    return internalError("existence and null-aware anti joins build on their right side");
  }
  if (condition != nullptr) {
    std::vector<expr::AttributePtr> both = leftOutput;
    both.insert(both.end(), rightOutput.begin(), rightOutput.end());
    ASSIGN_OR_RETURN(expr::ExprPtr bound, expr::bindReferences(condition, both));
    ASSIGN_OR_RETURN(shape.condition, expr::ExpressionEvaluator::make({std::move(bound)}, options));
  }
  return shape;
}

}  // namespace flint::exec
