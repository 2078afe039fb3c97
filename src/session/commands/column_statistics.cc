#include "session/commands/column_statistics.h"

#include <algorithm>

#include "base/condition.h"
#include "session/query_execution.h"

namespace flint::session {
namespace {

// Bytes that values of the type take in Spark; 0 where they differ.
int64_t fixedSize(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kBoolean:
    case TypeKind::kByte: return 1;
    case TypeKind::kShort: return 2;
    case TypeKind::kInteger:
    case TypeKind::kFloat:
    case TypeKind::kDate: return 4;
    case TypeKind::kLong:
    case TypeKind::kDouble:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: return 8;
    case TypeKind::kDecimal: return type.precision() <= 18 ? 8 : 16;
    default: return 0;
  }
}

}  // namespace

Status analyzeColumns(const SparkSessionPtr& session, catalog::CatalogTable& table, const std::vector<std::string>& columns, bool all) {
  std::vector<StructField> chosen;
  if (all) chosen.assign(table.schema.begin(), table.schema.end());
  for (const std::string& column : columns) {
    const auto found = std::find_if(table.schema.begin(), table.schema.end(), [&](const StructField& field) { return session->catalog().folded(field.name) == session->catalog().folded(column); });
    if (found == table.schema.end()) {
      return Error(condition::kColumnNotFound).with("colName", quoteIdentifier(column)).with("caseSensitiveConfig", "\"spark.sql.caseSensitive\"").as(ErrorFamily::kAnalysis);
    }
    chosen.push_back(*found);
  }
  // One row: the count, then for each column its distinct values, least, greatest, nulls, mean and greatest length.
  std::string sql = "SELECT count(*)";
  for (const StructField& field : chosen) {
    const bool text = field.type.isStringLike() || field.type.is(TypeKind::kBinary);
    const int64_t size = fixedSize(field.type);
    if (!text && size == 0) {
      return Error(condition::kUnsupportedFeatureAnalyzeUnsupportedColumnType)
          .with("columnName", quoteIdentifier(field.name))
          .with("tableName", catalog::quoted({table.catalog, table.database, table.name}))
          .with("columnType", "\"" + field.type.sql() + "\"")
          .as(ErrorFamily::kAnalysis);
    }
    const std::string name = quoteIdentifier(field.name);
    const std::string extreme = text ? "CAST(NULL AS STRING)" : "";
    sql += ", least(approx_count_distinct(" + name + "), count(" + name + "))";
    sql += ", " + (text ? extreme : "CAST(min(" + name + ") AS STRING)") + ", " + (text ? extreme : "CAST(max(" + name + ") AS STRING)");
    sql += ", count(*) - count(" + name + ")";
    if (text) {
      sql += ", coalesce(CAST(ceil(avg(octet_length(" + name + "))) AS BIGINT), 0L), coalesce(CAST(max(octet_length(" + name + ")) AS BIGINT), 0L)";
    } else {
      sql += ", " + std::to_string(size) + "L, " + std::to_string(size) + "L";
    }
  }
  sql += " FROM " + catalog::quoted({table.database, table.name});
  ASSIGN_OR_RETURN(const plan::LogicalPlanPtr query, session->parse(sql));
  ASSIGN_OR_RETURN(const std::vector<columnar::ColumnarBatch> batches, QueryExecution(session, query).collect());
  for (const columnar::ColumnarBatch& batch : batches) {
    if (batch.isEmpty()) continue;
    const auto row = batch.activeRows()[0];
    const auto value = [&](size_t place) { return batch.column(static_cast<int>(place))->valueAt(row); };
    table.statisticsRows = value(0).asInteger();
    for (size_t i = 0; i < chosen.size(); ++i) {
      const size_t first = 1 + 6 * i;
      catalog::CatalogColumnStatistics& statistics = table.columnStatistics[chosen[i].name];
      statistics = {};
      statistics.distinctCount = value(first).asInteger();
      if (!value(first + 1).isNull()) statistics.min = value(first + 1).asString();
      if (!value(first + 2).isNull()) statistics.max = value(first + 2).asString();
      statistics.nullCount = value(first + 3).asInteger();
      statistics.averageLength = value(first + 4).asInteger();
      statistics.maxLength = value(first + 5).asInteger();
    }
  }
  return Status::ok();
}

}  // namespace flint::session
