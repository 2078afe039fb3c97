#include "connect/decoder/plan_decoder.h"

#include <spark/connect/relations.pb.h>

#include "connect/relation_decoder/relations.h"

namespace flint::connect {
namespace {

using Message = spark::connect::Relation;
using plan::makePlan;

// A node with a count of rows over the decoded input.
template <class Node>
Result<LogicalPlanPtr> counted(PlanDecoder& decoder, const Message& input, int32_t count) {
  Node node;
  ASSIGN_OR_RETURN(node.child, decoder.relation(input));
  node.count = expr::literalInt(count);
  return makePlan(std::move(node));
}

Result<LogicalPlanPtr> withNames(PlanDecoder& decoder, const spark::connect::ToDF& message) {
  plan::UnresolvedColumnAliases node;
  ASSIGN_OR_RETURN(node.child, decoder.relation(message.input()));
  node.names.assign(message.column_names().begin(), message.column_names().end());
  return makePlan(std::move(node));
}

const std::string& nameOf(const Message& message) {
  return Message::descriptor()->FindFieldByNumber(message.rel_type_case())->name();
}

}  // namespace

Result<LogicalPlanPtr> PlanDecoder::relation(const Message& message) {
  if (++depth_ > kMaxDepth) return Error(condition::kFailedToParseTooComplex).as(ErrorFamily::kParse);
  ASSIGN_OR_RETURN(LogicalPlanPtr decoded, relationBody(message));
  --depth_;
  if (!message.has_common() || !message.common().has_plan_id()) return decoded;
  std::vector<int64_t> planIds = decoded->planIds();
  planIds.push_back(message.common().plan_id());
  return decoded->withPlanIds(std::move(planIds));
}

Result<LogicalPlanPtr> PlanDecoder::relationBody(const Message& message) {
  switch (message.rel_type_case()) {
    case Message::kRead: return decodeRelation(*this, message.read());
    case Message::kProject: return decodeRelation(*this, message.project());
    case Message::kFilter: return decodeRelation(*this, message.filter());
    case Message::kJoin: return decodeRelation(*this, message.join());
    case Message::kSetOp: return decodeRelation(*this, message.set_op());
    case Message::kSort: return decodeRelation(*this, message.sort());
    case Message::kLimit: return counted<plan::Limit>(*this, message.limit().input(), message.limit().limit());
    case Message::kOffset: return counted<plan::Offset>(*this, message.offset().input(), message.offset().offset());
    case Message::kTail: return counted<plan::Tail>(*this, message.tail().input(), message.tail().limit());
    case Message::kAggregate: return decodeRelation(*this, message.aggregate());
    case Message::kSql: return decodeRelation(*this, message.sql());
    case Message::kLocalRelation: return decodeRelation(*this, message.local_relation());
    case Message::kCachedLocalRelation: return decodeRelation(*this, message.cached_local_relation());
    case Message::kChunkedCachedLocalRelation: return decodeRelation(*this, message.chunked_cached_local_relation());
    case Message::kCachedRemoteRelation: return context_.cachedRelation(message.cached_remote_relation().relation_id());
    case Message::kSample: return decodeRelation(*this, message.sample());
    case Message::kDeduplicate: return decodeRelation(*this, message.deduplicate());
    case Message::kRange: return decodeRelation(*this, message.range());
    case Message::kSubqueryAlias: return decodeRelation(*this, message.subquery_alias());
    case Message::kRepartition: return decodeRelation(*this, message.repartition());
    case Message::kRepartitionByExpression: return decodeRelation(*this, message.repartition_by_expression());
    case Message::kToDf: return withNames(*this, message.to_df());
    case Message::kWithColumnsRenamed: return decodeRelation(*this, message.with_columns_renamed());
    case Message::kWithColumns: return decodeRelation(*this, message.with_columns());
    case Message::kDrop: return decodeRelation(*this, message.drop());
    case Message::kHint: return decodeRelation(*this, message.hint());
    case Message::kUnpivot: return decodeRelation(*this, message.unpivot());
    case Message::kToSchema: return decodeRelation(*this, message.to_schema());
    case Message::kCollectMetrics: return decodeRelation(*this, message.collect_metrics());
    case Message::kParse: return decodeRelation(*this, message.parse());
    case Message::kNearestByJoin: return decodeRelation(*this, message.nearest_by_join());
    case Message::kWithWatermark: return decodeRelation(*this, message.with_watermark());
    case Message::kAsOfJoin: return decodeRelation(*this, message.as_of_join());
    case Message::kTranspose: return decodeRelation(*this, message.transpose());
    case Message::kFreqItems: return decodeRelation(*this, message.freq_items());
    case Message::kWithRelations: return decodeRelation(*this, message.with_relations());
    case Message::kUnresolvedTableValuedFunction: return decodeRelation(*this, message.unresolved_table_valued_function());
    case Message::kLateralJoin: return decodeRelation(*this, message.lateral_join());
    case Message::kMapPartitions: return decodeRelation(*this, message.map_partitions());
    case Message::kCommonInlineUserDefinedTableFunction: return decodeRelation(*this, message.common_inline_user_defined_table_function());
    case Message::kGroupMap: return decodeRelation(*this, message.group_map());
    case Message::kCoGroupMap: return decodeRelation(*this, message.co_group_map());
    case Message::kFillNa: return decodeRelation(*this, message.fill_na());
    case Message::kDropNa: return decodeRelation(*this, message.drop_na());
    case Message::kReplace: return decodeRelation(*this, message.replace());
    case Message::kSummary: return decodeRelation(*this, message.summary());
    case Message::kDescribe: return decodeRelation(*this, message.describe());
    case Message::kCrosstab: return decodeRelation(*this, message.crosstab());
    case Message::kCov: return decodeRelation(*this, message.cov());
    case Message::kCorr: return decodeRelation(*this, message.corr());
    case Message::kApproxQuantile: return decodeRelation(*this, message.approx_quantile());
    case Message::kSampleBy: return decodeRelation(*this, message.sample_by());
    case Message::kCatalog: return context_.catalogCall(message.catalog());
    case Message::kShowString: {
      const auto& show = message.show_string();
      ASSIGN_OR_RETURN(const LogicalPlanPtr input, relation(show.input()));
      ASSIGN_OR_RETURN(const std::string text, context_.showString(input, show.num_rows(), show.truncate(), show.vertical()));
      return oneText("show_string", text);
    }
    case Message::kHtmlString: {
      ASSIGN_OR_RETURN(const LogicalPlanPtr input, relation(message.html_string().input()));
      ASSIGN_OR_RETURN(const std::string text, context_.htmlString(input, message.html_string().num_rows(), message.html_string().truncate()));
      return oneText("html_string", text);
    }
    case Message::kExtension:
      return Error(condition::kConnectInvalidPlanNoHandlerForExtension)
          .with("extensionTypeUrl", message.extension().type_url())
          .as(ErrorFamily::kSqlConnect);
    case Message::kUnknown:
    case Message::REL_TYPE_NOT_SET: break;
    case Message::kApplyInPandasWithState:
    case Message::kCommonInlineUserDefinedDataSource:
    case Message::kRelationChanges:
    case Message::kMlRelation: return unsupportedFeature("the relation " + nameOf(message));
  }
  return Error(condition::kConnectInvalidPlanInvalidOneOfFieldNotSet)
      .with("fullName", "spark.connect.Relation")
      .with("name", "rel_type")
      .as(ErrorFamily::kSqlConnect);
}

}  // namespace flint::connect
