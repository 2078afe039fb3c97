#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "expr/python_udf.h"

namespace flint::catalog {

/// A class that a client registered as a source of rows, and as their target: `spark.dataSource.register`.
struct PythonDataSource {
  std::string name;               // as registered
  expr::PythonFunction function;  // its command is the pickled class
};

/// A session's data sources in Python by name, without case.
///
/// Threads: thread-safe.
class PythonDataSources {
 public:
  std::optional<PythonDataSource> find(const std::string& name) const;
  /// In the place of one of that name.
  void put(PythonDataSource source);
  std::vector<PythonDataSource> all() const;

 private:
  mutable std::mutex mutex_;  // a leaf
  std::map<std::string, PythonDataSource> sources_;
};

}  // namespace flint::catalog
