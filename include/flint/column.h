#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "flint/row.h"

namespace flint::api {
struct ColumnNode;
struct WindowNode;
}  // namespace flint::api

namespace flint::sql {

class Operand;
class WindowSpec;

/// An expression over a DataFrame's columns. A text in its place is a column's name: "a", "t.a", "*"; in back quotes names with dots.
///
/// Threads: immutable; copies share.
class Column {
 public:
  Column(const char* name);
  Column(const std::string& name);
  explicit Column(std::shared_ptr<const api::ColumnNode> node) : node_(std::move(node)) {}

  Column as(const std::string& name) const { return alias(name); }
  Column alias(const std::string& name) const;
  /// To a type as SQL writes it: "INT", "DECIMAL(10, 2)", "ARRAY<STRING>".
  Column cast(const std::string& type) const;
  Column tryCast(const std::string& type) const;

  Column isNull() const;
  Column isNotNull() const;
  Column isNaN() const;
  Column eqNullSafe(const Operand& other) const;
  Column between(const Operand& lower, const Operand& upper) const;
  Column isin(const std::vector<Operand>& values) const;
  Column like(const std::string& pattern) const;
  Column ilike(const std::string& pattern) const;
  Column rlike(const std::string& pattern) const;
  Column contains(const Operand& text) const;
  Column startsWith(const Operand& text) const;
  Column endsWith(const Operand& text) const;
  Column substr(const Operand& start, const Operand& length) const;

  /// An element of an array (from 0) or a map.
  Column getItem(const Operand& key) const;
  /// A field of a struct; dots go deeper.
  Column getField(const std::string& name) const;
  Column withField(const std::string& name, const Operand& value) const;

  /// Further branches of `functions::when`.
  Column when(const Column& condition, const Operand& value) const;
  Column otherwise(const Operand& value) const;

  Column asc() const;
  Column desc() const;
  Column asc_nulls_first() const { return asc(); }
  Column asc_nulls_last() const;
  Column desc_nulls_first() const;
  Column desc_nulls_last() const { return desc(); }

  /// This aggregate or window function over a window.
  Column over(const WindowSpec& window) const;

  /// The expression as SQL.
  std::string toString() const;
  const std::shared_ptr<const api::ColumnNode>& node() const { return node_; }

 private:
  std::shared_ptr<const api::ColumnNode> node_;
};

/// What stands beside an operator: a Column, or a value. A text is a text here, not a name.
class Operand {
 public:
  Operand(const Column& column) : column_(column) {}
  Operand(const Value& value);
  template <class T>
    requires(std::is_constructible_v<Value, T> && !std::is_same_v<std::remove_cvref_t<T>, Value> && !std::is_same_v<std::remove_cvref_t<T>, Column> &&
             !std::is_same_v<std::remove_cvref_t<T>, Operand>)
  Operand(T&& value) : Operand(Value(std::forward<T>(value))) {}
  const Column& column() const { return column_; }

 private:
  Column column_;
};

Column binaryOperation(const char* symbol, const Operand& left, const Operand& right);
Column operator-(const Column& operand);
Column operator!(const Column& operand);

/// What is no Column but can stand beside one.
template <class T>
concept PlainOperand = !std::is_same_v<T, Column> && std::is_convertible_v<const T&, Operand>;

// A side that has to be a Column is not converted to one: these operators are none of other types' business.
#define FLINT_OPERATOR(op, symbol)                                     \
  template <std::same_as<Column> Left, std::same_as<Column> Right>     \
  Column operator op(const Left& left, const Right& right) {           \
    return binaryOperation(symbol, left, right);                       \
  }                                                                    \
  template <std::same_as<Column> Left, PlainOperand Right>             \
  Column operator op(const Left& left, const Right& right) {           \
    return binaryOperation(symbol, left, right);                       \
  }                                                                    \
  template <PlainOperand Left, std::same_as<Column> Right>             \
  Column operator op(const Left& left, const Right& right) {           \
    return binaryOperation(symbol, left, right);                       \
  }
FLINT_OPERATOR(+, "+")
FLINT_OPERATOR(-, "-")
FLINT_OPERATOR(*, "*")
FLINT_OPERATOR(/, "/")
FLINT_OPERATOR(%, "%")
FLINT_OPERATOR(==, "=")
FLINT_OPERATOR(!=, "!=")
FLINT_OPERATOR(<, "<")
FLINT_OPERATOR(<=, "<=")
FLINT_OPERATOR(>, ">")
FLINT_OPERATOR(>=, ">=")
FLINT_OPERATOR(&&, "and")
FLINT_OPERATOR(||, "or")
#undef FLINT_OPERATOR

/// PARTITION BY, ORDER BY and the frame of a window.
///
/// Threads: immutable; copies share.
class WindowSpec {
 public:
  explicit WindowSpec(std::shared_ptr<const api::WindowNode> node) : node_(std::move(node)) {}
  template <class... More>
  WindowSpec partitionBy(const Column& first, const More&... more) const {
    return partitionBy(std::vector<Column>{first, Column(more)...});
  }
  WindowSpec partitionBy(const std::vector<Column>& columns) const;
  template <class... More>
  WindowSpec orderBy(const Column& first, const More&... more) const {
    return orderBy(std::vector<Column>{first, Column(more)...});
  }
  WindowSpec orderBy(const std::vector<Column>& columns) const;
  /// Bounds are offsets from the current row, or Window::unboundedPreceding, currentRow and unboundedFollowing.
  WindowSpec rowsBetween(int64_t start, int64_t end) const;
  WindowSpec rangeBetween(int64_t start, int64_t end) const;
  const std::shared_ptr<const api::WindowNode>& node() const { return node_; }

 private:
  std::shared_ptr<const api::WindowNode> node_;
};

/// Where WindowSpecs begin: `Window::partitionBy("a").orderBy("b")`.
struct Window {
  static constexpr int64_t unboundedPreceding = std::numeric_limits<int64_t>::min();
  static constexpr int64_t unboundedFollowing = std::numeric_limits<int64_t>::max();
  static constexpr int64_t currentRow = 0;
  static WindowSpec all();  // one partition, no order
  template <class... Columns>
  static WindowSpec partitionBy(const Columns&... columns) {
    return all().partitionBy(std::vector<Column>{Column(columns)...});
  }
  template <class... Columns>
  static WindowSpec orderBy(const Columns&... columns) {
    return all().orderBy(std::vector<Column>{Column(columns)...});
  }
};

}  // namespace flint::sql
