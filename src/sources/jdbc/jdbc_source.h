#pragma once

#include "connector/data_source.h"

namespace flint::sources {

/// Tables and queries of a database with a JDBC URL. SQLite's are served by the library, without a driver.
///
/// Filters on columns are tested by the database too, and partitions are ranges of `partitionColumn`. A write is one transaction.
extern const connector::DataSource kJdbc;

/// jdbc_write.cc
Result<std::unique_ptr<connector::BatchWrite>> writeJdbc(const connector::WriteRequest& request);

}  // namespace flint::sources
