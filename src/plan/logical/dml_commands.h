#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plan/logical/command_parts.h"

/// Commands that change rows.
namespace flint::plan {

/// INSERT INTO | OVERWRITE table query.
struct InsertInto final : CommandNode<InsertInto, LogicalKind::kInsertInto> {
  enum class Mode : uint8_t { kAppend, kOverwrite, kReplaceWhere, kReplaceOn };
  ObjectName table;
  LogicalPlanPtr query;
  Mode mode = Mode::kAppend;
  Options partition;  // PARTITION (a = 1, b): static values, as text
  std::vector<std::string> dynamicPartition;  // and the columns without one
  std::vector<std::string> columns;  // the columns given, in order; empty: all
  bool byName = false;
  bool ifPartitionNotExists = false;
  ExprPtr replaceWhere;  // kReplaceWhere: rows that the new ones replace; kReplaceOn: null where `columns` say which
  Options options;
  static constexpr const char* kName = "InsertInto";
  static constexpr auto fields() {
    return std::tuple(field("table", &InsertInto::table), field("query", &InsertInto::query), field("mode", &InsertInto::mode),
                      field("partition", &InsertInto::partition), field("dynamicPartition", &InsertInto::dynamicPartition),
                      field("columns", &InsertInto::columns), field("byName", &InsertInto::byName),
                      field("ifPartitionNotExists", &InsertInto::ifPartitionNotExists), field("replaceWhere", &InsertInto::replaceWhere),
                      field("options", &InsertInto::options));
  }
};

/// INSERT OVERWRITE [LOCAL] DIRECTORY path USING provider query
struct InsertIntoDirectory final : CommandNode<InsertIntoDirectory, LogicalKind::kInsertIntoDirectory> {
  std::string path;
  std::string provider;  // empty: the row format's
  Options options;
  bool local = false;
  LogicalPlanPtr query;
  static constexpr const char* kName = "InsertIntoDirectory";
  static constexpr auto fields() {
    return std::tuple(field("path", &InsertIntoDirectory::path), field("provider", &InsertIntoDirectory::provider),
                      field("options", &InsertIntoDirectory::options), field("local", &InsertIntoDirectory::local),
                      field("query", &InsertIntoDirectory::query));
  }
};

/// FROM ... INSERT INTO ... INSERT INTO ...: several inserts from one relation.
struct MultiInsert final : CommandNode<MultiInsert, LogicalKind::kMultiInsert> {
  std::vector<LogicalPlanPtr> inserts;
  static constexpr const char* kName = "MultiInsert";
  static constexpr auto fields() { return std::tuple(field("inserts", &MultiInsert::inserts)); }
};

/// TRUNCATE TABLE name [PARTITION (...)]
struct TruncateTable final : CommandNode<TruncateTable, LogicalKind::kTruncateTable> {
  ObjectName name;
  Options partition;
  static constexpr const char* kName = "TruncateTable";
  static constexpr auto fields() { return std::tuple(field("name", &TruncateTable::name), field("partition", &TruncateTable::partition)); }
};

/// DELETE FROM table WHERE condition
struct DeleteFrom final : CommandNode<DeleteFrom, LogicalKind::kDeleteFrom> {
  LogicalPlanPtr table;
  ExprPtr condition;  // null pointer: all rows
  static constexpr const char* kName = "DeleteFrom";
  static constexpr auto fields() { return std::tuple(field("table", &DeleteFrom::table), field("condition", &DeleteFrom::condition)); }
};

/// UPDATE table SET column = value, ... WHERE condition
struct UpdateTable final : CommandNode<UpdateTable, LogicalKind::kUpdateTable> {
  LogicalPlanPtr table;
  std::vector<Assignment> assignments;
  ExprPtr condition;
  static constexpr const char* kName = "UpdateTable";
  static constexpr auto fields() {
    return std::tuple(field("table", &UpdateTable::table), field("assignments", &UpdateTable::assignments),
                      field("condition", &UpdateTable::condition));
  }
};

/// MERGE INTO target USING source ON condition WHEN ...
struct MergeInto final : CommandNode<MergeInto, LogicalKind::kMergeInto> {
  LogicalPlanPtr target;
  LogicalPlanPtr source;
  ExprPtr condition;
  std::vector<MergeAction> matched;
  std::vector<MergeAction> notMatched;
  std::vector<MergeAction> notMatchedBySource;
  bool withSchemaEvolution = false;
  static constexpr const char* kName = "MergeInto";
  static constexpr auto fields() {
    return std::tuple(field("target", &MergeInto::target), field("source", &MergeInto::source), field("condition", &MergeInto::condition),
                      field("matched", &MergeInto::matched), field("notMatched", &MergeInto::notMatched),
                      field("notMatchedBySource", &MergeInto::notMatchedBySource),
                      field("withSchemaEvolution", &MergeInto::withSchemaEvolution));
  }
};

/// LOAD DATA [LOCAL] INPATH path [OVERWRITE] INTO TABLE name [PARTITION (...)]
struct LoadData final : CommandNode<LoadData, LogicalKind::kLoadData> {
  std::string path;
  bool local = false;
  bool overwrite = false;
  ObjectName name;
  Options partition;
  static constexpr const char* kName = "LoadData";
  static constexpr auto fields() {
    return std::tuple(field("path", &LoadData::path), field("local", &LoadData::local), field("overwrite", &LoadData::overwrite),
                      field("name", &LoadData::name), field("partition", &LoadData::partition));
  }
};

}  // namespace flint::plan
