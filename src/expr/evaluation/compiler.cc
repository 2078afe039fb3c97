#include "expr/evaluation/compiler.h"

#include <algorithm>

#include "expr/cast.h"
#include "expr/expression_text.h"
#include "expr/unresolved.h"
#include "tree/transform.h"

namespace flint::expr {
namespace {

// Looking for equal parts hashes whole trees at each level; very deep trees are machine-made and get none of it.
constexpr int32_t kDeepestShared = 200;

bool isLeaf(const Expression& expression) {
  return expression.kind() == ExprKind::kLiteral || expression.kind() == ExprKind::kBoundReference;
}

}  // namespace

void EvaluationCompiler::Reads::add(const Reads& other) {
  if (other.ordinal == kNone) return;
  if (ordinal == kNone) {
    ordinal = other.ordinal;
  } else if (ordinal != other.ordinal) {
    ordinal = kMany;
  }
}

const EvaluationCompiler::Reads& EvaluationCompiler::readsOf(const ExprPtr& expression) {
  const auto known = reads_.find(expression.get());
  if (known != reads_.end()) return known->second;
  Reads reads;
  bool anyStrict = false;
  bool allStrict = true;
  for (const ExprPtr& child : expression->children()) {
    const Reads& part = readsOf(child);
    reads.add(part);
    anyStrict = anyStrict || part.isStrict;
    allStrict = allStrict && part.isStrict;
  }
  switch (expression->kind()) {
    case ExprKind::kBoundReference:
      reads.ordinal = expression->as<BoundReference>()->ordinal;
      reads.isStrict = true;
      break;
    case ExprKind::kFunctionCall: {
      const FunctionBindingPtr& binding = expression->as<FunctionCall>()->binding;
      reads.isStrict = anyStrict && binding != nullptr && binding->nulls == NullRule::kNullIfAnyNull;
      break;
    }
    case ExprKind::kComparison:
      reads.isStrict = anyStrict && expression->as<Comparison>()->op != ComparisonOp::kEqualNullSafe;
      break;
    case ExprKind::kCast:
    case ExprKind::kAlias:
    case ExprKind::kNot:
    case ExprKind::kGetStructField: reads.isStrict = anyStrict; break;
    case ExprKind::kAnd:
    case ExprKind::kOr: reads.isStrict = allStrict; break;
    case ExprKind::kIn: reads.isStrict = readsOf(expression->as<In>()->value).isStrict; break;
    default: reads.isStrict = false; break;
  }
  return reads_.emplace(expression.get(), reads).first->second;
}

NodePtr EvaluationCompiler::own(OwnedNode node) {
  node->setNumber(nodes_.size());
  nodes_.push_back(std::move(node));
  return nodes_.back().get();
}

Result<NodePtr> EvaluationCompiler::compile(const ExprPtr& expression) { return compileAt(expression, false); }

Result<NodePtr> EvaluationCompiler::compileAt(const ExprPtr& expression, bool insidePeel) {
  if (expression->as<Alias>() != nullptr) return compileAt(withoutAlias(expression), insidePeel);
  const bool canShare = expression->deterministic() && !isLeaf(*expression) && expression->depth() <= kDeepestShared;
  uint64_t hash = 0;
  if (canShare) {
    hash = expression->hash();
    const auto [begin, end] = compiled_[insidePeel].equal_range(hash);
    for (auto at = begin; at != end; ++at) {
      if (!at->second.first->sameAs(*expression)) continue;
      const_cast<EvaluationNode*>(at->second.second)->setShared();  // still ours alone
      return at->second.second;
    }
  }
  NodePtr node = nullptr;
  const Reads reads = readsOf(expression);
  const bool peels = !insidePeel && reads.ordinal >= 0 && expression->deterministic() && !isLeaf(*expression) && !expression->traits().hasLambdaVariable;
  if (peels) {
    ASSIGN_OR_RETURN(const NodePtr child, compileAt(expression, true));
    node = own(makePeelNode(child, static_cast<size_t>(reads.ordinal), reads.isStrict));
  } else {
    ASSIGN_OR_RETURN(node, compileNode(expression, insidePeel));
    const bool folds = reads.ordinal == Reads::kNone && expression->foldable() && expression->deterministic() && !expression->traits().hasLambdaVariable;
    if (folds && node->constantValue() == nullptr) {
      ASSIGN_OR_RETURN(node, fold(node));
    }
  }
  if (canShare) compiled_[insidePeel].emplace(hash, std::pair(expression, node));
  return node;
}

Result<NodePtr> EvaluationCompiler::fold(NodePtr node) {
  RowErrors errors;
  const ActiveRows one(1);
  EvaluationContext context{.columns = {}, .root = one};
  context.deferred = &errors;
  auto computed = node->evaluate(context, one);
  if (!computed.isOk()) return own(makeFailedConstantNode(node->type(), computed.error()));
  if (!errors.isEmpty()) return own(makeFailedConstantNode(node->type(), errors.list().front().second));
  VectorPtr value = std::move(computed).value();
  if (value->isConstant()) value = value->base();
  if (!value->isFlat()) value = ColumnVector::constant(value, 0, 1)->base();
  return own(makeConstantNode(std::move(value)));
}

Result<std::vector<NodePtr>> EvaluationCompiler::compileAll(const std::vector<ExprPtr>& expressions, bool insidePeel) {
  std::vector<NodePtr> nodes;
  for (const ExprPtr& expression : expressions) {
    ASSIGN_OR_RETURN(const NodePtr node, compileAt(expression, insidePeel));
    nodes.push_back(node);
  }
  return nodes;
}

Result<NodePtr> EvaluationCompiler::compileNode(const ExprPtr& expression, bool insidePeel) {
  const Expression& e = *expression;
  switch (e.kind()) {
    case ExprKind::kLiteral: {
      const auto& node = *e.as<Literal>();
      return own(makeConstantNode(ColumnVector::constant(node.type, node.value, 1)->base()));
    }
    case ExprKind::kBoundReference: return own(makeColumnNode(e.dataType(), static_cast<size_t>(e.as<BoundReference>()->ordinal)));
    case ExprKind::kAlias: return compileAt(e.as<Alias>()->child, insidePeel);
    case ExprKind::kSortOrder: return compileAt(e.as<SortOrder>()->child, insidePeel);
    case ExprKind::kCast: return compileCast(*e.as<Cast>(), e.origin(), insidePeel);
    case ExprKind::kFunctionCall: return compileCall(*e.as<FunctionCall>(), e.origin(), insidePeel);
    case ExprKind::kComparison: {
      const auto& node = *e.as<Comparison>();
      ASSIGN_OR_RETURN(const NodePtr left, compileAt(node.left, insidePeel));
      ASSIGN_OR_RETURN(const NodePtr right, compileAt(node.right, insidePeel));
      if (left->type().physicalType() != right->type().physicalType()) {
        return internalError("a comparison of different types: " + expression->toString());
      }
      return own(makeComparisonNode(node.op, left, right));
    }
    case ExprKind::kAnd:
    case ExprKind::kOr: {
      const bool isAnd = e.kind() == ExprKind::kAnd;
      // A long chain is compiled from its members, so that its depth costs no stack.
      NodePtr chain = nullptr;
      for (const ExprPtr& member : isAnd ? splitConjuncts(expression) : splitDisjuncts(expression)) {
        ASSIGN_OR_RETURN(const NodePtr next, compileAt(member, insidePeel));
        chain = chain == nullptr ? next : own(isAnd ? makeAndNode(chain, next) : makeOrNode(chain, next));
      }
      return chain;
    }
    case ExprKind::kNot: {
      ASSIGN_OR_RETURN(const NodePtr child, compileAt(e.as<Not>()->child, insidePeel));
      return own(makeNotNode(child));
    }
    case ExprKind::kIsNull: {
      ASSIGN_OR_RETURN(const NodePtr child, compileAt(e.as<IsNull>()->child, insidePeel));
      return own(makeNullTestNode(child, true));
    }
    case ExprKind::kIsNotNull: {
      ASSIGN_OR_RETURN(const NodePtr child, compileAt(e.as<IsNotNull>()->child, insidePeel));
      return own(makeNullTestNode(child, false));
    }
    case ExprKind::kCaseWhen: {
      const auto& node = *e.as<CaseWhen>();
      std::vector<std::pair<NodePtr, NodePtr>> branches;
      for (const auto& [condition, value] : node.branches) {
        ASSIGN_OR_RETURN(const NodePtr test, compileAt(condition, insidePeel));
        ASSIGN_OR_RETURN(const NodePtr result, compileAt(value, insidePeel));
        branches.emplace_back(test, result);
      }
      NodePtr otherwise = nullptr;
      if (node.elseValue != nullptr) {
        ASSIGN_OR_RETURN(otherwise, compileAt(node.elseValue, insidePeel));
      }
      return own(makeCaseNode(e.dataType(), std::move(branches), otherwise));
    }
    case ExprKind::kCoalesce: {
      ASSIGN_OR_RETURN(std::vector<NodePtr> arguments, compileAll(e.as<Coalesce>()->arguments, insidePeel));
      return own(makeCoalesceNode(e.dataType(), std::move(arguments)));
    }
    case ExprKind::kIn: return compileIn(*e.as<In>(), insidePeel);
    case ExprKind::kGetStructField: {
      const auto& node = *e.as<GetStructField>();
      ASSIGN_OR_RETURN(const NodePtr child, compileAt(node.child, insidePeel));
      return own(makeStructFieldNode(e.dataType(), child, static_cast<size_t>(node.ordinal)));
    }
    case ExprKind::kRuntimeReplaceable: return compileAt(e.as<RuntimeReplaceable>()->replacement, insidePeel);
    default: return internalError("not an expression that can be evaluated: " + expression->toString());
  }
}

Result<NodePtr> EvaluationCompiler::compileCast(const Cast& cast, const OriginPtr& origin, bool insidePeel) {
  ASSIGN_OR_RETURN(const NodePtr child, compileAt(cast.child, insidePeel));
  const DataType& from = cast.child->dataType();
  if (from.sameType(cast.target)) return child;
  if (from.is(TypeKind::kNull) && !cast.child->foldable()) {
    // What gives nothing but NULL may raise an error: it is computed for each row.
    const NodePtr null = own(makeConstantNode(ColumnVector::nulls(cast.target, 1)->base()));
    return own(makeCaseNode(cast.target, {{own(makeNullTestNode(child, true)), null}}, null));
  }
  if (from.is(TypeKind::kNull)) return own(makeConstantNode(ColumnVector::nulls(cast.target, 1)->base()));
  ASSIGN_OR_RETURN(FunctionBinding binding, bindCast(from, cast.target, cast.mode, options_));
  return own(makeCallNode(std::make_shared<const FunctionBinding>(std::move(binding)), {child}, {}, origin, true, cast.mode == CastMode::kAnsi));
}

Result<NodePtr> EvaluationCompiler::compileCall(const FunctionCall& call, const OriginPtr& origin, bool insidePeel) {
  if (call.binding == nullptr || call.binding->kernel == nullptr) return internalError("an unbound function call: " + call.toString());
  std::vector<NodePtr> arguments;
  std::vector<CompiledLambda> lambdas;
  for (const ExprPtr& argument : call.arguments) {
    if (const auto* lambda = argument->as<LambdaFunction>()) {
      ASSIGN_OR_RETURN(CompiledLambda compiled, compileLambda(*lambda));
      lambdas.push_back(std::move(compiled));
    } else {
      ASSIGN_OR_RETURN(const NodePtr node, compileAt(argument, insidePeel));
      arguments.push_back(node);
    }
  }
  return own(makeCallNode(call.binding, std::move(arguments), std::move(lambdas), origin, call.isDeterministic, options_.ansi));
}

Result<CompiledLambda> EvaluationCompiler::compileLambda(const LambdaFunction& lambda) {
  CompiledLambda compiled;
  std::unordered_map<int32_t, int32_t> captured;
  tree::forEachNode(lambda.body, [&](const ExprPtr& node) {
    const auto* column = node->as<BoundReference>();
    if (column == nullptr || !captured.emplace(column->ordinal, static_cast<int32_t>(captured.size())).second) return;
    compiled.captured.push_back(static_cast<size_t>(column->ordinal));
  });
  std::unordered_map<ExprId, int32_t> parameters;
  for (const ExprPtr& variable : lambda.variables) {
    parameters.emplace(variable->as<LambdaVariable>()->id, static_cast<int32_t>(captured.size() + parameters.size()));
  }
  const ExprPtr body = tree::transformUp<Expression>(lambda.body, [&](const ExprPtr& node) -> ExprPtr {
    if (const auto* column = node->as<BoundReference>()) {
      return makeNode<BoundReference>(captured.at(column->ordinal), column->type, column->nullableColumn, column->name);
    }
    if (const auto* variable = node->as<LambdaVariable>()) {
      const auto place = parameters.find(variable->id);
      if (place != parameters.end()) return makeNode<BoundReference>(place->second, variable->type, variable->nullableValue, variable->name);
    }
    return node;
  });
  lambdaBodies_.push_back(body);
  ASSIGN_OR_RETURN(compiled.body, compile(body));
  return compiled;
}

Result<NodePtr> EvaluationCompiler::compileIn(const In& in, bool insidePeel) {
  ASSIGN_OR_RETURN(const NodePtr value, compileAt(in.value, insidePeel));
  ASSIGN_OR_RETURN(std::vector<NodePtr> list, compileAll(in.list, insidePeel));
  columnar::VectorBuilder literals(in.value->dataType());
  bool hasNull = false;
  bool allLiteral = true;
  for (const NodePtr element : list) {
    const VectorPtr constant = element->constantValue();
    if (constant == nullptr || constant->physicalType() != value->type().physicalType()) {
      allLiteral = false;
      break;
    }
    if (constant->isNull(0)) {
      hasNull = true;
    } else {
      literals.appendFrom(*constant, 0);
    }
  }
  if (allLiteral) {
    if (OwnedNode node = makeInLiteralsNode(value, literals.finish(), hasNull)) return own(std::move(node));
  }
  return own(makeInNode(value, std::move(list)));
}

}  // namespace flint::expr
