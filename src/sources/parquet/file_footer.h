#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "io/block_codec.h"
#include "io/file_system.h"

/// What a Parquet file says of itself, as its footer holds it. Names follow parquet.thrift.
namespace flint::sources {

enum class ParquetType : uint8_t { kBoolean, kInt32, kInt64, kInt96, kFloat, kDouble, kByteArray, kFixedLenByteArray };
enum class ParquetEncoding : uint8_t {
  kPlain = 0,
  kPlainDictionary = 2,
  kRle = 3,
  kBitPacked = 4,
  kDeltaBinaryPacked = 5,
  kDeltaLengthByteArray = 6,
  kDeltaByteArray = 7,
  kRleDictionary = 8,
  kByteStreamSplit = 9,
};
enum class Repetition : uint8_t { kRequired, kOptional, kRepeated };

/// A leaf's or group's meaning beyond its physical type; ConvertedType and LogicalType made one.
struct Annotation {
  enum class Kind : uint8_t {
    kNone, kString, kEnum, kJson, kBson, kUuid, kMap, kMapKeyValue, kList, kDecimal, kDate, kTime, kTimestamp, kInteger, kInterval, kFloat16,
    kVariant, kUnknown, kOther,
  };
  enum class Unit : uint8_t { kMillis, kMicros, kNanos };
  Kind kind = Kind::kNone;
  int32_t precision = 0;         // decimal
  int32_t scale = 0;
  int32_t bitWidth = 0;          // integer
  bool isSigned = true;
  bool isAdjustedToUtc = false;  // time, timestamp
  Unit unit = Unit::kMicros;
};

struct SchemaElement {
  std::string_view name;
  std::optional<ParquetType> type;  // absent: a group
  int32_t typeLength = 0;
  Repetition repetition = Repetition::kRequired;
  int32_t numChildren = 0;
  Annotation annotation;
};

/// Statistics of a column chunk or page. Views into the footer.
struct ParquetStatistics {
  std::optional<std::string_view> min;
  std::optional<std::string_view> max;
  std::optional<std::string_view> oldMin;  // the deprecated fields, in signed order
  std::optional<std::string_view> oldMax;
  std::optional<int64_t> nullCount;
  std::optional<int64_t> distinctCount;
};

struct ColumnChunk {
  ParquetType type = ParquetType::kInt32;
  std::optional<io::BlockCodec> codec;  // absent: one that cannot be read
  int64_t numValues = 0;
  int64_t totalUncompressedSize = 0;
  int64_t start = 0;                    // of the first page in the file
  int64_t size = 0;                     // of all pages, compressed, with headers
  bool hasDictionaryPage = false;
  bool onlyDictionaryPages = false;     // every data page is known to be dictionary-encoded
  ParquetStatistics statistics;
  int64_t offsetIndexOffset = 0;        // 0: none
  int32_t offsetIndexLength = 0;
  int64_t columnIndexOffset = 0;
  int32_t columnIndexLength = 0;
  int64_t bloomFilterOffset = 0;
  int32_t bloomFilterLength = 0;        // 0: not told
};

struct RowGroup {
  std::vector<ColumnChunk> columns;     // one a leaf of the schema, in order
  int64_t numRows = 0;
  int64_t start = 0;                    // of its first page
  int64_t compressedSize = 0;
  int64_t midpoint() const { return start + compressedSize / 2; }
};

/// A parsed footer.
///
/// Invariant: the schema is a well-formed tree; every row group has a chunk a leaf, whose byte range lies within the file.
/// Threads: immutable.
struct FileFooter {
  std::string bytes;                    // what the views point into
  std::vector<SchemaElement> schema;    // depth first; [0] is the root
  std::vector<RowGroup> rowGroups;
  int64_t numRows = 0;
  int64_t fileSize = 0;
  std::string_view createdBy;
  std::vector<std::pair<std::string_view, std::string_view>> keyValues;

  const std::string_view* keyValue(std::string_view key) const;
};
using FileFooterPtr = std::shared_ptr<const FileFooter>;

/// Reads the footer of an open file. Errors: FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER.
Result<FileFooterPtr> readFooter(const io::RandomAccessFile& file);

/// The footer of a file, kept by path, size and time of change, so that a second query pays nothing.
///
/// Memory: the least recently used ones go beyond 64 MiB of footers. Threads: thread-safe.
Result<FileFooterPtr> cachedFooter(io::FileSystem& fs, const io::FileStatus& file);

}  // namespace flint::sources
