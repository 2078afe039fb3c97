#pragma once

#include <vector>

#include "expr/expression.h"
#include "tree/node_fields.h"

namespace flint::plan {

/// How a node's rows are spread over partitions.
struct Partitioning {
  enum class Kind : uint8_t { kUnknown, kSingle, kHash, kRange, kRoundRobin, kBroadcast, kDirect };
  Kind kind = Kind::kUnknown;
  std::vector<expr::ExprPtr> keys;  // kHash, kDirect: values; kRange: SortOrders
  int32_t numPartitions = 0;        // 0: not known before it runs
  bool userSpecified = false;       // repartition(n): never elided
  static constexpr auto fields() {
    return std::tuple(tree::field("kind", &Partitioning::kind), tree::field("keys", &Partitioning::keys),
                      tree::field("numPartitions", &Partitioning::numPartitions), tree::field("userSpecified", &Partitioning::userSpecified));
  }
};

/// What a node needs of a child's partitioning.
struct Distribution {
  enum class Kind : uint8_t { kUnspecified, kAllTuples, kClustered, kOrdered, kBroadcast };
  Kind kind = Kind::kUnspecified;
  std::vector<expr::ExprPtr> keys;  // kClustered: values; kOrdered: SortOrders
  int32_t requiredPartitions = 0;   // 0: any
};

}  // namespace flint::plan
