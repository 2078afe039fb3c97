#include <mutex>

#include "api/nodes.h"
#include "columnar/vector_builder.h"
#include "plan/logical/command_parts.h"
#include "session/dataframe_calls/dataframe_plans.h"
#include "session/query_execution.h"
#include "session/shared_state.h"

namespace flint::sql {

using api::checked;

namespace {

// The session that `getOrCreate` gives; of the process.
struct ActiveSession {
  std::mutex mutex;
  api::SessionNodePtr session;
};
ActiveSession& activeSession() {
  static ActiveSession active;
  return active;
}

}  // namespace

SparkSession::Builder& SparkSession::Builder::config(const std::string& key, const OptionValue& value) {
  settings_[key] = value.text();
  return *this;
}

SparkSession SparkSession::Builder::getOrCreate() {
  ActiveSession& active = activeSession();
  const std::lock_guard lock(active.mutex);
  if (active.session == nullptr) {
    auto shared = checked(session::SharedState::make(settings_));
    active.session = std::make_shared<const api::SessionNode>(api::SessionNode{session::SparkSession::make(std::move(shared))});
  }
  for (const auto& [key, value] : settings_) {
    const catalog::SqlSetting* setting = catalog::findSqlSetting(key);
    if (setting != nullptr && !setting->isStatic) checked(active.session->session->conf().set(key, value));
  }
  return SparkSession(active.session);
}

DataFrame SparkSession::sql(const std::string& text) const {
  plan::LogicalPlanPtr plan = checked(node_->session->parse(text));
  const bool isCommand = plan::isCommand(plan->kind());
  plan::LogicalPlanPtr analyzed = checked(session::QueryExecution(node_->session, plan).analyzed());
  return api::dataFrame(node_, isCommand ? std::move(analyzed) : std::move(plan));
}

DataFrame SparkSession::table(const std::string& name) const { return read().table(name); }

DataFrame SparkSession::range(int64_t start, int64_t end, int64_t step, int32_t numPartitions) const {
  if (step == 0) {
    api::raise(Error(condition::kUnsupportedCallWithoutSuggestion).with("methodName", "range with step 0").with("className", "SparkSession").as(ErrorFamily::kIllegalArgument));
  }
  plan::Range node;
  node.start = start;
  node.end = end;
  node.step = step;
  node.numPartitions = numPartitions;
  node.id = expr::attribute("id", DataType::bigint(), false);
  return api::dataFrame(node_, plan::makePlan(std::move(node)));
}

DataFrame SparkSession::createDataFrame(const std::vector<Row>& rows, const std::string& schema) const {
  const DataType type = checked(parser::parseTableSchema(schema, node_->session->parserOptions()));
  const StructFields& fields = type.fields();
  constexpr size_t kBatchRows = 2'048;
  std::vector<columnar::ColumnarBatch> batches;
  for (size_t from = 0; from < rows.size(); from += kBatchRows) {
    const size_t to = std::min(rows.size(), from + kBatchRows);
    std::vector<columnar::VectorBuilder> builders;
    for (const StructField& field : fields) builders.emplace_back(field.type);
    for (size_t i = from; i < to; ++i) {
      if (rows[i].size() != fields.size()) {
        api::raise(Error(condition::kAssignmentArityMismatch)
                       .with("numExpr", std::to_string(rows[i].size()))
                       .with("numTarget", std::to_string(fields.size()))
                       .as(ErrorFamily::kAnalysis));
      }
      for (size_t column = 0; column < fields.size(); ++column) {
        if (rows[i][column].isNull() && !fields[column].nullable) {
          api::raise(Error(condition::kNotNullAssertViolation).with("walkedTypePath", fields[column].name + "\n").as(ErrorFamily::kRuntime));
        }
        builders[column].append(checked(api::engineValue(rows[i][column], fields[column].type, fields[column].name)));
      }
    }
    std::vector<columnar::VectorPtr> columns;
    for (columnar::VectorBuilder& builder : builders) columns.push_back(builder.finish());
    batches.emplace_back(std::move(columns), static_cast<columnar::RowIndex>(to - from));
    batches.back().setPosition(0, static_cast<int64_t>(batches.size()) - 1);
  }
  return api::dataFrame(node_, session::localRelation(fields, std::move(batches)));
}

DataFrameReader SparkSession::read() const { return DataFrameReader(node_); }
RuntimeConfig SparkSession::conf() const { return RuntimeConfig(node_); }

SparkSession SparkSession::newSession() const {
  return SparkSession(std::make_shared<const api::SessionNode>(api::SessionNode{session::SparkSession::make(node_->session->sharedState())}));
}

std::string SparkSession::version() const { return "4.2.0"; }

void SparkSession::stop() {
  node_->session->running().cancelAll(Error(condition::kOperationCanceled).as(ErrorFamily::kSqlConnect));
  ActiveSession& active = activeSession();
  const std::lock_guard lock(active.mutex);
  if (active.session == node_) active.session = nullptr;
}

void RuntimeConfig::set(const std::string& key, const OptionValue& value) const { checked(session_->session->conf().set(key, value.text())); }
void RuntimeConfig::unset(const std::string& key) const { checked(session_->session->conf().unset(key)); }
std::string RuntimeConfig::get(const std::string& key) const { return checked(session_->session->conf().get(key)); }
std::string RuntimeConfig::get(const std::string& key, const std::string& otherwise) const {
  return session_->session->conf().find(key).value_or(otherwise);
}
std::map<std::string, std::string> RuntimeConfig::getAll() const { return session_->session->conf().getAll(); }

}  // namespace flint::sql
