// Searches in texts with a collation: contains, startswith, endswith, instr, locate, replace, find_in_set, translate, split_part, substring_index, trim.
#include "functions/string/collated_search.h"

#include <algorithm>
#include <memory>
#include <unordered_map>

#include "expr/unresolved.h"
#include "functions/kernel_loops.h"
#include "functions/string/collation_keys.h"
#include "functions/string/utf8.h"
#include "functions/types_of_arguments.h"
#include "types/collation.h"

namespace flint::functions {

using namespace expr;

namespace {

constexpr size_t kNowhere = SIZE_MAX;

// A text as numbers of its characters, equal for those that the collation takes for equal, and where each begins.
struct NumberedText {
  std::vector<uint32_t> numbers;
  std::vector<uint32_t> begins;  // one more than there are characters
  size_t size() const { return numbers.size(); }

  // Where `part` stands at or behind character `from`; kNowhere where it does not.
  size_t find(const NumberedText& part, size_t from) const {
    if (from > size()) return kNowhere;
    const auto found = std::search(numbers.begin() + static_cast<int64_t>(from), numbers.end(), part.numbers.begin(), part.numbers.end());
    return found == numbers.end() && part.size() > 0 ? kNowhere : static_cast<size_t>(found - numbers.begin());
  }
  bool hasAt(const NumberedText& part, size_t at) const {
    return at <= size() && part.size() <= size() - at && std::equal(part.numbers.begin(), part.numbers.end(), numbers.begin() + static_cast<int64_t>(at));
  }
  bool holds(uint32_t number) const { return std::find(numbers.begin(), numbers.end(), number) != numbers.end(); }
};

// Numbers the characters of one kernel call, by the keys that the call's collation gives them.
class CharacterNumbers {
 public:
  explicit CharacterNumbers(const KernelArgs& args) : collationKeys_(collationOfCall(args)) {}
  void take(std::string_view text, NumberedText& out) {
    out.numbers.clear();
    out.begins.clear();
    for (size_t at = 0; at < text.size();) {
      const size_t size = std::min(characterBytes(text[at]), text.size() - at);
      out.begins.push_back(static_cast<uint32_t>(at));
      out.numbers.push_back(numberOf(text.substr(at, size)));
      at += size;
    }
    out.begins.push_back(static_cast<uint32_t>(text.size()));
  }

 private:
  uint32_t numberOf(std::string_view character) {
    const auto known = numbers_.find(std::string(character));
    if (known != numbers_.end()) return known->second;
    const auto made = static_cast<uint32_t>(keys_.size());
    const uint32_t number = keys_.emplace(collationKeys_.of(character), made).first->second;
    numbers_.emplace(character, number);
    return number;
  }

  static int collationOfCall(const KernelArgs& args) {
    int collation = 0;
    for (size_t i = 0; i < args.count(); ++i) {
      if (args.type(i).isStringLike() && args.type(i).collation() != 0) collation = args.type(i).collation();
    }
    return collation;
  }

  const CollationKeys collationKeys_;
  std::unordered_map<std::string, uint32_t> numbers_;  // of characters
  std::unordered_map<std::string, uint32_t> keys_;
};

// Calls `body(row, first, second)` with two text arguments by characters.
template <class Body>
void forEachText(const KernelArgs& args, size_t a, size_t b, Body&& body) {
  CharacterNumbers characters(args);
  const auto first = args.column<StringView>(a);
  const auto second = args.column<StringView>(b);
  NumberedText x;
  NumberedText y;
  for (const RowIndex row : args.activeRows()) {
    characters.take(first[row].view(), x);
    characters.take(second[row].view(), y);
    body(row, x, y);
  }
}

void testContains(const KernelArgs& args) {
  auto* out = args.result<uint8_t>().values();
  forEachText(args, 0, 1, [&](RowIndex row, const NumberedText& text, const NumberedText& part) { out[row] = text.find(part, 0) != kNowhere; });
}
void testStart(const KernelArgs& args) {
  auto* out = args.result<uint8_t>().values();
  forEachText(args, 0, 1, [&](RowIndex row, const NumberedText& text, const NumberedText& part) { out[row] = text.hasAt(part, 0); });
}
void testEnd(const KernelArgs& args) {
  auto* out = args.result<uint8_t>().values();
  forEachText(args, 0, 1, [&](RowIndex row, const NumberedText& text, const NumberedText& part) { out[row] = part.size() <= text.size() && text.hasAt(part, text.size() - part.size()); });
}

int32_t positionFrom(const NumberedText& text, const NumberedText& part, int32_t start) {
  if (start <= 0) return 0;
  if (part.size() == 0) return 1;
  const size_t at = text.find(part, static_cast<size_t>(start) - 1);
  return at == kNowhere ? 0 : static_cast<int32_t>(at) + 1;
}
void findPosition(const KernelArgs& args) {
  auto* out = args.result<int32_t>().values();
  forEachText(args, 0, 1, [&](RowIndex row, const NumberedText& text, const NumberedText& part) { out[row] = positionFrom(text, part, 1); });
}
void locatePosition(const KernelArgs& args) {
  auto* out = args.result<int32_t>().values();
  forEachText(args, 1, 0, [&](RowIndex row, const NumberedText& text, const NumberedText& part) { out[row] = positionFrom(text, part, args.count() > 2 ? args.column<int32_t>(2)[row] : 1); });
}

void replaceAll(const KernelArgs& args) {
  const auto texts = args.column<StringView>(0);
  auto out = args.result<StringView>();
  std::string made;
  forEachText(args, 0, 1, [&](RowIndex row, const NumberedText& text, const NumberedText& part) {
    const std::string_view whole = texts[row].view();
    const std::string with = args.count() > 2 ? args.column<StringView>(2)[row].str() : std::string();
    made.clear();
    size_t copied = 0;
    for (size_t at = 0; part.size() > 0 && (at = text.find(part, at)) != kNowhere; at += part.size()) {
      made += whole.substr(copied, text.begins[at] - copied);
      made += with;
      copied = text.begins[at + part.size()];
    }
    made += whole.substr(copied);
    out.set(row, made);
  });
}

void findInSet(const KernelArgs& args) {
  CharacterNumbers characters(args);
  const auto words = args.column<StringView>(0);
  const auto lists = args.column<StringView>(1);
  auto* out = args.result<int32_t>().values();
  NumberedText word;
  NumberedText each;
  for (const RowIndex row : args.activeRows()) {
    out[row] = 0;
    if (words[row].view().find(',') != std::string_view::npos) continue;
    characters.take(words[row].view(), word);
    std::string_view rest = lists[row].view();
    for (int32_t number = 1;; ++number) {
      const size_t comma = rest.find(',');
      characters.take(rest.substr(0, comma), each);
      if (each.numbers == word.numbers) out[row] = number;
      if (out[row] != 0 || comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
}

void translateCharacters(const KernelArgs& args) {
  const auto texts = args.column<StringView>(0);
  const auto targets = args.column<StringView>(2);
  auto out = args.result<StringView>();
  std::string made;
  forEachText(args, 0, 1, [&](RowIndex row, const NumberedText& text, const NumberedText& from) {
    const std::string_view to = targets[row].view();
    made.clear();
    for (size_t i = 0; i < text.size(); ++i) {
      const auto found = std::find(from.numbers.begin(), from.numbers.end(), text.numbers[i]);
      if (found == from.numbers.end()) {
        made += texts[row].view().substr(text.begins[i], text.begins[i + 1] - text.begins[i]);
      } else {
        made += substringOf(to, found - from.numbers.begin() + 1, 1);
      }
    }
    out.set(row, made);
  });
}

// The parts of a text between delimiters, by characters: [first, second).
std::vector<std::pair<size_t, size_t>> partsOf(const NumberedText& text, const NumberedText& delimiter) {
  std::vector<std::pair<size_t, size_t>> parts;
  size_t begin = 0;
  for (size_t at = 0; delimiter.size() > 0 && (at = text.find(delimiter, begin)) != kNowhere; begin = at + delimiter.size()) parts.emplace_back(begin, at);
  parts.emplace_back(begin, text.size());
  return parts;
}

void takePart(const KernelArgs& args) {
  const auto texts = args.column<StringView>(0);
  const auto numbers = args.column<int32_t>(2);
  auto out = args.result<StringView>();
  forEachText(args, 0, 1, [&](RowIndex row, const NumberedText& text, const NumberedText& delimiter) {
    if (numbers[row] == 0) return args.errors().set(row, condition::kInvalidIndexOfZero);
    const auto parts = partsOf(text, delimiter);
    const int64_t at = numbers[row] > 0 ? numbers[row] - 1 : static_cast<int64_t>(parts.size()) + numbers[row];
    if (at < 0 || at >= static_cast<int64_t>(parts.size())) return out.set(row, "");
    const auto [begin, end] = parts[static_cast<size_t>(at)];
    out.set(row, texts[row].view().substr(text.begins[begin], text.begins[end] - text.begins[begin]));
  });
}

void takeUpToDelimiter(const KernelArgs& args) {
  const auto texts = args.column<StringView>(0);
  const auto counts = args.column<int32_t>(2);
  auto out = args.result<StringView>();
  forEachText(args, 0, 1, [&](RowIndex row, const NumberedText& text, const NumberedText& delimiter) {
    const std::string_view whole = texts[row].view();
    const int64_t count = counts[row];
    if (count == 0 || delimiter.size() == 0) return out.set(row, "");
    const auto parts = partsOf(text, delimiter);
    const auto total = static_cast<int64_t>(parts.size());
    if (count >= total || -count >= total) return out.set(row, whole);
    if (count > 0) return out.set(row, whole.substr(0, text.begins[parts[static_cast<size_t>(count - 1)].second]));
    out.set(row, whole.substr(text.begins[parts[static_cast<size_t>(total + count)].first]));
  });
}

template <bool kLeft, bool kRight, size_t kText>
void trimCharacters(const KernelArgs& args) {
  const auto texts = args.column<StringView>(kText);
  auto out = args.result<StringView>();
  forEachText(args, kText, 1 - kText, [&](RowIndex row, const NumberedText& text, const NumberedText& set) {
    size_t begin = 0;
    size_t end = text.size();
    while (kLeft && begin < end && set.holds(text.numbers[begin])) ++begin;
    while (kRight && end > begin && set.holds(text.numbers[end - 1])) --end;
    out.set(row, texts[row].view().substr(text.begins[begin], text.begins[end] - text.begins[begin]));
  });
}

// The collation of the text arguments; 0 for none.
int collationOfTexts(const BindContext& context, size_t& argument) {
  for (argument = 0; argument < context.argumentTypes.size(); ++argument) {
    if (context.argumentTypes[argument].isStringLike() && context.argumentTypes[argument].collation() != 0) return context.argumentTypes[argument].collation();
  }
  return 0;
}

ScalarFunction collated(std::string_view name, const std::vector<DataType>& arguments, const DataType& result, Kernel kernel, bool lastMayLack = false) {
  std::vector<Overload> overloads = {{.arguments = arguments, .result = result, .kernel = kernel}};
  if (lastMayLack) overloads.push_back({.arguments = {arguments.begin(), arguments.end() - 1}, .result = result, .kernel = kernel});
  return {.names = {name}, .group = Group::kInternal, .since = "4.0.0", .usage = "The function of that name for texts with a collation.",
          .errors = {{condition::kInvalidIndexOfZero}}, .overloads = std::move(overloads)};
}

}  // namespace

Result<ExprPtr> rewriteCollated(const BindContext& context) {
  size_t argument = 0;
  const int collation = collationOfTexts(context, argument);
  if (collation == 0 || context.arguments.size() < 2) return ExprPtr();
  const Collation rules = collationOf(collation);
  if (rules.ignoresAccents && !rules.ignoresCase) return unexpectedArgumentType(context, argument, "\"STRING\"");
  return call("collated_" + std::string(context.name), {context.arguments.begin(), context.arguments.end()});
}

Result<ExprPtr> rewriteCollatedPattern(const BindContext& context) {
  size_t argument = 0;
  int collation = collationOfTexts(context, argument);
  if (context.name == "split" && argument != 0) collation = 0;  // only the text's counts
  if (collation == 0) return ExprPtr();
  if (!collationOf(collation).lowerCase) return unexpectedArgumentType(context, argument, "\"STRING\"");
  const auto plain = [](const ExprPtr& text) { return call("collate", {text, literalString("UTF8_BINARY")}); };
  std::vector<ExprPtr> arguments(context.arguments.begin(), context.arguments.end());
  if (context.name == "like") {
    for (size_t i = 0; i < 2 && i < arguments.size(); ++i) arguments[i] = plain(call("lower", {arguments[i]}));
    return call("like", std::move(arguments));
  }
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (context.argumentTypes[i].isStringLike()) arguments[i] = plain(arguments[i]);
  }
  if (arguments.size() > 1) arguments[1] = call("concat", {literalString("(?i)"), arguments[1]});
  const ExprPtr made = call(std::string(context.name), std::move(arguments));
  if (context.name == "split" || context.name == "regexp_extract_all") {
    const DataType type = DataType::array(DataType::collatedString(collation), context.name != "split");
    return ExprPtr(makeNode<Cast>(made, type, CastMode::kAnsi, true));
  }
  if (context.name == "regexp_replace" || context.name == "regexp_extract" || context.name == "regexp_substr") return call("collate", {made, literalString(collationName(collation))});
  return made;
}

void registerCollatedSearch(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      collated("collated_contains", {kString, kString}, kBoolean, testContains),
      collated("collated_startswith", {kString, kString}, kBoolean, testStart),
      collated("collated_endswith", {kString, kString}, kBoolean, testEnd),
      collated("collated_instr", {kString, kString}, kInt, findPosition),
      collated("collated_locate", {kString, kString, kInt}, kInt, locatePosition, true),
      collated("collated_position", {kString, kString, kInt}, kInt, locatePosition, true),
      collated("collated_replace", {kString, kString, kString}, kString, replaceAll, true),
      collated("collated_find_in_set", {kString, kString}, kInt, findInSet),
      collated("collated_translate", {kString, kString, kString}, kString, translateCharacters),
      collated("collated_split_part", {kString, kString, kInt}, kString, takePart),
      collated("collated_substring_index", {kString, kString, kInt}, kString, takeUpToDelimiter),
      collated("collated_trim", {kString, kString}, kString, trimCharacters<true, true, 1>),
      collated("collated_ltrim", {kString, kString}, kString, trimCharacters<true, false, 1>),
      collated("collated_rtrim", {kString, kString}, kString, trimCharacters<false, true, 1>),
      collated("collated_btrim", {kString, kString}, kString, trimCharacters<true, true, 0>),
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
