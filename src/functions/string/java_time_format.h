#pragma once

#include <cstdint>
#include <string>

namespace flint::functions {

/// Whether `letter` may stand behind "%t".
bool isJavaTimeConversion(char letter);

/// An instant, in milliseconds, as "%t" with this letter writes it in English, on the clock of the process (TZ); days before 1582-10-15 are the Julian calendar's.
std::string javaTime(char letter, int64_t millis);

}  // namespace flint::functions
