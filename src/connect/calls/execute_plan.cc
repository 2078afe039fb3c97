#include <spark/connect/base.pb.h>
#include <zstd.h>

#include <algorithm>

#include "connect/calls/calls.h"
#include "connect/calls/commands.h"
#include "connect/decoder/literal_decoder.h"
#include "connect/decoder/type_codec.h"
#include "connect/relation_decoder/relations.h"
#include "connect/service/result_stream.h"
#include "connect/service/session_decode_context.h"
#include "plan/logical/command_parts.h"
#include "session/query_execution.h"

namespace flint::connect {
namespace {

using Request = spark::connect::ExecutePlanRequest;
using PlanResponse = spark::connect::ExecutePlanResponse;

constexpr int64_t kMaxPlanBytes = int64_t{512} << 20;  // of a compressed plan, inflated
constexpr int64_t kMinChunkBytes = 1'024;

int64_t chunkBytesOf(const catalog::SQLConf& conf, const Request& request) {
  for (const auto& option : request.request_options()) {
    if (!option.has_result_chunking_options() || !option.result_chunking_options().allow_arrow_batch_chunking()) continue;
    const int64_t largest = conf.getBytes("spark.connect.session.resultChunking.maxChunkSize", 120'795'955);
    const int64_t preferred = option.result_chunking_options().preferred_arrow_chunk_size();
    return preferred >= kMinChunkBytes ? std::min(preferred, largest) : largest;
  }
  return 0;
}

const char* metricType(exec::Metric::Unit unit) {
  switch (unit) {
    case exec::Metric::Unit::kSum: return "sum";
    case exec::Metric::Unit::kSize: return "size";
    case exec::Metric::Unit::kTiming: return "timing";
    case exec::Metric::Unit::kNanos: return "nsTiming";
  }
  return "sum";
}

void addMetrics(const std::vector<exec::QueryMetrics::Entry>& entries, PlanResponse& response) {
  auto* metrics = response.mutable_metrics();
  std::map<int64_t, PlanResponse::Metrics::MetricObject*> objects;
  for (const exec::QueryMetrics::Entry& entry : entries) {
    auto*& object = objects[entry.nodeId];
    if (object == nullptr) {
      object = metrics->add_metrics();
      object->set_name(entry.node);
      object->set_plan_id(entry.nodeId);
    }
    auto& value = (*object->mutable_execution_metrics())[entry.name];
    value.set_name(entry.name);
    value.set_value(entry.metric->value());
    value.set_metric_type(metricType(entry.metric->unit()));
  }
}

void addObserved(session::RunScope& scope, ResponseWriter& writer) {
  const std::vector<exec::ObservedMetrics> all = scope.takeObserved();
  if (all.empty()) return;
  PlanResponse response;
  for (const exec::ObservedMetrics& one : all) {
    auto* message = response.add_observed_metrics();
    message->set_name(one.name);
    message->set_plan_id(one.planId);
    for (size_t i = 0; i < one.fields.size(); ++i) {
      message->add_keys(one.fields[i].name);
      encodeLiteral(one.values[i], one.fields[i].type, *message->add_values());
    }
  }
  writer.add(response);
}

// Tells the client of the progress as soon as there is some, so that it handles the message while the query runs: one at the end would make it wait for
// itself. Only a bar that was seen for a while is filled at the end.
class ProgressBar {
 public:
  ProgressBar(SessionHolder& session, Operation& operation) : session_(session), operation_(operation) {
    operation.scope()->whenParallel([this] {
      shownMs_ = steadyMs();
      reportProgress(session_, operation_);
    });
  }
  void fill() {
    if (const int64_t shown = shownMs_; shown != 0 && steadyMs() - shown >= kSeenMs) reportProgress(session_, operation_);
  }

 private:
  static constexpr int64_t kSeenMs = 100;
  SessionHolder& session_;
  Operation& operation_;
  std::atomic<int64_t> shownMs_{0};
};

// Runs a relation: schema, batches, metrics.
Status runRelation(SessionHolder& session, Operation& operation, const Request& request, const spark::connect::Relation& relation,
                   ResponseWriter& writer) {
  std::optional<PreparedQuery::Change> change;
  std::shared_ptr<session::QueryExecution> query;
  if (relation.has_sql() || relation.has_with_relations()) query = session.prepared().take(PreparedQuery::messageOf(relation));
  if (query == nullptr) {
    SessionDecodeContext context(session);
    PlanDecoder decoder(context);
    ASSIGN_OR_RETURN(LogicalPlanPtr decoded, decoder.relation(relation));
    if (plan::isCommand(decoded->kind())) change.emplace(session.prepared());
    query = std::make_shared<session::QueryExecution>(session.sparkPtr(), std::move(decoded));
  }
  ASSIGN_OR_RETURN(const DataType schema, query->schema());
  const catalog::SQLConf& conf = session.spark().conf();
  columnar::ArrowWriteOptions arrow;
  arrow.timeZone = conf.get("spark.sql.session.timeZone", "UTC");
  arrow.largeVarTypes = conf.getBoolean("spark.sql.execution.arrow.useLargeVarTypes", false);
  ResultStream::Limits limits;
  limits.maxRows = std::max<int64_t>(1, conf.getInteger("spark.sql.execution.arrow.maxRecordsPerBatch", 10'000));
  limits.chunkBytes = chunkBytesOf(conf, request);
  limits.maxResultBytes = conf.getBytes("spark.driver.maxResultSize", limits.maxResultBytes);
  const auto stream = std::make_shared<ResultStream>(schema.fields(), std::move(arrow), writer, operation, limits);
  encodeType(schema, *stream->beside().mutable_schema());
  RETURN_IF_ERROR(query->run(stream));
  addMetrics(query->metrics(), stream->beside());
  return stream->finish();
}

Status runPlan(SessionHolder& session, Operation& operation, const Request& request, ResponseWriter& writer) {
  ProgressBar progress(session, operation);
  const spark::connect::Plan* plan = &request.plan();
  spark::connect::Plan inflated;
  if (plan->has_compressed_operation()) {
    RETURN_IF_ERROR(inflatePlan(*plan, inflated));
    plan = &inflated;
  }
  switch (plan->op_type_case()) {
    case spark::connect::Plan::kRoot: RETURN_IF_ERROR(runRelation(session, operation, request, plan->root(), writer)); break;
    case spark::connect::Plan::kCommand: RETURN_IF_ERROR(runCommand(session, plan->command(), writer)); break;
    default: return invalidPlan("a plan of a relation or a command was expected");
  }
  addObserved(*operation.scope(), writer);
  progress.fill();
  if (operation.reattachable()) {
    PlanResponse last;
    last.mutable_result_complete();
    writer.add(last);
  }
  return Status::ok();
}

}  // namespace

void executePlan(SessionHolder& session, Operation& operation, const Request& request) {
  ResponseWriter writer(session, operation);
  const session::RunScope::Entered entered(operation.scope());
  operation.finish(runPlan(session, operation, request, writer));
  session.touch();
  session.prepared().plan();
}

void reportProgress(SessionHolder& session, Operation& operation) {
  PlanResponse response;
  auto* progress = response.mutable_execution_progress();
  int64_t running = 0;
  for (const exec::RunProgress::Stage& stage : operation.scope()->stages()) {
    auto* message = progress->add_stages();
    message->set_stage_id(stage.id);
    message->set_num_tasks(stage.numTasks);
    message->set_num_completed_tasks(stage.numCompleted);
    message->set_done(stage.done);
    if (!stage.done) running += std::min(stage.numTasks - stage.numCompleted, session.spark().shared().numThreads);
  }
  progress->set_num_inflight_tasks(running);
  ResponseWriter(session, operation).add(response);
}

Status inflatePlan(const spark::connect::Plan& plan, spark::connect::Plan& inflated) {
  using Compressed = spark::connect::Plan::CompressedOperation;
  if (!plan.has_compressed_operation()) {
    inflated = plan;
    return Status::ok();
  }
  const auto cannotParse = [](const char* why) { return Error(condition::kConnectInvalidPlanCannotParse).with("errorMsg", why).as(ErrorFamily::kSqlConnect); };
  const Compressed& compressed = plan.compressed_operation();
  if (compressed.compression_codec() != spark::connect::COMPRESSION_CODEC_ZSTD) return cannotParse("the compression codec is unknown");
  const auto stream = std::unique_ptr<ZSTD_DStream, size_t (*)(ZSTD_DStream*)>(ZSTD_createDStream(), ZSTD_freeDStream);
  std::string bytes;
  std::string block(ZSTD_DStreamOutSize(), '\0');
  ZSTD_inBuffer in{compressed.data().data(), compressed.data().size(), 0};
  size_t left = 1;
  while (in.pos < in.size || left > 0) {
    ZSTD_outBuffer out{block.data(), block.size(), 0};
    left = ZSTD_decompressStream(stream.get(), &out, &in);
    if (ZSTD_isError(left) != 0) return cannotParse(ZSTD_getErrorName(left));
    bytes.append(block, 0, out.pos);
    if (static_cast<int64_t>(bytes.size()) > kMaxPlanBytes) {
      return Error(condition::kConnectInvalidPlanPlanSizeLargerThanMax)
          .with("planSize", "unknown")
          .with("maxPlanSize", std::to_string(kMaxPlanBytes))
          .as(ErrorFamily::kSqlConnect);
    }
    if (in.pos == in.size && out.pos < out.size) break;
  }
  google::protobuf::io::CodedInputStream input(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  input.SetRecursionLimit(2 * PlanDecoder::kMaxDepth);
  bool parsed = false;
  switch (compressed.op_type()) {
    case Compressed::OP_TYPE_RELATION: parsed = inflated.mutable_root()->ParseFromCodedStream(&input); break;
    case Compressed::OP_TYPE_COMMAND: parsed = inflated.mutable_command()->ParseFromCodedStream(&input); break;
    default: return cannotParse("the kind of the compressed plan is unknown");
  }
  return parsed ? Status::ok() : Status(cannotParse("the compressed plan is damaged"));
}

}  // namespace flint::connect
