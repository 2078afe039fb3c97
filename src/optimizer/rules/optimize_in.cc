#include <algorithm>

#include "optimizer/expression_rewrite.h"
#include "optimizer/rules/rules.h"

namespace flint::optimizer {

// Values of the list once each; a list of one is an equality.
ExprPtr optimizeIn(const ExprPtr& node, OptimizerContext&) {
  const auto* in = node->as<expr::In>();
  if (in == nullptr || in->list.empty()) return node;
  if (in->list.size() == 1) return expr::comparison(expr::ComparisonOp::kEqual, in->value, in->list[0]);
  const bool literals = std::all_of(in->list.begin(), in->list.end(), [](const ExprPtr& item) { return item->kind() == expr::ExprKind::kLiteral; });
  if (!literals) return node;
  ConjunctList distinct;
  distinct.addAll(in->list);
  if (distinct.list().size() == in->list.size()) return node;
  if (distinct.list().size() == 1) return expr::comparison(expr::ComparisonOp::kEqual, in->value, distinct.list()[0]);
  expr::In made(*in);
  made.list = distinct.list();
  return makeExpr(std::move(made), node->origin());
}

}  // namespace flint::optimizer
