// Table functions that tell of the engine itself: collations, sql_keywords, python_worker_logs.
#include <unicode/locid.h>
#include <unicode/unistr.h>
#include <unicode/uvernum.h>

#include <string>

#include "expr/function_registry.h"
#include "functions/types_of_arguments.h"
#include "types/collation.h"

namespace flint::functions {

using namespace expr;
using columnar::ActiveRows;
using columnar::RowIndex;
using columnar::VectorBuilder;
using columnar::VectorPtr;

namespace {

constexpr const char* kWords[] = {
#include "functions/generator/sql_words.inc"
};

void appendTextOrNull(VectorBuilder& column, const icu::UnicodeString& text) {
  std::string utf8;
  text.toUTF8String(utf8);
  if (utf8.empty()) {
    column.appendNull();
  } else {
    column.appendString(utf8);
  }
}

Status generateCollations(const GeneratorBinding&, std::span<const VectorPtr>, const ActiveRows& active, std::span<VectorBuilder> columns, std::vector<int32_t>& counts) {
  const std::vector<int> ids = allCollations();
  for (RowIndex row = 0; row < active.count(); ++row) {
    for (const int id : ids) {
      const Collation collation = collationOf(id);
      columns[0].appendString("SYSTEM");
      columns[1].appendString("BUILTIN");
      columns[2].appendString(collationName(id));
      const icu::Locale locale(collation.locale.c_str());
      appendTextOrNull(columns[3], collation.locale.empty() ? icu::UnicodeString() : [&] { icu::UnicodeString text; return locale.getDisplayLanguage(icu::Locale::getEnglish(), text); }());
      appendTextOrNull(columns[4], collation.locale.empty() ? icu::UnicodeString() : [&] { icu::UnicodeString text; return locale.getDisplayCountry(icu::Locale::getEnglish(), text); }());
      columns[5].appendString(collation.ignoresAccents ? "ACCENT_INSENSITIVE" : "ACCENT_SENSITIVE");
      columns[6].appendString(collation.ignoresCase || collation.lowerCase ? "CASE_INSENSITIVE" : "CASE_SENSITIVE");
      columns[7].appendString(collation.ignoresTrailingBlanks ? "RTRIM" : "NO_PAD");
      if (collation.icu) {
        columns[8].appendString(U_ICU_VERSION);
      } else {
        columns[8].appendNull();
      }
    }
    counts.push_back(static_cast<int32_t>(ids.size()));
  }
  return Status::ok();
}

Result<GeneratorBinding> bindCollations(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 0, 0));
  GeneratorBinding binding;
  for (const char* name : {"CATALOG", "SCHEMA", "NAME"}) binding.output.push_back({name, kString, false});
  for (const char* name : {"LANGUAGE", "COUNTRY"}) binding.output.push_back({name, kString, true});
  for (const char* name : {"ACCENT_SENSITIVITY", "CASE_SENSITIVITY", "PAD_ATTRIBUTE"}) binding.output.push_back({name, kString, false});
  binding.output.push_back({"ICU_VERSION", kString, true});
  binding.generate = generateCollations;
  return binding;
}

Status generateKeywords(const GeneratorBinding&, std::span<const VectorPtr>, const ActiveRows& active, std::span<VectorBuilder> columns, std::vector<int32_t>& counts) {
  for (RowIndex row = 0; row < active.count(); ++row) {
    for (const char* word : kWords) {
      columns[0].appendString(word);
      columns[1].appendBoolean(false);
    }
    counts.push_back(static_cast<int32_t>(std::size(kWords)));
  }
  return Status::ok();
}

Result<GeneratorBinding> bindKeywords(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 0, 0));
  GeneratorBinding binding;
  binding.output = {{"keyword", kString, false}, {"reserved", kBoolean, false}};
  binding.generate = generateKeywords;
  return binding;
}

Status generateNothing(const GeneratorBinding&, std::span<const VectorPtr>, const ActiveRows& active, std::span<VectorBuilder>, std::vector<int32_t>& counts) {
  counts.insert(counts.end(), static_cast<size_t>(active.count()), 0);
  return Status::ok();
}

Result<GeneratorBinding> bindWorkerLogs(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 0, 0));
  StructFields frame;
  for (const char* name : {"class", "method", "file", "line"}) frame.push_back({name, kString, true});
  const DataType exception = DataType::structType({{"class", kString, true}, {"msg", kString, true}, {"stacktrace", DataType::array(DataType::structType(frame), true), true}});
  GeneratorBinding binding;
  binding.output = {{"ts", kTimestamp, true}, {"level", kString, true}, {"msg", kString, true}, {"context", DataType::map(kString, kString, true), true},
                    {"exception", exception, true}, {"logger", kString, true}};
  binding.generate = generateNothing;
  return binding;
}

}  // namespace

void registerCatalogTables(FunctionRegistry& registry) {
  static const GeneratorFunction kFunctions[] = {
      {.names = {"collations"}, .since = "4.0.0", .usage = "collations() - All collations, a row each.",
       .examples = {{.sql = "SELECT NAME FROM collations() WHERE NAME = 'UTF8_BINARY'", .result = "UTF8_BINARY"}}, .bind = bindCollations},
      {.names = {"sql_keywords"}, .since = "3.5.0", .usage = "sql_keywords() - The keywords of SQL, a row each.",
       .examples = {{.sql = "SELECT keyword FROM sql_keywords() WHERE keyword = 'SELECT'", .result = "SELECT"}}, .bind = bindKeywords},
      {.names = {"python_worker_logs"}, .since = "4.1.0", .usage = "python_worker_logs() - What Python workers logged; nothing unless spark.sql.pyspark.worker.logging.enabled is on.", .bind = bindWorkerLogs},
  };
  for (const GeneratorFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
