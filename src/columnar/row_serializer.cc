#include "columnar/row_serializer.h"

#include "columnar/normalized_float.h"

namespace flint::columnar {
namespace {

constexpr char kNullTag = 0;
constexpr char kValueTag = 1;

}  // namespace

void serializeValue(const ColumnVector& vector, RowIndex row, bool normalized, ByteWriter& out) {
  if (vector.isNull(row)) return out.writeFixed(kNullTag);
  if (!vector.isFlat()) return serializeValue(*vector.base(), vector.baseRow(row), normalized, out);
  out.writeFixed(kValueTag);
  switch (vector.physicalType()) {
    case PhysicalType::kBool:
    case PhysicalType::kInt8: return out.writeFixed(vector.values<int8_t>()[row]);
    case PhysicalType::kInt16: return out.writeFixed(vector.values<int16_t>()[row]);
    case PhysicalType::kInt32: return out.writeFixed(vector.values<int32_t>()[row]);
    case PhysicalType::kInt64: return out.writeFixed(vector.values<int64_t>()[row]);
    case PhysicalType::kInt128: return out.writeFixed(vector.values<int128_t>()[row]);
    case PhysicalType::kFloat: {
      const float value = vector.values<float>()[row];
      return out.writeFixed(normalized ? normalizedFloat(value) : value);
    }
    case PhysicalType::kDouble: {
      const double value = vector.values<double>()[row];
      return out.writeFixed(normalized ? normalizedFloat(value) : value);
    }
    case PhysicalType::kString: return out.writeString(vector.values<StringView>()[row].view());
    case PhysicalType::kInterval: return out.writeFixed(vector.values<CalendarInterval>()[row]);
    case PhysicalType::kStruct:
      for (const VectorPtr& child : vector.children()) serializeValue(*child, row, normalized, out);
      return;
    case PhysicalType::kList: {
      const ListEntry entry = vector.values<ListEntry>()[row];
      out.writeVarint(static_cast<uint64_t>(entry.length));
      for (int32_t i = 0; i < entry.length; ++i) {
        for (const VectorPtr& child : vector.children()) serializeValue(*child, entry.offset + i, normalized, out);
      }
      return;
    }
  }
}

void deserializeValue(ByteReader& in, VectorBuilder& builder) {
  if (in.readFixed<char>() != kValueTag) return builder.appendNull();
  const DataType& type = builder.type();
  switch (type.physicalType()) {
    case PhysicalType::kBool:
    case PhysicalType::kInt8: return builder.appendFixed(in.readFixed<int8_t>());
    case PhysicalType::kInt16: return builder.appendFixed(in.readFixed<int16_t>());
    case PhysicalType::kInt32: return builder.appendFixed(in.readFixed<int32_t>());
    case PhysicalType::kInt64: return builder.appendFixed(in.readFixed<int64_t>());
    case PhysicalType::kInt128: return builder.appendFixed(in.readFixed<int128_t>());
    case PhysicalType::kFloat: return builder.appendFixed(in.readFixed<float>());
    case PhysicalType::kDouble: return builder.appendFixed(in.readFixed<double>());
    case PhysicalType::kString: return builder.appendString(in.readString());
    case PhysicalType::kInterval: return builder.appendFixed(in.readFixed<CalendarInterval>());
    case PhysicalType::kStruct: {
      const size_t children = type.childTypes().size();
      for (size_t i = 0; i < children; ++i) deserializeValue(in, builder.child(i));
      return builder.appendStruct();
    }
    case PhysicalType::kList: {
      const size_t length = in.readCount();
      const size_t children = type.childTypes().size();
      for (size_t at = 0; at < length; ++at) {
        for (size_t i = 0; i < children; ++i) deserializeValue(in, builder.child(i));
      }
      return builder.appendList(static_cast<int32_t>(length));
    }
  }
}

}  // namespace flint::columnar
