#include "exec/aggregate/grouping_sets.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace flint::exec {
namespace {

using expr::AttributePtr;
using expr::AttributeReference;
using expr::ExprPtr;
using plan::AggregateMode;
using plan::HashAggregateExec;
using plan::PhysicalPlanPtr;

// Nodes that only the running query sees are not counted by its metrics.
constexpr int64_t kUnseenNode = -1;

template <class Node>
PhysicalPlanPtr unseen(Node node) {
  return plan::makePhysical(std::move(node))->withNodeId(kUnseenNode);
}

ExprPtr renamed(ExprPtr value, const AttributeReference& as) {
  expr::Alias alias;
  alias.child = std::move(value);
  alias.name = as.name;
  alias.id = as.id;
  return expr::makeExpr(std::move(alias));
}

bool hasStates(const HashAggregateExec& aggregate) {
  return std::all_of(aggregate.aggregates.begin(), aggregate.aggregates.end(), [](const ExprPtr& each) {
    const auto* call = expr::withoutAlias(each)->as<expr::AggregateExpression>();
    if (call == nullptr || call->binding == nullptr || call->binding->orderSensitive || !call->deterministic()) return false;
    return !call->distinct || call->binding->ignoresDuplicates;
  });
}

/// What the projections of an Expand say of its columns.
class SetColumns {
 public:
  SetColumns(const HashAggregateExec& aggregate, const plan::ExpandExec& expand) : aggregate_(aggregate), expand_(expand) {}

  // False where the Expand is not of grouping sets, or an aggregate reads what differs between them.
  bool read() {
    for (size_t i = 0; i < expand_.attributes.size(); ++i) position_.emplace(expand_.attributes[i]->id, i);
    for (const ExprPtr& key : aggregate_.grouping) {
      const auto* attribute = key->as<AttributeReference>();
      const auto at = attribute == nullptr ? position_.end() : position_.find(attribute->id);
      if (at == position_.end()) return false;
      keys_.push_back(at->second);
      bool isColumn = false;
      if (!readSource(at->second, true, isColumn)) return false;
      if (isColumn) columns_.push_back(at->second);
    }
    if (columns_.empty() || columns_.size() > 64 || !hasStates(aggregate_)) return false;
    for (const ExprPtr& call : aggregate_.aggregates) {
      if (!readArguments(call)) return false;
    }
    return true;
  }

  // Positions, in the Expand's output, of each key; and of those that are a column in some set.
  const std::vector<size_t>& keys() const { return keys_; }
  const std::vector<size_t>& columns() const { return columns_; }

  // The keys that a set has, as bits over `columns`.
  uint64_t columnsOf(const std::vector<ExprPtr>& projection) const {
    uint64_t bits = 0;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (projection[columns_[i]]->kind() == expr::ExprKind::kAttributeReference) bits |= uint64_t{1} << i;
    }
    return bits;
  }

  // What keys and arguments read of the Expand's input, under the names of its output.
  std::vector<ExprPtr> inputColumns() const {
    std::vector<ExprPtr> list;
    for (size_t i = 0; i < expand_.attributes.size(); ++i) {
      const auto source = sources_.find(i);
      if (source != sources_.end()) list.push_back(renamed(source->second, *expand_.attributes[i]));
    }
    return list;
  }

 private:
  // A column that is one of the input's in every set, or, where `mayBeAbsent`, in some of them and a literal in the others.
  bool readSource(size_t position, bool mayBeAbsent, bool& isColumn) {
    const AttributeReference* source = nullptr;
    for (const auto& projection : expand_.projections) {
      const auto* each = projection[position]->as<AttributeReference>();
      if (each == nullptr) {
        if (!mayBeAbsent || projection[position]->kind() != expr::ExprKind::kLiteral) return false;
        continue;
      }
      if (source != nullptr && source->id != each->id) return false;
      source = each;
      sources_.emplace(position, projection[position]);
    }
    isColumn = source != nullptr;
    return true;
  }

  bool readArguments(const ExprPtr& expression) {
    if (const auto* attribute = expression->as<AttributeReference>()) {
      const auto at = position_.find(attribute->id);
      bool isColumn = false;
      return at != position_.end() && readSource(at->second, false, isColumn) && isColumn;
    }
    const auto children = expression->children();
    return std::all_of(children.begin(), children.end(), [this](const ExprPtr& child) { return readArguments(child); });
  }

  const HashAggregateExec& aggregate_;
  const plan::ExpandExec& expand_;
  std::unordered_map<expr::ExprId, size_t> position_;
  std::vector<size_t> keys_;
  std::vector<size_t> columns_;
  std::unordered_map<size_t, ExprPtr> sources_;
};

class Chain {
 public:
  Chain(const HashAggregateExec& aggregate, const plan::ExpandExec& expand, const SetColumns& columns)
      : aggregate_(aggregate), expand_(expand), columns_(columns) {}

  PhysicalPlanPtr make() {
    for (const auto& projection : expand_.projections) {
      const uint64_t bits = columns_.columnsOf(projection);
      if (!find(bits)) levels_.push_back({.columns = bits});
    }
    const uint64_t all = columns_.columns().size() == 64 ? ~uint64_t{0} : (uint64_t{1} << columns_.columns().size()) - 1;
    std::stable_sort(levels_.begin(), levels_.end(), [](const Level& a, const Level& b) { return numColumns(a) > numColumns(b); });
    if (levels_.front().columns != all || levels_.size() < 2) return nullptr;
    for (Level& level : levels_) {
      level.plan = level.columns == all ? first() : merged(level);
      level.plan = shared(level.plan);
      level.isMade = true;
    }
    plan::UnionExec out;
    out.attributes = aggregate_.output();
    for (const auto& projection : expand_.projections) out.inputs.push_back(finished(projection));
    return unseen(std::move(out));
  }

 private:
  struct Level {
    uint64_t columns = 0;
    PhysicalPlanPtr plan = nullptr;
    bool isMade = false;
  };
  static int numColumns(const Level& level) { return __builtin_popcountll(level.columns); }

  const Level* find(uint64_t columns) const {
    const auto at = std::find_if(levels_.begin(), levels_.end(), [columns](const Level& level) { return level.columns == columns; });
    return at == levels_.end() ? nullptr : &*at;
  }

  HashAggregateExec node(AggregateMode mode, PhysicalPlanPtr child) const {
    HashAggregateExec made(aggregate_);
    made.mode = mode;
    made.grouping.clear();
    made.child = std::move(child);
    return made;
  }

  void groupBy(uint64_t columns, HashAggregateExec& made) const {
    for (size_t i = 0; i < columns_.columns().size(); ++i) {
      if ((columns >> i & 1) != 0) made.grouping.push_back(expand_.attributes[columns_.columns()[i]]);
    }
    // One group, if there are any rows at all: what no key would give of no rows, too.
    if (made.grouping.empty()) made.grouping.push_back(expr::alias(expr::literalInt(0), "all"));
  }

  PhysicalPlanPtr first() const {
    plan::ProjectExec input;
    input.projectList = columns_.inputColumns();
    input.child = expand_.child;
    HashAggregateExec made = node(AggregateMode::kPartial, unseen(std::move(input)));
    groupBy(~uint64_t{0}, made);
    return unseen(std::move(made));
  }

  PhysicalPlanPtr merged(const Level& level) const {
    // Made levels come largest first: the last that fits has the fewest groups.
    const Level* from = nullptr;
    for (const Level& other : levels_) {
      if (other.isMade && (other.columns & level.columns) == level.columns) from = &other;
    }
    HashAggregateExec made = node(AggregateMode::kPartialMerge, from->plan);
    groupBy(level.columns, made);
    return unseen(std::move(made));
  }

  static PhysicalPlanPtr shared(PhysicalPlanPtr level) {
    plan::SharedSubplanExec made;
    made.id = expr::newExprId();
    made.attributes = level->output();
    made.child = std::move(level);
    return unseen(std::move(made));
  }

  PhysicalPlanPtr finished(const std::vector<ExprPtr>& projection) const {
    HashAggregateExec made = node(AggregateMode::kFinish, find(columns_.columnsOf(projection))->plan);
    for (const size_t key : columns_.keys()) {
      const bool isColumn = projection[key]->kind() == expr::ExprKind::kAttributeReference;
      made.grouping.push_back(isColumn ? ExprPtr(expand_.attributes[key]) : renamed(projection[key], *expand_.attributes[key]));
    }
    return unseen(std::move(made));
  }

  const HashAggregateExec& aggregate_;
  const plan::ExpandExec& expand_;
  const SetColumns& columns_;
  std::vector<Level> levels_;
};

}  // namespace

PhysicalPlanPtr chainGroupingSets(const HashAggregateExec& aggregate) {
  const auto* expand = aggregate.child->as<plan::ExpandExec>();
  if (expand == nullptr || aggregate.mode != AggregateMode::kComplete || expand->projections.size() < 2) return nullptr;
  SetColumns columns(aggregate, *expand);
  return columns.read() ? Chain(aggregate, *expand, columns).make() : nullptr;
}

}  // namespace flint::exec
