#include "plan/logical/session_commands.h"

#include "plan/logical/logical_node_impl.h"

namespace flint::plan {

bool sameData(const ExplainCommand& a, const ExplainCommand& b) { return a.plan == b.plan || (a.plan != nullptr && b.plan != nullptr && a.plan->sameAs(*b.plan)); }

template class LogicalNode<ExplainCommand, LogicalKind::kExplainCommand>;
template class LogicalNode<SetCommand, LogicalKind::kSetCommand>;
template class LogicalNode<ResetCommand, LogicalKind::kResetCommand>;
template class LogicalNode<SetTimeZone, LogicalKind::kSetTimeZone>;
template class LogicalNode<SetNamespace, LogicalKind::kSetNamespace>;
template class LogicalNode<SetCatalog, LogicalKind::kSetCatalog>;
template class LogicalNode<ShowCommand, LogicalKind::kShowCommand>;
template class LogicalNode<ShowTableExtended, LogicalKind::kShowTableExtended>;
template class LogicalNode<ShowColumns, LogicalKind::kShowColumns>;
template class LogicalNode<ShowCreateTable, LogicalKind::kShowCreateTable>;
template class LogicalNode<ShowTableProperties, LogicalKind::kShowTableProperties>;
template class LogicalNode<ShowPartitions, LogicalKind::kShowPartitions>;
template class LogicalNode<DescribeRelation, LogicalKind::kDescribeRelation>;
template class LogicalNode<DescribeQuery, LogicalKind::kDescribeQuery>;
template class LogicalNode<DescribeFunction, LogicalKind::kDescribeFunction>;
template class LogicalNode<DescribeNamespace, LogicalKind::kDescribeNamespace>;
template class LogicalNode<CacheTable, LogicalKind::kCacheTable>;
template class LogicalNode<UncacheTable, LogicalKind::kUncacheTable>;
template class LogicalNode<ClearCache, LogicalKind::kClearCache>;
template class LogicalNode<RefreshTable, LogicalKind::kRefreshTable>;
template class LogicalNode<ResourceCommand, LogicalKind::kResourceCommand>;
template class LogicalNode<CreateVariable, LogicalKind::kCreateVariable>;
template class LogicalNode<DropVariable, LogicalKind::kDropVariable>;
template class LogicalNode<SetVariable, LogicalKind::kSetVariable>;
template class LogicalNode<ExecuteImmediate, LogicalKind::kExecuteImmediate>;
template class LogicalNode<CallProcedure, LogicalKind::kCallProcedure>;

}  // namespace flint::plan
