#pragma once

#include <string>
#include <utility>
#include <vector>

#include "catalog/catalog_plugin.h"

/// What DESCRIBE, SHOW CREATE TABLE and SHOW TABLE EXTENDED say of a table or view.
namespace flint::session {

using DescriptionLines = std::vector<std::pair<std::string, std::string>>;

/// The lines below "# Detailed Table Information", in Spark's order.
DescriptionLines describeTable(const catalog::CatalogTable& table);
/// The lines of a temporary view.
DescriptionLines describeTempView(const std::string& name, const std::string& text, const StructFields& schema, const std::string& schemaMode);
/// DESCRIBE ... AS JSON, of the table or of the partition with these values.
std::string tableJson(const catalog::CatalogTable& table, const std::vector<std::pair<std::string, std::string>>& partition);
/// CREATE TABLE or CREATE VIEW, as text.
std::string createStatement(const catalog::CatalogTable& table);
/// "root\n |-- a: integer (nullable = true)\n"
std::string schemaTree(const StructFields& schema);

/// The comment in a column's metadata; empty where there is none.
bool hasComment(const std::string& metadata);
std::string commentOf(const std::string& metadata);
/// A value that may be a secret, as it may be shown.
std::string redacted(const std::string& key, const std::string& value);
/// "[a=1, b=2]"
std::string optionsText(const std::map<std::string, std::string>& options);
/// "[`a`, `b`]"
std::string columnsText(const std::vector<std::string>& columns);

/// "Mon Nov 23 08:46:21 UTC 2026"
std::string timeText(int64_t ms);

}  // namespace flint::session
