// Parts of URLs: parse_url, try_parse_url.
#include <optional>

#include "expr/function_registry.h"
#include "expr/regex.h"
#include "functions/types_of_arguments.h"
#include "functions/url/uri.h"

namespace flint::functions {

using namespace expr;

namespace {

// A part of the URL; a view without data where it has none.
std::string_view partOf(const Uri& uri, std::string_view part, std::string& scratch) {
  if (part == "HOST") return uri.host;
  if (part == "PATH") return uri.path;
  if (part == "QUERY") return uri.query;
  if (part == "REF") return uri.fragment;
  if (part == "PROTOCOL") return uri.scheme;
  if (part == "AUTHORITY") return uri.authority;
  if (part == "USERINFO") return uri.userInfo;
  if (part != "FILE" || uri.path.data() == nullptr) return {};
  if (uri.query.data() == nullptr) return uri.path;
  scratch = std::string(uri.path) + "?" + std::string(uri.query);
  return scratch;
}

// The value of a parameter of the query. The key is part of a pattern, as Hive has it.
class QueryParameter {
 public:
  Status find(std::string_view query, std::string_view key, std::optional<std::string_view>& value) {
    value.reset();
    if (pattern_ == nullptr || key != key_) {
      key_ = key;
      ASSIGN_OR_RETURN(pattern_, Regex::compile("(&|^)" + key_ + "=([^&]*)", "parse_url"));
    }
    Regex::Match match;
    if (pattern_->find(query, 0, match)) value = match.group(query, 2);
    return Status::ok();
  }

 private:
  std::shared_ptr<const Regex> pattern_;
  std::string key_;
};

template <bool Try>
void parseUrl(const KernelArgs& args) {
  const auto urls = args.column<StringView>(0);
  const auto parts = args.column<StringView>(1);
  const bool hasKey = args.count() > 2;
  const auto keys = args.column<StringView>(hasKey ? 2 : 1);
  auto out = args.result<StringView>();
  QueryParameter parameter;
  std::string scratch;
  for (const RowIndex row : args.activeRows()) {
    const std::string_view part = parts[row].view();
    if (hasKey && part != "QUERY") {
      out.setNull(row);
      continue;
    }
    const std::optional<Uri> uri = Uri::parse(urls[row].view());
    if (!uri) {
      if (!Try && args.ansi() && !urls[row].view().empty()) {
        args.errors().set(row, Error(condition::kInvalidUrl).with("url", urls[row].str()));
      } else {
        out.setNull(row);
      }
      continue;
    }
    const std::string_view found = partOf(*uri, part, scratch);
    if (found.data() == nullptr) {
      out.setNull(row);
    } else if (!hasKey) {
      out.set(row, found);
    } else {
      std::optional<std::string_view> value;
      const Status status = parameter.find(found, keys[row].view(), value);
      if (!status.isOk()) {
        args.errors().set(row, status.error());
      } else if (value) {
        out.set(row, *value);
      } else {
        out.setNull(row);
      }
    }
  }
}

}  // namespace

void registerParseUrl(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"parse_url"}, .group = Group::kUrl, .since = "2.0.0", .usage = "parse_url(url, partToExtract[, key]) - A part of a URL: HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY or USERINFO; with a key, that parameter of the query.",
       .examples = {{.sql = "SELECT parse_url('http://spark.apache.org/path?query=1', 'HOST')", .result = "spark.apache.org"}}, .errors = {{condition::kInvalidUrl, WithoutAnsi::kNull}},
       .overloads = {{.arguments = {kString, kString}, .result = kString, .kernel = parseUrl<false>}, {.arguments = {kString, kString, kString}, .result = kString, .kernel = parseUrl<false>}}},
      {.names = {"try_parse_url"}, .group = Group::kUrl, .since = "4.0.0", .usage = "try_parse_url(url, partToExtract[, key]) - As parse_url, NULL for a text that is no URL.",
       .examples = {{.sql = "SELECT try_parse_url('http://spark.apache.org/path?query=1', 'HOST')", .result = "spark.apache.org"}},
       .overloads = {{.arguments = {kString, kString}, .result = kString, .kernel = parseUrl<true>}, {.arguments = {kString, kString, kString}, .result = kString, .kernel = parseUrl<true>}}},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
