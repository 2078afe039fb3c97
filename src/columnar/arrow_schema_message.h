#pragma once

#include <cstdint>
#include <string>

#include "columnar/arrow_ipc_writer.h"
#include "columnar/flatbuffer_builder.h"

namespace flint::columnar {

/// What a message of an Arrow IPC stream holds; numbers of the format.
enum class ArrowHeader : uint8_t { kSchema = 1, kRecordBatch = 3 };

/// Wraps `header`, a table of `builder`, into an encapsulated message: marker, length and metadata, padded to 8 bytes. The body follows.
std::string finishArrowMessage(FlatBufferBuilder& builder, ArrowHeader kind, FlatBufferBuilder::Offset header, int64_t bodySize);

/// The schema message of `fields`, in Arrow's types as Spark maps them.
std::string arrowSchemaMessage(const StructFields& fields, const ArrowWriteOptions& options);

}  // namespace flint::columnar
