#pragma once

#include <string>
#include <vector>

#include "connect/decoder/plan_decoder.h"
#include "connect/service/session_holder.h"

namespace flint::session {
class QueryExecution;
}

namespace flint::connect {

/// What the decoder asks of a client's session. Queries that decoding runs are cancelled with `operation` (null: none).
class SessionDecodeContext final : public DecodeContext {
 public:
  SessionDecodeContext(SessionHolder& session, Operation* operation);

  const parser::ParserOptions& parserOptions() const override { return parserOptions_; }
  std::string defaultFormat() const override;
  bool caseSensitive() const override;
  Result<std::shared_ptr<const std::string>> cachedArtifact(const std::string& hash) override;
  Result<LogicalPlanPtr> cachedRelation(const std::string& id) override;
  Result<LogicalPlanPtr> persistedRows(int64_t planId, const LogicalPlanPtr& decoded) override;
  Result<std::string> showString(const LogicalPlanPtr& plan, int32_t numRows, int32_t truncate, bool vertical) override;
  Result<std::string> htmlString(const LogicalPlanPtr& plan, int32_t numRows, int32_t truncate) override;
  Result<std::vector<columnar::ColumnarBatch>> collect(const LogicalPlanPtr& plan, StructFields& schema) override;
  Result<LogicalPlanPtr> catalogCall(const spark::connect::Catalog& call) override;

 private:
  SessionHolder& session_;
  Operation* operation_;
  const parser::ParserOptions parserOptions_;
};

/// While it lives, cancelling `operation` cancels `query`.
class CancelLink {
 public:
  CancelLink(Operation* operation, std::shared_ptr<session::QueryExecution> query);
  ~CancelLink();
  CancelLink(const CancelLink&) = delete;
  CancelLink& operator=(const CancelLink&) = delete;

 private:
  Operation* operation_;
};

/// Answers a call of `spark.catalog` with a relation that holds the result.
Result<LogicalPlanPtr> answerCatalogCall(SessionHolder& session, const spark::connect::Catalog& call);

}  // namespace flint::connect
