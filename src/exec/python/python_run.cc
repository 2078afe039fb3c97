#include "exec/python/python_run.h"

#include <algorithm>
#include <charconv>
#include <span>

#include "columnar/type_layout.h"
#include "exec/python/profile_ids.h"
#include "expr/expression_evaluator.h"
#include "pyworker/worker_settings.h"

namespace flint::exec {
namespace {

using columnar::ColumnVector;
using columnar::ColumnarBatch;
using columnar::VectorPtr;
using expr::ExprPtr;
using expr::PythonEvalType;
using expr::PythonUdf;

const char* evalTypeName(PythonEvalType type) {
  switch (type) {
    case PythonEvalType::kBatched: return "SQL_BATCHED_UDF";
    case PythonEvalType::kArrowBatched: return "SQL_ARROW_BATCHED_UDF";
    case PythonEvalType::kScalarPandas: return "SQL_SCALAR_PANDAS_UDF";
    case PythonEvalType::kGroupedMapPandas: return "SQL_GROUPED_MAP_PANDAS_UDF";
    case PythonEvalType::kGroupedAggPandas: return "SQL_GROUPED_AGG_PANDAS_UDF";
    case PythonEvalType::kWindowAggPandas: return "SQL_WINDOW_AGG_PANDAS_UDF";
    case PythonEvalType::kScalarPandasIter: return "SQL_SCALAR_PANDAS_ITER_UDF";
    case PythonEvalType::kMapPandasIter: return "SQL_MAP_PANDAS_ITER_UDF";
    case PythonEvalType::kCogroupedMapPandas: return "SQL_COGROUPED_MAP_PANDAS_UDF";
    case PythonEvalType::kMapArrowIter: return "SQL_MAP_ARROW_ITER_UDF";
    case PythonEvalType::kGroupedMapArrow: return "SQL_GROUPED_MAP_ARROW_UDF";
    case PythonEvalType::kCogroupedMapArrow: return "SQL_COGROUPED_MAP_ARROW_UDF";
    case PythonEvalType::kGroupedMapArrowIter: return "SQL_GROUPED_MAP_ARROW_ITER_UDF";
    case PythonEvalType::kGroupedMapPandasIter: return "SQL_GROUPED_MAP_PANDAS_ITER_UDF";
    case PythonEvalType::kGroupedAggPandasIter: return "SQL_GROUPED_AGG_PANDAS_ITER_UDF";
    case PythonEvalType::kScalarArrow: return "SQL_SCALAR_ARROW_UDF";
    case PythonEvalType::kScalarArrowIter: return "SQL_SCALAR_ARROW_ITER_UDF";
    case PythonEvalType::kGroupedAggArrow: return "SQL_GROUPED_AGG_ARROW_UDF";
    case PythonEvalType::kWindowAggArrow: return "SQL_WINDOW_AGG_ARROW_UDF";
    case PythonEvalType::kGroupedAggArrowIter: return "SQL_GROUPED_AGG_ARROW_ITER_UDF";
    case PythonEvalType::kTable: return "SQL_TABLE_UDF";
    case PythonEvalType::kArrowTable: return "SQL_ARROW_TABLE_UDF";
    case PythonEvalType::kArrowUdtf: return "SQL_ARROW_UDTF";
  }
  return "";
}

// Only profiles show it.
int64_t resultIdOf(const PythonRun& run, const PythonUdf& udf) {
  if (run.setting("spark.sql.pyspark.udf.profiler", "").empty()) return udf.resultId;
  return profileIdOf(udf, run.setting("spark.connect.session.planCache.enabled", "true") != "false");
}

// Collects the columns that functions need, each expression once.
class Arguments {
 public:
  Arguments(PythonRun& run, const std::vector<expr::AttributePtr>& input) : run_(run), input_(input) {}

  Result<int32_t> columnOf(const ExprPtr& argument, const std::string& name) {
    ASSIGN_OR_RETURN(ExprPtr bound, expr::bindReferences(expr::withoutAlias(argument), input_));
    for (size_t i = 0; i < run_.arguments.size(); ++i) {
      if (bound->deterministic() && run_.arguments[i]->sameAs(*bound)) return static_cast<int32_t>(i);
    }
    run_.fields.push_back({name.empty() ? "_" + std::to_string(run_.fields.size()) : name, bound->dataType(), bound->nullable()});
    run_.arguments.push_back(std::move(bound));
    return static_cast<int32_t>(run_.arguments.size()) - 1;
  }

  // A function whose only argument is another's value is applied behind that one.
  Result<pyworker::TaskFunction> function(const PythonUdf& udf) {
    if (udf.arguments.size() == 1) {
      const auto* inner = udf.arguments[0]->as<PythonUdf>();
      if (inner != nullptr) {
        ASSIGN_OR_RETURN(pyworker::TaskFunction chained, function(*inner));
        chained.commands.push_back(udf.function.command);
        chained.resultId = resultIdOf(run_, udf);
        return chained;
      }
    }
    pyworker::TaskFunction made;
    for (size_t i = 0; i < udf.arguments.size(); ++i) {
      pyworker::TaskFunction::Argument argument;
      ASSIGN_OR_RETURN(argument.column, columnOf(udf.arguments[i], {}));
      if (i < udf.argumentNames.size()) argument.name = udf.argumentNames[i];
      made.arguments.push_back(std::move(argument));
    }
    made.commands.push_back(udf.function.command);
    made.resultId = resultIdOf(run_, udf);
    return made;
  }

 private:
  PythonRun& run_;
  const std::vector<expr::AttributePtr>& input_;
};

// [length, number of keys, keys, values]: how grouped functions are told of their columns. The columns have their names.
Status addGroupOffsets(std::span<const ExprPtr> columns, const std::vector<expr::AttributePtr>& keys, Arguments& arguments, pyworker::TaskFunction& made) {
  std::vector<int32_t> values;
  for (const ExprPtr& value : columns) {
    const expr::AttributePtr attribute = expr::toAttribute(value);
    ASSIGN_OR_RETURN(const int32_t column, arguments.columnOf(value, attribute == nullptr ? "" : attribute->name));
    values.push_back(column);
  }
  std::vector<int32_t> offsets = {static_cast<int32_t>(keys.size())};
  for (const expr::AttributePtr& key : keys) {
    ASSIGN_OR_RETURN(const int32_t column, arguments.columnOf(key, key->name));
    offsets.push_back(column);
  }
  offsets.insert(offsets.end(), values.begin(), values.end());
  made.arguments.push_back({static_cast<int32_t>(offsets.size()), {}});
  for (const int32_t offset : offsets) made.arguments.push_back({offset, {}});
  return Status::ok();
}

std::string tableFunctionHeader(const PythonUdf& udf, const pyworker::TaskFunction& made) {
  std::string out;
  pyworker::appendArguments(out, made);
  pyworker::appendInt(out, udf.numPartitionColumns);
  if (udf.numPartitionColumns > 0) {
    const auto& row = udf.arguments[static_cast<size_t>(udf.tableArgument)]->dataType();
    const auto numFields = static_cast<int32_t>(row.fields().size());
    for (int32_t i = udf.numPartitionColumns; i > 0; --i) pyworker::appendInt(out, numFields - i);
  }
  out.push_back(udf.analysis.empty() ? '\0' : '\1');
  if (!udf.analysis.empty()) pyworker::appendBytes(out, udf.analysis);
  pyworker::appendBytes(out, udf.function.command);
  pyworker::appendBytes(out, udf.type.json());
  pyworker::appendBytes(out, udf.function.name);
  return out;
}

int64_t integerOf(const std::string& text, int64_t otherwise) {
  int64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failure == std::errc() && end == text.data() + text.size() ? value : otherwise;
}

}  // namespace

std::string PythonRun::setting(std::string_view key, std::string_view otherwise) const {
  for (const auto& [name, value] : settings) {
    if (name == key) return value;
  }
  return std::string(otherwise);
}

Result<std::shared_ptr<PythonRun>> PythonRun::make(const plan::PythonMapExec& node, const std::vector<expr::AttributePtr>& input) {
  auto run = std::make_shared<PythonRun>();
  run->settings = node.settings;
  const expr::PythonFunction& first = node.function(0).function;
  run->header.evalType = static_cast<int32_t>(first.evalType);
  run->header.pythonVersion = first.pythonVersion;
  run->header.filesDirectory = first.filesDirectory;
  run->header.includes = first.includes;
  run->header.isBarrier = node.isBarrier;
  run->header.settings = node.settings;
  Arguments arguments(*run, input);
  if (node.shape == plan::PythonShape::kTable) {
    ASSIGN_OR_RETURN(const pyworker::TaskFunction made, arguments.function(node.function(0)));
    run->header.tableFunction = tableFunctionHeader(node.function(0), made);
    if (first.evalType == PythonEvalType::kArrowUdtf && node.function(0).tableArgument >= 0) {
      const int32_t column = made.arguments[static_cast<size_t>(node.function(0).tableArgument)].column;
      run->header.evaluation.emplace_back("table_arg_offsets", std::to_string(column));
    }
  } else if (node.shape == plan::PythonShape::kGroups || node.shape == plan::PythonShape::kCoGroups) {
    pyworker::TaskFunction made;
    std::span<const ExprPtr> columns(node.function(0).arguments);
    if (node.shape == plan::PythonShape::kCoGroups) columns = columns.first(static_cast<size_t>(node.numLeftArguments));
    RETURN_IF_ERROR(addGroupOffsets(columns, node.grouping, arguments, made));
    made.commands = {first.command};
    made.resultId = resultIdOf(*run, node.function(0));
    run->header.functions.push_back(std::move(made));
  } else {
    for (size_t i = 0; i < node.functions.size(); ++i) {
      ASSIGN_OR_RETURN(pyworker::TaskFunction made, arguments.function(node.function(i)));
      run->header.functions.push_back(std::move(made));
    }
  }
  const bool isMap = node.shape == plan::PythonShape::kMap;
  if (isMap) {
    // The function gets the columns under their names.
    for (size_t i = 0; i < run->fields.size() && i < input.size(); ++i) run->fields[i].name = input[i]->name;
    run->header.functions[0].arguments = {{0, {}}};
  }
  if (isMap || first.evalType == PythonEvalType::kGroupedMapArrow || first.evalType == PythonEvalType::kGroupedMapArrowIter) {
    run->fields = {{"struct", DataType::structType(run->fields), false}};
    run->wrapped = true;
  }
  if (first.evalType == PythonEvalType::kArrowBatched || first.evalType == PythonEvalType::kBatched || node.shape == plan::PythonShape::kTable) {
    run->header.evaluation.emplace_back("input_type", DataType::structType(run->fields).json());
  }
  for (const expr::AttributePtr& result : node.results) {
    run->resultTypes.push_back(result->dataType());
    run->requiredNames.push_back(result->nullable() ? "" : result->name);
  }
  // Beside the results the place of the row that each belongs to.
  if (node.shape == plan::PythonShape::kTable) run->resultTypes.push_back(DataType::bigint());
  run->arrow.timeZone = run->setting("spark.sql.session.timeZone", "UTC");
  run->arrow.largeVarTypes = run->setting("spark.sql.execution.arrow.useLargeVarTypes", "false") == "true";
  run->maxRecordsPerBatch = integerOf(run->setting("spark.sql.execution.arrow.maxRecordsPerBatch", "10000"), 10000);
  if (run->maxRecordsPerBatch <= 0) run->maxRecordsPerBatch = INT32_MAX;

  run->environment = pyworker::environmentFor(first.sessionId, [&](std::string_view key) { return run->setting(key, ""); });
  return run;
}

Result<std::shared_ptr<PythonRun>> PythonRun::makeRight(const plan::PythonMapExec& node, const std::vector<expr::AttributePtr>& input) {
  ASSIGN_OR_RETURN(std::shared_ptr<PythonRun> run, make(node, node.inputs[0]->output()));
  run->arguments.clear();
  run->fields.clear();
  run->header.functions.clear();
  Arguments arguments(*run, input);
  pyworker::TaskFunction made;
  const std::span<const ExprPtr> columns(node.function(0).arguments);
  RETURN_IF_ERROR(addGroupOffsets(columns.subspan(static_cast<size_t>(node.numLeftArguments)), node.rightGrouping, arguments, made));
  run->header.functions.push_back(std::move(made));
  return run;
}

ColumnarBatch toWorkerColumns(const PythonRun& run, const ColumnarBatch& batch, std::vector<VectorPtr> arguments) {
  if (run.wrapped) arguments = {ColumnVector::structure(run.fields[0].type, batch.numRows(), nullptr, std::move(arguments))};
  return batch.withColumns(std::move(arguments));
}

Result<std::vector<VectorPtr>> fromWorkerColumns(const PythonRun& run, const ColumnarBatch& given, bool wrapped) {
  std::vector<VectorPtr> columns = given.columns();
  if (wrapped && columns.size() == 1 && columns[0]->type().is(TypeKind::kStruct)) columns = std::vector<VectorPtr>(columns[0]->children());
  bool fits = columns.size() == run.resultTypes.size();
  for (size_t i = 0; fits && i < columns.size(); ++i) fits = columnar::hasSameLayout(columns[i]->type(), run.resultTypes[i]);
  if (!fits) {
    std::string expected;
    for (const DataType& type : run.resultTypes) expected += (expected.empty() ? "" : ", ") + type.simpleString();
    std::string actual;
    for (const VectorPtr& column : columns) actual += (actual.empty() ? "" : ", ") + column->type().simpleString();
    return Error(condition::kArrowTypeMismatch)
        .with("operation", evalTypeName(static_cast<PythonEvalType>(run.header.evalType)))
        .with("outputTypes", expected)
        .with("actualDataTypes", actual)
        .as(ErrorFamily::kRuntime);
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    if (i < run.requiredNames.size() && !run.requiredNames[i].empty() && columns[i]->mayHaveNulls()) {
      for (const columnar::RowIndex row : given.activeRows()) {
        if (columns[i]->isNull(row)) return Error(condition::kNotNullAssertViolation).with("walkedTypePath", quoteIdentifier(run.requiredNames[i])).as(ErrorFamily::kRuntime);
      }
    }
    if (columns[i]->type() != run.resultTypes[i]) columns[i] = ColumnVector::withType(columns[i], run.resultTypes[i]);
  }
  return columns;
}

}  // namespace flint::exec
