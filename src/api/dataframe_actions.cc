#include <cstdio>

#include "api/nodes.h"
#include "api/row_stream.h"
#include "memory/memory_pool.h"
#include "session/dataframe_calls/dataframe_plans.h"
#include "session/query_execution.h"
#include "session/shared_state.h"
#include "session/show_string.h"

namespace flint::sql {

using api::checked;
using columnar::ColumnarBatch;
using session::QueryExecution;

namespace {

std::string timeZoneOf(const api::DataFrameNode& frame) { return frame.session->session->conf().get("spark.sql.session.timeZone", "UTC"); }

// Gives rows to a function as they come.
class EachRow final : public exec::ResultConsumer {
 public:
  EachRow(const DataType& schema, std::string timeZone, const std::function<bool(const Row& row)>& each)
      : maker_(schema, std::move(timeZone)), each_(each) {}
  Result<exec::Progress> accept(const ColumnarBatch& batch) override {
    for (const columnar::RowIndex row : batch.activeRows()) {
      if (!each_(maker_.row(batch, row))) return exec::Progress::finished();
    }
    return exec::Progress::needInput();
  }

 private:
  const api::RowMaker maker_;
  const std::function<bool(const Row& row)>& each_;
};

// The rows of a plan, kept once they were computed; memory for them is reserved as long as they are.
class CachedRows final : public plan::DataFrameCall {
 public:
  explicit CachedRows(api::DataFrameNodePtr frame) : frame_(std::move(frame)) {}
  std::string name() const override { return "cache"; }

  Result<plan::LogicalPlanPtr> expand(const plan::LogicalPlanPtr&) const override {
    const std::lock_guard lock(mutex_);
    if (rows_ != nullptr) return rows_;
    QueryExecution query(frame_->session->session, frame_->plan);
    ASSIGN_OR_RETURN(const DataType schema, query.schema());
    ASSIGN_OR_RETURN(std::vector<ColumnarBatch> batches, query.collect());
    int64_t bytes = 0;
    for (const ColumnarBatch& batch : batches) bytes += batch.byteSize();
    std::shared_ptr<memory::Reservation> reserved =
        memory::QueryPool::make(frame_->session->session->shared().memory, "cached rows")->makeReservation("cached rows");
    plan::LogicalPlanPtr rows = session::localRelation(schema.fields(), std::move(batches));
    if (!reserved->tryGrow(bytes)) return rows;  // no room: computed again the next time
    rows_ = rows;
    reserved_ = std::move(reserved);
    return rows;
  }

 private:
  const api::DataFrameNodePtr frame_;
  mutable std::mutex mutex_;
  mutable plan::LogicalPlanPtr rows_;
  mutable std::shared_ptr<memory::Reservation> reserved_;
};

Result<session::ExplainMode> explainMode(const std::string& mode) {
  using enum session::ExplainMode;
  if (mode == "simple") return kSimple;
  if (mode == "extended") return kExtended;
  if (mode == "codegen") return kCodegen;
  if (mode == "cost") return kCost;
  if (mode == "formatted") return kFormatted;
  return Error(condition::kUnsupportedCallWithoutSuggestion).with("methodName", "explain(" + mode + ")").with("className", "DataFrame").as(ErrorFamily::kIllegalArgument);
}

void addView(const api::DataFrameNode& frame, const std::string& name, bool replace) {
  const session::SparkSessionPtr& session = frame.session->session;
  const std::vector<std::string> parts = checked(parser::parseIdentifier(name, session->parserOptions()));
  if (parts.size() != 1) api::raise(Error(condition::kTempViewNameTooManyNameParts).with("actualName", catalog::quoted(parts)).as(ErrorFamily::kAnalysis));
  catalog::TempView view;
  view.name = session->catalog().folded(parts[0]);
  view.plan = checked(QueryExecution(session, frame.plan).analyzed());
  checked(session->catalog().tempViews().add(std::move(view), replace));
}

}  // namespace

std::optional<Row> RowIterator::next() { return checked(stream_->next()); }

RowIterator DataFrame::toLocalIterator() const { return RowIterator(checked(api::RowStream::start(*node_))); }

std::vector<Row> DataFrame::collect() const {
  QueryExecution query(node_->session->session, node_->plan);
  const api::RowMaker maker(checked(query.schema()), timeZoneOf(*node_));
  std::vector<Row> rows;
  for (const ColumnarBatch& batch : checked(query.collect())) {
    for (const columnar::RowIndex row : batch.activeRows()) rows.push_back(maker.row(batch, row));
  }
  return rows;
}

void DataFrame::forEach(const std::function<bool(const Row& row)>& each) const {
  QueryExecution query(node_->session->session, node_->plan);
  checked(query.run(std::make_shared<EachRow>(checked(query.schema()), timeZoneOf(*node_), each)));
}

std::optional<Row> DataFrame::first() const {
  const std::vector<Row> rows = take(1);
  return rows.empty() ? std::nullopt : std::optional<Row>(rows[0]);
}

int64_t DataFrame::count() const { return groupBy().count().collect().at(0).get<int64_t>(0); }

std::string DataFrame::showString(int32_t numRows, int32_t truncate, bool vertical) const {
  const auto collect = [&](const plan::LogicalPlanPtr& plan, StructFields& schema) -> Result<std::vector<ColumnarBatch>> {
    QueryExecution query(node_->session->session, plan);
    ASSIGN_OR_RETURN(const DataType type, query.schema());
    schema = type.fields();
    return query.collect();
  };
  return session::showString(checked(session::shownRows(node_->plan, numRows, collect)), numRows, truncate, vertical);
}

void DataFrame::show(int32_t numRows, int32_t truncate, bool vertical) const {
  std::printf("%s\n", showString(numRows, truncate, vertical).c_str());
  std::fflush(stdout);
}

std::vector<SchemaField> DataFrame::schema() const {
  std::vector<SchemaField> fields;
  const DataType type = checked(QueryExecution(node_->session->session, node_->plan).schema());
  for (const StructField& field : type.fields()) fields.push_back({field.name, field.type.sql(), field.nullable});
  return fields;
}

std::vector<std::string> DataFrame::columns() const {
  std::vector<std::string> names;
  for (SchemaField& field : schema()) names.push_back(std::move(field.name));
  return names;
}

std::string DataFrame::schemaTree() const { return session::schemaTreeString(checked(QueryExecution(node_->session->session, node_->plan).schema()), 0); }

void DataFrame::printSchema() const {
  std::printf("%s\n", schemaTree().c_str());
  std::fflush(stdout);
}

std::string DataFrame::explainString(const std::string& mode) const {
  return checked(QueryExecution(node_->session->session, node_->plan).explain(checked(explainMode(mode))));
}

void DataFrame::explain(const std::string& mode) const {
  std::printf("%s\n", explainString(mode).c_str());
  std::fflush(stdout);
}

DataFrame DataFrame::cache() const {
  const plan::LogicalPlanPtr rows = session::dataFrameCall(std::make_shared<CachedRows>(node_), plan::makePlan(plan::OneRowRelation()));
  return api::dataFrame(node_->session, rows->withPlanIds(node_->plan->planIds()));
}

void DataFrame::createOrReplaceTempView(const std::string& name) const { addView(*node_, name, true); }
void DataFrame::createTempView(const std::string& name) const { addView(*node_, name, false); }

DataFrameWriter DataFrame::write() const { return DataFrameWriter(node_); }

}  // namespace flint::sql
