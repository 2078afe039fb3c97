#include "base/condition.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace flint {
namespace {

TEST(Condition, everyDeclaredConditionIsFound) {
  simdjson::dom::parser parser;
  const simdjson::dom::element root = parser.load("src/base/error_conditions.json");
  size_t numDeclared = 0;
  for (const auto entry : simdjson::dom::object(root)) {
    const std::string name(entry.key);
    const Condition* found = findCondition(name);
    ASSERT_NE(found, nullptr) << name;
    EXPECT_EQ(found->name, name);
    EXPECT_EQ(found->sqlState, std::string_view(entry.value["sqlState"]));
    ++numDeclared;
    simdjson::dom::object subConditions;
    if (entry.value["subConditions"].get(subConditions) != simdjson::SUCCESS) continue;
    for (const auto sub : subConditions) {
      const std::string fullName = name + "." + std::string(sub.key);
      const Condition* foundSub = findCondition(fullName);
      ASSERT_NE(foundSub, nullptr) << fullName;
      EXPECT_EQ(foundSub->sqlState, found->sqlState);
      EXPECT_TRUE(foundSub->message.starts_with(found->message)) << fullName;
      ++numDeclared;
    }
  }
  EXPECT_EQ(allConditions().size(), numDeclared);
}

TEST(Condition, everyPlaceholderIsADeclaredParameter) {
  for (const Condition* condition : allConditions()) {
    const auto names = condition->parameterNames();
    const std::string_view message = condition->message;
    for (size_t open = message.find('<'); open != std::string_view::npos; open = message.find('<', open + 1)) {
      const size_t close = message.find('>', open);
      ASSERT_NE(close, std::string_view::npos) << condition->name;
      const std::string_view placeholder = message.substr(open + 1, close - open - 1);
      EXPECT_NE(std::find(names.begin(), names.end(), placeholder), names.end()) << condition->name << ": " << placeholder;
    }
  }
}

TEST(Condition, aSubConditionHasItsParentsParametersFirst) {
  const auto names = condition::kUnresolvedColumnWithSuggestion.parameterNames();
  ASSERT_EQ(names.size(), 2u);
  EXPECT_EQ(names[0], "objectName");
  EXPECT_EQ(names[1], "proposal");
}

TEST(Condition, unknownNamesAreNotFound) {
  EXPECT_EQ(findCondition(""), nullptr);
  EXPECT_EQ(findCondition("DIVIDE_BY_ZER"), nullptr);
  EXPECT_EQ(findCondition("ZZZ"), nullptr);
  EXPECT_EQ(findCondition("DIVIDE_BY_ZERO"), &condition::kDivideByZero);
}

}  // namespace
}  // namespace flint
