#include "connect/service/artifact_store.h"

#include <zlib.h>

namespace flint::connect {
namespace {

bool staysInside(const std::string& name) {
  if (name.empty() || name.front() == '/') return false;
  for (size_t start = 0; start <= name.size();) {
    const size_t end = std::min(name.find('/', start), name.size());
    if (name.compare(start, end - start, "..") == 0) return false;
    start = end + 1;
  }
  return true;
}

}  // namespace

Status ArtifactStore::add(const std::string& name, std::shared_ptr<const std::string> content) {
  if (!staysInside(name)) return Error(condition::kInvalidArtifactPath).with("name", name).as(ErrorFamily::kRuntime);
  const std::lock_guard lock(mutex_);
  auto& place = contents_[name];
  const bool replaceable = place == nullptr || name.starts_with("cache/") || name.starts_with("forward_to_fs/");
  if (!replaceable && *place != *content) {
    return Error(condition::kArtifactAlreadyExists).with("normalizedRemoteRelativePath", name).as(ErrorFamily::kRuntime);
  }
  place = std::move(content);
  return Status::ok();
}

bool ArtifactStore::contains(const std::string& name) const { return find(name) != nullptr; }

std::shared_ptr<const std::string> ArtifactStore::find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = contents_.find(name);
  return found == contents_.end() ? nullptr : found->second;
}

std::map<std::string, std::shared_ptr<const std::string>> ArtifactStore::under(const std::string& prefix) const {
  std::map<std::string, std::shared_ptr<const std::string>> out;
  const std::lock_guard lock(mutex_);
  for (auto at = contents_.lower_bound(prefix); at != contents_.end() && at->first.starts_with(prefix); ++at) {
    out.emplace(at->first.substr(prefix.size()), at->second);
  }
  return out;
}

void ArtifactStore::copyFrom(const ArtifactStore& other) {
  std::map<std::string, std::shared_ptr<const std::string>> contents;
  {
    const std::lock_guard lock(other.mutex_);
    contents = other.contents_;
  }
  const std::lock_guard lock(mutex_);
  contents_ = std::move(contents);
}

uint32_t checksumOf(std::string_view bytes) {
  return static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

}  // namespace flint::connect
