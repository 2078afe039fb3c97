#include <spark/connect/expressions.pb.h>

#include "connect/decoder/client_functions.h"
#include "connect/decoder/literal_decoder.h"
#include "connect/decoder/plan_decoder.h"
#include "connect/decoder/python_udf_decoder.h"
#include "connect/decoder/type_codec.h"
#include "plan/logical/subquery_expressions.h"

namespace flint::connect {
namespace {

using Message = spark::connect::Expression;
using expr::makeExpr;

OriginPtr originOf(const Message& message) {
  if (!message.has_common() || !message.common().has_origin() || !message.common().origin().has_python_origin()) return nullptr;
  auto origin = std::make_shared<Origin>();
  origin->dataFrameFragment = message.common().origin().python_origin().fragment();
  origin->callSite = message.common().origin().python_origin().call_site();
  return origin;
}

// Functions that have a meaning in `partitionedBy` alone.
bool isPartitionTransform(std::string_view name) { return name == "years" || name == "months" || name == "days" || name == "hours" || name == "bucket"; }

// One request's expressions; the members follow the kinds of the message.
class ExpressionDecoder {
 public:
  ExpressionDecoder(PlanDecoder& plans, OriginPtr origin) : plans_(plans), origin_(std::move(origin)) {}

  Result<ExprPtr> decode(const Message& message);

 private:
  using Arguments = std::vector<ExprPtr>;

  template <class Node>
  ExprPtr make(Node node) const {
    return makeExpr(std::move(node), origin_);
  }
  Result<ExprPtr> attribute(const Message::UnresolvedAttribute& message);
  Result<ExprPtr> function(const Message::UnresolvedFunction& message);
  ExprPtr operatorNode(const std::string& name, const Arguments& arguments);
  ExprPtr calling(std::vector<std::string> name, Arguments arguments, bool distinct = false, bool internal = false);
  Result<ExprPtr> star(const Message::UnresolvedStar& message);
  Result<ExprPtr> alias(const Message::Alias& message);
  Result<ExprPtr> cast(const Message::Cast& message);
  Result<ExprPtr> regex(const Message::UnresolvedRegex& message);
  Result<ExprPtr> sortOrder(const Message::SortOrder& message);
  Result<ExprPtr> lambda(const Message::LambdaFunction& message);
  Result<ExprPtr> lambdaVariable(const Message::UnresolvedNamedLambdaVariable& message);
  Result<ExprPtr> window(const Message::Window& message);
  Status frameBound(const Message::Window::WindowFrame::FrameBoundary& message, bool isLower, expr::FrameBound& bound, ExprPtr& offset);
  Result<ExprPtr> updateFields(const Message::UpdateFields& message);
  Result<ExprPtr> subquery(const spark::connect::SubqueryExpression& message);

  PlanDecoder& plans_;
  const OriginPtr origin_;
};

Result<ExprPtr> ExpressionDecoder::attribute(const Message::UnresolvedAttribute& message) {
  expr::UnresolvedAttribute node;
  ASSIGN_OR_RETURN(node.nameParts, parseAttributeName(message.unparsed_identifier()));
  if (message.has_plan_id()) node.planId = message.plan_id();
  node.isMetadataColumn = message.is_metadata_column();
  return make(std::move(node));
}

// The operators that have nodes of their own; null where `name` is no such operator.
ExprPtr ExpressionDecoder::operatorNode(const std::string& name, const Arguments& arguments) {
  const auto binary = [&]<class Node>(Node node) {
    node.left = arguments[0];
    node.right = arguments[1];
    return make(std::move(node));
  };
  const auto compare = [&](expr::ComparisonOp op) {
    expr::Comparison node;
    node.op = op;
    return binary(std::move(node));
  };
  const auto unary = [&]<class Node>(Node node) {
    node.child = arguments[0];
    return make(std::move(node));
  };
  if (arguments.size() == 2) {
    if (name == "==" || name == "=") return compare(expr::ComparisonOp::kEqual);
    if (name == "!=") return compare(expr::ComparisonOp::kNotEqual);
    if (name == "<=>") return compare(expr::ComparisonOp::kEqualNullSafe);
    if (name == "<") return compare(expr::ComparisonOp::kLess);
    if (name == "<=") return compare(expr::ComparisonOp::kLessOrEqual);
    if (name == ">") return compare(expr::ComparisonOp::kGreater);
    if (name == ">=") return compare(expr::ComparisonOp::kGreaterOrEqual);
    if (name == "and") return binary(expr::And());
    if (name == "or") return binary(expr::Or());
  }
  if (arguments.size() == 1) {
    if (name == "not" || name == "!") return unary(expr::Not());
    if (name == "isNull" || name == "isnull") return unary(expr::IsNull());
    if (name == "isNotNull" || name == "isnotnull") return unary(expr::IsNotNull());
  }
  if (name == "when" && arguments.size() >= 2) {
    expr::CaseWhen node;
    for (size_t i = 0; i + 1 < arguments.size(); i += 2) node.branches.emplace_back(arguments[i], arguments[i + 1]);
    if (arguments.size() % 2 == 1) node.elseValue = arguments.back();
    return make(std::move(node));
  }
  if (name == "in" && !arguments.empty()) {
    expr::In node;
    node.value = arguments[0];
    node.list.assign(arguments.begin() + 1, arguments.end());
    return make(std::move(node));
  }
  return nullptr;
}

ExprPtr ExpressionDecoder::calling(std::vector<std::string> name, Arguments arguments, bool distinct, bool internal) {
  expr::UnresolvedFunction node;
  node.nameParts = std::move(name);
  node.arguments = std::move(arguments);
  node.distinct = distinct;
  node.isInternal = internal;
  return make(std::move(node));
}

Result<ExprPtr> ExpressionDecoder::function(const Message::UnresolvedFunction& message) {
  ASSIGN_OR_RETURN(Arguments arguments, plans_.expressions(message.arguments()));
  if (message.is_user_defined_function()) {
    ASSIGN_OR_RETURN(std::vector<std::string> name, parser::parseIdentifier(message.function_name(), plans_.context().parserOptions()));
    return calling(std::move(name), std::move(arguments), message.is_distinct());
  }
  if (!message.is_distinct()) {
    if (ExprPtr node = operatorNode(message.function_name(), arguments); node != nullptr) return node;
  }
  const std::string& name = message.function_name();
  if (ExprPtr node = clientFunction(name, arguments); node != nullptr) return node->withOrigin(origin_);
  if (name == "nth_value" && arguments.size() == 3) {
    // The last argument says what IGNORE NULLS says in SQL.
    const Value* ignoreNulls = expr::literalValue(arguments[2]);
    if (ignoreNulls != nullptr && arguments[2]->dataType().is(TypeKind::kBoolean)) {
      expr::UnresolvedFunction node;
      node.nameParts = {name};
      node.ignoreNulls = !ignoreNulls->isNull() && ignoreNulls->asBoolean();
      arguments.pop_back();
      node.arguments = std::move(arguments);
      return make(std::move(node));
    }
  }
  return calling({name}, std::move(arguments), message.is_distinct(), message.is_internal() || isPartitionTransform(name));
}

Result<ExprPtr> ExpressionDecoder::star(const Message::UnresolvedStar& message) {
  expr::UnresolvedStar node;
  if (message.has_unparsed_target()) {
    const std::string& target = message.unparsed_target();
    if (message.has_plan_id()) return Error(condition::kConnectInvalidPlanUnresolvedStarWithBothTargetAndPlanId).as(ErrorFamily::kSqlConnect);
    if (!target.ends_with(".*")) {
      return Error(condition::kConnectInvalidPlanUnresolvedStarTargetInvalid).with("target", target).as(ErrorFamily::kSqlConnect);
    }
    ASSIGN_OR_RETURN(node.target, parseAttributeName(target.substr(0, target.size() - 2)));
  }
  if (message.has_plan_id()) node.planId = message.plan_id();
  return make(std::move(node));
}

Result<ExprPtr> ExpressionDecoder::alias(const Message::Alias& message) {
  ASSIGN_OR_RETURN(ExprPtr child, plans_.expression(message.expr()));
  if (message.name_size() == 1) {
    expr::Alias node;
    node.child = std::move(child);
    node.name = message.name(0);
    node.id = expr::newExprId();
    if (message.has_metadata()) node.metadata = message.metadata();
    return make(std::move(node));
  }
  if (message.has_metadata()) return Error(condition::kConnectInvalidPlanAliasWithMultipleIdentifiersAndMetadata).as(ErrorFamily::kSqlConnect);
  expr::MultiAlias node;
  node.child = std::move(child);
  node.names.assign(message.name().begin(), message.name().end());
  return make(std::move(node));
}

Result<ExprPtr> ExpressionDecoder::cast(const Message::Cast& message) {
  expr::Cast node;
  ASSIGN_OR_RETURN(node.child, plans_.expression(message.expr()));
  switch (message.cast_to_type_case()) {
    case Message::Cast::kType: {
      ASSIGN_OR_RETURN(node.target, decodeType(message.type()));
      break;
    }
    case Message::Cast::kTypeStr: {
      ASSIGN_OR_RETURN(node.target, parser::parseDataType(message.type_str(), plans_.context().parserOptions()));
      break;
    }
    case Message::Cast::CAST_TO_TYPE_NOT_SET: return invalidPlan("a cast without a type");
  }
  switch (message.eval_mode()) {
    case Message::Cast::EVAL_MODE_LEGACY: node.mode = expr::CastMode::kLegacy; break;
    case Message::Cast::EVAL_MODE_ANSI: node.mode = expr::CastMode::kAnsi; break;
    case Message::Cast::EVAL_MODE_TRY: node.mode = expr::CastMode::kTry; break;
    default: node.mode = plans_.context().parserOptions().ansi ? expr::CastMode::kAnsi : expr::CastMode::kLegacy;
  }
  return make(std::move(node));
}

Result<ExprPtr> ExpressionDecoder::regex(const Message::UnresolvedRegex& message) {
  // `pattern` or table.`pattern`: what stands between back quotes; other names are columns.
  const std::string& text = message.col_name();
  const size_t open = text.find('`');
  const bool quoted = open != std::string::npos && text.size() > open + 1 && text.back() == '`' && (open == 0 || text[open - 1] == '.');
  if (!quoted) {
    expr::UnresolvedAttribute node;
    ASSIGN_OR_RETURN(node.nameParts, parseAttributeName(text));
    if (message.has_plan_id()) node.planId = message.plan_id();
    return make(std::move(node));
  }
  expr::UnresolvedRegex node;
  node.pattern = text.substr(open + 1, text.size() - open - 2);
  if (open > 0) node.table = text.substr(0, open - 1);
  if (message.has_plan_id()) node.planId = message.plan_id();
  return make(std::move(node));
}

Result<ExprPtr> ExpressionDecoder::sortOrder(const Message::SortOrder& message) {
  expr::SortOrder node;
  ASSIGN_OR_RETURN(node.child, plans_.expression(message.child()));
  node.ascending = message.direction() != Message::SortOrder::SORT_DIRECTION_DESCENDING;
  node.nullsFirst = message.null_ordering() == Message::SortOrder::SORT_NULLS_UNSPECIFIED
                        ? node.ascending
                        : message.null_ordering() == Message::SortOrder::SORT_NULLS_FIRST;
  return make(std::move(node));
}

Result<ExprPtr> ExpressionDecoder::lambdaVariable(const Message::UnresolvedNamedLambdaVariable& message) {
  if (message.name_parts().empty()) {
    return Error(condition::kConnectInvalidPlanUnresolvedNamedLambdaVariableRequiresNamePart).as(ErrorFamily::kSqlConnect);
  }
  expr::UnresolvedLambdaVariable node;
  node.nameParts.assign(message.name_parts().begin(), message.name_parts().end());
  return make(std::move(node));
}

Result<ExprPtr> ExpressionDecoder::lambda(const Message::LambdaFunction& message) {
  if (message.arguments_size() < 1 || message.arguments_size() > 3) {
    return Error(condition::kConnectInvalidPlanLambdaFunctionArgumentCountInvalid)
        .with("got", std::to_string(message.arguments_size()))
        .as(ErrorFamily::kSqlConnect);
  }
  expr::LambdaFunction node;
  ASSIGN_OR_RETURN(node.body, plans_.expression(message.function()));
  for (const auto& argument : message.arguments()) {
    ASSIGN_OR_RETURN(ExprPtr variable, lambdaVariable(argument));
    node.variables.push_back(std::move(variable));
  }
  return make(std::move(node));
}

// A literal's sign; 0 for zero, and for what is no literal: nothing.
std::optional<int> signOf(const ExprPtr& expression) {
  const auto* literal = expression->as<expr::Literal>();
  if (literal == nullptr || literal->value.isNull()) return std::nullopt;
  const auto sign = [](auto value) { return value < 0 ? -1 : value > 0 ? 1 : 0; };
  switch (literal->type.physicalType()) {
    case PhysicalType::kInt8:
    case PhysicalType::kInt16:
    case PhysicalType::kInt32: return sign(literal->value.asInteger());
    case PhysicalType::kInt64: return literal->type.is(TypeKind::kDecimal) ? sign(literal->value.asDecimal()) : sign(literal->value.asInteger());
    case PhysicalType::kInt128: return sign(literal->value.asDecimal());
    case PhysicalType::kFloat:
    case PhysicalType::kDouble: return sign(literal->value.asFloating());
    default: return std::nullopt;
  }
}

ExprPtr negated(const ExprPtr& expression) {
  const auto* literal = expression->as<expr::Literal>();
  const Value& value = literal->value;
  const DataType& type = literal->type;
  if (type.isFloating()) return expr::literal(Value::floating(-value.asFloating()), type);
  if (type.is(TypeKind::kDecimal)) return expr::literal(Value::decimal(-value.asDecimal()), type);
  return expr::literal(Value::integer(-value.asInteger()), type);
}

Status ExpressionDecoder::frameBound(const Message::Window::WindowFrame::FrameBoundary& message, bool isLower, expr::FrameBound& bound,
                                     ExprPtr& offset) {
  using Boundary = Message::Window::WindowFrame::FrameBoundary;
  switch (message.boundary_case()) {
    case Boundary::kCurrentRow: bound = expr::FrameBound::kCurrentRow; return Status::ok();
    case Boundary::kUnbounded:
      bound = isLower ? expr::FrameBound::kUnboundedPreceding : expr::FrameBound::kUnboundedFollowing;
      return Status::ok();
    case Boundary::kValue: {
      ASSIGN_OR_RETURN(ExprPtr value, plans_.expression(message.value()));
      const std::optional<int> sign = signOf(value);
      if (sign == 0) {
        bound = expr::FrameBound::kCurrentRow;
      } else if (sign == -1) {
        bound = expr::FrameBound::kPreceding;
        offset = negated(value);
      } else {
        bound = expr::FrameBound::kFollowing;
        offset = std::move(value);
      }
      return Status::ok();
    }
    case Boundary::BOUNDARY_NOT_SET: break;
  }
  return Error(isLower ? condition::kConnectInvalidPlanLowerBoundRequiredInWindowFrame : condition::kConnectInvalidPlanUpperBoundRequiredInWindowFrame)
      .as(ErrorFamily::kSqlConnect);
}

Result<ExprPtr> ExpressionDecoder::window(const Message::Window& message) {
  if (!message.has_window_function()) return Error(condition::kConnectInvalidPlanWindowFunctionRequired).as(ErrorFamily::kSqlConnect);
  expr::UnresolvedWindow node;
  ASSIGN_OR_RETURN(node.function, plans_.expression(message.window_function()));
  ASSIGN_OR_RETURN(node.spec.partitionBy, plans_.expressions(message.partition_spec()));
  for (const auto& order : message.order_spec()) {
    ASSIGN_OR_RETURN(ExprPtr decoded, sortOrder(order));
    node.spec.orderBy.push_back(std::move(decoded));
  }
  if (message.has_frame_spec()) {
    const auto& frame = message.frame_spec();
    node.spec.hasFrame = true;
    if (frame.frame_type() == Message::Window::WindowFrame::FRAME_TYPE_UNDEFINED) return invalidPlan("a window frame of rows or of a range was expected");
    node.spec.frameKind = frame.frame_type() == Message::Window::WindowFrame::FRAME_TYPE_ROW ? expr::FrameKind::kRows : expr::FrameKind::kRange;
    RETURN_IF_ERROR(frameBound(frame.lower(), true, node.spec.lower, node.spec.lowerOffset));
    RETURN_IF_ERROR(frameBound(frame.upper(), false, node.spec.upper, node.spec.upperOffset));
  }
  return make(std::move(node));
}

Result<ExprPtr> ExpressionDecoder::updateFields(const Message::UpdateFields& message) {
  expr::UpdateFields node;
  ASSIGN_OR_RETURN(node.child, plans_.expression(message.struct_expression()));
  ASSIGN_OR_RETURN(node.path, parseAttributeName(message.field_name()));
  if (message.has_value_expression()) {
    ASSIGN_OR_RETURN(node.value, plans_.expression(message.value_expression()));
  }
  return make(std::move(node));
}

Result<ExprPtr> ExpressionDecoder::subquery(const spark::connect::SubqueryExpression& message) {
  using Subquery = spark::connect::SubqueryExpression;
  const auto found = plans_.references().find(message.plan_id());
  if (found == plans_.references().end()) return Error(condition::kConnectInvalidPlanInvalidWithRelationReference).as(ErrorFamily::kSqlConnect);
  switch (message.subquery_type()) {
    case Subquery::SUBQUERY_TYPE_SCALAR: {
      plan::ScalarSubquery node;
      node.plan = found->second;
      return make(std::move(node));
    }
    case Subquery::SUBQUERY_TYPE_EXISTS: {
      plan::Exists node;
      node.plan = found->second;
      return make(std::move(node));
    }
    case Subquery::SUBQUERY_TYPE_IN: {
      plan::InSubquery node;
      ASSIGN_OR_RETURN(node.values, plans_.expressions(message.in_subquery_values()));
      node.plan = found->second;
      return make(std::move(node));
    }
    case Subquery::SUBQUERY_TYPE_TABLE_ARG: {
      plan::TableArgument node;
      node.plan = found->second;
      if (message.has_table_arg_options()) {
        const auto& options = message.table_arg_options();
        ASSIGN_OR_RETURN(node.partitionBy, plans_.expressions(options.partition_spec()));
        for (const auto& order : options.order_spec()) {
          ASSIGN_OR_RETURN(ExprPtr decoded, sortOrder(order));
          node.orderBy.push_back(std::move(decoded));
        }
        node.singlePartition = options.with_single_partition();
      }
      return make(std::move(node));
    }
    default: return invalidPlan("a subquery of no known kind");
  }
}

Result<ExprPtr> ExpressionDecoder::decode(const Message& message) {
  switch (message.expr_type_case()) {
    case Message::kLiteral: return decodeLiteralExpression(message.literal());
    case Message::kUnresolvedAttribute: return attribute(message.unresolved_attribute());
    case Message::kUnresolvedFunction: return function(message.unresolved_function());
    case Message::kExpressionString: return parser::parseExpression(message.expression_string().expression(), plans_.context().parserOptions());
    case Message::kUnresolvedStar: return star(message.unresolved_star());
    case Message::kAlias: return alias(message.alias());
    case Message::kCast: return cast(message.cast());
    case Message::kUnresolvedRegex: return regex(message.unresolved_regex());
    case Message::kSortOrder: return sortOrder(message.sort_order());
    case Message::kLambdaFunction: return lambda(message.lambda_function());
    case Message::kWindow: return window(message.window());
    case Message::kUnresolvedExtractValue: {
      expr::UnresolvedExtractValue node;
      ASSIGN_OR_RETURN(node.child, plans_.expression(message.unresolved_extract_value().child()));
      ASSIGN_OR_RETURN(node.extraction, plans_.expression(message.unresolved_extract_value().extraction()));
      return make(std::move(node));
    }
    case Message::kUpdateFields: return updateFields(message.update_fields());
    case Message::kUnresolvedNamedLambdaVariable: return lambdaVariable(message.unresolved_named_lambda_variable());
    case Message::kCallFunction: {
      ASSIGN_OR_RETURN(std::vector<std::string> name,
                       parser::parseIdentifier(message.call_function().function_name(), plans_.context().parserOptions()));
      ASSIGN_OR_RETURN(Arguments arguments, plans_.expressions(message.call_function().arguments()));
      return calling(std::move(name), std::move(arguments));
    }
    case Message::kNamedArgumentExpression: {
      expr::NamedArgument node;
      node.name = message.named_argument_expression().key();
      ASSIGN_OR_RETURN(node.value, plans_.expression(message.named_argument_expression().value()));
      return make(std::move(node));
    }
    case Message::kSubqueryExpression: return subquery(message.subquery_expression());
    case Message::kDirectShufflePartitionId: return plans_.expression(message.direct_shuffle_partition_id().child());
    case Message::kCommonInlineUserDefinedFunction: {
      ASSIGN_OR_RETURN(ExprPtr udf, decodePythonUdf(plans_, message.common_inline_user_defined_function()));
      return origin_ == nullptr ? udf : udf->withOrigin(origin_);
    }
    case Message::kMergeAction: return unsupportedFeature("a merge action outside of mergeInto");
    case Message::kTypedAggregateExpression: return unsupportedFeature("a typed aggregator");
    case Message::kExtension:
      return Error(condition::kConnectInvalidPlanNoHandlerForExtension)
          .with("extensionTypeUrl", message.extension().type_url())
          .as(ErrorFamily::kSqlConnect);
    case Message::EXPR_TYPE_NOT_SET: break;
  }
  return Error(condition::kConnectInvalidPlanInvalidOneOfFieldNotSet)
      .with("fullName", "spark.connect.Expression")
      .with("name", "expr_type")
      .as(ErrorFamily::kSqlConnect);
}

}  // namespace

Result<ExprPtr> PlanDecoder::expression(const Message& message) {
  if (++depth_ > kMaxDepth) return Error(condition::kFailedToParseTooComplex).as(ErrorFamily::kParse);
  auto decoded = ExpressionDecoder(*this, originOf(message)).decode(message);
  --depth_;
  return decoded;
}

Result<std::vector<ExprPtr>> PlanDecoder::expressions(const google::protobuf::RepeatedPtrField<Message>& messages) {
  std::vector<ExprPtr> decoded;
  decoded.reserve(static_cast<size_t>(messages.size()));
  for (const Message& message : messages) {
    ASSIGN_OR_RETURN(ExprPtr one, expression(message));
    decoded.push_back(std::move(one));
  }
  return decoded;
}

}  // namespace flint::connect
