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

bool expressionUsesTime(const plan::ExprPtr& root) {
  return tree::anyNode(root, [](const plan::ExprPtr& node) {
    if (!node->resolved()) return false;
    if (const auto* scalar = node->as<plan::ScalarSubquery>()) return planUsesTime(scalar->plan);
    if (const auto* exists = node->as<plan::Exists>()) return planUsesTime(exists->plan);
    if (const auto* in = node->as<plan::InSubquery>()) return planUsesTime(in->plan);
    return usesTime(node->dataType());
  });
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
