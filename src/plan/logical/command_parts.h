#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plan/logical/unresolved_plans.h"

/// What commands are made of.
namespace flint::plan {

/// A node that does something when it runs and has no columns until it is analyzed.
template <class Node, LogicalKind Kind>
struct CommandNode : LogicalNode<Node, Kind> {
  std::vector<AttributePtr> output() const override { return {}; }
};
constexpr bool isCommand(LogicalKind kind) { return kind >= LogicalKind::kFirstCommand && kind <= LogicalKind::kLastCommand; }

/// The name of a table, view, function, namespace or variable: its parts, or IDENTIFIER(expression).
struct ObjectName {
  std::vector<std::string> parts;
  ExprPtr expression;
  static constexpr auto fields() { return std::tuple(field("parts", &ObjectName::parts), field("expression", &ObjectName::expression)); }
};

/// A column as CREATE TABLE, ADD COLUMNS and function parameters declare it.
struct ColumnDefinition {
  std::vector<std::string> name;  // several parts for a nested field
  DataType type;
  bool nullable = true;
  std::optional<std::string> comment;
  ExprPtr defaultValue;
  std::string defaultText;
  std::string generatedText;      // GENERATED ALWAYS AS (...)
  std::string identityText;       // GENERATED ... AS IDENTITY (...)
  std::string position;           // "FIRST", or "AFTER column"
  static constexpr auto fields() {
    return std::tuple(field("name", &ColumnDefinition::name), field("type", &ColumnDefinition::type), field("nullable", &ColumnDefinition::nullable),
                      field("comment", &ColumnDefinition::comment), field("defaultValue", &ColumnDefinition::defaultValue),
                      field("defaultText", &ColumnDefinition::defaultText), field("generatedText", &ColumnDefinition::generatedText),
                      field("identityText", &ColumnDefinition::identityText), field("position", &ColumnDefinition::position));
  }
};

/// One clause of ALTER COLUMN.
struct ColumnChange {
  std::vector<std::string> name;
  std::optional<DataType> type;
  std::optional<bool> nullable;
  std::optional<std::string> comment;
  std::string position;
  std::string defaultText;
  bool dropDefault = false;
  static constexpr auto fields() {
    return std::tuple(field("name", &ColumnChange::name), field("type", &ColumnChange::type), field("nullable", &ColumnChange::nullable),
                      field("comment", &ColumnChange::comment), field("position", &ColumnChange::position),
                      field("defaultText", &ColumnChange::defaultText), field("dropDefault", &ColumnChange::dropDefault));
  }
};

/// How a table is stored.
struct TableSpec {
  std::string provider;                             // USING; empty: the default's
  Options options;
  Options properties;
  std::vector<std::vector<std::string>> partitionColumns;
  std::vector<ExprPtr> partitionTransforms;         // PARTITIONED BY entries that are calls, as days(ts)
  std::vector<std::vector<std::string>> clusterBy;  // CLUSTER BY
  std::vector<std::string> bucketColumns;           // CLUSTERED BY ... INTO n BUCKETS
  std::vector<std::string> bucketSortColumns;
  int32_t numBuckets = 0;
  std::string location;
  std::optional<std::string> comment;
  std::string collation;
  std::string rowFormat;                            // ROW FORMAT and STORED AS, as written
  std::string fileFormat;
  std::vector<std::string> constraints;             // as written
  bool external = false;
  static constexpr auto fields() {
    return std::tuple(field("provider", &TableSpec::provider), field("options", &TableSpec::options), field("properties", &TableSpec::properties),
                      field("partitionColumns", &TableSpec::partitionColumns), field("partitionTransforms", &TableSpec::partitionTransforms),
                      field("clusterBy", &TableSpec::clusterBy), field("bucketColumns", &TableSpec::bucketColumns),
                      field("bucketSortColumns", &TableSpec::bucketSortColumns), field("numBuckets", &TableSpec::numBuckets),
                      field("location", &TableSpec::location), field("comment", &TableSpec::comment), field("collation", &TableSpec::collation),
                      field("rowFormat", &TableSpec::rowFormat), field("fileFormat", &TableSpec::fileFormat),
                      field("constraints", &TableSpec::constraints), field("external", &TableSpec::external));
  }
};

/// column = value; a null value is DEFAULT.
struct Assignment {
  ExprPtr column;
  ExprPtr value;
  static constexpr auto fields() { return std::tuple(field("column", &Assignment::column), field("value", &Assignment::value)); }
};

/// What MERGE does with the rows of one WHEN clause.
struct MergeAction {
  enum class Kind : uint8_t { kDelete, kUpdate, kUpdateStar, kInsert, kInsertStar };
  Kind kind = Kind::kDelete;
  ExprPtr condition;                    // null pointer: always
  std::vector<Assignment> assignments;  // kUpdate and kInsert
  static constexpr auto fields() {
    return std::tuple(field("kind", &MergeAction::kind), field("condition", &MergeAction::condition), field("assignments", &MergeAction::assignments));
  }
};

enum class ShowWhat : uint8_t { kTables, kNamespaces, kFunctions, kViews, kCatalogs, kCurrentNamespace, kVariables, kProcedures, kCollations };
enum class ViewKind : uint8_t { kPersisted, kTemporary, kGlobalTemporary };
enum class PartitionChange : uint8_t { kAdd, kDrop, kRename, kRecover };

}  // namespace flint::plan
