#pragma once

#include <string>
#include <vector>

#include "io/file_system.h"

namespace flint::sources {

/// Changes below a folder that are made all or not at all, wherever the process ends: they are written down first, in a folder of the job's own below
/// `_temporary`, and carried out from there; who reads or writes the folder next does what is left (`finishJournals`).
///
/// Invariant: a step that is carried out again changes nothing. One process at a time carries a journal out.
/// Threads: confined to its owner.
class FolderJournal {
 public:
  /// `jobFolder` is made when it is absent.
  FolderJournal(io::FileSystem& fs, std::string folder, std::string jobFolder);
  /// The place of jobs below `folder`.
  static std::string jobFolder(const std::string& folder, const std::string& jobId);

  // Names of partitions and files are relative to the folder; `from` is absolute and on disk already.
  /// A file appears.
  void move(const std::string& from, const std::string& to);
  /// The partition's folder becomes `from`; where it is a link to another place, that place does. Errors: the file system's.
  Status replace(const std::string& from, const std::string& partition);
  /// The partition's folder goes; where it is a link, also the place it leads to when `withTarget`.
  void drop(const std::string& partition, bool withTarget);

  /// Errors before the journal is whole leave everything as it was, but for hidden names.
  Status commit();

 private:
  io::FileSystem& fs_;
  const std::string folder_;
  const std::string jobFolder_;
  std::string lines_;
  int32_t numSteps_ = 0;
};

/// Carries out journals below the folder whose process ended. Cheap where there are none.
Status finishJournals(io::FileSystem& fs, const std::string& folder);

/// A name for a job that no other has.
std::string newJobId();

}  // namespace flint::sources
