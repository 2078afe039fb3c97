#include "analysis/column_aliases.h"

#include "base/condition.h"
#include "expr/expression_text.h"

namespace flint::analysis {

Status checkColumnAliases(const std::vector<std::string>& aliases, size_t numColumns, const OriginPtr& origin) {
  if (aliases.empty() || aliases.size() == numColumns) return Status::ok();
  return Error(condition::kUdtfAliasNumberMismatch)
      .with("aliasesSize", std::to_string(numColumns))
      .with("aliasesNames", expr::joinTexts(aliases))
      .at(origin)
      .as(ErrorFamily::kAnalysis);
}

}  // namespace flint::analysis
