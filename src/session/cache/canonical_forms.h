#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "plan/logical/relational.h"

namespace flint::session {

/// Makes the canonical forms of analyzed plans: two plans whose forms are equal (`sameAs`) give the same rows.
///
/// Names, qualifiers, aliases of relations and hints are gone; ids are numbered in the order they are met; commutative operands are ordered;
/// uses of a shared CTE are replaced by what it means. Files are told apart by where they lie, not by what is there at the moment; rows that a
/// plan holds itself by their values.
/// Threads: confined to its owner. Nesting uses the stack.
/// Source: the role of Spark's QueryPlan.canonicalized.
class CanonicalForms {
 public:
  using Definitions = std::unordered_map<int64_t, plan::LogicalPlanPtr>;  // what CTE ids mean

  plan::LogicalPlanPtr of(const plan::LogicalPlanPtr& analyzed, const Definitions& definitions = {});

 private:
  plan::LocalRelation::Batches representative(const plan::LocalRelation::Batches& batches);

  friend class CanonicalPlanMaker;
  std::vector<plan::LocalRelation::Batches> known_;  // one of each content
};

/// The definitions that a WithCte at the root gives; nothing for other plans.
CanonicalForms::Definitions definitionsOf(const plan::LogicalPlanPtr& plan);

/// A number that plans of equal canonical form share, found without making it.
uint64_t shapeOf(const plan::LogicalPlanPtr& plan, const CanonicalForms::Definitions& definitions);

/// The plan below aliases, views and hints, which give its rows as they are.
const plan::LogicalPlanPtr& withoutNames(const plan::LogicalPlanPtr& plan);

/// Where the files of a scan lie, one path a root; empty for a source that is not made of files.
std::vector<std::string> rootPathsOf(const plan::Relation& relation);
/// A path as `rootPathsOf` gives it: absolute, without its scheme where it is the machine's own.
std::string absolutePath(const std::string& path);

}  // namespace flint::session
