#pragma once

#include <memory>

#include "base/status.h"
#include "columnar/columnar_batch.h"
#include "types/data_type.h"

struct ArrowArray;
struct ArrowSchema;

/// Arrow data comes in over Arrow's C data interface; ArrowIpcWriter gives it out.
namespace flint::columnar {

/// The columns of a record batch's schema in Spark's types. Errors: UNSUPPORTED_ARROWTYPE for a type that Spark has not.
Result<StructFields> importArrowSchema(const ArrowSchema& schema);

/// A record batch (a struct array with one child a column) as vectors of the types that `importArrowSchema` gives.
///
/// Memory: takes `array` over, also on error; strings stay in its buffers, which the vectors keep alive, other values are copied, since
/// vectors have readable bytes behind their end and Arrow's buffers need not.
Result<ColumnarBatch> importArrowBatch(const ArrowSchema& schema, ArrowArray* array);

}  // namespace flint::columnar
