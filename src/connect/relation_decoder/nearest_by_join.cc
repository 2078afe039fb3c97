// For each left row the right rows that a ranking puts first: a join of all with all, numbered by the rank within each left row.
#include <spark/connect/relations.pb.h>

#include "connect/relation_decoder/relations.h"
#include "session/dataframe_calls/dataframe_calls.h"

namespace flint::connect {
namespace {

using plan::makePlan;

// The names of columns that are not the user's.
constexpr const char* kRowId = "__nearest_row";
constexpr const char* kRank = "__nearest_rank";

LogicalPlanPtr withColumn(ExprPtr value, const char* name, LogicalPlanPtr child) {
  plan::Project node;
  node.projectList = {expr::makeExpr(expr::UnresolvedStar()), expr::alias(std::move(value), name)};
  node.child = std::move(child);
  return makePlan(std::move(node));
}

}  // namespace

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::NearestByJoin& message) {
  const bool bySimilarity = message.direction() == "similarity";
  if (!bySimilarity && message.direction() != "distance") return invalidPlan("nearestByJoin by similarity or by distance was expected, not by " + message.direction());
  if (message.num_results() <= 0) return invalidPlan("nearestByJoin gives one row at least");
  plan::Join join;
  if (message.join_type() == "left" || message.join_type() == "leftouter" || message.join_type() == "left_outer") {
    join.type = plan::JoinType::kLeftOuter;
  } else if (message.join_type() == "inner" || message.join_type().empty()) {
    join.type = plan::JoinType::kCross;
  } else {
    return invalidPlan("nearestByJoin cannot be of the type " + message.join_type());
  }
  ASSIGN_OR_RETURN(LogicalPlanPtr left, decoder.relation(message.left()));
  join.left = withColumn(expr::call("monotonically_increasing_id", {}), kRowId, std::move(left));
  ASSIGN_OR_RETURN(join.right, decoder.relation(message.right()));
  ASSIGN_OR_RETURN(ExprPtr ranking, decoder.expression(message.ranking_expression()));

  expr::SortOrder order;
  order.child = std::move(ranking);
  order.ascending = !bySimilarity;
  order.nullsFirst = false;
  expr::UnresolvedWindow rank;
  rank.function = expr::call("row_number", {});
  rank.spec.partitionBy = {columnNamed(kRowId)};
  rank.spec.orderBy = {expr::makeExpr(std::move(order))};
  plan::Filter kept;
  kept.condition = expr::comparison(expr::ComparisonOp::kLessOrEqual, columnNamed(kRank), expr::literalInt(message.num_results()));
  kept.child = withColumn(expr::makeExpr(std::move(rank)), kRank, makePlan(std::move(join)));
  return dataFrameCall(session::makeDrop({kRowId, kRank}, {}, true), makePlan(std::move(kept)));
}

}  // namespace flint::connect
