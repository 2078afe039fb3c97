#include <arrow/buffer.h>
#include <arrow/c/abi.h>
#include <arrow/c/bridge.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/record_batch.h>
#include <spark/connect/relations.pb.h>

#include "columnar/arrow_bridge.h"
#include "columnar/type_layout.h"
#include "columnar/vector_builder.h"
#include "connect/decoder/type_codec.h"
#include "connect/relation_decoder/relations.h"

namespace flint::connect {
namespace {

using columnar::ColumnarBatch;
using columnar::ColumnVector;
using plan::makePlan;

struct LocalData {
  StructFields fields;
  std::vector<ColumnarBatch> batches;
};

Error unreadable(const arrow::Status& status) {
  return Error(condition::kConnectInvalidPlanCannotParse).with("errorMsg", status.ToString()).as(ErrorFamily::kSqlConnect);
}

// Adds the batches of an Arrow IPC stream; `bytes` stay alive through `owner`.
Status readStream(std::string_view bytes, std::shared_ptr<const void> owner, LocalData& data) {
  auto buffer = std::shared_ptr<arrow::Buffer>(new arrow::Buffer(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int64_t>(bytes.size())),
                                               [owner](arrow::Buffer* one) { delete one; });
  auto options = arrow::ipc::IpcReadOptions::Defaults();
  options.ensure_alignment = arrow::ipc::Alignment::kDataTypeSpecificAlignment;
  auto reader = arrow::ipc::RecordBatchStreamReader::Open(std::make_shared<arrow::io::BufferReader>(buffer), options);
  if (!reader.ok()) return unreadable(reader.status());
  ArrowSchema schema{};
  if (const arrow::Status status = arrow::ExportSchema(*(*reader)->schema(), &schema); !status.ok()) return unreadable(status);
  const auto released = std::unique_ptr<ArrowSchema, void (*)(ArrowSchema*)>(&schema, [](ArrowSchema* one) { one->release(one); });
  auto fields = columnar::importArrowSchema(schema);
  RETURN_IF_ERROR(fields);
  if (data.fields.empty()) data.fields = *fields;
  if (fields->size() != data.fields.size()) return invalidPlan("the parts of a local relation have different columns");
  for (size_t i = 0; i < fields->size(); ++i) {
    if (!(*fields)[i].type.sameType(data.fields[i].type)) return invalidPlan("the parts of a local relation have different columns");
  }
  while (true) {
    auto batch = (*reader)->Next();
    if (!batch.ok()) return unreadable(batch.status());
    if (*batch == nullptr) return Status::ok();
    if (const arrow::Status status = (*batch)->ValidateFull(); !status.ok()) return unreadable(status);
    ArrowArray array{};
    if (const arrow::Status status = arrow::ExportRecordBatch(**batch, &array); !status.ok()) return unreadable(status);
    ASSIGN_OR_RETURN(ColumnarBatch imported, columnar::importArrowBatch(schema, &array));
    imported.setPosition(0, static_cast<int64_t>(data.batches.size()));
    if (imported.numRows() > 0) data.batches.push_back(std::move(imported));
  }
}

// The rows under the names and types of `schema`: columns are matched by position, and cast where their values differ.
Result<LogicalPlanPtr> withSchema(LocalData data, const StructFields& schema) {
  if (data.fields.size() != schema.size()) {
    return Error(condition::kAssignmentArityMismatch)
        .with("numExpr", std::to_string(data.fields.size()))
        .with("numTarget", std::to_string(schema.size()))
        .as(ErrorFamily::kAnalysis);
  }
  StructFields fields = schema;
  bool needsCast = false;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (columnar::hasSameLayout(data.fields[i].type, schema[i].type)) continue;
    fields[i].type = data.fields[i].type;
    needsCast = true;
  }
  for (ColumnarBatch& batch : data.batches) {
    std::vector<columnar::VectorPtr> columns = batch.columns();
    for (size_t i = 0; i < fields.size(); ++i) {
      if (columns[i]->type() != fields[i].type) columns[i] = ColumnVector::withType(columns[i], fields[i].type);
    }
    batch.setColumns(std::move(columns));
  }
  LogicalPlanPtr local = localRelation(fields, std::move(data.batches));
  if (!needsCast) return local;
  plan::Project node;
  const std::vector<expr::AttributePtr> output = local->output();
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].type == schema[i].type) {
      node.projectList.push_back(output[i]);
      continue;
    }
    expr::Cast cast;
    cast.child = output[i];
    cast.target = schema[i].type;
    node.projectList.push_back(expr::alias(expr::makeExpr(std::move(cast)), schema[i].name));
  }
  node.child = std::move(local);
  return makePlan(std::move(node));
}

Result<LogicalPlanPtr> relationOf(LocalData data, const std::string* schemaText) {
  if (schemaText == nullptr || schemaText->empty()) {
    if (data.fields.empty()) return Error(condition::kConnectInvalidPlanInputDataNoSchema).as(ErrorFamily::kSqlConnect);
    return localRelation(data.fields, std::move(data.batches));
  }
  ASSIGN_OR_RETURN(DataType schema, parseSchemaText(*schemaText));
  if (!schema.is(TypeKind::kStruct)) schema = DataType::structType({{"value", schema, true}});
  if (data.fields.empty() && (data.batches.empty() || !schema.fields().empty())) return localRelation(schema.fields(), {});
  return withSchema(std::move(data), schema.fields());
}

}  // namespace

LogicalPlanPtr projected(std::vector<ExprPtr> columns, LogicalPlanPtr child) {
  plan::Project node;
  node.projectList = std::move(columns);
  node.child = std::move(child);
  return plan::makePlan(std::move(node));
}

ExprPtr castTo(ExprPtr value, const DataType& type) {
  expr::Cast node;
  node.child = std::move(value);
  node.target = type;
  return expr::makeExpr(std::move(node));
}

ExprPtr star() { return expr::makeExpr(expr::UnresolvedStar()); }

LogicalPlanPtr oneText(const std::string& column, const std::string& text) {
  columnar::VectorBuilder builder(DataType::string());
  builder.appendString(text);
  return localRelation({{column, DataType::string(), false}}, {ColumnarBatch({builder.finish()}, 1)});
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder&, const spark::connect::LocalRelation& message) {
  LocalData data;
  if (message.has_data()) {
    const auto bytes = std::make_shared<const std::string>(message.data());
    RETURN_IF_ERROR(readStream(*bytes, bytes, data));
  }
  return relationOf(std::move(data), message.has_schema() ? &message.schema() : nullptr);
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::CachedLocalRelation& message) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const std::string> bytes, decoder.context().cachedArtifact(message.hash()));
  spark::connect::LocalRelation relation;
  if (!relation.ParseFromString(*bytes)) {
    return Error(condition::kConnectInvalidPlanCannotParse).with("errorMsg", "the cached local relation is damaged").as(ErrorFamily::kSqlConnect);
  }
  return decodeRelation(decoder, relation);
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::ChunkedCachedLocalRelation& message) {
  if (message.datahashes().empty()) return Error(condition::kConnectInvalidPlanChunkedCachedLocalRelationWithoutData).as(ErrorFamily::kSqlConnect);
  LocalData data;
  for (const std::string& hash : message.datahashes()) {
    ASSIGN_OR_RETURN(const std::shared_ptr<const std::string> bytes, decoder.context().cachedArtifact(hash));
    RETURN_IF_ERROR(readStream(*bytes, bytes, data));
  }
  std::shared_ptr<const std::string> schema;
  if (message.has_schemahash()) {
    ASSIGN_OR_RETURN(schema, decoder.context().cachedArtifact(message.schemahash()));
  }
  return relationOf(std::move(data), schema.get());
}

}  // namespace flint::connect
