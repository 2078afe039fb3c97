#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "types/data_type.h"

namespace flint {
inline namespace types {

/// How strings of a collation are compared. Ids are those that `DataType::collation()` holds: 0 is UTF8_BINARY, 1 UTF8_LCASE, bit 29 marks ICU's
/// collations, whose low bits number the locale (0: the root), bit 17 ignores case, bit 16 accents, bit 18 blanks at the end.
struct Collation {
  std::string locale;  // of ICU; "" for the root
  bool icu = false;
  bool lowerCase = false;  // UTF8_LCASE
  bool ignoresCase = false;
  bool ignoresAccents = false;
  bool ignoresTrailingBlanks = false;
};

/// What a text has that was made of texts of several collations: it can be passed on, not compared.
inline constexpr int kIndeterminateCollation = -1;

/// The id of a collation's name in any case; -1 for an unknown one.
int findCollation(std::string_view name);
/// "UNICODE_CI", "de_AI_RTRIM".
std::string collationName(int id);
/// Every collation's id: those of bytes first, then ICU's by locale.
std::vector<int> allCollations();
Collation collationOf(int id);
/// Whether values of the type are texts under another collation than UTF8_BINARY, or hold such.
bool hasCollations(const DataType& type);

}  // namespace types
}  // namespace flint
