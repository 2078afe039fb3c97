// Parts of JSON texts: get_json_object, json_tuple, json_array_length, json_object_keys.
#include <memory>
#include <optional>

#include "expr/expression_text.h"
#include "functions/collection/list_rows.h"
#include "functions/types_of_arguments.h"
#include "records/json_document.h"
#include "records/json_text.h"

namespace flint::functions {

using namespace expr;
using columnar::VectorBuilder;
using records::JsonDocument;
using Kind = JsonDocument::Kind;
using Node = JsonDocument::Node;

namespace {

constexpr records::JsonDialect kDialect = {.allowUnquotedControlChars = true, .allowNonNumericNumbers = false};

struct Step {
  enum class Kind : uint8_t { kName, kIndex, kAllElements, kAllFields };
  Kind kind = Kind::kName;
  std::string name;
  int64_t index = 0;
};
using Path = std::vector<Step>;

// "$.a[0]['b'][*]"; blanks between the parts are let pass.
class PathParser {
 public:
  explicit PathParser(std::string_view text) : text_(text) {}

  std::optional<Path> parse() {
    if (!accept("$")) return std::nullopt;
    Path path;
    while (skipBlanks(), at_ < text_.size()) {
      Step step;
      if (!parseStep(step)) return std::nullopt;
      path.push_back(std::move(step));
    }
    return path;
  }

 private:
  void skipBlanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || (text_[at_] >= '\t' && text_[at_] <= '\r'))) ++at_;
  }
  bool accept(std::string_view token) {
    skipBlanks();
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }
  bool until(std::string_view ends, std::string& out) {
    skipBlanks();
    const size_t end = std::min(text_.find_first_of(ends, at_), text_.size());
    out = text_.substr(at_, end - at_);
    at_ = end;
    return !out.empty();
  }
  bool parseStep(Step& step) {
    if (accept(".*") || accept("['*']")) {
      step.kind = Step::Kind::kAllFields;
      return true;
    }
    if (accept("['")) return until("'", step.name) && accept("']");
    if (accept(".")) return until(".[", step.name);
    if (!accept("[")) return false;
    if (accept("*")) {
      step.kind = Step::Kind::kAllElements;
      return accept("]");
    }
    step.kind = Step::Kind::kIndex;
    skipBlanks();
    const size_t start = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    if (at_ == start || at_ - start > 18) return false;
    step.index = std::stoll(std::string(text_.substr(start, at_ - start)));
    return accept("]");
  }

  const std::string_view text_;
  size_t at_ = 0;
};

// How a match is written: a text without quotes, elements of an array without their brackets, or as it is.
enum class Style : uint8_t { kRaw, kFlatten, kQuoted };

// Collects the matches of a path, as Hive's UDFJson does: "[*]" gives an array only for more than one match.
class PathMatcher {
 public:
  PathMatcher(const JsonDocument& document, const Path& path) : document_(document), path_(path) {}

  bool match(const Node& node, size_t step, Style style, std::string& out) {
    if (step == path_.size()) return write(node, style, out);
    const Step& next = path_[step];
    if (node.kind == Kind::kObject && next.kind == Step::Kind::kName) {
      for (int32_t at = node.firstChild; at >= 0; at = document_.node(at).next) {
        const Node& member = document_.node(at);
        if (member.name == next.name && member.kind != Kind::kNull && match(member, step + 1, style, out)) return true;
      }
      return false;
    }
    if (node.kind != Kind::kArray) return false;
    if (next.kind == Step::Kind::kAllElements) return matchElements(node, step, style, out);
    if (next.kind != Step::Kind::kIndex || next.index >= node.count) return false;
    int32_t at = node.firstChild;
    for (int64_t i = 0; i < next.index; ++i) at = document_.node(at).next;
    const bool many = step + 1 < path_.size() && path_[step + 1].kind == Step::Kind::kAllElements;
    return match(document_.node(at), step + 1, many ? Style::kQuoted : style, out);
  }

 private:
  static void separate(std::string& out) {
    if (!out.empty() && out.back() != '[') out += ',';
  }
  bool write(const Node& node, Style style, std::string& out) {
    if (style == Style::kRaw && node.kind == Kind::kString) {
      out += node.text;
      return true;
    }
    if (style == Style::kFlatten && node.kind == Kind::kArray) {
      bool any = false;
      for (int32_t at = node.firstChild; at >= 0; at = document_.node(at).next) any = write(document_.node(at), Style::kFlatten, out) || any;
      return any;
    }
    separate(out);
    records::appendJsonText(document_, node, out);
    return true;
  }
  bool matchElements(const Node& array, size_t step, Style style, std::string& out) {
    const bool twice = step + 1 < path_.size() && path_[step + 1].kind == Step::Kind::kAllElements;
    const size_t rest = step + (twice ? 2 : 1);
    const Style inner = twice ? Style::kFlatten : style == Style::kFlatten ? Style::kFlatten : Style::kQuoted;
    std::string elements = "[";
    int matches = 0;
    for (int32_t at = array.firstChild; at >= 0; at = document_.node(at).next) matches += match(document_.node(at), rest, inner, elements) ? 1 : 0;
    elements += ']';
    if (twice || style == Style::kQuoted) {
      separate(out);
      out += elements;
      return matches > 0;
    }
    if (matches == 0) return false;
    separate(out);
    out += matches > 1 ? std::string_view(elements) : std::string_view(elements).substr(1, elements.size() - 2);
    return true;
  }

  const JsonDocument& document_;
  const Path& path_;
};

void getJsonObject(const KernelArgs& args) {
  const auto texts = args.column<StringView>(0);
  const auto paths = args.column<StringView>(1);
  auto out = args.result<StringView>();
  JsonDocument document(kDialect);
  std::optional<Path> path;
  std::string pathText;
  bool hasPath = false;
  std::string match;
  for (const RowIndex row : args.activeRows()) {
    if (!hasPath || paths[row].view() != pathText) {
      pathText = paths[row].view();
      path = PathParser(pathText).parse();
      hasPath = true;
    }
    match.clear();
    if (path && document.parse(texts[row].view(), true) && PathMatcher(document, *path).match(document.root(), 0, Style::kRaw, match)) {
      out.set(row, match);
    } else {
      out.setNull(row);
    }
  }
}

void countElements(const KernelArgs& args) {
  const auto texts = args.column<StringView>(0);
  auto out = args.result<int32_t>();
  JsonDocument document(kDialect);
  for (const RowIndex row : args.activeRows()) {
    if (document.parse(texts[row].view(), true) && document.root().kind == Kind::kArray) {
      out.set(row, document.root().count);
    } else {
      out.setNull(row);
    }
  }
}

void listNames(const KernelArgs& args) {
  const auto texts = args.column<StringView>(0);
  JsonDocument document(kDialect);
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    if (!document.parse(texts[row].view(), true) || document.root().kind != Kind::kObject) return builder.appendNull();
    for (int32_t at = document.root().firstChild; at >= 0; at = document.node(at).next) builder.child(0).appendString(document.node(at).name);
    builder.appendList(document.root().count);
  });
}

Status generateTuple(const GeneratorBinding&, std::span<const VectorPtr> arguments, const ActiveRows& active, std::span<VectorBuilder> columns,
                     std::vector<int32_t>& counts) {
  std::vector<VectorReader<StringView>> readers;
  for (const VectorPtr& argument : arguments) readers.emplace_back(*argument);
  JsonDocument document(kDialect);
  for (const RowIndex row : active) {
    counts.push_back(1);
    const bool isObject = !readers[0].isNull(row) && document.parse(readers[0][row].view(), true) && document.root().kind == Kind::kObject;
    for (size_t i = 0; i < columns.size(); ++i) {
      const Node* found = nullptr;
      if (isObject && !readers[i + 1].isNull(row)) {
        const std::string_view name = readers[i + 1][row].view();
        for (int32_t at = document.root().firstChild; at >= 0; at = document.node(at).next) {
          const Node& member = document.node(at);
          if (member.name == name && member.kind != Kind::kNull) found = &member;
        }
      }
      if (found == nullptr) {
        columns[i].appendNull();
      } else if (found->kind == Kind::kString) {
        columns[i].appendString(found->text);
      } else {
        std::string text;
        records::appendJsonText(document, *found, text);
        columns[i].appendString(text);
      }
    }
  }
  return Status::ok();
}

Result<GeneratorBinding> bindTuple(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, SIZE_MAX));
  GeneratorBinding binding;
  for (size_t i = 0; i < context.argumentTypes.size(); ++i) {
    const DataType& type = context.argumentTypes[i];
    if (!type.isStringLike()) {
      return Error(condition::kDatatypeMismatchNonStringType).with("sqlExpr", "\"" + callText(context) + "\"").with("funcName", quoteIdentifier(context.name));
    }
    binding.argumentTypes.push_back(kString);
    if (i > 0) binding.output.push_back({"c" + std::to_string(i - 1), kString, true});
  }
  binding.generate = generateTuple;
  return binding;
}

}  // namespace

void registerJsonPaths(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"get_json_object"}, .group = Group::kJson, .since = "1.5.0", .usage = "get_json_object(json_txt, path) - The part of a JSON text that a path names, as text.", .examples = {{.sql = "SELECT get_json_object('{\"a\":\"b\"}', '$.a')", .result = "b"}}, .overloads = {{.arguments = {kString, kString}, .result = kString, .kernel = getJsonObject}}},
      {.names = {"json_array_length"}, .group = Group::kJson, .since = "3.1.0", .usage = "json_array_length(jsonArray) - The number of elements of the outermost array.", .examples = {{.sql = "SELECT json_array_length('[1,2,3,4]')", .result = "4"}}, .overloads = {{.arguments = {kString}, .result = kInt, .kernel = countElements}}},
      {.names = {"json_object_keys"}, .group = Group::kJson, .since = "3.1.0", .usage = "json_object_keys(json_object) - The names of the outermost object's members.", .examples = {{.sql = "SELECT json_object_keys('{\"key\": \"value\"}')", .result = "[\"key\"]"}}, .overloads = {{.arguments = {kString}, .result = DataType::array(kString, true), .kernel = listNames}}},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
  static const GeneratorFunction kTuple = {.names = {"json_tuple"}, .since = "1.6.0", .usage = "json_tuple(jsonStr, p1, p2, ..., pn) - The members of these names of a JSON object, as texts.", .examples = {{.sql = "SELECT json_tuple('{\"a\":1, \"b\":2}', 'a', 'b')", .result = "1\t2"}}, .bind = bindTuple};
  registry.add(kTuple);
}

}  // namespace flint::functions
