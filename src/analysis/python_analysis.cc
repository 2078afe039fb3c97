#include "analysis/python_analysis.h"

#include <algorithm>

#include "columnar/arrow_ipc_writer.h"
#include "expr/function_registry.h"
#include "parser/sql_parser.h"
#include "pyworker/worker_answer.h"
#include "pyworker/worker_question.h"
#include "pyworker/worker_settings.h"
#include "types/type_json.h"

namespace flint::analysis {
namespace {

using plan::ExprPtr;

Error failed(const std::string& message) {
  return Error(condition::kTableValuedFunctionFailedToAnalyzeInPython).with("msg", message).as(ErrorFamily::kAnalysis);
}

Result<std::string> requestFor(const expr::PythonUdf& call, const std::vector<int32_t>& tables, const expr::EvaluationOptions& options) {
  std::string described;
  StructFields fields;
  std::vector<columnar::VectorPtr> values;
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    const ExprPtr& argument = call.arguments[i];
    const bool isTable = std::find(tables.begin(), tables.end(), static_cast<int32_t>(i)) != tables.end();
    const bool isConstant = !isTable && argument->foldable();
    if (isConstant) {
      ASSIGN_OR_RETURN(const Value value, expr::evaluateFoldable(argument, options));
      fields.push_back({"_" + std::to_string(fields.size()), argument->dataType(), true});
      values.push_back(columnar::ColumnVector::constant(argument->dataType(), value, 1));
    }
    pyworker::appendBytes(described, argument->dataType().json());
    described.push_back(isConstant ? '\1' : '\0');
    described.push_back(isTable ? '\1' : '\0');
    pyworker::appendBytes(described, i < call.argumentNames.size() ? call.argumentNames[i] : "");
  }
  std::string stream;
  if (!fields.empty()) {
    columnar::ArrowIpcWriter writer(fields, {.timeZone = options.timeZone});
    writer.add(columnar::ColumnarBatch(std::move(values), 1));
    stream = writer.finish();
  }
  std::string out;
  pyworker::appendBytes(out, call.function.name);
  pyworker::appendBytes(out, call.function.command);
  pyworker::appendInt(out, static_cast<int32_t>(call.arguments.size()));
  pyworker::appendBytes(out, stream);
  return out + described;
}

Result<PythonAnalysis> read(const std::string& bytes) {
  pyworker::WorkerAnswer answer(bytes);
  PythonAnalysis out;
  ASSIGN_OR_RETURN(out.schema, dataTypeFromJson(answer.text()));
  out.pickled = answer.text();
  out.singlePartition = answer.number() != 0;
  for (int32_t left = answer.number(); left > 0 && !answer.failed(); --left) {
    ASSIGN_OR_RETURN(ExprPtr column, parser::parseExpression(answer.text()));
    out.partitionBy.push_back(std::move(column));
  }
  for (int32_t left = answer.number(); left > 0 && !answer.failed(); --left) {
    const std::string text = answer.text();
    const bool ascending = answer.number() != 0;
    const int32_t nulls = answer.number();
    ASSIGN_OR_RETURN(ExprPtr column, parser::parseExpression(text));
    out.orderBy.push_back(expr::sortOrder(std::move(column), ascending, nulls == 0 ? ascending : nulls == 1));
  }
  for (int32_t left = answer.number(); left > 0 && !answer.failed(); --left) {
    const std::string text = answer.text();
    const std::string name = answer.text();
    ASSIGN_OR_RETURN(ExprPtr column, parser::parseExpression(text));
    if (!name.empty()) column = expr::alias(std::move(column), name);
    out.select.push_back(std::move(column));
  }
  if (answer.failed() || !out.schema.is(TypeKind::kStruct)) return failed("the worker gave an answer of no meaning");
  return out;
}

}  // namespace

Result<PythonAnalysis> analyzeInPython(const expr::PythonUdf& call, const std::vector<int32_t>& tables, const catalog::SQLConf& conf, const expr::EvaluationOptions& options) {
  const pyworker::WorkerEnvironment environment =
      pyworker::environmentFor(call.function.sessionId, [&](std::string_view key) { return conf.get(key, ""); });
  pyworker::TaskHeader header;
  header.pythonVersion = call.function.pythonVersion;
  header.filesDirectory = call.function.filesDirectory;
  header.includes = call.function.includes;
  ASSIGN_OR_RETURN(const std::string request, requestFor(call, tables, options));
  const auto answer = pyworker::ask(environment, header, "analyze_udtf", request);
  if (!answer.isOk()) {
    const auto& parameters = answer.error().parameters();
    for (const auto& [name, value] : parameters) {
      if (name == "traceback") return failed(value);
    }
    return answer.error();
  }
  return read(answer.value());
}

}  // namespace flint::analysis
