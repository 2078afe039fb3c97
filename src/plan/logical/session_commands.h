#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plan/logical/command_parts.h"

/// Commands that look at or change the session: EXPLAIN, SET, USE, SHOW, DESCRIBE, CACHE, variables.
namespace flint::plan {

/// EXPLAIN. `mode` is "simple", "extended", "codegen", "cost" or "formatted"; `plan` is no child, so that it is analyzed only when the command runs.
struct ExplainCommand final : CommandNode<ExplainCommand, LogicalKind::kExplainCommand> {
  std::shared_ptr<const LogicalPlan> plan;
  std::string mode = "simple";
  static constexpr const char* kName = "ExplainCommand";
  static constexpr auto fields() { return std::tuple(field("mode", &ExplainCommand::mode)); }
};

/// SET [key [= value]]; SET -v.
struct SetCommand final : CommandNode<SetCommand, LogicalKind::kSetCommand> {
  std::string key;  // empty: all
  std::optional<std::string> value;
  bool verbose = false;  // SET -v
  static constexpr const char* kName = "SetCommand";
  static constexpr auto fields() {
    return std::tuple(field("key", &SetCommand::key), field("value", &SetCommand::value), field("verbose", &SetCommand::verbose));
  }
};

/// RESET [key]
struct ResetCommand final : CommandNode<ResetCommand, LogicalKind::kResetCommand> {
  std::string key;
  static constexpr const char* kName = "ResetCommand";
  static constexpr auto fields() { return std::tuple(field("key", &ResetCommand::key)); }
};

/// SET TIME ZONE: a zone's name, "LOCAL", or an offset ("+08:00") for an interval.
struct SetTimeZone final : CommandNode<SetTimeZone, LogicalKind::kSetTimeZone> {
  std::string zone;
  static constexpr const char* kName = "SetTimeZone";
  static constexpr auto fields() { return std::tuple(field("zone", &SetTimeZone::zone)); }
};

/// USE [NAMESPACE | DATABASE | SCHEMA] name
struct SetNamespace final : CommandNode<SetNamespace, LogicalKind::kSetNamespace> {
  ObjectName name;
  bool explicitNamespace = false;  // a key word says that it is no catalog
  static constexpr const char* kName = "SetNamespace";
  static constexpr auto fields() {
    return std::tuple(field("name", &SetNamespace::name), field("explicitNamespace", &SetNamespace::explicitNamespace));
  }
};

/// SET CATALOG name
struct SetCatalog final : CommandNode<SetCatalog, LogicalKind::kSetCatalog> {
  std::string name;
  static constexpr const char* kName = "SetCatalog";
  static constexpr auto fields() { return std::tuple(field("name", &SetCatalog::name)); }
};

/// SHOW of things by pattern: `what` says which.
struct ShowCommand final : CommandNode<ShowCommand, LogicalKind::kShowCommand> {
  ShowWhat what = ShowWhat::kTables;
  ObjectName from;  // IN or FROM; empty: the current one
  std::optional<std::string> pattern;
  std::string scope;  // SHOW functions: "USER", "SYSTEM" or "ALL"
  static constexpr const char* kName = "ShowCommand";
  static constexpr auto fields() {
    return std::tuple(field("what", &ShowCommand::what), field("from", &ShowCommand::from), field("pattern", &ShowCommand::pattern),
                      field("scope", &ShowCommand::scope));
  }
};

/// SHOW TABLE EXTENDED [FROM namespace] LIKE pattern [PARTITION (...)]
struct ShowTableExtended final : CommandNode<ShowTableExtended, LogicalKind::kShowTableExtended> {
  ObjectName from;
  std::string pattern;
  Options partition;
  static constexpr const char* kName = "ShowTableExtended";
  static constexpr auto fields() {
    return std::tuple(field("from", &ShowTableExtended::from), field("pattern", &ShowTableExtended::pattern),
                      field("partition", &ShowTableExtended::partition));
  }
};

/// SHOW COLUMNS FROM table [FROM namespace]
struct ShowColumns final : CommandNode<ShowColumns, LogicalKind::kShowColumns> {
  ObjectName table;
  ObjectName from;
  static constexpr const char* kName = "ShowColumns";
  static constexpr auto fields() { return std::tuple(field("table", &ShowColumns::table), field("from", &ShowColumns::from)); }
};

/// SHOW CREATE TABLE name [AS SERDE]
struct ShowCreateTable final : CommandNode<ShowCreateTable, LogicalKind::kShowCreateTable> {
  ObjectName table;
  bool asSerde = false;
  static constexpr const char* kName = "ShowCreateTable";
  static constexpr auto fields() { return std::tuple(field("table", &ShowCreateTable::table), field("asSerde", &ShowCreateTable::asSerde)); }
};

/// SHOW TBLPROPERTIES table [(key)]
struct ShowTableProperties final : CommandNode<ShowTableProperties, LogicalKind::kShowTableProperties> {
  ObjectName table;
  std::string key;  // empty: all
  static constexpr const char* kName = "ShowTableProperties";
  static constexpr auto fields() { return std::tuple(field("table", &ShowTableProperties::table), field("key", &ShowTableProperties::key)); }
};

/// SHOW PARTITIONS table [PARTITION (...)]
struct ShowPartitions final : CommandNode<ShowPartitions, LogicalKind::kShowPartitions> {
  ObjectName table;
  Options partition;
  static constexpr const char* kName = "ShowPartitions";
  static constexpr auto fields() { return std::tuple(field("table", &ShowPartitions::table), field("partition", &ShowPartitions::partition)); }
};

/// DESCRIBE [TABLE] [EXTENDED | FORMATTED] name [PARTITION (...)] [column] [AS JSON]
struct DescribeRelation final : CommandNode<DescribeRelation, LogicalKind::kDescribeRelation> {
  ObjectName name;
  bool extended = false;
  Options partition;
  std::vector<std::string> column;  // empty: the whole relation
  bool asJson = false;
  static constexpr const char* kName = "DescribeRelation";
  static constexpr auto fields() {
    return std::tuple(field("name", &DescribeRelation::name), field("extended", &DescribeRelation::extended),
                      field("partition", &DescribeRelation::partition), field("column", &DescribeRelation::column),
                      field("asJson", &DescribeRelation::asJson));
  }
};

/// DESCRIBE QUERY query: its columns, with the query not run.
struct DescribeQuery final : CommandNode<DescribeQuery, LogicalKind::kDescribeQuery> {
  std::string queryText;
  LogicalPlanPtr query;
  static constexpr const char* kName = "DescribeQuery";
  static constexpr auto fields() { return std::tuple(field("queryText", &DescribeQuery::queryText), field("query", &DescribeQuery::query)); }
};

/// DESCRIBE FUNCTION [EXTENDED] name
struct DescribeFunction final : CommandNode<DescribeFunction, LogicalKind::kDescribeFunction> {
  ObjectName name;
  bool extended = false;
  static constexpr const char* kName = "DescribeFunction";
  static constexpr auto fields() { return std::tuple(field("name", &DescribeFunction::name), field("extended", &DescribeFunction::extended)); }
};

/// DESCRIBE DATABASE [EXTENDED] name
struct DescribeNamespace final : CommandNode<DescribeNamespace, LogicalKind::kDescribeNamespace> {
  ObjectName name;
  bool extended = false;
  static constexpr const char* kName = "DescribeNamespace";
  static constexpr auto fields() { return std::tuple(field("name", &DescribeNamespace::name), field("extended", &DescribeNamespace::extended)); }
};

/// CACHE [LAZY] TABLE name [OPTIONS (...)] [[AS] query]
struct CacheTable final : CommandNode<CacheTable, LogicalKind::kCacheTable> {
  ObjectName name;
  bool lazy = false;
  Options options;
  LogicalPlanPtr query;  // null pointer: the table of that name
  static constexpr const char* kName = "CacheTable";
  static constexpr auto fields() {
    return std::tuple(field("name", &CacheTable::name), field("lazy", &CacheTable::lazy), field("options", &CacheTable::options),
                      field("query", &CacheTable::query));
  }
};

/// UNCACHE TABLE [IF EXISTS] name
struct UncacheTable final : CommandNode<UncacheTable, LogicalKind::kUncacheTable> {
  ObjectName name;
  bool ifExists = false;
  static constexpr const char* kName = "UncacheTable";
  static constexpr auto fields() { return std::tuple(field("name", &UncacheTable::name), field("ifExists", &UncacheTable::ifExists)); }
};

/// CLEAR CACHE
struct ClearCache final : CommandNode<ClearCache, LogicalKind::kClearCache> {
  static constexpr const char* kName = "ClearCache";
  static constexpr auto fields() { return std::tuple(); }
};

/// REFRESH TABLE name, and REFRESH path when `path` is not empty.
struct RefreshTable final : CommandNode<RefreshTable, LogicalKind::kRefreshTable> {
  ObjectName name;
  std::string path;
  bool isFunction = false;  // REFRESH FUNCTION
  static constexpr const char* kName = "RefreshTable";
  static constexpr auto fields() {
    return std::tuple(field("name", &RefreshTable::name), field("path", &RefreshTable::path), field("isFunction", &RefreshTable::isFunction));
  }
};

/// ADD and LIST of JARs, files and archives.
struct ResourceCommand final : CommandNode<ResourceCommand, LogicalKind::kResourceCommand> {
  std::string kind;  // "JAR", "FILE", "ARCHIVE"; plural when listed
  std::vector<std::string> paths;
  bool list = false;
  static constexpr const char* kName = "ResourceCommand";
  static constexpr auto fields() {
    return std::tuple(field("kind", &ResourceCommand::kind), field("paths", &ResourceCommand::paths), field("list", &ResourceCommand::list));
  }
};

/// DECLARE [OR REPLACE] [VARIABLE] name [type] [DEFAULT expression]
struct CreateVariable final : CommandNode<CreateVariable, LogicalKind::kCreateVariable> {
  std::vector<ObjectName> names;
  std::optional<DataType> type;  // absent: the default's
  ExprPtr defaultValue;  // null pointer: NULL
  std::string defaultText;
  bool replace = false;
  static constexpr const char* kName = "CreateVariable";
  static constexpr auto fields() {
    return std::tuple(field("names", &CreateVariable::names), field("type", &CreateVariable::type),
                      field("defaultValue", &CreateVariable::defaultValue), field("defaultText", &CreateVariable::defaultText),
                      field("replace", &CreateVariable::replace));
  }
};

/// DROP TEMPORARY VARIABLE [IF EXISTS] name
struct DropVariable final : CommandNode<DropVariable, LogicalKind::kDropVariable> {
  ObjectName name;
  bool ifExists = false;
  static constexpr const char* kName = "DropVariable";
  static constexpr auto fields() { return std::tuple(field("name", &DropVariable::name), field("ifExists", &DropVariable::ifExists)); }
};

/// SET VARIABLE a = 1, b = DEFAULT; SET VARIABLE (a, b) = (query). A null value is DEFAULT.
struct SetVariable final : CommandNode<SetVariable, LogicalKind::kSetVariable> {
  std::vector<ObjectName> targets;
  std::vector<std::pair<std::string, ExprPtr>> values;  // text and value of each; empty with a query
  LogicalPlanPtr query;
  static constexpr const char* kName = "SetVariable";
  static constexpr auto fields() {
    return std::tuple(field("targets", &SetVariable::targets), field("values", &SetVariable::values), field("query", &SetVariable::query));
  }
};

/// EXECUTE IMMEDIATE text [INTO variables] [USING arguments]
struct ExecuteImmediate final : CommandNode<ExecuteImmediate, LogicalKind::kExecuteImmediate> {
  ExprPtr text;
  std::vector<ObjectName> into;
  std::vector<ExprPtr> arguments;  // aliases name parameters
  static constexpr const char* kName = "ExecuteImmediate";
  static constexpr auto fields() {
    return std::tuple(field("text", &ExecuteImmediate::text), field("into", &ExecuteImmediate::into),
                      field("arguments", &ExecuteImmediate::arguments));
  }
};

/// CALL name(arguments)
struct CallProcedure final : CommandNode<CallProcedure, LogicalKind::kCallProcedure> {
  ObjectName name;
  std::vector<ExprPtr> arguments;
  static constexpr const char* kName = "CallProcedure";
  static constexpr auto fields() { return std::tuple(field("name", &CallProcedure::name), field("arguments", &CallProcedure::arguments)); }
};

}  // namespace flint::plan
