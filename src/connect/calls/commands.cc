#include "connect/calls/commands.h"

#include <spark/connect/base.pb.h>

#include <atomic>

#include "catalog/variable_substitution.h"
#include "columnar/arrow_ipc_writer.h"
#include "connect/calls/write_commands.h"
#include "connect/decoder/python_udf_decoder.h"
#include "connect/decoder/type_codec.h"
#include "connect/relation_decoder/relations.h"
#include "connect/service/session_decode_context.h"
#include "connect/service/uuid.h"
#include "plan/logical/dml_commands.h"
#include "session/cache/caching.h"
#include "session/query_execution.h"

namespace flint::connect {
namespace {

using Message = spark::connect::Command;
using PlanResponse = spark::connect::ExecutePlanResponse;

// One command of one operation.
class CommandRunner {
 public:
  CommandRunner(SessionHolder& session, ResponseWriter& writer)
      : session_(session), writer_(writer), context_(session), decoder_(context_) {}

  Status run(const Message& command);

 private:
  Status sql(const spark::connect::SqlCommand& command);
  Status createView(const spark::connect::CreateDataFrameViewCommand& command);
  Status merge(const spark::connect::MergeIntoTableCommand& command);
  Status checkpoint(const spark::connect::CheckpointCommand& command);
  Status registerFunction(const spark::connect::CommonInlineUserDefinedFunction& function);
  Status registerTableFunction(const spark::connect::CommonInlineUserDefinedTableFunction& message);
  Status registerDataSource(const spark::connect::CommonInlineUserDefinedDataSource& message);
  Result<LogicalPlanPtr> analyzed(const spark::connect::Relation& relation);

  SessionHolder& session_;
  ResponseWriter& writer_;
  SessionDecodeContext context_;
  PlanDecoder decoder_;
};

Result<LogicalPlanPtr> CommandRunner::analyzed(const spark::connect::Relation& relation) {
  ASSIGN_OR_RETURN(LogicalPlanPtr decoded, decoder_.relation(relation));
  return session::QueryExecution(session_.sparkPtr(), std::move(decoded)).analyzed();
}

// A query is analyzed, so that its errors show, and given back to be run by the client; a command runs at once, and its rows are given back.
Status CommandRunner::sql(const spark::connect::SqlCommand& command) {
  spark::connect::Relation input;
  if (command.has_input()) {
    input = command.input();
  } else {
    auto* query = input.mutable_sql();
    query->set_query(command.sql());
    *query->mutable_args() = command.args();
    *query->mutable_pos_args() = command.pos_args();
    *query->mutable_named_arguments() = command.named_arguments();
    *query->mutable_pos_arguments() = command.pos_arguments();
  }
  if (!input.has_sql() && !input.has_with_relations()) {
    return Error(condition::kConnectInvalidPlanSqlCommandExpectsSqlOrWithRelations)
        .with("other", std::to_string(input.rel_type_case()))
        .as(ErrorFamily::kSqlConnect);
  }
  auto* text = input.has_sql() ? input.mutable_sql() : nullptr;
  if (text != nullptr) text->set_query(catalog::withVariables(text->query(), session_.spark().conf()));
  const uint64_t changes = session_.prepared().changes();
  ASSIGN_OR_RETURN(LogicalPlanPtr decoded, decoder_.relation(input));
  const bool isCommand = plan::isCommand(decoded->kind());
  const auto query = std::make_shared<session::QueryExecution>(session_.sparkPtr(), std::move(decoded));
  PlanResponse response;
  auto* relation = response.mutable_sql_command_result()->mutable_relation();
  if (isCommand) {
    const PreparedQuery::Change change(session_.prepared());
    ASSIGN_OR_RETURN(const DataType schema, query->schema());
    ASSIGN_OR_RETURN(const std::vector<columnar::ColumnarBatch> rows, query->collect());
    columnar::ArrowIpcWriter arrow(schema.fields(), {.timeZone = session_.spark().conf().get("spark.sql.session.timeZone", "UTC")});
    for (const columnar::ColumnarBatch& batch : rows) arrow.add(batch);
    relation->mutable_local_relation()->set_data(arrow.finish());
    relation->mutable_local_relation()->set_schema(schema.json());
  } else {
    if (query->stillStands()) session_.prepared().keep(PreparedQuery::messageOf(input), query, changes);
    RETURN_IF_ERROR(query->analyzed());
    *relation = std::move(input);
  }
  writer_.add(response);
  return Status::ok();
}

Status CommandRunner::registerFunction(const spark::connect::CommonInlineUserDefinedFunction& message) {
  ASSIGN_OR_RETURN(const ExprPtr udf, decodePythonUdf(decoder_, message));
  auto function = std::make_shared<catalog::SqlFunction>();
  function->name = {message.function_name()};
  function->temporary = true;
  function->returnType = udf->as<expr::PythonUdf>()->type;
  function->deterministic = message.deterministic();
  function->bodyExpression = udf;
  catalog::SessionCatalog& catalog = session_.spark().catalog();
  RETURN_IF_ERROR(catalog.temporaryFunctions().add(catalog.folded(message.function_name()), std::move(function), true));
  return Status::ok();
}

Status CommandRunner::registerTableFunction(const spark::connect::CommonInlineUserDefinedTableFunction& message) {
  ASSIGN_OR_RETURN(const ExprPtr udf, decodePythonTableFunction(decoder_, message));
  auto function = std::make_shared<catalog::SqlFunction>();
  function->name = {message.function_name()};
  function->temporary = true;
  function->returnsTable = true;
  if (udf->dataType().is(TypeKind::kStruct)) function->returnColumns = udf->dataType().fields();
  function->bodyExpression = udf;
  catalog::SessionCatalog& catalog = session_.spark().catalog();
  RETURN_IF_ERROR(catalog.temporaryFunctions().add(catalog.folded(message.function_name()), std::move(function), true));
  return Status::ok();
}

Status CommandRunner::registerDataSource(const spark::connect::CommonInlineUserDefinedDataSource& message) {
  if (!message.has_python_data_source()) return invalidPlan("a data source without a class");
  catalog::PythonDataSource source;
  source.name = message.name();
  ASSIGN_OR_RETURN(source.function, context_.pythonSession());
  source.function.name = message.name();
  source.function.command = message.python_data_source().command();
  source.function.pythonVersion = message.python_data_source().python_ver();
  session_.spark().catalog().pythonDataSources().put(std::move(source));
  return Status::ok();
}

Status CommandRunner::createView(const spark::connect::CreateDataFrameViewCommand& command) {
  ASSIGN_OR_RETURN(LogicalPlanPtr resolved, analyzed(command.input()));
  catalog::SessionCatalog& catalog = session_.spark().catalog();
  ASSIGN_OR_RETURN(const std::vector<std::string> name, parser::parseIdentifier(command.name(), context_.parserOptions()));
  if (name.size() != 1) {
    return Error(condition::kTempViewNameTooManyNameParts).with("actualName", catalog::quoted(name)).as(ErrorFamily::kAnalysis);
  }
  catalog::TempView view;
  view.name = catalog.folded(name[0]);
  view.plan = std::move(resolved);
  if (command.replace()) session::forgetCachedTable(session_.spark(), {view.name});
  return (command.is_global() ? catalog.globalTempViews() : catalog.tempViews()).add(std::move(view), command.replace());
}

Result<std::vector<plan::MergeAction>> mergeActions(PlanDecoder& decoder, const google::protobuf::RepeatedPtrField<spark::connect::Expression>& messages) {
  using Action = spark::connect::MergeAction;
  std::vector<plan::MergeAction> actions;
  for (const auto& wrapped : messages) {
    if (!wrapped.has_merge_action()) return invalidPlan("an action of a merge was expected");
    const Action& message = wrapped.merge_action();
    plan::MergeAction action;
    switch (message.action_type()) {
      case Action::ACTION_TYPE_DELETE: action.kind = plan::MergeAction::Kind::kDelete; break;
      case Action::ACTION_TYPE_INSERT: action.kind = plan::MergeAction::Kind::kInsert; break;
      case Action::ACTION_TYPE_INSERT_STAR: action.kind = plan::MergeAction::Kind::kInsertStar; break;
      case Action::ACTION_TYPE_UPDATE: action.kind = plan::MergeAction::Kind::kUpdate; break;
      case Action::ACTION_TYPE_UPDATE_STAR: action.kind = plan::MergeAction::Kind::kUpdateStar; break;
      default: return invalidPlan("an action of a merge without a kind");
    }
    if (message.has_condition()) {
      ASSIGN_OR_RETURN(action.condition, decoder.expression(message.condition()));
    }
    for (const auto& assignment : message.assignments()) {
      plan::Assignment one;
      ASSIGN_OR_RETURN(one.column, decoder.expression(assignment.key()));
      ASSIGN_OR_RETURN(one.value, decoder.expression(assignment.value()));
      action.assignments.push_back(std::move(one));
    }
    actions.push_back(std::move(action));
  }
  return actions;
}

Status CommandRunner::merge(const spark::connect::MergeIntoTableCommand& command) {
  plan::MergeInto node;
  plan::UnresolvedRelation target;
  ASSIGN_OR_RETURN(target.nameParts, parser::parseIdentifier(command.target_table_name(), context_.parserOptions()));
  node.target = plan::makePlan(std::move(target));
  ASSIGN_OR_RETURN(node.source, decoder_.relation(command.source_table_plan()));
  ASSIGN_OR_RETURN(node.condition, decoder_.expression(command.merge_condition()));
  ASSIGN_OR_RETURN(node.matched, mergeActions(decoder_, command.match_actions()));
  ASSIGN_OR_RETURN(node.notMatched, mergeActions(decoder_, command.not_matched_actions()));
  ASSIGN_OR_RETURN(node.notMatchedBySource, mergeActions(decoder_, command.not_matched_by_source_actions()));
  node.withSchemaEvolution = command.with_schema_evolution();
  return statusOf(session::QueryExecution(session_.sparkPtr(), plan::makePlan(std::move(node))).collect());
}

Status CommandRunner::checkpoint(const spark::connect::CheckpointCommand& command) {
  ASSIGN_OR_RETURN(LogicalPlanPtr decoded, decoder_.relation(command.relation()));
  LogicalPlanPtr kept;
  if (command.eager()) {
    StructFields schema;
    ASSIGN_OR_RETURN(std::vector<columnar::ColumnarBatch> rows, context_.collect(decoded, schema));
    kept = localRelation(schema, std::move(rows));
  } else {
    ASSIGN_OR_RETURN(kept, session::QueryExecution(session_.sparkPtr(), std::move(decoded)).analyzed());
  }
  const std::string id = newUuid();
  session_.keepRelation(id, std::move(kept));
  PlanResponse response;
  response.mutable_checkpoint_command_result()->mutable_relation()->set_relation_id(id);
  writer_.add(response);
  return Status::ok();
}

Status CommandRunner::run(const Message& command) {
  if (command.has_sql_command()) return sql(command.sql_command());
  const PreparedQuery::Change change(session_.prepared());
  switch (command.command_type_case()) {
    case Message::kCreateDataframeView: return createView(command.create_dataframe_view());
    case Message::kRegisterFunction: return registerFunction(command.register_function());
    case Message::kRegisterTableFunction: return registerTableFunction(command.register_table_function());
    case Message::kRegisterDataSource: return registerDataSource(command.register_data_source());
    case Message::kWriteOperation: return writeRelation(session_.sparkPtr(), decoder_, command.write_operation());
    case Message::kWriteOperationV2: return writeRelation(session_.sparkPtr(), decoder_, command.write_operation_v2());
    case Message::kMergeIntoTableCommand: return merge(command.merge_into_table_command());
    case Message::kCheckpointCommand: return checkpoint(command.checkpoint_command());
    case Message::kRemoveCachedRemoteRelationCommand:
      session_.forgetRelation(command.remove_cached_remote_relation_command().relation().relation_id());
      return Status::ok();
    case Message::kGetResourcesCommand: {
      PlanResponse response;
      response.mutable_get_resources_command_result();
      writer_.add(response);
      return Status::ok();
    }
    case Message::kCreateResourceProfileCommand: {
      // Profiles say what executors need; here all tasks run in this process, and an id is all that plans refer to.
      static std::atomic<int32_t> lastProfile{0};
      PlanResponse response;
      response.mutable_create_resource_profile_command_result()->set_profile_id(++lastProfile);
      writer_.add(response);
      return Status::ok();
    }
    case Message::kStreamingQueryManagerCommand: {
      // No query runs as a stream, so there are none to be listed, found or forgotten.
      const auto& asked = command.streaming_query_manager_command();
      PlanResponse response;
      auto& result = *response.mutable_streaming_query_manager_command_result();
      if (asked.active()) {
        result.mutable_active();
      } else if (asked.reset_terminated()) {
        result.set_reset_terminated(true);
      } else if (asked.command_case() != spark::connect::StreamingQueryManagerCommand::kGetQuery) {
        break;
      }
      writer_.add(response);
      return Status::ok();
    }
    case Message::kMlCommand:
      // Sent by every client on its way out; there are no models to forget.
      if (command.ml_command().has_clean_cache()) {
        PlanResponse response;
        response.mutable_ml_command_result();
        writer_.add(response);
        return Status::ok();
      }
      break;
    case Message::kExtension:
      return Error(condition::kConnectInvalidPlanNoHandlerForExtension)
          .with("extensionTypeUrl", command.extension().type_url())
          .as(ErrorFamily::kSqlConnect);
    case Message::COMMAND_TYPE_NOT_SET:
      return Error(condition::kConnectInvalidPlanInvalidOneOfFieldNotSet)
          .with("fullName", "spark.connect.Command")
          .with("name", "command_type")
          .as(ErrorFamily::kSqlConnect);
    default: break;
  }
  return unsupportedFeature("the command " + Message::descriptor()->FindFieldByNumber(command.command_type_case())->name());
}

}  // namespace

Status runCommand(SessionHolder& session, const Message& command, ResponseWriter& writer) {
  return CommandRunner(session, writer).run(command);
}

}  // namespace flint::connect
