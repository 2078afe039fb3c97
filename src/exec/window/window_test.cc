#include "exec/testing/row_oracle.h"

namespace flint::exec {
namespace {

using namespace testing;

TEST(WindowOperator, agreesWithFramesSummedByHand) {
  expr::WindowSpec running;  // RANGE UNBOUNDED PRECEDING to CURRENT ROW
  expr::WindowSpec sliding;
  sliding.frameKind = expr::FrameKind::kRows;
  sliding.lower = expr::FrameBound::kPreceding;
  sliding.lowerOffset = expr::literalInt(40);
  sliding.upper = expr::FrameBound::kFollowing;
  sliding.upperOffset = expr::literalInt(1);
  expr::WindowSpec near;
  near.lower = expr::FrameBound::kPreceding;
  near.lowerOffset = expr::literalLong(5);
  near.upper = expr::FrameBound::kFollowing;
  near.upperOffset = expr::literalLong(3);
  expr::WindowSpec whole;
  whole.upper = expr::FrameBound::kUnboundedFollowing;
  std::vector<Mode> modes(std::begin(kModes), std::end(kModes));
  modes.push_back({3, 64, false, 20 << 10});
  for (const Mode& mode : modes) {
    const TestTable table = randomTable(1200, mode.threads == 3 ? 300 : 8, 21);
    std::map<std::string, std::vector<Row>> partitions;
    for (const Row& row : table.rows) partitions[textOf(row[0])].push_back(row);
    std::vector<Row> expected;
    for (auto& [key, rows] : partitions) {
      std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a[2].asInteger() < b[2].asInteger(); });
      for (size_t i = 0; i < rows.size(); ++i) {
        int64_t sums[4] = {};
        const int64_t own = rows[i][2].asInteger();
        for (size_t j = 0; j < rows.size(); ++j) {
          const int64_t value = rows[j][2].asInteger();
          if (value <= own) sums[0] += value;
          if (j + 40 >= i && j <= i + 1) sums[1] += value;
          if (value >= own - 5 && value <= own + 3) sums[2] += value;
          sums[3] += value;
        }
        Row row = rows[i];
        for (const int64_t sum : sums) row.push_back(Value::integer(sum));
        expected.push_back(std::move(row));
      }
    }
    const auto rows = run(windowOver(table, table.scan(mode.batchRows, 3), {running, sliding, near, whole}), mode);
    EXPECT_EQ(sortedTexts(rows), sortedTexts(expected)) << mode.threads << " threads, batches of " << mode.batchRows;
  }
}

}  // namespace
}  // namespace flint::exec
