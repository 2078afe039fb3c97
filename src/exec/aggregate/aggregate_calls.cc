#include "exec/aggregate/aggregate_calls.h"

#include "exec/aggregate/distinct_aggregator.h"
#include "exec/aggregate/filtered_rows.h"

namespace flint::exec {
namespace {

using columnar::ActiveRows;
using columnar::VectorPtr;

// These pass over nulls: a CASE that gives one value or null is the value's rows by FILTER.
bool passesOverNulls(const expr::AggregateExpression& call) {
  return call.name == "sum" || call.name == "avg" || call.name == "min" || call.name == "max" || call.name == "count";
}

// The one condition and value of CASE WHEN c THEN v END with a value that takes no work to compute, or null pointer.
const expr::CaseWhen* valueOrNull(const expr::AggregateExpression& call) {
  if (call.arguments.size() != 1 || call.distinct || !passesOverNulls(call)) return nullptr;
  const auto* choice = call.arguments[0]->as<expr::CaseWhen>();
  if (choice == nullptr || choice->branches.size() != 1 || !choice->branches[0].second->children().empty()) return nullptr;
  const auto* otherwise = choice->elseValue == nullptr ? nullptr : choice->elseValue->as<expr::Literal>();
  return choice->elseValue == nullptr || (otherwise != nullptr && otherwise->value.isNull()) ? choice : nullptr;
}

std::vector<VectorPtr> argumentsOf(const AggregateCalls::Call& call, const std::vector<VectorPtr>& columns) {
  std::vector<VectorPtr> arguments;
  arguments.reserve(call.arguments.size());
  for (const size_t position : call.arguments) arguments.push_back(columns[position]);
  return arguments;
}

}  // namespace

Result<std::shared_ptr<const AggregateCalls>> AggregateCalls::make(const plan::HashAggregateExec& node, const expr::EvaluationOptions& options,
                                                                   const std::vector<bool>& merges, bool inOrder) {
  auto made = std::make_shared<AggregateCalls>();
  made->numKeys = node.grouping.size();
  made->orderSensitive = inOrder;
  const std::vector<expr::AttributePtr> childOutput = node.child->output();
  const bool fromStates = node.takesStates();
  std::vector<expr::ExprPtr> inputs;
  const auto bind = [&](const expr::ExprPtr& expression) -> Status {
    ASSIGN_OR_RETURN(expr::ExprPtr bound, expr::bindReferences(expression, childOutput));
    inputs.push_back(std::move(bound));
    return Status::ok();
  };
  std::vector<expr::AttributePtr> resultInput;
  for (const expr::ExprPtr& key : node.grouping) {
    const expr::AttributePtr attribute = expr::toAttribute(key);
    RETURN_IF_ERROR(bind(expr::withoutAlias(key)));
    made->keyTypes.push_back(attribute->dataType());
    made->keyNullable.push_back(inputs.back()->nullable());
    resultInput.push_back(attribute);
  }
  size_t nextState = 0;
  for (const expr::ExprPtr& expression : node.aggregates) {
    const auto* aggregate = expr::withoutAlias(expression)->as<expr::AggregateExpression>();
    if (aggregate == nullptr || aggregate->binding == nullptr) return internalError("an aggregate operator needs bound aggregate calls");
    Call call{.aggregator = aggregate->binding->aggregator, .result = aggregate->binding->result};
    if (aggregate->distinct && !aggregate->binding->ignoresDuplicates) {
      std::vector<DataType> types;
      for (const expr::ExprPtr& argument : aggregate->arguments) types.push_back(argument->dataType());
      call.aggregator = std::make_shared<const DistinctAggregator>(call.aggregator, std::move(types), call.result);
    }
    made->orderSensitive |= aggregate->binding->orderSensitive;
    call.merges = merges.empty() ? fromStates : merges[made->calls.size()];
    if (call.merges) {
      for (size_t i = 0; i < call.aggregator->encodedTypes().size(); ++i) {
        call.arguments.push_back(inputs.size());
        RETURN_IF_ERROR(bind(node.stateAttributes[nextState++]));
      }
    } else {
      const expr::CaseWhen* choice = aggregate->filter == nullptr ? valueOrNull(*aggregate) : nullptr;
      const expr::ExprPtr& filter = choice == nullptr ? aggregate->filter : choice->branches[0].first;
      for (const expr::ExprPtr& argument : aggregate->arguments) {
        call.arguments.push_back(inputs.size());
        RETURN_IF_ERROR(bind(choice == nullptr ? argument : choice->branches[0].second));
      }
      if (filter != nullptr) {
        call.filter = static_cast<int>(inputs.size());
        RETURN_IF_ERROR(bind(filter));
      }
    }
    made->calls.push_back(std::move(call));
  }
  ASSIGN_OR_RETURN(made->input, expr::ExpressionEvaluator::make(std::move(inputs), options));
  if (!node.givesStates()) {
    resultInput.insert(resultInput.end(), node.aggregateAttributes.begin(), node.aggregateAttributes.end());
    std::vector<expr::ExprPtr> results;
    for (const expr::ExprPtr& result : node.resultExpressions) {
      ASSIGN_OR_RETURN(expr::ExprPtr bound, expr::bindReferences(expr::withoutAlias(result), resultInput));
      results.push_back(std::move(bound));
    }
    ASSIGN_OR_RETURN(made->results, expr::ExpressionEvaluator::make(std::move(results), options));
  }
  return std::shared_ptr<const AggregateCalls>(std::move(made));
}

std::vector<std::shared_ptr<const expr::Aggregator>> AggregateCalls::aggregators() const {
  std::vector<std::shared_ptr<const expr::Aggregator>> result;
  for (const Call& call : calls) result.push_back(call.aggregator);
  return result;
}

Status AggregateCalls::update(const GroupStates& states, std::byte* const* groups, const std::vector<VectorPtr>& columns,
                              const ActiveRows& active, expr::StateArena& arena) const {
  FilteredRows filtered(active, groups);
  for (size_t i = 0; i < calls.size(); ++i) {
    const Call& call = calls[i];
    const size_t offset = states.states[i].offset;
    const std::vector<VectorPtr> arguments = argumentsOf(call, columns);
    if (call.merges) {
      RETURN_IF_ERROR(call.aggregator->mergeEncoded(groups, offset, arguments, active, arena));
    } else if (call.filter < 0) {
      RETURN_IF_ERROR(call.aggregator->update(groups, offset, {arguments, active}, arena));
    } else {
      const FilteredRows::Passed& passed = filtered.of(columns[static_cast<size_t>(call.filter)]);
      if (passed.rows.empty()) continue;
      RETURN_IF_ERROR(call.aggregator->update(passed.groups.data(), offset, {arguments, ActiveRows(active.size(), passed.rows)}, arena));
    }
  }
  return Status::ok();
}

Status AggregateCalls::updateOne(const GroupStates& states, std::byte* group, const std::vector<VectorPtr>& columns, const ActiveRows& active,
                                 expr::StateArena& arena) const {
  FilteredRows filtered(active, nullptr);
  for (size_t i = 0; i < calls.size(); ++i) {
    const Call& call = calls[i];
    std::byte* state = group + states.states[i].offset;
    const std::vector<VectorPtr> arguments = argumentsOf(call, columns);
    if (call.merges) {
      const std::vector<std::byte*> sameState(static_cast<size_t>(active.count()), state);
      RETURN_IF_ERROR(call.aggregator->mergeEncoded(sameState.data(), 0, arguments, active, arena));
    } else if (call.filter < 0) {
      RETURN_IF_ERROR(call.aggregator->updateOne(state, {arguments, active}, arena));
    } else {
      const FilteredRows::Passed& passed = filtered.of(columns[static_cast<size_t>(call.filter)]);
      if (passed.rows.empty()) continue;
      RETURN_IF_ERROR(call.aggregator->updateOne(state, {arguments, ActiveRows(active.size(), passed.rows)}, arena));
    }
  }
  return Status::ok();
}

Status AggregateCalls::encode(const GroupStates& states, std::span<const std::byte* const> groups, std::vector<VectorPtr>& columns) const {
  for (size_t i = 0; i < calls.size(); ++i) {
    std::vector<columnar::VectorBuilder> builders;
    for (const DataType& type : calls[i].aggregator->encodedTypes()) builders.emplace_back(type);
    RETURN_IF_ERROR(calls[i].aggregator->encode(groups, states.states[i].offset, builders));
    for (columnar::VectorBuilder& builder : builders) columns.push_back(builder.finish());
  }
  return Status::ok();
}

Result<std::vector<VectorPtr>> AggregateCalls::finish(const GroupStates& states, std::span<const std::byte* const> groups,
                                                      std::vector<VectorPtr> keys, expr::ExpressionEvaluator::Local* local) const {
  if (results == nullptr) {
    RETURN_IF_ERROR(encode(states, groups, keys));
    return keys;
  }
  for (size_t i = 0; i < calls.size(); ++i) {
    const size_t offset = states.states[i].offset;
    VectorPtr values = calls[i].aggregator->finalizeFlat(groups, offset);
    if (values == nullptr) {
      columnar::VectorBuilder builder(calls[i].result);
      RETURN_IF_ERROR(calls[i].aggregator->finalize(groups, offset, builder));
      values = builder.finish();
    }
    keys.push_back(std::move(values));
  }
  const columnar::ColumnarBatch batch(std::move(keys), static_cast<columnar::RowIndex>(groups.size()));
  return results->evaluate(*local, batch);
}

}  // namespace flint::exec
