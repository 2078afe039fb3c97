#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog_plugin.h"
#include "plan/logical/logical_plan.h"

namespace flint::catalog {

/// A function whose body is SQL (CREATE FUNCTION ... RETURN), or one that a client has registered.
struct SqlFunction {
  struct Parameter {
    std::string name;
    DataType type;
    plan::ExprPtr defaultValue;  // unresolved; null pointer: none
    std::string defaultText;
    std::string comment;
  };
  NameParts name;  // catalog, database and name; the name alone when temporary
  bool temporary = false;
  std::vector<Parameter> parameters;
  bool returnsTable = false;
  DataType returnType;       // of a scalar function
  StructFields returnColumns;  // of a table function
  plan::ExprPtr bodyExpression;  // unresolved; a PythonUdf of a registered function; null pointer when the body is a query
  plan::LogicalPlanPtr bodyQuery;
  std::string bodyText;
  std::string comment;
  std::optional<bool> deterministic;
  bool readsData = false;  // declared, or found in the body
  bool containsSql = false;
  std::map<std::string, std::string> settings;  // of the session that made it, which its body means
  int64_t createTimeMs = 0;
};
using SqlFunctionPtr = std::shared_ptr<const SqlFunction>;

/// SQL functions by key: a temporary one's name, or "database.name".
///
/// Those of a metastore are looked up there each time, as other sessions and processes change them too; what was parsed is kept as long as the metastore
/// has the same bytes.
/// Threads: thread-safe.
class SqlFunctions {
 public:
  /// Gives a function that comes from a metastore its body and defaults, from their texts.
  using Parse = std::function<Status(SqlFunction& function, bool bodyIsQuery)>;
  /// From now on functions are kept in `store`.
  void keepIn(std::shared_ptr<CatalogPlugin> store, Parse parse);

  SqlFunctionPtr find(const std::string& key) const;
  /// False when there is one already and it is not to be replaced.
  Result<bool> add(const std::string& key, SqlFunctionPtr function, bool replace);
  Result<bool> drop(const std::string& key);
  std::vector<SqlFunctionPtr> all() const;

 private:
  struct Known {
    std::string bytes;  // empty where there is no metastore
    SqlFunctionPtr function;
  };
  mutable std::mutex mutex_;  // taken before the metastore's
  std::shared_ptr<CatalogPlugin> store_;
  Parse parse_;
  mutable std::map<std::string, Known> functions_;
};

}  // namespace flint::catalog
