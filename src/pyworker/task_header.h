#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace flint::pyworker {

/// One function of a task: its arguments are columns of the input, and one or more pickled functions are applied one after the other.
struct TaskFunction {
  struct Argument {
    int32_t column = 0;
    std::string name;  // empty: positional
  };
  std::vector<Argument> arguments;
  std::vector<std::string> commands;  // the first gets the arguments, each later one the value of that before it
  int64_t resultId = 0;
};

/// What a worker is told before its input comes.
struct TaskHeader {
  int32_t partition = 0;
  std::string pythonVersion;
  std::string filesDirectory;
  std::vector<std::string> includes;
  bool isBarrier = false;  // the task belongs to a stage whose tasks run at once
  int32_t evalType = 0;
  std::vector<std::pair<std::string, std::string>> settings;    // of the session, those that workers look at
  std::vector<std::pair<std::string, std::string>> evaluation;  // of this kind of function
  std::vector<TaskFunction> functions;
  std::string tableFunction;  // of a table function: what follows in the place of `functions`, already encoded

  /// Source: keeps the order of PySpark's worker (`pyspark.worker.main`); numbers are big-endian, texts have their length in front.
  std::string encode() const;
};

void appendInt(std::string& out, int32_t value);
void appendLong(std::string& out, int64_t value);
void appendBytes(std::string& out, const std::string& bytes);
void appendArguments(std::string& out, const TaskFunction& function);

}  // namespace flint::pyworker
