#include <spark/connect/base.pb.h>

#include <algorithm>
#include <set>

#include "connect/calls/calls.h"
#include "connect/decoder/type_codec.h"
#include "connect/service/session_decode_context.h"
#include "session/cache/cache_manager.h"
#include "session/cache/caching.h"
#include "session/large_stack.h"
#include "session/query_execution.h"
#include "session/show_string.h"
#include "tree/transform.h"
#include "types/type_json.h"

namespace flint::connect {
namespace {

using AnalysisRequest = spark::connect::AnalyzePlanRequest;
using AnalysisResponse = spark::connect::AnalyzePlanResponse;
using Query = std::shared_ptr<session::QueryExecution>;

constexpr const char* kSparkVersion = "4.2.0";

// A type by its text, else the columns of a table.
Result<DataType> parseDdl(const std::string& text) {
  auto type = parser::parseDataType(text);
  if (type.isOk()) return type;
  return parser::parseTableSchema(text);
}

// One analysis call.
class PlanAnalysis {
 public:
  explicit PlanAnalysis(SessionHolder& session) : session_(session) {}
  Status answer(const AnalysisRequest& request, AnalysisResponse& response);

 private:
  Result<LogicalPlanPtr> decoded(const spark::connect::Relation& relation) {
    SessionDecodeContext context(session_);
    PlanDecoder decoder(context);
    return decoder.relation(relation);
  }
  Result<Query> query(const spark::connect::Relation& relation) {
    ASSIGN_OR_RETURN(LogicalPlanPtr plan, decoded(relation));
    return std::make_shared<session::QueryExecution>(session_.sparkPtr(), std::move(plan));
  }
  Result<Query> query(const spark::connect::Plan& plan) {
    spark::connect::Plan inflated;
    RETURN_IF_ERROR(inflatePlan(plan, inflated));
    if (!inflated.has_root()) return invalidPlan("a relation was expected");
    return query(inflated.root());
  }
  template <class Message>
  Result<LogicalPlanPtr> analyzed(const Message& message) {
    ASSIGN_OR_RETURN(const Query made, query(message));
    return made->analyzed();
  }
  Status persist(const AnalysisRequest::Persist& request, AnalysisResponse& response);
  Status storageLevel(const spark::connect::Relation& relation, AnalysisResponse& response);
  Status sameSemantics(const AnalysisRequest::SameSemantics& request, AnalysisResponse& response);
  Status explain(const AnalysisRequest::Explain& request, AnalysisResponse& response);
  Status inputFiles(const spark::connect::Plan& plan, AnalysisResponse& response);
  Status isStreaming(const spark::connect::Plan& plan, AnalysisResponse& response);
  Status jsonToDdl(const std::string& json, AnalysisResponse& response);

  SessionHolder& session_;
};

// Whether a plan reads a stream somewhere.
static bool readsStream(const LogicalPlanPtr& node) {
  if (const auto* relation = node->as<plan::UnresolvedRelation>(); relation != nullptr && relation->isStreaming) return true;
  if (const auto* source = node->as<plan::UnresolvedDataSource>(); source != nullptr && source->isStreaming) return true;
  const auto children = node->children();
  return std::any_of(children.begin(), children.end(), readsStream);
}

Status PlanAnalysis::isStreaming(const spark::connect::Plan& plan, AnalysisResponse& response) {
  spark::connect::Plan inflated;
  RETURN_IF_ERROR(inflatePlan(plan, inflated));
  if (!inflated.has_root()) return invalidPlan("a relation was expected");
  ASSIGN_OR_RETURN(const LogicalPlanPtr given, decoded(inflated.root()));
  const bool found = readsStream(given);
  if (!found) RETURN_IF_ERROR(std::make_shared<session::QueryExecution>(session_.sparkPtr(), given)->analyzed());
  response.mutable_is_streaming()->set_is_streaming(found);
  return Status::ok();
}

Status PlanAnalysis::persist(const AnalysisRequest::Persist& request, AnalysisResponse& response) {
  ASSIGN_OR_RETURN(const LogicalPlanPtr resolved, analyzed(request.relation()));
  session::StorageLevel level = session::StorageLevel::memoryAndDisk();
  if (request.has_storage_level()) {
    const auto& asked = request.storage_level();
    level = {.useDisk = asked.use_disk(),
             .useMemory = asked.use_memory(),
             .useOffHeap = asked.use_off_heap(),
             .deserialized = asked.deserialized(),
             .replication = asked.replication()};
  }
  session::cacheQuery(session_.sparkPtr(), resolved, level);
  response.mutable_persist();
  return Status::ok();
}

Status PlanAnalysis::storageLevel(const spark::connect::Relation& relation, AnalysisResponse& response) {
  ASSIGN_OR_RETURN(const LogicalPlanPtr resolved, analyzed(relation));
  const session::CachedQueryPtr cached = session_.spark().shared().cache->find(resolved);
  session::StorageLevel level;
  if (cached != nullptr) level = cached->level();
  auto* message = response.mutable_get_storage_level()->mutable_storage_level();
  message->set_use_disk(level.useDisk);
  message->set_use_memory(level.useMemory);
  message->set_use_off_heap(level.useOffHeap);
  message->set_deserialized(level.deserialized);
  message->set_replication(level.replication);
  return Status::ok();
}

Status PlanAnalysis::sameSemantics(const AnalysisRequest::SameSemantics& request, AnalysisResponse& response) {
  ASSIGN_OR_RETURN(const LogicalPlanPtr target, analyzed(request.target_plan()));
  ASSIGN_OR_RETURN(const LogicalPlanPtr other, analyzed(request.other_plan()));
  session::CanonicalForms forms;
  session::runOnLargeStack([&] { response.mutable_same_semantics()->set_result(forms.of(target)->sameAs(*forms.of(other))); });
  return Status::ok();
}

Status PlanAnalysis::explain(const AnalysisRequest::Explain& request, AnalysisResponse& response) {
  ASSIGN_OR_RETURN(const Query made, query(request.plan()));
  session::ExplainMode mode = session::ExplainMode::kSimple;
  switch (request.explain_mode()) {
    case AnalysisRequest::Explain::EXPLAIN_MODE_EXTENDED: mode = session::ExplainMode::kExtended; break;
    case AnalysisRequest::Explain::EXPLAIN_MODE_CODEGEN: mode = session::ExplainMode::kCodegen; break;
    case AnalysisRequest::Explain::EXPLAIN_MODE_COST: mode = session::ExplainMode::kCost; break;
    case AnalysisRequest::Explain::EXPLAIN_MODE_FORMATTED: mode = session::ExplainMode::kFormatted; break;
    default: break;
  }
  ASSIGN_OR_RETURN(std::string text, made->explain(mode));
  response.mutable_explain()->set_explain_string(std::move(text));
  return Status::ok();
}

Status PlanAnalysis::inputFiles(const spark::connect::Plan& plan, AnalysisResponse& response) {
  ASSIGN_OR_RETURN(const LogicalPlanPtr resolved, analyzed(plan));
  std::set<std::string> files;
  tree::forEachNode(resolved, [&](const LogicalPlanPtr& node) {
    const auto* relation = node->as<plan::Relation>();
    if (relation == nullptr) return;
    for (const std::string& file : relation->table->inputFiles()) files.insert(file.starts_with('/') ? "file://" + file : file);
  });
  response.mutable_input_files();
  for (const std::string& file : files) response.mutable_input_files()->add_files(file);
  return Status::ok();
}

Status PlanAnalysis::jsonToDdl(const std::string& json, AnalysisResponse& response) {
  ASSIGN_OR_RETURN(const DataType schema, dataTypeFromJson(json));
  if (!schema.is(TypeKind::kStruct)) return invalidPlan("a schema was expected, not " + schema.simpleString());
  std::string ddl;
  for (const StructField& field : schema.fields()) {
    if (!ddl.empty()) ddl += ",";
    ddl += quoteIfNeeded(field.name) + " " + field.type.sql();
    if (!field.nullable) ddl += " NOT NULL";
  }
  response.mutable_json_to_ddl()->set_ddl_string(ddl);
  return Status::ok();
}

Status PlanAnalysis::answer(const AnalysisRequest& request, AnalysisResponse& response) {
  switch (request.analyze_case()) {
    case AnalysisRequest::kSchema: {
      ASSIGN_OR_RETURN(const LogicalPlanPtr resolved, analyzed(request.schema().plan()));
      encodeType(resolved->schema(), *response.mutable_schema()->mutable_schema());
      return Status::ok();
    }
    case AnalysisRequest::kExplain: return explain(request.explain(), response);
    case AnalysisRequest::kTreeString: {
      ASSIGN_OR_RETURN(const LogicalPlanPtr resolved, analyzed(request.tree_string().plan()));
      response.mutable_tree_string()->set_tree_string(session::schemaTreeString(resolved->schema(), request.tree_string().level()));
      return Status::ok();
    }
    case AnalysisRequest::kIsLocal: {
      ASSIGN_OR_RETURN(const Query made, query(request.is_local().plan()));
      ASSIGN_OR_RETURN(const LogicalPlanPtr optimized, made->optimized());
      response.mutable_is_local()->set_is_local(optimized->kind() == plan::LogicalKind::kLocalRelation);
      return Status::ok();
    }
    case AnalysisRequest::kIsStreaming:
      return isStreaming(request.is_streaming().plan(), response);
    case AnalysisRequest::kInputFiles: return inputFiles(request.input_files().plan(), response);
    case AnalysisRequest::kSparkVersion: response.mutable_spark_version()->set_version(kSparkVersion); return Status::ok();
    case AnalysisRequest::kDdlParse: {
      ASSIGN_OR_RETURN(const DataType type, parseDdl(request.ddl_parse().ddl_string()));
      encodeType(type, *response.mutable_ddl_parse()->mutable_parsed());
      return Status::ok();
    }
    case AnalysisRequest::kJsonToDdl: return jsonToDdl(request.json_to_ddl().json_string(), response);
    case AnalysisRequest::kSameSemantics: return sameSemantics(request.same_semantics(), response);
    case AnalysisRequest::kSemanticHash: {
      ASSIGN_OR_RETURN(const LogicalPlanPtr resolved, analyzed(request.semantic_hash().plan()));
      session::runOnLargeStack([&] { response.mutable_semantic_hash()->set_result(static_cast<int32_t>(session::CanonicalForms().of(resolved)->hash())); });
      return Status::ok();
    }
    case AnalysisRequest::kPersist: return persist(request.persist(), response);
    case AnalysisRequest::kUnpersist: {
      ASSIGN_OR_RETURN(const LogicalPlanPtr resolved, analyzed(request.unpersist().relation()));
      session_.spark().shared().cache->remove(resolved, false);
      response.mutable_unpersist();
      return Status::ok();
    }
    case AnalysisRequest::kGetStorageLevel: return storageLevel(request.get_storage_level().relation(), response);
    case AnalysisRequest::ANALYZE_NOT_SET: break;
  }
  return Error(condition::kConnectInvalidPlanUnknownAnalyzeMethod).with("other", std::to_string(request.analyze_case())).as(ErrorFamily::kSqlConnect);
}

}  // namespace

Status answer(SessionHolder& session, const AnalysisRequest& request, AnalysisResponse& response) { return PlanAnalysis(session).answer(request, response); }

}  // namespace flint::connect
