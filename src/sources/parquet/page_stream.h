#pragma once

#include <memory>
#include <span>

#include "base/status.h"
#include "columnar/buffer.h"
#include "io/file_system.h"
#include "sources/parquet/file_footer.h"
#include "sources/parquet/page_header.h"
#include "sources/parquet/shared_chunk.h"

namespace flint::sources {

/// Walks over the pages of a column chunk, in file order; a page that nobody loads is never decompressed.
///
/// Memory: a window of the chunk (1 MiB, or one page) and the loaded page, which its user may keep beyond.
/// Errors: FAILED_READ_FILE.NO_HINT with what is damaged. Threads: confined to its owner.
class PageStream {
 public:
  /// `shared`: where pages are kept for other scans of the query, and found; null: nowhere.
  PageStream(std::shared_ptr<const io::RandomAccessFile> file, const ColumnChunk& chunk, std::shared_ptr<SharedChunk> shared = nullptr);

  /// Goes to the next page; false at the chunk's end. Index pages are passed over.
  Result<bool> next();
  /// Reads the first page's header alone.
  Result<bool> peekHeader();
  const PageHeader& header() const { return header_; }
  /// The current page's bytes, decompressed (levels of V2 pages in front).
  Result<std::shared_ptr<const columnar::Buffer>> load();
  /// Where the current page stands, for `loadPassed`.
  struct Passed {
    int64_t start = 0;
    int64_t position = 0;
    PageHeader header;
  };
  Passed current() const { return {start_, position_, header_}; }
  /// As `load`, for a page that was gone past; the current page stays the current one, yet to be loaded.
  Result<std::shared_ptr<const columnar::Buffer>> loadPassed(const Passed& page);
  /// The next pages are likely to be gone past, so that little is read ahead.
  void expectPassing() { passingOver_ = true; }

  int64_t bytesRead() const { return bytesRead_; }
  Error damaged(std::string reason) const;

 private:
  Status readHeader();
  // Makes [position_, position_ + size) available in the window, which is read `ahead` bytes long.
  Status need(int64_t size, int64_t ahead);
  const uint8_t* at(int64_t position) const { return window_->data() + (position - windowStart_); }

  const std::shared_ptr<const io::RandomAccessFile> file_;
  const ColumnChunk& chunk_;
  const std::shared_ptr<SharedChunk> shared_;
  const int64_t end_;
  int64_t start_ = 0;     // of the current page's header
  int64_t position_;      // of the current page's body, or of the next header
  int64_t nextPage_;
  PageHeader header_;
  std::shared_ptr<columnar::Buffer> window_;
  int64_t windowStart_ = 0;
  int64_t windowEnd_ = 0;
  std::shared_ptr<columnar::Buffer> page_;  // reused when nobody else holds it
  size_t pageCapacity_ = 0;
  int64_t bytesRead_ = 0;
  bool passingOver_ = false;  // the current page was not loaded, so the next one may not be either
  bool cameOver_ = false;     // nor was the page before it
};

}  // namespace flint::sources
