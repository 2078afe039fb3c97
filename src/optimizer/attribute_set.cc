#include "optimizer/attribute_set.h"

#include <algorithm>

namespace flint::optimizer {
namespace {

void collect(const ExprPtr& expression, std::vector<ExprId>& out) {
  if (const auto* attribute = expression->as<expr::AttributeReference>()) {
    out.push_back(attribute->id);
    return;
  }
  const expr::ExprTraits& traits = expression->traits();
  if (!traits.hasAttribute && !traits.hasSubquery && expression->kind() != expr::ExprKind::kAlias) return;
  for (const ExprPtr& child : expression->children()) collect(child, out);
}

void normalize(std::vector<ExprId>& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

}  // namespace

AttributeSet AttributeSet::readBy(const ExprPtr& expression) {
  AttributeSet out;
  if (expression == nullptr) return out;
  collect(expression, out.ids_);
  normalize(out.ids_);
  return out;
}

AttributeSet AttributeSet::readBy(const std::vector<ExprPtr>& expressions) {
  AttributeSet out;
  for (const ExprPtr& expression : expressions) collect(expression, out.ids_);
  normalize(out.ids_);
  return out;
}

AttributeSet AttributeSet::outputOf(const plan::LogicalPlan& plan) { return of(plan.output()); }

AttributeSet AttributeSet::of(const std::vector<AttributePtr>& attributes) {
  AttributeSet out;
  out.ids_.reserve(attributes.size());
  for (const AttributePtr& attribute : attributes) out.ids_.push_back(attribute->id);
  normalize(out.ids_);
  return out;
}

void AttributeSet::add(ExprId id) {
  const auto at = std::lower_bound(ids_.begin(), ids_.end(), id);
  if (at == ids_.end() || *at != id) ids_.insert(at, id);
}

void AttributeSet::addAll(const AttributeSet& other) {
  if (other.ids_.empty()) return;
  const auto middle = static_cast<std::ptrdiff_t>(ids_.size());
  ids_.insert(ids_.end(), other.ids_.begin(), other.ids_.end());
  std::inplace_merge(ids_.begin(), ids_.begin() + middle, ids_.end());
  ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
}

void AttributeSet::addReadBy(const ExprPtr& expression) { addAll(readBy(expression)); }

bool AttributeSet::contains(ExprId id) const { return std::binary_search(ids_.begin(), ids_.end(), id); }

bool AttributeSet::containsAll(const AttributeSet& other) const {
  return std::includes(ids_.begin(), ids_.end(), other.ids_.begin(), other.ids_.end());
}

bool AttributeSet::intersects(const AttributeSet& other) const {
  auto a = ids_.begin();
  auto b = other.ids_.begin();
  while (a != ids_.end() && b != other.ids_.end()) {
    if (*a == *b) return true;
    if (*a < *b) {
      ++a;
    } else {
      ++b;
    }
  }
  return false;
}

}  // namespace flint::optimizer
