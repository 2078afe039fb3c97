#pragma once

#include <memory>
#include <vector>

#include "sources/parquet/column_reader.h"
#include "sources/parquet/leveled_leaf.h"

namespace flint::sources {

/// Reads a field with structs, lists or maps in it: its leaves with their levels, put together to nested vectors.
///
/// Source: the record assembly of Dremel, a column at a time.
class NestedColumnReader final : public ColumnReader {
 public:
  /// Null when Spark cannot read the field as `type`. `node` and `group` outlive the reader.
  static std::unique_ptr<NestedColumnReader> make(std::shared_ptr<const io::RandomAccessFile> file, const SchemaNode& node,
                                                  const RowGroup& group, const DataType& type, bool caseSensitive);

  Result<columnar::VectorPtr> read(columnar::RowIndex rows) override;
  void skip(int64_t rows) override { pendingSkip_ += rows; }
  int64_t bytesRead() const override;

 private:
  // A node of the wanted type with what it is made of.
  struct Part {
    enum class Kind : uint8_t { kLeaf, kStruct, kList, kMissing };
    Kind kind = Kind::kLeaf;
    DataType type;
    const SchemaNode* node = nullptr;      // that says whether the value is null
    const SchemaNode* repeated = nullptr;  // of lists and maps
    size_t leaf = 0;                       // the leaf itself, or one below whose levels tell the shape
    std::vector<Part> children;
  };
  struct Slots;

  NestedColumnReader(std::string path, bool caseSensitive) : path_(std::move(path)), caseSensitive_(caseSensitive) {}
  bool plan(const std::shared_ptr<const io::RandomAccessFile>& file, const SchemaNode& node, const RowGroup& group, const DataType& type,
            bool insideRepeated, Part& part);
  bool addLeaf(const std::shared_ptr<const io::RandomAccessFile>& file, const SchemaNode& node, const RowGroup& group, const DataType& type);
  columnar::VectorPtr assemble(const Part& part, uint32_t repetition, uint32_t exists) const;
  columnar::VectorPtr assembleLeaf(const Part& part, uint32_t exists) const;
  columnar::VectorPtr assembleList(const Part& part, uint32_t repetition, uint32_t exists) const;

  const std::string path_;  // of the file, for messages
  const bool caseSensitive_;
  std::vector<std::unique_ptr<LeveledLeaf>> leaves_;
  std::vector<LeveledLeaf::Values> values_;  // of the batch being read, one a leaf
  Part root_;
  int64_t pendingSkip_ = 0;
};

}  // namespace flint::sources
