#include <fmt/core.h>

#include <unordered_map>

#include "expr/expression_evaluator.h"
#include "expr/nodes.h"
#include "tree/transform.h"

namespace flint::expr {

Result<ExprPtr> bindReferences(const ExprPtr& expression, const std::vector<AttributePtr>& input) {
  std::unordered_map<ExprId, size_t> positions;
  for (size_t i = 0; i < input.size(); ++i) positions.emplace(input[i]->id, i);
  return tree::transformUp<Expression>(expression, [&](const ExprPtr& node) -> Result<ExprPtr> {
    const auto* column = node->as<AttributeReference>();
    if (column == nullptr) return node;
    const auto position = positions.find(column->id);
    if (position == positions.end()) return internalError(fmt::format("no input column {}", column->toString()));
    const AttributeReference& source = *input[position->second];
    BoundReference bound;
    bound.ordinal = static_cast<int32_t>(position->second);
    bound.type = source.type;
    bound.nullableColumn = source.nullableColumn;
    bound.name = source.name;
    return ExprPtr(makeExpr(std::move(bound), node->origin()));
  });
}

}  // namespace flint::expr
