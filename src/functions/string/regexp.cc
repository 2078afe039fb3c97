// Regular expressions: rlike, regexp_extract, regexp_extract_all, regexp_replace, regexp_count, regexp_instr, regexp_substr, split.
#include <algorithm>
#include <memory>

#include "expr/regex.h"
#include "functions/collection/list_rows.h"
#include "functions/kernel_loops.h"
#include "functions/result_limit.h"
#include "functions/string/collated_search.h"
#include "functions/string/utf8.h"
#include "functions/types_of_arguments.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;
using columnar::VectorBuilder;
using RegexPtr = std::shared_ptr<const Regex>;

namespace {

struct PatternData {
  RegexPtr constant;  // null: the pattern is not a constant
  std::string function;
};

// The pattern of each row, compiled when it differs from the row before; null after an error of that row.
class Patterns {
 public:
  Patterns(const KernelArgs& args, size_t argument) : args_(args), data_(args.data<PatternData>()), column_(args.column<StringView>(argument)), current_(data_.constant) {}
  const Regex* at(RowIndex row) {
    if (data_.constant != nullptr) return current_.get();
    if (current_ == nullptr || known_ != column_[row].view()) {
      known_ = column_[row].str();
      auto compiled = Regex::compile(known_, data_.function);
      if (!compiled.isOk()) {
        args_.errors().set(row, compiled.error());
        current_ = nullptr;
        return nullptr;
      }
      current_ = std::move(compiled).value();
    }
    return current_.get();
  }

 private:
  const KernelArgs& args_;
  const PatternData& data_;
  const columnar::VectorReader<StringView> column_;
  RegexPtr current_;
  std::string known_;
};

// Where to look on after a match: an empty one moves a character on.
size_t nextStart(std::string_view text, const Regex::Match& match) {
  if (match.end() > match.begin()) return match.end();
  return match.end() < text.size() ? match.end() + characterBytes(text[match.end()]) : text.size() + 1;
}

Result<FunctionBinding> bindPattern(const BindContext& context, Kernel kernel, DataType result, std::vector<DataType> types) {
  RETURN_IF_ERROR(checkArgumentCount(context, types.size(), types.size()));
  FunctionBinding binding;
  binding.argumentTypes = std::move(types);
  for (size_t i = 0; i < context.argumentTypes.size(); ++i) {
    if (context.argumentTypes[i].isNested()) return unexpectedArgumentType(context, i, quotedSql(binding.argumentTypes[i]));
  }
  binding.result = std::move(result);
  binding.kernel = kernel;
  auto data = std::make_shared<PatternData>();
  data->function = context.name;
  binding.canRaise = true;
  if (context.constants[1] != nullptr && !context.constants[1]->isNull() && context.argumentTypes[1].isStringLike()) {
    auto compiled = Regex::compile(context.constants[1]->asString(), context.name);
    if (compiled.isOk()) data->constant = std::move(compiled).value();
  }
  binding.data = std::move(data);
  return binding;
}

void testPattern(const KernelArgs& args) {
  Patterns patterns(args, 1);
  auto* out = args.result<uint8_t>().values();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) {
    const Regex* regex = patterns.at(row);
    out[row] = regex != nullptr && regex->contains(text.view());
  });
}
Result<FunctionBinding> bindRlike(const BindContext& context) { return bindPattern(context, testPattern, kBoolean, {kString, kString}); }

bool checkGroup(const KernelArgs& args, RowIndex row, const Regex& regex, int32_t group) {
  if (group >= 0 && group <= regex.numGroups()) return true;
  args.errors().set(row, Error(condition::kInvalidParameterValueRegexGroupIndex)
                             .with("parameter", "`idx`")
                             .with("functionName", "`" + args.data<PatternData>().function + "`")
                             .with("groupCount", std::to_string(regex.numGroups()))
                             .with("groupIndex", std::to_string(group)));
  return false;
}

void extractGroup(const KernelArgs& args) {
  Patterns patterns(args, 1);
  const auto groups = args.column<int32_t>(2);
  auto out = args.result<StringView>();
  args.resultBuffer().borrowFrom(args.vector(0));
  Regex::Match match;
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) {
    const Regex* regex = patterns.at(row);
    if (regex == nullptr) return;
    const std::string_view whole = text.view();
    const bool found = regex->find(whole, 0, match);
    if (found && !checkGroup(args, row, *regex, groups[row])) return;
    out.setView(row, found ? StringView(match.group(whole, static_cast<size_t>(groups[row]))) : StringView());
  });
}
Result<FunctionBinding> bindExtract(const BindContext& context) { return bindPattern(context, extractGroup, kString, {kString, kString, kInt}); }

void extractAll(const KernelArgs& args) {
  Patterns patterns(args, 1);
  const auto texts = args.column<StringView>(0);
  const auto groups = args.column<int32_t>(2);
  Regex::Match match;
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    const Regex* regex = patterns.at(row);
    if (regex == nullptr) return builder.appendNull();
    const std::string_view whole = texts[row].view();
    int32_t length = 0;
    for (size_t from = 0; from <= whole.size() && regex->find(whole, from, match); from = nextStart(whole, match)) {
      if (!checkGroup(args, row, *regex, groups[row])) break;
      builder.child(0).appendString(match.group(whole, static_cast<size_t>(groups[row])));
      ++length;
    }
    builder.appendList(length);
  });
}
Result<FunctionBinding> bindExtractAll(const BindContext& context) { return bindPattern(context, extractAll, DataType::array(kString), {kString, kString, kInt}); }

// What is replaced in texts above this size is counted.
constexpr size_t kLargeText = size_t{1} << 20;

void replacePattern(const KernelArgs& args) {
  Patterns patterns(args, 1);
  const auto texts = args.column<StringView>(0);
  const auto replacements = args.column<StringView>(2);
  const auto positions = args.column<int32_t>(3);
  auto out = args.result<StringView>();
  args.resultBuffer().borrowFrom(args.vector(0));
  Regex::Match match;
  ResultLimit limit(args);
  std::string made;
  for (const RowIndex row : args.activeRows()) {
    const Regex* regex = patterns.at(row);
    if (regex == nullptr) continue;
    const std::string_view whole = texts[row].view();
    const size_t start = positions[row] <= 1 ? 0 : byteOfCharacter(whole, positions[row] - 1);
    const bool outside = positions[row] > 1 && positions[row] > numCharacters(whole);
    if (outside || !regex->find(whole, start, match)) {
      out.setView(row, texts[row]);
      continue;
    }
    made.assign(whole.substr(0, start));
    size_t copied = start;
    size_t taken = 0;  // of the limit, by this text
    for (size_t from = start; from <= whole.size() && regex->find(whole, from, match); from = nextStart(whole, match)) {
      made += whole.substr(copied, match.begin() - copied);
      regex->appendReplacement(replacements[row].view(), whole, match, made);
      copied = match.end();
      if (made.size() > kLargeText && !limit.fits(static_cast<int64_t>(made.size()) - static_cast<int64_t>(taken), 1)) return;
      if (made.size() > kLargeText) taken = made.size();
    }
    made += whole.substr(std::min(copied, whole.size()));
    out.set(row, made);
  }
}
Result<FunctionBinding> bindReplace(const BindContext& context) {
  if (context.argumentTypes.size() == 4 && implicitCast(context.argumentTypes[3], kInt, context.options.ansi)) {
    const Value* position = context.constants[3];
    if (position == nullptr) {
      return Error(condition::kDatatypeMismatchNonFoldableInput)
          .with("sqlExpr", "\"" + callText(context) + "\"")
          .with("inputName", "`position`")
          .with("inputType", "\"INT\"")
          .with("inputExpr", quotedExpression(context.arguments[3]));
    }
    if (!position->isNull() && context.argumentTypes[3].isIntegral() && position->asInteger() <= 0) {
      return Error(condition::kDatatypeMismatchValueOutOfRange)
          .with("sqlExpr", "\"" + callText(context) + "\"")
          .with("exprName", "`position`")
          .with("valueRange", "(0, 2147483647]")
          .with("currentValue", std::to_string(position->asInteger()));
    }
  }
  return bindPattern(context, replacePattern, kString, {kString, kString, kString, kInt});
}

void countMatches(const KernelArgs& args) {
  Patterns patterns(args, 1);
  auto* out = args.result<int32_t>().values();
  Regex::Match match;
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) {
    out[row] = 0;
    const Regex* regex = patterns.at(row);
    if (regex == nullptr) return;
    const std::string_view whole = text.view();
    for (size_t from = 0; from <= whole.size() && regex->find(whole, from, match); from = nextStart(whole, match)) ++out[row];
  });
}
Result<FunctionBinding> bindCount(const BindContext& context) { return bindPattern(context, countMatches, kInt, {kString, kString}); }

void findPattern(const KernelArgs& args) {
  Patterns patterns(args, 1);
  auto* out = args.result<int32_t>().values();
  Regex::Match match;
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) {
    const Regex* regex = patterns.at(row);
    out[row] = regex != nullptr && regex->find(text.view(), 0, match) ? static_cast<int32_t>(numCharacters(text.view().substr(0, match.begin()))) + 1 : 0;
  });
}
Result<FunctionBinding> bindInstr(const BindContext& context) { return bindPattern(context, findPattern, kInt, {kString, kString, kInt}); }

void firstMatch(const KernelArgs& args) {
  Patterns patterns(args, 1);
  auto out = args.result<StringView>();
  args.resultBuffer().borrowFrom(args.vector(0));
  Regex::Match match;
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) {
    const Regex* regex = patterns.at(row);
    if (regex != nullptr && regex->find(text.view(), 0, match) && match.end() > match.begin()) {
      out.setView(row, StringView(match.group(text.view(), 0)));
    } else {
      out.setNull(row);
    }
  });
}
Result<FunctionBinding> bindSubstr(const BindContext& context) {
  ASSIGN_OR_RETURN(FunctionBinding binding, bindPattern(context, firstMatch, kString, {kString, kString}));
  binding.nullableIfArgumentsAre = false;
  return binding;
}

// Whether a pattern means the text it is.
bool isPlainText(std::string_view pattern) { return pattern.find_first_of("\\^$.|?*+()[]{}") == std::string_view::npos; }

// Splits at a constant text: the pieces are views of the texts, so that no byte of them is copied.
void splitAtText(const KernelArgs& args, std::string_view delimiter) {
  const auto texts = args.column<StringView>(0);
  const auto limits = args.column<int32_t>(2);
  auto entries = columnar::Buffer::allocateZeroed(static_cast<size_t>(args.numRows()) * sizeof(columnar::ListEntry));
  auto* entry = entries->mutableAs<columnar::ListEntry>();
  std::vector<StringView> pieces;
  pieces.reserve(static_cast<size_t>(args.activeRows().count()) * 4);
  for (const RowIndex row : args.activeRows()) {
    const StringView& text = texts[row];
    const char* at = text.data();
    const char* end = at + text.size();
    const int32_t limit = limits[row];
    const size_t first = pieces.size();
    const auto numMade = [&] { return static_cast<int32_t>(pieces.size() - first); };
    const char* next = at;
    while ((limit <= 0 || numMade() < limit - 1) && static_cast<size_t>(end - next) >= delimiter.size()) {
      const char* found = delimiter.size() == 1 ? std::find(next, end, delimiter[0]) : std::search(next, end, delimiter.begin(), delimiter.end());
      if (found == end) break;
      pieces.emplace_back(at, static_cast<uint32_t>(found - at));
      at = next = found + delimiter.size();
    }
    pieces.emplace_back(at, static_cast<uint32_t>(end - at));
    entry[row] = {.offset = static_cast<int32_t>(first), .length = numMade()};
  }
  const auto count = static_cast<RowIndex>(pieces.size());
  auto owner = std::make_shared<const std::vector<StringView>>(std::move(pieces));
  const StringView* views = owner->data();
  auto values = columnar::Buffer::wrap(views, static_cast<size_t>(count) * sizeof(StringView), std::move(owner));
  std::vector<VectorPtr> children = {ColumnVector::flat(kString, count, std::move(values), nullptr, {args.vector(0)})};
  args.resultBuffer().setVector(ColumnVector::list(args.resultType(), args.numRows(), std::move(entries), nullptr, std::move(children)));
}

void splitText(const KernelArgs& args) {
  if (const auto delimiters = args.column<StringView>(1); delimiters.isConstant() && args.resultType().elementType().sameType(kString)) {
    const std::string_view delimiter = delimiters[0].view();
    if (!delimiter.empty() && isPlainText(delimiter)) return splitAtText(args, delimiter);
  }
  Patterns patterns(args, 1);
  const auto texts = args.column<StringView>(0);
  const auto limits = args.column<int32_t>(2);
  const auto written = args.column<StringView>(1);
  Regex::Match match;
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    const std::string_view whole = texts[row].view();
    const Regex* regex = patterns.at(row);
    if (regex == nullptr) return builder.appendNull();
    const int32_t limit = limits[row];
    int32_t length = 0;
    size_t copied = 0;
    const auto append = [&](std::string_view piece) {
      builder.child(0).appendString(piece);
      ++length;
    };
    if (written[row].size() == 0) {
      // An empty pattern splits into characters.
      size_t at = 0;
      while (at < whole.size() && (limit <= 0 || length < limit - 1)) {
        const size_t size = std::min(characterBytes(whole[at]), whole.size() - at);
        append(whole.substr(at, size));
        at += size;
      }
      if (at < whole.size() || whole.empty()) append(whole.substr(at));
      return builder.appendList(length);
    }
    if (const std::string_view delimiter = written[row].view(); isPlainText(delimiter)) {
      for (size_t at = 0; (limit <= 0 || length < limit - 1) && (at = whole.find(delimiter, copied)) != std::string_view::npos;) {
        append(whole.substr(copied, at - copied));
        copied = at + delimiter.size();
      }
      append(whole.substr(copied));
      return builder.appendList(length);
    }
    for (size_t from = 0; from <= whole.size() && (limit <= 0 || length < limit - 1) && regex->find(whole, from, match); from = nextStart(whole, match)) {
      if (match.end() == 0) continue;
      append(whole.substr(copied, match.begin() - copied));
      copied = match.end();
    }
    append(whole.substr(copied));
    builder.appendList(length);
  });
}
Result<FunctionBinding> bindSplit(const BindContext& context) { return bindPattern(context, splitText, DataType::array(kString, false), {kString, kString, kInt}); }

}  // namespace

void registerRegexp(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"rlike", "regexp", "regexp_like"}, .group = Group::kPredicate, .since = "1.0.0", .usage = "rlike(str, regexp) - Whether part of str matches.", .bind = bindRlike, .rewrite = rewriteCollatedPattern, .display = "RLIKE"},
      {.names = {"regexp_extract"}, .group = Group::kString, .since = "1.5.0", .usage = "regexp_extract(str, regexp[, idx]) - Group idx of the first match.", .examples = {{.sql = "SELECT regexp_extract('100-200', '(\\\\d+)-(\\\\d+)', 1)", .result = "100"}}, .bind = bindExtract, .rewrite = rewriteCollatedPattern, .defaults = {{kInt, Value::integer(1)}}, .maxArguments = 3},
      {.names = {"regexp_extract_all"}, .group = Group::kString, .since = "3.1.0", .usage = "regexp_extract_all(str, regexp[, idx]) - Group idx of all matches.", .bind = bindExtractAll, .rewrite = rewriteCollatedPattern, .defaults = {{kInt, Value::integer(1)}}, .maxArguments = 3},
      {.names = {"regexp_replace"}, .group = Group::kString, .since = "1.5.0", .usage = "regexp_replace(str, regexp, rep[, position]) - All matches replaced.", .examples = {{.sql = "SELECT regexp_replace('100-200', '(\\\\d+)', 'num')", .result = "num-num"}}, .bind = bindReplace, .rewrite = rewriteCollatedPattern, .defaults = {{kInt, Value::integer(1)}}, .maxArguments = 4},
      {.names = {"regexp_count"}, .group = Group::kString, .since = "3.4.0", .usage = "regexp_count(str, regexp) - The number of matches.", .bind = bindCount, .rewrite = rewriteCollatedPattern},
      {.names = {"regexp_instr"}, .group = Group::kString, .since = "3.4.0", .usage = "regexp_instr(str, regexp) - The position (from 1) of the first match; 0 for none.", .bind = bindInstr, .rewrite = rewriteCollatedPattern, .defaults = {{kInt, Value::integer(0)}}, .maxArguments = 3},
      {.names = {"regexp_substr"}, .group = Group::kString, .since = "3.4.0", .usage = "regexp_substr(str, regexp) - The first match; NULL for none.", .bind = bindSubstr, .rewrite = rewriteCollatedPattern},
      {.names = {"split"}, .group = Group::kString, .since = "1.5.0", .usage = "split(str, regex[, limit]) - The pieces of str between matches.", .examples = {{.sql = "SELECT split('oneAtwoBthreeC', '[ABC]')", .result = "[\"one\",\"two\",\"three\",\"\"]"}}, .bind = bindSplit, .rewrite = rewriteCollatedPattern, .defaults = {{kInt, Value::integer(-1)}}, .maxArguments = 3},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
