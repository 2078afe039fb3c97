#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "expr/unresolved.h"
#include "flint/flint.h"
#include "plan/logical/unresolved_plans.h"
#include "session/spark_session.h"

/// What the public classes hold.
namespace flint::api {

struct ColumnNode {
  expr::ExprPtr expression;
};

struct WindowNode {
  expr::WindowSpec spec;
};

struct SessionNode {
  session::SparkSessionPtr session;
  bool caseSensitive() const { return session->conf().getBoolean("spark.sql.caseSensitive", false); }
};
using SessionNodePtr = std::shared_ptr<const SessionNode>;

struct DataFrameNode {
  SessionNodePtr session;
  plan::LogicalPlanPtr plan;  // unresolved
  int64_t planId;             // by which columns name this DataFrame
};
using DataFrameNodePtr = std::shared_ptr<const DataFrameNode>;

struct GroupNode {
  enum class Kind : uint8_t { kGroupBy, kRollup, kCube };
  DataFrameNodePtr frame;
  Kind kind = Kind::kGroupBy;
  std::vector<expr::ExprPtr> keys;
  expr::ExprPtr pivot;  // null pointer: none
  std::vector<expr::ExprPtr> pivotValues;
};

sql::Column column(expr::ExprPtr expression);
std::vector<expr::ExprPtr> expressionsOf(const std::vector<sql::Column>& columns);
/// Columns that say no order are ascending.
std::vector<expr::ExprPtr> sortOrders(const std::vector<sql::Column>& columns);
/// A DataFrame of `plan`, under an id of its own.
sql::DataFrame dataFrame(SessionNodePtr session, plan::LogicalPlanPtr plan);

/// Raises the SparkException of an error.
[[noreturn]] void raise(const Error& error);
inline void checked(const Status& status) {
  if (!status.isOk()) raise(status.error());
}
template <class T>
T checked(Result<T> result) {
  if (!result.isOk()) raise(result.error());
  return std::move(result).value();
}

/// A value as a literal. Errors: UNSUPPORTED_FEATURE.LITERAL_TYPE.
Result<expr::ExprPtr> literalOf(const sql::Value& value);
/// A value as the engine holds those of `type`. Errors: a value that is none of the type.
Result<Value> engineValue(const sql::Value& value, const DataType& type, const std::string& columnName);
/// A value of `type` as the public API gives it. Time stamps of texts inside are in `timeZone`.
sql::Value publicValue(const Value& value, const DataType& type, const std::string& timeZone);

}  // namespace flint::api
