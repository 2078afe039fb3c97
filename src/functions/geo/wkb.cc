#include "functions/geo/wkb.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace flint::functions {
namespace {

constexpr int kMostLevels = 500;
constexpr size_t kSmallest = 5;  // byte order and type

enum Kind : uint32_t { kPoint = 1, kLineString, kPolygon, kMultiPoint, kMultiLineString, kMultiPolygon, kCollection };

class Copier {
 public:
  Copier(std::string_view bytes, bool littleEndian, bool isGeography, std::string& out) : bytes_(bytes), outLittle_(littleEndian), isGeography_(isGeography), out_(out) {}

  bool copyGeometry(int level, uint32_t wanted, uint32_t wantedDimensions) {
    if (level > kMostLevels) return fail("Geometries are nested too deeply", at_);
    if (bytes_.size() - at_ < kSmallest) return fail("Unexpected end of WKB buffer", at_);
    const auto order = static_cast<unsigned char>(bytes_[at_]);
    if (order > 1) return fail("Invalid byte order " + std::to_string(order), at_);
    const size_t typeAt = ++at_;
    inLittle_ = order == 1;
    out_ += static_cast<char>(outLittle_ ? 1 : 0);
    const auto type = read<uint32_t>();
    const uint32_t kind = type % 1000;
    const uint32_t dimensions = type / 1000;
    if (kind < kPoint || kind > kCollection || dimensions > 3) return fail("Invalid or unsupported type " + std::to_string(static_cast<int32_t>(type)), typeAt);
    if ((wanted != 0 && kind != wanted) || (level > 0 && dimensions != wantedDimensions)) return fail("Invalid or unsupported type " + std::to_string(type), typeAt);
    write(type);
    const int numCoordinates = dimensions == 0 ? 2 : dimensions == 3 ? 4 : 3;
    switch (kind) {
      case kPoint: return copyPoint(numCoordinates, true);
      case kLineString: return copyPoints(numCoordinates, 2, "linestring");
      case kPolygon: return copyRings(numCoordinates);
      case kMultiPoint: return copyMembers(level, kPoint, dimensions);
      case kMultiLineString: return copyMembers(level, kLineString, dimensions);
      case kMultiPolygon: return copyMembers(level, kPolygon, dimensions);
      default: return copyMembers(level, 0, dimensions);
    }
  }
  WkbFailure failure;

 private:
  bool fail(std::string reason, size_t position) {
    failure = {std::move(reason), position};
    return false;
  }
  bool has(size_t count, size_t each) {
    if ((bytes_.size() - at_) / each >= count) return true;
    return fail("Unexpected end of WKB buffer", at_);
  }
  template <class T>
  static T swapped(T value) {
    char raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof(T));
    std::reverse(raw, raw + sizeof(T));
    std::memcpy(&value, raw, sizeof(T));
    return value;
  }
  template <class T>
  T read() {
    T value;
    std::memcpy(&value, bytes_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    return inLittle_ ? value : swapped(value);
  }
  template <class T>
  void write(T value) {
    if (!outLittle_) value = swapped(value);
    out_.append(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  // A count of parts that take at least `each` bytes.
  bool readCount(size_t each, uint32_t& count) {
    if (!has(1, sizeof(uint32_t))) return false;
    count = read<uint32_t>();
    write(count);
    return has(count, each);
  }
  bool copyPoint(int numCoordinates, bool mayBeEmpty) {
    if (!has(static_cast<size_t>(numCoordinates), sizeof(double))) return false;
    for (int i = 0; i < numCoordinates; ++i) {
      const size_t position = at_;
      const auto value = read<double>();
      const double limit = i == 0 ? 180 : 90;
      const bool outside = !std::isfinite(value) || (isGeography_ && i < 2 && std::abs(value) > limit);
      if (outside && !(mayBeEmpty && std::isnan(value))) return fail("Invalid coordinate value found", position);
      write(value);
    }
    return true;
  }
  bool copyPoints(int numCoordinates, uint32_t least, const char* what) {
    const size_t position = at_;
    const size_t each = sizeof(double) * static_cast<size_t>(numCoordinates);
    uint32_t count = 0;
    if (!readCount(each, count)) return false;
    if (count < least && !(count == 0 && least == 2)) return fail(std::string("Too few points in ") + what, position);
    const size_t first = at_;
    for (uint32_t i = 0; i < count; ++i) {
      if (!copyPoint(numCoordinates, false)) return false;
    }
    if (least > 2 && std::memcmp(bytes_.data() + first, bytes_.data() + at_ - each, 2 * sizeof(double)) != 0) return fail("Found non-closed ring", position);
    return true;
  }
  bool copyRings(int numCoordinates) {
    uint32_t count = 0;
    if (!readCount(sizeof(uint32_t), count)) return false;
    for (uint32_t i = 0; i < count; ++i) {
      if (!copyPoints(numCoordinates, 4, "ring")) return false;
    }
    return true;
  }
  bool copyMembers(int level, uint32_t wanted, uint32_t dimensions) {
    uint32_t count = 0;
    if (!readCount(kSmallest, count)) return false;
    for (uint32_t i = 0; i < count; ++i) {
      if (!copyGeometry(level + 1, wanted, dimensions)) return false;
    }
    return true;
  }

  std::string_view bytes_;
  size_t at_ = 0;
  bool inLittle_ = true;
  const bool outLittle_;
  const bool isGeography_;
  std::string& out_;
};

static_assert(std::endian::native == std::endian::little);

}  // namespace

WkbFailure copyWkb(std::string_view bytes, bool littleEndian, bool isGeography, std::string& out) {
  if (bytes.empty()) return {"WKB data is empty or null", 0};
  Copier copier(bytes, littleEndian, isGeography, out);
  copier.copyGeometry(0, 0, 0);
  return copier.failure;
}

}  // namespace flint::functions
