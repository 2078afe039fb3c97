#include "session/table_size.h"

#include "session/commands/entry_change.h"

namespace flint::session {

Result<int64_t> bytesBelow(io::FileSystem& fs, const std::string& folder) {
  int64_t bytes = 0;
  ASSIGN_OR_RETURN(const std::vector<io::FileStatus> members, fs.list(folder));
  for (const io::FileStatus& member : members) {
    const size_t slash = member.path.find_last_of('/');
    const std::string name = slash == std::string::npos ? member.path : member.path.substr(slash + 1);
    if (name.starts_with(".") || (name.starts_with("_") && name.find('=') == std::string::npos)) continue;
    if (!member.isDirectory) {
      bytes += member.size;
      continue;
    }
    ASSIGN_OR_RETURN(const int64_t inside, bytesBelow(fs, member.path));
    bytes += inside;
  }
  return bytes;
}

Status updateStatistics(SparkSession& session, const catalog::CatalogTable& table) {
  const bool counts = session.conf().getBoolean("spark.sql.statistics.size.autoUpdate.enabled", false) && !table.location.empty();
  if (!counts && table.statisticsBytes < 0 && table.columnStatistics.empty()) return Status::ok();
  int64_t bytes = -1;
  if (counts) {
    ASSIGN_OR_RETURN(const auto place, io::fileSystemFor(table.location));
    ASSIGN_OR_RETURN(const bool exists, place.first->exists(place.second));
    bytes = 0;
    if (exists) {
      ASSIGN_OR_RETURN(bytes, bytesBelow(*place.first, place.second));
    }
  }
  return changeEntry(session, table, [&](catalog::CatalogTable& entry) {
    entry.statisticsBytes = bytes;
    // Spark shows no rows for a size that it found out by itself.
    entry.statisticsRows = counts ? 0 : -1;
    entry.columnStatistics.clear();
  });
}

}  // namespace flint::session
