#pragma once

#include <type_traits>

#include "plan/physical/physical_nodes.h"

namespace flint::plan {

/// Writes the fields that tree::encodeField does not know. Children are written by `encodePlan`: here only whether they are there.
struct PhysicalFieldWriter {
  template <class T>
  void write(ByteWriter& out, const std::shared_ptr<T>& pointer) {
    out.writeVarint(pointer == nullptr ? 0 : 1);
    if (pointer == nullptr) return;
    using Plain = std::remove_const_t<T>;
    if constexpr (std::is_base_of_v<expr::Expression, Plain>) {
      expr::encodeExpression(out, pointer);
    } else if constexpr (std::is_same_v<Plain, connector::Table>) {
      ByteWriter table;
      pointer->encode(table);
      out.writeString(pointer->format());
      out.writeString(table.bytes());
    } else if constexpr (std::is_same_v<Plain, std::vector<columnar::ColumnarBatch>>) {
      writeBatches(out, *pointer);
    } else {
      static_assert(std::is_same_v<Plain, PhysicalPlan>, "a field type without an encoding");
    }
  }
  static void writeBatches(ByteWriter& out, const std::vector<columnar::ColumnarBatch>& batches);
};

}  // namespace flint::plan
