#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "optimizer/expression_rewrite.h"
#include "optimizer/statistics/estimator.h"
#include "plan/logical/relational.h"

namespace flint::optimizer {

/// A set of relations of one join graph, by position.
using RelationMask = uint64_t;
constexpr int kMaxRelations = 64;

/// One input of a region of joins.
///
/// Inner relations can be joined in any order. A dependent one (right side of a semi, anti, existence or left outer join) only ever
/// comes alone, to a set that has all of `required`: what its condition reads. Such a join commutes with all inner joins.
struct JoinRelation {
  LogicalPlanPtr plan;
  AttributeSet output;
  Estimator::EstimatePtr estimate;
  plan::JoinType type = plan::JoinType::kInner;
  // Dependent relations only:
  std::vector<ExprPtr> condition;
  AttributePtr exists;
  RelationMask required = 0;
  double fraction = 1;  // of left rows that stay (semi, anti), or right rows for each left row (left outer)

  bool isDependent() const { return type != plan::JoinType::kInner; }
};

/// Columns that inner joins make equal: every two relations of one class can be joined by it.
struct EqualityClass {
  struct Member {
    int relation;
    AttributePtr column;
    KeyShare share = {};  // what lies where all members have values
  };
  std::vector<Member> members;
  RelationMask relations = 0;
};

/// Any other condition of the inner joins.
struct JoinPredicate {
  ExprPtr condition;
  RelationMask relations = 0;
  double selectivity = 1;
  bool isEquality = false;  // a hash table can look it up
};

/// The joins of a region: a tree of joins without anything between that fixes their order.
class JoinGraph {
 public:
  /// The region whose top is `root`; absent when it has nothing to reorder. `below` optimizes what is under the region's inputs.
  using Recurse = LogicalPlanPtr (*)(const LogicalPlanPtr&, Estimator&);
  static std::optional<JoinGraph> of(const LogicalPlanPtr& root, Estimator& estimator, Recurse below);

  const std::vector<JoinRelation>& relations() const { return relations_; }
  int size() const { return static_cast<int>(relations_.size()); }
  RelationMask all() const { return size() == kMaxRelations ? ~RelationMask(0) : (RelationMask(1) << size()) - 1; }
  RelationMask dependents() const { return dependents_; }

  /// Rows of the join of a set of relations, whatever the order.
  double rowsOf(RelationMask set) const;
  /// Whether some equality or other condition joins the two sets.
  bool connects(RelationMask a, RelationMask b) const;
  /// Whether the two sets can be joined by a hash table.
  bool hasEquality(RelationMask a, RelationMask b) const;
  /// Whether every dependent relation of the set has what it requires in the set.
  bool isComplete(RelationMask set) const;
  RelationMask neighbors(int relation) const { return neighbors_[static_cast<size_t>(relation)]; }

  /// The join of two plans of these sets, with every condition that both together make possible for the first time.
  LogicalPlanPtr join(const LogicalPlanPtr& left, RelationMask leftSet, const LogicalPlanPtr& right, RelationMask rightSet) const;
  /// The whole plan's columns, in the order and under the names of the region.
  LogicalPlanPtr withOutput(LogicalPlanPtr plan) const;

 private:
  void collect(const LogicalPlanPtr& node, Estimator& estimator, Recurse below);
  void addRelation(JoinRelation relation);
  RelationMask relationsOf(const AttributeSet& attributes) const;
  void finish(Estimator& estimator);
  void inferFilters(Estimator& estimator);
  void filterWithinClasses(Estimator& estimator);
  void correctComposites();

  struct PairCorrection {
    RelationMask pair;
    double factor;
  };

  std::vector<JoinRelation> relations_;
  std::vector<ExprPtr> conjuncts_;
  AttributeMap renames_;
  std::vector<ExprPtr> output_;
  std::vector<EqualityClass> classes_;
  std::vector<JoinPredicate> predicates_;
  std::vector<PairCorrection> corrections_;
  std::vector<RelationMask> neighbors_;
  RelationMask dependents_ = 0;
  bool hasCross_ = false;  // a CROSS JOIN is written
};

}  // namespace flint::optimizer
