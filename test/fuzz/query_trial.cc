#include "query_trial.h"

#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <thread>

#include "base/condition.h"
#include "fuzz_target.h"
#include "session/query_execution.h"
#include "session/shared_state.h"

namespace flint::fuzz {
namespace {

// Cancels a query when its time is over.
class Deadline {
 public:
  Deadline(session::QueryExecution& query, std::chrono::milliseconds bound)
      : thread_([this, &query, bound](const std::stop_token& stop) {
          std::unique_lock lock(mutex_);
          over_.wait_for(lock, stop, bound, [&] { return stop.stop_requested(); });
          if (!stop.stop_requested()) query.cancel(Error(condition::kOperationCanceled));
        }) {}

 private:
  std::mutex mutex_;
  std::condition_variable_any over_;
  std::jthread thread_;  // last: joined before what it uses is destroyed
};

}  // namespace

bool isDefect(const Error& error) {
  if (std::string_view(error.condition().name).starts_with("INTERNAL_ERROR")) return true;
  return error.cause() != nullptr && isDefect(*error.cause());
}

QueryTrial::QueryTrial(std::chrono::milliseconds bound) : bound_(bound) {
  std::string folder = (std::filesystem::temp_directory_path() / "flint_fuzz_XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr || ::chdir(folder.c_str()) != 0) stop("there is no folder to work in", folder.c_str());
  folder_ = folder;
  auto shared = session::SharedState::make(
      {{"spark.sql.warehouse.dir", folder_ + "/warehouse"}, {"spark.local.dir", folder_}, {"spark.master", "local[2]"}, {"spark.driver.memory", "2g"}});
  if (!shared.isOk()) stop("no session", shared.status().message().c_str());
  session_ = session::SparkSession::make(shared.value());
}

QueryTrial::~QueryTrial() { std::filesystem::remove_all(folder_); }

void QueryTrial::prepare(std::string_view sql) {
  auto plan = session_->parse(sql);
  if (!plan.isOk()) stop("the preparing statement", plan.status().message().c_str());
  session::QueryExecution query(session_, plan.value());
  const auto rows = query.collect();
  if (!rows.isOk()) stop("the preparing statement", rows.status().message().c_str());
}

Result<std::vector<columnar::ColumnarBatch>> QueryTrial::collect(const plan::LogicalPlanPtr& plan, StructFields& fields) {
  session::QueryExecution query(session_, plan);
  ASSIGN_OR_RETURN(const DataType schema, query.schema());
  fields = schema.fields();
  const Deadline deadline(query, bound_);
  return query.collect();
}

Result<std::vector<columnar::ColumnarBatch>> QueryTrial::run(const plan::LogicalPlanPtr& plan, std::string_view shown) {
  session::QueryExecution query(session_, plan);
  const auto rows = [&]() -> Result<std::vector<columnar::ColumnarBatch>> {
    RETURN_IF_ERROR(query.schema());
    ASSIGN_OR_RETURN(const std::string explained, query.explain(session::ExplainMode::kExtended));
    // A mutated script may do anything to the machine.
    if (explained.find("ScriptTransformation") != std::string::npos) return std::vector<columnar::ColumnarBatch>();
    const Deadline deadline(query, bound_);
    return query.collect();
  }();
  if (!rows.isOk() && isDefect(rows.error())) weakness(rows.error().message().c_str(), std::string(shown).c_str());
  return rows;
}

}  // namespace flint::fuzz
