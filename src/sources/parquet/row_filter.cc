#include "sources/parquet/row_filter.h"

#include <algorithm>
#include <numeric>

#include "expr/nodes.h"
#include "tree/transform.h"

namespace flint::sources {

using columnar::ColumnarBatch;
using columnar::ColumnVector;
using columnar::RowIndex;
using columnar::Selection;
using columnar::SelectionPtr;
using columnar::VectorPtr;

Result<std::shared_ptr<const RowFilter>> RowFilter::make(std::vector<expr::ExprPtr> conjuncts, const expr::EvaluationOptions& options) {
  auto filter = std::make_shared<RowFilter>();
  std::vector<Step> wide;
  for (size_t i = 0; i < conjuncts.size(); ++i) {
    Step step;
    tree::forEachNode(conjuncts[i], [&](const expr::ExprPtr& node) {
      if (const auto* reference = node->as<expr::BoundReference>()) step.columns.push_back(reference->ordinal);
    });
    std::sort(step.columns.begin(), step.columns.end());
    step.columns.erase(std::unique(step.columns.begin(), step.columns.end()), step.columns.end());
    step.conjuncts.push_back(i);
    if (step.columns.size() != 1) {
      wide.push_back(std::move(step));
      continue;
    }
    const auto same = std::find_if(filter->steps_.begin(), filter->steps_.end(), [&](const Step& other) { return other.columns == step.columns; });
    if (same == filter->steps_.end()) {
      filter->steps_.push_back(std::move(step));
    } else {
      same->conjuncts.push_back(i);
    }
  }
  std::move(wide.begin(), wide.end(), std::back_inserter(filter->steps_));
  ASSIGN_OR_RETURN(filter->evaluator_, expr::ExpressionEvaluator::make(std::move(conjuncts), options));
  return std::shared_ptr<const RowFilter>(std::move(filter));
}

RowFilterState::RowFilterState(const RowFilter& filter)
    : filter_(filter), local_(filter.evaluator().makeLocal()), entries_(filter.steps().size()) {}

Result<SelectionPtr> RowFilterState::evaluate(size_t step, ColumnarBatch batch) const {
  for (const size_t conjunct : filter_.steps()[step].conjuncts) {
    ASSIGN_OR_RETURN(SelectionPtr selection, filter_.evaluator().filter(*local_, batch, conjunct));
    if (selection == nullptr) continue;
    batch.setSelection(std::move(selection));
    if (batch.isEmpty()) break;
  }
  return batch.selection();
}

Status RowFilterState::evaluateEntries(size_t step, const VectorPtr& dictionary, size_t numColumns) {
  Entries& entries = entries_[step];
  if (entries.dictionary == dictionary) return Status::ok();
  std::vector<VectorPtr> columns(numColumns);
  columns[static_cast<size_t>(filter_.steps()[step].columns[0])] = dictionary;
  ASSIGN_OR_RETURN(const SelectionPtr passing, evaluate(step, ColumnarBatch(std::move(columns), dictionary->size())));
  entries.passes.assign(static_cast<size_t>(dictionary->size()), passing == nullptr ? 1 : 0);
  if (passing != nullptr) {
    for (const RowIndex entry : *passing) entries.passes[static_cast<size_t>(entry)] = 1;
  }
  const size_t numPassing = passing == nullptr ? entries.passes.size() : passing->size();
  entries.any = numPassing > 0;
  entries.all = numPassing == entries.passes.size();
  entries.dictionary = dictionary;
  return Status::ok();
}

Result<bool> RowFilterState::nullPasses(size_t step, const DataType& type, size_t numColumns) {
  Entries& entries = entries_[step];
  if (entries.nullPasses < 0) {
    std::vector<VectorPtr> columns(numColumns);
    columns[static_cast<size_t>(filter_.steps()[step].columns[0])] = ColumnVector::nulls(type, 1);
    ASSIGN_OR_RETURN(const SelectionPtr passing, evaluate(step, ColumnarBatch(std::move(columns), 1)));
    entries.nullPasses = passing == nullptr || !passing->empty() ? 1 : 0;
  }
  return entries.nullPasses == 1;
}

Result<bool> RowFilterState::mayMatch(size_t step, const VectorPtr& dictionary, size_t numColumns, bool mayBeNull) {
  RETURN_IF_ERROR(evaluateEntries(step, dictionary, numColumns));
  if (entries_[step].any) return true;
  return mayBeNull ? nullPasses(step, dictionary->type(), numColumns) : Result<bool>(false);
}

Status RowFilterState::apply(size_t step, const std::vector<VectorPtr>& columns, RowIndex rows, SelectionPtr& selection) {
  const RowFilter::Step& described = filter_.steps()[step];
  const VectorPtr column = described.columns.size() == 1 ? columns[static_cast<size_t>(described.columns[0])] : nullptr;
  if (column == nullptr || !column->isDictionary()) {
    ColumnarBatch batch(columns, rows);
    batch.setSelection(selection);
    ASSIGN_OR_RETURN(selection, evaluate(step, std::move(batch)));
    return Status::ok();
  }
  RETURN_IF_ERROR(evaluateEntries(step, column->base(), columns.size()));
  const Entries& entries = entries_[step];
  const uint64_t* validity = column->validity();
  if (entries.all && validity == nullptr) return Status::ok();
  bool nulls = false;
  if (validity != nullptr) {
    ASSIGN_OR_RETURN(nulls, nullPasses(step, column->type(), columns.size()));
  }
  const int32_t* indices = column->indices();
  const uint8_t* passes = entries.passes.data();
  auto kept = std::make_shared<Selection>(static_cast<size_t>(selection == nullptr ? rows : static_cast<RowIndex>(selection->size())));
  RowIndex* out = kept->data();
  size_t count = 0;
  const auto test = [&](RowIndex row) {
    out[count] = row;
    if (validity == nullptr || columnar::bitIsSet(validity, row)) {
      count += passes[indices[row]];
    } else {
      count += nulls ? 1 : 0;
    }
  };
  if (selection == nullptr && validity == nullptr) {
    for (RowIndex row = 0; row < rows; ++row) {
      out[count] = row;
      count += passes[indices[row]];
    }
  } else if (selection == nullptr) {
    for (RowIndex row = 0; row < rows; ++row) test(row);
  } else {
    for (const RowIndex row : *selection) test(row);
  }
  if (selection == nullptr && count == static_cast<size_t>(rows)) return Status::ok();
  kept->resize(count);
  selection = std::move(kept);
  return Status::ok();
}

}  // namespace flint::sources
