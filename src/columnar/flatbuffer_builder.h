#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flint::columnar {

/// Writes one FlatBuffers message, as far as Arrow's metadata needs it: tables, strings, vectors of tables and of structs.
///
/// Bytes are written back to front, so what a table refers to is made before the table; an Offset counts from the end of the buffer.
/// Threads: confined to its owner.
/// Source: the FlatBuffers binary format, https://flatbuffers.dev/internals/
class FlatBufferBuilder {
 public:
  using Offset = uint32_t;

  Offset string(std::string_view text);
  Offset offsetVector(const std::vector<Offset>& offsets);
  /// A vector of structs that are `words` int64 each; `values` holds them all, one behind another.
  Offset structVector(const std::vector<int64_t>& values, size_t words);

  /// Fields between `beginTable` and `endTable`, each by its number in the schema; no other object may be made in between.
  void beginTable(int numFields);
  template <class T>
  void scalar(int field, T value) {
    align(sizeof(T), 0);
    push(&value, sizeof(T));
    fields_[static_cast<size_t>(field)] = size();
  }
  void offset(int field, Offset target);
  Offset endTable();

  /// The message with `root` as its root table, padded to a multiple of 8 bytes.
  std::string finish(Offset root);

 private:
  Offset size() const { return static_cast<Offset>(reversed_.size()); }
  // Pads so that after `more` further bytes the position is a multiple of `alignment`, counted from the end.
  void align(size_t alignment, size_t more);
  void push(const void* data, size_t size);
  void pushOffset(Offset target);

  std::string reversed_;  // the message's bytes, last one first
  std::vector<Offset> fields_;
  Offset tableEnd_ = 0;
};

}  // namespace flint::columnar
