#pragma once

#include <string>
#include <vector>

#include "sources/parquet/file_footer.h"
#include "types/data_type.h"

namespace flint::sources {

/// A node of a file's schema tree, with the levels at which its values are there.
struct SchemaNode {
  const SchemaElement* element = nullptr;
  int16_t maxDefinition = 0;
  int16_t maxRepetition = 0;
  int32_t leaf = -1;  // position of the column chunk in a row group; -1 for groups
  std::vector<SchemaNode> children;

  bool isLeaf() const { return leaf >= 0; }
  /// "INT64", "BYTE_ARRAY"; for groups "group", as in messages.
  std::string typeName() const;
};

/// How files' types become Spark's.
struct SchemaOptions {
  bool binaryAsString = false;
  bool inferTimestampNtz = true;
  bool nanosAsLong = false;
};

/// The tree of a footer, which outlives it.
SchemaNode schemaTreeOf(const FileFooter& footer);

/// The Spark type of a node; every nested part may be null. Errors: PARQUET_TYPE_ILLEGAL, PARQUET_TYPE_NOT_SUPPORTED.
Result<DataType> sparkTypeOf(const SchemaNode& node, const SchemaOptions& options);
Result<StructFields> sparkSchemaOf(const SchemaNode& root, const SchemaOptions& options);

/// The repeated layer of a list: which node repeats, and which holds the elements (both the same in two-level lists).
struct ListLayers {
  const SchemaNode* repeated = nullptr;
  const SchemaNode* element = nullptr;
};
bool isListGroup(const SchemaNode& node);
bool isMapGroup(const SchemaNode& node);
ListLayers listLayersOf(const SchemaNode& list);

/// The child of this name: an equal name first, then, unless `caseSensitive`, one that differs in case only. Null when there is none.
const SchemaNode* findChild(const SchemaNode& group, const std::string& name, bool caseSensitive);

}  // namespace flint::sources
