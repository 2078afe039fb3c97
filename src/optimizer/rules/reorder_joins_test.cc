#include "optimizer/rules/rules.h"
#include "optimizer/statistics/estimator.h"
#include "optimizer/testing/plan_builders.h"

namespace flint::optimizer {
namespace {

using namespace testing;
using plan::JoinType;

// The tables of TPC-H at scale factor 1, with the columns that queries join by.
struct ReorderJoins : ::testing::Test {
  LogicalPlanPtr region = table("region", 5, {{"r_regionkey", 5}, {"r_name", 5, DataType::string()}});
  LogicalPlanPtr nation = table("nation", 25, {{"n_nationkey", 25}, {"n_regionkey", 5}, {"n_name", 25, DataType::string()}});
  LogicalPlanPtr supplier = table("supplier", 10'000, {{"s_suppkey", 10'000}, {"s_nationkey", 25}});
  LogicalPlanPtr customer = table("customer", 150'000, {{"c_custkey", 150'000}, {"c_nationkey", 25}});
  LogicalPlanPtr part = table("part", 200'000, {{"p_partkey", 200'000}, {"p_size", 50}, {"p_type", 150, DataType::string()}});
  LogicalPlanPtr partsupp = table("partsupp", 800'000, {{"ps_partkey", 200'000}, {"ps_suppkey", 10'000}});
  LogicalPlanPtr orders = table("orders", 1'500'000, {{"o_orderkey", 1'500'000}, {"o_custkey", 100'000}, {"o_orderdate", 2400}});
  LogicalPlanPtr lineitem = table("lineitem", 6'000'000, {{"l_orderkey", 1'500'000}, {"l_partkey", 200'000}, {"l_suppkey", 10'000}});

  ExprPtr c(const std::string& name) {
    for (const auto& each : {region, nation, supplier, customer, part, partsupp, orders, lineitem}) {
      for (const AttributePtr& attribute : each->output()) {
        if (attribute->name == name) return attribute;
      }
    }
    ADD_FAILURE() << name;
    return nullptr;
  }
  ExprPtr eq(const std::string& a, const std::string& b) { return equal(c(a), c(b)); }

  LogicalPlanPtr reordered(const LogicalPlanPtr& plan) { return optimizedBy(reorderJoins, optimizedBy(pushDownPredicates, plan)); }
  static int crossJoins(const LogicalPlanPtr& plan) {
    int count = 0;
    tree::forEachNode(plan, [&](const LogicalPlanPtr& node) {
      const auto* join = node->as<plan::Join>();
      if (join != nullptr && join->condition == nullptr) ++count;
    });
    return count;
  }
  static double costliestBuild(const LogicalPlanPtr& plan) {
    Estimator estimator;
    double worst = 0;
    tree::forEachNode(plan, [&](const LogicalPlanPtr& node) {
      if (const auto* join = node->as<plan::Join>()) worst = std::max(worst, std::min(estimator.estimate(join->left)->rows, estimator.estimate(join->right)->rows));
    });
    return worst;
  }
};

TEST_F(ReorderJoins, startsFromTheSelectiveSideInQuery5) {
  const auto query = filter({eq("c_custkey", "o_custkey"), eq("l_orderkey", "o_orderkey"), eq("l_suppkey", "s_suppkey"), eq("c_nationkey", "s_nationkey"),
                             eq("s_nationkey", "n_nationkey"), eq("n_regionkey", "r_regionkey"), equal(c("r_name"), expr::literalString("ASIA")),
                             less(c("o_orderdate"), expr::literalLong(365))},
                            crossJoin({customer, orders, lineitem, supplier, nation, region}));
  const auto plan = reordered(query);
  EXPECT_EQ(crossJoins(plan), 0) << treeString(plan);
  EXPECT_LT(costliestBuild(plan), 300'000) << treeString(plan);
}

TEST_F(ReorderJoins, keepsCompositeKeysTogetherInQuery9) {
  const auto query = filter({eq("s_suppkey", "l_suppkey"), eq("ps_suppkey", "l_suppkey"), eq("ps_partkey", "l_partkey"), eq("p_partkey", "l_partkey"),
                             eq("o_orderkey", "l_orderkey"), eq("s_nationkey", "n_nationkey"), equal(c("p_size"), expr::literalLong(7))},
                            crossJoin({part, supplier, lineitem, partsupp, orders, nation}));
  const auto plan = reordered(query);
  EXPECT_EQ(crossJoins(plan), 0) << treeString(plan);
  // part (4,000 rows) meets lineitem or partsupp before anything large is put into a hash table.
  EXPECT_LT(costliestBuild(plan), 200'000) << treeString(plan);
}

TEST_F(ReorderJoins, putsASemiJoinWhereFewRowsAreLeft) {
  // Orders of one supplier country's lines: the semi join with all lines comes after the join that leaves few.
  const auto other = table("other", 6'000'000, {{"k", 1'500'000}});
  const auto few = filter({equal(c("n_name"), expr::literalString("X"))}, crossJoin({lineitem, supplier, nation}));
  const auto base = filter({eq("l_suppkey", "s_suppkey"), eq("s_nationkey", "n_nationkey")}, few);
  const auto query = join(JoinType::kLeftSemi, base, other, equal(c("l_orderkey"), column(other, "k")));
  const auto plan = reordered(query);
  ASSERT_NE(plan->as<plan::Join>(), nullptr) << treeString(plan);
  EXPECT_EQ(plan->as<plan::Join>()->type, JoinType::kLeftSemi) << treeString(plan);
}

TEST_F(ReorderJoins, keepsColumnsInOrder) {
  const auto query = filter({eq("c_custkey", "o_custkey"), eq("l_orderkey", "o_orderkey")}, crossJoin({lineitem, orders, customer}));
  const auto plan = reordered(query);
  EXPECT_EQ(plan->output().size(), query->output().size());
  EXPECT_EQ(plan->output()[0]->name, "l_orderkey");
}

TEST_F(ReorderJoins, leavesAFullOuterJoinAlone) {
  const auto query = join(JoinType::kFullOuter, region, nation, eq("r_regionkey", "n_regionkey"));
  EXPECT_EQ(optimizedBy(reorderJoins, query), query);
}

TEST_F(ReorderJoins, managesMoreRelationsThanTheExactSearch) {
  std::vector<LogicalPlanPtr> dimensions = {lineitem};
  std::vector<ExprPtr> conjuncts;
  for (int i = 0; i < 20; ++i) {
    dimensions.push_back(table("d" + std::to_string(i), 100 + i, {{"k", 100 + i}}));
    conjuncts.push_back(equal(c("l_suppkey"), column(dimensions.back(), "k")));
  }
  const auto plan = reordered(filter(conjuncts, crossJoin(dimensions)));
  EXPECT_EQ(crossJoins(plan), 0);
}

}  // namespace
}  // namespace flint::optimizer
