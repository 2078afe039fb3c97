#include <spark/connect/relations.pb.h>

#include <random>

#include "connect/relation_decoder/relations.h"
#include "session/dataframe_calls/dataframe_calls.h"

namespace flint::connect {
namespace {

using plan::makePlan;

Result<std::vector<ExprPtr>> sortOrders(PlanDecoder& decoder, const google::protobuf::RepeatedPtrField<spark::connect::Expression::SortOrder>& orders) {
  std::vector<ExprPtr> decoded;
  for (const auto& order : orders) {
    spark::connect::Expression wrapped;
    *wrapped.mutable_sort_order() = order;
    ASSIGN_OR_RETURN(ExprPtr one, decoder.expression(wrapped));
    decoded.push_back(std::move(one));
  }
  return decoded;
}

int64_t randomSeed() { return static_cast<int64_t>(std::random_device()()) << 31 ^ std::random_device()(); }

}  // namespace

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Project& message) {
  plan::Project node;
  if (message.has_input()) {
    ASSIGN_OR_RETURN(node.child, decoder.relation(message.input()));
  } else {
    node.child = makePlan(plan::OneRowRelation());
  }
  ASSIGN_OR_RETURN(node.projectList, decoder.expressions(message.expressions()));
  return makePlan(std::move(node));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Filter& message) {
  plan::Filter node;
  ASSIGN_OR_RETURN(node.child, decoder.relation(message.input()));
  ASSIGN_OR_RETURN(node.condition, decoder.expression(message.condition()));
  return makePlan(std::move(node));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Sort& message) {
  plan::Sort node;
  ASSIGN_OR_RETURN(node.child, decoder.relation(message.input()));
  ASSIGN_OR_RETURN(node.order, sortOrders(decoder, message.order()));
  node.global = message.is_global();
  return makePlan(std::move(node));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Deduplicate& message) {
  if (!message.has_input()) return Error(condition::kConnectInvalidPlanDeduplicateNeedsInput).as(ErrorFamily::kSqlConnect);
  if (message.all_columns_as_keys() && message.column_names_size() > 0) {
    return Error(condition::kConnectInvalidPlanDeduplicateAllColumnsAndSubset).as(ErrorFamily::kSqlConnect);
  }
  if (!message.all_columns_as_keys() && message.column_names().empty()) {
    return Error(condition::kConnectInvalidPlanDeduplicateRequiresColumnsOrAll).as(ErrorFamily::kSqlConnect);
  }
  ASSIGN_OR_RETURN(LogicalPlanPtr child, decoder.relation(message.input()));
  if (message.within_watermark()) return dataFrameCall(session::makeDropDuplicatesWithinWatermark(), std::move(child));
  std::vector<std::string> names(message.column_names().begin(), message.column_names().end());
  return dataFrameCall(session::makeDropDuplicates(std::move(names), decoder.context().caseSensitive()), std::move(child));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::WithWatermark& message) {
  ASSIGN_OR_RETURN(LogicalPlanPtr child, decoder.relation(message.input()));
  return dataFrameCall(session::makeWithWatermark(message.event_time(), message.delay_threshold(), decoder.context().caseSensitive()), std::move(child));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Sample& message) {
  plan::Sample node;
  ASSIGN_OR_RETURN(node.child, decoder.relation(message.input()));
  node.lowerBound = message.lower_bound();
  node.upperBound = message.upper_bound();
  node.withReplacement = message.with_replacement();
  const double fraction = node.upperBound - node.lowerBound;
  constexpr double kRounding = 1e-6;  // of bounds that were added up
  if (fraction < -kRounding || (!node.withReplacement && fraction > 1 + kRounding)) {
    return Error(condition::kConnectInvalidPlanAssertionFailure)
        .with("message", "a fraction of " + std::to_string(fraction) + " of the rows cannot be sampled")
        .as(ErrorFamily::kIllegalArgument);
  }
  node.seed = message.has_seed() ? message.seed() : randomSeed();
  if (message.deterministic_order()) node.child = dataFrameCall(session::makeSortWithinPartitionsByAll(), std::move(node.child));
  return makePlan(std::move(node));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::SubqueryAlias& message) {
  plan::SubqueryAlias node;
  ASSIGN_OR_RETURN(node.child, decoder.relation(message.input()));
  node.alias.assign(message.qualifier().begin(), message.qualifier().end());
  node.alias.push_back(message.alias());
  return makePlan(std::move(node));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Repartition& message) {
  if (message.num_partitions() <= 0) return invalidPlan("a positive number of partitions was expected");
  plan::Repartition node;
  ASSIGN_OR_RETURN(node.child, decoder.relation(message.input()));
  node.numPartitions = message.num_partitions();
  node.shuffle = message.shuffle();
  return makePlan(std::move(node));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::RepartitionByExpression& message) {
  plan::RepartitionByExpression node;
  ASSIGN_OR_RETURN(node.child, decoder.relation(message.input()));
  ASSIGN_OR_RETURN(node.partitionBy, decoder.expressions(message.partition_exprs()));
  node.numPartitions = message.num_partitions();
  node.direct = message.partition_exprs_size() == 1 && message.partition_exprs(0).has_direct_shuffle_partition_id();
  return makePlan(std::move(node));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Hint& message) {
  plan::UnresolvedHint node;
  ASSIGN_OR_RETURN(node.child, decoder.relation(message.input()));
  node.name = message.name();
  ASSIGN_OR_RETURN(node.parameters, decoder.expressions(message.parameters()));
  return makePlan(std::move(node));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::CollectMetrics& message) {
  plan::CollectMetrics node;
  ASSIGN_OR_RETURN(node.child, decoder.relation(message.input()));
  node.name = message.name();
  ASSIGN_OR_RETURN(node.metrics, decoder.expressions(message.metrics()));
  return makePlan(std::move(node));
}

}  // namespace flint::connect
