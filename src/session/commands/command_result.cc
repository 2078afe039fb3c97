#include "session/commands/command_result.h"

namespace flint::session {

CommandResult::CommandResult(StructFields columns) : columns_(std::move(columns)) {
  for (const StructField& column : columns_) builders_.emplace_back(column.type);
}

void CommandResult::add(const std::vector<Value>& row) {
  for (size_t i = 0; i < builders_.size(); ++i) builders_[i].append(row[i]);
  ++numRows_;
}

void CommandResult::addTexts(const std::vector<std::string>& row) {
  for (size_t i = 0; i < builders_.size(); ++i) builders_[i].appendString(row[i]);
  ++numRows_;
}

plan::LogicalPlanPtr CommandResult::plan() {
  plan::LocalRelation relation;
  for (const StructField& column : columns_) relation.attributes.push_back(expr::attribute(column.name, column.type, column.nullable));
  auto batches = std::make_shared<std::vector<columnar::ColumnarBatch>>();
  if (numRows_ > 0) {
    std::vector<columnar::VectorPtr> vectors;
    for (columnar::VectorBuilder& builder : builders_) vectors.push_back(builder.finish());
    batches->emplace_back(std::move(vectors), numRows_);
  }
  relation.batches = std::move(batches);
  return plan::makePlan(std::move(relation));
}

}  // namespace flint::session
