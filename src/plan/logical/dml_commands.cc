#include "plan/logical/dml_commands.h"

#include "plan/logical/logical_node_impl.h"

namespace flint::plan {

template class LogicalNode<InsertInto, LogicalKind::kInsertInto>;
template class LogicalNode<InsertIntoDirectory, LogicalKind::kInsertIntoDirectory>;
template class LogicalNode<MultiInsert, LogicalKind::kMultiInsert>;
template class LogicalNode<TruncateTable, LogicalKind::kTruncateTable>;
template class LogicalNode<DeleteFrom, LogicalKind::kDeleteFrom>;
template class LogicalNode<UpdateTable, LogicalKind::kUpdateTable>;
template class LogicalNode<MergeInto, LogicalKind::kMergeInto>;
template class LogicalNode<LoadData, LogicalKind::kLoadData>;

}  // namespace flint::plan
