#include "session/cache/storage_level.h"

#include <algorithm>
#include <array>

#include "base/condition.h"

namespace flint::session {
namespace {

struct Named {
  std::string_view name;
  StorageLevel level;
};

const std::array<Named, 13> kLevels = {{
    {"NONE", {}},
    {"DISK_ONLY", {.useDisk = true}},
    {"DISK_ONLY_2", {.useDisk = true, .replication = 2}},
    {"DISK_ONLY_3", {.useDisk = true, .replication = 3}},
    {"MEMORY_ONLY", {.useMemory = true, .deserialized = true}},
    {"MEMORY_ONLY_2", {.useMemory = true, .deserialized = true, .replication = 2}},
    {"MEMORY_ONLY_SER", {.useMemory = true}},
    {"MEMORY_ONLY_SER_2", {.useMemory = true, .replication = 2}},
    {"MEMORY_AND_DISK", {.useDisk = true, .useMemory = true, .deserialized = true}},
    {"MEMORY_AND_DISK_2", {.useDisk = true, .useMemory = true, .deserialized = true, .replication = 2}},
    {"MEMORY_AND_DISK_SER", {.useDisk = true, .useMemory = true}},
    {"MEMORY_AND_DISK_SER_2", {.useDisk = true, .useMemory = true, .replication = 2}},
    {"OFF_HEAP", {.useDisk = true, .useMemory = true, .useOffHeap = true}},
}};

}  // namespace

Result<StorageLevel> StorageLevel::fromName(std::string_view name) {
  const auto same = [&](const Named& each) {
    return std::equal(name.begin(), name.end(), each.name.begin(), each.name.end(), [](char a, char b) { return (a >= 'a' && a <= 'z' ? a - 32 : a) == b; });
  };
  const auto* found = std::find_if(kLevels.begin(), kLevels.end(), same);
  if (found != kLevels.end()) return found->level;
  return Error(condition::kInvalidConfValueTypeMismatch)
      .with("confName", "storageLevel")
      .with("confValue", std::string(name))
      .with("confType", "StorageLevel")
      .as(ErrorFamily::kIllegalArgument);
}

std::string StorageLevel::text() const {
  std::string out = "StorageLevel(";
  if (useDisk) out += "disk, ";
  if (useMemory) out += "memory, ";
  if (useOffHeap) out += "offheap, ";
  if (deserialized) out += "deserialized, ";
  return out + std::to_string(replication) + " replicas)";
}

}  // namespace flint::session
