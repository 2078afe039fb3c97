// Maps from text and from pairs of maps: str_to_map, map_zip_with.
#include <algorithm>
#include <memory>
#include <optional>

#include "expr/nodes.h"
#include "expr/regex.h"
#include "functions/collection/list_rows.h"
#include "functions/string/utf8.h"
#include "functions/types_of_arguments.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;
using columnar::VectorBuilder;

namespace {

Error duplicateKey(std::string key) {
  return Error(condition::kDuplicatedMapKey).with("key", std::move(key)).with("mapKeyDedupPolicy", "\"spark.sql.mapKeyDedupPolicy\"");
}

// Calls `body` for each part of `text` between matches, at most `limit` parts (0: all), as Java's split with what is empty kept.
template <class Body>
void splitText(const Regex& delimiter, std::string_view text, size_t limit, Body&& body) {
  Regex::Match match;
  size_t begin = 0;
  size_t from = 0;
  size_t parts = 1;
  while ((limit == 0 || parts < limit) && from <= text.size() && delimiter.find(text, from, match)) {
    if (match.end() == match.begin()) {
      // An empty match splits between characters, but makes no empty part in front.
      from = match.end() + 1;
      if (match.begin() == 0 || match.begin() >= text.size()) continue;
    } else {
      from = match.end();
    }
    body(text.substr(begin, match.begin() - begin));
    begin = match.end();
    ++parts;
  }
  body(text.substr(begin));
}

// The same for texts with a collation, whose delimiters are plain texts: an empty one splits nothing.
template <class Body>
void splitCollated(const CollationKeys& keys, std::string_view text, std::string_view delimiter, size_t limit, Body&& body) {
  const auto characters = [&](std::string_view of) {
    std::vector<std::pair<size_t, std::string>> out;  // where each begins, and its key
    for (size_t at = 0; at < of.size();) {
      const size_t size = std::min(characterBytes(of[at]), of.size() - at);
      out.emplace_back(at, keys.of(of.substr(at, size)));
      at += size;
    }
    return out;
  };
  const auto whole = characters(text);
  const auto wanted = characters(delimiter);
  const auto beginOf = [&](size_t character) { return character < whole.size() ? whole[character].first : text.size(); };
  size_t begin = 0;
  size_t parts = 1;
  for (size_t at = 0; !wanted.empty() && at + wanted.size() <= whole.size() && (limit == 0 || parts < limit);) {
    const bool found = std::equal(wanted.begin(), wanted.end(), whole.begin() + static_cast<int64_t>(at), [](const auto& a, const auto& b) { return a.second == b.second; });
    if (!found) {
      ++at;
      continue;
    }
    body(text.substr(begin, beginOf(at) - begin));
    at += wanted.size();
    begin = beginOf(at);
    ++parts;
  }
  body(text.substr(begin));
}

struct Delimiters {
  std::shared_ptr<const Regex> pair;
  std::shared_ptr<const Regex> key;
};

template <bool kLastWins>
void readMaps(const KernelArgs& args) {
  const auto texts = args.column<StringView>(0);
  const auto pairs = args.column<StringView>(1);
  const auto keys = args.column<StringView>(2);
  Delimiters last = args.data<Delimiters>();
  const bool constant = last.pair != nullptr && last.key != nullptr;
  const int collation = args.type(0).collation();
  const CollationKeys collated(collation);
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    if (!constant && collation == 0) {
      auto pair = Regex::compile(pairs[row].view(), "str_to_map");
      auto key = Regex::compile(keys[row].view(), "str_to_map");
      if (!pair.isOk() || !key.isOk()) {
        args.errors().set(row, pair.isOk() ? key.error() : pair.error());
        return builder.appendNull();
      }
      last = {std::move(pair).value(), std::move(key).value()};
    }
    std::vector<std::pair<std::string_view, std::optional<std::string_view>>> entries;
    std::optional<Error> problem;
    const auto addEntry = [&](std::string_view entry) {
      std::vector<std::string_view> parts;
      const auto addPart = [&](std::string_view part) { parts.push_back(part); };
      if (collation == 0) {
        splitText(*last.key, entry, 2, addPart);
      } else {
        splitCollated(collated, entry, keys[row].view(), 2, addPart);
      }
      const std::optional<std::string_view> value = parts.size() > 1 ? std::optional(parts[1]) : std::nullopt;
      const auto isSame = [&](const auto& other) { return other.first == parts[0] || (collation != 0 && collated.of(other.first) == collated.of(parts[0])); };
      const auto same = std::find_if(entries.begin(), entries.end(), isSame);
      if (same == entries.end()) {
        entries.emplace_back(parts[0], value);
      } else if (kLastWins) {
        same->second = value;
      } else if (!problem) {
        problem = duplicateKey(std::string(parts[0]));
      }
    };
    if (collation == 0) {
      splitText(*last.pair, texts[row].view(), 0, addEntry);
    } else {
      splitCollated(collated, texts[row].view(), pairs[row].view(), 0, addEntry);
    }
    if (problem) {
      args.errors().set(row, std::move(*problem));
      return builder.appendNull();
    }
    for (const auto& [key, value] : entries) {
      builder.child(0).appendString(key);
      if (value) {
        builder.child(1).appendString(*value);
      } else {
        builder.child(1).appendNull();
      }
    }
    builder.appendList(static_cast<int32_t>(entries.size()));
  });
}

template <bool kLastWins>
Result<FunctionBinding> bindReadMap(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 3, 3));
  FunctionBinding binding;
  const DataType text = context.argumentTypes[0].is(TypeKind::kString) ? context.argumentTypes[0] : kString;
  for (size_t i = 0; i < 3; ++i) {
    if (!context.argumentTypes[i].isStringLike() && !context.argumentTypes[i].is(TypeKind::kNull)) return unexpectedArgumentType(context, i, "\"STRING\"");
    binding.argumentTypes.push_back(text);
  }
  auto data = std::make_shared<Delimiters>();
  for (size_t i = 1; i < 3; ++i) {
    if (context.constants[i] == nullptr || context.constants[i]->isNull()) continue;
    auto compiled = Regex::compile(context.constants[i]->asString(), "str_to_map");
    if (compiled.isOk()) (i == 1 ? data->pair : data->key) = std::move(compiled).value();
  }
  binding.result = DataType::map(text, text);
  binding.kernel = readMaps<kLastWins>;
  binding.canRaise = true;
  binding.data = std::move(data);
  return binding;
}

// ---- map_zip_with ---------------------------------------------------------------------------------------------------

// The entries of both maps by key: those of the left one first, in their order.
void zipMaps(const KernelArgs& args) {
  const Lists left(args, 0);
  const Lists right(args, 1);
  std::vector<RowIndex> rows;
  std::vector<int32_t> lengths;
  VectorBuilder keys(left.elements().type());
  VectorBuilder leftValues(left.values().type());
  VectorBuilder rightValues(right.values().type());
  const auto add = [](VectorBuilder& builder, const ColumnVector& values, RowIndex at) {
    if (at < 0) {
      builder.appendNull();
    } else {
      builder.appendFrom(values, at);
    }
  };
  const VectorPtr leftKeys = comparedElements(args, left, 0);
  const VectorPtr rightKeys = comparedElements(args, right, 1);
  const auto placeOf = [](const ColumnVector& in, ListEntry entry, const ColumnVector& others, RowIndex at) -> RowIndex {
    for (int32_t i = 0; i < entry.length; ++i) {
      if (sameValue(in, entry.offset + i, others, at)) return entry.offset + i;
    }
    return -1;
  };
  for (const RowIndex row : args.activeRows()) {
    const size_t before = rows.size();
    const ListEntry a = left[row];
    const ListEntry b = right[row];
    for (int32_t i = 0; i < a.length; ++i) {
      keys.appendFrom(left.elements(), a.offset + i);
      add(leftValues, left.values(), a.offset + i);
      add(rightValues, right.values(), placeOf(*rightKeys, b, *leftKeys, a.offset + i));
      rows.push_back(row);
    }
    for (int32_t i = 0; i < b.length; ++i) {
      if (placeOf(*leftKeys, a, *rightKeys, b.offset + i) >= 0) continue;
      keys.appendFrom(right.elements(), b.offset + i);
      leftValues.appendNull();
      add(rightValues, right.values(), b.offset + i);
      rows.push_back(row);
    }
    lengths.push_back(static_cast<int32_t>(rows.size() - before));
  }
  const VectorPtr keyVector = keys.finish();
  auto results = args.lambda(0).call({keyVector, leftValues.finish(), rightValues.finish()}, rows);
  if (!results.isOk()) return args.fail(results.status());
  RowIndex next = 0;
  size_t list = 0;
  buildRows(args, [&](RowIndex, VectorBuilder& builder) {
    const int32_t length = lengths[list++];
    for (int32_t i = 0; i < length; ++i, ++next) {
      builder.child(0).appendFrom(*keyVector, next);
      builder.child(1).appendFrom(*results.value(), next);
    }
    builder.appendList(length);
  });
}

// The type of both maps' keys; the maps must be maps.
Result<DataType> commonKeyType(const BindContext& context) {
  for (size_t i = 0; i < 2; ++i) {
    if (i >= context.argumentTypes.size() || !context.argumentTypes[i].is(TypeKind::kMap)) return unexpectedArgumentType(context, i, "\"MAP\"");
  }
  const DataType& left = context.argumentTypes[0].keyType();
  const DataType& right = context.argumentTypes[1].keyType();
  auto common = left.sameType(right) ? std::optional(left) : left.collation() != right.collation() ? std::nullopt : findWiderTypeWithoutStrings(left, right, context.options.ansi);
  if (!common) {
    return Error(condition::kDatatypeMismatchMapZipWithDiffTypes)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("functionName", "`map_zip_with`")
        .with("leftType", quotedSql(left))
        .with("rightType", quotedSql(right));
  }
  return *common;
}
Result<std::vector<LambdaParameter>> typeZipMaps(const BindContext& context, size_t, size_t) {
  ASSIGN_OR_RETURN(const DataType key, commonKeyType(context));
  return std::vector<LambdaParameter>{{key, false}, {context.argumentTypes[0].valueType(), true}, {context.argumentTypes[1].valueType(), true}};
}
Result<FunctionBinding> bindZipMaps(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 3, 3));
  ASSIGN_OR_RETURN(const DataType key, commonKeyType(context));
  FunctionBinding binding;
  for (size_t i = 0; i < 2; ++i) {
    const DataType& map = context.argumentTypes[i];
    binding.argumentTypes.push_back(DataType::map(key, map.valueType(), map.valueContainsNull()));
  }
  binding.argumentTypes.push_back(context.argumentTypes[2]);
  binding.result = DataType::map(key, context.argumentTypes[2], context.arguments[2]->nullable());
  binding.kernel = zipMaps;
  return binding;
}

}  // namespace

void registerMapFunctions(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"str_to_map"}, .group = Group::kMap, .since = "2.0.1", .usage = "str_to_map(text[, pairDelim[, keyValueDelim]]) - The map that a text of pairs stands for.",
       .examples = {{.sql = "SELECT str_to_map('a:1,b:2,c:3', ',', ':')", .result = "{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}"}}, .bind = bindReadMap<false>,
       .defaults = {{kString, Value::string(",")}, {kString, Value::string(":")}}, .maxArguments = 3},
      {.names = {"str_to_map_last_win"}, .group = Group::kInternal, .since = "3.0.0", .usage = "As str_to_map; of equal keys the last has its way.", .bind = bindReadMap<true>,
       .display = "str_to_map", .defaults = {{kString, Value::string(",")}, {kString, Value::string(":")}}, .maxArguments = 3},
      {.names = {"map_zip_with"}, .group = Group::kLambda, .since = "3.0.0", .usage = "map_zip_with(map1, map2, function) - The map of function's results over the entries of both maps by key.",
       .bind = bindZipMaps, .lambdaTyper = typeZipMaps},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
