#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "base/status.h"
#include "expr/nodes.h"

namespace flint::analysis {

using expr::AttributePtr;
using expr::ExprPtr;
using NameParts = std::vector<std::string>;

/// `a`.`b`: a name as messages show it.
std::string quotedName(const NameParts& parts);
/// ASCII lower case.
std::string lowerCase(std::string_view text);

/// The columns that names can mean in one place of a query.
///
/// `columns` are what `*` gives; `hidden` ones (sides of a USING join, metadata columns) are found only when no visible one has the name.
/// Threads: immutable.
/// Source: keeps the behaviour of Spark's AttributeSeq.
class Scope {
 public:
  Scope() = default;
  Scope(std::vector<AttributePtr> columns, std::vector<AttributePtr> hidden, bool caseSensitive);

  const std::vector<AttributePtr>& columns() const { return columns_; }
  const std::vector<AttributePtr>& hidden() const { return hidden_; }

  /// The column of a dotted name, or the field of a struct column that it means; null when there is none.
  /// Errors: AMBIGUOUS_REFERENCE, FIELD_NOT_FOUND and others of field access.
  Result<ExprPtr> find(const NameParts& name, const OriginPtr& origin, const expr::EvaluationOptions& options) const;
  /// The columns qualified by `qualifier`: what `t.*` stands for. Empty when there is none.
  std::vector<AttributePtr> qualifiedBy(const NameParts& qualifier) const;
  /// Names to propose for one that was not found, the most similar first.
  std::vector<std::string> similarNames(const NameParts& name) const;
  bool sameName(std::string_view a, std::string_view b) const;

 private:
  struct Lookup {
    std::vector<AttributePtr> found;
    size_t used = 0;  // name parts taken by qualifier and column
  };
  Lookup lookUp(const std::vector<AttributePtr>& columns, const std::unordered_map<std::string, std::vector<size_t>>& index,
                const NameParts& name) const;
  std::string folded(std::string_view name) const { return caseSensitive_ ? std::string(name) : lowerCase(name); }

  std::vector<AttributePtr> columns_;
  std::vector<AttributePtr> hidden_;
  bool caseSensitive_ = false;
  std::unordered_map<std::string, std::vector<size_t>> columnIndex_;
  std::unordered_map<std::string, std::vector<size_t>> hiddenIndex_;
};

}  // namespace flint::analysis
