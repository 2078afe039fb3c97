#include <spark/connect/relations.pb.h>

#include "connect/decoder/literal_decoder.h"
#include "connect/decoder/type_codec.h"
#include "connect/relation_decoder/relations.h"
#include "session/dataframe_calls/dataframe_calls.h"

namespace flint::connect {
namespace {

using plan::makePlan;

template <class Texts>
std::vector<std::string> textsOf(const Texts& texts) {
  return {texts.begin(), texts.end()};
}

}  // namespace

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Drop& message) {
  ASSIGN_OR_RETURN(LogicalPlanPtr child, decoder.relation(message.input()));
  ASSIGN_OR_RETURN(std::vector<ExprPtr> columns, decoder.expressions(message.columns()));
  return dataFrameCall(session::makeDrop(textsOf(message.column_names()), std::move(columns), decoder.context().caseSensitive()), std::move(child));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::WithColumns& message) {
  ASSIGN_OR_RETURN(LogicalPlanPtr child, decoder.relation(message.input()));
  std::vector<ExprPtr> columns;
  for (const auto& alias : message.aliases()) {
    if (alias.name_size() != 1) {
      std::string got;
      for (const std::string& name : alias.name()) got += (got.empty() ? "" : ", ") + name;
      return Error(condition::kConnectInvalidPlanWithColumnsRequireSingleNamePart).with("got", std::move(got)).as(ErrorFamily::kSqlConnect);
    }
    expr::Alias node;
    ASSIGN_OR_RETURN(node.child, decoder.expression(alias.expr()));
    node.name = alias.name(0);
    node.id = expr::newExprId();
    if (alias.has_metadata() && !alias.metadata().empty()) node.metadata = alias.metadata();
    columns.push_back(expr::makeExpr(std::move(node)));
  }
  return dataFrameCall(session::makeWithColumns(std::move(columns), decoder.context().caseSensitive()), std::move(child));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::WithColumnsRenamed& message) {
  ASSIGN_OR_RETURN(LogicalPlanPtr child, decoder.relation(message.input()));
  std::vector<std::pair<std::string, std::string>> renames;
  for (const auto& [from, to] : message.rename_columns_map()) renames.emplace_back(from, to);
  for (const auto& rename : message.renames()) renames.emplace_back(rename.col_name(), rename.new_col_name());
  return dataFrameCall(session::makeWithColumnsRenamed(std::move(renames), decoder.context().caseSensitive()), std::move(child));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::ToSchema& message) {
  ASSIGN_OR_RETURN(LogicalPlanPtr child, decoder.relation(message.input()));
  ASSIGN_OR_RETURN(const DataType schema, decodeType(message.schema()));
  if (!schema.is(TypeKind::kStruct)) return invalidPlan("a schema was expected, not " + schema.simpleString());
  return dataFrameCall(session::makeToSchema(schema.fields(), decoder.context().caseSensitive()), std::move(child));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Unpivot& message) {
  plan::Unpivot node;
  ASSIGN_OR_RETURN(node.child, decoder.relation(message.input()));
  ASSIGN_OR_RETURN(node.ids, decoder.expressions(message.ids()));
  node.hasIds = true;
  node.hasValues = message.has_values();
  for (const auto& value : message.values().values()) {
    ASSIGN_OR_RETURN(ExprPtr column, decoder.expression(value));
    node.values.push_back({std::move(column)});
  }
  node.variableColumn = message.variable_column_name();
  node.valueColumns = {message.value_column_name()};
  node.includeNulls = true;
  return makePlan(std::move(node));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::NAFill& message) {
  if (message.values().empty()) return Error(condition::kConnectInvalidPlanNaFillValuesEmpty).as(ErrorFamily::kSqlConnect);
  if (message.values_size() > 1 && message.values_size() != message.cols_size()) {
    return Error(condition::kConnectInvalidPlanNaFillValuesLengthMismatch).as(ErrorFamily::kSqlConnect);
  }
  ASSIGN_OR_RETURN(LogicalPlanPtr child, decoder.relation(message.input()));
  std::vector<ExprPtr> values;
  for (const auto& literal : message.values()) {
    ASSIGN_OR_RETURN(ExprPtr value, decodeLiteralExpression(literal));
    values.push_back(std::move(value));
  }
  return dataFrameCall(session::makeFillNa(textsOf(message.cols()), std::move(values), decoder.context().caseSensitive()), std::move(child));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::NADrop& message) {
  ASSIGN_OR_RETURN(LogicalPlanPtr child, decoder.relation(message.input()));
  std::optional<int32_t> minNonNulls;
  if (message.has_min_non_nulls()) minNonNulls = message.min_non_nulls();
  return dataFrameCall(session::makeDropNa(textsOf(message.cols()), minNonNulls, decoder.context().caseSensitive()), std::move(child));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::NAReplace& message) {
  ASSIGN_OR_RETURN(LogicalPlanPtr child, decoder.relation(message.input()));
  std::vector<std::pair<ExprPtr, ExprPtr>> replacements;
  for (const auto& replacement : message.replacements()) {
    ASSIGN_OR_RETURN(ExprPtr from, decodeLiteralExpression(replacement.old_value()));
    ASSIGN_OR_RETURN(ExprPtr to, decodeLiteralExpression(replacement.new_value()));
    replacements.emplace_back(std::move(from), std::move(to));
  }
  std::vector<std::string> columns = textsOf(message.cols());
  if (columns.size() == 1 && columns[0] == "*") columns.clear();
  return dataFrameCall(session::makeReplace(std::move(columns), std::move(replacements), decoder.context().caseSensitive()), std::move(child));
}

}  // namespace flint::connect
