#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace flint::session {

/// Files that ADD FILE, ADD JAR and ADD ARCHIVE named, by kind.
///
/// Threads: thread-safe.
class SessionResources {
 public:
  void add(const std::string& kind, const std::string& uri) {
    const std::lock_guard lock(mutex_);
    std::vector<std::string>& known = byKind_[kind];
    for (const std::string& each : known) {
      if (each == uri) return;
    }
    known.push_back(uri);
  }
  std::vector<std::string> list(const std::string& kind) const {
    const std::lock_guard lock(mutex_);
    const auto found = byKind_.find(kind);
    return found == byKind_.end() ? std::vector<std::string>() : found->second;
  }

 private:
  mutable std::mutex mutex_;  // a leaf
  std::map<std::string, std::vector<std::string>> byKind_;
};

}  // namespace flint::session
