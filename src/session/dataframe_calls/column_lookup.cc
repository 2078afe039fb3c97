#include "session/dataframe_calls/column_lookup.h"

#include <algorithm>
#include <cctype>

#include "session/dataframe_calls/attribute_names.h"

namespace flint::session {

bool sameName(std::string_view a, std::string_view b, bool caseSensitive) {
  if (caseSensitive) return a == b;
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

Result<std::vector<expr::AttributePtr>> columnsNamed(const std::vector<expr::AttributePtr>& output, const std::vector<std::string>& names,
                                                     bool caseSensitive) {
  std::vector<expr::AttributePtr> columns;
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(const std::vector<std::string> parts, parseAttributeName(name));
    const size_t before = columns.size();
    for (const expr::AttributePtr& column : output) {
      if (parts.size() == 1 && sameName(column->name, parts[0], caseSensitive)) columns.push_back(column);
    }
    if (columns.size() == before) {
      std::string proposal;
      for (const expr::AttributePtr& column : output) proposal += (proposal.empty() ? "" : ", ") + quoteIdentifier(column->name);
      return Error(condition::kUnresolvedColumnWithSuggestion)
          .with("objectName", quoteIdentifier(name))
          .with("proposal", std::move(proposal))
          .as(ErrorFamily::kAnalysis);
    }
  }
  return columns;
}

}  // namespace flint::session
