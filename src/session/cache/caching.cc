#include "session/cache/caching.h"

#include "exec/result_sink.h"
#include "plan/logical/unresolved_plans.h"
#include "session/cache/cache_manager.h"
#include "session/query_execution.h"

namespace flint::session {
namespace {

// Takes rows and forgets them.
class Discard final : public exec::ResultConsumer {
 public:
  Result<exec::Progress> accept(const columnar::ColumnarBatch&) override { return exec::Progress::needInput(); }
};

struct NamedRelation {
  std::vector<std::string> fullName;  // as its SubqueryAlias has it
  bool temporary = false;
};

std::optional<NamedRelation> nameOf(SparkSession& session, const std::vector<std::string>& name) {
  const auto found = session.catalog().lookup(name);
  if (!found.isOk() || !found->has_value()) return std::nullopt;
  NamedRelation out{(*found)->qualifier, (*found)->tempView.has_value()};
  if (out.temporary) out.fullName.back() = (*found)->tempView->name;
  return out;
}

}  // namespace

void cacheQuery(const SparkSessionPtr& session, const plan::LogicalPlanPtr& analyzed, const StorageLevel& level) {
  CacheManager& cache = *session->shared().cache;
  if (level == StorageLevel() || cache.find(analyzed) != nullptr) return;
  const Result<std::string> source = QueryExecution(session, analyzed, INT64_MAX).physicalTreeString();
  cache.add(analyzed, level, source.isOk() ? *source : std::string());
}

Status materializeCached(const SparkSessionPtr& session, const plan::LogicalPlanPtr& analyzed) {
  return QueryExecution(session, analyzed, INT64_MAX).run(std::make_shared<Discard>());
}

Result<plan::LogicalPlanPtr> relationNamed(const SparkSessionPtr& session, const std::vector<std::string>& name) {
  plan::UnresolvedRelation relation;
  relation.nameParts = name;
  return QueryExecution(session, plan::makePlan(std::move(relation))).analyzed();
}

Status cacheTable(const SparkSessionPtr& session, const std::vector<std::string>& name, const StorageLevel& level) {
  ASSIGN_OR_RETURN(const plan::LogicalPlanPtr relation, relationNamed(session, name));
  cacheQuery(session, relation, level);
  return Status::ok();
}

Result<bool> isTableCached(const SparkSessionPtr& session, const std::vector<std::string>& name) {
  ASSIGN_OR_RETURN(const plan::LogicalPlanPtr relation, relationNamed(session, name));
  return session->shared().cache->find(relation) != nullptr;
}

Status uncacheTable(const SparkSessionPtr& session, const std::vector<std::string>& name) {
  ASSIGN_OR_RETURN(const plan::LogicalPlanPtr relation, relationNamed(session, name));
  const std::optional<NamedRelation> named = nameOf(*session, name);
  const bool cascade = named.has_value() && !named->temporary;
  session->shared().cache->remove(relation, cascade);
  if (named.has_value()) session->shared().cache->removeNamed(named->fullName, cascade);
  return Status::ok();
}

Status refreshTable(const SparkSessionPtr& session, const std::vector<std::string>& name) {
  ASSIGN_OR_RETURN(const plan::LogicalPlanPtr relation, relationNamed(session, name));
  session->shared().cache->invalidate(relation);
  return Status::ok();
}

void forgetCachedTable(SparkSession& session, const std::vector<std::string>& name) {
  const std::optional<NamedRelation> named = nameOf(session, name);
  if (named.has_value()) session.shared().cache->removeNamed(named->fullName, !named->temporary);
}

}  // namespace flint::session
