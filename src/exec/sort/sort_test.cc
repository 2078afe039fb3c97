#include "exec/testing/row_oracle.h"

namespace flint::exec {
namespace {

using namespace testing;

TEST(SortOperator, agreesWithRowsSortedByHand) {
  std::vector<Mode> modes(std::begin(kModes), std::end(kModes));
  modes.push_back({3, 512, false, 300 << 10});
  for (const Mode& mode : modes) {
    const TestTable table = randomTable(mode.batchRows == 1 ? 500 : 9000, 700, 11);
    std::vector<Row> expected = table.rows;
    std::stable_sort(expected.begin(), expected.end(), [](const Row& a, const Row& b) {
      const int byText = compareForSort(a[1], b[1], false, false);
      if (byText != 0) return byText < 0;
      return compareForSort(a[0], b[0], true, true) < 0;
    });
    plan::SortExec sort;
    sort.order = {expr::sortOrder(table.attributes[1], false), expr::sortOrder(table.attributes[0], true)};
    sort.child = table.scan(mode.batchRows, 3);
    std::vector<Row> rows = run(plan::makePhysical(std::move(sort)), mode);
    ASSERT_EQ(rows.size(), expected.size());
    for (size_t i = 0; i < rows.size(); ++i) ASSERT_EQ(textOf(rows[i]), textOf(expected[i])) << "row " << i;

    plan::TakeOrderedAndProjectExec take;
    take.limit = mode.spillThreshold > 0 ? 6000 : 17;
    take.offset = 3;
    take.order = {expr::sortOrder(table.attributes[1], false), expr::sortOrder(table.attributes[0], true)};
    take.projectList = {table.attributes[2], table.attributes[1]};
    take.child = table.scan(mode.batchRows, 3);
    rows = run(plan::makePhysical(std::move(take)), mode);
    ASSERT_EQ(rows.size(), mode.spillThreshold > 0 ? 6000U : 17U);
    for (size_t i = 0; i < rows.size(); ++i) ASSERT_EQ(textOf(rows[i]), textOf(Row{expected[i + 3][2], expected[i + 3][1]})) << "row " << i;
  }
}

}  // namespace
}  // namespace flint::exec
