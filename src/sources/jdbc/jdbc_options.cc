#include "sources/jdbc/jdbc_options.h"

#include <cstdlib>

#include "base/condition.h"

namespace flint::sources {
namespace {

Error refused(const std::string& message) {
  return Error(condition::kConnectInvalidPlanAssertionFailure).with("message", "requirement failed: " + message).as(ErrorFamily::kIllegalArgument);
}

std::string trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool isTrue(const std::string& text) { return text == "true" || text == "TRUE" || text == "True"; }

}  // namespace

Result<JdbcOptions> JdbcOptions::make(const connector::Options& options) {
  const auto get = [&](std::string_view key) {
    const std::string* value = connector::findOption(options, key);
    return value == nullptr ? std::string() : *value;
  };
  JdbcOptions out;
  out.url = get("url");
  if (out.url.empty()) return refused("Option 'url' is required.");
  const std::string* table = connector::findOption(options, "dbtable");
  const std::string* query = connector::findOption(options, "query");
  if (table != nullptr && query != nullptr) return refused("Both 'dbtable' and 'query' can not be specified at the same time.");
  if (table == nullptr && query == nullptr) return refused("Option 'dbtable' or 'query' is required.");
  const std::string& chosen = table != nullptr ? *table : *query;
  if (trimmed(chosen).empty()) return refused(std::string("Option `") + (table != nullptr ? "dbtable" : "query") + "` can not be empty.");
  out.isQuery = query != nullptr;
  out.table = out.isQuery ? "(" + trimmed(*query) + ") AS flint_query" : trimmed(*table);
  out.partitionColumn = get("partitionColumn");
  out.lowerBound = get("lowerBound");
  out.upperBound = get("upperBound");
  const std::string partitions = get("numPartitions");
  if (!out.partitionColumn.empty()) {
    if (out.lowerBound.empty() || out.upperBound.empty() || partitions.empty()) {
      return refused("When reading JDBC data sources, users need to specify all or none for the following options: 'partitionColumn', 'lowerBound', 'upperBound', and 'numPartitions'");
    }
    if (out.isQuery) return refused("Options 'query' and 'partitionColumn' can not be specified together. Please define the query using `dbtable` option instead.");
  } else if (!out.lowerBound.empty() || !out.upperBound.empty()) {
    return refused("When reading JDBC data sources, users need to specify all or none for the following options: 'partitionColumn', 'lowerBound', 'upperBound', and 'numPartitions'");
  }
  if (!out.partitionColumn.empty()) out.numPartitions = static_cast<int32_t>(std::max(1L, std::strtol(partitions.c_str(), nullptr, 10)));
  out.truncate = isTrue(get("truncate"));
  out.pushDownPredicate = connector::findOption(options, "pushDownPredicate") == nullptr || isTrue(get("pushDownPredicate"));
  out.createTableOptions = get("createTableOptions");
  out.sessionInitStatement = get("sessionInitStatement");
  out.customSchema = get("customSchema");
  return out;
}

}  // namespace flint::sources
