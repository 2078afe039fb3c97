#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connector/data_source.h"
#include "io/file_system.h"

namespace flint::sources {

/// One write of files below a folder: where task attempts put them, and how they appear to readers all at once.
///
/// A folder that is not there yet, or is overwritten, is written beside its place and appears by one rename (an exchange where there is an old
/// one, which stays whole until then). An append publishes files that are complete from a journal: the renames it lists are done again by the next
/// reader or writer that finds it (`finishAppends`). `_SUCCESS` comes last.
/// Invariant: names that begin with `_` or `.` are not data; nothing else is ever visible half-written, wherever the process ends.
/// Threads: `attemptFolder` is thread-safe; `commit` and `abort` are for one thread.
class WriteJob {
 public:
  enum class Kind : uint8_t { kNewFolder, kReplaceFolder, kReplacePartitions, kAppend };

  /// Looks at the target and the save mode. Null when the mode is kIgnore and the target is there.
  /// Errors: PATH_ALREADY_EXISTS; the file system's.
  static Result<std::unique_ptr<WriteJob>> start(std::shared_ptr<io::FileSystem> fs, const std::string& path, connector::SaveMode mode,
                                                 bool dynamicPartitions);
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
  WriteJob(std::shared_ptr<io::FileSystem> fs, std::string path, Kind kind);
  Result<std::vector<Move>> movesOf(const std::vector<std::string>& taskCommits) const;
  Status commitFolder(const std::vector<Move>& moves);
  Status commitAppend(const std::vector<Move>& moves);

  const std::shared_ptr<io::FileSystem> fs_;
  const std::string path_;
  const Kind kind_;
  const std::string id_;
  std::string staging_;  // the folder that holds all that is not published
  bool done_ = false;
};

/// Finishes appends to the folder that were committed but not carried out to the end, because their process ended. Cheap where there are none.
Status finishAppends(io::FileSystem& fs, const std::string& path);

}  // namespace flint::sources
