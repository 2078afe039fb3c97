#include "catalog/folder_change.h"

#include <unistd.h>

#include <atomic>
#include <chrono>

#include "io/file_system.h"
#include "io/path_parts.h"

namespace flint::catalog {

using io::parentOf;

std::string besideFolder(const std::string& place) {
  static std::atomic<uint64_t> counter{0};
  std::string path = place;
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  const size_t slash = path.rfind('/');
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  return path.substr(0, slash + 1) + "." + path.substr(slash + 1) + "." + std::to_string(now) + "-" + std::to_string(::getpid()) + "-" + std::to_string(counter++);
}

Status carryOut(const FolderChange& change, const std::string& trash) {
  ASSIGN_OR_RETURN(const auto place, io::fileSystemFor(change.place));
  ASSIGN_OR_RETURN(const auto hidden, io::fileSystemFor(trash));
  io::FileSystem& fs = *place.first;
  std::string staged;
  bool comes = false;
  if (!change.staged.empty()) {
    ASSIGN_OR_RETURN(const auto source, io::fileSystemFor(change.staged));
    staged = source.second;
    ASSIGN_OR_RETURN(comes, fs.exists(staged));
    if (!comes) return Status::ok();  // done before
  }
  ASSIGN_OR_RETURN(const bool gone, fs.exists(hidden.second));
  ASSIGN_OR_RETURN(const bool there, fs.exists(place.second));
  if (there && !gone) RETURN_IF_ERROR(fs.rename(place.second, hidden.second));
  if (comes) {
    RETURN_IF_ERROR(fs.makeDirectories(parentOf(place.second)));
    RETURN_IF_ERROR(fs.rename(staged, place.second));
  }
  ASSIGN_OR_RETURN(const bool parent, fs.exists(parentOf(place.second)));
  return parent ? fs.syncDirectory(parentOf(place.second)) : Status::ok();
}

void removeFolders(const std::vector<std::string>& folders) {
  for (const std::string& folder : folders) {
    const auto place = io::fileSystemFor(folder);
    if (place.isOk() && !place.value().first->remove(place.value().second, true).isOk()) continue;
  }
}

}  // namespace flint::catalog
