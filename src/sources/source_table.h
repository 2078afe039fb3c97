#pragma once

#include "connector/table.h"

namespace flint::sources {

/// Adds every source of this layer to connector::DataSourceTable; more than one call does nothing.
void registerSources();

/// The table whose format's short name and `Table::encode` bytes these are.
Result<connector::TablePtr> decodeTable(ByteReader& in);
/// Writes what `decodeTable` reads.
void encodeTable(ByteWriter& out, const connector::Table& table);

}  // namespace flint::sources
