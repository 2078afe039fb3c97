#include "exec/exchange/row_router.h"

#include <algorithm>

#include "columnar/spark_hash.h"
#include "columnar/vector_compare.h"

namespace flint::exec {

Result<std::shared_ptr<const RowRouter>> RowRouter::make(const plan::Partitioning& partitioning, const std::vector<expr::AttributePtr>& input,
                                                         const expr::EvaluationOptions& options) {
  std::vector<expr::ExprPtr> bound;
  for (const expr::ExprPtr& key : partitioning.keys) {
    const auto* order = key->as<expr::SortOrder>();
    ASSIGN_OR_RETURN(expr::ExprPtr value, expr::bindReferences(expr::withoutAlias(order == nullptr ? key : order->child), input));
    bound.push_back(std::move(value));
  }
  ASSIGN_OR_RETURN(auto keys, expr::ExpressionEvaluator::make(std::move(bound), options));
  std::vector<expr::ExprPtr> order = partitioning.kind == plan::Partitioning::Kind::kRange ? partitioning.keys : std::vector<expr::ExprPtr>();
  return std::shared_ptr<const RowRouter>(new RowRouter(partitioning.kind, std::max(1, partitioning.numPartitions), std::move(order), std::move(keys)));
}

Result<std::vector<columnar::VectorPtr>> RowRouter::keys(expr::ExpressionEvaluator::Local& local, const ColumnarBatch& batch) const {
  return keys_->evaluate(local, batch);
}

Result<std::vector<int32_t>> RowRouter::route(expr::ExpressionEvaluator::Local& local, const ColumnarBatch& batch, int64_t firstRow) const {
  const columnar::ActiveRows active = batch.activeRows();
  std::vector<int32_t> out(static_cast<size_t>(active.count()), 0);
  switch (kind_) {
    case plan::Partitioning::Kind::kHash: {
      ASSIGN_OR_RETURN(const std::vector<columnar::VectorPtr> keys, keys_->evaluate(local, batch));
      return columnar::hashPartitions(keys, active, numPartitions_);
    }
    case plan::Partitioning::Kind::kDirect: {
      ASSIGN_OR_RETURN(const columnar::VectorPtr key, keys_->evaluateOne(local, batch, 0));
      const columnar::VectorReader<int32_t> values(*key);
      for (size_t i = 0; i < out.size(); ++i) {
        const columnar::RowIndex row = active[static_cast<columnar::RowIndex>(i)];
        const int32_t remainder = values.isNull(row) ? 0 : values[row] % numPartitions_;
        out[i] = remainder < 0 ? remainder + numPartitions_ : remainder;
      }
      return out;
    }
    case plan::Partitioning::Kind::kRoundRobin:
      for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<int32_t>((firstRow + static_cast<int64_t>(i)) % numPartitions_);
      return out;
    case plan::Partitioning::Kind::kUnknown:
    case plan::Partitioning::Kind::kSingle:
    case plan::Partitioning::Kind::kRange:
    case plan::Partitioning::Kind::kBroadcast: return out;
  }
  return out;
}

RangeBounds::RangeBounds(const std::vector<expr::ExprPtr>& order, std::vector<Row> sample, int32_t numPartitions) {
  for (const expr::ExprPtr& key : order) {
    const auto* sortOrder = key->as<expr::SortOrder>();
    directions_.push_back(sortOrder == nullptr ? Direction{true, true} : Direction{sortOrder->ascending, sortOrder->nullsFirst});
  }
  std::sort(sample.begin(), sample.end(), [this](const Row& a, const Row& b) { return compare(a, b) < 0; });
  for (int32_t i = 1; i < numPartitions && !sample.empty(); ++i) {
    // The last row of an even share: with as many rows as partitions each has one of its own.
    const auto parts = static_cast<size_t>(numPartitions);
    const size_t share = (sample.size() * static_cast<size_t>(i) + parts - 1) / parts;
    const Row& candidate = sample[std::min(sample.size(), std::max<size_t>(share, 1)) - 1];
    if (bounds_.empty() || compare(bounds_.back(), candidate) < 0) bounds_.push_back(candidate);
  }
}

int RangeBounds::compare(const Row& a, const Row& b) const {
  for (size_t key = 0; key < directions_.size(); ++key) {
    const columnar::ColumnVector& left = *(*a.keys)[key];
    const columnar::ColumnVector& right = *(*b.keys)[key];
    const bool leftNull = left.isNull(a.row);
    const bool rightNull = right.isNull(b.row);
    if (leftNull && rightNull) continue;
    if (leftNull || rightNull) return leftNull == directions_[key].nullsFirst ? -1 : 1;
    const int order = columnar::compareValues(left, a.row, right, b.row);
    if (order != 0) return directions_[key].ascending ? order : -order;
  }
  return 0;
}

int32_t RangeBounds::partitionOf(const Row& row) const {
  const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), row, [this](const Row& a, const Row& b) { return compare(a, b) < 0; });
  return static_cast<int32_t>(bound - bounds_.begin());
}

}  // namespace flint::exec
