#include "plan/logical/python_plans.h"

#include "plan/logical/logical_node_impl.h"

namespace flint::plan {

const char* pythonNodeName(expr::PythonEvalType type) {
  using expr::PythonEvalType;
  switch (type) {
    case PythonEvalType::kBatched: return "BatchEvalPython";
    case PythonEvalType::kArrowBatched:
    case PythonEvalType::kScalarPandas:
    case PythonEvalType::kScalarPandasIter:
    case PythonEvalType::kScalarArrow:
    case PythonEvalType::kScalarArrowIter: return "ArrowEvalPython";
    case PythonEvalType::kMapPandasIter: return "MapInPandas";
    case PythonEvalType::kMapArrowIter: return "MapInArrow";
    case PythonEvalType::kGroupedMapPandas:
    case PythonEvalType::kGroupedMapPandasIter: return "FlatMapGroupsInPandas";
    case PythonEvalType::kGroupedMapArrow:
    case PythonEvalType::kGroupedMapArrowIter: return "FlatMapGroupsInArrow";
    case PythonEvalType::kCogroupedMapPandas: return "FlatMapCoGroupsInPandas";
    case PythonEvalType::kCogroupedMapArrow: return "FlatMapCoGroupsInArrow";
    case PythonEvalType::kGroupedAggPandas:
    case PythonEvalType::kGroupedAggPandasIter:
    case PythonEvalType::kGroupedAggArrow:
    case PythonEvalType::kGroupedAggArrowIter: return "ArrowAggregatePython";
    case PythonEvalType::kWindowAggPandas:
    case PythonEvalType::kWindowAggArrow: return "ArrowWindowPython";
    case PythonEvalType::kTable: return "BatchEvalPythonUDTF";
    case PythonEvalType::kArrowTable:
    case PythonEvalType::kArrowUdtf: return "ArrowEvalPythonUDTF";
  }
  return "MapPartitions";
}

namespace {

const char* nameOf(const std::vector<ExprPtr>& functions, const char* otherwise) {
  const auto* udf = functions.empty() ? nullptr : functions[0]->as<expr::PythonUdf>();
  return udf == nullptr ? otherwise : pythonNodeName(udf->function.evalType);
}

}  // namespace

std::vector<AttributePtr> PythonMap::output() const {
  if (!keepsInput) return results;
  std::vector<AttributePtr> out = child->output();
  out.insert(out.end(), results.begin(), results.end());
  return out;
}
const char* PythonMap::nodeName() const { return nameOf(functions, kName); }

std::vector<AttributePtr> PythonGroupMap::output() const {
  if (!keepsKeys && !keepsRows) return results;
  std::vector<AttributePtr> out;
  if (keepsRows) out = child->output();
  for (const ExprPtr& key : grouping) {
    AttributePtr attribute = expr::toAttribute(key);
    if (keepsKeys && attribute != nullptr) out.push_back(std::move(attribute));
  }
  out.insert(out.end(), results.begin(), results.end());
  return out;
}
const char* PythonGroupMap::nodeName() const { return nameOf(functions, kName); }

const char* PythonCoGroupMap::nodeName() const { return nameOf(functions, kName); }

std::vector<AttributePtr> attributesOfStruct(const DataType& type) {
  std::vector<AttributePtr> out;
  for (const StructField& column : type.fields()) out.push_back(expr::attribute(column.name, column.type, column.nullable));
  return out;
}

template class LogicalNode<PythonMap, LogicalKind::kMapPartitions>;
template class LogicalNode<PythonGroupMap, LogicalKind::kGroupMap>;
template class LogicalNode<PythonCoGroupMap, LogicalKind::kCoGroupMap>;

}  // namespace flint::plan
