#include <spark/connect/relations.pb.h>

#include "connect/relation_decoder/relations.h"
#include "session/dataframe_calls/dataframe_calls.h"

namespace flint::connect {
namespace {

using plan::makePlan;

Result<plan::JoinType> joinType(spark::connect::Join::JoinType type) {
  using Message = spark::connect::Join;
  switch (type) {
    case Message::JOIN_TYPE_INNER: return plan::JoinType::kInner;
    case Message::JOIN_TYPE_FULL_OUTER: return plan::JoinType::kFullOuter;
    case Message::JOIN_TYPE_LEFT_OUTER: return plan::JoinType::kLeftOuter;
    case Message::JOIN_TYPE_RIGHT_OUTER: return plan::JoinType::kRightOuter;
    case Message::JOIN_TYPE_LEFT_ANTI: return plan::JoinType::kLeftAnti;
    case Message::JOIN_TYPE_LEFT_SEMI: return plan::JoinType::kLeftSemi;
    case Message::JOIN_TYPE_CROSS: return plan::JoinType::kCross;
    default: return invalidPlan("no join has the type " + std::to_string(type));
  }
}

constexpr const char* kLeftRow = "row of the left";
constexpr const char* kRightRow = "row of the right";

// joinWith: the rows of both sides, each in a column.
LogicalPlanPtr pairsOf(LogicalPlanPtr joined) {
  plan::Project node;
  node.projectList = {expr::alias(expr::column({kLeftRow}), "_1"), expr::alias(expr::column({kRightRow}), "_2")};
  node.child = std::move(joined);
  return makePlan(std::move(node));
}

}  // namespace

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Join& message) {
  if (message.using_columns_size() > 0 && message.has_join_condition()) {
    return Error(condition::kConnectInvalidPlanUsingColumnsOrJoinConditionSetInJoin).as(ErrorFamily::kSqlConnect);
  }
  ASSIGN_OR_RETURN(const plan::JoinType type, joinType(message.join_type()));
  ASSIGN_OR_RETURN(LogicalPlanPtr left, decoder.relation(message.left()));
  ASSIGN_OR_RETURN(LogicalPlanPtr right, decoder.relation(message.right()));
  const bool isTyped = message.has_join_data_type();
  if (isTyped) {
    if (type == plan::JoinType::kLeftSemi || type == plan::JoinType::kLeftAnti) {
      return Error(condition::kInvalidJoinTypeForJoinwith).with("joinType", plan::joinTypeName(type)).as(ErrorFamily::kAnalysis);
    }
    left = dataFrameCall(session::makeWithRow(kLeftRow, message.join_data_type().is_left_struct()), std::move(left));
    right = dataFrameCall(session::makeWithRow(kRightRow, message.join_data_type().is_right_struct()), std::move(right));
  }
  if (message.using_columns_size() > 0) {
    plan::UnresolvedUsingJoin node;
    node.left = std::move(left);
    node.right = std::move(right);
    node.type = type;
    node.columns.assign(message.using_columns().begin(), message.using_columns().end());
    return makePlan(std::move(node));
  }
  plan::Join node;
  node.left = std::move(left);
  node.right = std::move(right);
  node.type = type;
  if (message.has_join_condition()) {
    ASSIGN_OR_RETURN(node.condition, decoder.expression(message.join_condition()));
  }
  return isTyped ? pairsOf(makePlan(std::move(node))) : makePlan(std::move(node));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::LateralJoin& message) {
  plan::LateralJoin node;
  ASSIGN_OR_RETURN(node.type, joinType(message.join_type()));
  if (node.type != plan::JoinType::kInner && node.type != plan::JoinType::kLeftOuter && node.type != plan::JoinType::kCross) {
    return Error(condition::kInvalidLateralJoinType).with("joinType", plan::joinTypeName(node.type)).as(ErrorFamily::kAnalysis);
  }
  ASSIGN_OR_RETURN(node.left, decoder.relation(message.left()));
  ASSIGN_OR_RETURN(node.right, decoder.relation(message.right()));
  if (message.has_join_condition()) {
    ASSIGN_OR_RETURN(node.condition, decoder.expression(message.join_condition()));
  }
  return makePlan(std::move(node));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::SetOperation& message) {
  using Message = spark::connect::SetOperation;
  if (!message.has_left_input() || !message.has_right_input()) {
    return Error(condition::kConnectInvalidPlanSetOperationMustHaveTwoInputs).as(ErrorFamily::kSqlConnect);
  }
  ASSIGN_OR_RETURN(LogicalPlanPtr left, decoder.relation(message.left_input()));
  ASSIGN_OR_RETURN(LogicalPlanPtr right, decoder.relation(message.right_input()));
  const bool isAll = message.is_all();
  switch (message.set_op_type()) {
    case Message::SET_OP_TYPE_UNION: {
      LogicalPlanPtr united;
      if (message.by_name()) {
        plan::UnresolvedByName node;
        node.left = std::move(left);
        node.right = std::move(right);
        node.allowMissingColumns = message.allow_missing_columns();
        united = makePlan(std::move(node));
      } else {
        if (message.allow_missing_columns()) {
          return Error(condition::kConnectInvalidPlanUnionByNameAllowMissingColRequiresByName).as(ErrorFamily::kSqlConnect);
        }
        plan::Union node;
        node.inputs = {std::move(left), std::move(right)};
        united = makePlan(std::move(node));
      }
      if (isAll) return united;
      plan::Distinct distinct;
      distinct.child = std::move(united);
      return makePlan(std::move(distinct));
    }
    case Message::SET_OP_TYPE_INTERSECT: {
      if (message.by_name()) return Error(condition::kConnectInvalidPlanIntersectDoesNotSupportUnionByName).as(ErrorFamily::kSqlConnect);
      plan::Intersect node;
      node.left = std::move(left);
      node.right = std::move(right);
      node.isAll = isAll;
      return makePlan(std::move(node));
    }
    case Message::SET_OP_TYPE_EXCEPT: {
      if (message.by_name()) return Error(condition::kConnectInvalidPlanExceptDoesNotSupportUnionByName).as(ErrorFamily::kSqlConnect);
      plan::Except node;
      node.left = std::move(left);
      node.right = std::move(right);
      node.isAll = isAll;
      return makePlan(std::move(node));
    }
    default: return invalidPlan("no set operation has the type " + std::to_string(message.set_op_type()));
  }
}

}  // namespace flint::connect
