#include "columnar/variant_builder.h"

#include <algorithm>
#include <limits>

namespace flint::columnar {
namespace {

constexpr size_t kShortStringLimit = 64;

size_t widthFor(size_t number) { return number <= 0xFF ? 1 : number <= 0xFFFF ? 2 : number <= 0xFFFFFF ? 3 : 4; }

void appendNumber(size_t number, size_t width, std::string& out) {
  for (size_t i = 0; i < width; ++i) out += static_cast<char>(number >> (8 * i));
}

template <class T>
bool fits(int64_t value) {
  return value >= std::numeric_limits<T>::min() && value <= std::numeric_limits<T>::max();
}

}  // namespace

void VariantBuilder::appendLong(int64_t value) {
  if (fits<int8_t>(value)) {
    header(0, 3);
    fixed(static_cast<int8_t>(value));
  } else if (fits<int16_t>(value)) {
    header(0, 4);
    fixed(static_cast<int16_t>(value));
  } else if (fits<int32_t>(value)) {
    header(0, 5);
    fixed(static_cast<int32_t>(value));
  } else {
    header(0, 6);
    fixed(value);
  }
}

void VariantBuilder::appendDouble(double value) {
  header(0, 7);
  fixed(value);
}

void VariantBuilder::appendFloat(float value) {
  header(0, 14);
  fixed(value);
}

void VariantBuilder::appendDecimal(int128_t unscaled, int precision, int scale) {
  header(0, precision <= 9 ? 8 : precision <= 18 ? 9 : 10);
  value_ += static_cast<char>(scale);
  if (precision <= 9) {
    fixed(static_cast<int32_t>(unscaled));
  } else if (precision <= 18) {
    fixed(static_cast<int64_t>(unscaled));
  } else {
    fixed(unscaled);
  }
}

void VariantBuilder::appendDate(int32_t days) {
  header(0, 11);
  fixed(days);
}

void VariantBuilder::appendTimestamp(int64_t micros) {
  header(0, 12);
  fixed(micros);
}

void VariantBuilder::appendTimestampNtz(int64_t micros) {
  header(0, 13);
  fixed(micros);
}

void VariantBuilder::appendBinary(std::string_view bytes) {
  header(0, 15);
  fixed(static_cast<uint32_t>(bytes.size()));
  value_ += bytes;
}

void VariantBuilder::appendString(std::string_view text) {
  if (text.size() < kShortStringLimit) {
    header(1, static_cast<int>(text.size()));
  } else {
    header(0, 16);
    fixed(static_cast<uint32_t>(text.size()));
  }
  value_ += text;
}

uint32_t VariantBuilder::addName(std::string_view name) {
  const auto found = ids_.find(name);
  if (found != ids_.end()) return found->second;
  const auto id = static_cast<uint32_t>(names_.size());
  ids_.emplace(name, id);
  names_.emplace_back(name);
  return id;
}

void VariantBuilder::appendVariant(const VariantReader& variant) {
  const VariantKind kind = variant.kind();
  if (kind == VariantKind::kMalformed) return appendNull();
  if (kind != VariantKind::kObject && kind != VariantKind::kArray) {
    value_ += variant.value().substr(0, variant.byteSize());
    return;
  }
  const size_t start = position();
  const size_t count = variant.size();
  std::vector<Field> fields;
  std::vector<size_t> offsets;
  for (size_t i = 0; i < count; ++i) {
    const size_t offset = position() - start;
    if (kind == VariantKind::kObject) {
      fields.push_back({variant.name(i), addName(variant.name(i)), offset});
    } else {
      offsets.push_back(offset);
    }
    appendVariant(variant.member(i));
  }
  if (kind == VariantKind::kArray) return finishArray(start, offsets);
  std::string duplicate;
  finishObject(start, fields, duplicate);
}

bool VariantBuilder::finishObject(size_t start, std::vector<Field>& fields, std::string& duplicate) {
  std::sort(fields.begin(), fields.end(), [](const Field& a, const Field& b) { return a.name < b.name; });
  size_t mostId = 0;
  for (size_t i = 0; i < fields.size(); ++i) {
    mostId = std::max<size_t>(mostId, fields[i].id);
    if (i > 0 && fields[i].name == fields[i - 1].name) {
      duplicate = fields[i].name;
      return false;
    }
  }
  const size_t dataSize = value_.size() - start;
  const bool isLarge = fields.size() > 0xFF;
  const size_t idWidth = widthFor(mostId);
  const size_t offsetWidth = widthFor(dataSize);
  std::string head;
  head += static_cast<char>(((isLarge ? 16 : 0) | (idWidth - 1) << 2 | (offsetWidth - 1)) << 2 | 2);
  appendNumber(fields.size(), isLarge ? 4 : 1, head);
  for (const Field& field : fields) appendNumber(field.id, idWidth, head);
  for (const Field& field : fields) appendNumber(field.offset, offsetWidth, head);
  appendNumber(dataSize, offsetWidth, head);
  value_.insert(start, head);
  return true;
}

void VariantBuilder::finishArray(size_t start, const std::vector<size_t>& offsets) {
  const size_t dataSize = value_.size() - start;
  const bool isLarge = offsets.size() > 0xFF;
  const size_t offsetWidth = widthFor(dataSize);
  std::string head;
  head += static_cast<char>(((isLarge ? 4 : 0) | (offsetWidth - 1)) << 2 | 3);
  appendNumber(offsets.size(), isLarge ? 4 : 1, head);
  for (const size_t offset : offsets) appendNumber(offset, offsetWidth, head);
  appendNumber(dataSize, offsetWidth, head);
  value_.insert(start, head);
}

std::string VariantBuilder::finish() {
  size_t textSize = 0;
  for (const std::string& name : names_) textSize += name.size();
  const size_t width = widthFor(std::max(textSize, names_.size()));
  std::string out;
  out += static_cast<char>(1 | (width - 1) << 6);
  appendNumber(names_.size(), width, out);
  size_t offset = 0;
  for (const std::string& name : names_) {
    appendNumber(offset, width, out);
    offset += name.size();
  }
  appendNumber(offset, width, out);
  for (const std::string& name : names_) out += name;
  out += value_;
  value_.clear();
  ids_.clear();
  names_.clear();
  return out;
}

}  // namespace flint::columnar
