#include "session/dataframe_calls/attribute_names.h"

namespace flint::session {

using expr::ExprPtr;

Result<std::vector<std::string>> parseAttributeName(const std::string& name) {
  const auto malformed = [&] { return Error(condition::kInvalidAttributeNameSyntax).with("name", name).as(ErrorFamily::kAnalysis); };
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (quoted) {
      if (c != '`') {
        parts.back() += c;
      } else if (i + 1 < name.size() && name[i + 1] == '`') {
        parts.back() += c;
        ++i;
      } else {
        quoted = false;
        if (i + 1 < name.size() && name[i + 1] != '.') return malformed();
      }
    } else if (c == '`') {
      if (!parts.back().empty()) return malformed();
      quoted = true;
    } else if (c == '.') {
      if (i == 0 || name[i - 1] == '.' || i + 1 == name.size()) return malformed();
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  if (quoted) return malformed();
  return parts;
}

Result<ExprPtr> columnByName(const std::string& name) {
  ASSIGN_OR_RETURN(std::vector<std::string> parts, parseAttributeName(name));
  return expr::column(std::move(parts));
}

ExprPtr columnNamed(const std::string& name) { return expr::column({name}); }

}  // namespace flint::session
