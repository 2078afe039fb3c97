#include "exec/testing/row_oracle.h"

namespace flint::exec {
namespace {

using namespace testing;

TEST(HashJoin, agreesWithRowsJoinedByHand) {
  std::vector<Mode> modes(std::begin(kModes), std::end(kModes));
  modes.push_back({1, 64, false, 1500});  // spills in partitions
  modes.push_back({3, 16, false, 1});     // and divides them down to one key, whose rows are taken block by block
  modes.push_back({2, 32, true, 900});    // all rows in one partition
  for (const Mode& mode : modes) {
    for (const int64_t stride : {1, 100'003}) {
      const TestTable left = randomTable(220, 120, 5, stride);
      const TestTable right = randomTable(100, 120, 6, stride);
      for (const JoinType type : {JoinType::kInner, JoinType::kLeftOuter, JoinType::kRightOuter, JoinType::kFullOuter, JoinType::kLeftSemi,
                                  JoinType::kLeftAnti, JoinType::kExistence}) {
        for (const auto side : {plan::BuildSide::kLeft, plan::BuildSide::kRight}) {
          if (type == JoinType::kExistence && side == plan::BuildSide::kLeft) continue;
          for (const bool byString : {false, true}) {
            for (const bool withCondition : {false, true}) {
              plan::ShuffledHashJoinExec node;
              node.leftKeys = {left.attributes[byString ? 1 : 0]};
              node.rightKeys = {right.attributes[byString ? 1 : 0]};
              node.type = type;
              node.buildSide = side;
              if (withCondition) node.condition = expr::comparison(expr::ComparisonOp::kLess, left.attributes[2], right.attributes[2]);
              if (type == JoinType::kExistence) node.exists = expr::attribute("e", DataType::boolean(), false);
              node.left = left.scan(mode.batchRows, 2);
              node.right = right.scan(mode.batchRows, 2);
              const auto rows = run(plan::makePhysical(std::move(node)), mode);
              EXPECT_EQ(sortedTexts(rows), sortedTexts(joinedByHand(left, right, type, byString, withCondition)))
                  << "type " << static_cast<int>(type) << " build " << static_cast<int>(side) << " string " << byString << " condition " << withCondition
                  << " threads " << mode.threads << " batch " << mode.batchRows << " threshold " << mode.spillThreshold;
            }
          }
        }
      }
    }
  }
}

TEST(NestedLoopJoin, agreesWithRowsPairedByHand) {
  std::vector<Mode> modes(std::begin(kModes), std::end(kModes));
  modes.push_back({3, 16, false, 900});  // block by block
  for (const Mode& mode : modes) {
    const TestTable left = randomTable(70, 120, 15);
    const TestTable right = randomTable(90, 120, 16);
    for (const JoinType type : {JoinType::kInner, JoinType::kLeftOuter, JoinType::kRightOuter, JoinType::kFullOuter, JoinType::kLeftSemi,
                                JoinType::kLeftAnti, JoinType::kExistence}) {
      for (const auto side : {plan::BuildSide::kLeft, plan::BuildSide::kRight}) {
        if (type == JoinType::kExistence && side == plan::BuildSide::kLeft) continue;
        plan::BroadcastNestedLoopJoinExec node;
        node.type = type;
        node.buildSide = side;
        node.condition = expr::comparison(expr::ComparisonOp::kLess, left.attributes[2], right.attributes[2]);
        if (type == JoinType::kExistence) node.exists = expr::attribute("e", DataType::boolean(), false);
        node.left = left.scan(mode.batchRows, 2);
        node.right = right.scan(mode.batchRows, 2);
        EXPECT_EQ(sortedTexts(run(plan::makePhysical(std::move(node)), mode)), sortedTexts(pairedByHand(left, right, type)))
            << "type " << static_cast<int>(type) << " build " << static_cast<int>(side) << " threads " << mode.threads << " threshold " << mode.spillThreshold;
      }
    }
  }
}

}  // namespace
}  // namespace flint::exec
