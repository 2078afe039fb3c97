// Catalog calls that are statements: each becomes the command that its SQL has.
#include <spark/connect/catalog.pb.h>

#include "connect/decoder/type_codec.h"
#include "connect/service/session_decode_context.h"
#include "plan/logical/ddl_commands.h"
#include "plan/logical/dml_commands.h"
#include "plan/logical/session_commands.h"

namespace flint::connect {
namespace {

using Message = spark::connect::Catalog;
using plan::makePlan;

Result<plan::ObjectName> objectName(const std::string& text, const parser::ParserOptions& options) {
  plan::ObjectName name;
  ASSIGN_OR_RETURN(name.parts, parser::parseIdentifier(text, options));
  return name;
}

template <class Call>
Status fillTable(plan::CreateTable& node, const Call& call, const std::string& defaultFormat) {
  node.spec.provider = call.source().empty() ? defaultFormat : call.source();
  node.spec.location = call.path();
  node.spec.options.assign(call.options().begin(), call.options().end());
  for (auto& [key, value] : node.spec.options) {
    if (key == "path" && node.spec.location.empty()) node.spec.location = value;
  }
  if (!call.has_schema()) return Status::ok();
  ASSIGN_OR_RETURN(const DataType schema, decodeType(call.schema()));
  if (!schema.is(TypeKind::kStruct)) return invalidPlan("the schema of a table is a struct, not " + schema.simpleString());
  for (const StructField& field : schema.fields()) {
    plan::ColumnDefinition column;
    column.name = {field.name};
    column.type = field.type;
    column.nullable = field.nullable;
    node.columns.push_back(std::move(column));
  }
  return Status::ok();
}

}  // namespace

Result<LogicalPlanPtr> catalogCommand(const Message& call, const parser::ParserOptions& options, const std::string& defaultFormat) {
  switch (call.cat_type_case()) {
    case Message::kDropTable: {
      plan::DropTable node;
      ASSIGN_OR_RETURN(node.name, objectName(call.drop_table().table_name(), options));
      node.ifExists = call.drop_table().if_exists();
      node.purge = call.drop_table().purge();
      return makePlan(std::move(node));
    }
    case Message::kDropView: {
      plan::DropView node;
      ASSIGN_OR_RETURN(node.name, objectName(call.drop_view().view_name(), options));
      node.ifExists = call.drop_view().if_exists();
      return makePlan(std::move(node));
    }
    case Message::kTruncateTable: {
      plan::TruncateTable node;
      ASSIGN_OR_RETURN(node.name, objectName(call.truncate_table().table_name(), options));
      return makePlan(std::move(node));
    }
    case Message::kAnalyzeTable: {
      plan::AnalyzeTable node;
      ASSIGN_OR_RETURN(node.name, objectName(call.analyze_table().table_name(), options));
      node.noScan = call.analyze_table().no_scan();
      return makePlan(std::move(node));
    }
    case Message::kRecoverPartitions: {
      plan::RepairTable node;
      ASSIGN_OR_RETURN(node.name, objectName(call.recover_partitions().table_name(), options));
      return makePlan(std::move(node));
    }
    case Message::kListPartitions: {
      plan::ShowPartitions node;
      ASSIGN_OR_RETURN(node.table, objectName(call.list_partitions().table_name(), options));
      return makePlan(std::move(node));
    }
    case Message::kGetTableProperties: {
      plan::ShowTableProperties node;
      ASSIGN_OR_RETURN(node.table, objectName(call.get_table_properties().table_name(), options));
      return makePlan(std::move(node));
    }
    case Message::kGetCreateTableString: {
      plan::ShowCreateTable node;
      ASSIGN_OR_RETURN(node.table, objectName(call.get_create_table_string().table_name(), options));
      node.asSerde = call.get_create_table_string().as_serde();
      return makePlan(std::move(node));
    }
    case Message::kCreateTable: {
      plan::CreateTable node;
      ASSIGN_OR_RETURN(node.name, objectName(call.create_table().table_name(), options));
      RETURN_IF_ERROR(fillTable(node, call.create_table(), defaultFormat));
      if (!call.create_table().description().empty()) node.spec.comment = call.create_table().description();
      return makePlan(std::move(node));
    }
    case Message::kCreateExternalTable: {
      plan::CreateTable node;
      ASSIGN_OR_RETURN(node.name, objectName(call.create_external_table().table_name(), options));
      RETURN_IF_ERROR(fillTable(node, call.create_external_table(), defaultFormat));
      return makePlan(std::move(node));
    }
    default: return LogicalPlanPtr();
  }
}

}  // namespace flint::connect
