#include "pyworker/data_source_questions.h"

#include "pyworker/worker_answer.h"
#include "pyworker/worker_question.h"

namespace flint::pyworker {
namespace {

constexpr const char* kBinarySchema = R"({"type":"struct","fields":[{"name":"%","type":"binary","nullable":true,"metadata":{}}]})";
constexpr int32_t kNullMessage = -5;  // SpecialLengths.NULL

std::string schemaOfBytes(std::string_view name) {
  std::string out = kBinarySchema;
  return out.replace(out.find('%'), 1, name);
}

void appendFlag(std::string& out, bool value) { out.push_back(value ? '\1' : '\0'); }

void appendOptions(std::string& out, const SourceOptions& options) {
  appendInt(out, static_cast<int32_t>(options.size()));
  for (const auto& [key, value] : options) {
    appendBytes(out, key);
    appendBytes(out, value);
  }
}

Error failed(const DataSourceQuestion& question, const char* action, const std::string& message) {
  return Error(condition::kPythonDataSourceError).with("action", action).with("type", question.name).with("msg", message).as(ErrorFamily::kAnalysis);
}

Error withoutMeaning(const DataSourceQuestion& question, const char* action) { return failed(question, action, "the worker gave an answer of no meaning"); }

Result<std::string> askSource(const DataSourceQuestion& question, const char* action, std::string_view kind, const std::string& request) {
  auto answer = ask(question.environment, question.header, kind, request);
  if (answer.isOk()) return answer;
  for (const auto& [name, value] : answer.error().parameters()) {
    if (name == "traceback") return failed(question, action, value);
  }
  return answer;
}

PlannedRead readOf(WorkerAnswer& answer) {
  PlannedRead out;
  out.command = answer.text();
  for (int32_t left = answer.number(); left > 0 && !answer.failed(); --left) out.partitions.push_back(answer.text());
  return out;
}

}  // namespace

Result<CreatedDataSource> createDataSource(const DataSourceQuestion& question, const std::string& schemaJson, const SourceOptions& options) {
  constexpr const char* kAction = "create";
  std::string request;
  appendBytes(request, question.pickled);
  appendBytes(request, question.name);
  appendFlag(request, !schemaJson.empty());
  if (!schemaJson.empty()) appendBytes(request, schemaJson);
  appendOptions(request, options);
  ASSIGN_OR_RETURN(const std::string bytes, askSource(question, kAction, "create_data_source", request));
  WorkerAnswer answer(bytes);
  CreatedDataSource out;
  out.pickled = answer.text();
  out.schemaIsJson = answer.number() == 0;
  out.schemaText = answer.text();
  if (answer.failed()) return withoutMeaning(question, kAction);
  return out;
}

Result<PlannedRead> planDataSourceRead(const DataSourceQuestion& question, const std::string& schemaJson, int32_t batchRows, bool binaryAsBytes,
                                       bool pushdownEnabled, const std::string& filters) {
  constexpr const char* kAction = "plan read";
  std::string request;
  appendBytes(request, question.pickled);
  if (filters.empty()) appendBytes(request, schemaOfBytes("partition"));
  appendBytes(request, schemaJson);
  if (!filters.empty()) appendBytes(request, filters);
  appendInt(request, batchRows);
  if (filters.empty()) {
    appendFlag(request, pushdownEnabled);
    appendFlag(request, false);  // no stream
  }
  appendFlag(request, binaryAsBytes);
  ASSIGN_OR_RETURN(const std::string bytes,
                   askSource(question, kAction, filters.empty() ? "plan_data_source_read" : "data_source_pushdown_filters", request));
  WorkerAnswer answer(bytes);
  PlannedRead out = readOf(answer);
  if (!filters.empty()) {
    for (int32_t left = answer.number(); left > 0 && !answer.failed(); --left) out.enforced.push_back(answer.number());
  }
  if (answer.failed()) return withoutMeaning(question, kAction);
  return out;
}

Result<PlannedWrite> planDataSourceWrite(const DataSourceQuestion& question, const std::string& schemaJson, const SourceOptions& options, bool overwrite,
                                         bool binaryAsBytes) {
  constexpr const char* kAction = "plan write";
  std::string request;
  appendBytes(request, question.pickled);
  appendBytes(request, question.name);
  appendBytes(request, schemaJson);
  appendBytes(request, schemaOfBytes(kMessageColumn));
  appendOptions(request, options);
  appendFlag(request, overwrite);
  appendFlag(request, false);  // no stream
  appendFlag(request, binaryAsBytes);
  ASSIGN_OR_RETURN(const std::string bytes, askSource(question, kAction, "write_into_data_source", request));
  WorkerAnswer answer(bytes);
  PlannedWrite out;
  out.command = answer.text();
  out.writer = answer.text();
  if (answer.failed()) return withoutMeaning(question, kAction);
  return out;
}

Status endDataSourceWrite(const DataSourceQuestion& question, const std::string& writer, const std::vector<std::optional<std::string>>& messages, bool abort) {
  std::string request;
  appendBytes(request, writer);
  appendInt(request, static_cast<int32_t>(messages.size()));
  for (const auto& message : messages) {
    if (message.has_value()) {
      appendBytes(request, *message);
    } else {
      appendInt(request, kNullMessage);
    }
  }
  appendFlag(request, abort);
  return statusOf(askSource(question, abort ? "abort" : "commit", "commit_data_source_write", request));
}

}  // namespace flint::pyworker
