#include "connect/service/session_decode_context.h"

#include "connect/relation_decoder/relations.h"
#include "session/query_execution.h"
#include "session/show_string.h"

namespace flint::connect {

SessionDecodeContext::SessionDecodeContext(SessionHolder& session) : session_(session), parserOptions_(session.spark().parserOptions()) {}

std::string SessionDecodeContext::defaultFormat() const { return session_.spark().conf().get("spark.sql.sources.default", "parquet"); }

bool SessionDecodeContext::caseSensitive() const { return session_.spark().conf().getBoolean("spark.sql.caseSensitive", false); }

int64_t SessionDecodeContext::integerSetting(std::string_view key, int64_t otherwise) const { return session_.spark().conf().getInteger(std::string(key), otherwise); }

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

Result<std::string> SessionDecodeContext::scratchFile(const std::string& content, const std::string& extension) {
  return session_.scratchFiles().fileOf(content, extension);
}

Result<expr::PythonFunction> SessionDecodeContext::pythonSession() {
  expr::PythonFunction session;
  session.sessionId = session_.serverSideSessionId();
  auto files = session_.artifacts().under("pyfiles/");
  for (const auto& [name, content] : files) session.includes.push_back(name);
  files.merge(session_.artifacts().under("files/"));
  for (auto& [name, content] : session_.artifacts().under("archives/")) files.emplace(".archives/" + name, std::move(content));  // flint_files.py unpacks them
  if (!files.empty()) {
    ASSIGN_OR_RETURN(session.filesDirectory, session_.scratchFiles().folderOf(files));
  }
  return session;
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
  session::QueryExecution query(session_.sparkPtr(), plan);
  ASSIGN_OR_RETURN(const DataType type, query.schema());
  schema = type.fields();
  return query.collect();
}

Result<LogicalPlanPtr> SessionDecodeContext::catalogCall(const spark::connect::Catalog& call) {
  ASSIGN_OR_RETURN(LogicalPlanPtr command, catalogCommand(call, parserOptions_, defaultFormat()));
  return command != nullptr ? command : answerCatalogCall(session_, call);
}

}  // namespace flint::connect
