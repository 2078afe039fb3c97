// Functions over windows: their spec, default frame and checks.
#include <fmt/core.h>

#include "analysis/expression_resolver.h"
#include "analysis/plan_resolver.h"
#include "analysis/type_coercion_rules.h"
#include "base/condition.h"
#include "base/legacy_conditions.h"
#include "expr/expression_text.h"
#include "expr/python_udf.h"
#include "types/collation.h"
#include "types/type_coercion.h"

namespace flint::analysis {
namespace {

using expr::FrameBound;
using expr::FrameKind;
using expr::WindowSpec;

void setFrame(WindowSpec& spec, FrameKind kind, FrameBound lower, FrameBound upper) {
  spec.hasFrame = true;
  spec.frameKind = kind;
  spec.lower = lower;
  spec.upper = upper;
  spec.lowerOffset = nullptr;
  spec.upperOffset = nullptr;
}

bool isOffsetFunction(const std::string& name) { return name == "lead" || name == "lag"; }

std::string frameText(const WindowSpec& spec) {
  expr::WindowExpression window;
  window.function = expr::literalNull();
  window.spec = spec;
  window.spec.partitionBy.clear();
  window.spec.orderBy.clear();
  const std::string text = window.spec.sql();
  return text.size() > 2 ? text.substr(1, text.size() - 2) : text;
}

bool sameFrame(const WindowSpec& a, const WindowSpec& b) {
  return a.frameKind == b.frameKind && a.lower == b.lower && a.upper == b.upper && a.lowerOffset == nullptr && a.upperOffset == nullptr;
}

// The frame that a window-only function has whatever is written: lead and lag look at one row, rank and its kind at the rows so far.
void setFixedFrame(const expr::WindowFunctionCall& call, WindowSpec& spec) {
  if (isOffsetFunction(call.name)) {
    const ExprPtr offset = call.arguments.size() > 1 ? call.arguments[1] : expr::literalInt(1);
    spec.hasFrame = true;
    spec.frameKind = FrameKind::kRows;
    spec.lower = FrameBound::kFollowing;
    spec.upper = FrameBound::kFollowing;
    ExprPtr bound = offset;
    const Value* value = expr::literalValue(offset);
    if (call.name == "lag" && value != nullptr && !value->isNull()) bound = expr::literalInt(static_cast<int32_t>(-value->asInteger()));
    spec.lowerOffset = bound;
    spec.upperOffset = bound;
    return;
  }
  setFrame(spec, call.name == "cume_dist" ? FrameKind::kRange : FrameKind::kRows, FrameBound::kUnboundedPreceding, FrameBound::kCurrentRow);
}

// The distance of a bound from the current row; its sign alone where it is no whole number.
int64_t distanceOf(FrameBound bound, const ExprPtr& offset, const expr::EvaluationOptions& options) {
  int64_t distance = 1;
  if (offset != nullptr && offset->dataType().isIntegral()) {
    const auto value = expr::evaluateFoldable(offset, options);
    if (value.isOk() && !value.value().isNull()) distance = value.value().asInteger();
  }
  return bound == FrameBound::kPreceding ? -distance : bound == FrameBound::kFollowing ? distance : 0;
}

// Whether the frame that is written is the one row that lead or lag look at.
bool isRowOf(const WindowSpec& offsetFrame, const WindowSpec& written, const expr::EvaluationOptions& options) {
  const auto isNear = [](FrameBound bound) { return bound != FrameBound::kUnboundedPreceding && bound != FrameBound::kUnboundedFollowing; };
  const int64_t row = distanceOf(offsetFrame.lower, offsetFrame.lowerOffset, options);
  return written.frameKind == FrameKind::kRows && isNear(written.lower) && isNear(written.upper) && distanceOf(written.lower, written.lowerOffset, options) == row &&
         distanceOf(written.upper, written.upperOffset, options) == row;
}

Status checkFrameBounds(const WindowSpec& spec, const OriginPtr& origin, const expr::EvaluationOptions& options) {
  if (!spec.hasFrame) return Status::ok();
  if (spec.lower == FrameBound::kUnboundedFollowing || spec.upper == FrameBound::kUnboundedPreceding) {
    return Error(condition::kDatatypeMismatchSpecifiedWindowFrameInvalidBound)
        .with("sqlExpr", "\"" + frameText(spec) + "\"")
        .with("upper", spec.upper == FrameBound::kUnboundedPreceding ? "UNBOUNDED PRECEDING" : "CURRENT ROW")
        .with("lower", spec.lower == FrameBound::kUnboundedFollowing ? "UNBOUNDED FOLLOWING" : "CURRENT ROW")
        .at(origin)
        .as(ErrorFamily::kAnalysis);
  }
  if (spec.lower == FrameBound::kUnboundedPreceding || spec.upper == FrameBound::kUnboundedFollowing) return Status::ok();
  const bool bothIntegral = (spec.lowerOffset == nullptr || spec.lowerOffset->dataType().isIntegral()) &&
                            (spec.upperOffset == nullptr || spec.upperOffset->dataType().isIntegral());
  const int64_t lower = distanceOf(spec.lower, spec.lowerOffset, options);
  const int64_t upper = distanceOf(spec.upper, spec.upperOffset, options);
  if (lower <= upper || (!bothIntegral && spec.lower == spec.upper)) return Status::ok();
  return Error(condition::kDatatypeMismatchSpecifiedWindowFrameWrongComparison)
      .with("sqlExpr", "\"" + frameText(spec) + "\"")
      .with("comparison", "less than or equal")
      .at(origin)
      .as(ErrorFamily::kAnalysis);
}

}  // namespace

namespace {

// An aggregate over the rows in an order of its own, which a window can neither order nor cut.
bool needsWholePartition(const expr::AggregateExpression& aggregate) {
  return aggregate.name == "median" || aggregate.name == "percentile_cont" || aggregate.name == "percentile_disc" || !aggregate.withinGroup.empty();
}

}  // namespace

Result<ExprPtr> ExpressionResolver::resolveWindow(const expr::UnresolvedWindow& window) {
  WindowSpec spec = window.spec;
  if (!window.windowName.empty()) {
    const WindowSpec* named = plans_.findWindow(window.windowName);
    if (named == nullptr) {
      return Error(condition::kMissingWindowSpecification)
          .with("windowName", window.windowName)
          .with("docroot", "https://spark.apache.org/docs/latest")
          .at(window.origin())
          .as(ErrorFamily::kAnalysis);
    }
    spec = *named;
  }
  ExprPtr function;
  if (const auto* call = window.function->as<expr::UnresolvedFunction>()) {
    ASSIGN_OR_RETURN(function, resolveFunction(*call, true));
  } else {
    ++windowDepth_;
    auto resolved = resolve(window.function);
    --windowDepth_;
    RETURN_IF_ERROR(resolved);
    function = resolved.value();
  }
  for (ExprPtr& key : spec.partitionBy) {
    ASSIGN_OR_RETURN(key, resolve(key));
    if (!hasCollations(key->dataType())) continue;
    const std::string shown = expr::columnName(key, options().timeZone);
    expr::RuntimeReplaceable compared;
    compared.text = shown;
    ASSIGN_OR_RETURN(compared.replacement, comparedByCollation(withoutReplaced(key), options()));
    key = expr::makeExpr(std::move(compared), key->origin());
  }
  for (ExprPtr& key : spec.orderBy) {
    ASSIGN_OR_RETURN(key, resolve(key));
    const DataType& type = key->dataType();
    if (!type.isOrderable() && !type.is(TypeKind::kNull)) {
      return Error(condition::kDatatypeMismatchInvalidOrderingType)
          .with("sqlExpr", expr::quotedExpression(key))
          .with("functionName", "`sortorder`")
          .with("dataType", "\"" + type.sql() + "\"")
          .at(window.origin())
          .as(ErrorFamily::kAnalysis);
    }
  }
  for (ExprPtr* offset : {&spec.lowerOffset, &spec.upperOffset}) {
    if (*offset == nullptr) continue;
    ASSIGN_OR_RETURN(*offset, resolveForPlan(*offset));
    const char* location = offset == &spec.lowerOffset ? "lower" : "upper";
    if (!(*offset)->foldable()) {
      return Error(condition::kDatatypeMismatchSpecifiedWindowFrameWithoutFoldable)
          .with("sqlExpr", "\"" + frameText(spec) + "\"")
          .with("location", location)
          .with("expression", expr::quotedExpression(*offset))
          .at(window.origin())
          .as(ErrorFamily::kAnalysis);
    }
    if (spec.frameKind == FrameKind::kRows) {
      if (!(*offset)->dataType().isIntegral()) {
        return Error(condition::kDatatypeMismatchSpecifiedWindowFrameUnacceptedType)
            .with("sqlExpr", "\"" + frameText(spec) + "\"")
            .with("location", location)
            .with("exprType", "\"" + (*offset)->dataType().sql() + "\"")
            .with("expectedType", "\"INT\"")
            .at(window.origin())
            .as(ErrorFamily::kAnalysis);
      }
      *offset = castImplicitly(*offset, DataType::integer(), options());
      continue;
    }
    if (spec.orderBy.empty()) {
      return Error(condition::kDatatypeMismatchRangeFrameWithoutOrder).with("sqlExpr", "\"" + spec.sql() + "\"").at(window.origin()).as(ErrorFamily::kAnalysis);
    }
    if (spec.orderBy.size() > 1) {
      std::vector<std::string> orders;
      for (const ExprPtr& key : spec.orderBy) orders.push_back(expr::columnName(key));
      return Error(condition::kDatatypeMismatchRangeFrameMultiOrder)
          .with("sqlExpr", "\"" + spec.sql() + "\"")
          .with("orderSpec", expr::joinTexts(orders))
          .at(window.origin())
          .as(ErrorFamily::kAnalysis);
    }
    const DataType& orderType = spec.orderBy[0]->dataType();
    const DataType& type = (*offset)->dataType();
    const bool dateByDays = orderType.is(TypeKind::kDate) && type.isIntegral();
    const bool byInterval = orderType.isDatetime() && (type.isAnsiInterval() || type.is(TypeKind::kCalendarInterval));
    if (orderType.isNumeric() && type.isNumeric()) {
      *offset = castImplicitly(*offset, orderType, options());
    } else if (dateByDays) {
      *offset = castImplicitly(*offset, DataType::integer(), options());
    } else if (!byInterval && !orderType.sameType(type)) {
      return Error(condition::kDatatypeMismatchRangeFrameInvalidType)
          .with("sqlExpr", "\"" + spec.sql() + "\"")
          .with("orderSpecType", "\"" + orderType.sql() + "\"")
          .with("valueBoundaryType", "\"" + type.sql() + "\"")
          .at(window.origin())
          .as(ErrorFamily::kAnalysis);
    }
  }

  RETURN_IF_ERROR(checkFrameBounds(spec, window.origin(), options()));

  // An aggregate that stands for others: each of them goes over the window.
  const auto overWindow = [&](const ExprPtr& call) -> Result<ExprPtr> {
    WindowSpec own = spec;
    if (const auto* windowCall = call->as<expr::WindowFunctionCall>()) {
      if (windowCall->binding->needsOrder && own.orderBy.empty()) {
        return Error(condition::kWindowFunctionFrameNotOrdered).with("wf", windowCall->name).at(window.origin()).as(ErrorFamily::kAnalysis);
      }
      if (!windowCall->binding->usesFrame) {
        WindowSpec fixed = own;
        setFixedFrame(*windowCall, fixed);
        const bool fits = !own.hasFrame || (isOffsetFunction(windowCall->name) ? isRowOf(fixed, own, options()) : sameFrame(own, fixed));
        if (!fits) {
          const Error mismatch = isOffsetFunction(windowCall->name) ? Error(condition::kLegacyErrorTemp1035).with("prettyName", windowCall->name)
                                                                    : Error(condition::kLegacyErrorTemp1036).with("wf", windowCall->name).with("w", own.sql());
          return Error(mismatch)
              .at(window.origin())
              .as(ErrorFamily::kAnalysis);
        }
        own = fixed;
      }
    } else if (const auto* ordered = call->as<expr::AggregateExpression>(); ordered != nullptr && needsWholePartition(*ordered) && (own.hasFrame || !own.orderBy.empty())) {
      return Error(condition::kInvalidWindowSpecForAggregationFunc).with("aggFunc", quoteIdentifier(ordered->name)).at(window.origin()).as(ErrorFamily::kAnalysis);
    } else if (const auto* aggregate = call->as<expr::AggregateExpression>(); aggregate != nullptr && aggregate->distinct) {
      return Error(condition::kDistinctWindowFunctionUnsupported).with("windowExpr", "\"" + expr::columnName(call) + " OVER " + own.sql() + "\"").at(window.origin()).as(ErrorFamily::kAnalysis);
    }
    if (!own.hasFrame) {
      if (own.orderBy.empty()) {
        setFrame(own, FrameKind::kRows, FrameBound::kUnboundedPreceding, FrameBound::kUnboundedFollowing);
      } else {
        setFrame(own, FrameKind::kRange, FrameBound::kUnboundedPreceding, FrameBound::kCurrentRow);
      }
    }
    expr::WindowExpression node;
    node.function = call;
    node.spec = std::move(own);
    return ExprPtr(expr::makeExpr(std::move(node), window.origin()));
  };
  if (expr::isAggregateCall(function) || function->as<expr::WindowFunctionCall>() != nullptr) return overWindow(function);
  if (const auto* replaced = function->as<expr::RuntimeReplaceable>()) {
    ExprPtr named;
    ASSIGN_OR_RETURN(const ExprPtr spread, tree::transformUp(replaced->replacement, [&](const ExprPtr& node) -> Result<ExprPtr> {
      if (node->as<expr::AggregateExpression>() == nullptr) return node;
      ASSIGN_OR_RETURN(ExprPtr made, overWindow(node));
      named = made;
      return made;
    }));
    if (named == nullptr) {
      return Error(condition::kUnsupportedExprForWindow).with("sqlExpr", expr::quotedExpression(function)).at(window.origin()).as(ErrorFamily::kAnalysis);
    }
    expr::RuntimeReplaceable out;
    const std::string shown = expr::columnName(named, options().timeZone);
    out.text = replaced->text + shown.substr(shown.rfind(" OVER "));
    out.replacement = spread;
    return ExprPtr(expr::makeExpr(std::move(out), window.origin()));
  }
  return Error(condition::kUnsupportedExprForWindow).with("sqlExpr", expr::quotedExpression(function)).at(window.origin()).as(ErrorFamily::kAnalysis);
}

}  // namespace flint::analysis
