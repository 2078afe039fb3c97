#pragma once

#include <string>

#include "columnar/columnar_batch.h"
#include "expr/expression.h"
#include "expr/scalar_function.h"
#include "plan/logical/logical_plan.h"

namespace flint::fuzz {

/// Evaluates an expression over the same values in different forms: whole flat columns, one row at a time, dictionaries, constants, with a selection, and as
/// a constant expression of literals. All must give the same values, and an error for a batch only if one of its rows gives that error.
///
/// `errorsToo` is false for composed expressions, where a row may have a NULL that decides and a part that fails: which is seen first is open at any depth, so
/// that values alone are compared.
/// Shape: `bound` reads the columns of `flat`, which are flat and all selected. Empty: all agree; else what does not.
std::string encodingDisagreement(const expr::ExprPtr& bound, const columnar::ColumnarBatch& flat, const expr::EvaluationOptions& options, bool errorsToo);

/// The expressions of an analyzed projection of a local relation, bound to its columns; nothing for other plans, and for expressions that give something
/// else each time.
std::vector<expr::ExprPtr> projectedExpressions(const plan::LogicalPlanPtr& analyzed);

}  // namespace flint::fuzz
