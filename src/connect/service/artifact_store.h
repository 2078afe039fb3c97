#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/status.h"

namespace flint::connect {

/// The artifacts of one session, by name (`cache/<hash>`, `files/a.txt` ...).
///
/// Memory: contents are kept in memory; copies share them.
/// Threads: thread-safe.
class ArtifactStore {
 public:
  /// Errors: INVALID_ARTIFACT_PATH for an absolute path or one that leaves its folder; ARTIFACT_ALREADY_EXISTS for other content under the name.
  Status add(const std::string& name, std::shared_ptr<const std::string> content);
  bool contains(const std::string& name) const;
  /// Null where there is none.
  std::shared_ptr<const std::string> find(const std::string& name) const;
  /// Those whose names start so, without that part.
  std::map<std::string, std::shared_ptr<const std::string>> under(const std::string& prefix) const;
  void copyFrom(const ArtifactStore& other);

 private:
  mutable std::mutex mutex_;  // a leaf
  std::map<std::string, std::shared_ptr<const std::string>> contents_;
};

/// CRC-32 as zlib computes it, by which chunks are checked.
uint32_t checksumOf(std::string_view bytes);

}  // namespace flint::connect
