#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "flint/column.h"
#include "flint/data_io.h"
#include "flint/row.h"

namespace flint::api {
struct DataFrameNode;
struct GroupNode;
class RowStream;
}  // namespace flint::api

namespace flint::sql {

class GroupedData;
class DataFrameNaFunctions;

/// A column of a DataFrame's schema; the type as SQL writes it: "INT", "ARRAY<STRING>".
struct SchemaField {
  std::string name;
  std::string type;
  bool nullable = true;
};

/// The rows of a running query, one after the other: `while (auto row = rows.next())`. The query runs ahead by a few batches and is cancelled with
/// the last copy.
///
/// Threads: confined to one.
class RowIterator {
 public:
  explicit RowIterator(std::shared_ptr<api::RowStream> stream) : stream_(std::move(stream)) {}
  /// Nothing at the end. Errors: of the query.
  std::optional<Row> next();

 private:
  std::shared_ptr<api::RowStream> stream_;
};

/// Rows by names: a plan that runs when its rows are asked for.
///
/// Transformations only describe; names and types are checked by the first call that needs them (schema, explain, an action), which raises SparkException.
/// Threads: immutable; copies share.
class DataFrame {
 public:
  explicit DataFrame(std::shared_ptr<const api::DataFrameNode> node) : node_(std::move(node)) {}

  /// A column of this DataFrame, also where another side of a join has its name too.
  Column col(const std::string& name) const;
  Column operator[](const std::string& name) const { return col(name); }

  // Columns
  template <class... More>
  DataFrame select(const Column& first, const More&... more) const {
    return select(std::vector<Column>{first, Column(more)...});
  }
  DataFrame select(const std::vector<Column>& columns) const;
  template <class... More>
  DataFrame selectExpr(const std::string& first, const More&... more) const {
    return selectExpr(std::vector<std::string>{first, std::string(more)...});
  }
  DataFrame selectExpr(const std::vector<std::string>& expressions) const;
  DataFrame withColumn(const std::string& name, const Operand& value) const;
  DataFrame withColumns(const std::vector<std::pair<std::string, Column>>& columns) const;
  DataFrame withColumnRenamed(const std::string& from, const std::string& to) const;
  template <class... More>
  DataFrame drop(const std::string& first, const More&... more) const {
    return drop(std::vector<std::string>{first, std::string(more)...});
  }
  DataFrame drop(const std::vector<std::string>& names) const;
  DataFrame toDF(const std::vector<std::string>& names) const;
  DataFrame alias(const std::string& name) const;

  // Rows
  DataFrame filter(const Column& condition) const;
  DataFrame filter(const std::string& condition) const;
  DataFrame filter(const char* condition) const { return filter(std::string(condition)); }
  DataFrame where(const Column& condition) const { return filter(condition); }
  DataFrame where(const std::string& condition) const { return filter(condition); }
  DataFrame where(const char* condition) const { return filter(std::string(condition)); }
  template <class... More>
  DataFrame orderBy(const Column& first, const More&... more) const {
    return orderBy(std::vector<Column>{first, Column(more)...});
  }
  DataFrame orderBy(const std::vector<Column>& columns) const;
  template <class... More>
  DataFrame sort(const Column& first, const More&... more) const {
    return orderBy(std::vector<Column>{first, Column(more)...});
  }
  DataFrame sortWithinPartitions(const std::vector<Column>& columns) const;
  DataFrame limit(int32_t count) const;
  DataFrame offset(int32_t count) const;
  DataFrame distinct() const;
  DataFrame dropDuplicates(const std::vector<std::string>& columns = {}) const;
  DataFrame sample(double fraction, std::optional<int64_t> seed = std::nullopt, bool withReplacement = false) const;
  DataFrame repartition(int32_t numPartitions, const std::vector<Column>& columns = {}) const;
  DataFrame repartition(const std::vector<Column>& columns) const { return repartition(0, columns); }
  DataFrame coalesce(int32_t numPartitions) const;
  DataFrame hint(const std::string& name) const;
  DataFrameNaFunctions na() const;

  // Groups
  template <class... Columns>
  GroupedData groupBy(const Columns&... columns) const;
  GroupedData groupBy(const std::vector<Column>& columns) const;
  template <class... More>
  GroupedData rollup(const Column& first, const More&... more) const;
  GroupedData rollup(const std::vector<Column>& columns) const;
  template <class... More>
  GroupedData cube(const Column& first, const More&... more) const;
  GroupedData cube(const std::vector<Column>& columns) const;
  template <class... More>
  DataFrame agg(const Column& first, const More&... more) const;

  // Several DataFrames. `how`: inner, cross, left, right, full (or with _outer), left_semi, left_anti.
  template <std::same_as<Column> Condition>
  DataFrame join(const DataFrame& right, const Condition& condition, const std::string& how = "inner") const {
    return joinOn(right, condition, how);
  }
  DataFrame join(const DataFrame& right, const std::vector<std::string>& usingColumns, const std::string& how = "inner") const;
  template <class Name>
    requires std::is_convertible_v<const Name&, std::string>
  DataFrame join(const DataFrame& right, const Name& usingColumn, const std::string& how = "inner") const {
    return join(right, std::vector<std::string>{usingColumn}, how);
  }
  DataFrame crossJoin(const DataFrame& right) const;
  DataFrame unionAll(const DataFrame& other) const;  // by position
  DataFrame union_(const DataFrame& other) const { return unionAll(other); }
  DataFrame unionByName(const DataFrame& other, bool allowMissingColumns = false) const;
  DataFrame intersect(const DataFrame& other) const;
  DataFrame intersectAll(const DataFrame& other) const;
  DataFrame except(const DataFrame& other) const;
  DataFrame exceptAll(const DataFrame& other) const;

  // Actions. Errors: of the analyzer and of the run.
  std::vector<Row> collect() const;
  std::vector<Row> take(int32_t count) const { return limit(count).collect(); }
  std::vector<Row> head(int32_t count) const { return take(count); }
  std::optional<Row> first() const;
  std::optional<Row> head() const { return first(); }
  bool isEmpty() const { return !first().has_value(); }
  int64_t count() const;
  RowIterator toLocalIterator() const;
  /// Calls `each` for every row while the query runs, in order, from one thread at a time; ends the query when it gives false.
  void forEach(const std::function<bool(const Row& row)>& each) const;
  /// Prints to standard output as Spark does.
  void show(int32_t numRows = 20, bool truncate = true) const { show(numRows, truncate ? 20 : 0, false); }
  void show(int32_t numRows, int32_t truncate, bool vertical) const;
  std::string showString(int32_t numRows = 20, int32_t truncate = 20, bool vertical = false) const;

  // What it is
  std::vector<SchemaField> schema() const;
  std::vector<std::string> columns() const;
  std::string schemaTree() const;
  void printSchema() const;
  /// Modes: simple, extended, codegen, cost, formatted.
  std::string explainString(const std::string& mode = "simple") const;
  void explain(const std::string& mode = "simple") const;

  /// Keeps the rows in memory, beside the plan, after they were first computed; this and later DataFrames made of the result read them.
  DataFrame cache() const;
  void createOrReplaceTempView(const std::string& name) const;
  void createTempView(const std::string& name) const;
  DataFrameWriter write() const;

  const std::shared_ptr<const api::DataFrameNode>& node() const { return node_; }

 private:
  DataFrame joinOn(const DataFrame& right, const Column& condition, const std::string& how) const;

  std::shared_ptr<const api::DataFrameNode> node_;
};

/// Groups of rows, from groupBy, rollup or cube.
///
/// Threads: immutable; copies share.
class GroupedData {
 public:
  explicit GroupedData(std::shared_ptr<const api::GroupNode> node) : node_(std::move(node)) {}

  template <class... More>
  DataFrame agg(const Column& first, const More&... more) const {
    return agg(std::vector<Column>{first, Column(more)...});
  }
  DataFrame agg(const std::vector<Column>& aggregates) const;
  DataFrame count() const;
  template <class... Names>
  DataFrame sum(const Names&... names) const {
    return aggregated("sum", {std::string(names)...});
  }
  template <class... Names>
  DataFrame avg(const Names&... names) const {
    return aggregated("avg", {std::string(names)...});
  }
  template <class... Names>
  DataFrame mean(const Names&... names) const {
    return aggregated("avg", {std::string(names)...});
  }
  template <class... Names>
  DataFrame min(const Names&... names) const {
    return aggregated("min", {std::string(names)...});
  }
  template <class... Names>
  DataFrame max(const Names&... names) const {
    return aggregated("max", {std::string(names)...});
  }
  /// A column for each value; where none are given they are found by running the query.
  GroupedData pivot(const Column& column, const std::vector<Value>& values = {}) const;

 private:
  // No names: every number column. Errors: of the analyzer.
  DataFrame aggregated(const std::string& function, const std::vector<std::string>& names) const;

  std::shared_ptr<const api::GroupNode> node_;
};

/// What is done about nulls (and NaN): `df.na()`.
///
/// Threads: immutable.
class DataFrameNaFunctions {
 public:
  explicit DataFrameNaFunctions(DataFrame frame) : frame_(std::move(frame)) {}
  /// In `columns`, or in all whose type fits the value.
  template <class T>
    requires std::is_constructible_v<Value, const T&>
  DataFrame fill(const T& value, const std::vector<std::string>& columns = {}) const {
    return fillAll(Value(value), columns);
  }
  DataFrame fill(const std::vector<std::pair<std::string, Value>>& valueOfColumn) const;
  /// Rows with any (or only) nulls among `columns`, by default all, go.
  DataFrame drop(const std::string& how = "any", const std::vector<std::string>& columns = {}) const;
  /// Rows with fewer values than that go.
  DataFrame dropBelow(int32_t minNonNulls, const std::vector<std::string>& columns = {}) const;
  DataFrame replace(const std::vector<std::pair<Value, Value>>& replacements, const std::vector<std::string>& columns = {}) const;

 private:
  DataFrame fillAll(const Value& value, const std::vector<std::string>& columns) const;

  DataFrame frame_;
};

template <class... Columns>
GroupedData DataFrame::groupBy(const Columns&... columns) const {
  return groupBy(std::vector<Column>{Column(columns)...});
}
template <class... More>
GroupedData DataFrame::rollup(const Column& first, const More&... more) const {
  return rollup(std::vector<Column>{first, Column(more)...});
}
template <class... More>
GroupedData DataFrame::cube(const Column& first, const More&... more) const {
  return cube(std::vector<Column>{first, Column(more)...});
}
template <class... More>
DataFrame DataFrame::agg(const Column& first, const More&... more) const {
  return groupBy().agg(first, more...);
}

}  // namespace flint::sql
