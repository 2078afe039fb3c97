#include "types/collation.h"

#include <array>

namespace flint {
inline namespace types {
namespace {

constexpr int kAccents = 1 << 16;
constexpr int kCase = 1 << 17;
constexpr int kTrim = 1 << 18;
constexpr int kIcu = 1 << 29;

// The languages of ICU's collations, numbered from 1.
constexpr std::array<std::string_view, 100> kLocales = {
    "af", "am", "ar", "as",  "az", "be",  "bg", "bn", "br", "bs", "ca", "chr", "cs",  "cy", "da", "de", "dsb", "ee", "el", "en",
    "eo", "es", "et", "fa",  "ff", "fi",  "fil", "fo", "fr", "fy", "ga", "gl", "gu",  "ha", "haw", "he", "hi", "hr", "hsb", "hu",
    "hy", "id", "ig", "is",  "it", "iw",  "ja", "ka", "kk", "kl", "km", "kn", "ko",  "kok", "ku", "ky", "lb", "lkt", "ln", "lo",
    "lt", "lv", "mk", "ml",  "mn", "mr",  "ms", "mt", "my", "nb", "ne", "nl", "nn",  "no", "om", "or", "pa", "pl", "ps", "pt",
    "ro", "ru", "sa", "se",  "si", "sk",  "sl", "smn", "sq", "sr", "sv", "sw", "ta",  "te", "th", "tr", "uk", "ur", "vi", "zh"};

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return out;
}

bool takeSuffix(std::string& name, std::string_view suffix) {
  if (!name.ends_with(suffix)) return false;
  name.resize(name.size() - suffix.size());
  return true;
}

}  // namespace

int findCollation(std::string_view name) {
  std::string rest = lowered(name);
  if (rest.starts_with("system.builtin.")) rest.erase(0, 15);
  const int trim = takeSuffix(rest, "_rtrim") ? kTrim : 0;
  if (rest == "utf8_binary") return trim;
  if (rest == "utf8_lcase") return 1 | trim;
  int flags = trim | kIcu;
  for (int i = 0; i < 2; ++i) {
    // Either order; _CS and _AS say what holds without them.
    if (takeSuffix(rest, "_ai")) flags |= kAccents;
    if (takeSuffix(rest, "_ci")) flags |= kCase;
    if (takeSuffix(rest, "_as") || takeSuffix(rest, "_cs")) continue;
  }
  if (rest == "unicode") return flags;
  for (size_t i = 0; i < kLocales.size(); ++i) {
    if (kLocales[i] == rest) return flags | static_cast<int>(i + 1);
  }
  return -1;
}

Collation collationOf(int id) {
  Collation out;
  out.ignoresTrailingBlanks = (id & kTrim) != 0;
  out.icu = (id & kIcu) != 0;
  out.lowerCase = !out.icu && (id & 1) != 0;
  if (!out.icu) return out;
  out.ignoresCase = (id & kCase) != 0;
  out.ignoresAccents = (id & kAccents) != 0;
  const auto locale = static_cast<size_t>(id & 0xFFF);
  if (locale > 0 && locale <= kLocales.size()) out.locale = kLocales[locale - 1];
  return out;
}

std::string collationName(int id) {
  const Collation collation = collationOf(id);
  std::string out = !collation.icu ? (collation.lowerCase ? "UTF8_LCASE" : "UTF8_BINARY") : collation.locale.empty() ? "UNICODE" : collation.locale;
  if (collation.ignoresCase) out += "_CI";
  if (collation.ignoresAccents) out += "_AI";
  if (collation.ignoresTrailingBlanks) out += "_RTRIM";
  return out;
}

}  // namespace types
}  // namespace flint
