#pragma once

#include <memory>

#include "connector/data_source.h"
#include "sources/write/file_writer.h"

namespace flint::sources {

/// ORC files. Timestamps are instants.
///
/// Options: compression (else spark.sql.orc.compression.codec, zstd). Errors: CODEC_NOT_AVAILABLE.*; UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE.
Result<std::shared_ptr<const WriteFormat>> makeOrcWriteFormat(const connector::WriteRequest& request);

}  // namespace flint::sources
