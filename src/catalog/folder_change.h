#pragma once

#include <string>
#include <vector>

#include "base/status.h"

namespace flint::catalog {

/// Folders that change together with entries of a catalog: what is at `place` goes, and `staged` takes its place.
struct FolderChange {
  std::string staged;  // empty: nothing comes
  std::string place;
};
using FolderChanges = std::vector<FolderChange>;

/// A hidden name beside `place`, for what is to come there or has gone from there.
std::string besideFolder(const std::string& place);

/// Makes the change by renames; `trash`, a name that `besideFolder` gave, takes what was there. Doing it again changes nothing.
/// Errors: FILE_OPERATION_FAILED.
Status carryOut(const FolderChange& change, const std::string& trash);
/// Removes folders whose change is over; what cannot be removed stays hidden.
void removeFolders(const std::vector<std::string>& folders);

}  // namespace flint::catalog
