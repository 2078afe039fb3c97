#include <algorithm>

#include "expr/python_udf.h"
#include "optimizer/expression_rewrite.h"
#include "optimizer/function_calls.h"
#include "optimizer/rules/rules.h"
#include "plan/logical/python_plans.h"
#include "plan/logical/relational.h"

namespace flint::optimizer {
namespace {

using expr::isAggregateCall;
using expr::PythonEvalType;
using expr::PythonUdf;

const PythonUdf* scalarUdf(const ExprPtr& expression) {
  const auto* udf = expression->as<PythonUdf>();
  return udf != nullptr && expr::isScalar(udf->function.evalType) ? udf : nullptr;
}

bool hasScalarUdf(const ExprPtr& expression) {
  return expression->traits().hasPythonUdf && tree::anyNode(expression, [](const ExprPtr& node) { return scalarUdf(node) != nullptr; });
}

// Whether a worker can compute the call from plain values: its arguments need no other Python function, but for one of the same kind that gives its
// only argument: those are chained in the worker.
bool isEvaluable(const PythonUdf& udf) {
  if (udf.arguments.size() == 1) {
    if (const PythonUdf* inner = scalarUdf(udf.arguments[0])) {
      return inner->function.evalType == udf.function.evalType && udf.argumentNames.empty() && isEvaluable(*inner);
    }
  }
  return std::none_of(udf.arguments.begin(), udf.arguments.end(), hasScalarUdf);
}

void collectEvaluable(const ExprPtr& expression, std::vector<ExprPtr>& out) {
  if (!expression->traits().hasPythonUdf) return;
  if (const PythonUdf* udf = scalarUdf(expression); udf != nullptr && isEvaluable(*udf)) {
    out.push_back(expression);
    return;
  }
  for (const ExprPtr& child : expression->children()) collectEvaluable(child, out);
}

bool isSameCall(const ExprPtr& a, const ExprPtr& b) { return a->sameAs(*b) || (a->deterministic() && b->deterministic() && semanticEquals(a, b)); }

// The calls that one trip to a worker computes: of one kind, each once. An iterator's function goes alone.
std::vector<ExprPtr> oneTrip(const std::vector<ExprPtr>& evaluable) {
  std::vector<ExprPtr> out;
  for (const ExprPtr& call : evaluable) {
    const PythonEvalType type = call->as<PythonUdf>()->function.evalType;
    if (!out.empty() && (type != out[0]->as<PythonUdf>()->function.evalType || expr::isScalarIterator(type))) continue;
    if (std::none_of(out.begin(), out.end(), [&](const ExprPtr& known) { return isSameCall(known, call); })) out.push_back(call);
  }
  return out;
}

using Replacements = std::vector<std::pair<ExprPtr, ExprPtr>>;

ExprPtr replaceCalls(const ExprPtr& expression, const Replacements& replacements) {
  if (!expression->traits().hasPythonUdf) return expression;
  if (scalarUdf(expression) != nullptr) {
    for (const auto& [call, attribute] : replacements) {
      if (isSameCall(call, expression)) return attribute;
    }
  }
  return tree::mapChildren(expression, [&](const ExprPtr& child) { return replaceCalls(child, replacements); });
}

LogicalPlanPtr evaluateBelow(const std::vector<ExprPtr>& calls, const LogicalPlanPtr& child, Replacements& replacements) {
  plan::PythonMap map;
  map.keepsInput = true;
  map.functions = calls;
  map.child = child;
  for (size_t i = 0; i < calls.size(); ++i) {
    map.results.push_back(expr::attribute("pythonUDF" + std::to_string(i), calls[i]->dataType()));
    replacements.emplace_back(calls[i], map.results.back());
  }
  return makePlan(std::move(map));
}

LogicalPlanPtr withOutput(LogicalPlanPtr node, const std::vector<AttributePtr>& output) {
  const std::vector<AttributePtr> given = node->output();
  const bool same = given.size() == output.size() &&
                    std::equal(given.begin(), given.end(), output.begin(), [](const AttributePtr& a, const AttributePtr& b) { return a->id == b->id; });
  return same ? node : makeProject(asExpressions(output), std::move(node));
}

class PythonUdfExtraction {
 public:
  explicit PythonUdfExtraction(OptimizerContext& context) : context_(context) {}

  Result<LogicalPlanPtr> apply(const LogicalPlanPtr& root) {
    return tree::transformUp(root, [this](const LogicalPlanPtr& node) -> Result<LogicalPlanPtr> {
      const std::vector<ExprPtr> expressions = node->expressions();
      if (std::none_of(expressions.begin(), expressions.end(), [](const ExprPtr& each) { return each->traits().hasPythonUdf; })) return node;
      switch (node->kind()) {
        case plan::LogicalKind::kMapPartitions:
        case plan::LogicalKind::kCoGroupMap: return node;
        case plan::LogicalKind::kJoin: return extractFromJoin(*node->as<plan::Join>());
        case plan::LogicalKind::kAggregate: return extractFromAggregate(node);
        case plan::LogicalKind::kWindow: return extractFromWindow(*node->as<plan::Window>());
        case plan::LogicalKind::kFilter: return extractFromFilter(*node->as<plan::Filter>());
        default: return extract(node);
      }
    });
  }

 private:
  static LogicalPlanPtr extract(LogicalPlanPtr node) {
    if (node->children().size() != 1) return node;
    const std::vector<AttributePtr> output = node->output();
    for (;;) {
      std::vector<ExprPtr> expressions = node->expressions();
      std::vector<ExprPtr> evaluable;
      for (const ExprPtr& expression : expressions) collectEvaluable(expression, evaluable);
      if (evaluable.empty()) return withOutput(std::move(node), output);
      Replacements replacements;
      LogicalPlanPtr below = evaluateBelow(oneTrip(evaluable), node->children()[0], replacements);
      for (ExprPtr& expression : expressions) expression = replaceCalls(expression, replacements);
      node = node->withNewExpressions(std::move(expressions))->withNewChildren({std::move(below)});
    }
  }

  // Rows that other conditions drop do not travel.
  static LogicalPlanPtr extractFromFilter(const plan::Filter& filter) {
    std::vector<ExprPtr> plain;
    std::vector<ExprPtr> python;
    for (const ExprPtr& conjunct : expr::splitConjuncts(filter.condition)) {
      (hasScalarUdf(conjunct) || !conjunct->deterministic() ? python : plain).push_back(conjunct);
    }
    return extract(makeFilter(python, makeFilter(plain, filter.child)));
  }

  static Result<LogicalPlanPtr> extractFromJoin(const plan::Join& join) {
    plan::Join made(join);
    const AttributeSet left = AttributeSet::outputOf(*join.left);
    const AttributeSet right = AttributeSet::outputOf(*join.right);
    std::vector<AttributePtr> output = join.output();
    std::vector<ExprPtr> conjuncts = expr::splitConjuncts(join.condition);
    std::vector<ExprPtr> above;
    // A call that reads both sides is computed behind the join.
    std::erase_if(conjuncts, [&](const ExprPtr& conjunct) {
      const bool readsBoth = tree::anyNode(conjunct, [&](const ExprPtr& node) {
        if (scalarUdf(node) == nullptr) return false;
        const AttributeSet read = AttributeSet::readBy(node);
        return !left.containsAll(read) && !right.containsAll(read);
      });
      if (readsBoth) above.push_back(conjunct);
      return readsBoth;
    });
    const bool isInner = join.type == plan::JoinType::kInner || join.type == plan::JoinType::kCross;
    if (!above.empty() && !isInner) return Error(condition::kUnsupportedFeaturePythonUdfInOnClause).with("joinType", sqlName(join.type)).as(ErrorFamily::kAnalysis);
    for (;;) {
      std::vector<ExprPtr> fromLeft;
      std::vector<ExprPtr> fromRight;
      for (const ExprPtr& conjunct : conjuncts) {
        std::vector<ExprPtr> evaluable;
        collectEvaluable(conjunct, evaluable);
        const AttributeSet given = AttributeSet::outputOf(*made.left);
        for (const ExprPtr& call : evaluable) (given.containsAll(AttributeSet::readBy(call)) ? fromLeft : fromRight).push_back(call);
      }
      if (fromLeft.empty() && fromRight.empty()) break;
      Replacements replacements;
      if (!fromLeft.empty()) made.left = evaluateBelow(oneTrip(fromLeft), made.left, replacements);
      if (!fromRight.empty()) made.right = evaluateBelow(oneTrip(fromRight), made.right, replacements);
      for (ExprPtr& conjunct : conjuncts) conjunct = replaceCalls(conjunct, replacements);
    }
    made.condition = conjuncts.empty() ? nullptr : expr::conjunction(conjuncts);
    LogicalPlanPtr joined = withOutput(makePlan(std::move(made), join.origin()), output);
    return above.empty() ? joined : extract(makeFilter(above, std::move(joined)));
  }

  static std::string sqlName(plan::JoinType type) {
    switch (type) {
      case plan::JoinType::kLeftOuter: return "LEFT OUTER";
      case plan::JoinType::kRightOuter: return "RIGHT OUTER";
      case plan::JoinType::kFullOuter: return "FULL OUTER";
      case plan::JoinType::kLeftSemi: return "LEFT SEMI";
      case plan::JoinType::kLeftAnti:
      case plan::JoinType::kNullAwareAnti: return "LEFT ANTI";
      case plan::JoinType::kExistence: return "EXISTS";
      default: return "INNER";
    }
  }

  static bool hasUdfAboveAggregates(const ExprPtr& expression) {
    if (!expression->traits().hasPythonUdf || isAggregateCall(expression)) return false;
    if (scalarUdf(expression) != nullptr) return true;
    const std::vector<ExprPtr> children = expression->children();
    return std::any_of(children.begin(), children.end(), hasUdfAboveAggregates);
  }

  // What is left of `expression` when its aggregates, and the columns it reads, are columns of the aggregate below.
  static ExprPtr aboveAggregates(const ExprPtr& expression, std::vector<ExprPtr>& below, AttributeSet& passed) {
    if (isAggregateCall(expression)) {
      const ExprPtr named = expr::alias(expression, "agg" + std::to_string(below.size()));
      below.push_back(named);
      return expr::toAttribute(named);
    }
    if (const auto* attribute = expression->as<expr::AttributeReference>()) {
      if (!passed.contains(attribute->id)) below.push_back(expression);
      passed.add(attribute->id);
      return expression;
    }
    return tree::mapChildren(expression, [&](const ExprPtr& child) { return aboveAggregates(child, below, passed); });
  }

  static Result<LogicalPlanPtr> extractFromAggregate(const LogicalPlanPtr& node) {
    const auto& aggregate = *node->as<plan::Aggregate>();
    const auto& list = aggregate.aggregates;
    if (std::any_of(list.begin(), list.end(), hasUdfAboveAggregates)) {
      plan::Aggregate made(aggregate);
      made.aggregates.clear();
      AttributeSet passed;
      std::vector<ExprPtr> projection;
      for (const ExprPtr& named : list) projection.push_back(aboveAggregates(named, made.aggregates, passed));
      ASSIGN_OR_RETURN(LogicalPlanPtr below, extractFromAggregate(makePlan(std::move(made), node->origin())));
      return extract(makeProject(std::move(projection), std::move(below)));
    }
    std::vector<ExprPtr> calls;
    bool others = false;
    for (const ExprPtr& named : list) {
      tree::forEachNode(named, [&](const ExprPtr& each) {
        if (!isAggregateCall(each)) return;
        if (each->as<PythonUdf>() == nullptr) {
          others = true;
        } else if (std::none_of(calls.begin(), calls.end(), [&](const ExprPtr& known) { return isSameCall(known, each); })) {
          calls.push_back(each);
        }
      });
    }
    if (calls.empty()) return extract(node);
    if (others) {
      std::string names;
      for (const ExprPtr& call : calls) names += (names.empty() ? "`" : ", `") + call->as<PythonUdf>()->function.name + "`";
      return Error(condition::kInvalidPandasUdfPlacement).with("functionList", names).as(ErrorFamily::kAnalysis);
    }
    return groupedByPython(aggregate, calls);
  }

  static ExprPtr replaceAggregates(const ExprPtr& expression, const Replacements& replacements) {
    if (isAggregateCall(expression)) {
      for (const auto& [call, attribute] : replacements) {
        if (isSameCall(call, expression)) return attribute;
      }
    }
    return tree::mapChildren(expression, [&](const ExprPtr& child) { return replaceAggregates(child, replacements); });
  }

  // An iterator's function goes alone: several of them are joined by the keys, as two aggregations of the same rows.
  static Result<LogicalPlanPtr> groupedByPython(const plan::Aggregate& aggregate, const std::vector<ExprPtr>& calls) {
    const PythonEvalType type = calls[0]->as<PythonUdf>()->function.evalType;
    const bool iterates = type == PythonEvalType::kGroupedAggPandasIter || type == PythonEvalType::kGroupedAggArrowIter;
    const bool mixed = std::any_of(calls.begin(), calls.end(), [&](const ExprPtr& call) { return call->as<PythonUdf>()->function.evalType != type; });
    if (mixed || (iterates && calls.size() > 1)) {
      std::string names;
      for (const ExprPtr& call : calls) names += (names.empty() ? "`" : ", `") + call->as<PythonUdf>()->function.name + "`";
      return Error(condition::kInvalidPandasUdfPlacement).with("functionList", names).as(ErrorFamily::kAnalysis);
    }
    plan::PythonGroupMap map;
    map.keepsKeys = true;
    map.functions = calls;
    map.grouping = aggregate.grouping;
    map.child = aggregate.child;
    Replacements replacements;
    for (const ExprPtr& call : calls) {
      map.results.push_back(expr::attribute(call->sql(), call->dataType()));
      replacements.emplace_back(call, map.results.back());
    }
    std::vector<ExprPtr> projection;
    for (const ExprPtr& named : aggregate.aggregates) projection.push_back(replaceAggregates(named, replacements));
    return makeProject(std::move(projection), extract(makePlan(std::move(map))));
  }

  static const PythonUdf* windowUdf(const ExprPtr& named) {
    const auto* window = expr::withoutAlias(named)->as<expr::WindowExpression>();
    return window == nullptr ? nullptr : window->function->as<PythonUdf>();
  }

  // How many rows of the partition lie in the frame from its start to the row's upper bound, or from its lower bound to the end.
  Result<ExprPtr> countOver(const expr::WindowExpression& window, bool toUpper, bool fromLower) {
    expr::WindowExpression made(window);
    ASSIGN_OR_RETURN(made.function, bindAggregate("count", {expr::literalInt(1)}, context_.options()));
    if (!fromLower) {
      made.spec.lower = expr::FrameBound::kUnboundedPreceding;
      made.spec.lowerOffset = nullptr;
    }
    if (!toUpper) {
      made.spec.upper = expr::FrameBound::kUnboundedFollowing;
      made.spec.upperOffset = nullptr;
    }
    return expr::alias(makeExpr(std::move(made)), "count");
  }

  // Workers get the rows of a partition in order, and where the frame of each begins and ends among them.
  Result<LogicalPlanPtr> extractFromWindow(const plan::Window& window) {
    plan::Window others(window);
    std::erase_if(others.windowExpressions, [](const ExprPtr& named) { return windowUdf(named) != nullptr; });
    if (others.windowExpressions.size() == window.windowExpressions.size()) return extract(makePlan(std::move(others), window.origin()));
    LogicalPlanPtr below = others.windowExpressions.empty() ? window.child : extract(makePlan(std::move(others)));
    plan::Window counts(window);
    counts.windowExpressions.clear();
    std::vector<ExprPtr> frames;  // named, over the counts
    plan::PythonGroupMap map;
    map.keepsRows = true;
    map.grouping = window.partitionBy;
    map.order = window.orderBy;
    for (const ExprPtr& named : window.windowExpressions) {
      const PythonUdf* udf = windowUdf(named);
      if (udf == nullptr) continue;
      const auto& call = *expr::withoutAlias(named)->as<expr::WindowExpression>();
      PythonUdf made(*udf);
      const PythonEvalType type = udf->function.evalType;
      if (type != PythonEvalType::kGroupedAggPandas && type != PythonEvalType::kGroupedAggArrow) {
        return Error(condition::kUnsupportedExprForWindow).with("sqlExpr", "\"" + named->sql() + "\"").as(ErrorFamily::kAnalysis);
      }
      made.function.evalType = type == PythonEvalType::kGroupedAggPandas ? PythonEvalType::kWindowAggPandas : PythonEvalType::kWindowAggArrow;
      const bool bounded = call.spec.lower != expr::FrameBound::kUnboundedPreceding || call.spec.upper != expr::FrameBound::kUnboundedFollowing;
      map.windowBounds.push_back(bounded ? "bounded" : "unbounded");
      if (bounded) {
        ASSIGN_OR_RETURN(const ExprPtr all, countOver(call, false, false));
        ASSIGN_OR_RETURN(const ExprPtr toUpper, countOver(call, true, false));
        ASSIGN_OR_RETURN(const ExprPtr fromLower, countOver(call, false, true));
        counts.windowExpressions.insert(counts.windowExpressions.end(), {all, toUpper, fromLower});
        ASSIGN_OR_RETURN(const ExprPtr begin, bindScalarCall("-", {expr::toAttribute(all), expr::toAttribute(fromLower)}, context_.options()));
        const ExprPtr first = expr::alias(begin, "begin");
        const ExprPtr last = expr::alias(expr::toAttribute(toUpper), "end");
        frames.insert(frames.end(), {first, last});
        made.arguments.insert(made.arguments.begin(), {expr::toAttribute(first), expr::toAttribute(last)});
        if (!made.argumentNames.empty()) made.argumentNames.insert(made.argumentNames.begin(), 2, "");
      }
      map.functions.push_back(makeExpr(std::move(made)));
      map.results.push_back(expr::toAttribute(named));
    }
    for (const ExprPtr& function : map.functions) {
      if (function->as<PythonUdf>()->function.evalType == map.functions[0]->as<PythonUdf>()->function.evalType) continue;
      return Error(condition::kUnsupportedExprForWindow).with("sqlExpr", "\"" + function->sql() + "\"").as(ErrorFamily::kAnalysis);
    }
    if (!counts.windowExpressions.empty()) {
      std::vector<ExprPtr> list = asExpressions(below->output());
      list.insert(list.end(), frames.begin(), frames.end());
      counts.child = below;
      below = makeProject(std::move(list), makePlan(std::move(counts)));
    }
    map.child = std::move(below);
    return withOutput(extract(makePlan(std::move(map))), window.output());
  }

  OptimizerContext& context_;
};

// Below functions of single rows no more rows are needed than above them; null where there is no such function.
LogicalPlanPtr limitedBelowFunctions(const ExprPtr& count, const LogicalPlanPtr& node) {
  const auto* functions = node->as<plan::PythonMap>();
  const bool isScalar = functions != nullptr && functions->keepsInput && functions->dataSource.empty();
  if (!isScalar && node->kind() != plan::LogicalKind::kProject) return nullptr;
  LogicalPlanPtr child = node->children()[0];
  LogicalPlanPtr limited = limitedBelowFunctions(count, child);
  if (limited == nullptr) {
    if (!isScalar || child->kind() == plan::LogicalKind::kLimit) return nullptr;
    plan::Limit limit;
    limit.count = count;
    limit.child = std::move(child);
    limited = makePlan(std::move(limit));
  }
  return node->withNewChildren({std::move(limited)});
}

LogicalPlanPtr pushLimit(const LogicalPlanPtr& node) {
  const auto* limit = node->as<plan::Limit>();
  const LogicalPlanPtr limited = limit == nullptr || expr::literalValue(limit->count) == nullptr ? nullptr : limitedBelowFunctions(limit->count, limit->child);
  return limited == nullptr ? node : node->withNewChildren({limited});
}

}  // namespace

// Python functions are computed by operators of their own, which carry their arguments to workers: calls in other operators become columns that such an
// operator below them adds. Those of one kind travel together.
Result<LogicalPlanPtr> extractPythonUdfs(const LogicalPlanPtr& root, OptimizerContext& context) {
  ASSIGN_OR_RETURN(const LogicalPlanPtr extracted, PythonUdfExtraction(context).apply(root));
  return extracted == root ? extracted : tree::transformUp(extracted, pushLimit);
}

}  // namespace flint::optimizer
