#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "io/durable_step.h"
#include "io/file_system.h"

namespace flint::io {
namespace {

Error failed(std::string operation, const std::string& path, int code) {
  return Error(condition::kFileOperationFailed)
      .with("operation", std::move(operation))
      .with("path", path)
      .with("reason", std::strerror(code));
}

Error missingOrFailed(std::string operation, const std::string& path, int code) {
  if (code == ENOENT || code == ENOTDIR) {
    return Error(condition::kFailedReadFileFileNotExist).with("path", path).causedBy(failed(std::move(operation), path, code));
  }
  return failed(std::move(operation), path, code);
}

FileStatus statusFrom(std::string path, const struct stat& info) {
  FileStatus status;
  status.path = std::move(path);
  status.isDirectory = S_ISDIR(info.st_mode);
  status.size = status.isDirectory ? 0 : static_cast<int64_t>(info.st_size);
  status.modifiedMicros = static_cast<int64_t>(info.st_mtim.tv_sec) * 1'000'000 + info.st_mtim.tv_nsec / 1'000;
  return status;
}

std::string joined(const std::string& folder, std::string_view name) {
  return folder.ends_with('/') ? folder + std::string(name) : folder + "/" + std::string(name);
}

class LocalFile final : public RandomAccessFile {
 public:
  LocalFile(int descriptor, int64_t size, std::string path) : descriptor_(descriptor), size_(size), path_(std::move(path)) {}
  ~LocalFile() override { ::close(descriptor_); }
  int64_t size() const override { return size_; }
  const std::string& path() const override { return path_; }

  Status readAt(int64_t offset, int64_t size, void* out) const override {
    auto* to = static_cast<char*>(out);
    while (size > 0) {
      const ssize_t got = ::pread(descriptor_, to, static_cast<size_t>(size), offset);
      if (got < 0) {
        if (errno == EINTR) continue;
        return failed("read", path_, errno);
      }
      if (got == 0) return Error(condition::kMalformedFile).with("path", path_).with("reason", "it ended early");
      to += got;
      offset += got;
      size -= got;
    }
    return Status::ok();
  }

  void prefetch(int64_t offset, int64_t size) const override { ::posix_fadvise(descriptor_, offset, size, POSIX_FADV_WILLNEED); }

 private:
  const int descriptor_;
  const int64_t size_;
  const std::string path_;
};

class LocalOutputFile final : public OutputFile {
 public:
  LocalOutputFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~LocalOutputFile() override {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    ::unlink(path_.c_str());
  }

  Status append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t put = ::write(descriptor_, bytes.data(), bytes.size());
      if (put < 0) {
        if (errno == EINTR) continue;
        return failed("write", path_, errno);
      }
      bytes.remove_prefix(static_cast<size_t>(put));
      position_ += put;
    }
    return Status::ok();
  }

  Status close(bool sync) override {
    durableStep();
    if (sync && ::fsync(descriptor_) != 0) return failed("sync", path_, errno);
    const int descriptor = std::exchange(descriptor_, -1);
    if (::close(descriptor) != 0) {
      const int code = errno;
      ::unlink(path_.c_str());
      return failed("close", path_, code);
    }
    return Status::ok();
  }

  int64_t position() const override { return position_; }

 private:
  int descriptor_;
  const std::string path_;
  int64_t position_ = 0;
};

class LocalFileSystem final : public FileSystem {
 public:
  Result<FileStatus> status(const std::string& path) override {
    struct stat info;
    if (::stat(path.c_str(), &info) != 0) return missingOrFailed("look up", path, errno);
    return statusFrom(path, info);
  }

  Result<bool> exists(const std::string& path) override {
    struct stat info;
    if (::stat(path.c_str(), &info) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return failed("look up", path, errno);
  }

  Result<std::vector<FileStatus>> list(const std::string& path) override {
    DIR* folder = ::opendir(path.c_str());
    if (folder == nullptr) return missingOrFailed("list", path, errno);
    const std::unique_ptr<DIR, int (*)(DIR*)> open(folder, ::closedir);
    struct Entry {
      std::string name;
      bool isFolder;  // known without looking it up
    };
    std::vector<Entry> entries;
    while (const dirent* entry = ::readdir(folder)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") entries.push_back({std::string(name), entry->d_type == DT_DIR});
    }
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
    std::vector<FileStatus> members;
    members.reserve(entries.size());
    for (const Entry& entry : entries) {
      std::string member = joined(path, entry.name);
      if (entry.isFolder) {
        members.push_back({.path = std::move(member), .isDirectory = true});
        continue;
      }
      struct stat info;
      if (::fstatat(::dirfd(folder), entry.name.c_str(), &info, 0) != 0) {
        if (errno == ENOENT) continue;  // gone since, or a link to nothing
        return failed("look up", member, errno);
      }
      members.push_back(statusFrom(std::move(member), info));
    }
    return members;
  }

  Result<std::shared_ptr<const RandomAccessFile>> open(const std::string& path) override {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return missingOrFailed("open", path, errno);
    struct stat info;
    if (::fstat(descriptor, &info) != 0 || S_ISDIR(info.st_mode)) {
      const int code = S_ISDIR(info.st_mode) ? EISDIR : errno;
      ::close(descriptor);
      return failed("open", path, code);
    }
    return std::shared_ptr<const RandomAccessFile>(std::make_shared<LocalFile>(descriptor, info.st_size, path));
  }

  Result<std::unique_ptr<OutputFile>> create(const std::string& path, bool overwrite) override {
    durableStep();
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (overwrite ? O_TRUNC : O_EXCL), 0644);
    if (descriptor < 0) return failed("create", path, errno);
    return std::unique_ptr<OutputFile>(std::make_unique<LocalOutputFile>(descriptor, path));
  }

  Status makeDirectories(const std::string& path) override {
    struct stat there;
    if (::stat(path.c_str(), &there) == 0 && S_ISDIR(there.st_mode)) return Status::ok();
    durableStep();
    for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
      const std::string folder = path.substr(0, end);
      if (!folder.empty() && ::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) {
        struct stat info;
        const int code = errno;
        if (::stat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) return failed("make the folder", folder, code);
      }
      if (end == std::string::npos) break;
    }
    struct stat info;
    if (::stat(path.c_str(), &info) != 0) return failed("make the folder", path, errno);
    return S_ISDIR(info.st_mode) ? Status::ok() : Status(failed("make the folder", path, ENOTDIR));
  }

  Status rename(const std::string& from, const std::string& to) override {
    durableStep();
    if (::rename(from.c_str(), to.c_str()) == 0) return Status::ok();
    if (errno == EEXIST || errno == ENOTEMPTY) {
      return Error(condition::kFailedRenamePath).with("sourcePath", from).with("targetPath", to);
    }
    return failed("rename", from, errno);
  }

  Status exchange(const std::string& a, const std::string& b) override {
    durableStep();
    if (::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0) return Status::ok();
    return failed("exchange", a, errno);
  }

  Status remove(const std::string& path, bool recursive) override {
    struct stat info;
    if (::lstat(path.c_str(), &info) != 0) return errno == ENOENT ? Status::ok() : Status(failed("remove", path, errno));
    durableStep();
    if (!S_ISDIR(info.st_mode)) return ::unlink(path.c_str()) == 0 ? Status::ok() : Status(failed("remove", path, errno));
    if (recursive) RETURN_IF_ERROR(removeMembers(path));
    return ::rmdir(path.c_str()) == 0 ? Status::ok() : Status(failed("remove", path, errno));
  }

  Status syncDirectory(const std::string& path) override {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return failed("sync", path, errno);
    const int outcome = ::fsync(descriptor);
    const int code = errno;
    ::close(descriptor);
    return outcome == 0 ? Status::ok() : Status(failed("sync", path, code));
  }

 private:
  Status removeMembers(const std::string& path) {
    DIR* folder = ::opendir(path.c_str());
    if (folder == nullptr) return failed("list", path, errno);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(folder)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    ::closedir(folder);
    for (const std::string& name : names) RETURN_IF_ERROR(remove(joined(path, name), true));
    return Status::ok();
  }
};

int fromHex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string absolutePath(std::string path) {
  if (!path.starts_with('/')) {
    std::string folder(4096, '\0');
    if (::getcwd(folder.data(), folder.size()) != nullptr) path = joined(std::string(folder.c_str()), path);
  }
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace

std::shared_ptr<FileSystem> localFileSystem() {
  // Never destroyed: what ends with the process, as a session in a static variable does, still removes its files.
  static const auto& fileSystem = *new std::shared_ptr<FileSystem>(std::make_shared<LocalFileSystem>());
  return fileSystem;
}

Result<std::pair<std::shared_ptr<FileSystem>, std::string>> fileSystemFor(const std::string& path) {
  const size_t colon = path.find(':');
  const bool hasScheme = colon != std::string::npos && colon > 0 && path.find('/') > colon && path.find_first_of("*?[{") > colon &&
                         path.compare(colon, 2, ":/") == 0;
  if (!hasScheme) return std::pair(localFileSystem(), absolutePath(path));
  const std::string scheme = path.substr(0, colon);
  if (scheme != "file") {
    return Error(condition::kFailedReadFileUnsupportedFileSystem)
        .with("path", path)
        .with("fileSystemClass", scheme)
        .with("method", "open");
  }
  std::string rest = path.substr(colon + 1);
  if (rest.starts_with("//")) rest = rest.substr(std::min(rest.find('/', 2), rest.size()));
  std::string plain;
  for (size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] == '%' && i + 2 < rest.size() && fromHex(rest[i + 1]) >= 0 && fromHex(rest[i + 2]) >= 0) {
      plain += static_cast<char>(fromHex(rest[i + 1]) * 16 + fromHex(rest[i + 2]));
      i += 2;
    } else {
      plain += rest[i];
    }
  }
  return std::pair(localFileSystem(), absolutePath(std::move(plain)));
}

}  // namespace flint::io
