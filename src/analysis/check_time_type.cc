#include "analysis/check_time_type.h"

#include "base/condition.h"
#include "plan/logical/subquery_expressions.h"
#include "tree/transform.h"

namespace flint::analysis {
namespace {

bool usesTime(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kTime: return true;
    case TypeKind::kArray: return usesTime(type.elementType());
    case TypeKind::kMap: return usesTime(type.keyType()) || usesTime(type.valueType());
    case TypeKind::kStruct:
      for (const StructField& field : type.fields()) {
        if (usesTime(field.type)) return true;
      }
      return false;
    default: return false;
  }
}

bool planUsesTime(const plan::LogicalPlanPtr& plan);

bool expressionUsesTime(const plan::ExprPtr& node) {
  if (node->resolved()) {
    // A literal that becomes another type at once is none of what is switched off.
    const auto* cast = node->as<expr::Cast>();
    if (cast != nullptr && cast->child->as<expr::Literal>() != nullptr && !usesTime(cast->target)) return false;
    if (const auto* scalar = node->as<plan::ScalarSubquery>(); scalar != nullptr && planUsesTime(scalar->plan)) return true;
    if (const auto* exists = node->as<plan::Exists>(); exists != nullptr && planUsesTime(exists->plan)) return true;
    if (const auto* in = node->as<plan::InSubquery>(); in != nullptr && planUsesTime(in->plan)) return true;
    if (usesTime(node->dataType())) return true;
  }
  for (const plan::ExprPtr& child : node->children()) {
    if (child != nullptr && expressionUsesTime(child)) return true;
  }
  return false;
}

bool planUsesTime(const plan::LogicalPlanPtr& plan) {
  for (const plan::ExprPtr& each : plan->expressions()) {
    if (each != nullptr && expressionUsesTime(each)) return true;
  }
  for (const plan::LogicalPlanPtr& child : plan->children()) {
    if (planUsesTime(child)) return true;
  }
  return false;
}

}  // namespace

Status requireNoTimeType(const plan::LogicalPlanPtr& plan) {
  if (!planUsesTime(plan)) return Status::ok();
  return Error(condition::kUnsupportedTimeType).as(ErrorFamily::kAnalysis);
}

}  // namespace flint::analysis
