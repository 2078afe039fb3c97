#include "sources/files/file_format.h"

#include <algorithm>

namespace flint::sources {

std::string FileReadRequest::sharedName(const std::string& column) const {
  std::string name;
  for (const std::string& root : files->rootPaths) name += root + '\0';
  return name + column;
}

Result<std::vector<FileMorsel>> FileFormat::morsels(const FileReadRequest&, const FileSplit& split) const {
  return std::vector<FileMorsel>{{.split = split}};
}

Result<connector::TableStatistics> FileFormat::statistics(const FileIndex& index, const StructFields&) const {
  connector::TableStatistics statistics;
  statistics.sizeInBytes = index.sizeInBytes();
  return statistics;
}

std::vector<std::vector<FileSplit>> splitFiles(const FileFormat& format, const FileIndex& index, const std::vector<int32_t>& files,
                                               const connector::SplitOptions& options) {
  int64_t totalBytes = 0;
  for (const int32_t file : files) totalBytes += index.files[static_cast<size_t>(file)].status.size + options.openCostInBytes;
  const int64_t minPartitions = std::max(1, options.minPartitions > 0 ? options.minPartitions : options.defaultParallelism);
  const int64_t bytesPerCore = totalBytes / minPartitions;
  const int64_t largest = std::max<int64_t>(1, std::min(options.maxPartitionBytes, std::max(options.openCostInBytes, bytesPerCore)));
  std::vector<FileSplit> splits;
  for (const int32_t file : files) {
    const DataFile& data = index.files[static_cast<size_t>(file)];
    if (!format.isSplittable(data)) {
      splits.push_back({file, 0, data.status.size});
      continue;
    }
    for (int64_t start = 0; start < data.status.size; start += largest) {
      splits.push_back({file, start, std::min(largest, data.status.size - start)});
    }
  }
  std::stable_sort(splits.begin(), splits.end(), [](const FileSplit& a, const FileSplit& b) { return a.length > b.length; });
  std::vector<std::vector<FileSplit>> partitions;
  int64_t filled = 0;
  for (const FileSplit& split : splits) {
    if (partitions.empty() || (filled + split.length > largest && !partitions.back().empty())) {
      partitions.emplace_back();
      filled = 0;
    }
    partitions.back().push_back(split);
    filled += split.length + options.openCostInBytes;
  }
  return partitions;
}

}  // namespace flint::sources
