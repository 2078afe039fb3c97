#pragma once

#include <string>
#include <vector>

#include "expr/nodes.h"

namespace flint::optimizer {

/// The conjuncts of a filter as a data source in Python is offered them.
struct PythonFilters {
  std::string json;            // an array; empty where none can be offered
  std::vector<int> conjuncts;  // of each element, which conjunct it means all of; -1: it only follows from one
};

/// Source: the form that `pyspark.sql.worker.data_source_pushdown_filters` reads; what Spark's PythonScanBuilder offers.
PythonFilters pythonFilters(const std::vector<expr::ExprPtr>& conjuncts, const expr::EvaluationOptions& options);

}  // namespace flint::optimizer
