#include "sources/parquet/thrift_reader.h"

namespace flint::sources {

void ThriftReader::skipValue() {
  switch (type_) {
    case kTrue:
    case kFalse:
      if (inList_) readByte();
      return;
    case kI8: readByte(); return;
    case kI16:
    case kI32:
    case kI64: readVarint(); return;
    case kDouble: return skipBytes(8);
    case kUuid: return skipBytes(16);
    case kBinary: readBinary(); return;
    case kStruct: return readStruct([](int32_t) { return false; });
    case kList:
    case kSet: return readList([this] { skipValue(); });
    case kMap: {
      const uint64_t count = readVarint();
      if (count == 0) return;
      const uint8_t types = readByte();
      if (count > static_cast<uint64_t>(end_ - at_) || depth_ >= kMaxDepth) return fail();
      ++depth_;
      for (uint64_t i = 0; i < count && !failed_; ++i) {
        for (const int shift : {4, 0}) {
          type_ = types >> shift & 0xF;
          inList_ = true;
          skipValue();
          inList_ = false;
        }
      }
      --depth_;
      return;
    }
    default: return fail();
  }
}

}  // namespace flint::sources
