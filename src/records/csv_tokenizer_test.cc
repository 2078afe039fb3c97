#include "records/csv_tokenizer.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace flint::records {
namespace {

std::vector<std::string> textsOf(const std::vector<CsvTokenizer::Field>& fields) {
  std::vector<std::string> texts;
  for (const auto& field : fields) texts.push_back((field.quoted ? "q:" : "") + std::string(field.text));
  return texts;
}

std::vector<std::string> split(CsvTokenizer& tokenizer, std::string_view line, bool multiLine, size_t most = std::string_view::npos) {
  std::vector<CsvTokenizer::Field> fields;
  size_t position = 0;
  if (!tokenizer.next(line, position, multiLine, fields, most)) return {"nothing"};
  return textsOf(fields);
}

// Lines are split a block at a time, records of several lines byte by byte: without line ends both have to say the same.
TEST(CsvTokenizer, splitsLinesAsItSplitsRecords) {
  CsvDialect plain;
  CsvDialect trimming;
  trimming.trimLeading = trimming.trimTrailing = true;
  CsvDialect unquoted;
  unquoted.quote = '\0';
  CsvDialect wide;
  wide.separator = "||";
  CsvDialect tabs;
  tabs.separator = "\t";
  constexpr std::string_view kAlphabet = "abcd,,,\"| \t\\";
  uint64_t state = 7;
  const auto draw = [&](uint64_t below) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state >> 33) % below;
  };
  for (const CsvDialect& dialect : {plain, trimming, unquoted, wide, tabs}) {
    CsvTokenizer tokenizer(dialect);
    for (int i = 0; i < 20'000; ++i) {
      std::string line;
      for (uint64_t length = draw(80); length > 0; --length) line += kAlphabet[draw(i % 2 == 0 ? 7 : kAlphabet.size())];
      const auto expected = split(tokenizer, line, true);
      ASSERT_EQ(split(tokenizer, line, false), expected) << line;
      const size_t most = 1 + draw(4);
      const auto first = split(tokenizer, line, false, most);
      ASSERT_EQ(first, std::vector<std::string>(expected.begin(), expected.begin() + static_cast<ptrdiff_t>(std::min(most, expected.size())))) << line;
    }
  }
}

TEST(CsvTokenizer, aLineEndsInTheFieldBehindItsLastSeparator) {
  CsvTokenizer tokenizer(CsvDialect{});
  EXPECT_EQ(split(tokenizer, "a,b,", false), (std::vector<std::string>{"a", "b", ""}));
  EXPECT_EQ(split(tokenizer, "0123456789abcde,", false), (std::vector<std::string>{"0123456789abcde", ""}));
  EXPECT_EQ(split(tokenizer, "0123456789abcde,\"x,y\"", false), (std::vector<std::string>{"0123456789abcde", "q:x,y"}));
}

}  // namespace
}  // namespace flint::records
