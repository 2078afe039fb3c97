#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plan/logical/relational.h"

/// Plan nodes as the parser and the Connect decoder make them; the analyzer leaves none.
namespace flint::plan {

using Options = std::vector<std::pair<std::string, std::string>>;  // in the order given; keys as given

struct UnresolvedRelation final : LogicalNode<UnresolvedRelation, LogicalKind::kUnresolvedRelation> {
  std::vector<std::string> nameParts;
  Options options;
  bool isStreaming = false;
  std::string version;     // VERSION AS OF
  ExprPtr timestamp;       // TIMESTAMP AS OF
  ExprPtr identifier;      // IDENTIFIER(expression) instead of nameParts
  static constexpr const char* kName = "UnresolvedRelation";
  static constexpr auto fields() {
    return std::tuple(field("nameParts", &UnresolvedRelation::nameParts), field("options", &UnresolvedRelation::options),
                      field("isStreaming", &UnresolvedRelation::isStreaming), field("version", &UnresolvedRelation::version),
                      field("timestamp", &UnresolvedRelation::timestamp), field("identifier", &UnresolvedRelation::identifier));
  }
  std::vector<AttributePtr> output() const override { return {}; }
};

/// A file source by format and paths (`spark.read`), or format.`path` in SQL.
struct UnresolvedDataSource final : LogicalNode<UnresolvedDataSource, LogicalKind::kUnresolvedDataSource> {
  std::string format;
  std::string schema;  // DDL or JSON; empty: to be inferred
  Options options;
  std::vector<std::string> paths;
  bool isStreaming = false;
  static constexpr const char* kName = "UnresolvedDataSource";
  static constexpr auto fields() {
    return std::tuple(field("format", &UnresolvedDataSource::format), field("schema", &UnresolvedDataSource::schema),
                      field("options", &UnresolvedDataSource::options), field("paths", &UnresolvedDataSource::paths),
                      field("isStreaming", &UnresolvedDataSource::isStreaming));
  }
  std::vector<AttributePtr> output() const override { return {}; }
};

/// VALUES (...), (...)
struct UnresolvedInlineTable final : LogicalNode<UnresolvedInlineTable, LogicalKind::kUnresolvedInlineTable> {
  std::vector<std::string> names;  // "col1" ... where not given
  std::vector<std::vector<ExprPtr>> rows;
  static constexpr const char* kName = "UnresolvedInlineTable";
  static constexpr auto fields() { return std::tuple(field("names", &UnresolvedInlineTable::names), field("rows", &UnresolvedInlineTable::rows)); }
  std::vector<AttributePtr> output() const override { return {}; }
};

/// range(...), explode(...) in a FROM clause, or LATERAL VIEW when `child` is there.
struct UnresolvedTableValuedFunction final : LogicalNode<UnresolvedTableValuedFunction, LogicalKind::kUnresolvedTableValuedFunction> {
  std::vector<std::string> nameParts;
  std::vector<ExprPtr> arguments;
  bool isLateralView = false;
  bool outer = false;
  std::string tableAlias;
  std::vector<std::string> columnAliases;
  LogicalPlanPtr child;  // LATERAL VIEW's input
  ExprPtr identifier;    // IDENTIFIER(...) in the place of `nameParts`
  static constexpr const char* kName = "UnresolvedTableValuedFunction";
  static constexpr auto fields() {
    return std::tuple(field("nameParts", &UnresolvedTableValuedFunction::nameParts), field("arguments", &UnresolvedTableValuedFunction::arguments),
                      field("isLateralView", &UnresolvedTableValuedFunction::isLateralView), field("outer", &UnresolvedTableValuedFunction::outer),
                      field("tableAlias", &UnresolvedTableValuedFunction::tableAlias),
                      field("columnAliases", &UnresolvedTableValuedFunction::columnAliases), field("child", &UnresolvedTableValuedFunction::child),
                      field("identifier", &UnresolvedTableValuedFunction::identifier));
  }
  std::vector<AttributePtr> output() const override { return {}; }
};

struct UnresolvedHint final : LogicalNode<UnresolvedHint, LogicalKind::kUnresolvedHint> {
  std::string name;
  std::vector<ExprPtr> parameters;
  LogicalPlanPtr child;
  static constexpr const char* kName = "UnresolvedHint";
  static constexpr auto fields() {
    return std::tuple(field("name", &UnresolvedHint::name), field("parameters", &UnresolvedHint::parameters), field("child", &UnresolvedHint::child));
  }
  std::vector<AttributePtr> output() const override { return {}; }
};

/// HAVING over an Aggregate.
struct UnresolvedHaving final : LogicalNode<UnresolvedHaving, LogicalKind::kUnresolvedHaving> {
  ExprPtr condition;
  LogicalPlanPtr child;
  static constexpr const char* kName = "UnresolvedHaving";
  static constexpr auto fields() { return std::tuple(field("condition", &UnresolvedHaving::condition), field("child", &UnresolvedHaving::child)); }
  std::vector<AttributePtr> output() const override { return {}; }
};

/// relation AS t(a, b): new names for all columns, in order (`toDF` too).
struct UnresolvedColumnAliases final : LogicalNode<UnresolvedColumnAliases, LogicalKind::kUnresolvedColumnAliases> {
  std::vector<std::string> names;
  LogicalPlanPtr child;
  static constexpr const char* kName = "UnresolvedSubqueryColumnAliases";
  static constexpr auto fields() { return std::tuple(field("names", &UnresolvedColumnAliases::names), field("child", &UnresolvedColumnAliases::child)); }
  std::vector<AttributePtr> output() const override { return {}; }
};

/// WITH name [(columns)] AS (query), ... ; each definition is a SubqueryAlias, over UnresolvedColumnAliases where columns are named.
struct UnresolvedWith final : LogicalNode<UnresolvedWith, LogicalKind::kUnresolvedWith> {
  std::vector<LogicalPlanPtr> definitions;
  bool recursive = false;
  LogicalPlanPtr child;
  std::vector<int64_t> maxRecursions;  // MAX RECURSION LEVEL of each definition; 0 or absent: the session's
  static constexpr const char* kName = "UnresolvedWith";
  static constexpr auto fields() {
    return std::tuple(field("definitions", &UnresolvedWith::definitions), field("recursive", &UnresolvedWith::recursive), field("child", &UnresolvedWith::child),
                      field("maxRecursions", &UnresolvedWith::maxRecursions));
  }
  std::vector<AttributePtr> output() const override { return {}; }
};

/// WINDOW name AS (...), ... for the query below.
struct UnresolvedWindowDefinitions final : LogicalNode<UnresolvedWindowDefinitions, LogicalKind::kUnresolvedWindowDefinitions> {
  std::vector<std::pair<std::string, expr::WindowSpec>> windows;
  LogicalPlanPtr child;
  static constexpr const char* kName = "WithWindowDefinition";
  static constexpr auto fields() {
    return std::tuple(field("windows", &UnresolvedWindowDefinitions::windows), field("child", &UnresolvedWindowDefinitions::child));
  }
  std::vector<AttributePtr> output() const override { return {}; }
};

/// JOIN ... USING (columns), or NATURAL JOIN.
struct UnresolvedUsingJoin final : LogicalNode<UnresolvedUsingJoin, LogicalKind::kUnresolvedUsingJoin> {
  LogicalPlanPtr left;
  LogicalPlanPtr right;
  JoinType type = JoinType::kInner;
  std::vector<std::string> columns;
  bool natural = false;
  static constexpr const char* kName = "Join";
  static constexpr auto fields() {
    return std::tuple(field("left", &UnresolvedUsingJoin::left), field("right", &UnresolvedUsingJoin::right), field("type", &UnresolvedUsingJoin::type),
                      field("columns", &UnresolvedUsingJoin::columns), field("natural", &UnresolvedUsingJoin::natural));
  }
  std::vector<AttributePtr> output() const override { return {}; }
};

/// QUALIFY condition
struct UnresolvedQualify final : LogicalNode<UnresolvedQualify, LogicalKind::kUnresolvedQualify> {
  ExprPtr condition;
  LogicalPlanPtr child;
  static constexpr const char* kName = "UnresolvedQualify";
  static constexpr auto fields() { return std::tuple(field("condition", &UnresolvedQualify::condition), field("child", &UnresolvedQualify::child)); }
  std::vector<AttributePtr> output() const override { return {}; }
};

/// PIVOT (aggregates FOR column IN (values)). Grouping is implicit unless given (DataFrame form).
struct Pivot final : LogicalNode<Pivot, LogicalKind::kPivot> {
  std::vector<ExprPtr> groupBy;
  bool hasGroupBy = false;
  ExprPtr pivotColumn;              // a struct of columns when several
  std::vector<ExprPtr> pivotValues; // aliased or plain; empty: to be found by running the query
  std::vector<ExprPtr> aggregates;
  LogicalPlanPtr child;
  static constexpr const char* kName = "Pivot";
  static constexpr auto fields() {
    return std::tuple(field("groupBy", &Pivot::groupBy), field("hasGroupBy", &Pivot::hasGroupBy), field("pivotColumn", &Pivot::pivotColumn),
                      field("pivotValues", &Pivot::pivotValues), field("aggregates", &Pivot::aggregates), field("child", &Pivot::child));
  }
  std::vector<AttributePtr> output() const override { return {}; }
};

/// Columns to rows. Each element of `values` is one output row's columns, with its name in `aliases` when given.
struct Unpivot final : LogicalNode<Unpivot, LogicalKind::kUnpivot> {
  std::vector<ExprPtr> ids;
  bool hasIds = false;               // SQL: all columns that are not values
  std::vector<std::vector<ExprPtr>> values;
  bool hasValues = true;             // DataFrame: absent means all others
  std::vector<std::string> aliases;
  std::string variableColumn;
  std::vector<std::string> valueColumns;
  bool includeNulls = false;
  LogicalPlanPtr child;
  static constexpr const char* kName = "Unpivot";
  static constexpr auto fields() {
    return std::tuple(field("ids", &Unpivot::ids), field("hasIds", &Unpivot::hasIds), field("values", &Unpivot::values),
                      field("hasValues", &Unpivot::hasValues), field("aliases", &Unpivot::aliases), field("variableColumn", &Unpivot::variableColumn),
                      field("valueColumns", &Unpivot::valueColumns), field("includeNulls", &Unpivot::includeNulls), field("child", &Unpivot::child));
  }
  std::vector<AttributePtr> output() const override { return {}; }
};

/// UNION BY NAME
struct UnresolvedByName final : LogicalNode<UnresolvedByName, LogicalKind::kUnresolvedByName> {
  LogicalPlanPtr left;
  LogicalPlanPtr right;
  bool allowMissingColumns = false;
  static constexpr const char* kName = "Union";
  static constexpr auto fields() {
    return std::tuple(field("left", &UnresolvedByName::left), field("right", &UnresolvedByName::right),
                      field("allowMissingColumns", &UnresolvedByName::allowMissingColumns));
  }
  std::vector<AttributePtr> output() const override { return {}; }
};

/// A DataFrame method whose meaning needs the child's columns (drop, withColumns, fillna, describe ...).
class DataFrameCall {
 public:
  virtual ~DataFrameCall() = default;
  /// The plan it stands for over the resolved child (given with its schema); may hold unresolved names, which are resolved next.
  virtual Result<LogicalPlanPtr> expand(const LogicalPlanPtr& child) const = 0;
  virtual std::string name() const = 0;
};
struct UnresolvedDataFrameCall final : LogicalNode<UnresolvedDataFrameCall, LogicalKind::kUnresolvedDataFrameCall> {
  std::shared_ptr<const DataFrameCall> call;
  LogicalPlanPtr child;
  static constexpr const char* kName = "UnresolvedDataFrameCall";
  static constexpr auto fields() { return std::tuple(field("child", &UnresolvedDataFrameCall::child)); }
  std::vector<AttributePtr> output() const override { return {}; }
};

}  // namespace flint::plan
