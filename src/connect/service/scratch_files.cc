#include "connect/service/scratch_files.h"

#include <fmt/core.h>

#include "base/hash.h"
#include "io/file_system.h"

namespace flint::connect {

ScratchFiles::~ScratchFiles() {
  // What cannot be removed lies in a folder for temporary files.
  if (made_) static_cast<void>(io::localFileSystem()->remove(folder_, true).isOk());
}

Result<std::string> ScratchFiles::fileOf(const std::string& content, const std::string& extension) {
  const std::lock_guard lock(mutex_);
  const auto files = io::localFileSystem();
  if (!made_) {
    RETURN_IF_ERROR(files->makeDirectories(folder_));
    made_ = true;
  }
  std::string path = fmt::format("{}/{:016x}-{}.{}", folder_, hashString(content), content.size(), extension);
  ASSIGN_OR_RETURN(const bool there, files->exists(path));
  if (there) return path;
  ASSIGN_OR_RETURN(const std::unique_ptr<io::OutputFile> file, files->create(path, true));
  RETURN_IF_ERROR(file->append(content));
  RETURN_IF_ERROR(file->close(false));
  return path;
}

Result<std::string> ScratchFiles::folderOf(const std::map<std::string, std::shared_ptr<const std::string>>& files) {
  const std::lock_guard lock(mutex_);
  const auto local = io::localFileSystem();
  std::string folder = folder_ + "/files";
  made_ = true;
  RETURN_IF_ERROR(local->makeDirectories(folder));
  for (const auto& [name, content] : files) {
    const std::string path = folder + "/" + name;
    ASSIGN_OR_RETURN(const bool there, local->exists(path));
    if (there) continue;
    RETURN_IF_ERROR(local->makeDirectories(path.substr(0, path.rfind('/'))));
    ASSIGN_OR_RETURN(const std::unique_ptr<io::OutputFile> file, local->create(path, true));
    RETURN_IF_ERROR(file->append(*content));
    RETURN_IF_ERROR(file->close(false));
  }
  return folder;
}

}  // namespace flint::connect
