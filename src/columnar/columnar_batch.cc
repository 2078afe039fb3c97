#include "columnar/columnar_batch.h"

namespace flint::columnar {

int64_t ColumnarBatch::byteSize() const {
  int64_t bytes = 0;
  for (const VectorPtr& column : columns_) bytes += column->byteSize();
  return bytes;
}

}  // namespace flint::columnar
