#pragma once

#include "catalog/catalog_plugin.h"
#include "connector/table.h"
#include "expr/expression.h"

namespace flint::analysis {

/// The same table with the statistics that ANALYZE TABLE left in the catalog: they hold where the files tell nothing. `opened` itself where there are none.
/// Inverse: `withoutCatalogStatistics`.
connector::TablePtr withCatalogStatistics(const connector::TablePtr& opened, const catalog::CatalogTable& entry, const expr::EvaluationOptions& options);

const connector::TablePtr& withoutCatalogStatistics(const connector::TablePtr& table);

}  // namespace flint::analysis
