#pragma once

#include <string>
#include <vector>

#include "plan/logical/script_transformation.h"
#include "plan/physical/physical_plan.h"

namespace flint::plan {

/// Runs a script over the rows of each partition; see ScriptTransformation.
struct ScriptTransformationExec final : PhysicalNode<ScriptTransformationExec, PhysicalKind::kScriptTransformation> {
  std::string script;
  std::vector<ExprPtr> inputs;  // texts
  std::vector<AttributePtr> results;
  bool schemaLess = false;
  ScriptRowFormat inputFormat;
  ScriptRowFormat outputFormat;
  PhysicalPlanPtr child;
  static constexpr const char* kName = "ScriptTransformation";
  static constexpr auto fields() {
    return std::tuple(field("script", &ScriptTransformationExec::script), field("inputs", &ScriptTransformationExec::inputs),
                      field("results", &ScriptTransformationExec::results), field("schemaLess", &ScriptTransformationExec::schemaLess),
                      field("inputFormat", &ScriptTransformationExec::inputFormat), field("outputFormat", &ScriptTransformationExec::outputFormat),
                      field("child", &ScriptTransformationExec::child));
  }
  std::vector<AttributePtr> output() const override { return results; }
};

}  // namespace flint::plan
