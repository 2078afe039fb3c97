#pragma once

#include <string>
#include <utility>
#include <vector>

#include "expr/python_udf.h"
#include "plan/physical/physical_plan.h"

namespace flint::plan {

/// How rows reach a Python function and come back.
enum class PythonShape : uint8_t {
  kScalar,     // the child's columns and one result a function
  kMap,        // a partition's rows to rows
  kGroups,     // a group's rows to rows
  kAggregate,  // a group's rows to one row: its keys and one result a function
  kCoGroups,   // two groups' rows to rows
  kWindow,     // a group's rows, each with one result a function
  kTable,      // a row to rows, beside some columns of the row
};

/// Runs Python functions over the rows of its child, or children: the node of every form. Groups come as rows sorted by their keys.
struct PythonMapExec final : PhysicalNode<PythonMapExec, PhysicalKind::kMapPartitions> {
  PythonShape shape = PythonShape::kScalar;
  std::vector<ExprPtr> functions;  // PythonUdfs over the child's columns
  std::vector<AttributePtr> results;
  std::vector<AttributePtr> grouping;
  std::vector<ExprPtr> order;  // SortOrders within a group
  std::vector<AttributePtr> rightGrouping;
  std::vector<AttributePtr> passed;  // of kTable: the child's columns that stand beside the results
  int32_t numLeftArguments = 0;  // of kCoGroups: how many of the function's arguments are columns of the first input
  bool isBarrier = false;        // of kMap
  std::vector<std::pair<std::string, std::string>> settings;  // of the session, that workers look at
  std::vector<PhysicalPlanPtr> inputs;                        // one; two of kCoGroups
  static constexpr const char* kName = "MapPartitions";
  static constexpr auto fields() {
    return std::tuple(field("shape", &PythonMapExec::shape), field("functions", &PythonMapExec::functions), field("results", &PythonMapExec::results),
                      field("grouping", &PythonMapExec::grouping), field("order", &PythonMapExec::order), field("rightGrouping", &PythonMapExec::rightGrouping),
                      field("passed", &PythonMapExec::passed), field("numLeftArguments", &PythonMapExec::numLeftArguments), field("isBarrier", &PythonMapExec::isBarrier),
                      field("settings", &PythonMapExec::settings), field("inputs", &PythonMapExec::inputs));
  }
  std::vector<AttributePtr> output() const override;
  const char* nodeName() const override;
  std::vector<Distribution> requiredChildDistribution() const override;
  const expr::PythonUdf& function(size_t index) const { return *functions[index]->as<expr::PythonUdf>(); }
};

}  // namespace flint::plan
