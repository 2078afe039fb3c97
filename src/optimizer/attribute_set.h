#pragma once

#include <vector>

#include "expr/nodes.h"
#include "plan/logical/logical_plan.h"

namespace flint::optimizer {

using expr::AttributePtr;
using expr::ExprId;
using expr::ExprPtr;
using plan::LogicalPlanPtr;

/// Ids of attributes: what an expression reads, what a plan gives.
class AttributeSet {
 public:
  AttributeSet() = default;
  /// What `expression` reads. A subquery reads its outer attributes.
  static AttributeSet readBy(const ExprPtr& expression);
  static AttributeSet readBy(const std::vector<ExprPtr>& expressions);
  static AttributeSet outputOf(const plan::LogicalPlan& plan);
  static AttributeSet of(const std::vector<AttributePtr>& attributes);

  void add(ExprId id);
  void addAll(const AttributeSet& other);
  void addReadBy(const ExprPtr& expression);
  bool contains(ExprId id) const;
  bool containsAll(const AttributeSet& other) const;
  bool intersects(const AttributeSet& other) const;
  bool isEmpty() const { return ids_.empty(); }
  size_t size() const { return ids_.size(); }
  const std::vector<ExprId>& ids() const { return ids_; }
  bool operator==(const AttributeSet&) const = default;

 private:
  std::vector<ExprId> ids_;  // ascending
};

}  // namespace flint::optimizer
