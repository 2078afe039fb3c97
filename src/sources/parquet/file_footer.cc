#include "sources/parquet/file_footer.h"

#include <fmt/core.h>

#include <cstring>
#include <list>
#include <mutex>
#include <unordered_map>

#include "sources/parquet/thrift_reader.h"

namespace flint::sources {
namespace {

constexpr int64_t kTail = 8;                     // length and magic
constexpr int64_t kFirstRead = 64 * 1024;        // most footers come with one read
constexpr size_t kCacheBytes = size_t{64} << 20;

Error badFooter(const std::string& path, std::string reason) {
  return Error(condition::kFailedReadFileCannotReadFileFooter)
      .with("path", "file://" + path)
      .causedBy(Error(condition::kMalformedFile).with("path", path).with("reason", std::move(reason)));
}

void readTimeUnit(ThriftReader& in, Annotation& annotation) {
  in.readStruct([&](int32_t id) {
    if (id < 1 || id > 3) return false;
    annotation.unit = static_cast<Annotation::Unit>(id - 1);
    return false;
  });
}

void readLogicalType(ThriftReader& in, Annotation& annotation) {
  using Kind = Annotation::Kind;
  in.readStruct([&](int32_t id) {
    switch (id) {
      case 1: annotation.kind = Kind::kString; return false;
      case 2: annotation.kind = Kind::kMap; return false;
      case 3: annotation.kind = Kind::kList; return false;
      case 4: annotation.kind = Kind::kEnum; return false;
      case 5:
        annotation.kind = Kind::kDecimal;
        in.readStruct([&](int32_t field) {
          if (field == 1) annotation.scale = in.readInt32();
          if (field == 2) annotation.precision = in.readInt32();
          return field == 1 || field == 2;
        });
        return true;
      case 6: annotation.kind = Kind::kDate; return false;
      case 7:
      case 8:
        annotation.kind = id == 7 ? Kind::kTime : Kind::kTimestamp;
        in.readStruct([&](int32_t field) {
          if (field == 1) annotation.isAdjustedToUtc = in.readBool();
          if (field == 2) readTimeUnit(in, annotation);
          return field == 1 || field == 2;
        });
        return true;
      case 10:
        annotation.kind = Kind::kInteger;
        in.readStruct([&](int32_t field) {
          if (field == 1) annotation.bitWidth = in.readInt32();
          if (field == 2) annotation.isSigned = in.readBool();
          return field == 1 || field == 2;
        });
        return true;
      case 11: annotation.kind = Kind::kUnknown; return false;
      case 12: annotation.kind = Kind::kJson; return false;
      case 13: annotation.kind = Kind::kBson; return false;
      case 14: annotation.kind = Kind::kUuid; return false;
      case 15: annotation.kind = Kind::kFloat16; return false;
      case 16: annotation.kind = Kind::kVariant; return false;
      default: annotation.kind = Kind::kOther; return false;
    }
  });
}

Annotation fromConvertedType(int32_t type) {
  using Kind = Annotation::Kind;
  using Unit = Annotation::Unit;
  const auto integer = [](int32_t bits, bool isSigned) { return Annotation{.kind = Kind::kInteger, .bitWidth = bits, .isSigned = isSigned}; };
  switch (type) {
    case 0: return {.kind = Kind::kString};
    case 1: return {.kind = Kind::kMap};
    case 2: return {.kind = Kind::kMapKeyValue};
    case 3: return {.kind = Kind::kList};
    case 4: return {.kind = Kind::kEnum};
    case 5: return {.kind = Kind::kDecimal};
    case 6: return {.kind = Kind::kDate};
    case 7: return {.kind = Kind::kTime, .isAdjustedToUtc = true, .unit = Unit::kMillis};
    case 8: return {.kind = Kind::kTime, .isAdjustedToUtc = true, .unit = Unit::kMicros};
    case 9: return {.kind = Kind::kTimestamp, .isAdjustedToUtc = true, .unit = Unit::kMillis};
    case 10: return {.kind = Kind::kTimestamp, .isAdjustedToUtc = true, .unit = Unit::kMicros};
    case 11: return integer(8, false);
    case 12: return integer(16, false);
    case 13: return integer(32, false);
    case 14: return integer(64, false);
    case 15: return integer(8, true);
    case 16: return integer(16, true);
    case 17: return integer(32, true);
    case 18: return integer(64, true);
    case 19: return {.kind = Kind::kJson};
    case 20: return {.kind = Kind::kBson};
    case 21: return {.kind = Kind::kInterval};
    default: return {};
  }
}

SchemaElement readSchemaElement(ThriftReader& in) {
  SchemaElement element;
  int32_t converted = -1;
  int32_t scale = 0;
  int32_t precision = 0;
  in.readStruct([&](int32_t id) {
    switch (id) {
      case 1: {
        const int32_t type = in.readInt32();
        if (type < 0 || type > 7) in.fail();
        element.type = static_cast<ParquetType>(type);
        return true;
      }
      case 2: element.typeLength = in.readInt32(); return true;
      case 3: {
        const int32_t repetition = in.readInt32();
        if (repetition < 0 || repetition > 2) in.fail();
        element.repetition = static_cast<Repetition>(repetition);
        return true;
      }
      case 4: element.name = in.readBinary(); return true;
      case 5: element.numChildren = in.readInt32(); return true;
      case 6: converted = in.readInt32(); return true;
      case 7: scale = in.readInt32(); return true;
      case 8: precision = in.readInt32(); return true;
      case 10: readLogicalType(in, element.annotation); return true;
      default: return false;
    }
  });
  if (element.annotation.kind == Annotation::Kind::kNone && converted >= 0) {
    element.annotation = fromConvertedType(converted);
    element.annotation.scale = scale;
    element.annotation.precision = precision;
  }
  if (element.numChildren > 0) element.type.reset();
  return element;
}

ParquetStatistics readStatistics(ThriftReader& in) {
  ParquetStatistics statistics;
  in.readStruct([&](int32_t id) {
    switch (id) {
      case 1: statistics.oldMax = in.readBinary(); return true;
      case 2: statistics.oldMin = in.readBinary(); return true;
      case 3: statistics.nullCount = in.readInt(); return true;
      case 4: statistics.distinctCount = in.readInt(); return true;
      case 5: statistics.max = in.readBinary(); return true;
      case 6: statistics.min = in.readBinary(); return true;
      default: return false;
    }
  });
  return statistics;
}

std::optional<io::BlockCodec> codecFrom(int32_t codec) {
  switch (codec) {
    case 0: return io::BlockCodec::kNone;
    case 1: return io::BlockCodec::kSnappy;
    case 2: return io::BlockCodec::kGzip;
    case 4: return io::BlockCodec::kBrotli;
    case 5: return io::BlockCodec::kLz4Hadoop;
    case 6: return io::BlockCodec::kZstd;
    case 7: return io::BlockCodec::kLz4Raw;
    default: return std::nullopt;
  }
}

void readColumnMetaData(ThriftReader& in, ColumnChunk& chunk) {
  int64_t dataPage = 0;
  int64_t dictionaryPage = 0;
  bool sawEncodings = false;
  bool sawOtherEncoding = false;
  bool sawPageStats = false;
  bool sawOtherPage = false;
  const auto isDictionary = [](int32_t encoding) { return encoding == 2 || encoding == 8; };
  in.readStruct([&](int32_t id) {
    switch (id) {
      case 1: {
        const int32_t type = in.readInt32();
        if (type < 0 || type > 7) in.fail();
        chunk.type = static_cast<ParquetType>(type);
        return true;
      }
      case 2:
        in.readList([&] {
          const int32_t encoding = in.readInt32();
          sawEncodings = sawEncodings || encoding == 2;
          // RLE and BIT_PACKED are those of levels; PLAIN_DICTIONARY files say PLAIN only where they fell back to it.
          sawOtherEncoding = sawOtherEncoding || !(isDictionary(encoding) || encoding == 3 || encoding == 4);
        });
        return true;
      case 4: chunk.codec = codecFrom(in.readInt32()); return true;
      case 5: chunk.numValues = in.readInt(); return true;
      case 6: chunk.totalUncompressedSize = in.readInt(); return true;
      case 7: chunk.size = in.readInt(); return true;
      case 9: dataPage = in.readInt(); return true;
      case 11: dictionaryPage = in.readInt(); return true;
      case 12: chunk.statistics = readStatistics(in); return true;
      case 13:
        in.readList([&] {
          int32_t pageType = 0;
          int32_t encoding = 0;
          in.readStruct([&](int32_t field) {
            if (field == 1) pageType = in.readInt32();
            if (field == 2) encoding = in.readInt32();
            return field == 1 || field == 2;
          });
          if (pageType != 0 && pageType != 3) return;
          sawPageStats = true;
          sawOtherPage = sawOtherPage || !isDictionary(encoding);
        });
        return true;
      case 14: chunk.bloomFilterOffset = in.readInt(); return true;
      case 15: chunk.bloomFilterLength = in.readInt32(); return true;
      default: return false;
    }
  });
  chunk.hasDictionaryPage = dictionaryPage > 0 && dictionaryPage < dataPage;
  chunk.start = chunk.hasDictionaryPage ? dictionaryPage : dataPage;
  chunk.onlyDictionaryPages = sawPageStats ? !sawOtherPage : sawEncodings && !sawOtherEncoding;
}

ColumnChunk readColumnChunk(ThriftReader& in) {
  ColumnChunk chunk;
  in.readStruct([&](int32_t id) {
    switch (id) {
      case 1:  // the data is in another file
        in.fail();
        return true;
      case 3: readColumnMetaData(in, chunk); return true;
      case 4: chunk.offsetIndexOffset = in.readInt(); return true;
      case 5: chunk.offsetIndexLength = in.readInt32(); return true;
      case 6: chunk.columnIndexOffset = in.readInt(); return true;
      case 7: chunk.columnIndexLength = in.readInt32(); return true;
      default: return false;
    }
  });
  return chunk;
}

RowGroup readRowGroup(ThriftReader& in) {
  RowGroup group;
  in.readStruct([&](int32_t id) {
    if (id == 1) in.readList([&] { group.columns.push_back(readColumnChunk(in)); });
    if (id == 3) group.numRows = in.readInt();
    return id == 1 || id == 3;
  });
  if (!group.columns.empty()) group.start = group.columns[0].start;
  for (const ColumnChunk& chunk : group.columns) {
    group.start = std::min(group.start, chunk.start);
    group.compressedSize += chunk.size;
  }
  return group;
}

// Checks that the elements make one tree; counts its leaves.
bool isTree(const std::vector<SchemaElement>& schema, size_t& numLeaves) {
  constexpr size_t kMaxNesting = 500;
  if (schema.empty()) return false;
  std::vector<int32_t> open = {schema[0].numChildren};
  numLeaves = 0;
  for (size_t i = 1; i < schema.size(); ++i) {
    while (!open.empty() && open.back() == 0) open.pop_back();
    if (open.empty() || schema[i].numChildren < 0 || open.size() > kMaxNesting) return false;
    --open.back();
    if (schema[i].type.has_value()) {
      ++numLeaves;
    } else {
      open.push_back(schema[i].numChildren);
    }
  }
  while (!open.empty() && open.back() == 0) open.pop_back();
  return open.empty() && schema[0].numChildren >= 0;
}

Result<FileFooterPtr> parseFooter(std::string bytes, int64_t fileSize, const std::string& path) {
  auto footer = std::make_shared<FileFooter>();
  footer->bytes = std::move(bytes);
  footer->fileSize = fileSize;
  ThriftReader in({reinterpret_cast<const uint8_t*>(footer->bytes.data()), footer->bytes.size()});
  in.readStruct([&](int32_t id) {
    switch (id) {
      case 2: in.readList([&] { footer->schema.push_back(readSchemaElement(in)); }); return true;
      case 3: footer->numRows = in.readInt(); return true;
      case 4: in.readList([&] { footer->rowGroups.push_back(readRowGroup(in)); }); return true;
      case 5:
        in.readList([&] {
          std::string_view key;
          std::string_view value;
          in.readStruct([&](int32_t field) {
            if (field == 1) key = in.readBinary();
            if (field == 2) value = in.readBinary();
            return field == 1 || field == 2;
          });
          footer->keyValues.emplace_back(key, value);
        });
        return true;
      case 6: footer->createdBy = in.readBinary(); return true;
      default: return false;
    }
  });
  if (in.failed()) return badFooter(path, "its metadata cannot be parsed");
  size_t numLeaves = 0;
  if (!isTree(footer->schema, numLeaves)) return badFooter(path, "its schema is no tree");
  int64_t numRows = 0;
  for (const RowGroup& group : footer->rowGroups) {
    if (group.columns.size() != numLeaves || group.numRows < 0) return badFooter(path, "a row group does not fit the schema");
    numRows += group.numRows;
    for (const ColumnChunk& chunk : group.columns) {
      if (chunk.start < 0 || chunk.size < 0 || chunk.start > fileSize || chunk.size > fileSize - chunk.start || chunk.numValues < 0) {
        return badFooter(path, "a column chunk lies outside of the file");
      }
    }
  }
  footer->numRows = numRows;
  return FileFooterPtr(std::move(footer));
}

class FooterCache {
 public:
  FileFooterPtr find(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second);
    return found->second->second;
  }
  void add(const std::string& key, FileFooterPtr footer) {
    const std::lock_guard lock(mutex_);
    if (entries_.contains(key)) return;
    bytes_ += costOf(*footer);
    order_.emplace_front(key, std::move(footer));
    entries_.emplace(key, order_.begin());
    while (bytes_ > kCacheBytes && order_.size() > 1) {
      bytes_ -= costOf(*order_.back().second);
      entries_.erase(order_.back().first);
      order_.pop_back();
    }
  }

 private:
  using Order = std::list<std::pair<std::string, FileFooterPtr>>;
  static size_t costOf(const FileFooter& footer) {
    size_t cost = footer.bytes.size() + footer.schema.size() * sizeof(SchemaElement);
    for (const RowGroup& group : footer.rowGroups) cost += group.columns.size() * sizeof(ColumnChunk);
    return cost;
  }
  std::mutex mutex_;
  Order order_;
  std::unordered_map<std::string, Order::iterator> entries_;
  size_t bytes_ = 0;
};

}  // namespace

const std::string_view* FileFooter::keyValue(std::string_view key) const {
  for (const auto& [name, value] : keyValues) {
    if (name == key) return &value;
  }
  return nullptr;
}

Result<FileFooterPtr> readFooter(const io::RandomAccessFile& file) {
  const int64_t fileSize = file.size();
  if (fileSize < kTail + 4) return badFooter(file.path(), fmt::format("{} bytes are too few for a Parquet file", fileSize));
  const int64_t tailSize = std::min(fileSize, kFirstRead);
  std::string tail(static_cast<size_t>(tailSize), '\0');
  RETURN_IF_ERROR(file.readAt(fileSize - tailSize, tailSize, tail.data()));
  const std::string_view magic = std::string_view(tail).substr(tail.size() - 4);
  if (magic == "PARE") return badFooter(file.path(), "its footer is encrypted");
  if (magic != "PAR1") return badFooter(file.path(), "it does not end with PAR1");
  uint32_t length;
  std::memcpy(&length, tail.data() + tail.size() - kTail, 4);
  if (length > fileSize - kTail - 4) return badFooter(file.path(), fmt::format("a footer of {} bytes does not fit", length));
  if (length + kTail <= tailSize) return parseFooter(tail.substr(tail.size() - kTail - length, length), fileSize, file.path());
  std::string bytes(length, '\0');
  RETURN_IF_ERROR(file.readAt(fileSize - kTail - length, length, bytes.data()));
  return parseFooter(std::move(bytes), fileSize, file.path());
}

Result<FileFooterPtr> cachedFooter(io::FileSystem& fs, const io::FileStatus& file) {
  static FooterCache cache;
  const std::string key = fmt::format("{}\n{}\n{}", file.path, file.size, file.modifiedMicros);
  if (FileFooterPtr found = cache.find(key)) return found;
  ASSIGN_OR_RETURN(const auto opened, fs.open(file.path));
  ASSIGN_OR_RETURN(FileFooterPtr footer, readFooter(*opened));
  cache.add(key, footer);
  return footer;
}

}  // namespace flint::sources
