#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "columnar/buffer.h"
#include "columnar/column_vector.h"
#include "connector/shared_reads.h"
#include "sources/parquet/page_header.h"

namespace flint::sources {

/// What a query's readers of one column chunk keep for one another: its decompressed pages for other scans, and its dictionary for those who read
/// other parts of the chunk meanwhile.
///
/// Pages are named by where their header begins in the file. A page goes when as many scans took it as there are others, the dictionary with its last user.
/// Threads: thread-safe.
class SharedChunk {
 public:
  /// `readers`: the scans that read the chunk, the one that keeps its pages included. `reads` outlives this.
  SharedChunk(connector::SharedReads& reads, int32_t readers) : reads_(reads), others_(readers - 1) {}

  /// Header and body position of a kept page; false: it is not kept.
  bool find(int64_t start, PageHeader& header, int64_t& body) const;
  /// A kept page's bytes; null: it is not kept (any more).
  std::shared_ptr<const columnar::Buffer> take(int64_t start);
  /// Keeps a page if memory allows; false: it did not.
  bool keep(int64_t start, const PageHeader& header, int64_t body, std::shared_ptr<const columnar::Buffer> bytes);

  /// The chunk's dictionary as values of `type`; null: nobody holds it.
  columnar::VectorPtr dictionary(const DataType& type) const;
  void shareDictionary(const columnar::VectorPtr& dictionary);

 private:
  struct Page {
    PageHeader header;
    int64_t body = 0;
    std::shared_ptr<const columnar::Buffer> bytes;
    int32_t left = 0;
  };
  connector::SharedReads& reads_;
  const int32_t others_;
  mutable std::mutex mutex_;  // a leaf but for the memory's
  std::unordered_map<int64_t, Page> pages_;
  std::weak_ptr<const columnar::ColumnVector> dictionary_;
};

}  // namespace flint::sources
