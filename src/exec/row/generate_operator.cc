#include "exec/row/generate_operator.h"

#include <algorithm>

#include "columnar/gather.h"

namespace flint::exec {
namespace {

// Input rows that one call of the generator gets at first: what it makes of them is held at once. As many as make about a batch are taken later.
constexpr columnar::RowIndex kFirstRows = 256;
constexpr columnar::RowIndex kMostRows = 2048;

}  // namespace

class GenerateOperator::Local final : public LocalState {
 public:
  expr::ExpressionEvaluator::LocalPtr evaluation;
  std::vector<columnar::VectorPtr> arguments;  // of the input at hand
  columnar::RowIndex next = 0;                 // selected row to go on with
  columnar::RowIndex rowsAtOnce = kFirstRows;
};

Result<std::shared_ptr<GenerateOperator>> GenerateOperator::make(std::shared_ptr<const expr::GeneratorCall> generator, std::vector<int32_t> required,
                                                                 std::vector<DataType> outputTypes, bool outer, const expr::EvaluationOptions& options) {
  if (generator->binding == nullptr || generator->binding->generate == nullptr) return internalError("the generator " + generator->name + " is not bound");
  ASSIGN_OR_RETURN(auto arguments, expr::ExpressionEvaluator::make(generator->arguments, options));
  const bool keepsEmpty = outer || generator->outer || generator->binding->outer;
  return std::shared_ptr<GenerateOperator>(
      new GenerateOperator(std::move(generator), std::move(arguments), std::move(required), std::move(outputTypes), keepsEmpty));
}

Result<LocalStatePtr> GenerateOperator::makeLocal(TaskContext&) {
  auto local = std::make_unique<Local>();
  local->evaluation = arguments_->makeLocal();
  return LocalStatePtr(std::move(local));
}

Result<Progress> GenerateOperator::process(LocalState& state, const ColumnarBatch& in, ColumnarBatch& out) {
  auto& local = static_cast<Local&>(state);
  if (local.next == 0) {
    ASSIGN_OR_RETURN(local.arguments, arguments_->evaluate(*local.evaluation, in));
  }
  if (local.next >= in.numSelected()) {
    local.next = 0;
    local.arguments.clear();
    return Progress::needInput();
  }
  const columnar::ActiveRows active = in.activeRows();
  columnar::Selection rows;
  while (local.next < in.numSelected() && static_cast<columnar::RowIndex>(rows.size()) < local.rowsAtOnce) rows.push_back(active[local.next++]);

  std::vector<columnar::VectorBuilder> builders;
  for (const DataType& type : outputTypes_) builders.emplace_back(type);
  std::vector<int32_t> counts;
  RETURN_IF_ERROR(generator_->binding->generate(*generator_->binding, local.arguments, columnar::ActiveRows(in.numRows(), rows), builders, counts));
  if (counts.size() != rows.size()) return internalError("the generator " + generator_->name + " lost count of its rows");

  int64_t total = 0;
  for (const int32_t count : counts) total += count == 0 && outer_ ? 1 : count;
  if (total < columnar::kBatchRows) local.rowsAtOnce = std::min(local.rowsAtOnce * 2, kMostRows);
  if (total > 4 * columnar::kBatchRows) local.rowsAtOnce = std::max(local.rowsAtOnce / 2, kFirstRows);
  const auto numRows = static_cast<columnar::RowIndex>(total);
  auto indices = columnar::Buffer::allocate(static_cast<size_t>(total) * sizeof(columnar::RowIndex));
  auto* inputRow = indices->mutableAs<columnar::RowIndex>();
  std::vector<columnar::RowIndex> madeRows;  // where rows without any are kept: which of the made rows each one is
  const bool keepsEmpty = outer_ && std::find(counts.begin(), counts.end(), 0) != counts.end();
  columnar::RowIndex made = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const int32_t count = counts[i];
    inputRow = std::fill_n(inputRow, count == 0 && outer_ ? 1 : count, rows[i]);
    for (int32_t n = 0; keepsEmpty && n < count; ++n) madeRows.push_back(made + n);
    if (keepsEmpty && count == 0) madeRows.push_back(columnar::kNoRow);
    made += count;
  }
  columnar::DictionaryWrap wrap(std::move(indices), numRows);
  std::vector<columnar::VectorPtr> columns;
  for (const int32_t column : required_) columns.push_back(wrap.wrap(in.column(static_cast<size_t>(column))));
  for (columnar::VectorBuilder& builder : builders) {
    columnar::VectorPtr vector = builder.finish();
    columns.push_back(!keepsEmpty ? vector : columnar::gather(vector, madeRows));
  }
  out = ColumnarBatch(std::move(columns), numRows);
  out.setPosition(in.partition(), in.sequence());
  return Progress::haveOutput();
}

}  // namespace flint::exec
