#include "records/json_variant.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "records/text_value.h"

namespace flint::records {
namespace {

using columnar::VariantBuilder;
using Kind = JsonDocument::Kind;
using Node = JsonDocument::Node;

constexpr int kMostDigits = 38;

// A number written with digits and a point alone, as a decimal of its own precision and scale.
bool appendDecimal(std::string_view text, VariantBuilder& builder) {
  int128_t unscaled = 0;
  int digits = 0;
  int scale = 0;
  bool point = false;
  for (const char c : text.substr(text.front() == '-' ? 1 : 0)) {
    if (c == '.') {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') return false;
    scale += point ? 1 : 0;
    if (digits == 0 && c == '0') continue;
    if (++digits > kMostDigits) return false;
    unscaled = unscaled * 10 + (c - '0');
  }
  if (scale > kMostDigits) return false;
  builder.appendDecimal(text.front() == '-' ? -unscaled : unscaled, std::max({digits, scale, 1}), scale);
  return true;
}

void appendNumber(const Node& node, VariantBuilder& builder) {
  int64_t whole = 0;
  if (node.kind == Kind::kInteger && parseJavaLong(node.text, whole)) return builder.appendLong(whole);
  if (appendDecimal(node.text, builder)) return;
  double value = 0;
  std::string_view text = node.text;
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  if (text == "NaN") {
    value = std::numeric_limits<double>::quiet_NaN();
  } else if (text == "INF" || text == "Infinity") {
    value = std::numeric_limits<double>::infinity();
  } else {
    parseJavaDouble(text, value);
  }
  builder.appendDouble(negative ? -value : value);
}

}  // namespace

bool appendJsonAsVariant(const JsonDocument& document, const Node& node, VariantBuilder& builder, std::string& duplicate) {
  switch (node.kind) {
    case Kind::kNull: builder.appendNull(); return true;
    case Kind::kTrue:
    case Kind::kFalse: builder.appendBoolean(node.kind == Kind::kTrue); return true;
    case Kind::kInteger:
    case Kind::kFloat: appendNumber(node, builder); return true;
    case Kind::kString: builder.appendString(node.text); return true;
    case Kind::kArray: {
      const size_t start = builder.position();
      std::vector<size_t> offsets;
      for (int32_t at = node.firstChild; at >= 0; at = document.node(at).next) {
        offsets.push_back(builder.position() - start);
        if (!appendJsonAsVariant(document, document.node(at), builder, duplicate)) return false;
      }
      builder.finishArray(start, offsets);
      return true;
    }
    case Kind::kObject: {
      const size_t start = builder.position();
      std::vector<VariantBuilder::Field> fields;
      for (int32_t at = node.firstChild; at >= 0; at = document.node(at).next) {
        const Node& member = document.node(at);
        fields.push_back({member.name, builder.addName(member.name), builder.position() - start});
        if (!appendJsonAsVariant(document, member, builder, duplicate)) return false;
      }
      return builder.finishObject(start, fields, duplicate);
    }
  }
  return true;
}

}  // namespace flint::records
