#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plan/logical/command_parts.h"

/// Commands that make and drop namespaces, tables, views and functions, and gather statistics.
namespace flint::plan {

/// CREATE DATABASE. Reserved properties: "comment", "location".
struct CreateNamespace final : CommandNode<CreateNamespace, LogicalKind::kCreateNamespace> {
  ObjectName name;
  bool ifNotExists = false;
  Options properties;
  static constexpr const char* kName = "CreateNamespace";
  static constexpr auto fields() {
    return std::tuple(field("name", &CreateNamespace::name), field("ifNotExists", &CreateNamespace::ifNotExists),
                      field("properties", &CreateNamespace::properties));
  }
};

/// DROP DATABASE [IF EXISTS] name [RESTRICT | CASCADE]
struct DropNamespace final : CommandNode<DropNamespace, LogicalKind::kDropNamespace> {
  ObjectName name;
  bool ifExists = false;
  bool cascade = false;
  static constexpr const char* kName = "DropNamespace";
  static constexpr auto fields() {
    return std::tuple(field("name", &DropNamespace::name), field("ifExists", &DropNamespace::ifExists),
                      field("cascade", &DropNamespace::cascade));
  }
};

/// CREATE [OR REPLACE] TABLE, and REPLACE TABLE; with a query: CREATE TABLE AS SELECT.
struct CreateTable final : CommandNode<CreateTable, LogicalKind::kCreateTable> {
  ObjectName name;
  std::vector<ColumnDefinition> columns;
  TableSpec spec;
  LogicalPlanPtr query;  // null pointer: none
  bool ifNotExists = false;
  bool replace = false;  // the table may exist, and is replaced
  bool orCreate = true;  // false for REPLACE TABLE: it must exist
  static constexpr const char* kName = "CreateTable";
  static constexpr auto fields() {
    return std::tuple(field("name", &CreateTable::name), field("columns", &CreateTable::columns), field("spec", &CreateTable::spec),
                      field("query", &CreateTable::query), field("ifNotExists", &CreateTable::ifNotExists),
                      field("replace", &CreateTable::replace), field("orCreate", &CreateTable::orCreate));
  }
};

/// CREATE TABLE name LIKE source
struct CreateTableLike final : CommandNode<CreateTableLike, LogicalKind::kCreateTableLike> {
  ObjectName name;
  ObjectName source;
  TableSpec spec;
  bool ifNotExists = false;
  static constexpr const char* kName = "CreateTableLike";
  static constexpr auto fields() {
    return std::tuple(field("name", &CreateTableLike::name), field("source", &CreateTableLike::source), field("spec", &CreateTableLike::spec),
                      field("ifNotExists", &CreateTableLike::ifNotExists));
  }
};

/// CREATE TEMPORARY VIEW name [(columns)] USING provider OPTIONS (...)
struct CreateTempViewUsing final : CommandNode<CreateTempViewUsing, LogicalKind::kCreateTempViewUsing> {
  ObjectName name;
  std::vector<ColumnDefinition> columns;
  std::string provider;
  Options options;
  bool replace = false;
  bool global = false;
  static constexpr const char* kName = "CreateTempViewUsing";
  static constexpr auto fields() {
    return std::tuple(field("name", &CreateTempViewUsing::name), field("columns", &CreateTempViewUsing::columns),
                      field("provider", &CreateTempViewUsing::provider), field("options", &CreateTempViewUsing::options),
                      field("replace", &CreateTempViewUsing::replace), field("global", &CreateTempViewUsing::global));
  }
};

/// DROP TABLE [IF EXISTS] name [PURGE]
struct DropTable final : CommandNode<DropTable, LogicalKind::kDropTable> {
  ObjectName name;
  bool ifExists = false;
  bool purge = false;
  static constexpr const char* kName = "DropTable";
  static constexpr auto fields() {
    return std::tuple(field("name", &DropTable::name), field("ifExists", &DropTable::ifExists), field("purge", &DropTable::purge));
  }
};

/// DROP VIEW [IF EXISTS] name
struct DropView final : CommandNode<DropView, LogicalKind::kDropView> {
  ObjectName name;
  bool ifExists = false;
  static constexpr const char* kName = "DropView";
  static constexpr auto fields() { return std::tuple(field("name", &DropView::name), field("ifExists", &DropView::ifExists)); }
};

/// CREATE VIEW; `queryText` is the query as written.
struct CreateView final : CommandNode<CreateView, LogicalKind::kCreateView> {
  ObjectName name;
  std::vector<ColumnDefinition> columns;  // names and comments only
  LogicalPlanPtr query;
  std::string queryText;
  ViewKind viewKind = ViewKind::kPersisted;
  bool ifNotExists = false;
  bool replace = false;
  std::string comment;
  std::string schemaBinding;  // "BINDING", "COMPENSATION", "EVOLUTION", "TYPE EVOLUTION"; empty: the session's
  Options properties;
  std::string collation;
  std::string language;       // of a metric view's text ("YAML"); empty: `query` is the view
  static constexpr const char* kName = "CreateView";
  static constexpr auto fields() {
    return std::tuple(field("name", &CreateView::name), field("columns", &CreateView::columns), field("query", &CreateView::query),
                      field("queryText", &CreateView::queryText), field("viewKind", &CreateView::viewKind),
                      field("ifNotExists", &CreateView::ifNotExists), field("replace", &CreateView::replace),
                      field("comment", &CreateView::comment), field("schemaBinding", &CreateView::schemaBinding),
                      field("properties", &CreateView::properties), field("collation", &CreateView::collation),
                      field("language", &CreateView::language));
  }
};

/// CREATE FUNCTION: a SQL body (`bodyExpression` or `bodyQuery`) or a class.
struct CreateFunction final : CommandNode<CreateFunction, LogicalKind::kCreateFunction> {
  ObjectName name;
  std::vector<ColumnDefinition> parameters;
  std::optional<DataType> returnType;
  bool returnsTable = false;
  std::vector<ColumnDefinition> returnColumns;
  ExprPtr bodyExpression;
  LogicalPlanPtr bodyQuery;
  std::string bodyText;
  Options characteristics;  // "language", "deterministic", "comment", "data access", "collation" ... as written
  bool temporary = false;
  bool replace = false;
  bool ifNotExists = false;
  std::string className;  // not a SQL body: the class
  std::vector<std::pair<std::string, std::string>> resources;  // JAR, FILE, ARCHIVE and the path
  static constexpr const char* kName = "CreateFunction";
  static constexpr auto fields() {
    return std::tuple(field("name", &CreateFunction::name), field("parameters", &CreateFunction::parameters),
                      field("returnType", &CreateFunction::returnType), field("returnsTable", &CreateFunction::returnsTable),
                      field("returnColumns", &CreateFunction::returnColumns), field("bodyExpression", &CreateFunction::bodyExpression),
                      field("bodyQuery", &CreateFunction::bodyQuery), field("bodyText", &CreateFunction::bodyText),
                      field("characteristics", &CreateFunction::characteristics), field("temporary", &CreateFunction::temporary),
                      field("replace", &CreateFunction::replace), field("ifNotExists", &CreateFunction::ifNotExists),
                      field("className", &CreateFunction::className), field("resources", &CreateFunction::resources));
  }
};

/// DROP [TEMPORARY] FUNCTION [IF EXISTS] name
struct DropFunction final : CommandNode<DropFunction, LogicalKind::kDropFunction> {
  ObjectName name;
  bool temporary = false;
  bool ifExists = false;
  static constexpr const char* kName = "DropFunction";
  static constexpr auto fields() {
    return std::tuple(field("name", &DropFunction::name), field("temporary", &DropFunction::temporary),
                      field("ifExists", &DropFunction::ifExists));
  }
};

/// ANALYZE TABLE name COMPUTE STATISTICS
struct AnalyzeTable final : CommandNode<AnalyzeTable, LogicalKind::kAnalyzeTable> {
  ObjectName name;
  Options partition;  // keys without values: all of them
  bool noScan = false;
  std::vector<std::string> columns;
  bool allColumns = false;
  static constexpr const char* kName = "AnalyzeTable";
  static constexpr auto fields() {
    return std::tuple(field("name", &AnalyzeTable::name), field("partition", &AnalyzeTable::partition), field("noScan", &AnalyzeTable::noScan),
                      field("columns", &AnalyzeTable::columns), field("allColumns", &AnalyzeTable::allColumns));
  }
};

/// ANALYZE TABLES [IN namespace] COMPUTE STATISTICS [NOSCAN]
struct AnalyzeTables final : CommandNode<AnalyzeTables, LogicalKind::kAnalyzeTables> {
  ObjectName from;
  bool noScan = false;
  static constexpr const char* kName = "AnalyzeTables";
  static constexpr auto fields() { return std::tuple(field("from", &AnalyzeTables::from), field("noScan", &AnalyzeTables::noScan)); }
};

/// MSCK REPAIR TABLE name
struct RepairTable final : CommandNode<RepairTable, LogicalKind::kRepairTable> {
  ObjectName name;
  bool addPartitions = true;
  bool dropPartitions = false;
  static constexpr const char* kName = "RepairTable";
  static constexpr auto fields() {
    return std::tuple(field("name", &RepairTable::name), field("addPartitions", &RepairTable::addPartitions),
                      field("dropPartitions", &RepairTable::dropPartitions));
  }
};

}  // namespace flint::plan
