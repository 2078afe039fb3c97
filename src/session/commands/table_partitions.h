#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "catalog/catalog_plugin.h"
#include "plan/logical/command_parts.h"
#include "session/spark_session.h"

/// Partitions of a table: its folders.
namespace flint::session {

/// Values by partition column, in the table's order; not all columns where several partitions are meant.
using PartitionSpec = std::vector<std::pair<std::string, std::string>>;

Result<std::vector<PartitionSpec>> listPartitions(const catalog::CatalogTable& table);
/// Where the files of a partition lie: in the table's folder, or at the LOCATION that it was given.
std::string partitionLocation(const catalog::CatalogTable& table, const PartitionSpec& spec);
/// The partitions lose their rows, all of them or none.
Status emptyPartitions(const catalog::CatalogTable& table, const std::vector<PartitionSpec>& partitions);
/// "a=1/b=2"
std::string partitionPath(const PartitionSpec& spec);
/// Whether `partition` has all values of `wanted`.
bool matches(const PartitionSpec& partition, const PartitionSpec& wanted);
/// A PARTITION clause with the table's own names, in its order. Errors: NON_PARTITION_COLUMN.
Result<PartitionSpec> normalizedSpec(const SparkSession& session, const catalog::CatalogTable& table, const plan::Options& written);
Error partitionsNotFound(const catalog::CatalogTable& table, const PartitionSpec& spec);
/// For a PARTITION clause that does not name every partition column.
Error incompleteSpec(const catalog::CatalogTable& table, const PartitionSpec& spec);
/// For a statement about partitions of a table that has none.
Error withoutPartitions(const catalog::CatalogTable& table, const std::string& action);

}  // namespace flint::session
