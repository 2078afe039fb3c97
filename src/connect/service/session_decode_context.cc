#include "connect/service/session_decode_context.h"

#include "connect/relation_decoder/relations.h"
#include "session/query_execution.h"
#include "session/show_string.h"

namespace flint::connect {

SessionDecodeContext::SessionDecodeContext(SessionHolder& session, Operation* operation)
    : session_(session), operation_(operation), parserOptions_(session.spark().parserOptions()) {}

std::string SessionDecodeContext::defaultFormat() const { return session_.spark().conf().get("spark.sql.sources.default", "parquet"); }

bool SessionDecodeContext::caseSensitive() const { return session_.spark().conf().getBoolean("spark.sql.caseSensitive", false); }

Result<std::shared_ptr<const std::string>> SessionDecodeContext::cachedArtifact(const std::string& hash) {
  auto content = session_.artifacts().find("cache/" + hash);
  if (content != nullptr) return content;
  return Error(condition::kConnectInvalidPlanNotFoundChunkedCachedLocalRelation)
      .with("hash", hash)
      .with("sessionUUID", session_.key().sessionId)
      .as(ErrorFamily::kSqlConnect);
}

Result<LogicalPlanPtr> SessionDecodeContext::cachedRelation(const std::string& id) {
  LogicalPlanPtr kept = session_.keptRelation(id);
  if (kept != nullptr) return kept;
  return Error(condition::kConnectInvalidPlanDataframeNotFound)
      .with("dfId", id)
      .with("sessionId", session_.key().sessionId)
      .as(ErrorFamily::kSqlConnect);
}

Result<LogicalPlanPtr> SessionDecodeContext::persistedRows(int64_t planId, const LogicalPlanPtr& decoded) {
  const std::optional<SessionHolder::Persisted> persisted = session_.persisted(planId);
  if (!persisted.has_value()) return decoded;
  if (persisted->rows != nullptr) return persisted->rows;
  if (operation_ == nullptr) return decoded;  // analyzed only: nothing runs
  StructFields schema;
  ASSIGN_OR_RETURN(std::vector<columnar::ColumnarBatch> batches, collect(decoded, schema));
  int64_t bytes = 0;
  for (const columnar::ColumnarBatch& batch : batches) bytes += batch.byteSize();
  std::shared_ptr<memory::Reservation> reservation =
      memory::QueryPool::make(session_.spark().shared().memory, "persisted rows")->makeReservation("persisted rows");
  const bool fits = reservation->tryGrow(bytes);
  LogicalPlanPtr rows = localRelation(schema, std::move(batches))->withPlanIds(decoded->planIds());
  if (fits) session_.keepRows(planId, rows, std::move(reservation));
  return rows;
}

Result<std::string> SessionDecodeContext::showString(const LogicalPlanPtr& plan, int32_t numRows, int32_t truncate, bool vertical) {
  ASSIGN_OR_RETURN(const session::ShownRows shown, session::shownRows(plan, numRows, [this](const LogicalPlanPtr& what, StructFields& schema) { return collect(what, schema); }));
  return session::showString(shown, numRows, truncate, vertical);
}

Result<std::string> SessionDecodeContext::htmlString(const LogicalPlanPtr& plan, int32_t numRows, int32_t truncate) {
  ASSIGN_OR_RETURN(const session::ShownRows shown, session::shownRows(plan, numRows, [this](const LogicalPlanPtr& what, StructFields& schema) { return collect(what, schema); }));
  return session::htmlString(shown, numRows, truncate);
}

Result<std::vector<columnar::ColumnarBatch>> SessionDecodeContext::collect(const LogicalPlanPtr& plan, StructFields& schema) {
  const auto query = std::make_shared<session::QueryExecution>(session_.sparkPtr(), plan);
  const CancelLink link(operation_, query);
  ASSIGN_OR_RETURN(const DataType type, query->schema());
  schema = type.fields();
  return query->collect();
}

Result<LogicalPlanPtr> SessionDecodeContext::catalogCall(const spark::connect::Catalog& call) { return answerCatalogCall(session_, call); }

CancelLink::CancelLink(Operation* operation, std::shared_ptr<session::QueryExecution> query) : operation_(operation) {
  if (operation_ == nullptr) return;
  operation_->setCancelHandler([query = std::move(query)](const Error& reason) { query->cancel(reason); });
}

CancelLink::~CancelLink() {
  if (operation_ != nullptr) operation_->setCancelHandler(nullptr);
}

}  // namespace flint::connect
