#include "sources/files/schema_merge.h"

#include <algorithm>
#include <optional>

namespace flint::sources {
namespace {

bool sameName(const std::string& a, const std::string& b, bool caseSensitive) {
  if (caseSensitive || a.size() != b.size()) return a == b;
  return std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return std::tolower(x) == std::tolower(y); });
}

std::optional<DataType> mergeTypes(const DataType& left, const DataType& right, bool caseSensitive);

std::optional<StructFields> mergeFields(const StructFields& left, const StructFields& right, bool caseSensitive) {
  StructFields merged = left;
  for (const StructField& field : right) {
    const auto same = std::find_if(merged.begin(), merged.end(), [&](const StructField& other) { return sameName(other.name, field.name, caseSensitive); });
    if (same == merged.end()) {
      merged.push_back(field);
      continue;
    }
    auto type = mergeTypes(same->type, field.type, caseSensitive);
    if (!type.has_value()) return std::nullopt;
    same->type = std::move(*type);
    same->nullable = same->nullable || field.nullable;
  }
  return merged;
}

std::optional<DataType> mergeTypes(const DataType& left, const DataType& right, bool caseSensitive) {
  if (left.is(TypeKind::kNull)) return right;
  if (right.is(TypeKind::kNull) || left == right) return left;
  if (left.kind() != right.kind()) return std::nullopt;
  switch (left.kind()) {
    case TypeKind::kArray: {
      auto element = mergeTypes(left.elementType(), right.elementType(), caseSensitive);
      if (!element.has_value()) return std::nullopt;
      return DataType::array(std::move(*element), left.containsNull() || right.containsNull());
    }
    case TypeKind::kMap: {
      auto key = mergeTypes(left.keyType(), right.keyType(), caseSensitive);
      auto value = mergeTypes(left.valueType(), right.valueType(), caseSensitive);
      if (!key.has_value() || !value.has_value()) return std::nullopt;
      return DataType::map(std::move(*key), std::move(*value), left.valueContainsNull() || right.valueContainsNull());
    }
    case TypeKind::kStruct: {
      auto fields = mergeFields(left.fields(), right.fields(), caseSensitive);
      if (!fields.has_value()) return std::nullopt;
      return DataType::structType(std::move(*fields));
    }
    case TypeKind::kDecimal: {
      if (left.scale() != right.scale()) return std::nullopt;
      return left.precision() > right.precision() ? left : right;
    }
    default: return std::nullopt;
  }
}

}  // namespace

Result<StructFields> mergeSchemas(const StructFields& left, const StructFields& right, bool caseSensitive) {
  auto merged = mergeFields(left, right, caseSensitive);
  if (merged.has_value()) return std::move(*merged);
  return Error(condition::kCannotMergeSchemas)
      .with("left", "\"" + DataType::structType(left).sql() + "\"")
      .with("right", "\"" + DataType::structType(right).sql() + "\"");
}

}  // namespace flint::sources
