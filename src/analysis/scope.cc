#include "analysis/scope.h"

#include <algorithm>
#include <set>

#include "analysis/extract_value.h"
#include "base/condition.h"

namespace flint::analysis {

std::string quotedName(const NameParts& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ".") + quoteIdentifier(part);
  return out;
}

std::string lowerCase(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

namespace {

// Edits between two words, as the suggestions are ranked by.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

AttributePtr named(const AttributePtr& attribute, const std::string& name) {
  if (attribute->name == name) return attribute;
  expr::AttributeReference copy = *attribute;
  copy.name = name;
  return expr::makeExpr(std::move(copy));
}

}  // namespace

Scope::Scope(std::vector<AttributePtr> columns, std::vector<AttributePtr> hidden, bool caseSensitive)
    : columns_(std::move(columns)), hidden_(std::move(hidden)), caseSensitive_(caseSensitive) {
  for (size_t i = 0; i < columns_.size(); ++i) columnIndex_[folded(columns_[i]->name)].push_back(i);
  for (size_t i = 0; i < hidden_.size(); ++i) hiddenIndex_[folded(hidden_[i]->name)].push_back(i);
}

bool Scope::sameName(std::string_view a, std::string_view b) const { return caseSensitive_ ? a == b : lowerCase(a) == lowerCase(b); }

Scope::Lookup Scope::lookUp(const std::vector<AttributePtr>& columns, const std::unordered_map<std::string, std::vector<size_t>>& index,
                            const NameParts& name) const {
  // The longest qualifier wins: catalog.database.table.column, then shorter ones, then the column's name alone.
  for (size_t qualifierParts = std::min<size_t>(name.size() - 1, 3) + 1; qualifierParts-- > 0;) {
    const auto entry = index.find(folded(name[qualifierParts]));
    if (entry == index.end()) continue;
    Lookup lookup;
    std::set<expr::ExprId> seen;
    for (const size_t position : entry->second) {
      const AttributePtr& column = columns[position];
      const NameParts& qualifier = column->qualifier;
      bool matches = true;
      if (qualifierParts > 0) {
        matches = qualifier.size() >= qualifierParts;
        for (size_t i = 0; matches && i < qualifierParts; ++i) {
          matches = sameName(name[i], qualifier[qualifier.size() - qualifierParts + i]);
        }
      }
      if (matches && seen.insert(column->id).second) lookup.found.push_back(named(column, name[qualifierParts]));
    }
    if (!lookup.found.empty()) {
      lookup.used = qualifierParts + 1;
      return lookup;
    }
  }
  return {};
}

Result<ExprPtr> Scope::find(const NameParts& name, const OriginPtr& origin, const expr::EvaluationOptions& options) const {
  Lookup lookup = lookUp(columns_, columnIndex_, name);
  if (lookup.found.empty() && !hidden_.empty()) lookup = lookUp(hidden_, hiddenIndex_, name);
  if (lookup.found.empty()) return ExprPtr();
  if (lookup.found.size() > 1) {
    std::vector<std::string> references;
    for (const AttributePtr& column : lookup.found) {
      NameParts parts = column->qualifier;
      parts.push_back(column->name);
      references.push_back(quotedName(parts));
    }
    std::sort(references.begin(), references.end());
    std::string all;
    for (const std::string& reference : references) all += (all.empty() ? "" : ", ") + reference;
    return Error(condition::kAmbiguousReference).with("name", quotedName(name)).with("referenceNames", "[" + all + "]").at(origin).as(ErrorFamily::kAnalysis);
  }
  ExprPtr found = lookup.found[0];
  if (origin != nullptr) found = found->withOrigin(origin);
  for (size_t i = lookup.used; i < name.size(); ++i) {
    ASSIGN_OR_RETURN(found, extractValue(found, expr::literalString(name[i]), options, origin));
  }
  return found;
}

std::vector<AttributePtr> Scope::qualifiedBy(const NameParts& qualifier) const {
  const auto select = [&](const std::vector<AttributePtr>& columns) {
    std::vector<AttributePtr> out;
    for (const AttributePtr& column : columns) {
      const NameParts& parts = column->qualifier;
      bool matches = parts.size() >= qualifier.size() && !qualifier.empty();
      for (size_t i = 0; matches && i < qualifier.size(); ++i) {
        matches = sameName(qualifier[i], parts[parts.size() - qualifier.size() + i]);
      }
      if (matches && !column->isMetadataColumn) out.push_back(column);
    }
    return out;
  };
  // A side of a USING join shows its own key columns too, in the place they have there.
  std::vector<AttributePtr> out = select(hidden_);
  for (AttributePtr& column : select(columns_)) {
    const auto same = [&](const AttributePtr& other) { return other->id == column->id; };
    if (std::find_if(out.begin(), out.end(), same) == out.end()) out.push_back(std::move(column));
  }
  return out;
}

std::vector<std::string> Scope::similarNames(const NameParts& name) const {
  constexpr size_t kMost = 5;
  std::string wanted;
  for (const std::string& part : name) wanted += (wanted.empty() ? "" : ".") + part;
  wanted = lowerCase(wanted);
  // Qualifiers that all columns share say nothing and are left out.
  bool sameQualifier = true;
  for (const AttributePtr& column : columns_) sameQualifier = sameQualifier && column->qualifier == columns_[0]->qualifier;
  std::vector<std::pair<size_t, NameParts>> ranked;
  for (const AttributePtr& column : columns_) {
    NameParts full = sameQualifier && name.size() <= 1 ? NameParts() : column->qualifier;
    if (full.size() > 1 && full[0] == "spark_catalog") full.erase(full.begin());
    full.push_back(column->name);
    std::string text;
    for (const std::string& part : full) text += (text.empty() ? "" : ".") + part;
    ranked.emplace_back(distance(wanted, lowerCase(text)), std::move(full));
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  if (ranked.size() > kMost) ranked.resize(kMost);
  std::vector<std::string> out;
  for (const auto& [edits, parts] : ranked) out.push_back(quotedName(parts));
  return out;
}

}  // namespace flint::analysis
