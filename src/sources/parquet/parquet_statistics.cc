#include "sources/parquet/parquet_statistics.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <unordered_map>

#include "sources/parquet/file_footer.h"
#include "sources/parquet/file_schema.h"
#include "sources/parquet/page_stream.h"
#include "sources/parquet/row_group_pruning.h"

namespace flint::sources {
namespace {

constexpr size_t kSampledGroups = 2;     // of a file, whose dictionaries are looked at
constexpr size_t kSampledFiles = 8;
constexpr size_t kKeptTables = 256;
constexpr size_t kMostFooters = 1000;    // of a table; of more files some stand for all

// How many values there are in all when `rows` drawn at random showed `distinct` of them.
double populationOf(double distinct, double rows) {
  if (distinct >= rows * 0.999) return rows * 1e3;
  double low = distinct;
  double high = 1e15;
  for (int i = 0; i < 100 && high - low > 0.5; ++i) {
    const double middle = low < 1e6 && high > 4e6 ? low * 2 : (low + high) / 2;
    const double expected = middle * -std::expm1(rows * std::log1p(-1 / middle));
    (expected < distinct ? low : high) = middle;
  }
  return high;
}

struct ColumnSummary {
  std::optional<Value> min;
  std::optional<Value> max;
  bool boundsKnown = true;
  bool nullsKnown = true;
  int64_t nulls = 0;
  double bytes = 0;
  // of dictionary-encoded chunks that were looked at
  int64_t sampledRows = 0;
  int64_t largestDictionary = 0;
  int64_t rowsOfLargest = 0;
  int64_t allEntries = 0;
  bool sawPlain = false;
  bool overlapping = false;  // ranges of different row groups
};

int64_t dictionarySize(const std::shared_ptr<const io::RandomAccessFile>& file, const ColumnChunk& chunk) {
  ColumnChunk head = chunk;
  head.size = std::min<int64_t>(head.size, 512);  // the page header alone
  PageStream pages(file, head);
  const auto more = pages.peekHeader();
  return more.isOk() && *more && pages.header().kind == PageKind::kDictionary ? pages.header().numValues : -1;
}

void addBounds(ColumnSummary& summary, const expr::ValueBounds& bounds, const DataType& type) {
  if (bounds.nullCount.has_value() && *bounds.nullCount == bounds.numValues) return;  // nothing but nulls
  if (!bounds.min.has_value() || !bounds.max.has_value() || !summary.boundsKnown) {
    summary.boundsKnown = false;
    return;
  }
  if (!summary.min.has_value()) {
    summary.min = bounds.min;
    summary.max = bounds.max;
    return;
  }
  const bool above = expr::compareValues(*bounds.min, *summary.max, type) > 0;
  const bool below = expr::compareValues(*bounds.max, *summary.min, type) < 0;
  summary.overlapping = summary.overlapping || !(above || below);
  if (expr::compareValues(*bounds.min, *summary.min, type) < 0) summary.min = bounds.min;
  if (expr::compareValues(*bounds.max, *summary.max, type) > 0) summary.max = bounds.max;
}

std::optional<double> integerRange(const ColumnSummary& summary, const DataType& type) {
  if (!summary.boundsKnown || !summary.min.has_value()) return std::nullopt;
  const PhysicalType physical = type.physicalType();
  if (type.is(TypeKind::kDecimal)) return static_cast<double>(summary.max->asDecimal() - summary.min->asDecimal()) + 1;
  if (physical == PhysicalType::kBool) return 2;
  if (physical < PhysicalType::kInt8 || physical > PhysicalType::kInt64) return std::nullopt;
  return static_cast<double>(summary.max->asInteger()) - static_cast<double>(summary.min->asInteger()) + 1;
}

int64_t distinctValues(const ColumnSummary& summary, const DataType& type, int64_t rowCount) {
  const auto values = static_cast<double>(std::max<int64_t>(rowCount - summary.nulls, 1));
  double distinct = values;
  if (!summary.sawPlain && summary.sampledRows > 0) {
    const auto scale = static_cast<double>(rowCount) / static_cast<double>(summary.sampledRows);
    if (!summary.overlapping && summary.boundsKnown && scale > 1) {
      distinct = static_cast<double>(summary.allEntries) * scale;  // each row group has values of its own
    } else {
      distinct = populationOf(static_cast<double>(summary.largestDictionary), static_cast<double>(summary.rowsOfLargest));
    }
    if (static_cast<double>(summary.largestDictionary) * 20 < static_cast<double>(summary.rowsOfLargest) && summary.overlapping) {
      distinct = static_cast<double>(summary.largestDictionary);
    }
    if (scale <= 1) distinct = static_cast<double>(summary.largestDictionary);
  }
  if (const auto range = integerRange(summary, type)) distinct = std::min(distinct, *range);
  return static_cast<int64_t>(std::max(1.0, std::min(distinct, values)));
}

Status addFile(const FileIndex& index, const DataFile& data, bool sample, const StructFields& columns, bool caseSensitive,
               std::vector<ColumnSummary>& summaries, int64_t& rowCount) {
  ASSIGN_OR_RETURN(const FileFooterPtr footer, cachedFooter(*index.fileSystem, data.status));
  const SchemaNode tree = schemaTreeOf(*footer);
  rowCount += footer->numRows;
  std::shared_ptr<const io::RandomAccessFile> file;
  if (sample) {
    ASSIGN_OR_RETURN(file, index.fileSystem->open(data.status.path));
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    ColumnSummary& summary = summaries[i];
    const SchemaNode* node = findChild(tree, columns[i].name, caseSensitive);
    if (node == nullptr || !node->isLeaf() || node->maxRepetition > 0) {
      summary.boundsKnown = summary.nullsKnown = false;
      summary.sawPlain = true;
      continue;
    }
    for (size_t g = 0; g < footer->rowGroups.size(); ++g) {
      const RowGroup& group = footer->rowGroups[g];
      const ColumnChunk& chunk = group.columns[static_cast<size_t>(node->leaf)];
      addBounds(summary, valueBoundsOf(*node, chunk, columns[i].type, *footer), columns[i].type);
      summary.bytes += static_cast<double>(chunk.totalUncompressedSize);
      if (node->maxDefinition > 0) {
        summary.nullsKnown = summary.nullsKnown && chunk.statistics.nullCount.has_value();
        summary.nulls += chunk.statistics.nullCount.value_or(0);
      }
      if (!sample || g >= kSampledGroups) continue;
      const int64_t entries = chunk.onlyDictionaryPages && chunk.hasDictionaryPage ? dictionarySize(file, chunk) : -1;
      if (entries < 0) {
        summary.sawPlain = true;
        continue;
      }
      summary.sampledRows += group.numRows;
      summary.allEntries += entries;
      if (entries > summary.largestDictionary || summary.rowsOfLargest == 0) {
        summary.largestDictionary = entries;
        summary.rowsOfLargest = group.numRows;
      }
    }
  }
  return Status::ok();
}

Result<connector::TableStatistics> compute(const FileIndex& index, const StructFields& columns, bool caseSensitive) {
  std::vector<ColumnSummary> summaries(columns.size());
  int64_t rowCount = 0;
  const size_t numFiles = index.files.size();
  const size_t looked = std::min(numFiles, kMostFooters);
  int64_t lookedBytes = 0;
  for (size_t i = 0; i < looked; ++i) {
    const DataFile& file = index.files[i * numFiles / looked];
    lookedBytes += file.status.size;
    RETURN_IF_ERROR(addFile(index, file, i < kSampledFiles, columns, caseSensitive, summaries, rowCount));
  }
  connector::TableStatistics statistics;
  statistics.sizeInBytes = index.sizeInBytes();
  if (looked < numFiles && lookedBytes > 0) {
    const double scale = static_cast<double>(index.sizeInBytes()) / static_cast<double>(lookedBytes);
    rowCount = static_cast<int64_t>(static_cast<double>(rowCount) * scale);
    for (ColumnSummary& summary : summaries) {
      summary.boundsKnown = summary.nullsKnown = false;
      summary.bytes *= scale;
    }
  }
  statistics.rowCount = rowCount;
  for (size_t i = 0; i < columns.size(); ++i) {
    const ColumnSummary& summary = summaries[i];
    connector::ColumnStatistics column;
    if (summary.boundsKnown) {
      column.min = summary.min;
      column.max = summary.max;
    }
    if (summary.nullsKnown) column.nullCount = summary.nulls;
    if (summary.sampledRows > 0 || summary.boundsKnown) column.distinctCount = distinctValues(summary, columns[i].type, rowCount);
    if (rowCount > 0) column.averageLength = summary.bytes / static_cast<double>(rowCount);
    statistics.columns.push_back(std::move(column));
  }
  return statistics;
}

}  // namespace

Result<connector::TableStatistics> parquetStatistics(const FileIndex& index, const StructFields& columns, bool caseSensitive) {
  static std::mutex mutex;
  static std::unordered_map<std::string, connector::TableStatistics> kept;
  std::string key = DataType::structType(columns).simpleString();
  for (const DataFile& file : index.files) {
    key += "\n" + file.status.path + " " + std::to_string(file.status.size) + " " + std::to_string(file.status.modifiedMicros);
  }
  {
    const std::lock_guard lock(mutex);
    if (const auto found = kept.find(key); found != kept.end()) return found->second;
  }
  ASSIGN_OR_RETURN(auto statistics, compute(index, columns, caseSensitive));
  const std::lock_guard lock(mutex);
  if (kept.size() >= kKeptTables) kept.clear();
  kept.emplace(std::move(key), statistics);
  return statistics;
}

}  // namespace flint::sources
