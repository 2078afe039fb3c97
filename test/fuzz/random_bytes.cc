#include "random_bytes.h"

#include <algorithm>

namespace flint::fuzz {
namespace {

constexpr uint8_t kTelling[] = {0x00, 0x01, 0x7f, 0x80, 0xff, 0xc0, 0xe2, 0xf4, '(', ')', '\'', '"', '`', '\\', '\n', '-', '*', '/', ';', ':'};

}  // namespace

void mutateBytes(std::vector<uint8_t>& input, size_t maxSize, Choices& choices) {
  if (input.empty()) input.push_back(static_cast<uint8_t>(choices.next()));
  const size_t at = choices.below(input.size());
  const size_t length = std::min(input.size() - at, 1 + choices.below(choices.oneIn(4) ? 64 : 4));
  const auto begin = input.begin() + static_cast<ptrdiff_t>(at);
  switch (choices.below(7)) {
    case 0: input[at] = static_cast<uint8_t>(input[at] ^ (1u << choices.below(8))); break;
    case 1: input[at] = kTelling[choices.below(sizeof(kTelling))]; break;
    case 2: input[at] = static_cast<uint8_t>(choices.next()); break;
    case 3: input.erase(begin, begin + static_cast<ptrdiff_t>(length)); break;
    case 4: {
      const std::vector<uint8_t> copy(begin, begin + static_cast<ptrdiff_t>(length));
      const size_t times = choices.oneIn(8) ? 1 + choices.below(2000) : 1 + choices.below(3);
      for (size_t i = 0; i < times && input.size() < maxSize; ++i) {
        input.insert(input.begin() + static_cast<ptrdiff_t>(choices.below(2) == 0 ? at : input.size()), copy.begin(), copy.end());
      }
      break;
    }
    case 5: input.insert(begin, kTelling[choices.below(sizeof(kTelling))]); break;
    default: input.resize(at + 1); break;
  }
  if (input.size() > maxSize) input.resize(maxSize);
}

}  // namespace flint::fuzz
