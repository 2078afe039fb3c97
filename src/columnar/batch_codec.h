#pragma once

#include <span>

#include "base/byte_coding.h"
#include "columnar/columnar_batch.h"

namespace flint::columnar {

/// Appends the selected rows of `batch` with its position: what travels in plans, spill files and shuffles.
///
/// Shape: constants stay constants; dictionaries stay where they are smaller than the rows they stand for; all else becomes flat. Types are not
/// written: the reader knows them.
void encodeBatch(ByteWriter& out, const ColumnarBatch& batch);

/// Reads what `encodeBatch` wrote for columns of `types`. Errors: INTERNAL_ERROR for truncated or malformed bytes.
Result<ColumnarBatch> decodeBatch(ByteReader& in, std::span<const DataType> types);

/// The rows `rows[0..count)` of a column as an encoded vector, without the batch around it; and back.
void encodeColumn(ByteWriter& out, const ColumnVector& column, std::span<const RowIndex> rows);
VectorPtr decodeColumn(ByteReader& in, const DataType& type, RowIndex size);

}  // namespace flint::columnar
