// LIKE and ILIKE: patterns that are constants are compiled once, into the cheapest test that does.
#include <emmintrin.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>

#include "expr/expression_text.h"
#include "expr/function_registry.h"
#include "expr/unresolved.h"
#include "functions/kernel_loops.h"
#include "functions/string/collated_search.h"
#include "functions/string/utf8.h"
#include "functions/types_of_arguments.h"

namespace flint::functions {

using namespace expr;

namespace {

// A pattern taken apart at its % signs: the pieces between hold characters and _ alone.
struct LikePattern {
  struct Piece {
    std::string text;
    std::vector<bool> anyCharacter;  // for each byte of `text`: it stands for any one character
    bool isPlain = true;             // no _ in it
  };
  std::vector<Piece> pieces;
  bool anchoredStart = true;  // no % in front
  bool anchoredEnd = true;
};

Result<LikePattern> compile(std::string_view pattern, char escape) {
  LikePattern out;
  LikePattern::Piece piece;
  bool lastPercent = false;
  bool first = true;
  const auto close = [&] {
    if (!piece.text.empty()) out.pieces.push_back(std::move(piece));
    piece = {};
  };
  for (size_t i = 0; i < pattern.size(); ++i) {
    char c = pattern[i];
    if (c == escape) {
      if (i + 1 == pattern.size()) {
        return Error(condition::kInvalidFormatEscAtTheEnd).with("format", "'" + std::string(pattern) + "'");
      }
      const char next = pattern[++i];
      if (next != '_' && next != '%' && next != escape) {
        return Error(condition::kInvalidFormatEscInTheMiddle).with("format", "'" + std::string(pattern) + "'").with("char", "'" + std::string(1, next) + "'");
      }
      piece.text += next;
      piece.anyCharacter.push_back(false);
      lastPercent = false;
    } else if (c == '%') {
      if (first) out.anchoredStart = false;
      close();
      lastPercent = true;
    } else {
      piece.text += c;
      piece.anyCharacter.push_back(c == '_');
      if (c == '_') piece.isPlain = false;
      lastPercent = false;
    }
    first = false;
  }
  close();
  out.anchoredEnd = !lastPercent;
  return out;
}

// Where `part` first lies in the `size` bytes at `text`; null where it does not lie in it. Texts of columns are short: what a search sets up first is not worth it.
const char* findText(const char* text, size_t size, const std::string& part) {
  const size_t length = part.size();
  if (length == 0) return text;
  if (size < length) return nullptr;
  const size_t places = size - length + 1;
  if (length == 1) return static_cast<const char*>(std::memchr(text, part[0], size));
  // The first and the last byte of the part are looked for at 16 places at once.
  const __m128i first = _mm_set1_epi8(part[0]);
  const __m128i last = _mm_set1_epi8(part[length - 1]);
  const auto testPlaces = [&](size_t at, unsigned found) -> const char* {
    for (; found != 0; found &= found - 1) {
      const char* place = text + at + std::countr_zero(found);
      if (std::memcmp(place + 1, part.data() + 1, length - 2) == 0) return place;
    }
    return nullptr;
  };
  if (places >= 16) {
    for (size_t at = 0; at < places; at += 16) {
      at = std::min(at, places - 16);  // the last step may go over places again
      const __m128i begins = _mm_cmpeq_epi8(first, _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + at)));
      const __m128i ends = _mm_cmpeq_epi8(last, _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + at + length - 1)));
      const auto found = static_cast<unsigned>(_mm_movemask_epi8(_mm_and_si128(begins, ends)));
      if (found == 0) continue;
      if (const char* place = testPlaces(at, found)) return place;
    }
    return nullptr;
  }
  if (places >= 8) {
    for (const size_t at : {size_t{0}, places - 8}) {
      const __m128i begins = _mm_cmpeq_epi8(first, _mm_loadl_epi64(reinterpret_cast<const __m128i*>(text + at)));
      const __m128i ends = _mm_cmpeq_epi8(last, _mm_loadl_epi64(reinterpret_cast<const __m128i*>(text + at + length - 1)));
      const auto found = static_cast<unsigned>(_mm_movemask_epi8(_mm_and_si128(begins, ends))) & 0xFF;
      if (const char* place = testPlaces(at, found)) return place;
    }
    return nullptr;
  }
  for (size_t at = 0; at < places; ++at) {
    if (text[at] == part[0] && text[at + length - 1] == part[length - 1] && std::memcmp(text + at, part.data(), length) == 0) return text + at;
  }
  return nullptr;
}

// Bytes that the piece takes at the front of the text; npos when it does not match there.
size_t matchAt(std::string_view text, const LikePattern::Piece& piece) {
  if (piece.isPlain) return text.starts_with(piece.text) ? piece.text.size() : std::string_view::npos;
  size_t at = 0;
  for (size_t i = 0; i < piece.text.size(); ++i) {
    if (at >= text.size()) return std::string_view::npos;
    if (piece.anyCharacter[i]) {
      at += std::min(characterBytes(text[at]), text.size() - at);
    } else {
      if (text[at] != piece.text[i]) return std::string_view::npos;
      ++at;
    }
  }
  return at;
}

// Where the piece first matches; gives the end of the match through `end`.
size_t findPiece(std::string_view text, const LikePattern::Piece& piece, size_t from, size_t& end) {
  if (piece.isPlain) {
    const char* at = from > text.size() ? nullptr : findText(text.data() + from, text.size() - from, piece.text);
    if (at == nullptr) return std::string_view::npos;
    const auto begin = static_cast<size_t>(at - text.data());
    end = begin + piece.text.size();
    return begin;
  }
  for (size_t begin = from; begin <= text.size();) {
    const size_t size = matchAt(text.substr(begin), piece);
    if (size != std::string_view::npos) {
      end = begin + size;
      return begin;
    }
    if (begin == text.size()) break;
    begin += characterBytes(text[begin]);
  }
  return std::string_view::npos;
}

bool matches(std::string_view text, const LikePattern& pattern) {
  const auto& pieces = pattern.pieces;
  if (pieces.empty()) return !(pattern.anchoredStart && pattern.anchoredEnd) || text.empty();
  size_t at = 0;
  size_t next = 0;
  size_t last = pieces.size();
  if (pattern.anchoredStart) {
    const size_t size = matchAt(text, pieces[0]);
    if (size == std::string_view::npos) return false;
    if (pieces.size() == 1 && pattern.anchoredEnd) return size == text.size();
    at = size;
    next = 1;
  }
  if (pattern.anchoredEnd) --last;
  for (; next < last; ++next) {
    size_t end = 0;
    if (findPiece(text, pieces[next], at, end) == std::string_view::npos) return false;
    at = end;
  }
  if (!pattern.anchoredEnd) return true;
  const LikePattern::Piece& tail = pieces.back();
  if (tail.isPlain) return text.size() >= at + tail.text.size() && text.ends_with(tail.text);
  // The tail takes as many characters as it has signs: its begin lies so many before the end.
  size_t characters = 0;
  for (size_t i = 0; i < tail.text.size(); i += tail.anyCharacter[i] ? 1 : characterBytes(tail.text[i])) ++characters;
  size_t begin = text.size();
  for (; characters > 0 && begin > at; --characters) {
    --begin;
    while (begin > at && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
  }
  return characters == 0 && matchAt(text.substr(begin), tail) == text.size() - begin;
}

struct LikeData {
  LikePattern pattern;
  char escape = '\\';
  bool isConstant = false;
};

void testLike(const KernelArgs& args) {
  const auto& data = args.data<LikeData>();
  auto* out = args.result<uint8_t>().values();
  if (data.isConstant) {
    const LikePattern& pattern = data.pattern;
    if (!pattern.anchoredStart && !pattern.anchoredEnd && pattern.pieces.size() == 1 && pattern.pieces[0].isPlain) {
      const std::string& part = pattern.pieces[0].text;
      forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) { out[row] = findText(text.data(), text.size(), part) != nullptr; });
    } else if (pattern.anchoredStart && !pattern.anchoredEnd && pattern.pieces.size() == 1 && pattern.pieces[0].isPlain) {
      const std::string& part = pattern.pieces[0].text;
      forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) { out[row] = text.view().starts_with(part); });
    } else {
      forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) { out[row] = matches(text.view(), pattern); });
    }
    return;
  }
  std::string known;
  Result<LikePattern> pattern = LikePattern{};
  forEachPair<StringView, StringView>(args, [&](RowIndex row, const StringView& text, const StringView& written) {
    if (known != written.view() || !pattern.isOk()) {
      known = written.str();
      pattern = compile(known, data.escape);
    }
    if (known.empty()) pattern = LikePattern{};
    if (!pattern.isOk()) {
      args.errors().set(row, pattern.error());
    } else {
      out[row] = matches(text.view(), pattern.value());
    }
  });
}

Result<FunctionBinding> bindLike(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 3));
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.size(), kString);
  binding.result = kBoolean;
  binding.kernel = testLike;
  auto data = std::make_shared<LikeData>();
  if (context.argumentTypes.size() == 3 && context.argumentTypes[2].isStringLike() && context.constants[2] != nullptr && !context.constants[2]->isNull()) {
    const std::string& escape = context.constants[2]->asString();
    if (escape.size() != 1) return Error(condition::kInvalidEscapeChar).with("sqlExpr", "\"" + escape + "\"");
    data->escape = escape[0];
  }
  binding.canRaise = true;
  if (context.constants[1] != nullptr && !context.constants[1]->isNull() && context.argumentTypes[1].isStringLike()) {
    auto pattern = compile(context.constants[1]->asString(), data->escape);
    if (pattern.isOk()) {
      data->pattern = std::move(pattern).value();
      data->isConstant = true;
      binding.canRaise = false;
    }
  }
  binding.data = std::move(data);
  return binding;
}

Result<ExprPtr> rewriteIlike(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 3));
  std::vector<ExprPtr> arguments(context.arguments.begin(), context.arguments.end());
  arguments[0] = call("lower", {arguments[0]});
  arguments[1] = call("lower", {arguments[1]});
  RuntimeReplaceable replaced;
  // The escape character is not shown.
  replaced.text = "ilike(" + columnName(context.arguments[0], context.options.timeZone) + ", " + columnName(context.arguments[1], context.options.timeZone) + ")";
  replaced.replacement = call("like", std::move(arguments));
  return ExprPtr(makeExpr(std::move(replaced)));
}

}  // namespace

void registerLike(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"like"}, .group = Group::kPredicate, .since = "1.0.0",
       .usage = "str like pattern[ ESCAPE escape] - Whether str matches pattern, in which _ is any character and % any text.",
       .examples = {{.sql = "SELECT 'Spark' like 'S%k'", .result = "true"}}, .bind = bindLike, .rewrite = rewriteCollatedPattern},
      {.names = {"ilike"}, .group = Group::kPredicate, .since = "3.3.0", .usage = "str ilike pattern[ ESCAPE escape] - As like, letters in any case.",
       .examples = {{.sql = "SELECT 'Spark' ilike 's%K'", .result = "true"}}, .rewrite = rewriteIlike},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
