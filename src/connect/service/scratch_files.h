#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/status.h"

namespace flint::connect {

/// Files that a session's plans read and nobody else knows of; they go with the session.
///
/// Threads: thread-safe.
class ScratchFiles {
 public:
  explicit ScratchFiles(std::string folder) : folder_(std::move(folder)) {}
  ~ScratchFiles();
  ScratchFiles(const ScratchFiles&) = delete;
  ScratchFiles& operator=(const ScratchFiles&) = delete;

  /// The path of a file with that content; the same one for the same content. Errors: of the file system.
  Result<std::string> fileOf(const std::string& content, const std::string& extension);
  /// The path of a folder that has these files, by their names in it; what was put there before stays. Errors: of the file system.
  Result<std::string> folderOf(const std::map<std::string, std::shared_ptr<const std::string>>& files);

 private:
  const std::string folder_;
  std::mutex mutex_;  // held while a file is written
  bool made_ = false;
};

}  // namespace flint::connect
