#include "api/nodes.h"

namespace flint::api {

void raise(const Error& error) {
  sql::SparkException::Details details;
  details.condition = error.condition().name;
  details.sqlState = error.condition().sqlState;
  details.message = error.message();
  if (error.origin() != nullptr && error.origin()->known()) details.queryContext = error.origin()->fragment();
  for (const auto& [name, value] : error.parameters()) details.parameters[name] = value;
  sql::SparkException::raise(std::move(details));
}

}  // namespace flint::api
