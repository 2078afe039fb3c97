#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connector/data_source.h"
#include "io/file_system.h"

namespace flint::sources {

/// The option of a write that names a static PARTITION (...), as the prefix of `PartitionWrite`.
inline constexpr std::string_view kPartitionPrefixOption = "flint.partitionPrefix";

/// Which partitions a write is about.
struct PartitionWrite {
  size_t depth = 0;      // columns that the folders are named after
  bool dynamic = false;  // an overwrite replaces those that get rows, not all
  std::string prefix;    // "a=1/b=2": those that PARTITION (...) names; empty: all
  size_t prefixDepth() const;
};

/// One write of files below a folder: where task attempts put them, and how they appear to readers all at once.
///
/// A folder that is not there yet, or is overwritten, is written beside its place and appears by one rename (an exchange where there is an old
/// one, which stays whole until then). Appended files and replaced partitions are published from a journal (`folder_journal.h`). `_SUCCESS` comes last.
/// Partitions that are links to other places stay such: their new files go there.
/// Invariant: names that begin with `_` or `.` are not data; nothing else is ever visible half-written, wherever the process ends.
/// Threads: `attemptFolder` is thread-safe; `commit` and `abort` are for one thread.
class WriteJob {
 public:
  enum class Kind : uint8_t { kNewFolder, kReplaceFolder, kReplacePartitions, kReplaceAllPartitions, kAppend };

  /// Looks at the target and the save mode. Null when the mode is kIgnore and the target is there.
  /// Errors: PATH_ALREADY_EXISTS; the file system's.
  static Result<std::unique_ptr<WriteJob>> start(std::shared_ptr<io::FileSystem> fs, const std::string& path, connector::SaveMode mode,
                                                 const PartitionWrite& partitions = {});
  ~WriteJob();

  const std::string& id() const { return id_; }
  io::FileSystem& fileSystem() const { return *fs_; }
  /// A folder of the attempt's own.
  std::string attemptFolder(int32_t partition, int64_t attempt) const;
  /// Publishes files, given relative to the target as lines of "<attempt folder>\t<relative path>", as `DataWriter::commit` gave them.
  Status commit(const std::vector<std::string>& taskCommits);
  void abort();

 private:
  struct Move {
    std::string from;
    std::string to;  // relative to the target
  };
  WriteJob(std::shared_ptr<io::FileSystem> fs, std::string path, Kind kind, PartitionWrite partitions);
  static Kind overwriteKind(const PartitionWrite& partitions);
  Result<std::vector<Move>> movesOf(const std::vector<std::string>& taskCommits) const;
  Status commitFolder(const std::vector<Move>& moves);
  Status commitJournal(const std::vector<Move>& moves);

  const std::shared_ptr<io::FileSystem> fs_;
  const std::string path_;
  const Kind kind_;
  const PartitionWrite partitions_;
  const std::string id_;
  std::string staging_;  // the folder that holds all that is not published
  bool done_ = false;
};

}  // namespace flint::sources
