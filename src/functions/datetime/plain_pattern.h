#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flint::functions {

/// A pattern made of yyyy, MM, dd, HH, mm, ss and signs that are no letters, as most are: its moments are written without a look at each letter.
///
/// Threads: confined to its owner.
class PlainPattern {
 public:
  /// Takes `pattern` apart, unless it is that of the last call. Whether it is plain.
  bool take(std::string_view pattern);
  /// Puts the time on a local clock, in microseconds, into `out`. False where the year has not four digits: nothing is written then.
  bool write(int64_t localMicros, std::string& out) const;

 private:
  struct Part {
    char field;  // 0: the sign
    char sign;
  };
  std::string known_;
  bool plain_ = false;
  std::vector<Part> parts_;
};

}  // namespace flint::functions
