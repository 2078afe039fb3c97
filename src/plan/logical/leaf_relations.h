#pragma once

#include <memory>
#include <string>
#include <vector>

#include "columnar/columnar_batch.h"
#include "connector/table.h"
#include "plan/logical/logical_plan.h"

/// Relational nodes without children.
namespace flint::plan {

/// One row without columns.
struct OneRowRelation final : LogicalNode<OneRowRelation, LogicalKind::kOneRowRelation> {
  static constexpr const char* kName = "OneRowRelation";
  static constexpr auto fields() { return std::tuple(); }
  std::vector<AttributePtr> output() const override { return {}; }
};

/// Rows held by the plan itself: VALUES, createDataFrame, results of commands.
struct LocalRelation final : LogicalNode<LocalRelation, LogicalKind::kLocalRelation> {
  using Batches = std::shared_ptr<const std::vector<columnar::ColumnarBatch>>;
  std::vector<AttributePtr> attributes;
  Batches batches;  // shared, not copied; identity decides equality
  static constexpr const char* kName = "LocalRelation";
  static constexpr auto fields() { return std::tuple(field("output", &LocalRelation::attributes)); }
  std::vector<AttributePtr> output() const override { return attributes; }
};

/// start, start+step, ... below end, in `numPartitions` partitions (0: the default parallelism).
struct Range final : LogicalNode<Range, LogicalKind::kRange> {
  int64_t start = 0;
  int64_t end = 0;
  int64_t step = 1;
  int32_t numPartitions = 0;
  AttributePtr id;
  static constexpr const char* kName = "Range";
  static constexpr auto fields() {
    return std::tuple(field("start", &Range::start), field("end", &Range::end), field("step", &Range::step),
                      field("numPartitions", &Range::numPartitions), field("id", &Range::id));
  }
  std::vector<AttributePtr> output() const override { return {id}; }
};

/// A table of a data source (Spark's LogicalRelation).
struct Relation final : LogicalNode<Relation, LogicalKind::kRelation> {
  connector::TablePtr table;
  std::vector<AttributePtr> attributes;  // the table's columns, all or those still needed, by name
  std::vector<AttributePtr> metadataAttributes;  // hidden: _metadata
  std::string name;                              // catalog name; empty for a path
  std::vector<ExprPtr> pushedFilters;            // conjuncts the scan may use to skip rows; the Filter above stays unless the source promises
  static constexpr const char* kName = "Relation";
  static constexpr auto fields() {
    return std::tuple(field("output", &Relation::attributes), field("metadataOutput", &Relation::metadataAttributes), field("name", &Relation::name),
                      field("pushedFilters", &Relation::pushedFilters));
  }
  std::vector<AttributePtr> output() const override { return attributes; }
};
/// A use of a CTE; `attributes` are new ids in the order of the definition's output.
struct CteRelationRef final : LogicalNode<CteRelationRef, LogicalKind::kCteRelationRef> {
  int64_t cteId = 0;
  std::vector<AttributePtr> attributes;
  bool recursive = false;
  static constexpr const char* kName = "CTERelationRef";
  static constexpr auto fields() {
    return std::tuple(field("cteId", &CteRelationRef::cteId), field("output", &CteRelationRef::attributes), field("recursive", &CteRelationRef::recursive));
  }
  std::vector<AttributePtr> output() const override { return attributes; }
};

/// Rows kept by `cache()`; `key` names the session's cached data.
struct InMemoryRelation final : LogicalNode<InMemoryRelation, LogicalKind::kInMemoryRelation> {
  uint64_t key = 0;
  std::vector<AttributePtr> attributes;
  std::shared_ptr<const void> data;  // session::CachedData
  static constexpr const char* kName = "InMemoryRelation";
  static constexpr auto fields() { return std::tuple(field("key", &InMemoryRelation::key), field("output", &InMemoryRelation::attributes)); }
  std::vector<AttributePtr> output() const override { return attributes; }
};

}  // namespace flint::plan
