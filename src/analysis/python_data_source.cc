#include "analysis/python_data_source.h"

#include "base/json_string.h"
#include "parser/sql_parser.h"
#include "plan/logical/python_plans.h"
#include "plan/logical/relational.h"
#include "pyworker/worker_settings.h"
#include "types/type_json.h"

namespace flint::analysis {

pyworker::DataSourceQuestion questionAbout(const catalog::PythonDataSource& source, const catalog::SQLConf& conf) {
  pyworker::DataSourceQuestion question;
  question.environment = pyworker::environmentFor(source.function.sessionId, [&](std::string_view key) { return conf.get(key, ""); });
  question.header.pythonVersion = source.function.pythonVersion;
  question.header.filesDirectory = source.function.filesDirectory;
  question.header.includes = source.function.includes;
  question.name = source.name;
  question.pickled = source.function.command;
  return question;
}

Result<plan::LogicalPlanPtr> pythonDataSourceRelation(const catalog::PythonDataSource& source, const connector::Options& options,
                                                      const std::vector<std::string>& paths, const std::optional<DataType>& schema,
                                                      const catalog::SQLConf& conf) {
  connector::Options all = options;
  if (paths.size() == 1) all.emplace_back("path", paths[0]);
  if (paths.size() > 1) {
    std::string list;
    for (const std::string& path : paths) {
      list += list.empty() ? "[" : ",";
      appendJsonString(list, path);
    }
    all.emplace_back("paths", list + "]");
  }
  const pyworker::DataSourceQuestion question = questionAbout(source, conf);
  ASSIGN_OR_RETURN(const pyworker::CreatedDataSource created, pyworker::createDataSource(question, schema.has_value() ? schema->json() : "", all));
  expr::PythonUdf instance;
  instance.function = source.function;
  instance.function.name = source.name;
  instance.function.command = created.pickled;
  instance.function.evalType = expr::PythonEvalType::kMapArrowIter;
  if (schema.has_value()) {
    instance.type = *schema;
  } else if (created.schemaIsJson) {
    ASSIGN_OR_RETURN(instance.type, dataTypeFromJson(created.schemaText));
  } else {
    ASSIGN_OR_RETURN(instance.type, parser::parseTableSchema(created.schemaText));
  }
  plan::PythonMap rows;
  rows.results = plan::attributesOfStruct(instance.type);
  rows.functions = {expr::makeExpr(std::move(instance))};
  rows.dataSource = source.name;
  rows.child = plan::makePlan(plan::OneRowRelation{});
  return plan::makePlan(std::move(rows));
}

}  // namespace flint::analysis
