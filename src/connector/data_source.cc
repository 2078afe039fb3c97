#include "connector/data_source.h"

namespace flint::connector {
namespace {

bool equalsIgnoringCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

}  // namespace

const std::string* findOption(const Options& options, std::string_view key) {
  const std::string* found = nullptr;
  for (const auto& [name, value] : options) {
    if (equalsIgnoringCase(name, key)) found = &value;
  }
  return found;
}

DataSourceTable& DataSourceTable::instance() {
  static DataSourceTable table;
  return table;
}

void DataSourceTable::add(const DataSource& source) { sources_.push_back(&source); }

const DataSource* DataSourceTable::find(std::string_view name) const {
  // The class of one of Spark's own sources stands for its short name: org.apache.spark.sql.json, ...sql.execution.datasources.csv.CSVFileFormat.
  for (const std::string_view prefix : {"org.apache.spark.sql.execution.datasources.v2.", "org.apache.spark.sql.execution.datasources.", "org.apache.spark.sql."}) {
    if (!name.starts_with(prefix)) continue;
    name.remove_prefix(prefix.size());
    name = name.substr(0, name.find('.'));
    break;
  }
  for (const DataSource* source : sources_) {
    if (equalsIgnoringCase(source->shortName, name)) return source;
  }
  return nullptr;
}

}  // namespace flint::connector
