#include "encoding_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "expr/expression_evaluator.h"
#include "expr/expression_text.h"
#include "expr/nodes.h"
#include "plan/logical/relational.h"
#include "query_trial.h"
#include "sample_rows.h"
#include "tree/transform.h"

namespace flint::fuzz {
namespace {

using columnar::ColumnarBatch;
using columnar::ColumnVector;
using columnar::RowIndex;
using columnar::VectorPtr;

/// A value, or the condition of the error in its place.
struct Answer {
  Value value;
  const Condition* error = nullptr;
};

Result<std::vector<Value>> evaluated(const expr::ExpressionEvaluator& evaluator, const ColumnarBatch& batch) {
  const auto local = evaluator.makeLocal();
  ASSIGN_OR_RETURN(const VectorPtr vector, evaluator.evaluateOne(*local, batch, 0));
  std::vector<Value> values;
  for (const RowIndex row : batch.activeRows()) values.push_back(vector->valueAt(row));
  return values;
}

Answer single(const Result<std::vector<Value>>& outcome) {
  return outcome.isOk() ? Answer{.value = outcome.value()[0]} : Answer{.error = &outcome.error().condition()};
}

ColumnarBatch rowsOf(const ColumnarBatch& flat, const std::vector<RowIndex>& rows) {
  std::vector<VectorPtr> columns;
  for (const VectorPtr& column : flat.columns()) columns.push_back(flattened(*column, rows));
  return {std::move(columns), static_cast<RowIndex>(rows.size())};
}

ColumnarBatch dictionaryOf(const ColumnarBatch& flat, const std::vector<RowIndex>& rows) {
  std::vector<VectorPtr> columns;
  for (const VectorPtr& column : flat.columns()) {
    auto indices = columnar::Buffer::allocate(rows.size() * sizeof(int32_t));
    std::memcpy(indices->mutableData(), rows.data(), rows.size() * sizeof(int32_t));
    columns.push_back(ColumnVector::dictionary(column, static_cast<RowIndex>(rows.size()), std::move(indices)));
  }
  return {std::move(columns), static_cast<RowIndex>(rows.size())};
}

ColumnarBatch constantOf(const ColumnarBatch& flat, RowIndex row, RowIndex size) {
  std::vector<VectorPtr> columns;
  for (const VectorPtr& column : flat.columns()) columns.push_back(ColumnVector::constant(column, row, size));
  return {std::move(columns), size};
}

/// One expression, its answers row by row, and how other forms of the rows differ.
class FormComparison {
 public:
  FormComparison(const expr::ExprPtr& bound, const ColumnarBatch& flat, const expr::EvaluationOptions& options, bool errorsToo)
      : bound_(bound), flat_(flat), options_(options), errorsToo_(errorsToo) {}

  std::string run() {
    auto made = expr::ExpressionEvaluator::make({bound_}, options_);
    if (!made.isOk()) return isDefect(made.error()) ? "cannot be compiled: " + made.error().message() : "";
    evaluator_ = made.value();
    std::vector<RowIndex> all;
    for (RowIndex row = 0; row < flat_.numRows(); ++row) {
      all.push_back(row);
      rows_.push_back(single(evaluated(*evaluator_, rowsOf(flat_, {row}))));
      if (rows_.back().error != nullptr && std::string_view(rows_.back().error->name).starts_with("INTERNAL_ERROR")) return "gives INTERNAL_ERROR";
    }
    check("as a flat batch", flat_, all);
    std::vector<RowIndex> mixed;
    for (RowIndex i = 0; i < 2 * flat_.numRows(); ++i) mixed.push_back((i * 5 + 3) % flat_.numRows());
    check("as dictionaries", dictionaryOf(flat_, mixed), mixed);
    std::vector<RowIndex> selected;
    for (RowIndex row = 0; row < flat_.numRows(); row += 2) selected.push_back(row);
    ColumnarBatch some = flat_;
    some.setSelection(std::make_shared<const columnar::Selection>(selected));
    check("with a selection", some, selected);
    ColumnarBatch fewCodes = dictionaryOf(flat_, all);
    fewCodes.setSelection(some.selection());
    check("as dictionaries with a selection", fewCodes, selected);
    for (const RowIndex row : all) {
      check("as constants", constantOf(flat_, row, 3), {row, row, row});
      checkFolded(row);
    }
    return problem_;
  }

 private:
  // `rows` are the rows of `flat_` that the batch holds, in order.
  void check(const char* how, const ColumnarBatch& batch, const std::vector<RowIndex>& rows) {
    if (!problem_.empty()) return;
    const auto outcome = evaluated(*evaluator_, batch);
    if (!outcome.isOk()) {
      if (!errorsToo_) return;
      const Condition* error = &outcome.error().condition();
      const bool expected = std::any_of(rows.begin(), rows.end(), [&](RowIndex row) {
        const Answer& alone = rows_[static_cast<size_t>(row)];
        return alone.error == error || (alone.error == nullptr && alone.value.isNull());  // see compare
      });
      if (!expected) problem_ = fmt::format("{} it fails, row by row it does not: {}", how, outcome.error().message());
      return;
    }
    for (size_t i = 0; i < rows.size(); ++i) compare(how, rows[i], Answer{.value = outcome.value()[i]});
  }
  void checkFolded(RowIndex row) {
    if (!problem_.empty()) return;
    const expr::ExprPtr constant = tree::transformUp(bound_, [&](const expr::ExprPtr& node) -> expr::ExprPtr {
      const auto* column = node->as<expr::BoundReference>();
      return column == nullptr ? node : expr::literal(flat_.column(static_cast<size_t>(column->ordinal))->valueAt(row), column->type);
    });
    const auto folded = expr::evaluateFoldable(constant, options_);
    compare("as a constant expression", row, folded.isOk() ? Answer{.value = folded.value()} : Answer{.error = &folded.error().condition()});
  }
  void compare(const char* how, RowIndex row, const Answer& got) {
    const Answer& expected = rows_[static_cast<size_t>(row)];
    if (!problem_.empty() || (got.error == expected.error && got.value == expected.value)) return;
    if (!errorsToo_ && (got.error != nullptr || expected.error != nullptr)) return;
    // Of an argument that is null and another that fails, either may be seen first.
    const bool nullOrError = (got.error == nullptr && got.value.isNull()) || (expected.error == nullptr && expected.value.isNull());
    if (nullOrError && (got.error != nullptr || expected.error != nullptr)) return;
    problem_ = fmt::format("row {} {}: {}, alone: {}", row, how, textOf(got), textOf(expected));
  }
  std::string textOf(const Answer& answer) const {
    return answer.error != nullptr ? std::string(answer.error->name) : expr::literalText(answer.value, bound_->dataType(), expr::TextStyle::kName);
  }

  const expr::ExprPtr& bound_;
  const ColumnarBatch& flat_;
  const expr::EvaluationOptions& options_;
  const bool errorsToo_;
  std::shared_ptr<const expr::ExpressionEvaluator> evaluator_;
  std::vector<Answer> rows_;
  std::string problem_;
};

}  // namespace

std::string encodingDisagreement(const expr::ExprPtr& bound, const ColumnarBatch& flat, const expr::EvaluationOptions& options, bool errorsToo) {
  return FormComparison(bound, flat, options, errorsToo).run();
}

std::vector<expr::ExprPtr> projectedExpressions(const plan::LogicalPlanPtr& analyzed) {
  const auto* project = analyzed->as<plan::Project>();
  if (project == nullptr) return {};
  plan::LogicalPlanPtr below = project->child;
  while (below->as<plan::SubqueryAlias>() != nullptr) below = below->as<plan::SubqueryAlias>()->child;
  if (below->as<plan::LocalRelation>() == nullptr) return {};
  std::vector<expr::ExprPtr> out;
  for (const expr::ExprPtr& expression : project->projectList) {
    const expr::ExprTraits& traits = expression->traits();
    if (!traits.deterministic || traits.hasAggregate || traits.hasWindow || traits.hasGenerator || traits.hasSubquery || traits.hasOuterReference) continue;
    auto bound = expr::bindReferences(expr::withoutAlias(expression), project->child->output());
    if (bound.isOk()) out.push_back(std::move(bound).value());
  }
  return out;
}

}  // namespace flint::fuzz
