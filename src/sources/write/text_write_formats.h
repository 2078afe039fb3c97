#pragma once

#include <memory>

#include "connector/data_source.h"
#include "sources/write/file_writer.h"

/// What CSV, JSON, XML and text files look like when written.
namespace flint::sources {

/// Options: sep/delimiter, header, quote, escape, quoteAll, escapeQuotes, nullValue, emptyValue, lineSep, compression, ignoreLeadingWhiteSpace,
/// ignoreTrailingWhiteSpace. Errors: UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE for nested columns; CODEC_NOT_AVAILABLE.*; INVALID options.
Result<std::shared_ptr<const WriteFormat>> makeCsvWriteFormat(const connector::WriteRequest& request);
/// Options: ignoreNullFields, lineSep, compression. One object a line.
Result<std::shared_ptr<const WriteFormat>> makeJsonWriteFormat(const connector::WriteRequest& request);
/// One string column, a line a row; options: lineSep, compression.
Result<std::shared_ptr<const WriteFormat>> makeTextWriteFormat(const connector::WriteRequest& request);
/// An element a row within one around all; options: rowTag, rootTag, declaration, attributePrefix, valueTag, arrayElementName, nullValue, indent, compression.
/// A file without rows is empty. Errors: UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE for variants.
Result<std::shared_ptr<const WriteFormat>> makeXmlWriteFormat(const connector::WriteRequest& request);

}  // namespace flint::sources
