#include "exec/aggregate/distinct_aggregator.h"

#include "columnar/row_serializer.h"
#include "columnar/vector_reader.h"

namespace flint::exec {
namespace {

using columnar::ActiveRows;
using columnar::RowIndex;
using columnar::StringView;
using columnar::VectorPtr;

columnar::RowLayout layoutOf(const std::vector<DataType>& types) {
  std::vector<columnar::RowLayout::Column> columns;
  for (const DataType& type : types) columns.push_back({type, true});
  return columnar::RowLayout(std::move(columns));
}

}  // namespace

struct DistinctAggregator::Set {
  explicit Set(const GroupRowFormat& format) : rows(format), table(format) {}
  GroupRows rows;
  GroupTable table;
  int64_t told = 0;  // bytes that the arena knows of

  int64_t bytes() const { return rows.bytes() + table.bytes() + static_cast<int64_t>(sizeof(Set)); }
  void tell(expr::StateArena& arena) {
    const int64_t now = bytes();
    arena.adjust(now - told);
    told = now;
  }
};

DistinctAggregator::DistinctAggregator(std::shared_ptr<const expr::Aggregator> inner, std::vector<DataType> argumentTypes, DataType result)
    : inner_(std::move(inner)),
      argumentTypes_(std::move(argumentTypes)),
      result_(std::move(result)),
      format_(GroupRowFormat::make(layoutOf(argumentTypes_), {})) {}

void DistinctAggregator::init(std::byte* state) const { *reinterpret_cast<Set**>(state) = nullptr; }

void DistinctAggregator::destroy(std::byte* state) const {
  delete *reinterpret_cast<Set**>(state);
  init(state);
}

DistinctAggregator::Set& DistinctAggregator::setOf(std::byte* state) const {
  Set*& set = *reinterpret_cast<Set**>(state);
  if (set == nullptr) set = new Set(format_);
  return *set;
}

Status DistinctAggregator::update(std::byte* const* states, size_t offset, const expr::AggregateInput& input, expr::StateArena& arena) const {
  const auto count = static_cast<size_t>(input.active.count());
  const size_t width = format_.keys.width();
  std::vector<std::byte> packed(count * width);
  std::vector<uint64_t> hashes(count);
  columnar::StringHeap scratch;
  format_.keys.pack(input.arguments, input.active, packed.data(), scratch);
  format_.keys.hash(packed.data(), count, hashes.data());
  std::byte* found;
  for (size_t i = 0; i < count; ++i) {
    Set& set = setOf(states[i] + offset);
    if (set.table.findOrAdd(packed.data() + i * width, &hashes[i], 1, &found, set.rows) != 0) set.tell(arena);
  }
  return Status::ok();
}

Status DistinctAggregator::updateOne(std::byte* state, const expr::AggregateInput& input, expr::StateArena& arena) const {
  const std::vector<std::byte*> states(static_cast<size_t>(input.active.count()), state);
  return update(states.data(), 0, input, arena);
}

Status DistinctAggregator::merge(std::byte* into, const std::byte* from, expr::StateArena& arena) const {
  const Set* other = *reinterpret_cast<Set* const*>(from);
  if (other == nullptr) return Status::ok();
  Set& set = setOf(into);
  for (size_t p = 0; p < kGroupPartitions; ++p) {
    other->rows.partition(p).forEach([&](const std::byte* row) {
      const uint64_t hash = GroupRowFormat::hashOf(row);
      std::byte* found;
      set.table.findOrAdd(row + GroupRowFormat::kKeys, &hash, 1, &found, set.rows);
    });
  }
  set.tell(arena);
  return Status::ok();
}

std::vector<DataType> DistinctAggregator::encodedTypes() const { return {DataType::binary()}; }

std::vector<VectorPtr> DistinctAggregator::columnsOf(const Set& set) const {
  std::vector<const std::byte*> rows;
  if (const auto* inOrder = set.rows.inOrder()) {
    for (const std::byte* row : *inOrder) rows.push_back(row + GroupRowFormat::kKeys);
  } else {
    for (size_t p = 0; p < kGroupPartitions; ++p) {
      set.rows.partition(p).forEach([&](const std::byte* row) { rows.push_back(row + GroupRowFormat::kKeys); });
    }
  }
  std::vector<VectorPtr> columns;
  for (size_t i = 0; i < argumentTypes_.size(); ++i) columns.push_back(format_.keys.unpack(i, rows, nullptr));
  return columns;
}

Status DistinctAggregator::encode(std::span<const std::byte* const> states, size_t offset, std::span<columnar::VectorBuilder> columns) const {
  for (const std::byte* state : states) {
    const Set* set = *reinterpret_cast<Set* const*>(state + offset);
    ByteWriter bytes;
    if (set != nullptr) {
      const std::vector<VectorPtr> values = columnsOf(*set);
      for (RowIndex row = 0; row < values[0]->size(); ++row) {
        for (const VectorPtr& value : values) columnar::serializeValue(*value, row, true, bytes);
      }
    }
    columns[0].appendString(bytes.bytes());
  }
  return Status::ok();
}

Status DistinctAggregator::mergeEncoded(std::byte* const* states, size_t offset, std::span<const VectorPtr> columns, const ActiveRows& active,
                                        expr::StateArena& arena) const {
  const columnar::VectorReader<StringView> reader(*columns[0]);
  for (RowIndex i = 0; i < active.count(); ++i) {
    ByteReader bytes(reader[active[i]].view());
    std::vector<columnar::VectorBuilder> builders;
    for (const DataType& type : argumentTypes_) builders.emplace_back(type);
    while (!bytes.atEnd()) {
      for (columnar::VectorBuilder& builder : builders) columnar::deserializeValue(bytes, builder);
    }
    if (bytes.failed()) return bytes.status();
    std::vector<VectorPtr> values;
    for (columnar::VectorBuilder& builder : builders) values.push_back(builder.finish());
    RETURN_IF_ERROR(updateOne(states[i] + offset, {values, ActiveRows(values[0]->size())}, arena));
  }
  return Status::ok();
}

Status DistinctAggregator::finalize(std::span<const std::byte* const> states, size_t offset, columnar::VectorBuilder& result) const {
  GroupArena arena;
  std::vector<uint64_t> scratch((inner_->stateSize() + 7) / 8);
  auto* inner = reinterpret_cast<std::byte*>(scratch.data());
  for (const std::byte* state : states) {
    inner_->init(inner);
    const Set* set = *reinterpret_cast<Set* const*>(state + offset);
    Status status;
    if (set != nullptr) {
      const std::vector<VectorPtr> values = columnsOf(*set);
      status = inner_->updateOne(inner, {values, ActiveRows(values[0]->size())}, arena);
    }
    const std::byte* one = inner;
    if (status.isOk()) status = inner_->finalize({&one, 1}, 0, result);
    inner_->destroy(inner);
    RETURN_IF_ERROR(status);
  }
  return Status::ok();
}

}  // namespace flint::exec
