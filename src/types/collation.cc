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
constexpr std::array<std::string_view, 144> kLocales = {
    "af", "am", "ar", "ar_SAU", "as", "az", "be", "bg", "blo", "bn", "bo", "br", "bs", "bs_Cyrl", "ca", "ceb", "chr", "cs", "cy", "da", "de",
    "de_AUT", "dsb", "dz", "ee", "el", "en", "en_USA", "eo", "es", "et", "fa", "fa_AFG", "ff", "ff_Adlm", "fi", "fil", "fo", "fr", "fr_CAN", "fy",
    "ga", "gl", "gu", "ha", "haw", "he", "he_ISR", "hi", "hr", "hsb", "hu", "hy", "id", "id_IDN", "ig", "is", "it", "ja", "ka", "kk", "kk_Arab", "kl",
    "km", "kn", "ko", "kok", "ku", "ky", "lb", "lij", "lkt", "ln", "lo", "lt", "lv", "mk", "ml", "mn", "mr", "ms", "mt", "my", "nb", "nb_NOR", "ne",
    "nl", "nn", "no", "nso", "om", "or", "pa", "pa_Guru", "pa_Guru_IND", "pl", "ps", "pt", "ro", "ru", "sa", "se", "si", "sk", "sl", "smn", "sq",
    "sr", "sr_Cyrl", "sr_Cyrl_BIH", "sr_Cyrl_MNE", "sr_Cyrl_SRB", "sr_Latn", "sr_Latn_BIH", "sr_Latn_SRB", "st", "sv", "sw", "ta", "te", "th", "tk",
    "tn", "to", "tr", "ug", "uk", "ur", "uz", "vi", "wae", "wo", "xh", "yi", "yo", "zh", "zh_Hans", "zh_Hans_CHN", "zh_Hans_SGP", "zh_Hant",
    "zh_Hant_HKG", "zh_Hant_MAC", "zh_Hant_TWN", "zu"};

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
    if (lowered(kLocales[i]) == rest) return flags | static_cast<int>(i + 1);
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
  if (id == kIndeterminateCollation) return "null";
  const Collation collation = collationOf(id);
  std::string out = !collation.icu ? (collation.lowerCase ? "UTF8_LCASE" : "UTF8_BINARY") : collation.locale.empty() ? "UNICODE" : collation.locale;
  if (collation.ignoresCase) out += "_CI";
  if (collation.ignoresAccents) out += "_AI";
  if (collation.ignoresTrailingBlanks) out += "_RTRIM";
  return out;
}

bool hasCollations(const DataType& type) {
  if (!type.isNested()) return type.collation() != 0;
  for (const DataType& part : type.childTypes()) {
    if (hasCollations(part)) return true;
  }
  return false;
}

std::vector<int> allCollations() {
  constexpr int kNone = 0;
  std::vector<int> out = {kNone, 1, kTrim, 1 | kTrim};
  for (size_t locale = 0; locale <= kLocales.size(); ++locale) {
    for (const int cases : {kNone, kCase}) {
      for (const int accents : {kNone, kAccents}) {
        for (const int trim : {kNone, kTrim}) out.push_back(kIcu | static_cast<int>(locale) | cases | accents | trim);
      }
    }
  }
  return out;
}

}  // namespace types
}  // namespace flint
