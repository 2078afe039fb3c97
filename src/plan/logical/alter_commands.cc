#include "plan/logical/alter_commands.h"

#include "plan/logical/logical_node_impl.h"

namespace flint::plan {

template class LogicalNode<AlterNamespace, LogicalKind::kAlterNamespace>;
template class LogicalNode<AlterViewAs, LogicalKind::kAlterViewAs>;
template class LogicalNode<RenameTable, LogicalKind::kRenameTable>;
template class LogicalNode<AlterTableProperties, LogicalKind::kAlterTableProperties>;
template class LogicalNode<AlterTableLocation, LogicalKind::kAlterTableLocation>;
template class LogicalNode<AlterTableSerde, LogicalKind::kAlterTableSerde>;
template class LogicalNode<AddColumns, LogicalKind::kAddColumns>;
template class LogicalNode<DropColumns, LogicalKind::kDropColumns>;
template class LogicalNode<RenameColumn, LogicalKind::kRenameColumn>;
template class LogicalNode<AlterColumns, LogicalKind::kAlterColumns>;
template class LogicalNode<AlterPartitions, LogicalKind::kAlterPartitions>;
template class LogicalNode<AlterTableClustering, LogicalKind::kAlterTableClustering>;
template class LogicalNode<AlterTableConstraint, LogicalKind::kAlterTableConstraint>;
template class LogicalNode<CommentOn, LogicalKind::kCommentOn>;

}  // namespace flint::plan
