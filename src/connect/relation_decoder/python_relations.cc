// Relations whose rows Python functions make.
#include <spark/connect/relations.pb.h>

#include "connect/decoder/python_udf_decoder.h"
#include "connect/relation_decoder/relations.h"
#include "plan/logical/python_plans.h"
#include "plan/logical/unresolved_plans.h"

namespace flint::connect {
namespace {

// The function of a relation, which must give rows: its arguments are the relation's columns.
Result<ExprPtr> rowsFunction(PlanDecoder& decoder, const spark::connect::CommonInlineUserDefinedFunction& message) {
  ASSIGN_OR_RETURN(const ExprPtr function, decodePythonUdf(decoder, message));
  expr::PythonUdf udf(*function->as<expr::PythonUdf>());
  if (!udf.type.is(TypeKind::kStruct)) return invalidPlan("a Python function of rows that gives no struct");
  udf.arguments.clear();
  return ExprPtr(expr::makeExpr(std::move(udf)));
}

}  // namespace

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::MapPartitions& message) {
  plan::PythonMap node;
  ASSIGN_OR_RETURN(ExprPtr function, rowsFunction(decoder, message.func()));
  node.functions.push_back(std::move(function));
  node.isBarrier = message.is_barrier();
  ASSIGN_OR_RETURN(node.child, decoder.relation(message.input()));
  return plan::makePlan(std::move(node));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::CommonInlineUserDefinedTableFunction& message) {
  plan::UnresolvedTableValuedFunction node;
  node.nameParts = {message.function_name()};
  ASSIGN_OR_RETURN(ExprPtr function, decodePythonTableFunction(decoder, message));
  node.arguments.push_back(std::move(function));
  return plan::makePlan(std::move(node));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::GroupMap& message) {
  if (message.has_transform_with_state_info() || message.is_map_groups_with_state() || message.has_initial_input()) {
    return unsupportedFeature("groups with state");
  }
  plan::PythonGroupMap node;
  ASSIGN_OR_RETURN(ExprPtr function, rowsFunction(decoder, message.func()));
  node.functions.push_back(std::move(function));
  ASSIGN_OR_RETURN(node.grouping, decoder.expressions(message.grouping_expressions()));
  ASSIGN_OR_RETURN(node.child, decoder.relation(message.input()));
  return plan::makePlan(std::move(node));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::CoGroupMap& message) {
  plan::PythonCoGroupMap node;
  ASSIGN_OR_RETURN(ExprPtr function, rowsFunction(decoder, message.func()));
  node.functions.push_back(std::move(function));
  ASSIGN_OR_RETURN(node.leftGrouping, decoder.expressions(message.input_grouping_expressions()));
  ASSIGN_OR_RETURN(node.rightGrouping, decoder.expressions(message.other_grouping_expressions()));
  ASSIGN_OR_RETURN(node.left, decoder.relation(message.input()));
  ASSIGN_OR_RETURN(node.right, decoder.relation(message.other()));
  return plan::makePlan(std::move(node));
}

}  // namespace flint::connect
