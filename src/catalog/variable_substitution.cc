#include "catalog/variable_substitution.h"

#include <cstdlib>
#include <optional>

namespace flint::catalog {
namespace {

constexpr int kDeepest = 40;  // values may name further settings

bool isBlank(char c) { return static_cast<unsigned char>(c) <= ' '; }
bool isWordPart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

std::string_view prefixOf(std::string_view reference) {
  size_t end = 0;
  while (end < reference.size() && isWordPart(reference[end])) ++end;
  return end > 0 && end + 1 < reference.size() && reference[end] == ':' ? reference.substr(0, end) : std::string_view();
}

std::optional<std::string> valueOf(std::string_view reference, const SQLConf& conf) {
  const std::string_view prefix = prefixOf(reference);
  const std::string name(prefix.empty() ? reference : reference.substr(prefix.size() + 1));
  if (prefix.empty() || prefix == "spark" || prefix == "sparkconf" || prefix == "hivevar" || prefix == "hiveconf") {
    // SET hivevar:name keeps the prefix in the key.
    if (const auto value = conf.find(name)) return *value;
    return conf.find("hivevar:" + name).value_or("");
  }
  const char* variable = nullptr;
  if (prefix == "env") variable = std::getenv(name.c_str());
  if (prefix == "system" && name == "user.name") variable = std::getenv("USER");
  if (prefix == "system" && name == "user.home") variable = std::getenv("HOME");
  if (prefix != "env" && prefix != "system") return std::nullopt;
  return std::string(variable == nullptr ? "" : variable);
}

std::string substituted(std::string_view text, const SQLConf& conf, int depth) {
  std::string out;
  size_t copied = 0;
  for (size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at)) {
    size_t end = at + 2;
    while (end < text.size() && text[end] != '}' && !isBlank(text[end])) ++end;
    if (end == text.size() || text[end] != '}' || end == at + 2) {
      at += 2;
      continue;
    }
    if (const std::optional<std::string> value = valueOf(text.substr(at + 2, end - at - 2), conf)) {
      out.append(text.substr(copied, at - copied));
      out += depth < kDeepest ? substituted(*value, conf, depth + 1) : *value;
      copied = end + 1;
    }
    at = end + 1;
  }
  out.append(text.substr(copied));
  return out;
}

}  // namespace

std::string withVariables(std::string_view sql, const SQLConf& conf) {
  const bool names = sql.find("${") != std::string_view::npos && conf.getBoolean("spark.sql.variable.substitute", true);
  return names ? substituted(sql, conf, 0) : std::string(sql);
}

}  // namespace flint::catalog
