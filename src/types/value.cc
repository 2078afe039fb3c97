#include "types/value.h"

#include "base/hash.h"

namespace flint {
inline namespace types {
namespace {

constexpr int kMaxNesting = 1'000;

Value decodeNested(ByteReader& in, int depth);

Value::List decodeList(ByteReader& in, int depth) {
  Value::List values;
  const size_t count = in.readCount();
  for (size_t i = 0; i < count && !in.failed(); ++i) values.push_back(decodeNested(in, depth + 1));
  return values;
}

Value decodeNested(ByteReader& in, int depth) {
  if (depth > kMaxNesting) in.fail();
  switch (in.readVarint()) {
    case 0: return Value::null();
    case 1: return Value::boolean(in.readVarint() != 0);
    case 2: return Value::integer(in.readInt());
    case 3: return Value::decimal(in.readFixed<int128_t>());
    case 4: return Value::floating(in.readFixed<double>());
    case 5: return Value::string(std::string(in.readString()));
    case 6: return Value::interval(in.readFixed<CalendarInterval>());
    case 7: return Value::list(decodeList(in, depth));
    case 8: {
      Value::Map entries;
      const size_t count = in.readCount();
      for (size_t i = 0; i < count && !in.failed(); ++i) {
        Value key = decodeNested(in, depth + 1);
        entries.emplace_back(std::move(key), decodeNested(in, depth + 1));
      }
      return Value::map(std::move(entries));
    }
    default: in.fail(); return Value::null();
  }
}

}  // namespace

void Value::encode(ByteWriter& out) const {
  out.writeVarint(storage_.index());
  switch (storage_.index()) {
    case 1: out.writeVarint(asBoolean() ? 1 : 0); break;
    case 2: out.writeInt(asInteger()); break;
    case 3: out.writeFixed(asDecimal()); break;
    case 4: out.writeFixed(asFloating()); break;
    case 5: out.writeString(asString()); break;
    case 6: out.writeFixed(asInterval()); break;
    case 7:
      out.writeVarint(asList().size());
      for (const Value& value : asList()) value.encode(out);
      break;
    case 8:
      out.writeVarint(asMap().size());
      for (const auto& [key, value] : asMap()) {
        key.encode(out);
        value.encode(out);
      }
      break;
    default: break;
  }
}

Value Value::decode(ByteReader& in) { return decodeNested(in, 0); }

bool Value::operator==(const Value& other) const {
  if (storage_.index() != other.storage_.index()) return false;
  switch (storage_.index()) {
    case 4: {
      const double a = asFloating();
      const double b = other.asFloating();
      return (a != a && b != b) || std::memcmp(&a, &b, sizeof(a)) == 0;
    }
    case 7: return asList() == other.asList();
    case 8: return asMap() == other.asMap();
    default: return storage_ == other.storage_;
  }
}

uint64_t Value::hash() const {
  ByteWriter bytes;
  encode(bytes);
  return hashString(bytes.bytes());
}

}  // namespace types
}  // namespace flint
