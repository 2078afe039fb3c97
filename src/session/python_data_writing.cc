#include "session/python_data_writing.h"

#include <optional>

#include "analysis/python_data_source.h"
#include "plan/logical/python_plans.h"
#include "session/query_execution.h"

namespace flint::session {
namespace {

using connector::SaveMode;

Result<std::vector<std::optional<std::string>>> messagesOf(const SparkSessionPtr& session, const plan::LogicalPlanPtr& query,
                                                           const catalog::PythonDataSource& source, const std::string& command) {
  expr::PythonUdf write;
  write.function = source.function;
  write.function.name = source.name;
  write.function.command = command;
  write.function.evalType = expr::PythonEvalType::kMapArrowIter;
  write.type = DataType::structType({{pyworker::kMessageColumn, DataType::binary(), true}});
  plan::PythonMap map;
  map.functions = {expr::makeExpr(std::move(write))};
  map.child = query;
  QueryExecution execution(session, plan::makePlan(std::move(map)));
  ASSIGN_OR_RETURN(const std::vector<columnar::ColumnarBatch> batches, execution.collect());
  std::vector<std::optional<std::string>> messages;
  for (const columnar::ColumnarBatch& batch : batches) {
    for (const columnar::RowIndex row : batch.activeRows()) {
      const Value value = batch.column(0)->valueAt(row);
      messages.push_back(value.isNull() ? std::nullopt : std::optional(std::string(value.asString())));
    }
  }
  return messages;
}

}  // namespace

Status saveInPython(const SparkSessionPtr& session, const plan::LogicalPlanPtr& query, const WriteTarget& target, const catalog::PythonDataSource& source) {
  if (target.mode != SaveMode::kAppend && target.mode != SaveMode::kOverwrite) {
    return Error(condition::kUnsupportedDataSourceSaveMode)
        .with("source", source.name)
        .with("createMode", target.mode == SaveMode::kIgnore ? "\"Ignore\"" : "\"ErrorIfExists\"")
        .as(ErrorFamily::kAnalysis);
  }
  ASSIGN_OR_RETURN(const DataType rows, QueryExecution(session, query).schema());
  connector::Options options = target.options;
  if (!target.path.empty() && connector::findOption(options, "path") == nullptr) options.emplace_back("path", target.path);
  const catalog::SQLConf& conf = session->conf();
  pyworker::DataSourceQuestion question = analysis::questionAbout(source, conf);
  ASSIGN_OR_RETURN(const pyworker::PlannedWrite planned,
                   pyworker::planDataSourceWrite(question, rows.json(), options, target.mode == SaveMode::kOverwrite,
                                                 conf.getBoolean("spark.sql.execution.pyspark.binaryAsBytes", true)));
  const auto messages = messagesOf(session, query, source, planned.command);
  if (messages.isOk()) return pyworker::endDataSourceWrite(question, planned.writer, messages.value(), false);
  // What made the write fail matters more than what aborting it may say.
  static_cast<void>(pyworker::endDataSourceWrite(question, planned.writer, {std::nullopt}, true).isOk());
  return messages.status();
}

}  // namespace flint::session
