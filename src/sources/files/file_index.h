#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connector/data_source.h"
#include "io/file_system.h"
#include "types/value.h"

namespace flint::sources {

/// One file of a table.
struct DataFile {
  io::FileStatus status;
  std::vector<Value> partitionValues;  // one a partition column
};

/// The files of a table with what their folders say (`year=2024/month=1`).
///
/// Shape: files in the order of the paths given, then of their names. Threads: immutable.
struct FileIndex {
  std::shared_ptr<io::FileSystem> fileSystem;
  std::vector<std::string> rootPaths;
  std::vector<DataFile> files;
  StructFields partitionFields;

  int64_t sizeInBytes() const;
};
using FileIndexPtr = std::shared_ptr<const FileIndex>;

/// Finds the files below the request's paths: globs, folders at any depth, hidden names left out, the options pathGlobFilter,
/// recursiveFileLookup, modifiedBefore, modifiedAfter and basePath obeyed. Partition columns have the types of the request's schema, or else
/// those that all their values have.
///
/// A path that is not there is an error, or has no files where the request's setting flint.files.missingPathIsEmpty is "true": a table's place.
/// Errors: PATH_NOT_FOUND; CONFLICTING_PARTITION_COLUMN_NAMES; INVALID_PARTITION_VALUE.
Result<FileIndexPtr> listFiles(const connector::OpenRequest& request);

/// "file:///a/b": a path as messages and metadata columns show it.
std::string fileUri(const std::string& path);

}  // namespace flint::sources
