// UNION, INTERSECT and EXCEPT: columns of one number and common types.
#include <algorithm>
#include <unordered_set>

#include "analysis/attribute_ids.h"
#include "analysis/plan_resolver.h"
#include "analysis/set_operation_types.h"
#include "analysis/type_coercion_rules.h"
#include "base/condition.h"
#include "types/type_coercion.h"

namespace flint::analysis {
namespace {

const char* ordinalWord(size_t index) {
  static constexpr const char* kWords[] = {"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"};
  return index < std::size(kWords) ? kWords[index] : "later";
}

// Whether a value of the kind stands somewhere in values of the type.
bool holds(const DataType& type, TypeKind kind) {
  if (type.is(kind)) return true;
  const std::vector<DataType> parts = type.isNested() ? type.childTypes() : std::vector<DataType>();
  return std::any_of(parts.begin(), parts.end(), [&](const DataType& part) { return holds(part, kind); });
}

// Whether texts that stand at the same place in both have different collations.
bool collationsDiffer(const DataType& a, const DataType& b) {
  if (a.isStringLike() && b.isStringLike()) return a.collation() != b.collation();
  if (!a.isNested() || !b.isNested()) return false;
  const std::vector<DataType> left = a.childTypes();
  const std::vector<DataType> right = b.childTypes();
  if (left.size() != right.size()) return false;
  for (size_t i = 0; i < left.size(); ++i) {
    if (collationsDiffer(left[i], right[i])) return true;
  }
  return false;
}

// Whether the two go together without a text turned into something else.
bool goTogether(const DataType& a, const DataType& b) {
  if (a.is(TypeKind::kNull) || b.is(TypeKind::kNull)) return true;
  if (a.isStringLike() != b.isStringLike()) return false;
  if (a.isStringLike()) return a.collation() == b.collation();
  if (!a.isNested() || !b.isNested()) return true;
  const std::vector<DataType> left = a.childTypes();
  const std::vector<DataType> right = b.childTypes();
  return left.size() != right.size() || std::equal(left.begin(), left.end(), right.begin(), goTogether);
}

std::string ordinalText(size_t index) { return index < 10 ? ordinalWord(index) : std::to_string(index + 1) + "th"; }

}  // namespace

Status checkSetOperationTypes(const std::vector<AttributePtr>& columns, const OriginPtr& origin) {
  for (const AttributePtr& column : columns) {
    const bool map = holds(column->dataType(), TypeKind::kMap);
    if (!map && !holds(column->dataType(), TypeKind::kVariant)) continue;
    return Error(map ? condition::kUnsupportedFeatureSetOperationOnMapType : condition::kUnsupportedFeatureSetOperationOnVariantType)
        .with("colName", quoteIdentifier(column->name))
        .with("dataType", "\"" + column->dataType().sql() + "\"")
        .at(origin)
        .as(ErrorFamily::kAnalysis);
  }
  return Status::ok();
}

std::optional<DataType> commonTypeWithoutPromotion(const std::vector<DataType>& types, bool ansi) {
  DataType common;
  for (const DataType& type : types) {
    if (!goTogether(common, type)) return std::nullopt;
    const auto wider = findWiderTypeForTwo(common, type, ansi);
    if (!wider) return std::nullopt;
    common = *wider;
  }
  return common;
}

Status PlanResolver::alignColumns(std::vector<LogicalPlanPtr>& inputs, const char* operatorName, const OriginPtr& origin) {
  const size_t width = inputs[0]->output().size();
  std::vector<std::vector<AttributePtr>> outputs;
  for (size_t i = 0; i < inputs.size(); ++i) {
    outputs.push_back(inputs[i]->output());
    if (outputs[i].size() == width) continue;
    return Error(condition::kNumColumnsMismatch)
        .with("operator", operatorName)
        .with("firstNumColumns", std::to_string(width))
        .with("invalidOrdinalNum", ordinalText(i))
        .with("invalidNumColumns", std::to_string(outputs[i].size()))
        .at(origin)
        .as(ErrorFamily::kAnalysis);
  }
  std::vector<DataType> common;
  for (size_t c = 0; c < width; ++c) {
    DataType type = outputs[0][c]->dataType();
    for (size_t i = 1; i < inputs.size(); ++i) {
      const auto wider = findWiderTypeForTwo(type, outputs[i][c]->dataType(), options_.ansi);
      if (!wider || collationsDiffer(type, outputs[i][c]->dataType())) {
        return Error(condition::kIncompatibleColumnType)
            .with("operator", operatorName)
            .with("columnOrdinalNumber", ordinalText(c))
            .with("tableOrdinalNumber", ordinalText(i))
            .with("dataType1", "\"" + outputs[i][c]->dataType().sql() + "\"")
            .with("dataType2", "\"" + type.sql() + "\"")
            .with("hint", "")
            .at(origin)
            .as(ErrorFamily::kAnalysis);
      }
      type = *wider;
    }
    common.push_back(type);
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    plan::Project project;
    bool changed = false;
    for (size_t c = 0; c < width; ++c) {
      const AttributePtr& column = outputs[i][c];
      if (column->dataType().sameType(common[c])) {
        project.projectList.push_back(column);
        continue;
      }
      changed = true;
      project.projectList.push_back(expr::alias(castImplicitly(column, common[c], options_), column->name));
    }
    if (!changed) continue;
    project.child = inputs[i];
    inputs[i] = plan::makePlan(std::move(project));
  }
  return Status::ok();
}

Result<ResolvedPlan> PlanResolver::resolveUnion(const plan::Union& node) {
  if (!node.attributes.empty()) return ResolvedPlan{std::static_pointer_cast<const plan::LogicalPlan>(node.shared_from_this()), {}, nullptr};  // of an analyzed plan
  std::vector<LogicalPlanPtr> inputs;
  // A chain of unions, as SQL and DataFrames build it, is one union of many.
  std::vector<LogicalPlanPtr> pending(node.inputs.rbegin(), node.inputs.rend());
  while (!pending.empty()) {
    const LogicalPlanPtr next = std::move(pending.back());
    pending.pop_back();
    const auto* nested = next->as<plan::Union>();
    if (nested != nullptr && nested->attributes.empty() && next->planIds().empty()) {
      for (auto input = nested->inputs.rbegin(); input != nested->inputs.rend(); ++input) pending.push_back(*input);
      continue;
    }
    ASSIGN_OR_RETURN(ResolvedPlan resolved, resolve(next));
    inputs.push_back(std::move(resolved.plan));
  }
  RETURN_IF_ERROR(alignColumns(inputs, "UNION", node.origin()));
  plan::Union out;
  std::vector<std::vector<AttributePtr>> outputs;
  for (const LogicalPlanPtr& input : inputs) outputs.push_back(input->output());
  for (size_t c = 0; c < outputs[0].size(); ++c) {
    bool nullable = false;
    DataType type = outputs[0][c]->dataType();
    for (const auto& output : outputs) {
      nullable = nullable || output[c]->nullableColumn;
      if (const auto wider = findWiderTypeForTwo(type, output[c]->dataType(), options_.ansi)) type = *wider;
    }
    expr::AttributeReference column = *outputs[0][c];
    column.id = expr::newExprId();
    column.nullableColumn = nullable;
    column.type = type;
    out.attributes.push_back(expr::makeExpr(std::move(column)));
  }
  // The same relation may stand on several sides.
  std::unordered_set<expr::ExprId> seen;
  for (LogicalPlanPtr& input : inputs) {
    const std::vector<AttributePtr> columns = input->output();
    if (std::any_of(columns.begin(), columns.end(), [&](const AttributePtr& each) { return seen.contains(each->id); })) input = withNewIds(input);
    for (const AttributePtr& column : input->output()) seen.insert(column->id);
  }
  out.inputs = std::move(inputs);
  return ResolvedPlan{plan::makePlan(std::move(out), node.origin()), {}, nullptr};
}

Result<ResolvedPlan> PlanResolver::resolveByName(const plan::UnresolvedByName& node) {
  ASSIGN_OR_RETURN(const ResolvedPlan left, resolve(node.left));
  ASSIGN_OR_RETURN(ResolvedPlan right, resolve(node.right));
  right.plan = withNewIds(right.plan);
  const std::vector<AttributePtr> leftColumns = left.plan->output();
  const std::vector<AttributePtr> rightColumns = right.plan->output();
  const auto find = [&](const std::vector<AttributePtr>& columns, const std::string& name) -> AttributePtr {
    for (const AttributePtr& column : columns) {
      if (sameName(column->name, name)) return column;
    }
    return nullptr;
  };
  plan::Project leftProject;
  plan::Project rightProject;
  for (const AttributePtr& column : leftColumns) {
    leftProject.projectList.push_back(column);
    const AttributePtr match = find(rightColumns, column->name);
    if (match != nullptr) {
      rightProject.projectList.push_back(match);
    } else if (node.allowMissingColumns) {
      rightProject.projectList.push_back(expr::alias(expr::literalNull(column->dataType()), column->name));
    } else {
      const auto scope = scopeOf(rightColumns);
      std::string proposal;
      for (const std::string& each : scope->similarNames({column->name})) proposal += (proposal.empty() ? "" : ", ") + each;
      return Error(condition::kUnresolvedColumnWithSuggestion).with("objectName", quoteIdentifier(column->name)).with("proposal", proposal).at(node.origin()).as(ErrorFamily::kAnalysis);
    }
  }
  for (const AttributePtr& column : rightColumns) {
    if (find(leftColumns, column->name) != nullptr) continue;
    if (!node.allowMissingColumns) {
      return Error(condition::kNumColumnsMismatch)
          .with("operator", "UNION")
          .with("firstNumColumns", std::to_string(leftColumns.size()))
          .with("invalidOrdinalNum", "second")
          .with("invalidNumColumns", std::to_string(rightColumns.size()))
          .at(node.origin())
          .as(ErrorFamily::kAnalysis);
    }
    leftProject.projectList.push_back(expr::alias(expr::literalNull(column->dataType()), column->name));
    rightProject.projectList.push_back(column);
  }
  leftProject.child = left.plan;
  rightProject.child = right.plan;
  plan::Union both;
  both.inputs = {plan::makePlan(std::move(leftProject)), plan::makePlan(std::move(rightProject))};
  for (const LogicalPlanPtr& input : both.inputs) {
    resolved_[input.get()] = ResolvedPlan{input, {}, nullptr};
    kept_.push_back(input);
  }
  return resolveUnion(*plan::makePlan(std::move(both), node.origin()));
}

Result<ResolvedPlan> PlanResolver::resolveIntersectOrExcept(const LogicalPlanPtr& node) {
  const bool intersect = node->as<plan::Intersect>() != nullptr;
  const bool all = intersect ? node->as<plan::Intersect>()->isAll : node->as<plan::Except>()->isAll;
  std::vector<LogicalPlanPtr> inputs;
  for (const LogicalPlanPtr& child : node->children()) {
    ASSIGN_OR_RETURN(ResolvedPlan resolved, resolve(child));
    inputs.push_back(std::move(resolved.plan));
  }
  const char* name = intersect ? (all ? "INTERSECT ALL" : "INTERSECT") : (all ? "EXCEPT ALL" : "EXCEPT");
  RETURN_IF_ERROR(alignColumns(inputs, name, node->origin()));
  std::unordered_set<expr::ExprId> ids;
  for (const AttributePtr& column : inputs[0]->output()) ids.insert(column->id);
  const std::vector<AttributePtr> right = inputs[1]->output();
  if (std::any_of(right.begin(), right.end(), [&](const AttributePtr& each) { return ids.contains(each->id); })) inputs[1] = withNewIds(inputs[1]);
  RETURN_IF_ERROR(checkSetOperationTypes(inputs[0]->output(), node->origin()));
  return ResolvedPlan{node->withNewChildren(std::move(inputs)), {}, nullptr};
}

}  // namespace flint::analysis
