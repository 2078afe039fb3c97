#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plan/logical/command_parts.h"

/// Commands that change what a namespace, table or view is.
namespace flint::plan {

/// ALTER DATABASE ... SET DBPROPERTIES, UNSET DBPROPERTIES or SET LOCATION.
struct AlterNamespace final : CommandNode<AlterNamespace, LogicalKind::kAlterNamespace> {
  ObjectName name;
  Options setProperties;
  std::vector<std::string> unsetProperties;
  std::string location;
  static constexpr const char* kName = "AlterNamespace";
  static constexpr auto fields() {
    return std::tuple(field("name", &AlterNamespace::name), field("setProperties", &AlterNamespace::setProperties),
                      field("unsetProperties", &AlterNamespace::unsetProperties), field("location", &AlterNamespace::location));
  }
};

/// ALTER VIEW name AS query
struct AlterViewAs final : CommandNode<AlterViewAs, LogicalKind::kAlterViewAs> {
  ObjectName name;
  LogicalPlanPtr query;
  std::string queryText;
  static constexpr const char* kName = "AlterViewAs";
  static constexpr auto fields() {
    return std::tuple(field("name", &AlterViewAs::name), field("query", &AlterViewAs::query), field("queryText", &AlterViewAs::queryText));
  }
};

/// ALTER TABLE | VIEW name RENAME TO newName
struct RenameTable final : CommandNode<RenameTable, LogicalKind::kRenameTable> {
  ObjectName name;
  std::vector<std::string> newName;
  bool isView = false;
  static constexpr const char* kName = "RenameTable";
  static constexpr auto fields() {
    return std::tuple(field("name", &RenameTable::name), field("newName", &RenameTable::newName), field("isView", &RenameTable::isView));
  }
};

/// ALTER TABLE | VIEW name SET | UNSET TBLPROPERTIES; for views also the schema binding.
struct AlterTableProperties final : CommandNode<AlterTableProperties, LogicalKind::kAlterTableProperties> {
  ObjectName name;
  Options setProperties;
  std::vector<std::string> unsetProperties;
  bool ifExists = false;
  bool isView = false;
  std::string schemaBinding;
  static constexpr const char* kName = "AlterTableProperties";
  static constexpr auto fields() {
    return std::tuple(field("name", &AlterTableProperties::name), field("setProperties", &AlterTableProperties::setProperties),
                      field("unsetProperties", &AlterTableProperties::unsetProperties), field("ifExists", &AlterTableProperties::ifExists),
                      field("isView", &AlterTableProperties::isView), field("schemaBinding", &AlterTableProperties::schemaBinding));
  }
};

/// ALTER TABLE name [PARTITION (...)] SET LOCATION path
struct AlterTableLocation final : CommandNode<AlterTableLocation, LogicalKind::kAlterTableLocation> {
  ObjectName name;
  Options partition;
  std::string location;
  static constexpr const char* kName = "AlterTableLocation";
  static constexpr auto fields() {
    return std::tuple(field("name", &AlterTableLocation::name), field("partition", &AlterTableLocation::partition),
                      field("location", &AlterTableLocation::location));
  }
};

/// ALTER TABLE name [PARTITION (...)] SET SERDE [WITH SERDEPROPERTIES]
struct AlterTableSerde final : CommandNode<AlterTableSerde, LogicalKind::kAlterTableSerde> {
  ObjectName name;
  Options partition;
  std::string serde;
  Options properties;
  static constexpr const char* kName = "AlterTableSerde";
  static constexpr auto fields() {
    return std::tuple(field("name", &AlterTableSerde::name), field("partition", &AlterTableSerde::partition),
                      field("serde", &AlterTableSerde::serde), field("properties", &AlterTableSerde::properties));
  }
};

/// ALTER TABLE name ADD COLUMNS (...), and REPLACE COLUMNS.
struct AddColumns final : CommandNode<AddColumns, LogicalKind::kAddColumns> {
  ObjectName name;
  std::vector<ColumnDefinition> columns;
  bool replace = false;
  static constexpr const char* kName = "AddColumns";
  static constexpr auto fields() {
    return std::tuple(field("name", &AddColumns::name), field("columns", &AddColumns::columns), field("replace", &AddColumns::replace));
  }
};

/// ALTER TABLE name DROP COLUMNS [IF EXISTS] (...)
struct DropColumns final : CommandNode<DropColumns, LogicalKind::kDropColumns> {
  ObjectName name;
  std::vector<std::vector<std::string>> columns;
  bool ifExists = false;
  static constexpr const char* kName = "DropColumns";
  static constexpr auto fields() {
    return std::tuple(field("name", &DropColumns::name), field("columns", &DropColumns::columns), field("ifExists", &DropColumns::ifExists));
  }
};

/// ALTER TABLE name RENAME COLUMN a TO b
struct RenameColumn final : CommandNode<RenameColumn, LogicalKind::kRenameColumn> {
  ObjectName name;
  std::vector<std::string> column;
  std::string newName;
  static constexpr const char* kName = "RenameColumn";
  static constexpr auto fields() {
    return std::tuple(field("name", &RenameColumn::name), field("column", &RenameColumn::column), field("newName", &RenameColumn::newName));
  }
};

/// ALTER TABLE name ALTER COLUMN ...: what is given changes.
struct AlterColumns final : CommandNode<AlterColumns, LogicalKind::kAlterColumns> {
  ObjectName name;
  std::vector<ColumnChange> changes;
  bool hiveStyle = false;  // CHANGE COLUMN a a type
  static constexpr const char* kName = "AlterColumns";
  static constexpr auto fields() {
    return std::tuple(field("name", &AlterColumns::name), field("changes", &AlterColumns::changes),
                      field("hiveStyle", &AlterColumns::hiveStyle));
  }
};

/// ALTER TABLE name ADD, DROP, RENAME PARTITION; RECOVER PARTITIONS.
struct AlterPartitions final : CommandNode<AlterPartitions, LogicalKind::kAlterPartitions> {
  ObjectName name;
  PartitionChange change = PartitionChange::kAdd;
  std::vector<std::pair<Options, std::string>> partitions;  // with locations
  Options renameTo;
  bool ifExists = false;
  bool purge = false;
  static constexpr const char* kName = "AlterPartitions";
  static constexpr auto fields() {
    return std::tuple(field("name", &AlterPartitions::name), field("change", &AlterPartitions::change),
                      field("partitions", &AlterPartitions::partitions), field("renameTo", &AlterPartitions::renameTo),
                      field("ifExists", &AlterPartitions::ifExists), field("purge", &AlterPartitions::purge));
  }
};

/// ALTER TABLE name CLUSTER BY (...) | NONE
struct AlterTableClustering final : CommandNode<AlterTableClustering, LogicalKind::kAlterTableClustering> {
  ObjectName name;
  std::vector<std::vector<std::string>> columns;
  static constexpr const char* kName = "AlterTableClustering";
  static constexpr auto fields() { return std::tuple(field("name", &AlterTableClustering::name), field("columns", &AlterTableClustering::columns)); }
};

/// ALTER TABLE name ADD | DROP CONSTRAINT
struct AlterTableConstraint final : CommandNode<AlterTableConstraint, LogicalKind::kAlterTableConstraint> {
  ObjectName name;
  std::string constraint;
  std::string definition;  // as written
  bool drop = false;
  bool ifExists = false;
  bool cascade = false;
  static constexpr const char* kName = "AlterTableConstraint";
  static constexpr auto fields() {
    return std::tuple(field("name", &AlterTableConstraint::name), field("constraint", &AlterTableConstraint::constraint),
                      field("definition", &AlterTableConstraint::definition), field("drop", &AlterTableConstraint::drop),
                      field("ifExists", &AlterTableConstraint::ifExists), field("cascade", &AlterTableConstraint::cascade));
  }
};

/// COMMENT ON DATABASE | TABLE | COLUMN name IS comment
struct CommentOn final : CommandNode<CommentOn, LogicalKind::kCommentOn> {
  std::string kind;  // "NAMESPACE", "TABLE" or "COLUMN"
  ObjectName name;
  std::optional<std::string> comment;  // absent: NULL
  static constexpr const char* kName = "CommentOn";
  static constexpr auto fields() {
    return std::tuple(field("kind", &CommentOn::kind), field("name", &CommentOn::name), field("comment", &CommentOn::comment));
  }
};

}  // namespace flint::plan
