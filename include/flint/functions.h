#pragma once

#include <string>
#include <vector>

#include "flint/column.h"

/// The functions of Spark SQL over Columns. Any built-in that has no function here is `call_function("name", ...)`, or `expr("...")`.
namespace flint::sql::functions {

inline Column col(const std::string& name) { return Column(name); }
inline Column lit(const Operand& value) { return value.column(); }
/// An expression as SQL writes it. Errors: of the parser.
Column expr(const std::string& sql);
Column call_function(const std::string& name, const std::vector<Operand>& arguments);
/// An aggregate of distinct values.
Column call_distinct(const std::string& name, const std::vector<Operand>& arguments);
Column when(const Column& condition, const Operand& value);

inline Column asc(const Column& column) { return column.asc(); }
inline Column desc(const Column& column) { return column.desc(); }

// Each of these calls the built-in of the same name.
#define FLINT_FUNCTION_1(name) \
  inline Column name(const Column& argument) { return call_function(#name, {argument}); }
#define FLINT_FUNCTION_2(name) \
  inline Column name(const Column& first, const Operand& second) { return call_function(#name, {first, second}); }
#define FLINT_FUNCTION_3(name) \
  inline Column name(const Column& first, const Operand& second, const Operand& third) { return call_function(#name, {first, second, third}); }
#define FLINT_FUNCTION_N(name)                                                          \
  template <class... More>                                                              \
  Column name(const Column& first, const More&... more) {                               \
    return call_function(#name, std::vector<Operand>{first, Operand(Column(more))...}); \
  }
#define FLINT_FUNCTION_0(name) \
  inline Column name() { return call_function(#name, {}); }

// aggregates
FLINT_FUNCTION_1(count) FLINT_FUNCTION_1(sum) FLINT_FUNCTION_1(avg) FLINT_FUNCTION_1(mean) FLINT_FUNCTION_1(min) FLINT_FUNCTION_1(max)
FLINT_FUNCTION_1(first) FLINT_FUNCTION_1(last) FLINT_FUNCTION_1(any_value) FLINT_FUNCTION_1(collect_list) FLINT_FUNCTION_1(collect_set)
FLINT_FUNCTION_1(stddev) FLINT_FUNCTION_1(stddev_pop) FLINT_FUNCTION_1(variance) FLINT_FUNCTION_1(var_pop) FLINT_FUNCTION_1(median)
FLINT_FUNCTION_1(approx_count_distinct) FLINT_FUNCTION_2(corr) FLINT_FUNCTION_2(max_by) FLINT_FUNCTION_2(min_by) FLINT_FUNCTION_1(bool_and)
FLINT_FUNCTION_1(bool_or) FLINT_FUNCTION_1(grouping)
template <class... More>
Column countDistinct(const Column& first, const More&... more) {
  return call_distinct("count", std::vector<Operand>{first, Operand(Column(more))...});
}
inline Column sumDistinct(const Column& argument) { return call_distinct("sum", {argument}); }

// windows
FLINT_FUNCTION_0(row_number) FLINT_FUNCTION_0(rank) FLINT_FUNCTION_0(dense_rank) FLINT_FUNCTION_0(percent_rank) FLINT_FUNCTION_0(cume_dist)
inline Column ntile(int buckets) { return call_function("ntile", {buckets}); }
inline Column lag(const Column& column, int offset = 1, const Operand& otherwise = nullptr) { return call_function("lag", {column, offset, otherwise}); }
inline Column lead(const Column& column, int offset = 1, const Operand& otherwise = nullptr) { return call_function("lead", {column, offset, otherwise}); }
FLINT_FUNCTION_2(nth_value)

// conditions and nulls
FLINT_FUNCTION_N(coalesce) FLINT_FUNCTION_N(greatest) FLINT_FUNCTION_N(least) FLINT_FUNCTION_2(nullif) FLINT_FUNCTION_2(ifnull) FLINT_FUNCTION_2(nvl)
FLINT_FUNCTION_1(isnan)
inline Column isnull(const Column& column) { return column.isNull(); }

// numbers
FLINT_FUNCTION_1(abs) FLINT_FUNCTION_1(sqrt) FLINT_FUNCTION_1(exp) FLINT_FUNCTION_1(ln) FLINT_FUNCTION_1(log10) FLINT_FUNCTION_1(floor)
FLINT_FUNCTION_1(ceil) FLINT_FUNCTION_1(signum) FLINT_FUNCTION_2(pow)
inline Column round(const Column& column, int scale = 0) { return call_function("round", {column, scale}); }
inline Column bround(const Column& column, int scale = 0) { return call_function("bround", {column, scale}); }

// texts
FLINT_FUNCTION_N(concat) FLINT_FUNCTION_1(upper) FLINT_FUNCTION_1(lower) FLINT_FUNCTION_1(initcap) FLINT_FUNCTION_1(length) FLINT_FUNCTION_1(trim)
FLINT_FUNCTION_1(ltrim) FLINT_FUNCTION_1(rtrim) FLINT_FUNCTION_1(reverse) FLINT_FUNCTION_3(substring) FLINT_FUNCTION_2(split)
FLINT_FUNCTION_3(regexp_replace) FLINT_FUNCTION_3(regexp_extract) FLINT_FUNCTION_3(lpad) FLINT_FUNCTION_3(rpad) FLINT_FUNCTION_3(replace)
FLINT_FUNCTION_2(instr) FLINT_FUNCTION_2(repeat)
template <class... Columns>
Column concat_ws(const std::string& separator, const Columns&... columns) {
  return call_function("concat_ws", std::vector<Operand>{separator, Operand(Column(columns))...});
}

// dates and timestamps
FLINT_FUNCTION_1(year) FLINT_FUNCTION_1(quarter) FLINT_FUNCTION_1(month) FLINT_FUNCTION_1(day) FLINT_FUNCTION_1(dayofmonth) FLINT_FUNCTION_1(dayofweek)
FLINT_FUNCTION_1(dayofyear) FLINT_FUNCTION_1(weekofyear) FLINT_FUNCTION_1(hour) FLINT_FUNCTION_1(minute) FLINT_FUNCTION_1(second)
FLINT_FUNCTION_1(last_day) FLINT_FUNCTION_1(to_date) FLINT_FUNCTION_2(to_date) FLINT_FUNCTION_1(to_timestamp) FLINT_FUNCTION_2(to_timestamp)
FLINT_FUNCTION_2(date_format) FLINT_FUNCTION_2(date_add) FLINT_FUNCTION_2(date_sub) FLINT_FUNCTION_2(datediff) FLINT_FUNCTION_2(add_months)
FLINT_FUNCTION_2(months_between) FLINT_FUNCTION_0(current_date) FLINT_FUNCTION_0(current_timestamp) FLINT_FUNCTION_1(unix_timestamp)
FLINT_FUNCTION_1(from_unixtime)
inline Column date_trunc(const std::string& unit, const Column& column) { return call_function("date_trunc", {unit, column}); }

// arrays, maps, structs
FLINT_FUNCTION_N(array) FLINT_FUNCTION_1(size) FLINT_FUNCTION_1(explode) FLINT_FUNCTION_1(explode_outer) FLINT_FUNCTION_1(posexplode)
FLINT_FUNCTION_2(array_contains) FLINT_FUNCTION_2(element_at) FLINT_FUNCTION_1(array_distinct) FLINT_FUNCTION_1(sort_array) FLINT_FUNCTION_1(map_keys)
FLINT_FUNCTION_1(map_values) FLINT_FUNCTION_2(array_join)
template <class... More>
Column struct_(const Column& first, const More&... more) {
  return call_function("struct", std::vector<Operand>{first, Operand(Column(more))...});
}

// others
FLINT_FUNCTION_N(hash) FLINT_FUNCTION_N(xxhash64) FLINT_FUNCTION_1(md5) FLINT_FUNCTION_0(monotonically_increasing_id) FLINT_FUNCTION_0(spark_partition_id)

#undef FLINT_FUNCTION_0
#undef FLINT_FUNCTION_1
#undef FLINT_FUNCTION_2
#undef FLINT_FUNCTION_3
#undef FLINT_FUNCTION_N

}  // namespace flint::sql::functions
