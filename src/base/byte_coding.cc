#include "base/byte_coding.h"

namespace flint {
inline namespace base {

Status ByteReader::status() const {
  if (failed_) return internalError("encoded bytes are truncated or malformed");
  return Status::ok();
}

}  // namespace base
}  // namespace flint
