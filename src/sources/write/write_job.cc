#include "sources/write/write_job.h"

#include <fmt/core.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <set>

namespace flint::sources {
namespace {

constexpr std::string_view kTemporary = "_temporary";
constexpr std::string_view kJournal = "_commit";
constexpr std::string_view kJournalEnd = "end";
constexpr std::string_view kSuccess = "_SUCCESS";

std::string newJobId() {
  static std::atomic<uint64_t> counter{0};
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return fmt::format("{:x}-{:x}-{:x}", std::chrono::duration_cast<std::chrono::microseconds>(now).count(), ::getpid(), counter.fetch_add(1));
}

std::string parentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

std::string nameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string withoutTrailingSlashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

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

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

// Renames that may have been done before: a missing source whose target is there is such a one.
Status moveOnce(io::FileSystem& fs, const std::string& from, const std::string& to) {
  ASSIGN_OR_RETURN(const bool pending, fs.exists(from));
  if (!pending) return Status::ok();
  RETURN_IF_ERROR(fs.makeDirectories(parentOf(to)));
  const Status moved = fs.rename(from, to);
  if (moved.isOk()) return moved;
  ASSIGN_OR_RETURN(const bool still, fs.exists(from));  // another process may have finished the same journal
  return still ? moved : Status::ok();
}

// Carries out a journal: lines "<from>\t<to>" with absolute paths, and a last line that says that it is whole.
Status carryOut(io::FileSystem& fs, const std::string& target, const std::string& jobFolder) {
  ASSIGN_OR_RETURN(const std::string journal, readWhole(fs, jobFolder + "/" + std::string(kJournal)));
  const std::vector<std::string> lines = split(journal, '\n');
  if (lines.empty() || lines.back() != kJournalEnd) return Status::ok();  // never committed
  std::set<std::string> folders{target};
  for (size_t i = 0; i + 1 < lines.size(); ++i) {
    const std::vector<std::string> move = split(lines[i], '\t');
    if (move.size() != 2) continue;
    const std::string to = target + "/" + move[1];
    RETURN_IF_ERROR(moveOnce(fs, jobFolder + "/" + move[0], to));
    folders.insert(parentOf(to));
  }
  for (const std::string& folder : folders) RETURN_IF_ERROR(fs.syncDirectory(folder));
  return fs.remove(jobFolder, true);
}

Status removeIfEmpty(io::FileSystem& fs, const std::string& folder) {
  ASSIGN_OR_RETURN(const bool there, fs.exists(folder));
  if (!there) return Status::ok();
  ASSIGN_OR_RETURN(const auto members, fs.list(folder));
  return members.empty() ? fs.remove(folder, true) : Status::ok();
}

}  // namespace

Status finishAppends(io::FileSystem& fs, const std::string& path) {
  const std::string temporary = path + "/" + std::string(kTemporary);
  ASSIGN_OR_RETURN(const bool there, fs.exists(temporary));
  if (!there) return Status::ok();
  ASSIGN_OR_RETURN(const auto jobs, fs.list(temporary));
  for (const io::FileStatus& job : jobs) {
    ASSIGN_OR_RETURN(const bool committed, fs.exists(job.path + "/" + std::string(kJournal)));
    if (committed) RETURN_IF_ERROR(carryOut(fs, path, job.path));
  }
  return Status::ok();
}

Result<std::unique_ptr<WriteJob>> WriteJob::start(std::shared_ptr<io::FileSystem> fs, const std::string& path, connector::SaveMode mode,
                                                  bool dynamicPartitions) {
  const std::string target = withoutTrailingSlashes(path);
  ASSIGN_OR_RETURN(const bool exists, fs->exists(target));
  Kind kind = Kind::kNewFolder;
  if (exists) {
    switch (mode) {
      case connector::SaveMode::kErrorIfExists: return Error(condition::kPathAlreadyExists).with("outputPath", "file:" + target).as(ErrorFamily::kAnalysis);
      case connector::SaveMode::kIgnore: return std::unique_ptr<WriteJob>();
      case connector::SaveMode::kOverwrite: kind = dynamicPartitions ? Kind::kReplacePartitions : Kind::kReplaceFolder; break;
      case connector::SaveMode::kAppend: kind = Kind::kAppend; break;
    }
    RETURN_IF_ERROR(finishAppends(*fs, target));
  }
  std::unique_ptr<WriteJob> job(new WriteJob(std::move(fs), target, kind));
  RETURN_IF_ERROR(job->fs_->makeDirectories(job->staging_));
  return job;
}

WriteJob::WriteJob(std::shared_ptr<io::FileSystem> fs, std::string path, Kind kind)
    : fs_(std::move(fs)), path_(std::move(path)), kind_(kind), id_(newJobId()) {
  const bool inside = kind_ == Kind::kAppend || kind_ == Kind::kReplacePartitions;
  staging_ = inside ? fmt::format("{}/{}/{}", path_, kTemporary, id_) : fmt::format("{}/.{}.{}", parentOf(path_), nameOf(path_), id_);
}

WriteJob::~WriteJob() {
  if (!done_) abort();
}

std::string WriteJob::attemptFolder(int32_t partition, int64_t attempt) const {
  return fmt::format("{}/{}/attempt_{}_{}", staging_, kTemporary, partition, attempt);
}

Result<std::vector<WriteJob::Move>> WriteJob::movesOf(const std::vector<std::string>& taskCommits) const {
  std::vector<Move> moves;
  for (const std::string& commit : taskCommits) {
    for (const std::string& line : split(commit, '\n')) {
      const std::vector<std::string> parts = split(line, '\t');
      if (parts.size() != 2 || parts[0].rfind(staging_ + "/", 0) != 0) return internalError("a task's commit is malformed");
      moves.push_back({parts[0] + "/" + parts[1], parts[1]});
    }
  }
  return moves;
}

Status WriteJob::commit(const std::vector<std::string>& taskCommits) {
  ASSIGN_OR_RETURN(const std::vector<Move> moves, movesOf(taskCommits));
  switch (kind_) {
    case Kind::kNewFolder:
    case Kind::kReplaceFolder: RETURN_IF_ERROR(commitFolder(moves)); break;
    case Kind::kAppend:
    case Kind::kReplacePartitions: RETURN_IF_ERROR(commitAppend(moves)); break;
  }
  done_ = true;
  return Status::ok();
}

Status WriteJob::commitFolder(const std::vector<Move>& moves) {
  std::set<std::string> folders{staging_};
  for (const Move& move : moves) {
    const std::string to = staging_ + "/" + move.to;
    RETURN_IF_ERROR(fs_->makeDirectories(parentOf(to)));
    RETURN_IF_ERROR(fs_->rename(move.from, to));
    folders.insert(parentOf(to));
  }
  RETURN_IF_ERROR(fs_->remove(staging_ + "/" + std::string(kTemporary), true));
  RETURN_IF_ERROR(writeWhole(*fs_, staging_ + "/" + std::string(kSuccess), ""));
  for (const std::string& folder : folders) RETURN_IF_ERROR(fs_->syncDirectory(folder));
  if (kind_ == Kind::kReplaceFolder) {
    RETURN_IF_ERROR(fs_->exchange(staging_, path_));
    RETURN_IF_ERROR(fs_->syncDirectory(parentOf(path_)));
    return fs_->remove(staging_, true);  // the old content
  }
  RETURN_IF_ERROR(fs_->makeDirectories(parentOf(path_)));
  RETURN_IF_ERROR(fs_->rename(staging_, path_));
  return fs_->syncDirectory(parentOf(path_));
}

Status WriteJob::commitAppend(const std::vector<Move>& moves) {
  if (kind_ == Kind::kReplacePartitions) {
    // Each partition folder is replaced by one exchange; readers see a partition's old files or its new ones.
    std::set<std::string> partitions;
    for (const Move& move : moves) partitions.insert(parentOf(move.to));
    for (const std::string& partition : partitions) {
      const std::string fresh = staging_ + "/new/" + partition;
      RETURN_IF_ERROR(fs_->makeDirectories(fresh));
      for (const Move& move : moves) {
        if (parentOf(move.to) == partition) RETURN_IF_ERROR(fs_->rename(move.from, staging_ + "/new/" + move.to));
      }
      RETURN_IF_ERROR(fs_->syncDirectory(fresh));
      const std::string old = path_ + "/" + partition;
      ASSIGN_OR_RETURN(const bool exists, fs_->exists(old));
      if (exists) {
        RETURN_IF_ERROR(fs_->exchange(fresh, old));
      } else {
        RETURN_IF_ERROR(fs_->makeDirectories(parentOf(old)));
        RETURN_IF_ERROR(fs_->rename(fresh, old));
      }
      RETURN_IF_ERROR(fs_->syncDirectory(parentOf(old)));
    }
    RETURN_IF_ERROR(fs_->remove(staging_, true));
  } else {
    std::string journal;
    for (const Move& move : moves) journal += move.from.substr(staging_.size() + 1) + "\t" + move.to + "\n";
    journal += std::string(kJournalEnd) + "\n";
    // The journal appears whole, by a rename: from then on the append is committed.
    const std::string draft = staging_ + "/_draft";
    RETURN_IF_ERROR(writeWhole(*fs_, draft, journal));
    RETURN_IF_ERROR(fs_->rename(draft, staging_ + "/" + std::string(kJournal)));
    RETURN_IF_ERROR(fs_->syncDirectory(staging_));
    done_ = true;  // whatever fails now, the next reader finishes it
    RETURN_IF_ERROR(carryOut(*fs_, path_, staging_));
  }
  RETURN_IF_ERROR(removeIfEmpty(*fs_, path_ + "/" + std::string(kTemporary)));
  return writeWhole(*fs_, path_ + "/" + std::string(kSuccess), "");
}

void WriteJob::abort() {
  done_ = true;
  if (!fs_->remove(staging_, true).isOk()) return;  // what is left begins with '_' or '.' and is never read
  if (kind_ == Kind::kAppend || kind_ == Kind::kReplacePartitions) {
    if (!removeIfEmpty(*fs_, path_ + "/" + std::string(kTemporary)).isOk()) return;
  }
}

}  // namespace flint::sources
