#include "base/error.h"

#include <gtest/gtest.h>

#include "base/byte_coding.h"
#include "base/status.h"

namespace flint {
namespace {

OriginPtr originOf(std::string text, int32_t line, int32_t startPosition, int32_t startIndex, int32_t stopIndex) {
  Origin origin;
  origin.sqlText = std::make_shared<const std::string>(std::move(text));
  origin.line = line;
  origin.startPosition = startPosition;
  origin.startIndex = startIndex;
  origin.stopIndex = stopIndex;
  return std::make_shared<const Origin>(origin);
}

TEST(Error, messageHasConditionStateAndContext) {
  const Error error = Error(condition::kDivideByZero).with("config", "\"spark.sql.ansi.enabled\"").at(originOf("SELECT 1 div 0", 1, 7, 7, 13));
  const std::string message = error.message();
  EXPECT_EQ(message.rfind("[DIVIDE_BY_ZERO] ", 0), 0u);
  EXPECT_NE(message.find("SQLSTATE: 22012\n== SQL (line 1, position 8) ==\nSELECT 1 div 0\n       ^^^^^^^\n"), std::string::npos) << message;
  EXPECT_EQ(message.find('<'), std::string::npos) << "every placeholder is filled: " << message;
}

TEST(Origin, positionsCountCodePoints) {
  const OriginPtr origin = originOf("SELECT 'äö' div 0\nFROM t", 1, 7, 7, 16);
  EXPECT_EQ(origin->fragment(), "'äö' div 0");
  EXPECT_EQ(origin->summary(), "== SQL (line 1, position 8) ==\nSELECT 'äö' div 0\n       ^^^^^^^^^^\n");
}

TEST(Origin, aFragmentOfSeveralLinesIsMarkedInEach) {
  const OriginPtr origin = originOf("SELECT 1 div\n  0 AS a", 1, 7, 7, 15);
  EXPECT_EQ(origin->summary(), "== SQL (line 1, position 8) ==\nSELECT 1 div\n       ^^^^^\n  0 AS a\n^^^\n");
}

TEST(Result, carriesAValueOrAnError) {
  const auto half = [](int value) -> Result<int> {
    if (value % 2 != 0) return internalError("odd");
    return value / 2;
  };
  const auto quarter = [&](int value) -> Result<int> {
    ASSIGN_OR_RETURN(const int once, half(value));
    return half(once);
  };
  EXPECT_EQ(quarter(8).value(), 2);
  ASSERT_FALSE(quarter(6).isOk());
  EXPECT_EQ(quarter(6).error().condition().name, "INTERNAL_ERROR");
}

TEST(ByteReader, readsWhatWasWritten) {
  ByteWriter out;
  out.writeInt(-1);
  out.writeInt(INT64_MIN);
  out.writeVarint(UINT64_MAX);
  out.writeString("text");
  out.writeFixed(1.5);
  ByteReader in(out.bytes());
  EXPECT_EQ(in.readInt(), -1);
  EXPECT_EQ(in.readInt(), INT64_MIN);
  EXPECT_EQ(in.readVarint(), UINT64_MAX);
  EXPECT_EQ(in.readString(), "text");
  EXPECT_EQ(in.readFixed<double>(), 1.5);
  EXPECT_TRUE(in.atEnd());
  EXPECT_TRUE(in.status().isOk());
}

TEST(ByteReader, truncatedBytesAreAnErrorAndNeverReadPastTheEnd) {
  ByteWriter out;
  out.writeString("a long enough text");
  for (size_t length = 0; length < out.bytes().size(); ++length) {
    ByteReader in(std::string_view(out.bytes()).substr(0, length));
    EXPECT_EQ(in.readString(), "");
    EXPECT_FALSE(in.status().isOk());
    EXPECT_EQ(in.readVarint(), 0u);
  }
}

}  // namespace
}  // namespace flint
