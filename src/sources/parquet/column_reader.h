#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "columnar/column_vector.h"
#include "sources/parquet/page_stream.h"
#include "sources/parquet/value_conversion.h"

namespace flint::sources {

/// Reads one column of a row group front to back.
///
/// Threads: confined to its owner.
class ColumnReader {
 public:
  virtual ~ColumnReader() = default;
  /// The next `rows` rows.
  virtual Result<columnar::VectorPtr> read(columnar::RowIndex rows) = 0;
  /// Passes over rows; costs nothing until the next read, and no decompression for pages that lie within.
  virtual void skip(int64_t rows) = 0;
  /// Of the next `rows` rows the `selected` ones (ascending, at least one), one behind the other.
  virtual Result<columnar::VectorPtr> readSelected(columnar::RowIndex rows, std::span<const columnar::RowIndex> selected);
  /// Whether values of a large dictionary are given as its codes from now on: worth it where hardly any of them is looked at.
  virtual void preferCodes(bool prefers) { static_cast<void>(prefers); }
  /// All values that the column has in this row group, when each of its pages is dictionary-encoded; else null.
  virtual Result<columnar::VectorPtr> dictionary() { return columnar::VectorPtr(); }
  virtual int64_t bytesRead() const = 0;
};

struct SchemaNode;

/// What a chunk shares with the query's other readers of it; null: nothing.
using SharedChunkOf = std::function<std::shared_ptr<SharedChunk>(const ColumnChunk& chunk)>;

/// The reader of a top-level field of the schema as `type`; null when Spark cannot read it so. `node` and `group` outlive the reader.
Result<std::unique_ptr<ColumnReader>> makeColumnReader(std::shared_ptr<const io::RandomAccessFile> file, const SchemaNode& node,
                                                       const RowGroup& group, const DataType& type, bool caseSensitive,
                                                       const SharedChunkOf& sharedChunkOf = nullptr);

/// `vector`'s rows `selected`, one behind the other: indices of a dictionary, values of a flat vector.
columnar::VectorPtr gatherRows(const columnar::VectorPtr& vector, std::span<const columnar::RowIndex> selected);

/// Reads a leaf at the top of the schema that is not repeated, straight into flat or dictionary vectors.
class FlatColumnReader final : public ColumnReader {
 public:
  /// `leaf` and `chunk` outlive the reader; `conversion` is `conversionOf(leaf, type)`.
  FlatColumnReader(std::shared_ptr<const io::RandomAccessFile> file, const SchemaElement& leaf, const ColumnChunk& chunk, DataType type,
                   const ValueConversion& conversion, std::shared_ptr<SharedChunk> shared = nullptr);
  ~FlatColumnReader() override;
  Result<columnar::VectorPtr> read(columnar::RowIndex rows) override;
  void skip(int64_t rows) override { pendingSkip_ += rows; }
  void preferCodes(bool prefers) override { prefersCodes_ = prefers; }
  Result<columnar::VectorPtr> dictionary() override;
  int64_t bytesRead() const override { return pages_.bytesRead(); }

 private:
  struct Output;
  Status applySkip();
  Status nextDataPage();
  Status loadDictionary(const PageHeader& header, std::shared_ptr<const columnar::Buffer> bytes);
  Status loadPassedDictionary();
  Status loadPage();
  Status decodeLevels(int32_t count, Output& output, int32_t& numValid);
  Status decodeValues(int32_t count, int32_t numValid, Output& output);
  Status decodeIndices(int32_t count, int32_t* out);
  bool decodeConverted(int32_t count, uint8_t* out);
  void startFlat(Output& output);
  void gather(const int32_t* indices, int32_t count, uint8_t* out) const;

  struct Page;
  const SchemaElement& leaf_;
  const ColumnChunk& chunk_;
  const DataType type_;
  const ValueConversion conversion_;
  const bool optional_;
  const std::shared_ptr<SharedChunk> shared_;
  PageStream pages_;
  std::unique_ptr<Page> page_;
  int32_t pageLeft_ = 0;       // rows of the current page not yet read
  bool pageLoaded_ = false;
  bool started_ = false;       // the first page header was read
  int64_t pendingSkip_ = 0;
  columnar::VectorPtr base_;   // the dictionary, converted
  std::optional<PageStream::Passed> passedDictionary_;  // not loaded: the rows that are wanted may not need it
  bool keepsCodes_ = false;
  bool prefersCodes_ = false;
  std::vector<int32_t> indices_;  // scratch
  uint8_t* native(size_t bytes);
  std::unique_ptr<uint8_t[]> native_;  // scratch: values before their conversion
  size_t nativeBytes_ = 0;
};

}  // namespace flint::sources
