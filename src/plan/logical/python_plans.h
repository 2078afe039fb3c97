#pragma once

#include <string>
#include <vector>

#include "expr/python_udf.h"
#include "plan/logical/logical_plan.h"

/// Plans whose rows Python functions make. What distinguishes the forms is the functions' PythonEvalType.
namespace flint::plan {

/// Python functions over the rows of partitions.
///
/// Of a data source (`dataSource`) the function is not known before the optimizer asks for it: its command is the pickled source until then, its
/// child has no columns, and the rows are those of the partitions that the source names.
///
/// Scalar functions (`keepsInput`): the child's columns and one result a function. `mapInPandas` and its like: the rows the one function gives.
struct PythonMap final : LogicalNode<PythonMap, LogicalKind::kMapPartitions> {
  std::vector<ExprPtr> functions;  // PythonUdfs; before analysis without arguments
  std::vector<AttributePtr> results;
  bool keepsInput = false;
  bool isBarrier = false;
  std::string dataSource;  // its name
  LogicalPlanPtr child;
  static constexpr const char* kName = "MapPartitions";
  static constexpr auto fields() {
    return std::tuple(field("functions", &PythonMap::functions), field("results", &PythonMap::results), field("keepsInput", &PythonMap::keepsInput),
                      field("isBarrier", &PythonMap::isBarrier),
                      field("dataSource", &PythonMap::dataSource), field("child", &PythonMap::child));
  }
  std::vector<AttributePtr> output() const override;
  const char* nodeName() const override;
};

/// Python functions over groups of rows with equal keys.
///
/// `applyInPandas` and its like: the rows the one function gives. Aggregates: the keys and one result a function, a row for each group. Window
/// functions: the child's columns and one result a function.
struct PythonGroupMap final : LogicalNode<PythonGroupMap, LogicalKind::kGroupMap> {
  std::vector<ExprPtr> functions;
  std::vector<ExprPtr> grouping;  // after analysis attributes of the child
  std::vector<AttributePtr> results;
  bool keepsKeys = false;
  bool keepsRows = false;
  std::vector<ExprPtr> order;             // SortOrders within a group
  std::vector<std::string> windowBounds;  // one a window function: "unbounded", or "bounded" where its first two arguments are the frame
  LogicalPlanPtr child;
  static constexpr const char* kName = "GroupMap";
  static constexpr auto fields() {
    return std::tuple(field("functions", &PythonGroupMap::functions), field("grouping", &PythonGroupMap::grouping), field("results", &PythonGroupMap::results),
                      field("keepsKeys", &PythonGroupMap::keepsKeys), field("keepsRows", &PythonGroupMap::keepsRows),
                      field("order", &PythonGroupMap::order), field("windowBounds", &PythonGroupMap::windowBounds), field("child", &PythonGroupMap::child));
  }
  std::vector<AttributePtr> output() const override;
  const char* nodeName() const override;
};

/// A Python function over pairs of groups with equal keys, one of each child; either may be empty.
struct PythonCoGroupMap final : LogicalNode<PythonCoGroupMap, LogicalKind::kCoGroupMap> {
  std::vector<ExprPtr> functions;  // one
  std::vector<ExprPtr> leftGrouping;
  std::vector<ExprPtr> rightGrouping;
  std::vector<AttributePtr> results;
  int32_t numLeftArguments = 0;  // of the function's arguments, those from the left
  LogicalPlanPtr left;
  LogicalPlanPtr right;
  static constexpr const char* kName = "CoGroupMap";
  static constexpr auto fields() {
    return std::tuple(field("functions", &PythonCoGroupMap::functions), field("leftGrouping", &PythonCoGroupMap::leftGrouping),
                      field("rightGrouping", &PythonCoGroupMap::rightGrouping), field("results", &PythonCoGroupMap::results),
                      field("numLeftArguments", &PythonCoGroupMap::numLeftArguments), field("left", &PythonCoGroupMap::left), field("right", &PythonCoGroupMap::right));
  }
  std::vector<AttributePtr> output() const override { return results; }
  const char* nodeName() const override;
};

/// Spark's name of the node that runs functions of this kind: "ArrowEvalPython", "MapInPandas".
const char* pythonNodeName(expr::PythonEvalType type);

/// Rows of a PythonMap's struct type as attributes with new ids.
std::vector<AttributePtr> attributesOfStruct(const DataType& type);

}  // namespace flint::plan
