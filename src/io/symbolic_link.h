#pragma once

#include <optional>
#include <string>

#include "base/status.h"

namespace flint::io {

/// Makes `path` a name of the folder `target` of the local file system; one that is a link already is turned, in one step.
/// Errors: FILE_OPERATION_FAILED.
Status linkFolder(const std::string& path, const std::string& target);
/// Where a link leads; nothing when `path` is no link.
std::optional<std::string> linkTarget(const std::string& path);

}  // namespace flint::io
