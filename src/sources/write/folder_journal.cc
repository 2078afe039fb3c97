#include "sources/write/folder_journal.h"

#include <fmt/core.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <set>

#include "io/file_lock.h"
#include "io/symbolic_link.h"
#include "sources/write/path_parts.h"

namespace flint::sources {
namespace {

constexpr std::string_view kTemporary = "_temporary";
constexpr std::string_view kJournal = "_commit";
constexpr std::string_view kJournalEnd = "end";
constexpr std::string_view kFresh = "_fresh";  // lies in a folder until it has taken its place
constexpr int64_t kCopyBytes = 1 << 20;

std::string below(const std::string& folder, const std::string& name) { return name.starts_with('/') ? name : folder + "/" + name; }

Status writeWhole(io::FileSystem& fs, const std::string& path, std::string_view bytes) {
  ASSIGN_OR_RETURN(auto file, fs.create(path, true));
  RETURN_IF_ERROR(file->append(bytes));
  return file->close(true);
}

Result<std::string> readWhole(io::FileSystem& fs, const std::string& path) {
  ASSIGN_OR_RETURN(auto file, fs.open(path));
  std::string bytes(static_cast<size_t>(file->size()), '\0');
  RETURN_IF_ERROR(file->readAt(0, file->size(), bytes.data()));
  return bytes;
}

Status copyFile(io::FileSystem& fs, const std::string& from, const std::string& to) {
  ASSIGN_OR_RETURN(const auto source, fs.open(from));
  ASSIGN_OR_RETURN(auto copy, fs.create(to, true));
  std::string bytes(static_cast<size_t>(std::min(kCopyBytes, source->size())), '\0');
  for (int64_t offset = 0; offset < source->size(); offset += kCopyBytes) {
    const int64_t size = std::min(kCopyBytes, source->size() - offset);
    RETURN_IF_ERROR(source->readAt(offset, size, bytes.data()));
    RETURN_IF_ERROR(copy->append(std::string_view(bytes).substr(0, static_cast<size_t>(size))));
  }
  return copy->close(true);
}

// Renames that may have been done before: a missing source is such a one. A file goes to another device by a copy.
Status moveOnce(io::FileSystem& fs, const std::string& from, const std::string& to) {
  ASSIGN_OR_RETURN(const bool pending, fs.exists(from));
  if (!pending) return Status::ok();
  RETURN_IF_ERROR(fs.makeDirectories(parentOf(to)));
  const Status moved = fs.rename(from, to);
  if (moved.isOk()) return moved;
  ASSIGN_OR_RETURN(const io::FileStatus file, fs.status(from));
  if (file.isDirectory) return moved;
  const std::string copy = parentOf(to) + "/._" + to.substr(to.rfind('/') + 1);
  RETURN_IF_ERROR(copyFile(fs, from, copy));
  RETURN_IF_ERROR(fs.rename(copy, to));
  return fs.remove(from, false);
}

// Puts the folder `from` at `to`. It carries a mark until it is there, so that an exchange is not made twice.
Status replaceOnce(io::FileSystem& fs, const std::string& from, const std::string& to) {
  ASSIGN_OR_RETURN(const bool pending, fs.exists(from + "/" + std::string(kFresh)));
  if (pending) {
    ASSIGN_OR_RETURN(const bool there, fs.exists(to));
    if (there) {
      RETURN_IF_ERROR(fs.exchange(from, to));
    } else {
      RETURN_IF_ERROR(fs.makeDirectories(parentOf(to)));
      RETURN_IF_ERROR(fs.rename(from, to));
    }
    RETURN_IF_ERROR(fs.syncDirectory(parentOf(to)));
  }
  return fs.remove(to + "/" + std::string(kFresh), false);
}

// Also for a link that leads to nothing.
Result<bool> isThere(io::FileSystem& fs, const std::string& path) {
  if (io::linkTarget(path).has_value()) return true;
  return fs.exists(path);
}

// Puts what is at `to` out of sight, at `from`.
Status dropOnce(io::FileSystem& fs, const std::string& from, const std::string& to) {
  ASSIGN_OR_RETURN(const bool done, isThere(fs, from));
  ASSIGN_OR_RETURN(const bool there, isThere(fs, to));
  if (done || !there) return Status::ok();
  RETURN_IF_ERROR(fs.makeDirectories(parentOf(from)));
  return fs.rename(to, from);
}

// Carries out a journal: lines "<step>\t<from>\t<to>", and a last line that says that it is whole.
Status carryOut(io::FileSystem& fs, const std::string& folder, const std::string& jobFolder) {
  const std::string file = jobFolder + "/" + std::string(kJournal);
  const auto lock = io::FileLock::acquire(jobFolder + "/_lock");
  ASSIGN_OR_RETURN(const bool pending, fs.exists(file));
  if (!pending) return Status::ok();  // another process was faster
  RETURN_IF_ERROR(lock);
  ASSIGN_OR_RETURN(const std::string journal, readWhole(fs, file));
  const std::vector<std::string> lines = split(journal, '\n');
  if (lines.empty() || lines.back() != kJournalEnd) return Status::ok();  // never committed
  std::set<std::string> folders{folder};
  std::vector<std::string> outside;
  for (size_t i = 0; i + 1 < lines.size(); ++i) {
    const std::vector<std::string> step = split(lines[i], '\t');
    if (step.size() != 3) continue;
    const std::string from = below(jobFolder, step[1]);
    const std::string to = below(folder, step[2]);
    if (step[1].starts_with('/')) outside.push_back(from);
    if (step[0] == "move") RETURN_IF_ERROR(moveOnce(fs, from, to));
    if (step[0] == "replace") RETURN_IF_ERROR(replaceOnce(fs, from, to));
    if (step[0] == "drop") RETURN_IF_ERROR(dropOnce(fs, from, to));
    folders.insert(parentOf(to));
  }
  for (const std::string& each : folders) {
    ASSIGN_OR_RETURN(const bool there, fs.exists(each));
    if (there) RETURN_IF_ERROR(fs.syncDirectory(each));
  }
  for (const std::string& each : outside) RETURN_IF_ERROR(fs.remove(each, true));
  return fs.remove(jobFolder, true);
}

}  // namespace

std::string newJobId() {
  static std::atomic<uint64_t> counter{0};
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return fmt::format("{:x}-{:x}-{:x}", std::chrono::duration_cast<std::chrono::microseconds>(now).count(), ::getpid(), counter.fetch_add(1));
}

FolderJournal::FolderJournal(io::FileSystem& fs, std::string folder, std::string jobFolder) : fs_(fs), folder_(std::move(folder)), jobFolder_(std::move(jobFolder)) {}

std::string FolderJournal::jobFolder(const std::string& folder, const std::string& jobId) { return fmt::format("{}/{}/{}", folder, kTemporary, jobId); }

void FolderJournal::move(const std::string& from, const std::string& to) {
  const bool ours = from.starts_with(jobFolder_ + "/");
  lines_ += fmt::format("move\t{}\t{}\n", ours ? from.substr(jobFolder_.size() + 1) : from, to);
}

Status FolderJournal::replace(const std::string& from, const std::string& partition) {
  const std::optional<std::string> target = io::linkTarget(folder_ + "/" + partition);
  std::string fresh = from;
  if (target.has_value()) {
    // Beside the place that the link leads to, which may be on another device.
    fresh = fmt::format("{}/.{}.{}", parentOf(*target), target->substr(target->rfind('/') + 1), newJobId());
    RETURN_IF_ERROR(fs_.makeDirectories(fresh));
    ASSIGN_OR_RETURN(const auto files, fs_.list(from));
    for (const io::FileStatus& file : files) RETURN_IF_ERROR(moveOnce(fs_, file.path, fresh + file.path.substr(file.path.rfind('/'))));
  }
  RETURN_IF_ERROR(writeWhole(fs_, fresh + "/" + std::string(kFresh), ""));
  RETURN_IF_ERROR(fs_.syncDirectory(fresh));
  const bool ours = fresh.starts_with(jobFolder_ + "/");
  lines_ += fmt::format("replace\t{}\t{}\n", ours ? fresh.substr(jobFolder_.size() + 1) : fresh, target.value_or(partition));
  return Status::ok();
}

void FolderJournal::drop(const std::string& partition, bool withTarget) {
  const auto there = isThere(fs_, folder_ + "/" + partition);
  if (there.isOk() && !there.value()) return;  // what comes there later in this journal is not to be dropped
  const std::optional<std::string> target = io::linkTarget(folder_ + "/" + partition);
  lines_ += fmt::format("drop\told/{}\t{}\n", numSteps_++, partition);
  if (!target.has_value() || !withTarget) return;
  lines_ += fmt::format("drop\t{}/.{}.{}\t{}\n", parentOf(*target), target->substr(target->rfind('/') + 1), newJobId(), *target);
}

Status FolderJournal::commit() {
  // The journal appears whole, by a rename: from then on its steps are done.
  RETURN_IF_ERROR(fs_.makeDirectories(jobFolder_));
  const std::string draft = jobFolder_ + "/_draft";
  RETURN_IF_ERROR(writeWhole(fs_, draft, lines_ + std::string(kJournalEnd) + "\n"));
  RETURN_IF_ERROR(fs_.rename(draft, jobFolder_ + "/" + std::string(kJournal)));
  RETURN_IF_ERROR(fs_.syncDirectory(jobFolder_));
  RETURN_IF_ERROR(carryOut(fs_, folder_, jobFolder_));
  const std::string temporary = folder_ + "/" + std::string(kTemporary);
  const auto left = fs_.list(temporary);
  return left.isOk() && left.value().empty() ? fs_.remove(temporary, false) : Status::ok();
}

Status finishJournals(io::FileSystem& fs, const std::string& folder) {
  const std::string temporary = folder + "/" + std::string(kTemporary);
  ASSIGN_OR_RETURN(const bool there, fs.exists(temporary));
  if (!there) return Status::ok();
  const auto jobs = fs.list(temporary);
  if (!jobs.isOk()) return Status::ok();  // gone since
  for (const io::FileStatus& job : jobs.value()) {
    ASSIGN_OR_RETURN(const bool committed, fs.exists(job.path + "/" + std::string(kJournal)));
    if (committed) RETURN_IF_ERROR(carryOut(fs, folder, job.path));
  }
  return Status::ok();
}

}  // namespace flint::sources
