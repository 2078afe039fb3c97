#pragma once

#include <string>
#include <vector>

#include "connect/decoder/plan_decoder.h"
#include "connect/service/session_holder.h"

namespace flint::connect {

/// What the decoder asks of a client's session.
class SessionDecodeContext final : public DecodeContext {
 public:
  explicit SessionDecodeContext(SessionHolder& session);

  const parser::ParserOptions& parserOptions() const override { return parserOptions_; }
  std::string defaultFormat() const override;
  bool caseSensitive() const override;
  int64_t integerSetting(std::string_view key, int64_t otherwise) const override;
  Result<std::shared_ptr<const std::string>> cachedArtifact(const std::string& hash) override;
  Result<LogicalPlanPtr> cachedRelation(const std::string& id) override;
  Result<std::string> scratchFile(const std::string& content, const std::string& extension) override;
  Result<std::string> showString(const LogicalPlanPtr& plan, int32_t numRows, int32_t truncate, bool vertical) override;
  Result<std::string> htmlString(const LogicalPlanPtr& plan, int32_t numRows, int32_t truncate) override;
  Result<std::vector<columnar::ColumnarBatch>> collect(const LogicalPlanPtr& plan, StructFields& schema) override;
  Result<expr::PythonFunction> pythonSession() override;
  Result<LogicalPlanPtr> catalogCall(const spark::connect::Catalog& call) override;

 private:
  SessionHolder& session_;
  const parser::ParserOptions parserOptions_;
};

/// The command that a call of `spark.catalog` stands for; null for those that have none.
Result<LogicalPlanPtr> catalogCommand(const spark::connect::Catalog& call, const parser::ParserOptions& options, const std::string& defaultFormat);
/// Answers a call of `spark.catalog` with a relation that holds the result.
Result<LogicalPlanPtr> answerCatalogCall(SessionHolder& session, const spark::connect::Catalog& call);

}  // namespace flint::connect
