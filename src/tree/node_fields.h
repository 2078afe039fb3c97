#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/byte_coding.h"
#include "base/hash.h"
#include "types/data_type.h"
#include "types/value.h"

/// A node lists its fields once, as names and member pointers:
///
///   static constexpr auto fields() { return std::tuple(field("condition", &Filter::condition), field("child", &Filter::child)); }
///
/// and the functions here walk them. A field may be a node pointer, an expression, a number, an enum, text, a DataType, a Value, a struct with
/// `fields()` of its own, or an optional, vector or pair of these.
namespace flint::tree {

template <class Owner, class Member>
struct Field {
  const char* name;
  Member Owner::*member;
};

template <class Owner, class Member>
constexpr Field<Owner, Member> field(const char* name, Member Owner::*member) {
  return {name, member};
}

template <class T>
concept HasFields = requires { T::fields(); };

/// Calls `visit(name, value)` for each field of `node`, const or not.
template <class Node, class Visit>
void forEachField(Node& node, Visit&& visit) {
  std::apply([&](const auto&... field) { (visit(field.name, node.*(field.member)), ...); }, std::remove_const_t<Node>::fields());
}

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsPair : std::false_type {};
template <class A, class B>
struct IsPair<std::pair<A, B>> : std::true_type {};

/// Calls `visit(Pointer&)` for every non-null `Pointer` (a shared_ptr to a node) in the value, in field order.
template <class Pointer, class Value, class Visit>
void forEachPointer(Value& value, Visit&& visit) {
  using T = std::remove_const_t<Value>;
  if constexpr (std::is_same_v<T, Pointer>) {
    if (value != nullptr) visit(value);
  } else if constexpr (IsVector<T>::value) {
    if constexpr (!std::is_same_v<typename T::value_type, bool>) {
      for (auto& element : value) forEachPointer<Pointer>(element, visit);
    }
  } else if constexpr (IsOptional<T>::value) {
    if (value.has_value()) forEachPointer<Pointer>(*value, visit);
  } else if constexpr (IsPair<T>::value) {
    forEachPointer<Pointer>(value.first, visit);
    forEachPointer<Pointer>(value.second, visit);
  } else if constexpr (HasFields<T>) {
    forEachField(value, [&](const char*, auto& member) { forEachPointer<Pointer>(member, visit); });
  }
}

/// Deep equality of two fields; node pointers compare by `sameAs`, tables by `identity`, other pointers by address.
template <class T>
bool fieldEquals(const T& a, const T& b) {
  if constexpr (IsVector<T>::value) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i) {
      if (!fieldEquals<typename T::value_type>(a[i], b[i])) return false;
    }
    return true;
  } else if constexpr (IsOptional<T>::value) {
    return a.has_value() == b.has_value() && (!a.has_value() || fieldEquals(*a, *b));
  } else if constexpr (IsPair<T>::value) {
    return fieldEquals(a.first, b.first) && fieldEquals(a.second, b.second);
  } else if constexpr (requires { a->sameAs(*b); }) {
    return a == b || (a != nullptr && b != nullptr && a->sameAs(*b));
  } else if constexpr (requires { a->identity(); }) {
    return a == b || (a != nullptr && b != nullptr && a->identity() == b->identity());
  } else if constexpr (HasFields<T>) {
    return std::apply([&](const auto&... field) { return (fieldEquals(a.*(field.member), b.*(field.member)) && ...); }, T::fields());
  } else {
    return a == b;
  }
}

template <class T>
uint64_t fieldHash(const T& value) {
  if constexpr (IsVector<T>::value) {
    uint64_t hash = value.size();
    for (const auto& element : value) hash = combineHash(hash, fieldHash<typename T::value_type>(element));
    return hash;
  } else if constexpr (IsOptional<T>::value) {
    return value.has_value() ? combineHash(1, fieldHash(*value)) : 0;
  } else if constexpr (IsPair<T>::value) {
    return combineHash(fieldHash(value.first), fieldHash(value.second));
  } else if constexpr (std::is_same_v<T, std::string>) {
    return hashString(value);
  } else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
    return mixHash(static_cast<uint64_t>(value));
  } else if constexpr (requires { value->hash(); }) {
    return value == nullptr ? 0 : value->hash();
  } else if constexpr (requires { value->identity(); }) {
    return value == nullptr ? 0 : hashString(value->identity());
  } else if constexpr (requires { value.hash(); }) {
    return value.hash();
  } else if constexpr (requires { value.get(); }) {
    return mixHash(reinterpret_cast<uintptr_t>(value.get()));
  } else {
    static_assert(HasFields<T>, "a field type without equality and hash");
    uint64_t hash = 0;
    forEachField(value, [&](const char*, const auto& member) { hash = combineHash(hash, fieldHash(member)); });
    return hash;
  }
}

/// The hash of a node's fields, for a node's own `hash()`.
template <class Node>
uint64_t fieldsHash(const Node& node) {
  uint64_t hash = 0;
  forEachField(node, [&](const char*, const auto& member) { hash = combineHash(hash, fieldHash(member)); });
  return hash;
}

/// Writes a field. `coder.write(out, value)` is asked for what is not built in (node pointers and the layer's own types).
template <class Coder, class T>
void encodeField(Coder& coder, ByteWriter& out, const T& value) {
  if constexpr (IsVector<T>::value) {
    out.writeVarint(value.size());
    for (const auto& element : value) encodeField<Coder, typename T::value_type>(coder, out, element);
  } else if constexpr (IsOptional<T>::value) {
    out.writeVarint(value.has_value() ? 1 : 0);
    if (value.has_value()) encodeField(coder, out, *value);
  } else if constexpr (IsPair<T>::value) {
    encodeField(coder, out, value.first);
    encodeField(coder, out, value.second);
  } else if constexpr (std::is_same_v<T, std::string>) {
    out.writeString(value);
  } else if constexpr (std::is_floating_point_v<T>) {
    out.writeFixed(value);
  } else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
    out.writeInt(static_cast<int64_t>(value));
  } else if constexpr (std::is_same_v<T, DataType> || std::is_same_v<T, Value>) {
    value.encode(out);
  } else if constexpr (HasFields<T>) {
    forEachField(value, [&](const char*, const auto& member) { encodeField(coder, out, member); });
  } else {
    coder.write(out, value);
  }
}

/// Reads a field as `encodeField` wrote it; malformed bytes make `in` fail.
template <class Coder, class T>
void decodeField(Coder& coder, ByteReader& in, T& value) {
  if constexpr (IsVector<T>::value) {
    const size_t count = in.readCount();
    value.clear();
    for (size_t i = 0; i < count && !in.failed(); ++i) {
      typename T::value_type element{};
      decodeField(coder, in, element);
      value.push_back(std::move(element));
    }
  } else if constexpr (IsOptional<T>::value) {
    if (in.readVarint() != 0) decodeField(coder, in, value.emplace());
  } else if constexpr (IsPair<T>::value) {
    decodeField(coder, in, value.first);
    decodeField(coder, in, value.second);
  } else if constexpr (std::is_same_v<T, std::string>) {
    value = in.readString();
  } else if constexpr (std::is_floating_point_v<T>) {
    value = in.readFixed<T>();
  } else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
    value = static_cast<T>(in.readInt());
  } else if constexpr (std::is_same_v<T, DataType> || std::is_same_v<T, Value>) {
    value = T::decode(in);
  } else if constexpr (HasFields<T>) {
    forEachField(value, [&](const char*, auto& member) { decodeField(coder, in, member); });
  } else {
    coder.read(in, value);
  }
}

}  // namespace flint::tree
