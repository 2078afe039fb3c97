#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "types/data_type.h"
#include "types/value.h"

namespace flint::functions {

/// A format of Java's Formatter: "%-10s|%,.2f".
///
/// Threads: immutable.
/// Source: keeps the behaviour of java.util.Formatter, for the values that Spark hands it: dates, times and intervals are their numbers.
class JavaFormat {
 public:
  /// Nothing for a format that Java refuses.
  static std::optional<JavaFormat> parse(std::string_view format);

  struct Argument {
    DataType type;
    Value value;
  };
  /// The text of the arguments; nothing where one lacks or is not of its conversion's types.
  std::optional<std::string> write(const std::vector<Argument>& arguments) const;
  /// The most characters that one conversion is filled up to.
  int64_t widest() const;

 private:
  // One conversion, or text as it is.
  struct Part {
    std::string text;
    char conversion = 0;  // in lower case; 0 for text
    char time = 0;        // what of a time, behind 't'
    bool upper = false;
    bool left = false, alternate = false, plus = false, space = false, zero = false, group = false, parentheses = false, previous = false;
    int argument = 0;  // from 1; 0: the next one
    int width = -1;
    int precision = -1;
  };

  static bool isAllowed(const Part& part);
  static std::optional<std::string> written(const Part& part, const Argument& argument);
  static std::optional<std::string> writtenWhole(const Part& part, const Argument& argument);
  static std::string writtenFloating(const Part& part, double value);
  static std::string withZeros(const Part& part, std::string digits, int used);
  static std::string justified(const Part& part, std::string text);

  std::vector<Part> parts_;
};

}  // namespace flint::functions
