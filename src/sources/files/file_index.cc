#include "sources/files/file_index.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <set>
#include <thread>

#include "io/glob_pattern.h"
#include "sources/files/partition_values.h"
#include "sources/write/folder_journal.h"
#include "types/calendar.h"
#include "types/time_zone.h"

namespace flint::sources {
namespace {

constexpr int kMaxFolderDepth = 200;
constexpr size_t kFoldersAThread = 512;  // listing fewer takes less than a thread does
constexpr size_t kMostThreads = 8;

bool isTrue(const std::string* option) { return option != nullptr && (*option == "true" || *option == "TRUE" || *option == "True"); }

std::string nameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool isHidden(const std::string& name) {
  return (name.starts_with('_') && name.find('=') == std::string::npos) || name.starts_with('.') || name.ends_with("._COPYING_");
}

struct Filter {
  const std::string* pathGlob = nullptr;
  std::optional<int64_t> modifiedBefore;  // microseconds
  std::optional<int64_t> modifiedAfter;

  bool accepts(const io::FileStatus& file) const {
    if (pathGlob != nullptr && !io::matchesGlob(*pathGlob, nameOf(file.path))) return false;
    if (modifiedBefore && file.modifiedMicros >= *modifiedBefore) return false;
    return !modifiedAfter || file.modifiedMicros > *modifiedAfter;
  }
};

Status collectAtOnce(io::FileSystem& fs, const std::vector<io::FileStatus>& members, const Filter& filter, int depth, size_t mostThreads,
                     std::vector<io::FileStatus>& out);

Status collect(io::FileSystem& fs, const io::FileStatus& at, const Filter& filter, int depth, std::vector<io::FileStatus>& out) {
  if (!at.isDirectory) {
    if (filter.accepts(at)) out.push_back(at);
    return Status::ok();
  }
  if (depth > kMaxFolderDepth) return Status::ok();
  ASSIGN_OR_RETURN(auto members, fs.list(at.path));
  std::erase_if(members, [](const io::FileStatus& member) { return isHidden(nameOf(member.path)); });
  const auto numFolders = static_cast<size_t>(std::count_if(members.begin(), members.end(), [](const io::FileStatus& member) { return member.isDirectory; }));
  if (numFolders >= 2 * kFoldersAThread) return collectAtOnce(fs, members, filter, depth + 1, numFolders / kFoldersAThread, out);
  for (const io::FileStatus& member : members) RETURN_IF_ERROR(collect(fs, member, filter, depth + 1, out));
  return Status::ok();
}

// The members' files, in their order, by several threads.
Status collectAtOnce(io::FileSystem& fs, const std::vector<io::FileStatus>& members, const Filter& filter, int depth, size_t mostThreads,
                     std::vector<io::FileStatus>& out) {
  const size_t numThreads = std::min({mostThreads, kMostThreads, static_cast<size_t>(std::max(1U, std::thread::hardware_concurrency()))});
  struct Part {
    Status status;
    std::vector<io::FileStatus> files;
  };
  std::vector<Part> parts(numThreads);
  const auto collectPart = [&](size_t part) {
    for (size_t i = members.size() * part / numThreads; i < members.size() * (part + 1) / numThreads && parts[part].status.isOk(); ++i) {
      parts[part].status = collect(fs, members[i], filter, depth, parts[part].files);
    }
  };
  {
    std::vector<std::jthread> threads;
    for (size_t part = 1; part < numThreads; ++part) threads.emplace_back(collectPart, part);
    collectPart(0);
  }
  for (Part& part : parts) {
    RETURN_IF_ERROR(part.status);
    std::move(part.files.begin(), part.files.end(), std::back_inserter(out));
  }
  return Status::ok();
}

std::optional<int64_t> timeOption(const connector::OpenRequest& request, std::string_view key) {
  const std::string* text = connector::findOption(request.options, key);
  if (text == nullptr) return std::nullopt;
  const std::string* zone = connector::findOption(request.options, "timeZone");
  const auto value = partitionValue(*text, DataType::timestamp(), zone == nullptr ? request.timeZone : *zone);
  return value ? std::optional(value->asInteger()) : std::nullopt;
}

using FolderColumns = std::vector<std::pair<std::string, std::string>>;

// The `name=value` folders of a file between the base path and its name, outermost first.
FolderColumns folderColumns(const std::string& path, const std::string& base) {
  FolderColumns columns;
  size_t end = path.rfind('/');
  while (end != std::string::npos && end > base.size()) {
    const size_t start = path.rfind('/', end - 1);
    const auto column = parsePartitionFolder(std::string_view(path).substr(start + 1, end - start - 1));
    if (!column.has_value() && !columns.empty()) break;
    if (column.has_value()) columns.push_back(*column);
    end = start;
  }
  std::reverse(columns.begin(), columns.end());
  return columns;
}

struct FoundFile {
  io::FileStatus status;
  FolderColumns columns;
};

std::string namesOf(const FolderColumns& columns) {
  std::string names;
  for (const auto& [name, value] : columns) names += (names.empty() ? "" : ", ") + name;
  return names;
}

Status conflictingNames(const std::vector<FoundFile>& files) {
  std::set<std::string> lists;
  std::set<std::string> folders;
  for (const FoundFile& file : files) {
    lists.insert(namesOf(file.columns));
    folders.insert(file.status.path.substr(0, file.status.path.rfind('/')));
  }
  std::string listText;
  for (const std::string& list : lists) listText += fmt::format("\n\tPartition column name list #{}: {}", listText.empty() ? 0 : 1, list);
  std::string folderText;
  for (const std::string& folder : folders) folderText += "\n\t" + fileUri(folder);
  return Error(condition::kConflictingPartitionColumnNames).with("distinctPartColLists", listText).with("suspiciousPaths", folderText);
}

bool sameName(const std::string& a, const std::string& b, bool caseSensitive) {
  if (caseSensitive || a.size() != b.size()) return a == b;
  return std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return std::tolower(x) == std::tolower(y); });
}

Status resolvePartitions(const connector::OpenRequest& request, const std::vector<FoundFile>& found, FileIndex& index) {
  const FolderColumns& first = found[0].columns;
  for (const FoundFile& file : found) {
    bool same = file.columns.size() == first.size();
    for (size_t i = 0; same && i < first.size(); ++i) same = sameName(file.columns[i].first, first[i].first, request.caseSensitive);
    if (!same) return conflictingNames(found);
  }
  bool inferTypes = true;
  if (request.conf) {
    const auto setting = request.conf("spark.sql.sources.partitionColumnTypeInference.enabled");
    inferTypes = !setting.has_value() || *setting != "false";
  }
  for (size_t i = 0; i < first.size(); ++i) {
    StructField field{.name = first[i].first, .type = DataType::null(), .nullable = true};
    bool given = false;
    if (request.schema.has_value()) {
      for (const StructField& wanted : *request.schema) {
        if (!sameName(wanted.name, field.name, request.caseSensitive)) continue;
        field = wanted;
        given = true;
      }
    }
    if (!given) {
      for (const FoundFile& file : found) {
        field.type = widerPartitionType(field.type, inferPartitionType(file.columns[i].second, inferTypes, request.timeZone));
      }
      if (field.type.is(TypeKind::kNull)) field.type = DataType::string();
    }
    for (size_t f = 0; f < found.size(); ++f) {
      auto value = partitionValue(found[f].columns[i].second, field.type, request.timeZone);
      if (!value.has_value()) {
        return Error(condition::kInvalidPartitionValue)
            .with("value", "'" + found[f].columns[i].second + "'")
            .with("dataType", "\"" + field.type.sql() + "\"")
            .with("columnName", quoteIdentifier(field.name));
      }
      index.files[f].partitionValues.push_back(std::move(*value));
    }
    index.partitionFields.push_back(std::move(field));
  }
  return Status::ok();
}

}  // namespace

int64_t FileIndex::sizeInBytes() const {
  int64_t bytes = 0;
  for (const DataFile& file : files) bytes += file.status.size;
  return bytes;
}

std::string fileUri(const std::string& path) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string uri = "file://";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7F || std::string_view("\"#%<>?[\\]^`{|}").find(c) != std::string_view::npos) {
      uri += '%';
      uri += kHex[byte >> 4];
      uri += kHex[byte & 0xF];
    } else {
      uri += c;
    }
  }
  return uri;
}

Result<FileIndexPtr> listFiles(const connector::OpenRequest& request) {
  auto index = std::make_shared<FileIndex>();
  const bool recursive = isTrue(connector::findOption(request.options, "recursiveFileLookup"));
  Filter filter{.pathGlob = connector::findOption(request.options, "pathGlobFilter"),
                .modifiedBefore = timeOption(request, "modifiedBefore"),
                .modifiedAfter = timeOption(request, "modifiedAfter")};
  std::string basePath;
  if (const std::string* option = connector::findOption(request.options, "basePath")) {
    ASSIGN_OR_RETURN(auto base, io::fileSystemFor(*option));
    basePath = std::move(base.second);
  }
  std::vector<FoundFile> found;
  std::set<std::string> seen;
  for (const std::string& path : request.paths) {
    ASSIGN_OR_RETURN(auto place, io::fileSystemFor(path));
    index->fileSystem = place.first;
    ASSIGN_OR_RETURN(const auto roots, io::glob(*place.first, place.second));
    if (roots.empty() && request.conf && request.conf("flint.files.missingPathIsEmpty") == "true") {
      index->rootPaths.push_back(place.second);
      continue;
    }
    if (roots.empty()) return Error(condition::kPathNotFound).with("path", "file:" + place.second);
    for (const io::FileStatus& root : roots) {
      index->rootPaths.push_back(root.path);
      if (root.isDirectory) RETURN_IF_ERROR(finishJournals(*place.first, root.path));
      std::vector<io::FileStatus> files;
      RETURN_IF_ERROR(collect(*place.first, root, filter, 0, files));
      const std::string base = !basePath.empty() ? basePath : root.isDirectory ? root.path : root.path.substr(0, root.path.rfind('/'));
      for (io::FileStatus& file : files) {
        if (!seen.insert(file.path).second && request.paths.size() == 1) continue;
        FolderColumns columns = recursive ? FolderColumns() : folderColumns(file.path, base);
        found.push_back({std::move(file), std::move(columns)});
      }
    }
  }
  for (const FoundFile& file : found) index->files.push_back({file.status, {}});
  if (!found.empty()) RETURN_IF_ERROR(resolvePartitions(request, found, *index));
  return FileIndexPtr(std::move(index));
}

}  // namespace flint::sources
