// CACHE TABLE, UNCACHE TABLE, CLEAR CACHE, REFRESH.
#include "plan/logical/session_commands.h"
#include "session/cache/cache_manager.h"
#include "session/cache/caching.h"
#include "session/commands/command_context.h"

namespace flint::session {
namespace {

Result<StorageLevel> levelOf(SparkSession& session, const plan::Options& options) {
  for (const auto& [key, value] : options) {
    if (matchesPattern(key, "storageLevel")) return StorageLevel::fromName(value);
  }
  return StorageLevel::fromName(session.conf().get("spark.sql.defaultCacheStorageLevel", "MEMORY_AND_DISK"));
}

CommandOutcome cacheTable(const SparkSessionPtr& session, const plan::CacheTable& node) {
  CommandResult nothing;
  ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(*session, node.name));
  ASSIGN_OR_RETURN(const StorageLevel level, levelOf(*session, node.options));
  catalog::TempViews& views = session->catalog().tempViews();
  if (node.query != nullptr) {
    if (name.size() != 1) return invalidTempQualifier("VIEW", name);
    ASSIGN_OR_RETURN(LogicalPlanPtr query, analyzedQuery(session, node.query));
    RETURN_IF_ERROR(views.add({session->catalog().folded(name[0]), std::move(query), ""}, false));
  }
  ASSIGN_OR_RETURN(const LogicalPlanPtr relation, relationNamed(session, name));
  cacheQuery(session, relation, level);
  if (node.lazy) return nothing.plan();
  const Status made = materializeCached(session, relation);
  if (!made.isOk() && node.query != nullptr) {
    session->shared().cache->remove(relation, false);
    views.drop(session->catalog().folded(name[0]));
  }
  RETURN_IF_ERROR(made);
  return nothing.plan();
}

}  // namespace

CommandOutcome runCacheCommand(const SparkSessionPtr& session, const LogicalPlanPtr& command) {
  CommandResult nothing;
  if (const auto* node = command->as<plan::CacheTable>()) return cacheTable(session, *node);
  if (const auto* node = command->as<plan::UncacheTable>()) {
    ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(*session, node->name));
    ASSIGN_OR_RETURN(const auto found, session->catalog().lookup(name));
    if (found.has_value() || !node->ifExists) RETURN_IF_ERROR(uncacheTable(session, name));
    return nothing.plan();
  }
  if (command->as<plan::ClearCache>() != nullptr) {
    session->shared().cache->clear();
    return nothing.plan();
  }
  if (const auto* node = command->as<plan::RefreshTable>(); node != nullptr && !node->isFunction) {
    if (!node->path.empty()) {
      session->shared().cache->invalidatePath(node->path);
      return nothing.plan();
    }
    ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(*session, node->name));
    RETURN_IF_ERROR(refreshTable(session, name));
    return nothing.plan();
  }
  return LogicalPlanPtr();
}

}  // namespace flint::session
