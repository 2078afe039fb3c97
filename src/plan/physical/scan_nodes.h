#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connector/table.h"
#include "plan/logical/leaf_relations.h"
#include "plan/physical/physical_plan.h"

/// Physical nodes that read: tables, local rows, cached rows. Names are Spark's.
namespace flint::plan {

struct RangeExec final : PhysicalNode<RangeExec, PhysicalKind::kRange> {
  int64_t start = 0;
  int64_t end = 0;
  int64_t step = 1;
  int32_t numPartitions = 1;
  AttributePtr id;
  static constexpr const char* kName = "Range";
  static constexpr auto fields() {
    return std::tuple(field("start", &RangeExec::start), field("end", &RangeExec::end), field("step", &RangeExec::step),
                      field("numPartitions", &RangeExec::numPartitions), field("id", &RangeExec::id));
  }
  std::vector<AttributePtr> output() const override { return {id}; }
  Partitioning outputPartitioning() const override;
  std::vector<ExprPtr> outputOrdering() const override;
};

struct LocalTableScanExec final : PhysicalNode<LocalTableScanExec, PhysicalKind::kLocalTableScan> {
  std::vector<AttributePtr> attributes;
  LocalRelation::Batches batches;  // encoded as Arrow-like buffers when it travels
  int32_t numPartitions = 1;
  static constexpr const char* kName = "LocalTableScan";
  static constexpr auto fields() {
    return std::tuple(field("output", &LocalTableScanExec::attributes), field("batches", &LocalTableScanExec::batches),
                      field("numPartitions", &LocalTableScanExec::numPartitions));
  }
  std::vector<AttributePtr> output() const override { return attributes; }
};

/// A filter that a join's build side gives to a scan of its probe side.
struct DynamicFilterTarget {
  int64_t filterId = 0;
  AttributePtr column;
  static constexpr auto fields() { return std::tuple(field("filterId", &DynamicFilterTarget::filterId), field("column", &DynamicFilterTarget::column)); }
};

struct FileSourceScanExec final : PhysicalNode<FileSourceScanExec, PhysicalKind::kFileSourceScan> {
  connector::TablePtr table;
  std::vector<AttributePtr> attributes;     // columns to read, found in the table by name
  std::vector<ExprPtr> filters;             // conjuncts for the scan; those it enforces have no FilterExec above
  std::vector<DynamicFilterTarget> dynamicFilters;
  std::optional<int64_t> limit;
  std::string tableName;
  static constexpr const char* kName = "Scan";
  static constexpr auto fields() {
    return std::tuple(field("table", &FileSourceScanExec::table), field("output", &FileSourceScanExec::attributes),
                      field("filters", &FileSourceScanExec::filters), field("dynamicFilters", &FileSourceScanExec::dynamicFilters),
                      field("limit", &FileSourceScanExec::limit), field("tableName", &FileSourceScanExec::tableName));
  }
  std::vector<AttributePtr> output() const override { return attributes; }
};

struct InMemoryTableScanExec final : PhysicalNode<InMemoryTableScanExec, PhysicalKind::kInMemoryTableScan> {
  std::vector<AttributePtr> attributes;
  std::vector<ExprPtr> filters;
  uint64_t key = 0;
  std::shared_ptr<const void> data;  // session::CachedData; found again by `key` where the plan was decoded
  static constexpr const char* kName = "InMemoryTableScan";
  static constexpr auto fields() {
    return std::tuple(field("output", &InMemoryTableScanExec::attributes), field("filters", &InMemoryTableScanExec::filters), field("key", &InMemoryTableScanExec::key));
  }
  std::vector<AttributePtr> output() const override { return attributes; }
};

}  // namespace flint::plan
