#pragma once

#include <string>
#include <vector>

#include "expr/nodes.h"

namespace flint::expr {

/// How a Python worker is called and what it gives back; the numbers are PySpark's (`PythonEvalType`) and travel to the worker.
enum class PythonEvalType : int32_t {
  kBatched = 100,
  kArrowBatched = 101,
  kScalarPandas = 200,
  kGroupedMapPandas = 201,
  kGroupedAggPandas = 202,
  kWindowAggPandas = 203,
  kScalarPandasIter = 204,
  kMapPandasIter = 205,
  kCogroupedMapPandas = 206,
  kMapArrowIter = 207,
  kGroupedMapArrow = 209,
  kCogroupedMapArrow = 210,
  kGroupedMapArrowIter = 215,
  kGroupedMapPandasIter = 216,
  kGroupedAggPandasIter = 217,
  kScalarArrow = 250,
  kScalarArrowIter = 251,
  kGroupedAggArrow = 252,
  kWindowAggArrow = 253,
  kGroupedAggArrowIter = 254,
  kTable = 300,
  kArrowTable = 301,
  kArrowUdtf = 302,
};

bool isScalar(PythonEvalType type);
/// One value for each group of rows.
bool isGroupedAggregate(PythonEvalType type);
/// Any number of rows for each row, and more behind the last.
bool isTableFunction(PythonEvalType type);
/// Takes an iterator over all batches of a partition: cannot share a worker's run with another function.
bool isScalarIterator(PythonEvalType type);

/// A function as its client pickled it, and where it runs.
struct PythonFunction {
  std::string name;
  std::string command;        // cloudpickle of (function, return type)
  PythonEvalType evalType = PythonEvalType::kArrowBatched;
  std::string pythonVersion;  // "3.11": what it was pickled with
  std::string sessionId;      // whose workers run it: workers are not shared between sessions
  std::string filesDirectory; // of the session's files; may be empty
  std::vector<std::string> includes;  // names in it that join the Python path
  static constexpr auto fields() {
    return std::tuple(field("name", &PythonFunction::name), field("command", &PythonFunction::command), field("evalType", &PythonFunction::evalType),
                      field("pythonVersion", &PythonFunction::pythonVersion), field("sessionId", &PythonFunction::sessionId),
                      field("filesDirectory", &PythonFunction::filesDirectory), field("includes", &PythonFunction::includes));
  }
};

/// A call of a Python function. Not evaluated by expressions: operators of its own carry the arguments to a worker and bring the values back.
struct PythonUdf final : ExpressionNode<PythonUdf, ExprKind::kPythonUdf> {
  PythonFunction function;
  std::vector<ExprPtr> arguments;
  std::vector<std::string> argumentNames;  // one an argument, empty for positional ones; may be shorter
  DataType type;
  bool isDeterministic = true;
  ExprId resultId = 0;
  // Of a table function.
  std::string analysis;             // the pickled AnalyzeResult of its `analyze`; empty without one
  int32_t tableArgument = -1;       // which argument is a table's row, as a struct; -1: none
  int32_t numPartitionColumns = 0;  // the struct's last fields: where they change a new partition begins, and the function does not see them
  bool inOneTask = false;           // all rows go to one run of the function, in order
  static constexpr auto fields() {
    return std::tuple(field("function", &PythonUdf::function), field("arguments", &PythonUdf::arguments), field("argumentNames", &PythonUdf::argumentNames),
                      field("type", &PythonUdf::type), field("deterministic", &PythonUdf::isDeterministic), field("resultId", &PythonUdf::resultId),
                      field("analysis", &PythonUdf::analysis), field("tableArgument", &PythonUdf::tableArgument),
                      field("numPartitionColumns", &PythonUdf::numPartitionColumns), field("inOneTask", &PythonUdf::inOneTask));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

/// An AggregateExpression, or a call of a Python function that aggregates.
bool isAggregateCall(const ExprPtr& expression);

}  // namespace flint::expr
