#include "analysis/python_analysis.h"

#include "columnar/arrow_ipc_writer.h"
#include "expr/function_registry.h"
#include "parser/sql_parser.h"
#include "pyworker/worker_question.h"
#include "types/type_json.h"

namespace flint::analysis {
namespace {

using plan::ExprPtr;

// The answer's numbers and texts, as they follow each other.
class Answer {
 public:
  explicit Answer(const std::string& bytes) : bytes_(bytes) {}

  int32_t number() {
    if (bytes_.size() - at_ < 4) return fail();
    uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(bytes_[at_++]);
    return static_cast<int32_t>(value);
  }
  std::string text() {
    const int32_t size = number();
    if (size < 0 || bytes_.size() - at_ < static_cast<size_t>(size)) return std::string(static_cast<size_t>(fail()), ' ');
    at_ += static_cast<size_t>(size);
    return bytes_.substr(at_ - static_cast<size_t>(size), static_cast<size_t>(size));
  }
  bool failed() const { return failed_; }

 private:
  int32_t fail() {
    failed_ = true;
    at_ = bytes_.size();
    return 0;
  }

  const std::string& bytes_;
  size_t at_ = 0;
  bool failed_ = false;
};

Error failed(const std::string& message) {
  return Error(condition::kTableValuedFunctionFailedToAnalyzeInPython).with("msg", message).as(ErrorFamily::kAnalysis);
}

Result<std::string> requestFor(const expr::PythonUdf& call, const expr::EvaluationOptions& options) {
  std::string described;
  StructFields fields;
  std::vector<columnar::VectorPtr> values;
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    const ExprPtr& argument = call.arguments[i];
    const bool isTable = static_cast<int32_t>(i) == call.tableArgument;
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
  Answer answer(bytes);
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

Result<PythonAnalysis> analyzeInPython(const expr::PythonUdf& call, const catalog::SQLConf& conf, const expr::EvaluationOptions& options) {
  pyworker::WorkerEnvironment environment;
  environment.sessionId = call.function.sessionId;
  environment.executable = conf.get("spark.pyspark.python", conf.get("spark.python.exec", ""));
  if (conf.get("spark.sql.execution.pyspark.udf.simplifiedTraceback.enabled", "true") == "true") environment.variables["SPARK_SIMPLIFIED_TRACEBACK"] = "1";
  pyworker::TaskHeader header;
  header.pythonVersion = call.function.pythonVersion;
  header.filesDirectory = call.function.filesDirectory;
  header.includes = call.function.includes;
  ASSIGN_OR_RETURN(const std::string request, requestFor(call, options));
  const auto answer = pyworker::askToAnalyze(environment, header, request);
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
