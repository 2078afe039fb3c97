#pragma once

#include <memory>

#include "io/file_system.h"

namespace flint::io {

/// A file whose bytes are compressed with gzip on the way to `file`. `position` counts compressed bytes.
std::unique_ptr<OutputFile> makeGzipOutput(std::unique_ptr<OutputFile> file, int level = 6);

}  // namespace flint::io
