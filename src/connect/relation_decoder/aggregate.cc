#include <spark/connect/relations.pb.h>

#include "connect/decoder/literal_decoder.h"
#include "connect/relation_decoder/relations.h"

namespace flint::connect {
namespace {

using plan::makePlan;
using Message = spark::connect::Aggregate;

Result<LogicalPlanPtr> decodePivot(PlanDecoder& decoder, const Message& message, std::vector<ExprPtr> grouping, std::vector<ExprPtr> aggregates,
                                   LogicalPlanPtr child) {
  if (!message.has_pivot()) return Error(condition::kConnectInvalidPlanAggregateWithPivotRequiresPivot).as(ErrorFamily::kSqlConnect);
  plan::Pivot node;
  node.groupBy = std::move(grouping);
  node.hasGroupBy = true;
  ASSIGN_OR_RETURN(node.pivotColumn, decoder.expression(message.pivot().col()));
  node.aggregates = std::move(aggregates);
  if (message.pivot().values().empty()) {
    const auto collect = [&](const LogicalPlanPtr& plan, StructFields& schema) { return decoder.context().collect(plan, schema); };
    ASSIGN_OR_RETURN(node.pivotValues, session::pivotValues(child, node.pivotColumn, collect, decoder.context().integerSetting("spark.sql.pivotMaxValues", 10'000)));
  }
  for (const auto& value : message.pivot().values()) {
    ASSIGN_OR_RETURN(ExprPtr literal, decodeLiteralExpression(value));
    node.pivotValues.push_back(std::move(literal));
  }
  node.child = std::move(child);
  return makePlan(std::move(node));
}

}  // namespace

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const Message& message) {
  if (!message.has_input()) return Error(condition::kConnectInvalidPlanAggregateNeedsPlanInput).as(ErrorFamily::kSqlConnect);
  ASSIGN_OR_RETURN(LogicalPlanPtr child, decoder.relation(message.input()));
  ASSIGN_OR_RETURN(std::vector<ExprPtr> grouping, decoder.expressions(message.grouping_expressions()));
  ASSIGN_OR_RETURN(std::vector<ExprPtr> aggregates, decoder.expressions(message.aggregate_expressions()));
  if (message.group_type() == Message::GROUP_TYPE_PIVOT) {
    return decodePivot(decoder, message, std::move(grouping), std::move(aggregates), std::move(child));
  }

  plan::Aggregate node;
  node.child = std::move(child);
  node.aggregates = grouping;
  node.aggregates.insert(node.aggregates.end(), aggregates.begin(), aggregates.end());
  for (ExprPtr& key : grouping) key = expr::withoutAlias(key);
  if (message.group_type() == Message::GROUP_TYPE_GROUPBY) {
    node.grouping = std::move(grouping);
    return makePlan(std::move(node));
  }
  expr::GroupingAnalytics analytics;
  switch (message.group_type()) {
    case Message::GROUP_TYPE_ROLLUP:
    case Message::GROUP_TYPE_CUBE:
      analytics.form = message.group_type() == Message::GROUP_TYPE_CUBE ? expr::GroupingAnalytics::Form::kCube : expr::GroupingAnalytics::Form::kRollup;
      for (const ExprPtr& key : grouping) analytics.sets.push_back({key});
      break;
    case Message::GROUP_TYPE_GROUPING_SETS:
      for (const auto& set : message.grouping_sets()) {
        ASSIGN_OR_RETURN(std::vector<ExprPtr> keys, decoder.expressions(set.grouping_set()));
        analytics.sets.push_back(std::move(keys));
      }
      break;
    default: return invalidPlan("no aggregation has the type " + std::to_string(message.group_type()));
  }
  node.grouping = {expr::makeExpr(std::move(analytics))};
  return makePlan(std::move(node));
}

}  // namespace flint::connect
