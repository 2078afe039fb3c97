#include "optimizer/rules/rules.h"
#include "optimizer/testing/plan_builders.h"

namespace flint::optimizer {
namespace {

using namespace testing;
using plan::JoinType;

struct PushDownPredicates : ::testing::Test {
  LogicalPlanPtr a = table("a", 1000, {{"x", 1000}, {"u", 10}});
  LogicalPlanPtr b = table("b", 100, {{"y", 100}, {"v", 10}});
  ExprPtr x = column(a, "x");
  ExprPtr u = column(a, "u");
  ExprPtr y = column(b, "y");
  ExprPtr v = column(b, "v");
  ExprPtr five = expr::literalLong(5);
};

TEST_F(PushDownPredicates, splitsAConditionBetweenTheSidesOfACrossJoin) {
  const auto query = filter({equal(x, y), less(u, five)}, crossJoin({a, b}));
  EXPECT_PLAN(optimizedBy(pushDownPredicates, query),
              "Join Inner, (x = y)\n"
              ":- Filter (u < 5)\n"
              ":  +- Relation a[x,u] parquet\n"
              "+- Relation b[y,v] parquet\n");
}

TEST_F(PushDownPredicates, carriesAConditionOverAnEquality) {
  const auto query = filter({equal(x, y), equal(x, five)}, crossJoin({a, b}));
  EXPECT_PLAN(optimizedBy(pushDownPredicates, query),
              "Join Inner, (x = y)\n"
              ":- Filter (x = 5)\n"
              ":  +- Relation a[x,u] parquet\n"
              "+- Filter (y = 5)\n"
              "   +- Relation b[y,v] parquet\n");
}

TEST_F(PushDownPredicates, takesAKeyThatMayRaiseToTheInnerJoinItBelongsTo) {
  const auto c = table("c", 100, {{"z", 100}});
  expr::Cast cast;
  cast.child = y;
  cast.target = DataType::integer();
  expr::Cast other;
  other.child = x;
  other.target = DataType::integer();
  const auto key = equal(makeExpr(std::move(other)), makeExpr(std::move(cast)));
  ASSERT_FALSE(isMovable(key));
  const auto plan = optimizedBy(pushDownPredicates, filter({key, equal(v, column(c, "z"))}, crossJoin({a, b, c})));
  ASSERT_NE(plan->as<plan::Join>(), nullptr) << treeString(plan);
  const auto* inner = plan->as<plan::Join>()->left->as<plan::Join>();
  ASSERT_NE(inner, nullptr) << treeString(plan);
  EXPECT_EQ(inner->type, JoinType::kInner);
}

TEST_F(PushDownPredicates, makesAnOuterJoinInnerWhenNullsAreDroppedAbove) {
  const auto query = filter({less(v, five)}, join(JoinType::kLeftOuter, a, b, equal(x, y)));
  EXPECT_PLAN(optimizedBy(pushDownPredicates, query),
              "Join Inner, (x = y)\n"
              ":- Relation a[x,u] parquet\n"
              "+- Filter (v < 5)\n"
              "   +- Relation b[y,v] parquet\n");
}

TEST_F(PushDownPredicates, keepsAQuestionForNullAboveAnOuterJoin) {
  const auto query = filter({makeIsNull(v)}, join(JoinType::kLeftOuter, a, b, equal(x, y)));
  EXPECT_EQ(optimizedBy(pushDownPredicates, query), query);
}

TEST_F(PushDownPredicates, givesEachSideItsPartOfAnOr) {
  const auto both = [&](int64_t n) { return expr::makeAnd(equal(u, expr::literalLong(n)), equal(v, expr::literalLong(n))); };
  const auto query = filter({expr::makeOr(both(1), both(2)), equal(x, y)}, crossJoin({a, b}));
  EXPECT_PLAN(optimizedBy(pushDownPredicates, query),
              "Join Inner, ((((u = 1) AND (v = 1)) OR ((u = 2) AND (v = 2))) AND (x = y))\n"
              ":- Filter ((u = 1) OR (u = 2))\n"
              ":  +- Relation a[x,u] parquet\n"
              "+- Filter ((v = 1) OR (v = 2))\n"
              "   +- Relation b[y,v] parquet\n");
}

TEST_F(PushDownPredicates, givesTheSamePlanTheSecondTime) {
  const auto query = filter({equal(x, y), less(u, five)}, crossJoin({a, b}));
  const auto once = optimizedBy(pushDownPredicates, query);
  EXPECT_EQ(optimizedBy(pushDownPredicates, once), once);
}

TEST_F(PushDownPredicates, goesThroughAProjection) {
  const ExprPtr renamed = expr::alias(x, "z");
  const auto query = filter({less(expr::toAttribute(renamed), five)}, project({renamed}, a));
  EXPECT_PLAN(optimizedBy(pushDownPredicates, query),
              "Project [x AS z]\n"
              "+- Filter (x < 5)\n"
              "   +- Relation a[x,u] parquet\n");
}

TEST_F(PushDownPredicates, leavesNoRowsWhereNothingCanPass) {
  const auto query = filter({expr::literalBoolean(false)}, a);
  EXPECT_PLAN(optimizedBy(pushDownPredicates, query), "LocalRelation <empty>, [x, u]\n");
}

TEST(PruneColumns, readsOnlyWhatIsUsed) {
  const auto a = table("a", 1000, {{"x", 1000}, {"u", 10}, {"w", 10}});
  const auto query = project({column(a, "x")}, filter({less(column(a, "u"), expr::literalLong(5))}, a));
  EXPECT_PLAN(optimizedBy(pruneColumns, query),
              "Project [x]\n"
              "+- Filter (u < 5)\n"
              "   +- Relation a[x,u] parquet\n");
}

TEST_F(PushDownPredicates, makesAnOuterJoinAntiWhenOnlyRowsWithoutMatchAreKept) {
  const auto query = project({x}, filter({makeIsNull(y), less(u, five)}, join(JoinType::kLeftOuter, a, b, equal(x, y))));
  EXPECT_PLAN(optimizedBy(pushDownPredicates, query),
              "Project [x]\n"
              "+- Project [x, u, null AS y, null AS v]\n"
              "   +- Join LeftAnti, (x = y)\n"
              "      :- Filter (u < 5)\n"
              "      :  +- Relation a[x,u] parquet\n"
              "      +- Relation b[y,v] parquet\n");
}

TEST_F(PushDownPredicates, keepsAnOuterJoinWhoseTestedColumnMayBeNullInAMatch) {
  const auto query = filter({makeIsNull(v)}, join(JoinType::kLeftOuter, a, b, equal(x, y)));
  EXPECT_PLAN(optimizedBy(pushDownPredicates, query),
              "Filter isnull(v)\n"
              "+- Join LeftOuter, (x = y)\n"
              "   :- Relation a[x,u] parquet\n"
              "   +- Relation b[y,v] parquet\n");
}

TEST_F(PushDownPredicates, takesWhatAnOrSaysOfColumnsBelowAComputedOneThatMayRaise) {
  expr::Cast cast;
  cast.child = y;
  cast.target = DataType::integer();
  const auto computed = expr::alias(makeExpr(std::move(cast)), "w");
  const auto condition = expr::makeOr(expr::makeAnd(equal(v, five), less(expr::toAttribute(computed), expr::literalInt(3))), equal(v, expr::literalLong(6)));
  EXPECT_PLAN(optimizedBy(pushDownPredicates, filter({condition}, project({v, computed}, b))),
              "Filter (((v = 5) AND (w < 3)) OR (v = 6))\n"
              "+- Project [v, cast(y as int) AS w]\n"
              "   +- Filter ((v = 5) OR (v = 6))\n"
              "      +- Relation b[y,v] parquet\n");
}

}  // namespace
}  // namespace flint::optimizer
