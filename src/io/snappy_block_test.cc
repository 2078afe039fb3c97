#include "io/snappy_block.h"

#include <gtest/gtest.h>
#include <snappy.h>

#include <random>
#include <string>
#include <vector>

namespace flint::io {
namespace {

std::string compressed(const std::string& text) {
  std::string out;
  snappy::Compress(text.data(), text.size(), &out);
  return out;
}

// Bytes behind the block must stay as they are.
bool unpack(const std::string& block, std::string& out) {
  constexpr size_t kGuard = 96;
  std::string guarded = out + std::string(kGuard, 'G');
  const bool ok = decompressSnappyBlock({reinterpret_cast<const uint8_t*>(block.data()), block.size()}, {reinterpret_cast<uint8_t*>(guarded.data()), out.size()});
  EXPECT_EQ(guarded.substr(out.size()), std::string(kGuard, 'G'));
  out = guarded.substr(0, out.size());
  return ok;
}

std::vector<std::string> samples() {
  std::mt19937 random(7);
  std::vector<std::string> out = {"", "a", "abcabcabcabcabcabcabcabcabcabcabcabcabcabc", std::string(100'000, 'x')};
  for (size_t period = 1; period < 40; ++period) {
    std::string text;
    for (size_t i = 0; i < 3000; ++i) text += static_cast<char>('a' + i % period);
    out.push_back(text);
  }
  for (const uint32_t alphabet : {2U, 4U, 30U, 256U}) {
    for (const size_t size : {15UL, 64UL, 65UL, 1000UL, 70'000UL, 300'000UL}) {
      std::string text;
      for (size_t i = 0; i < size; ++i) text += static_cast<char>(random() % alphabet);
      out.push_back(text);
    }
  }
  std::string numbers;  // eight-byte words of small numbers, as pages have them
  for (int64_t i = 0; i < 20'000; ++i) {
    const int64_t value = static_cast<int64_t>(random() % 100'000) * (i % 3);
    numbers.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  out.push_back(numbers);
  return out;
}

TEST(SnappyBlock, givesBackWhatWasCompressed) {
  for (const std::string& text : samples()) {
    std::string out(text.size(), '?');
    EXPECT_TRUE(unpack(compressed(text), out)) << text.size();
    EXPECT_TRUE(out == text) << text.size();
  }
}

TEST(SnappyBlock, takesDamagedBytesAsTheLibraryDoes) {
  std::mt19937 random(11);
  for (const std::string& text : samples()) {
    if (text.size() > 70'000) continue;
    const std::string block = compressed(text);
    for (int round = 0; round < 60; ++round) {
      std::string damaged = block.substr(0, round % 3 == 0 ? random() % (block.size() + 1) : block.size());
      for (int change = 0; change <= round % 4 && !damaged.empty(); ++change) damaged[random() % damaged.size()] = static_cast<char>(random());
      size_t size = 0;
      std::string expected(text.size(), '?');
      const bool isSound = snappy::GetUncompressedLength(damaged.data(), damaged.size(), &size) && size == text.size() &&
                           snappy::RawUncompress(damaged.data(), damaged.size(), expected.data());
      std::string out(text.size(), '?');
      ASSERT_EQ(unpack(damaged, out), isSound);
      EXPECT_TRUE(!isSound || out == expected);
    }
  }
}

TEST(SnappyBlock, refusesASizeThatIsNotTheBlocks) {
  std::string out(4, '?');
  EXPECT_FALSE(unpack(compressed("abcde"), out));
  EXPECT_FALSE(unpack(std::string("\xFF\xFF\xFF\xFF\xFF\xFF", 6), out));
}

}  // namespace
}  // namespace flint::io
