#include "sources/write/write_job.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "io/symbolic_link.h"
#include "sources/write/folder_journal.h"
#include "sources/write/path_parts.h"

namespace flint::sources {
namespace {

constexpr std::string_view kTemporary = "_temporary";
constexpr std::string_view kSuccess = "_SUCCESS";

std::string nameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string withoutTrailingSlashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

Status writeSuccess(io::FileSystem& fs, const std::string& folder) {
  ASSIGN_OR_RETURN(auto file, fs.create(folder + "/" + std::string(kSuccess), true));
  return file->close(true);
}

// The partitions that are there, relative to `root`: folders `depth` levels below `below` whose names tell a value.
Status listPartitions(io::FileSystem& fs, const std::string& root, const std::string& below, size_t depth, std::vector<std::string>& out) {
  if (depth == 0) {
    out.push_back(below);
    return Status::ok();
  }
  ASSIGN_OR_RETURN(const auto members, fs.list(below.empty() ? root : root + "/" + below));
  for (const io::FileStatus& member : members) {
    const std::string name = nameOf(member.path);
    if (!member.isDirectory || name.find('=') == std::string::npos || name.starts_with(".")) continue;
    RETURN_IF_ERROR(listPartitions(fs, root, below.empty() ? name : below + "/" + name, depth - 1, out));
  }
  return Status::ok();
}

}  // namespace

WriteJob::Kind WriteJob::overwriteKind(const PartitionWrite& partitions) {
  // A partition that is named in full is replaced whatever the mode.
  if (!partitions.prefix.empty() && (!partitions.dynamic || partitions.prefixDepth() == partitions.depth)) return Kind::kReplaceAllPartitions;
  return partitions.dynamic ? Kind::kReplacePartitions : Kind::kReplaceFolder;
}

size_t PartitionWrite::prefixDepth() const { return prefix.empty() ? 0 : 1 + static_cast<size_t>(std::count(prefix.begin(), prefix.end(), '/')); }

Result<std::unique_ptr<WriteJob>> WriteJob::start(std::shared_ptr<io::FileSystem> fs, const std::string& path, connector::SaveMode mode,
                                                  const PartitionWrite& partitions) {
  const std::string target = withoutTrailingSlashes(path);
  ASSIGN_OR_RETURN(const bool exists, fs->exists(target));
  Kind kind = Kind::kNewFolder;
  if (exists) {
    switch (mode) {
      case connector::SaveMode::kErrorIfExists: return Error(condition::kPathAlreadyExists).with("outputPath", "file:" + target).as(ErrorFamily::kAnalysis);
      case connector::SaveMode::kIgnore: return std::unique_ptr<WriteJob>();
      case connector::SaveMode::kOverwrite: kind = overwriteKind(partitions); break;
      case connector::SaveMode::kAppend: kind = Kind::kAppend; break;
    }
    RETURN_IF_ERROR(finishJournals(*fs, target));
    if (kind == Kind::kReplaceFolder && partitions.depth > 0) {
      std::vector<std::string> known;
      RETURN_IF_ERROR(listPartitions(*fs, target, "", partitions.depth, known));
      const bool linked = std::any_of(known.begin(), known.end(), [&](const std::string& each) { return io::linkTarget(target + "/" + each).has_value(); });
      if (linked) kind = Kind::kReplaceAllPartitions;
    }
  }
  std::unique_ptr<WriteJob> job(new WriteJob(std::move(fs), target, kind, partitions));
  RETURN_IF_ERROR(job->fs_->makeDirectories(job->staging_));
  return job;
}

WriteJob::WriteJob(std::shared_ptr<io::FileSystem> fs, std::string path, Kind kind, PartitionWrite partitions)
    : fs_(std::move(fs)), path_(std::move(path)), kind_(kind), partitions_(std::move(partitions)), id_(newJobId()) {
  const bool beside = kind_ == Kind::kNewFolder || kind_ == Kind::kReplaceFolder;
  staging_ = beside ? fmt::format("{}/.{}.{}", parentOf(path_), nameOf(path_), id_) : FolderJournal::jobFolder(path_, id_);
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
    case Kind::kReplaceAllPartitions:
    case Kind::kReplacePartitions: RETURN_IF_ERROR(commitJournal(moves)); break;
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
  RETURN_IF_ERROR(writeSuccess(*fs_, staging_));
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

Status WriteJob::commitJournal(const std::vector<Move>& moves) {
  FolderJournal journal(*fs_, path_, staging_);
  std::set<std::string> written;
  // A partition that is named in full is there afterwards, with or without rows.
  const bool named = !partitions_.prefix.empty() && partitions_.prefixDepth() == partitions_.depth;
  ASSIGN_OR_RETURN(const bool there, fs_->exists(path_ + "/" + partitions_.prefix));
  if (named && moves.empty() && !(kind_ == Kind::kAppend && there)) {
    RETURN_IF_ERROR(fs_->makeDirectories(staging_ + "/new/" + partitions_.prefix));
    written.insert(partitions_.prefix);
  }
  for (const Move& move : moves) {
    if (kind_ == Kind::kAppend) {
      journal.move(move.from, move.to);
      continue;
    }
    const std::string to = staging_ + "/new/" + move.to;
    RETURN_IF_ERROR(fs_->makeDirectories(parentOf(to)));
    RETURN_IF_ERROR(fs_->rename(move.from, to));
    written.insert(parentOf(move.to));
  }
  for (const std::string& partition : written) RETURN_IF_ERROR(journal.replace(staging_ + "/new/" + partition, partition));
  if (kind_ == Kind::kReplaceAllPartitions && there) {
    std::vector<std::string> known;
    RETURN_IF_ERROR(listPartitions(*fs_, path_, partitions_.prefix, partitions_.depth - partitions_.prefixDepth(), known));
    for (const std::string& partition : known) {
      if (!written.contains(partition)) journal.drop(partition, true);
    }
  }
  const Status committed = journal.commit();
  ASSIGN_OR_RETURN(done_, fs_->exists(staging_ + "/_commit"));  // then the next reader does what could not be done now
  RETURN_IF_ERROR(committed);
  return writeSuccess(*fs_, path_);
}

void WriteJob::abort() {
  done_ = true;
  if (!fs_->remove(staging_, true).isOk()) return;  // what is left begins with '_' or '.' and is never read
  if (kind_ == Kind::kNewFolder || kind_ == Kind::kReplaceFolder) return;
  const std::string temporary = path_ + "/" + std::string(kTemporary);
  const auto left = fs_->list(temporary);
  if (left.isOk() && left.value().empty() && !fs_->remove(temporary, false).isOk()) return;
}

}  // namespace flint::sources
