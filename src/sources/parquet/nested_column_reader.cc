#include "sources/parquet/nested_column_reader.h"

#include <cstring>
#include <optional>

#include "columnar/validity.h"

namespace flint::sources {
namespace {

using columnar::Buffer;
using columnar::ColumnVector;
using columnar::ListEntry;
using columnar::RowIndex;
using columnar::VectorPtr;

const SchemaNode* firstLeaf(const SchemaNode& node) {
  if (node.isLeaf()) return &node;
  for (const SchemaNode& child : node.children) {
    if (const SchemaNode* leaf = firstLeaf(child)) return leaf;
  }
  return nullptr;
}

// The type a leaf is read as when only its levels matter.
DataType anyTypeOf(const SchemaNode& leaf) {
  const auto type = sparkTypeOf(leaf, SchemaOptions{.nanosAsLong = true});
  return type.isOk() && !type->isNested() ? *type : DataType::binary();
}

// A validity bitmap written bit by bit, dropped when every bit was set.
class ValidityWriter {
 public:
  explicit ValidityWriter(size_t mostRows) : bits_(Buffer::allocateZeroed(static_cast<size_t>(columnar::bitmapBytes(static_cast<int64_t>(mostRows))))) {}
  void add(bool valid) {
    if (valid) {
      columnar::setBit(bits_->mutableAs<uint64_t>(), size_);
    } else {
      hasNulls_ = true;
    }
    ++size_;
  }
  RowIndex size() const { return size_; }
  columnar::BufferPtr finish() { return hasNulls_ ? bits_ : nullptr; }

 private:
  std::shared_ptr<Buffer> bits_;
  RowIndex size_ = 0;
  bool hasNulls_ = false;
};

}  // namespace

std::unique_ptr<NestedColumnReader> NestedColumnReader::make(std::shared_ptr<const io::RandomAccessFile> file, const SchemaNode& node,
                                                             const RowGroup& group, const DataType& type, bool caseSensitive) {
  std::unique_ptr<NestedColumnReader> reader(new NestedColumnReader(file->path(), caseSensitive));
  if (!reader->plan(file, node, group, type, false, reader->root_) || reader->leaves_.empty()) return nullptr;
  return reader;
}

bool NestedColumnReader::addLeaf(const std::shared_ptr<const io::RandomAccessFile>& file, const SchemaNode& node, const RowGroup& group,
                                 const DataType& type) {
  const auto conversion = conversionOf(*node.element, type);
  const ColumnChunk& chunk = group.columns[static_cast<size_t>(node.leaf)];
  if (!conversion.has_value() || chunk.type != *node.element->type) return false;
  leaves_.push_back(std::make_unique<LeveledLeaf>(file, node, chunk, type, *conversion));
  return true;
}

bool NestedColumnReader::plan(const std::shared_ptr<const io::RandomAccessFile>& file, const SchemaNode& node, const RowGroup& group,
                              const DataType& type, bool insideRepeated, Part& part) {
  part.type = type;
  part.node = &node;
  part.leaf = leaves_.size();
  const bool repeats = node.element->repetition == Repetition::kRepeated && !insideRepeated;
  if (repeats || (isListGroup(node) && type.is(TypeKind::kArray))) {
    if (!type.is(TypeKind::kArray)) return false;
    const ListLayers layers = repeats ? ListLayers{&node, &node} : listLayersOf(node);
    part.kind = Part::Kind::kList;
    part.repeated = layers.repeated;
    part.children.resize(1);
    return plan(file, *layers.element, group, type.elementType(), layers.element == layers.repeated, part.children[0]);
  }
  if (node.isLeaf()) {
    if (type.isNested()) return false;
    return addLeaf(file, node, group, type);
  }
  if (isMapGroup(node)) {
    if (!type.is(TypeKind::kMap)) return false;
    part.kind = Part::Kind::kList;
    part.repeated = &node.children[0];
    part.children.resize(2);
    return plan(file, node.children[0].children[0], group, type.keyType(), false, part.children[0]) &&
           plan(file, node.children[0].children[1], group, type.valueType(), false, part.children[1]);
  }
  if (!type.is(TypeKind::kStruct)) return false;
  part.kind = Part::Kind::kStruct;
  part.children.resize(type.fields().size());
  for (size_t i = 0; i < part.children.size(); ++i) {
    const StructField& field = type.fields()[i];
    const SchemaNode* child = findChild(node, field.name, caseSensitive_);
    if (child == nullptr) {
      part.children[i].kind = Part::Kind::kMissing;
      part.children[i].type = field.type;
    } else if (!plan(file, *child, group, field.type, false, part.children[i])) {
      return false;
    }
  }
  if (leaves_.size() > part.leaf) return true;
  // No wanted field is in the file: some other leaf has to tell which structs are there.
  const SchemaNode* leaf = firstLeaf(node);
  return leaf != nullptr && addLeaf(file, *leaf, group, anyTypeOf(*leaf));
}

int64_t NestedColumnReader::bytesRead() const {
  int64_t bytes = 0;
  for (const auto& leaf : leaves_) bytes += leaf->bytesRead();
  return bytes;
}

Result<VectorPtr> NestedColumnReader::read(RowIndex rows) {
  values_.clear();
  for (const auto& leaf : leaves_) {
    if (pendingSkip_ > 0) RETURN_IF_ERROR(leaf->skip(pendingSkip_));
    ASSIGN_OR_RETURN(auto values, leaf->read(rows));
    values_.push_back(std::move(values));
  }
  pendingSkip_ = 0;
  VectorPtr vector = assemble(root_, 0, 0);
  values_.clear();
  if (vector == nullptr || vector->size() != rows) {
    return Error(condition::kMalformedFile).with("path", path_).with("reason", "the levels of a nested column do not agree");
  }
  return vector;
}

// A slot is a place for a value of this node: one a row of the table, or one an element of the list around it. In a leaf's levels it begins
// where the repetition level is at most the list's depth (`repetition`) and the definition level says that the element is there (`exists`).
VectorPtr NestedColumnReader::assemble(const Part& part, uint32_t repetition, uint32_t exists) const {
  switch (part.kind) {
    case Part::Kind::kLeaf: return assembleLeaf(part, exists);
    case Part::Kind::kList: return assembleList(part, repetition, exists);
    case Part::Kind::kMissing: return nullptr;  // the struct around knows how many
    case Part::Kind::kStruct: break;
  }
  const LeveledLeaf::Values& levels = values_[part.leaf];
  const auto present = static_cast<uint32_t>(part.node->maxDefinition);
  ValidityWriter validity(levels.definition.size());
  for (size_t i = 0; i < levels.definition.size(); ++i) {
    if (levels.definition[i] < exists || (!levels.repetition.empty() && levels.repetition[i] > repetition)) continue;
    validity.add(levels.definition[i] >= present);
  }
  std::vector<VectorPtr> children;
  for (const Part& child : part.children) {
    VectorPtr vector = child.kind == Part::Kind::kMissing ? ColumnVector::nulls(child.type, validity.size()) : assemble(child, repetition, exists);
    if (vector == nullptr || vector->size() != validity.size()) return nullptr;
    children.push_back(std::move(vector));
  }
  const RowIndex size = validity.size();
  return ColumnVector::structure(part.type, size, validity.finish(), std::move(children));
}

VectorPtr NestedColumnReader::assembleLeaf(const Part& part, uint32_t exists) const {
  const LeveledLeaf::Values& levels = values_[part.leaf];
  const auto present = static_cast<uint32_t>(part.node->maxDefinition);
  const size_t width = leaves_[part.leaf]->width();
  ValidityWriter validity(levels.definition.size());
  auto values = Buffer::allocateZeroed(levels.definition.size() * width);
  size_t next = 0;
  for (const uint32_t definition : levels.definition) {
    if (definition < exists) continue;
    if (definition == present) std::memcpy(values->mutableData() + static_cast<size_t>(validity.size()) * width, levels.values->data() + next++ * width, width);
    validity.add(definition == present);
  }
  const RowIndex size = validity.size();
  return ColumnVector::flat(part.type, size, std::move(values), validity.finish(), levels.owners);
}

VectorPtr NestedColumnReader::assembleList(const Part& part, uint32_t repetition, uint32_t exists) const {
  const LeveledLeaf::Values& levels = values_[part.leaf];
  const auto element = static_cast<uint32_t>(part.repeated->maxDefinition);
  // A repeated field without a list around it is never null, only empty.
  const auto present = part.repeated == part.node ? element - 1 : static_cast<uint32_t>(part.node->maxDefinition);
  ValidityWriter validity(levels.definition.size());
  auto entries = Buffer::allocate(levels.definition.size() * sizeof(ListEntry));
  auto* lists = entries->mutableAs<ListEntry>();
  int32_t numElements = 0;
  for (size_t i = 0; i < levels.definition.size(); ++i) {
    const uint32_t definition = levels.definition[i];
    const uint32_t level = levels.repetition.empty() ? 0 : levels.repetition[i];
    if (definition < exists) continue;
    if (level <= repetition) {
      lists[validity.size()] = {.offset = numElements, .length = 0};
      validity.add(definition >= present);
    }
    if (level > repetition + 1 || definition < element || validity.size() == 0) continue;
    ++lists[validity.size() - 1].length;
    ++numElements;
  }
  std::vector<VectorPtr> children;
  for (const Part& child : part.children) {
    VectorPtr vector = assemble(child, repetition + 1, element);
    if (vector == nullptr || vector->size() != numElements) return nullptr;
    children.push_back(std::move(vector));
  }
  const RowIndex size = validity.size();
  return ColumnVector::list(part.type, size, std::move(entries), validity.finish(), std::move(children));
}

}  // namespace flint::sources
