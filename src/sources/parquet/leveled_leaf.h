#pragma once

#include <memory>
#include <vector>

#include "columnar/column_vector.h"
#include "sources/parquet/file_schema.h"
#include "sources/parquet/page_stream.h"
#include "sources/parquet/value_conversion.h"

namespace flint::sources {

class ValueDecoder;
class HybridDecoder;

/// Reads a leaf below nested types: definition and repetition levels as they are, values without gaps.
///
/// Threads: confined to its owner.
class LeveledLeaf {
 public:
  /// What `read` gave: one entry of `definition` and `repetition` a level, one value a level whose definition is the leaf's largest.
  struct Values {
    std::vector<uint32_t> definition;
    std::vector<uint32_t> repetition;  // empty where nothing repeats
    std::shared_ptr<columnar::Buffer> values;
    int32_t numValues = 0;
    columnar::ColumnVector::Owners owners;
  };

  /// `node` and `chunk` outlive the leaf.
  LeveledLeaf(std::shared_ptr<const io::RandomAccessFile> file, const SchemaNode& node, const ColumnChunk& chunk, DataType type,
              const ValueConversion& conversion);
  ~LeveledLeaf();

  const SchemaNode& node() const { return node_; }
  const DataType& type() const { return type_; }
  size_t width() const { return conversion_.width; }
  /// The levels and values of the next `rows` rows of the table.
  Result<Values> read(int64_t rows);
  Status skip(int64_t rows);
  int64_t bytesRead() const { return pages_.bytesRead(); }

 private:
  Status nextPage();
  Status loadPage();
  Status loadDictionary();
  Result<std::vector<uint32_t>> levels(std::span<const uint8_t> bytes, int16_t max, int32_t count) const;
  // Levels of the current page from `at_` on that belong to the next `rows` rows; takes from `rows` what it found.
  int32_t levelsOf(int64_t& rows);
  int32_t countValues(int32_t from, int32_t count) const;
  Status decode(int32_t count, std::vector<uint8_t>& out, Values& values);

  const SchemaNode& node_;
  const ColumnChunk& chunk_;
  const DataType type_;
  const ValueConversion conversion_;
  PageStream pages_;
  columnar::VectorPtr base_;  // the dictionary, converted

  std::shared_ptr<const columnar::Buffer> bytes_;
  std::vector<uint32_t> definition_;  // of the current page
  std::vector<uint32_t> repetition_;
  int32_t numLevels_ = 0;
  int32_t at_ = 0;
  bool insideRow_ = false;  // the row begun last may go on in the next page
  bool atEnd_ = false;
  bool isDictionary_ = false;
  std::unique_ptr<HybridDecoder> indices_;
  std::unique_ptr<ValueDecoder> decoder_;
  std::vector<uint8_t> native_;
  std::vector<uint32_t> codes_;
};

}  // namespace flint::sources
