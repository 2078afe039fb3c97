#include "expr/expression_evaluator.h"

#include <algorithm>

#include "expr/evaluation/compiler.h"

namespace flint::expr {

/// What a thread keeps: a state per node, and the number of the batch it is at.
class ExpressionEvaluator::Local {
 public:
  explicit Local(size_t numNodes) : states(numNodes) {}
  std::vector<NodeState> states;
  uint64_t batch = 0;

  EvaluationContext contextOf(const columnar::ColumnarBatch& input) {
    return {.columns = input.columns(),
            .root = input.activeRows(),
            .states = &states,
            .batch = ++batch,
            .partition = input.partition(),
            .sequence = input.sequence()};
  }
};

void ExpressionEvaluator::LocalDeleter::operator()(Local* local) const { delete local; }

namespace {

// How much work one row is, roughly: comparisons of numbers first, then of text, then calls.
int costOf(const ExprPtr& expression) {
  int cost = 0;
  switch (expression->kind()) {
    case ExprKind::kLiteral:
    case ExprKind::kBoundReference:
      switch (expression->dataType().physicalType()) {
        case PhysicalType::kString: cost = 4; break;
        case PhysicalType::kInt128: cost = 2; break;
        case PhysicalType::kList:
        case PhysicalType::kStruct: cost = 20; break;
        default: cost = 1; break;
      }
      break;
    case ExprKind::kFunctionCall: cost = expression->as<FunctionCall>()->arguments.empty() ? 1 : 12; break;
    case ExprKind::kCast: cost = 8; break;
    case ExprKind::kIn: return costOf(expression->as<In>()->value) + 3;
    default: cost = 1; break;
  }
  for (const ExprPtr& child : expression->children()) cost += costOf(child);
  return cost;
}

// Conjuncts that cannot raise are sorted by cost between those that can, which keep their place.
std::vector<ExprPtr> inRunningOrder(std::vector<ExprPtr> conjuncts) {
  const auto moves = [](const ExprPtr& conjunct) { return !conjunct->traits().canRaise && conjunct->deterministic(); };
  auto begin = conjuncts.begin();
  while (begin != conjuncts.end()) {
    if (!moves(*begin)) {
      ++begin;
      continue;
    }
    const auto end = std::find_if_not(begin, conjuncts.end(), moves);
    std::stable_sort(begin, end, [](const ExprPtr& a, const ExprPtr& b) { return costOf(a) < costOf(b); });
    begin = end;
  }
  return conjuncts;
}

}  // namespace

ExpressionEvaluator::ExpressionEvaluator(std::vector<ExprPtr> expressions) : expressions_(std::move(expressions)) {}
ExpressionEvaluator::~ExpressionEvaluator() = default;

Result<std::shared_ptr<const ExpressionEvaluator>> ExpressionEvaluator::make(std::vector<ExprPtr> expressions, const EvaluationOptions& options) {
  auto evaluator = std::shared_ptr<ExpressionEvaluator>(new ExpressionEvaluator(std::move(expressions)));
  EvaluationCompiler compiler(options);
  for (const ExprPtr& expression : evaluator->expressions_) {
    std::vector<NodePtr> conjuncts;
    NodePtr root = nullptr;
    if (withoutAlias(expression)->as<And>() != nullptr) {
      for (const ExprPtr& conjunct : inRunningOrder(splitConjuncts(withoutAlias(expression)))) {
        ASSIGN_OR_RETURN(const NodePtr node, compiler.compile(conjunct));
        conjuncts.push_back(node);
        root = root == nullptr ? node : compiler.own(makeAndNode(root, node));
      }
    } else {
      ASSIGN_OR_RETURN(root, compiler.compile(expression));
      conjuncts.push_back(root);
    }
    evaluator->roots_.push_back(root);
    evaluator->conjuncts_.push_back(std::move(conjuncts));
  }
  evaluator->nodes_ = compiler.takeNodes();
  return std::shared_ptr<const ExpressionEvaluator>(std::move(evaluator));
}

ExpressionEvaluator::LocalPtr ExpressionEvaluator::makeLocal() const { return LocalPtr(new Local(nodes_.size())); }

Result<std::vector<VectorPtr>> ExpressionEvaluator::evaluate(Local& local, const columnar::ColumnarBatch& batch) const {
  EvaluationContext context = local.contextOf(batch);
  std::vector<VectorPtr> out;
  out.reserve(roots_.size());
  for (const NodePtr root : roots_) {
    ASSIGN_OR_RETURN(VectorPtr vector, root->evaluate(context, context.root));
    out.push_back(std::move(vector));
  }
  return out;
}

Result<VectorPtr> ExpressionEvaluator::evaluateOne(Local& local, const columnar::ColumnarBatch& batch, size_t expression) const {
  EvaluationContext context = local.contextOf(batch);
  return roots_[expression]->evaluate(context, context.root);
}

Result<columnar::SelectionPtr> ExpressionEvaluator::filter(Local& local, const columnar::ColumnarBatch& batch, size_t expression) const {
  EvaluationContext context = local.contextOf(batch);
  std::shared_ptr<columnar::Selection> rows;
  for (const NodePtr conjunct : conjuncts_[expression]) {
    const ActiveRows active = rows == nullptr ? context.root : ActiveRows(batch.numRows(), *rows);
    if (active.isEmpty()) break;
    auto passed = std::make_shared<columnar::Selection>();
    RETURN_IF_ERROR(conjunct->select(context, active, true, *passed));
    if (static_cast<RowIndex>(passed->size()) != active.count()) rows = std::move(passed);
  }
  return columnar::SelectionPtr(std::move(rows));
}

}  // namespace flint::expr
