#include "pyworker/task_header.h"

#include "base/json_string.h"

namespace flint::pyworker {
namespace {

void appendBool(std::string& out, bool value) { out.push_back(value ? '\1' : '\0'); }

void appendPairs(std::string& out, const std::vector<std::pair<std::string, std::string>>& pairs) {
  appendInt(out, static_cast<int32_t>(pairs.size()));
  for (const auto& [key, value] : pairs) {
    appendBytes(out, key);
    appendBytes(out, value);
  }
}

// A barrier stage has one task, which waits for nobody (flint_tasks.py).
std::string taskContext(int32_t partition, bool isBarrier) {
  const std::string id = std::to_string(partition);
  const std::string barrier = isBarrier ? R"({"isBarrier": true, "connInfo": "alone", "secret": "", )" : R"({"isBarrier": false, )";
  return barrier + R"("stageId": 0, "partitionId": )" + id + R"(, "attemptNumber": 0, "taskAttemptId": )" + id +
         R"(, "cpus": 1, "resources": {}, "localProperties": {)" +
         (isBarrier ? R"("addresses": "localhost")" : "") + "}}";
}

}  // namespace

void appendInt(std::string& out, int32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(static_cast<uint32_t>(value) >> shift));
}

void appendLong(std::string& out, int64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(static_cast<uint64_t>(value) >> shift));
}

void appendBytes(std::string& out, const std::string& bytes) {
  appendInt(out, static_cast<int32_t>(bytes.size()));
  out += bytes;
}

void appendArguments(std::string& out, const TaskFunction& function) {
  appendInt(out, static_cast<int32_t>(function.arguments.size()));
  for (const TaskFunction::Argument& argument : function.arguments) {
    appendInt(out, argument.column);
    appendBool(out, !argument.name.empty());
    if (!argument.name.empty()) appendBytes(out, argument.name);
  }
}

std::string TaskHeader::encode() const {
  std::string out;
  appendInt(out, partition);
  appendBytes(out, pythonVersion);
  appendBytes(out, taskContext(partition, isBarrier));
  appendBytes(out, filesDirectory);
  appendInt(out, static_cast<int32_t>(includes.size()));
  for (const std::string& include : includes) appendBytes(out, include);
  appendBool(out, false);  // broadcast variables need no server
  appendInt(out, 0);       // and there are none
  appendInt(out, evalType);
  appendPairs(out, settings);
  appendPairs(out, evaluation);
  if (!tableFunction.empty()) return out + tableFunction;
  appendInt(out, static_cast<int32_t>(functions.size()));
  for (const TaskFunction& function : functions) {
    appendArguments(out, function);
    appendInt(out, static_cast<int32_t>(function.commands.size()));
    for (const std::string& command : function.commands) appendBytes(out, command);
    appendLong(out, function.resultId);
  }
  return out;
}

}  // namespace flint::pyworker
