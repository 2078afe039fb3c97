#include "connect/calls/write_commands.h"

#include <spark/connect/commands.pb.h>

#include "plan/logical/ddl_commands.h"
#include "session/data_writing.h"
#include "session/query_execution.h"

namespace flint::connect {
namespace {

using Write = spark::connect::WriteOperation;
using WriteV2 = spark::connect::WriteOperationV2;
using connector::SaveMode;
using plan::makePlan;

SaveMode saveMode(Write::SaveMode mode) {
  switch (mode) {
    case Write::SAVE_MODE_APPEND: return SaveMode::kAppend;
    case Write::SAVE_MODE_OVERWRITE: return SaveMode::kOverwrite;
    case Write::SAVE_MODE_IGNORE: return SaveMode::kIgnore;
    default: return SaveMode::kErrorIfExists;
  }
}

Status saveToTable(const session::SparkSessionPtr& session, const Write& message, const std::vector<std::string>& name, const LogicalPlanPtr& query,
                   const session::WriteTarget& target) {
  ASSIGN_OR_RETURN(const auto found, session->catalog().lookup(name));
  const bool intoExisting = message.table().save_method() == Write::SaveTable::TABLE_SAVE_METHOD_INSERT_INTO;
  if (intoExisting || (target.mode == SaveMode::kAppend && found.has_value())) {
    session::InsertTarget insert;
    insert.table = name;
    insert.overwrite = intoExisting && target.mode == SaveMode::kOverwrite;
    insert.byName = !intoExisting;
    return session::insertInto(session, query, insert);
  }
  return session::saveAsTable(session, query, name, target);
}

}  // namespace

Status writeRelation(const session::SparkSessionPtr& session, PlanDecoder& decoder, const Write& message) {
  ASSIGN_OR_RETURN(LogicalPlanPtr input, decoder.relation(message.input()));
  if (!message.has_table() && message.has_bucket_by()) {
    return Error(condition::kConnectInvalidPlanAssertionFailure).with("message", "buckets are of tables: call saveAsTable").as(ErrorFamily::kAnalysis);
  }
  if (message.sort_column_names_size() > 0) {
    plan::Sort sort;
    for (const std::string& name : message.sort_column_names()) {
      ASSIGN_OR_RETURN(ExprPtr column, columnByName(name));
      sort.order.push_back(expr::sortOrder(std::move(column)));
    }
    sort.global = false;
    sort.child = std::move(input);
    input = makePlan(std::move(sort));
  }
  session::WriteTarget target;
  target.format = message.has_source() ? message.source() : decoder.context().defaultFormat();
  target.mode = saveMode(message.mode());
  target.partitionColumns.assign(message.partitioning_columns().begin(), message.partitioning_columns().end());
  target.path = message.path();
  for (const auto& [key, value] : message.options()) {
    if (key == "path" && target.path.empty()) target.path = value;
    target.options.emplace_back(key, value);
  }
  if (message.has_bucket_by()) {
    target.numBuckets = message.bucket_by().num_buckets();
    target.bucketColumns.assign(message.bucket_by().bucket_column_names().begin(), message.bucket_by().bucket_column_names().end());
    target.sortColumns.assign(message.sort_column_names().begin(), message.sort_column_names().end());
    if (target.numBuckets <= 0) return Error(condition::kInvalidBucketCount).with("bucketingMaxBuckets", "100000").with("numBuckets", std::to_string(target.numBuckets)).as(ErrorFamily::kAnalysis);
  }
  target.clusterColumns.assign(message.clustering_columns().begin(), message.clustering_columns().end());
  if (!message.has_table()) {
    const connector::DataSource* source = connector::DataSourceTable::instance().find(target.format);
    if (target.path.empty() && source != nullptr && source->open != nullptr && source->shortName != "jdbc") {
      return Error(condition::kConnectInvalidPlanAssertionFailure).with("message", "'path' is not specified.").as(ErrorFamily::kIllegalArgument);
    }
    return session::save(session, input, target);
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> name, parser::parseIdentifier(message.table().table_name(), decoder.context().parserOptions()));
  return saveToTable(session, message, name, input, target);
}

Status writeRelation(const session::SparkSessionPtr& session, PlanDecoder& decoder, const WriteV2& message) {
  ASSIGN_OR_RETURN(LogicalPlanPtr input, decoder.relation(message.input()));
  ASSIGN_OR_RETURN(std::vector<std::string> name, parser::parseIdentifier(message.table_name(), decoder.context().parserOptions()));
  switch (message.mode()) {
    case WriteV2::MODE_APPEND:
    case WriteV2::MODE_OVERWRITE_PARTITIONS: {
      session::InsertTarget insert;
      insert.table = std::move(name);
      insert.overwrite = message.mode() == WriteV2::MODE_OVERWRITE_PARTITIONS;
      insert.byName = true;
      return session::insertInto(session, input, insert);
    }
    case WriteV2::MODE_OVERWRITE: {
      ASSIGN_OR_RETURN(const ExprPtr condition, decoder.expression(message.overwrite_condition()));
      const Value* always = expr::literalValue(condition);
      session::InsertTarget insert;
      insert.table = std::move(name);
      insert.overwrite = true;
      insert.byName = true;
      ASSIGN_OR_RETURN(const auto found, session->catalog().lookup(insert.table));
      const bool all = always != nullptr && !always->isNull() && condition->dataType().is(TypeKind::kBoolean) && always->asBoolean();
      if (found.has_value() && !all) return unsupportedFeature("writeTo(...).overwrite(condition) of some rows");
      return session::insertInto(session, input, insert);
    }
    case WriteV2::MODE_CREATE:
    case WriteV2::MODE_REPLACE:
    case WriteV2::MODE_CREATE_OR_REPLACE: break;
    default: return invalidPlan("a write without a mode");
  }
  plan::CreateTable node;
  node.name.parts = std::move(name);
  node.query = std::move(input);
  node.replace = message.mode() != WriteV2::MODE_CREATE;
  node.orCreate = message.mode() != WriteV2::MODE_REPLACE;
  node.spec.provider = message.has_provider() ? message.provider() : decoder.context().defaultFormat();
  node.spec.options.assign(message.options().begin(), message.options().end());
  for (const std::string& column : message.clustering_columns()) node.spec.clusterBy.push_back({column});
  node.spec.properties.assign(message.table_properties().begin(), message.table_properties().end());
  ASSIGN_OR_RETURN(const std::vector<ExprPtr> partitioning, decoder.expressions(message.partitioning_columns()));
  for (const ExprPtr& one : partitioning) {
    if (const auto* column = one->as<expr::UnresolvedAttribute>()) {
      node.spec.partitionColumns.push_back(column->nameParts);
    } else {
      node.spec.partitionTransforms.push_back(one);
    }
  }
  return statusOf(session::QueryExecution(session, makePlan(std::move(node))).collect());
}

}  // namespace flint::connect
