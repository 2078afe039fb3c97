#pragma once

#include "connect/decoder/plan_decoder.h"
#include "session/dataframe_calls/dataframe_plans.h"

namespace spark::connect {
class Aggregate;
class AsOfJoin;
class WithWatermark;
class ChunkedCachedLocalRelation;
class CachedLocalRelation;
class CoGroupMap;
class CommonInlineUserDefinedTableFunction;
class CollectMetrics;
class Deduplicate;
class Drop;
class Filter;
class GroupMap;
class Hint;
class Join;
class LateralJoin;
class LocalRelation;
class MapPartitions;
class NADrop;
class NAFill;
class NAReplace;
class NearestByJoin;
class Parse;
class Project;
class Range;
class Read;
class Repartition;
class RepartitionByExpression;
class SQL;
class Sample;
class SetOperation;
class Sort;
class StatApproxQuantile;
class StatCorr;
class StatCov;
class StatCrosstab;
class StatDescribe;
class StatFreqItems;
class StatSampleBy;
class StatSummary;
class SubqueryAlias;
class ToSchema;
class Transpose;
class Unpivot;
class UnresolvedTableValuedFunction;
class WithColumns;
class WithColumnsRenamed;
class WithRelations;
}  // namespace spark::connect

/// One function a relation message; each is in the file of its family.
namespace flint::connect {

// source_relations.cc
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Read& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Range& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::SQL& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::WithRelations& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::UnresolvedTableValuedFunction& message);

// local_relation.cc
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::LocalRelation& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::CachedLocalRelation& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::ChunkedCachedLocalRelation& message);

// row_relations.cc
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Project& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Filter& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Sort& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Deduplicate& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Sample& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::SubqueryAlias& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Repartition& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::RepartitionByExpression& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Hint& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::CollectMetrics& message);

// joined_relations.cc
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Join& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::LateralJoin& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::SetOperation& message);

// aggregate.cc
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Aggregate& message);

// column_relations.cc
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Drop& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::WithColumns& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::WithColumnsRenamed& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::ToSchema& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Unpivot& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::NAFill& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::NADrop& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::NAReplace& message);

// statistics_relations.cc
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::StatSummary& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::StatDescribe& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::StatCrosstab& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::StatCov& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::StatCorr& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::StatApproxQuantile& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::StatSampleBy& message);

// data_dependent_relations.cc
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Transpose& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::StatFreqItems& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::AsOfJoin& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::WithWatermark& message);

// nearest_by_join.cc
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::NearestByJoin& message);

// parsed_texts.cc
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Parse& message);

using session::dataFrameCall;
using session::localRelation;
/// One row with one column of text.
LogicalPlanPtr oneText(const std::string& column, const std::string& text);
LogicalPlanPtr projected(std::vector<ExprPtr> columns, LogicalPlanPtr child);
ExprPtr castTo(ExprPtr value, const DataType& type);
/// Every column of the input.
ExprPtr star();

// python_relations.cc
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::MapPartitions& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::GroupMap& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::CommonInlineUserDefinedTableFunction& message);
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::CoGroupMap& message);

}  // namespace flint::connect
