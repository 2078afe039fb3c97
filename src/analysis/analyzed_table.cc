#include "analysis/analyzed_table.h"

#include "expr/expression_evaluator.h"
#include "expr/nodes.h"

namespace flint::analysis {
namespace {

/// A table beside which the catalog knows its columns' values.
///
/// Threads: immutable.
class AnalyzedTable final : public connector::Table {
 public:
  AnalyzedTable(connector::TablePtr table, connector::TableStatistics known) : table_(std::move(table)), known_(std::move(known)) {}

  std::string name() const override { return table_->name(); }
  const StructFields& schema() const override { return table_->schema(); }
  StructFields metadataColumns() const override { return table_->metadataColumns(); }
  std::vector<int32_t> partitionColumns() const override { return table_->partitionColumns(); }
  Result<connector::TableStatistics> statistics() const override {
    ASSIGN_OR_RETURN(connector::TableStatistics out, table_->statistics());
    if (!out.rowCount.has_value()) out.rowCount = known_.rowCount;
    if (!out.sizeInBytes.has_value()) out.sizeInBytes = known_.sizeInBytes;
    out.columns.resize(schema().size());
    for (size_t i = 0; i < out.columns.size() && i < known_.columns.size(); ++i) {
      connector::ColumnStatistics& column = out.columns[i];
      const connector::ColumnStatistics& known = known_.columns[i];
      if (known.distinctCount.has_value()) column.distinctCount = known.distinctCount;
      if (!column.nullCount.has_value()) column.nullCount = known.nullCount;
      if (!column.min.has_value()) column.min = known.min;
      if (!column.max.has_value()) column.max = known.max;
      if (!column.averageLength.has_value()) column.averageLength = known.averageLength;
    }
    return out;
  }
  Result<connector::ScanPtr> scan(const connector::ScanRequest& request, const connector::SplitOptions& splits) const override { return table_->scan(request, splits); }
  std::string format() const override { return table_->format(); }
  std::vector<std::string> inputFiles() const override { return table_->inputFiles(); }
  void encode(ByteWriter& out) const override { table_->encode(out); }
  std::string identity() const override { return table_->identity(); }
  const connector::TablePtr& plain() const { return table_; }

 private:
  const connector::TablePtr table_;
  const connector::TableStatistics known_;
};

// A value that the catalog keeps as text.
std::optional<Value> valueOf(const std::optional<std::string>& text, const DataType& type, const expr::EvaluationOptions& options) {
  if (!text.has_value()) return std::nullopt;
  expr::Cast cast;
  cast.child = expr::literalString(*text);
  cast.target = type;
  cast.mode = expr::CastMode::kTry;
  const auto value = expr::evaluateFoldable(expr::makeExpr(std::move(cast)), options);
  if (!value.isOk() || value.value().isNull()) return std::nullopt;
  return value.value();
}

std::optional<int64_t> known(int64_t number) { return number < 0 ? std::nullopt : std::optional(number); }

}  // namespace

connector::TablePtr withCatalogStatistics(const connector::TablePtr& opened, const catalog::CatalogTable& entry, const expr::EvaluationOptions& options) {
  if (entry.columnStatistics.empty()) return opened;
  connector::TableStatistics statistics;
  statistics.rowCount = known(entry.statisticsRows);
  statistics.sizeInBytes = known(entry.statisticsBytes);
  for (const StructField& field : opened->schema()) {
    connector::ColumnStatistics column;
    if (const auto found = entry.columnStatistics.find(field.name); found != entry.columnStatistics.end()) {
      column.distinctCount = known(found->second.distinctCount);
      column.nullCount = known(found->second.nullCount);
      column.min = valueOf(found->second.min, field.type, options);
      column.max = valueOf(found->second.max, field.type, options);
      if (found->second.averageLength >= 0) column.averageLength = static_cast<double>(found->second.averageLength);
    }
    statistics.columns.push_back(std::move(column));
  }
  return std::make_shared<AnalyzedTable>(opened, std::move(statistics));
}

const connector::TablePtr& withoutCatalogStatistics(const connector::TablePtr& table) {
  const auto* analyzed = dynamic_cast<const AnalyzedTable*>(table.get());
  return analyzed == nullptr ? table : analyzed->plain();
}

}  // namespace flint::analysis
