#include "cli/function_page.h"

#include <cstdio>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "expr/function_registry.h"
#include "functions/builtins.h"

namespace flint::cli {
namespace {

using expr::Example;
using expr::FunctionRegistry;
using expr::Group;

const char* titleOf(Group group) {
  switch (group) {
    case Group::kAggregate: return "Aggregates";
    case Group::kArray: return "Arrays";
    case Group::kBitwise: return "Bits";
    case Group::kCollection: return "Collections";
    case Group::kConditional: return "Conditions";
    case Group::kConversion: return "Conversion";
    case Group::kCsv: return "CSV";
    case Group::kDatetime: return "Dates and times";
    case Group::kGenerator: return "Generators";
    case Group::kGeospatial: return "Geometry";
    case Group::kHash: return "Hashes";
    case Group::kJson: return "JSON";
    case Group::kLambda: return "Functions that take functions";
    case Group::kMap: return "Maps";
    case Group::kMath: return "Mathematics";
    case Group::kMisc: return "Others";
    case Group::kPredicate: return "Predicates";
    case Group::kSketch: return "Sketches";
    case Group::kString: return "Texts";
    case Group::kStruct: return "Structs";
    case Group::kTable: return "Tables";
    case Group::kUrl: return "URLs";
    case Group::kVariant: return "Variants";
    case Group::kWindow: return "Window functions";
    case Group::kXml: return "XML";
    case Group::kAvro: return "Avro";
    case Group::kProtobuf: return "Protobuf";
    case Group::kOperator: return "Operators";
    case Group::kInternal: return "Internal";
  }
  return "";
}

// What all kinds of functions declare.
struct Entry {
  Group group;
  std::vector<std::string_view> names;
  std::string_view since;
  std::string_view usage;
  std::string_view note;
  std::span<const Example> examples;
};

template <class Function>
Entry entryOf(const Function& function, Group group) {
  return {group, function.names, function.since, function.usage, function.note, function.examples};
}

Entry entryOf(const FunctionRegistry::Entry& found) {
  if (const auto* scalar = std::get_if<const expr::ScalarFunction*>(&found)) return entryOf(**scalar, (*scalar)->group);
  if (const auto* aggregate = std::get_if<const expr::AggregateFunction*>(&found)) return entryOf(**aggregate, Group::kAggregate);
  if (const auto* window = std::get_if<const expr::WindowFunction*>(&found)) return entryOf(**window, Group::kWindow);
  if (const auto* generator = std::get_if<const expr::GeneratorFunction*>(&found)) return entryOf(**generator, Group::kGenerator);
  return {};
}

void append(std::string& out, const Entry& entry) {
  out += "\n### ";
  for (size_t i = 0; i < entry.names.size(); ++i) out.append(i == 0 ? "" : ", ").append(entry.names[i]);
  out.append("\n").append(entry.usage).append(" Since ").append(entry.since).append(".\n");
  if (!entry.note.empty()) out.append("\n").append(entry.note).append("\n");
  if (entry.examples.empty()) return;
  out += "```sql\n";
  for (const Example& example : entry.examples) {
    out.append(example.sql).append(";\n");
    std::string_view rest = example.result;
    while (true) {
      const size_t end = rest.find('\n');
      out.append("-- ").append(rest.substr(0, end)).append("\n");
      if (end == std::string_view::npos) break;
      rest.remove_prefix(end + 1);
    }
  }
  out += "```\n";
}

}  // namespace

std::string functionPage() {
  FunctionRegistry& registry = FunctionRegistry::builtin();
  std::map<std::string, std::vector<Entry>> groups;
  std::set<std::string_view> shown;
  for (const std::string& name : registry.names()) {
    const Entry entry = entryOf(registry.find(name));
    if (entry.names.empty() || entry.usage.empty() || entry.group == Group::kInternal || !shown.insert(entry.names[0]).second) continue;
    groups[titleOf(entry.group)].push_back(entry);
  }
  std::string out = "# Built-in functions\n\nMade by `flint functions` from the functions' declarations in `src/functions`; change it there.\n";
  for (const auto& [title, entries] : groups) {
    out += "\n## " + title + "\n";
    for (const Entry& entry : entries) append(out, entry);
  }
  return out;
}

int functionsCommand() {
  functions::registerBuiltins(FunctionRegistry::builtin());
  std::fputs(functionPage().c_str(), stdout);
  return 0;
}

}  // namespace flint::cli
