#include "plan/logical/unresolved_plans.h"

#include <fmt/core.h>

#include "plan/logical/logical_node_impl.h"
#include "plan/logical/pipe_plan.h"

namespace flint::plan {
namespace {

std::string join(const std::vector<std::string>& parts, const char* separator) {
  std::string out;
  for (size_t i = 0; i < parts.size(); ++i) out += (i == 0 ? "" : separator) + parts[i];
  return out;
}

template <class T>
std::string printed(const T& value) {
  ArgumentText text;
  text.add(value);
  return text.take();
}

}  // namespace

bool sameData(const UnresolvedDataFrameCall& a, const UnresolvedDataFrameCall& b) { return a.call == b.call; }

std::string explainArguments(const UnresolvedRelation& node) {
  return fmt::format("[{}], {}, {}", join(node.nameParts, ", "), printed(node.options), node.isStreaming);
}
std::string explainArguments(const UnresolvedTableValuedFunction& node) {
  if (!node.isLateralView) return fmt::format("[{}], {}", join(node.nameParts, ", "), printed(node.arguments));
  std::string columns;
  for (const std::string& column : node.columnAliases) columns += (columns.empty() ? "'" : ", '") + column;
  std::string arguments = printed(node.arguments);
  return fmt::format("'{}({}), {}, {}, [{}]", join(node.nameParts, "."), arguments.substr(1, arguments.size() - 2), node.outer, node.tableAlias, columns);
}
std::string explainArguments(const UnresolvedWith& node) {
  std::string names;
  for (const LogicalPlanPtr& definition : node.definitions) {
    const auto* alias = definition->as<SubqueryAlias>();
    if (alias != nullptr) names += (names.empty() ? "" : ", ") + alias->alias.back();
  }
  return fmt::format("[{}]", names);
}
std::string explainArguments(const UnresolvedUsingJoin& node) {
  if (node.natural) return fmt::format("NaturalJoin({})", joinTypeName(node.type));
  return fmt::format("UsingJoin({}, [{}])", joinTypeName(node.type), join(node.columns, ", "));
}
std::string explainArguments(const UnresolvedByName& node) { return fmt::format("true, {}", node.allowMissingColumns); }
std::string explainArguments(const UnresolvedDataFrameCall& node) { return node.call->name(); }

template class LogicalNode<UnresolvedRelation, LogicalKind::kUnresolvedRelation>;
template class LogicalNode<UnresolvedDataSource, LogicalKind::kUnresolvedDataSource>;
template class LogicalNode<UnresolvedInlineTable, LogicalKind::kUnresolvedInlineTable>;
template class LogicalNode<UnresolvedTableValuedFunction, LogicalKind::kUnresolvedTableValuedFunction>;
template class LogicalNode<UnresolvedHint, LogicalKind::kUnresolvedHint>;
template class LogicalNode<UnresolvedHaving, LogicalKind::kUnresolvedHaving>;
template class LogicalNode<UnresolvedColumnAliases, LogicalKind::kUnresolvedColumnAliases>;
template class LogicalNode<UnresolvedWith, LogicalKind::kUnresolvedWith>;
template class LogicalNode<UnresolvedWindowDefinitions, LogicalKind::kUnresolvedWindowDefinitions>;
template class LogicalNode<UnresolvedUsingJoin, LogicalKind::kUnresolvedUsingJoin>;
template class LogicalNode<UnresolvedQualify, LogicalKind::kUnresolvedQualify>;
template class LogicalNode<Pivot, LogicalKind::kPivot>;
template class LogicalNode<Unpivot, LogicalKind::kUnpivot>;
template class LogicalNode<UnresolvedByName, LogicalKind::kUnresolvedByName>;
template class LogicalNode<UnresolvedPipe, LogicalKind::kUnresolvedPipe>;
template class LogicalNode<UnresolvedDataFrameCall, LogicalKind::kUnresolvedDataFrameCall>;

}  // namespace flint::plan
