#pragma once

#include <memory>

#include "connector/data_source.h"
#include "sources/write/file_writer.h"

namespace flint::sources {

/// Parquet files as Spark writes them: INT96 timestamps unless spark.sql.parquet.outputTimestampType says otherwise, decimals to 18 digits as
/// integers, the schema as JSON in the key org.apache.spark.sql.parquet.row.metadata.
///
/// Options: compression (else spark.sql.parquet.compression.codec, snappy). Errors: CODEC_NOT_AVAILABLE.*; UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE.
Result<std::shared_ptr<const WriteFormat>> makeParquetWriteFormat(const connector::WriteRequest& request);

}  // namespace flint::sources
