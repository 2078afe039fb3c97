#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "io/byte_stream.h"

namespace flint::records {

/// The lines of a byte range of a file, without their ends.
///
/// Shape: as Hadoop cuts text: a range that does not begin the file leaves its first line, whole or not, to the one before, and has the line that begins right at
/// its end; so ranges that cover a file have each line once. Line ends are \n, \r\n and \r, or the given separator alone.
/// Memory: the longest line and a buffer. Views are good until the next call.
/// Threads: confined to its owner.
class LineReader {
 public:
  /// `start`..`start + length` of an uncompressed file (`stream` is at `start`), or all of a stream (length -1).
  LineReader(std::unique_ptr<io::ByteStream> stream, int64_t start, int64_t length, std::string separator = {});

  /// The next line, or nothing at the end. Errors: of the stream.
  Result<std::optional<std::string_view>> next();
  /// The rest of the stream as one text.
  Result<std::string_view> rest();

 private:
  // False at the end of the stream.
  Result<bool> fill();
  // The end of the line that begins at `begin_`, and where the next begins; npos when the buffer does not hold it.
  bool findEnd(bool atEnd, size_t& end, size_t& nextLine) const;

  const std::unique_ptr<io::ByteStream> stream_;
  const std::string separator_;
  int64_t left_;         // bytes from the line that begins at begin_ to the end of the range; negative: without bound
  const bool bounded_;
  bool skipFirst_;
  std::string buffer_;
  size_t begin_ = 0;
  bool ended_ = false;
};

}  // namespace flint::records
