#include "parser/statement_splitter.h"

#include <gtest/gtest.h>

namespace flint::parser {
namespace {

using Texts = std::vector<std::string>;

TEST(SplitAtSemicolons, leavesSemicolonsInsideQuotesAndCommentsAlone) {
  const SplitStatements split = splitAtSemicolons("SELECT ';', \";\", `;` -- ;\n /* ; /* ; */ ; */ ;; SELECT r'\\';SELECT 2");
  EXPECT_EQ(split.complete, (Texts{"SELECT ';', \";\", `;` -- ;\n /* ; /* ; */ ; */ ", "SELECT r'\\'"}));
  EXPECT_EQ(split.rest, "SELECT 2");
}

TEST(SplitAtSemicolons, keepsWhatIsStillOpen) {
  for (const char* text : {"SELECT 'a; b", "SELECT `a; b", "SELECT 1 /* ; ", "BEGIN SELECT 1; "}) {
    const SplitStatements split = splitAtSemicolons(text);
    EXPECT_TRUE(split.complete.empty()) << text;
    EXPECT_TRUE(split.hasRest) << text;
    EXPECT_EQ(split.rest, text);
  }
}

TEST(SplitAtSemicolons, keepsCompoundStatementsWhole) {
  const char* compound =
      "l: BEGIN DECLARE x INT DEFAULT 1; IF x = 1 THEN SELECT CASE WHEN if(true, 1, 2) = 1 THEN if(true, 1, 2) ELSE repeat('a', 2) END; ELSE SELECT 2; END IF; "
      "WHILE x < 3 DO SET x = x + 1; END WHILE; FOR r AS SELECT 1 DO SELECT r; END FOR; END";
  EXPECT_EQ(splitAtSemicolons(std::string(compound) + "; SELECT 1;").complete, (Texts{compound, "SELECT 1"}));
}

TEST(SplitAtSemicolons, hasNoRestWhereOnlyBlanksAndCommentsFollow) {
  const SplitStatements split = splitAtSemicolons("SELECT 1; -- done\n ");
  EXPECT_EQ(split.complete, (Texts{"SELECT 1"}));
  EXPECT_FALSE(split.hasRest);
}

}  // namespace
}  // namespace flint::parser
