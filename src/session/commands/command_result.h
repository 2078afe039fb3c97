#pragma once

#include <string>
#include <vector>

#include "columnar/vector_builder.h"
#include "plan/logical/relational.h"
#include "types/data_type.h"
#include "types/value.h"

namespace flint::session {

/// The rows a command gives, collected into a LocalRelation.
///
/// Threads: confined to its owner.
class CommandResult {
 public:
  CommandResult() = default;  // no columns, no rows
  explicit CommandResult(StructFields columns);

  /// One value a column.
  void add(const std::vector<Value>& row);
  /// For columns that are all text.
  void addTexts(const std::vector<std::string>& row);
  plan::LogicalPlanPtr plan();

 private:
  StructFields columns_;
  std::vector<columnar::VectorBuilder> builders_;
  columnar::RowIndex numRows_ = 0;
};

/// A column of texts that are never null.
inline StructField textColumn(std::string name, bool nullable = false) { return {std::move(name), DataType::string(), nullable}; }

}  // namespace flint::session
