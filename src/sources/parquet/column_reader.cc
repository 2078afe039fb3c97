#include "sources/parquet/column_reader.h"

#include <cstring>

#include "sources/parquet/file_schema.h"
#include "sources/parquet/nested_column_reader.h"

namespace flint::sources {
namespace {

using columnar::Buffer;
using columnar::ColumnVector;
using columnar::RowIndex;
using columnar::VectorPtr;

template <class T>
std::shared_ptr<Buffer> gatherValues(const Buffer& values, std::span<const RowIndex> selected) {
  auto gathered = Buffer::allocate(selected.size() * sizeof(T));
  const T* from = values.as<T>();
  T* to = gathered->mutableAs<T>();
  for (size_t i = 0; i < selected.size(); ++i) to[i] = from[selected[i]];
  return gathered;
}

std::shared_ptr<Buffer> gatherBits(const uint64_t* bits, std::span<const RowIndex> selected) {
  auto gathered = Buffer::allocateZeroed(static_cast<size_t>(columnar::bitmapBytes(static_cast<int64_t>(selected.size()))));
  for (size_t i = 0; i < selected.size(); ++i) {
    if (columnar::bitIsSet(bits, selected[i])) columnar::setBit(gathered->mutableAs<uint64_t>(), static_cast<int64_t>(i));
  }
  return gathered;
}

struct Bytes16 {
  uint64_t words[2];
};

}  // namespace

VectorPtr gatherRows(const VectorPtr& vector, std::span<const RowIndex> selected) {
  const auto size = static_cast<RowIndex>(selected.size());
  if (vector->isConstant()) return ColumnVector::constant(vector->base(), 0, size);
  std::shared_ptr<Buffer> validity;
  if (vector->validity() != nullptr) validity = gatherBits(vector->validity(), selected);
  if (vector->isDictionary()) {
    return ColumnVector::dictionary(vector->base(), size, gatherValues<int32_t>(*vector->valuesBuffer(), selected), std::move(validity));
  }
  std::shared_ptr<Buffer> values;
  switch (vector->physicalType()) {
    case PhysicalType::kBool:
    case PhysicalType::kInt8: values = gatherValues<uint8_t>(*vector->valuesBuffer(), selected); break;
    case PhysicalType::kInt16: values = gatherValues<uint16_t>(*vector->valuesBuffer(), selected); break;
    case PhysicalType::kInt32:
    case PhysicalType::kFloat: values = gatherValues<uint32_t>(*vector->valuesBuffer(), selected); break;
    case PhysicalType::kInt64:
    case PhysicalType::kDouble: values = gatherValues<uint64_t>(*vector->valuesBuffer(), selected); break;
    case PhysicalType::kInt128:
    case PhysicalType::kString:
    case PhysicalType::kInterval: values = gatherValues<Bytes16>(*vector->valuesBuffer(), selected); break;
    case PhysicalType::kList:
      return ColumnVector::list(vector->type(), size, gatherValues<uint64_t>(*vector->valuesBuffer(), selected), std::move(validity),
                                vector->children());
    case PhysicalType::kStruct: {
      std::vector<VectorPtr> children;
      for (const VectorPtr& child : vector->children()) children.push_back(gatherRows(child, selected));
      return ColumnVector::structure(vector->type(), size, std::move(validity), std::move(children));
    }
  }
  return ColumnVector::flat(vector->type(), size, std::move(values), std::move(validity), vector->owners());
}

namespace {

// The type with what is stored in place of user-defined types.
DataType storedType(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kUserDefined: return storedType(type.sqlType());
    case TypeKind::kArray: return DataType::array(storedType(type.elementType()), type.containsNull());
    case TypeKind::kMap: return DataType::map(storedType(type.keyType()), storedType(type.valueType()), type.valueContainsNull());
    case TypeKind::kStruct: {
      StructFields fields = type.fields();
      for (StructField& field : fields) field.type = storedType(field.type);
      return DataType::structType(std::move(fields));
    }
    default: return type;
  }
}

// Reads the stored values of a type with user-defined parts.
class UserDefinedReader final : public ColumnReader {
 public:
  UserDefinedReader(std::unique_ptr<ColumnReader> stored, DataType type) : stored_(std::move(stored)), type_(std::move(type)) {}
  Result<VectorPtr> read(RowIndex rows) override {
    ASSIGN_OR_RETURN(VectorPtr values, stored_->read(rows));
    return ColumnVector::withType(values, type_);
  }
  void skip(int64_t rows) override { stored_->skip(rows); }
  int64_t bytesRead() const override { return stored_->bytesRead(); }

 private:
  const std::unique_ptr<ColumnReader> stored_;
  const DataType type_;
};

}  // namespace

Result<std::unique_ptr<ColumnReader>> makeColumnReader(std::shared_ptr<const io::RandomAccessFile> file, const SchemaNode& node,
                                                       const RowGroup& group, const DataType& type, bool caseSensitive,
                                                       const SharedChunkOf& sharedChunkOf) {
  if (const DataType stored = storedType(type); !stored.sameType(type)) {
    ASSIGN_OR_RETURN(std::unique_ptr<ColumnReader> reader, makeColumnReader(std::move(file), node, group, stored, caseSensitive, sharedChunkOf));
    if (reader == nullptr) return reader;
    return std::unique_ptr<ColumnReader>(std::make_unique<UserDefinedReader>(std::move(reader), type));
  }
  if (node.isLeaf() && node.maxRepetition == 0) {
    const auto conversion = conversionOf(*node.element, type);
    if (!conversion.has_value()) return std::unique_ptr<ColumnReader>();
    const ColumnChunk& chunk = group.columns[static_cast<size_t>(node.leaf)];
    if (chunk.type != *node.element->type) return Error(condition::kMalformedFile).with("path", file->path()).with("reason", "a column chunk is not of its schema's type");
    auto shared = sharedChunkOf == nullptr ? nullptr : sharedChunkOf(chunk);
    return std::unique_ptr<ColumnReader>(std::make_unique<FlatColumnReader>(std::move(file), *node.element, chunk, type, *conversion, std::move(shared)));
  }
  return std::unique_ptr<ColumnReader>(NestedColumnReader::make(std::move(file), node, group, type, caseSensitive));
}

Result<VectorPtr> ColumnReader::readSelected(RowIndex rows, std::span<const RowIndex> selected) {
  // Rows in front of the first and behind the last selected one need no decoding.
  const RowIndex first = selected.front();
  const RowIndex last = selected.back() + 1;
  skip(first);
  ASSIGN_OR_RETURN(VectorPtr all, read(last - first));
  skip(rows - last);
  if (static_cast<size_t>(last - first) == selected.size()) return all;
  if (first == 0) return gatherRows(all, selected);
  std::vector<RowIndex> shifted(selected.begin(), selected.end());
  for (RowIndex& row : shifted) row -= first;
  return gatherRows(all, shifted);
}

}  // namespace flint::sources
