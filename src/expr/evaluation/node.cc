#include "expr/evaluation/node.h"

#include <algorithm>
#include <cstring>

namespace flint::expr {

using columnar::bitIsSet;
using columnar::Buffer;
using columnar::Selection;

Result<VectorPtr> EvaluationNode::evaluate(EvaluationContext& context, const ActiveRows& active) const {
  NodeState* state = isShared_ ? context.stateOf(*this) : nullptr;
  if (state == nullptr) return compute(context, active);
  if (state->batch == context.batch && state->memo != nullptr) return state->memo;
  const bool whole = active.count() == context.root.count();
  // What may raise is computed only for rows that ask for it.
  if (!whole && (canRaise_ || active.count() * 4 < context.root.count())) return compute(context, active);
  ASSIGN_OR_RETURN(VectorPtr vector, compute(context, context.root));
  state->batch = context.batch;
  state->memo = vector;
  return vector;
}

Status EvaluationNode::select(EvaluationContext& context, const ActiveRows& active, bool wanted, Selection& out) const {
  ASSIGN_OR_RETURN(const VectorPtr vector, evaluate(context, active));
  selectWhere(*vector, active, wanted, out);
  return Status::ok();
}

Status reportErrors(EvaluationContext& context, const RowErrors& errors, const OriginPtr& origin) {
  if (errors.isEmpty()) return Status::ok();
  if (context.deferred != nullptr) {
    for (const auto& [row, error] : errors.list()) {
      Error placed = error;
      context.deferred->set(row, std::move(placed.at(origin)));
    }
    return Status::ok();
  }
  const auto& list = errors.list();
  const auto first = std::min_element(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  Error placed = first->second;
  return std::move(placed.at(origin));
}

void selectWhere(const ColumnVector& booleans, const ActiveRows& active, bool wanted, Selection& out) {
  const columnar::VectorReader<uint8_t> values(booleans);
  const size_t before = out.size();
  if (values.isConstant()) {
    if (active.isEmpty() || values.isNull(active[0]) || (values[0] != 0) != wanted) return;
    for (const RowIndex row : active) out.push_back(row);
    return;
  }
  out.resize(before + static_cast<size_t>(active.count()));
  RowIndex* at = out.data() + before;
  const uint8_t want = wanted ? 1 : 0;
  if (const uint8_t* flat = values.flatValues(); flat != nullptr && !values.mayHaveNulls()) {
    forEachActive(active, [&](RowIndex row) {
      *at = row;
      at += (flat[row] == want);
    });
  } else if (!values.mayHaveNulls()) {
    forEachActive(active, [&](RowIndex row) {
      *at = row;
      at += (values[row] == want);
    });
  } else {
    forEachActive(active, [&](RowIndex row) {
      *at = row;
      at += static_cast<int>(values[row] == want) & static_cast<int>(!values.isNull(row));
    });
  }
  out.resize(static_cast<size_t>(at - out.data()));
}

void selectOthers(const ActiveRows& active, std::span<const RowIndex> taken, Selection& out) {
  size_t next = 0;
  forEachActive(active, [&](RowIndex row) {
    if (next < taken.size() && taken[next] == row) {
      ++next;
    } else {
      out.push_back(row);
    }
  });
}

void addValidity(const ColumnVector& vector, std::shared_ptr<Buffer>& bits) {
  if (!vector.mayHaveNulls()) return;
  const int64_t words = columnar::bitmapWords(vector.size());
  if (bits == nullptr) {
    bits = Buffer::allocate(static_cast<size_t>(words) * 8);
    std::memset(bits->mutableData(), 0xFF, static_cast<size_t>(words) * 8);
  }
  auto* out = bits->mutableAs<uint64_t>();
  if (vector.validity() != nullptr) {
    for (int64_t word = 0; word < words; ++word) out[word] &= vector.validity()[word];
  }
  if (vector.isFlat() || !vector.base()->mayHaveNulls()) return;
  const uint64_t* base = vector.base()->validity();
  if (vector.isConstant()) {
    if (!bitIsSet(base, 0)) std::memset(out, 0, static_cast<size_t>(words) * 8);
    return;
  }
  const int32_t* indices = vector.indices();
  for (int64_t word = 0; word < words; ++word) {
    const int64_t begin = word * 64;
    const int64_t end = std::min<int64_t>(begin + 64, vector.size());
    uint64_t valid = 0;
    for (int64_t row = begin; row < end; ++row) valid |= static_cast<uint64_t>(bitIsSet(base, indices[row])) << (row - begin);
    out[word] &= valid;
  }
}

std::shared_ptr<Buffer> validRows(const ColumnVector& vector) {
  std::shared_ptr<Buffer> bits;
  addValidity(vector, bits);
  return bits;
}

namespace {

template <class T>
void copyPart(const ColumnVector& part, const Selection& rows, T* out) {
  const columnar::VectorReader<T> values(part);
  if (values.isConstant()) {
    const T value = values[0];
    for (const RowIndex row : rows) out[row] = value;
  } else {
    for (const RowIndex row : rows) out[row] = values[row];
  }
}

template <class T>
VectorPtr mergeFixed(const DataType& type, RowIndex size, std::span<const VectorPtr> parts, std::span<const Selection> rows) {
  ResultBuffer result(type, size);
  T* out = result.values<T>();
  for (size_t i = 0; i < parts.size(); ++i) {
    const ColumnVector& part = *parts[i];
    if (rows[i].empty()) continue;
    copyPart<T>(part, rows[i], out);
    if constexpr (std::is_same_v<T, StringView>) result.borrowFrom(parts[i]);
    if (!part.mayHaveNulls()) continue;
    uint64_t* validity = result.validity();
    const columnar::VectorReader<T> reader(part);
    const bool allNull = part.isConstant() && part.isNull(0);
    for (const RowIndex row : rows[i]) {
      if (allNull || reader.isNull(row)) columnar::clearBit(validity, row);
    }
  }
  return result.finish();
}

}  // namespace

VectorPtr mergeParts(const DataType& type, RowIndex size, std::span<const VectorPtr> parts, std::span<const Selection> rows) {
  switch (type.physicalType()) {
    case PhysicalType::kBool: return mergeFixed<uint8_t>(type, size, parts, rows);
    case PhysicalType::kInt8: return mergeFixed<int8_t>(type, size, parts, rows);
    case PhysicalType::kInt16: return mergeFixed<int16_t>(type, size, parts, rows);
    case PhysicalType::kInt32: return mergeFixed<int32_t>(type, size, parts, rows);
    case PhysicalType::kInt64: return mergeFixed<int64_t>(type, size, parts, rows);
    case PhysicalType::kInt128: return mergeFixed<int128_t>(type, size, parts, rows);
    case PhysicalType::kFloat: return mergeFixed<float>(type, size, parts, rows);
    case PhysicalType::kDouble: return mergeFixed<double>(type, size, parts, rows);
    case PhysicalType::kString: return mergeFixed<StringView>(type, size, parts, rows);
    case PhysicalType::kInterval: return mergeFixed<CalendarInterval>(type, size, parts, rows);
    case PhysicalType::kList:
    case PhysicalType::kStruct: break;
  }
  // Nested values are copied row by row.
  std::vector<int32_t> source(static_cast<size_t>(size), -1);
  for (size_t i = 0; i < parts.size(); ++i) {
    for (const RowIndex row : rows[i]) source[static_cast<size_t>(row)] = static_cast<int32_t>(i);
  }
  columnar::VectorBuilder builder(type);
  for (RowIndex row = 0; row < size; ++row) {
    const int32_t part = source[static_cast<size_t>(row)];
    if (part < 0) {
      builder.appendNull();
    } else {
      builder.appendFrom(*parts[static_cast<size_t>(part)], row);
    }
  }
  return builder.finish();
}

}  // namespace flint::expr
