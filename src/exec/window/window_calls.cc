#include "exec/window/window_calls.h"

#include "expr/function_registry.h"

namespace flint::exec {
namespace {

using expr::ExprPtr;
using expr::FrameBound;

// Binds the expressions of one node, one after the other.
class CallBinder {
 public:
  CallBinder(const plan::WindowExec& node, const expr::EvaluationOptions& options, WindowCalls& calls)
      : node_(node), options_(options), calls_(calls), attributes_(node.child->output()) {
    calls_.readsColumn.assign(attributes_.size(), false);
  }

  Status add(const ExprPtr& expression) {
    const auto* window = expr::withoutAlias(expression)->as<expr::WindowExpression>();
    if (window == nullptr) return internalError("a window operator needs window expressions");
    WindowCalls::Call call;
    call.result = window->dataType();
    if (const auto* aggregate = window->function->as<expr::AggregateExpression>()) {
      call.aggregator = aggregate->binding->aggregator;
      RETURN_IF_ERROR(addArguments(aggregate->arguments, call));
      if (aggregate->filter != nullptr) {
        call.filter = static_cast<int>(inputs_.size());
        RETURN_IF_ERROR(addInput(aggregate->filter));
      }
    } else if (const auto* function = window->function->as<expr::WindowFunctionCall>()) {
      call.function = function->binding;
      RETURN_IF_ERROR(addArguments(function->arguments, call));
    } else {
      return internalError("a window expression needs an aggregate or a window function");
    }
    const expr::WindowSpec& spec = window->spec;
    if (!spec.hasFrame) {
      call.end.kind = spec.orderBy.empty() ? FrameEnd::Kind::kUnbounded : FrameEnd::Kind::kPeers;
    } else {
      ASSIGN_OR_RETURN(call.begin, frameEnd(spec, spec.lower, spec.lowerOffset));
      ASSIGN_OR_RETURN(call.end, frameEnd(spec, spec.upper, spec.upperOffset));
    }
    calls_.calls.push_back(std::move(call));
    return Status::ok();
  }
  Status finish() {
    ASSIGN_OR_RETURN(calls_.inputs, expr::ExpressionEvaluator::make(std::move(inputs_), options_));
    return Status::ok();
  }

 private:
  Status addInput(const ExprPtr& expression) {
    ASSIGN_OR_RETURN(ExprPtr bound, expr::bindReferences(expression, attributes_));
    tree::forEachNode(bound, [&](const ExprPtr& part) {
      if (const auto* reference = part->as<expr::BoundReference>()) calls_.readsColumn[static_cast<size_t>(reference->ordinal)] = true;
    });
    inputs_.push_back(std::move(bound));
    return Status::ok();
  }
  Status addArguments(const std::vector<ExprPtr>& arguments, WindowCalls::Call& call) {
    for (const ExprPtr& argument : arguments) {
      call.arguments.push_back(inputs_.size());
      RETURN_IF_ERROR(addInput(argument));
    }
    return Status::ok();
  }
  Result<FrameEnd> frameEnd(const expr::WindowSpec& spec, FrameBound bound, const ExprPtr& offset) {
    FrameEnd end;
    switch (bound) {
      case FrameBound::kUnboundedPreceding:
      case FrameBound::kUnboundedFollowing: return end;
      case FrameBound::kCurrentRow: end.kind = spec.frameKind == expr::FrameKind::kRows ? FrameEnd::Kind::kRows : FrameEnd::Kind::kPeers; return end;
      case FrameBound::kPreceding:
      case FrameBound::kFollowing: break;
    }
    const bool precedes = bound == FrameBound::kPreceding;
    if (spec.frameKind == expr::FrameKind::kRows) {
      ASSIGN_OR_RETURN(const Value value, expr::evaluateFoldable(offset, options_));
      end.kind = FrameEnd::Kind::kRows;
      end.rows = precedes ? -value.asInteger() : value.asInteger();
      return end;
    }
    if (spec.orderBy.size() != 1) return internalError("a RANGE frame with an offset needs one ORDER BY expression");
    const auto* order = spec.orderBy[0]->as<expr::SortOrder>();
    if (!hasOrderValue_) {
      hasOrderValue_ = true;
      calls_.orderValue = inputs_.size();
      calls_.ascending = order->ascending;
      RETURN_IF_ERROR(addInput(order->child));
    }
    // Towards the start of the partition: smaller values when ascending.
    const bool subtract = precedes == order->ascending;
    const bool countsDays = order->child->dataType().is(TypeKind::kDate) && offset->dataType().isIntegral();
    const char* function = countsDays ? (subtract ? "date_sub" : "date_add") : subtract ? "try_subtract" : "try_add";
    ASSIGN_OR_RETURN(const ExprPtr bounding, expr::makeFunctionCall(function, {order->child, offset}, options_));
    end.kind = FrameEnd::Kind::kValue;
    end.value = inputs_.size();
    // The sum may have a wider type than the key it is compared with.
    if (bounding->dataType() == order->child->dataType()) {
      RETURN_IF_ERROR(addInput(bounding));
    } else {
      expr::Cast cast;
      cast.child = bounding;
      cast.target = order->child->dataType();
      cast.mode = expr::CastMode::kTry;
      RETURN_IF_ERROR(addInput(expr::makeExpr(std::move(cast))));
    }
    return end;
  }

  const plan::WindowExec& node_;
  const expr::EvaluationOptions& options_;
  WindowCalls& calls_;
  const std::vector<expr::AttributePtr> attributes_;
  std::vector<ExprPtr> inputs_;
  bool hasOrderValue_ = false;
};

}  // namespace

Result<std::shared_ptr<const WindowCalls>> WindowCalls::make(const plan::WindowExec& node, const expr::EvaluationOptions& options) {
  auto calls = std::make_shared<WindowCalls>();
  calls->numPartitionKeys = node.partitionBy.size();
  calls->numKeys = node.partitionBy.size() + node.orderBy.size();
  calls->rowLimit = node.rowLimit;
  CallBinder binder(node, options, *calls);
  for (const ExprPtr& expression : node.windowExpressions) RETURN_IF_ERROR(binder.add(expression));
  RETURN_IF_ERROR(binder.finish());
  return std::shared_ptr<const WindowCalls>(std::move(calls));
}

}  // namespace flint::exec
