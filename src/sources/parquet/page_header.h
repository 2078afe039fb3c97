#pragma once

#include <cstdint>

#include "sources/parquet/file_footer.h"

namespace flint::sources {

enum class PageKind : uint8_t { kData, kIndex, kDictionary, kDataV2 };

struct PageHeader {
  PageKind kind = PageKind::kData;
  int32_t uncompressedSize = 0;
  int32_t compressedSize = 0;
  int32_t numValues = 0;
  ParquetEncoding encoding = ParquetEncoding::kPlain;
  ParquetEncoding definitionEncoding = ParquetEncoding::kRle;
  ParquetEncoding repetitionEncoding = ParquetEncoding::kRle;
  // of V2 pages
  int32_t numNulls = -1;
  int32_t numRows = -1;
  int32_t definitionSize = 0;
  int32_t repetitionSize = 0;
  bool isCompressed = true;
};

}  // namespace flint::sources
