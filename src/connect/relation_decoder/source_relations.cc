#include <spark/connect/relations.pb.h>

#include "connect/decoder/literal_decoder.h"
#include "connect/relation_decoder/relations.h"
#include "parser/parameter_binding.h"
#include "parser/token_reader.h"

namespace flint::connect {
namespace {

using plan::makePlan;

template <class Map>
plan::Options optionsOf(const Map& map) {
  return plan::Options(map.begin(), map.end());
}

// A JDBC table as the rows that meet each of the predicates, one after the other.
LogicalPlanPtr partsByPredicate(const spark::connect::Read::DataSource& source) {
  plan::Union all;
  for (int i = 0; i < source.predicates_size(); ++i) {
    plan::UnresolvedDataSource part;
    part.format = "jdbc";
    part.schema = source.schema();
    part.options = optionsOf(source.options());
    for (auto& [name, value] : part.options) {
      if (parser::lowerCase(name) == "dbtable") value = "(SELECT * FROM " + value + " WHERE " + source.predicates(i) + ") part_" + std::to_string(i);
    }
    all.inputs.push_back(makePlan(std::move(part)));
  }
  return all.inputs.size() == 1 ? all.inputs[0] : makePlan(std::move(all));
}

}  // namespace

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Read& message) {
  using Message = spark::connect::Read;
  switch (message.read_type_case()) {
    case Message::kNamedTable: {
      plan::UnresolvedRelation node;
      ASSIGN_OR_RETURN(node.nameParts, parser::parseIdentifier(message.named_table().unparsed_identifier(), decoder.context().parserOptions()));
      node.options = optionsOf(message.named_table().options());
      node.isStreaming = message.is_streaming();
      return makePlan(std::move(node));
    }
    case Message::kDataSource: {
      const Message::DataSource& source = message.data_source();
      plan::UnresolvedDataSource node;
      node.format = source.has_format() && !source.format().empty() ? source.format() : decoder.context().defaultFormat();
      if (source.predicates_size() > 0) {
        if (node.format == "jdbc" && !message.is_streaming()) return partsByPredicate(source);
        return Error(condition::kConnectInvalidPlanPredicatesNotSupportedForDataSource).with("format", node.format).as(ErrorFamily::kSqlConnect);
      }
      node.schema = source.schema();
      node.options = optionsOf(source.options());
      node.paths.assign(source.paths().begin(), source.paths().end());
      node.isStreaming = message.is_streaming();
      return makePlan(std::move(node));
    }
    case Message::READ_TYPE_NOT_SET: break;
  }
  return invalidPlan("a read of neither a table nor a data source");
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder&, const spark::connect::Range& message) {
  plan::Range node;
  node.start = message.start();
  node.end = message.end();
  node.step = message.step();
  node.numPartitions = message.num_partitions();
  if (node.step == 0) return invalidPlan("range: step cannot be 0");
  node.id = expr::attribute("id", DataType::bigint(), false);
  return makePlan(std::move(node));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::SQL& message) {
  ASSIGN_OR_RETURN(LogicalPlanPtr parsed, parser::parseStatement(message.query(), decoder.context().parserOptions()));
  parser::SqlArguments arguments;
  for (const auto& [name, literal] : message.args()) {
    ASSIGN_OR_RETURN(arguments.named[name], decodeLiteralExpression(literal));
  }
  for (const auto& [name, value] : message.named_arguments()) {
    ASSIGN_OR_RETURN(arguments.named[name], decoder.expression(value));
  }
  for (const auto& literal : message.pos_args()) {
    ASSIGN_OR_RETURN(ExprPtr value, decodeLiteralExpression(literal));
    arguments.positional.push_back(std::move(value));
  }
  for (const auto& one : message.pos_arguments()) {
    ASSIGN_OR_RETURN(ExprPtr value, decoder.expression(one));
    arguments.positional.push_back(std::move(value));
  }
  if (arguments.named.empty() && arguments.positional.empty()) return parsed;
  return parser::bindParameters(parsed, arguments);
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::WithRelations& message) {
  // The references of an SQL text are DataFrames it names: common table expressions, in effect. Those of other relations are found by id.
  std::unordered_map<int64_t, LogicalPlanPtr> outer = decoder.references();
  std::vector<LogicalPlanPtr> definitions;
  const bool isSql = message.root().has_sql();
  for (const auto& reference : message.references()) {
    ASSIGN_OR_RETURN(LogicalPlanPtr decoded, decoder.relation(reference));
    if (isSql) {
      if (!reference.has_subquery_alias()) return Error(condition::kConnectInvalidPlanInvalidWithRelationReference).as(ErrorFamily::kSqlConnect);
      definitions.push_back(std::move(decoded));
    } else {
      decoder.references()[reference.common().plan_id()] = std::move(decoded);
    }
  }
  ASSIGN_OR_RETURN(LogicalPlanPtr root, decoder.relation(message.root()));
  decoder.references() = std::move(outer);
  if (definitions.empty()) return root;
  plan::UnresolvedWith node;
  node.definitions = std::move(definitions);
  node.child = std::move(root);
  return makePlan(std::move(node));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::UnresolvedTableValuedFunction& message) {
  plan::UnresolvedTableValuedFunction node;
  node.nameParts = {message.function_name()};
  ASSIGN_OR_RETURN(node.arguments, decoder.expressions(message.arguments()));
  return makePlan(std::move(node));
}

}  // namespace flint::connect
