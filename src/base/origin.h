#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace flint {
inline namespace base {

/// Where in a query an expression or a plan was written; the source of an error's query context.
///
/// Invariant: `startIndex` and `stopIndex` are inclusive code point positions in `*sqlText`; -1 where not known.
/// Threads: immutable once shared.
struct Origin {
  std::shared_ptr<const std::string> sqlText;  // the whole statement; null for DataFrame calls
  int32_t line = -1;                           // from 1
  int32_t startPosition = -1;                  // column in that line, from 0
  int32_t startIndex = -1;
  int32_t stopIndex = -1;
  std::string objectType;  // "VIEW" when inside a view's text
  std::string objectName;
  std::string dataFrameFragment;  // "divide": the call on the client, when known
  std::string callSite;           // file and line of the client's program

  bool known() const { return (sqlText && startIndex >= 0) || !dataFrameFragment.empty(); }
  /// The text between the two indexes, or the client's call.
  std::string fragment() const;
  /// The block that Spark prints below a message ("== SQL (line 1, position 8) ==" ...).
  std::string summary() const;
};

using OriginPtr = std::shared_ptr<const Origin>;

}  // namespace base
}  // namespace flint
