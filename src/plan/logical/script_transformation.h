#pragma once

#include <string>
#include <vector>

#include "plan/logical/logical_plan.h"

namespace flint::plan {

/// How one direction of a script's rows looks as text: a line a row.
struct ScriptRowFormat {
  std::string fieldDelimiter = "\x01";
  std::string nullText = "\\N";
  static constexpr auto fields() { return std::tuple(field("fieldDelimiter", &ScriptRowFormat::fieldDelimiter), field("nullText", &ScriptRowFormat::nullText)); }
};

/// SELECT TRANSFORM (...) USING 'script': the child's rows go to a process of bash as lines of text, and the lines it prints are rows.
///
/// Unresolved, `results` have the types that the text gives them. Resolved, the child's columns and `results` are texts: what they mean is cast around.
struct ScriptTransformation final : LogicalNode<ScriptTransformation, LogicalKind::kScriptTransformation> {
  std::string script;
  std::vector<ExprPtr> inputs;        // the child's columns; empty before analysis
  std::vector<AttributePtr> results;
  bool schemaLess = false;            // a key and the rest of the line
  ScriptRowFormat inputFormat;
  ScriptRowFormat outputFormat;
  LogicalPlanPtr child;
  static constexpr const char* kName = "ScriptTransformation";
  static constexpr auto fields() {
    return std::tuple(field("script", &ScriptTransformation::script), field("inputs", &ScriptTransformation::inputs), field("results", &ScriptTransformation::results),
                      field("schemaLess", &ScriptTransformation::schemaLess), field("inputFormat", &ScriptTransformation::inputFormat),
                      field("outputFormat", &ScriptTransformation::outputFormat), field("child", &ScriptTransformation::child));
  }
  std::vector<AttributePtr> output() const override { return results; }
};

}  // namespace flint::plan
