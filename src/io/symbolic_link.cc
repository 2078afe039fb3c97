#include "io/symbolic_link.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/condition.h"
#include "io/durable_step.h"

namespace flint::io {

Status linkFolder(const std::string& path, const std::string& target) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(target, error);
  const std::string beside = path + "._linking_" + std::to_string(::getpid());
  ::unlink(beside.c_str());
  durableStep();
  if (::symlink(absolute.c_str(), beside.c_str()) == 0 && ::rename(beside.c_str(), path.c_str()) == 0) return Status::ok();
  const std::string reason = std::strerror(errno);
  ::unlink(beside.c_str());
  return Error(condition::kFileOperationFailed).with("operation", "link to " + absolute.string()).with("path", path).with("reason", reason).as(ErrorFamily::kExecution);
}

std::optional<std::string> linkTarget(const std::string& path) {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::read_symlink(path, error);
  return error ? std::nullopt : std::optional(target.string());
}

}  // namespace flint::io
