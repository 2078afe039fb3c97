#include "columnar/variant_reader.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/json_string.h"
#include "columnar/variant_value.h"
#include "types/calendar.h"
#include "types/number_text.h"

namespace flint::columnar {
namespace {

constexpr int kPrimitive = 0;
constexpr int kShortString = 1;
constexpr int kObject = 2;
constexpr int kMostLevels = 1'200;

// Identifiers of primitive types.
enum Primitive : int {
  kNullId = 0, kTrueId = 1, kFalseId = 2, kInt8Id = 3, kInt16Id = 4, kInt32Id = 5, kInt64Id = 6, kDoubleId = 7, kDecimal4Id = 8, kDecimal8Id = 9,
  kDecimal16Id = 10, kDateId = 11, kTimestampId = 12, kTimestampNtzId = 13, kFloatId = 14, kBinaryId = 15, kLongStringId = 16, kUuidId = 20,
};

// Bytes behind the header of a primitive of fixed width; -1 for the others.
int fixedWidth(int id) {
  switch (id) {
    case kNullId:
    case kTrueId:
    case kFalseId: return 0;
    case kInt8Id: return 1;
    case kInt16Id: return 2;
    case kInt32Id:
    case kDateId:
    case kFloatId: return 4;
    case kInt64Id:
    case kDoubleId:
    case kTimestampId:
    case kTimestampNtzId: return 8;
    case kDecimal4Id: return 5;
    case kDecimal8Id: return 9;
    case kDecimal16Id: return 17;
    case kUuidId: return 16;
    default: return -1;
  }
}

uint64_t unsignedAt(std::string_view bytes, size_t at, size_t width) {
  uint64_t value = 0;
  std::memcpy(&value, bytes.data() + at, width);
  return value;
}

int64_t signedAt(std::string_view bytes, size_t at, size_t width) {
  const uint64_t value = unsignedAt(bytes, at, width);
  const int unused = static_cast<int>(64 - 8 * width);
  return static_cast<int64_t>(value << unused) >> unused;
}

}  // namespace

// Where the parts of an object or array lie in its bytes.
struct VariantReader::Container {
  size_t count = 0;
  size_t idWidth = 0;  // 0 for arrays
  size_t offsetWidth = 0;
  size_t ids = 0;
  size_t offsets = 0;
  size_t data = 0;
};

VariantReader VariantReader::of(std::string_view bytes) {
  const auto parts = VariantValue::split(bytes);
  return parts ? VariantReader(parts->metadata, parts->value) : VariantReader({}, {});
}

std::optional<VariantReader::Container> VariantReader::container() const {
  const bool isObject = basicType() == kObject;
  const int info = typeInfo();
  Container out;
  out.offsetWidth = static_cast<size_t>(info & 3) + 1;
  out.idWidth = isObject ? static_cast<size_t>(info >> 2 & 3) + 1 : 0;
  const bool isLarge = (isObject ? info >> 4 & 1 : info >> 2 & 1) != 0;
  const size_t countWidth = isLarge ? 4 : 1;
  if (value_.size() < 1 + countWidth) return std::nullopt;
  out.count = unsignedAt(value_, 1, countWidth);
  out.ids = 1 + countWidth;
  out.offsets = out.ids + out.count * out.idWidth;
  out.data = out.offsets + (out.count + 1) * out.offsetWidth;
  if (out.data > value_.size()) return std::nullopt;
  return out;
}

VariantKind VariantReader::kind() const {
  if (value_.empty() || depth_ > kMostLevels) return VariantKind::kMalformed;
  switch (basicType()) {
    case kShortString: return value_.size() > static_cast<size_t>(typeInfo()) ? VariantKind::kString : VariantKind::kMalformed;
    case kPrimitive: break;
    case kObject: return container() ? VariantKind::kObject : VariantKind::kMalformed;
    default: return container() ? VariantKind::kArray : VariantKind::kMalformed;
  }
  const int id = typeInfo();
  const int width = fixedWidth(id);
  if (width >= 0 && value_.size() < 1 + static_cast<size_t>(width)) return VariantKind::kMalformed;
  switch (id) {
    case kNullId: return VariantKind::kNull;
    case kTrueId:
    case kFalseId: return VariantKind::kBoolean;
    case kInt8Id:
    case kInt16Id:
    case kInt32Id:
    case kInt64Id: return VariantKind::kLong;
    case kDoubleId: return VariantKind::kDouble;
    case kDecimal4Id:
    case kDecimal8Id:
    case kDecimal16Id: return VariantKind::kDecimal;
    case kDateId: return VariantKind::kDate;
    case kTimestampId: return VariantKind::kTimestamp;
    case kTimestampNtzId: return VariantKind::kTimestampNtz;
    case kFloatId: return VariantKind::kFloat;
    case kUuidId: return VariantKind::kUuid;
    case kBinaryId:
    case kLongStringId:
      if (value_.size() < 5 || value_.size() - 5 < unsignedAt(value_, 1, 4)) return VariantKind::kMalformed;
      return id == kBinaryId ? VariantKind::kBinary : VariantKind::kString;
    default: return VariantKind::kMalformed;
  }
}

int64_t VariantReader::asLong() const {
  const int width = fixedWidth(typeInfo());
  return signedAt(value_, 1, static_cast<size_t>(width));
}

double VariantReader::asDouble() const {
  if (typeInfo() == kFloatId) {
    float value;
    std::memcpy(&value, value_.data() + 1, sizeof(value));
    return static_cast<double>(value);
  }
  double value;
  std::memcpy(&value, value_.data() + 1, sizeof(value));
  return value;
}

VariantReader::DecimalValue VariantReader::asDecimal() const {
  DecimalValue out;
  out.scale = std::min<int>(static_cast<unsigned char>(value_[1]), 38);
  if (typeInfo() == kDecimal16Id) {
    std::memcpy(&out.unscaled, value_.data() + 2, sizeof(out.unscaled));
  } else {
    out.unscaled = signedAt(value_, 2, typeInfo() == kDecimal4Id ? 4 : 8);
  }
  while (out.scale > 0 && out.unscaled % 10 == 0) {
    out.unscaled /= 10;
    --out.scale;
  }
  int digits = 0;
  for (int128_t rest = out.unscaled; rest != 0; rest /= 10) ++digits;
  out.precision = std::min(38, std::max({digits, out.scale, 1}));
  return out;
}

std::string_view VariantReader::asBytes() const {
  if (basicType() == kShortString) return value_.substr(1, static_cast<size_t>(typeInfo()));
  return value_.substr(5, unsignedAt(value_, 1, 4));
}

std::string VariantReader::asUuid() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    const auto byte = static_cast<unsigned char>(value_[1 + i]);
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

size_t VariantReader::byteSize() const {
  if (basicType() == kShortString) return 1 + static_cast<size_t>(typeInfo());
  const int width = fixedWidth(typeInfo());
  return width >= 0 ? 1 + static_cast<size_t>(width) : 5 + unsignedAt(value_, 1, 4);
}

size_t VariantReader::size() const {
  if (value_.empty() || depth_ > kMostLevels || basicType() < kObject) return 0;
  const auto parts = container();
  return parts ? parts->count : 0;
}

VariantReader VariantReader::member(size_t index) const {
  const auto parts = container();
  if (!parts || index >= parts->count) return {metadata_, {}, depth_ + 1};
  const size_t start = parts->data + unsignedAt(value_, parts->offsets + index * parts->offsetWidth, parts->offsetWidth);
  return {metadata_, start < value_.size() ? value_.substr(start) : std::string_view(), depth_ + 1};
}

std::string_view VariantReader::name(size_t index) const {
  const auto parts = container();
  if (!parts || index >= parts->count || parts->idWidth == 0 || metadata_.empty()) return {};
  const size_t id = unsignedAt(value_, parts->ids + index * parts->idWidth, parts->idWidth);
  const size_t width = static_cast<size_t>(static_cast<unsigned char>(metadata_[0]) >> 6) + 1;
  if (metadata_.size() < 1 + width) return {};
  const size_t names = unsignedAt(metadata_, 1, width);
  if (id >= names || metadata_.size() < 1 + width * (names + 2)) return {};
  const size_t texts = 1 + width * (names + 2);
  const size_t from = unsignedAt(metadata_, 1 + width + id * width, width);
  const size_t to = unsignedAt(metadata_, 1 + width + (id + 1) * width, width);
  if (to < from || texts + to > metadata_.size()) return {};
  return metadata_.substr(texts + from, to - from);
}

std::optional<VariantReader> VariantReader::field(std::string_view wanted) const {
  const size_t count = size();
  for (size_t i = 0; i < count; ++i) {
    if (name(i) == wanted) return member(i);
  }
  return std::nullopt;
}

bool VariantReader::isValid() const {
  if (kind() == VariantKind::kMalformed) return false;
  const size_t members = size();
  for (size_t i = 0; i < members; ++i) {
    if (!member(i).isValid()) return false;
  }
  return true;
}

void appendBase64(std::string_view bytes, std::string& out) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t word = 0;
    for (size_t j = 0; j < 3; ++j) word = word << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    for (size_t j = 0; j < 4; ++j) out += i + j <= bytes.size() ? kDigits[word >> (18 - 6 * j) & 63] : '=';
  }
}

namespace {

void appendMembers(const VariantReader& variant, bool named, const TimeZone& zone, std::string& out) {
  out += named ? '{' : '[';
  const size_t count = variant.size();
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    if (named) {
      appendJsonString(out, variant.name(i));
      out += ':';
    }
    appendVariantJson(variant.member(i), zone, out);
  }
  out += named ? '}' : ']';
}

void appendOffset(int32_t seconds, std::string& out) {
  const int32_t minutes = (seconds < 0 ? -seconds : seconds) / 60;
  const auto two = [&](int32_t number) {
    out += static_cast<char>('0' + number / 10);
    out += static_cast<char>('0' + number % 10);
  };
  out += seconds < 0 ? '-' : '+';
  two(minutes / 60);
  out += ':';
  two(minutes % 60);
}

void appendFloating(double value, std::string text, std::string& out) { out += std::isfinite(value) ? text : "\"" + text + "\""; }

}  // namespace

void appendVariantJson(const VariantReader& variant, const TimeZone& zone, std::string& out) {
  switch (variant.kind()) {
    case VariantKind::kMalformed:
    case VariantKind::kNull: out += "null"; return;
    case VariantKind::kBoolean: out += variant.asBoolean() ? "true" : "false"; return;
    case VariantKind::kLong: out += std::to_string(variant.asLong()); return;
    case VariantKind::kDouble: return appendFloating(variant.asDouble(), doubleText(variant.asDouble()), out);
    case VariantKind::kFloat: return appendFloating(variant.asDouble(), floatText(static_cast<float>(variant.asDouble())), out);
    case VariantKind::kDecimal: {
      const auto decimal = variant.asDecimal();
      out += decimalText(decimal.unscaled, decimal.scale);
      return;
    }
    case VariantKind::kString: return appendJsonString(out, variant.asBytes());
    case VariantKind::kDate: out += '"' + dateText(variant.asLong()) + '"'; return;
    case VariantKind::kTimestampNtz: out += '"' + localTimestampText(variant.asLong()) + '"'; return;
    case VariantKind::kTimestamp:
      out += '"' + localTimestampText(zone.toLocal(variant.asLong()));
      appendOffset(zone.offsetAt(floorDivide(variant.asLong(), kMicrosPerSecond)), out);
      out += '"';
      return;
    case VariantKind::kBinary:
      out += '"';
      appendBase64(variant.asBytes(), out);
      out += '"';
      return;
    case VariantKind::kUuid: out += '"' + variant.asUuid() + '"'; return;
    case VariantKind::kObject: return appendMembers(variant, true, zone, out);
    case VariantKind::kArray: return appendMembers(variant, false, zone, out);
  }
}

}  // namespace flint::columnar
