#include "plan/logical/ddl_commands.h"

#include "plan/logical/logical_node_impl.h"

namespace flint::plan {

template class LogicalNode<CreateNamespace, LogicalKind::kCreateNamespace>;
template class LogicalNode<DropNamespace, LogicalKind::kDropNamespace>;
template class LogicalNode<CreateTable, LogicalKind::kCreateTable>;
template class LogicalNode<CreateTableLike, LogicalKind::kCreateTableLike>;
template class LogicalNode<CreateTempViewUsing, LogicalKind::kCreateTempViewUsing>;
template class LogicalNode<DropTable, LogicalKind::kDropTable>;
template class LogicalNode<DropView, LogicalKind::kDropView>;
template class LogicalNode<CreateView, LogicalKind::kCreateView>;
template class LogicalNode<CreateFunction, LogicalKind::kCreateFunction>;
template class LogicalNode<DropFunction, LogicalKind::kDropFunction>;
template class LogicalNode<AnalyzeTable, LogicalKind::kAnalyzeTable>;
template class LogicalNode<AnalyzeTables, LogicalKind::kAnalyzeTables>;
template class LogicalNode<RepairTable, LogicalKind::kRepairTable>;

}  // namespace flint::plan
