// Columns by name and by DataFrame, stars, and struct fields that are set or dropped.
#include <algorithm>

#include "analysis/expression_resolver.h"
#include "analysis/extract_value.h"
#include "analysis/plan_resolver.h"
#include "base/condition.h"
#include "base/legacy_conditions.h"
#include "catalog/script_variables.h"
#include "expr/expression_text.h"

namespace flint::analysis {
namespace {

using expr::UnresolvedAttribute;

// Where a column of a DataFrame was found, how deep below the operator that names it; `other` is one more of that depth.
struct FoundColumn {
  ExprPtr expression;
  int depth = 0;
  ExprPtr other = nullptr;
};

bool readsOnly(const ExprPtr& expression, const LogicalPlanPtr& plan) {
  bool all = true;
  const std::vector<AttributePtr> output = plan->output();
  tree::forEachNode(expression, [&](const ExprPtr& node) {
    const auto* attribute = node->as<expr::AttributeReference>();
    if (attribute == nullptr) return;
    all = all && (attribute->isMetadataColumn || std::any_of(output.begin(), output.end(), [&](const AttributePtr& each) { return each->id == attribute->id; }));
  });
  return all;
}

class PlanIdSearch {
 public:
  PlanIdSearch(const UnresolvedAttribute& column, const expr::EvaluationOptions& options) : column_(column), options_(options) {}

  bool matched() const { return matched_; }
  Result<FoundColumn> among(const std::vector<LogicalPlanPtr>& plans, int depth) {
    FoundColumn best;
    for (const LogicalPlanPtr& plan : plans) {
      ASSIGN_OR_RETURN(FoundColumn found, in(plan, depth));
      if (found.expression == nullptr) continue;
      if (best.expression != nullptr && best.depth == found.depth && !best.expression->sameAs(*found.expression)) {
        if (best.other == nullptr) best.other = found.expression;
        continue;
      }
      if (best.expression == nullptr || found.depth < best.depth) best = std::move(found);
    }
    return best;
  }
  /// The nearest column. Errors: AMBIGUOUS_COLUMN_REFERENCE.
  Result<FoundColumn> nearest(const std::vector<LogicalPlanPtr>& plans) {
    ASSIGN_OR_RETURN(FoundColumn found, among(plans, 0));
    if (found.other == nullptr) return found;
    return Error(condition::kAmbiguousColumnReference).with("name", quotedName(column_.nameParts)).at(column_.origin()).as(ErrorFamily::kAnalysis);
  }

 private:
  Result<FoundColumn> in(const LogicalPlanPtr& plan, int depth) {
    FoundColumn found;
    const auto& ids = plan->planIds();
    if (std::find(ids.begin(), ids.end(), *column_.planId) != ids.end()) {
      matched_ = true;
      std::vector<AttributePtr> hidden;
      if (const auto* relation = plan->as<plan::Relation>()) hidden = relation->metadataAttributes;
      const Scope scope(plan->output(), hidden, options_.caseSensitive);
      ASSIGN_OR_RETURN(found.expression, scope.find(column_.nameParts, column_.origin(), options_));
      found.depth = depth;
    } else {
      ASSIGN_OR_RETURN(found, among(plan->children(), depth + 1));
    }
    // Below the operator's own inputs a column counts only as long as every plan passes it on.
    if (depth == 0) return found;
    if (found.other != nullptr && !readsOnly(found.other, plan)) found.other = nullptr;
    if (found.expression == nullptr || readsOnly(found.expression, plan)) return found;
    return FoundColumn{.expression = std::exchange(found.other, nullptr), .depth = found.depth, .other = nullptr};
  }

  const UnresolvedAttribute& column_;
  const expr::EvaluationOptions& options_;
  bool matched_ = false;
};

// Every AttributeReference in `found` as an OuterReference; each is noted in `frame`.
ExprPtr asOuter(const ExprPtr& found, SubqueryFrame& frame) {
  return tree::transformUp(found, [&](const ExprPtr& node) -> ExprPtr {
    const auto* attribute = node->as<expr::AttributeReference>();
    const auto* outer = node->as<expr::OuterReference>();
    if (attribute == nullptr && outer == nullptr) return node;
    const expr::ExprId id = attribute != nullptr ? attribute->id : outer->attribute->id;
    const auto same = [&](const ExprPtr& known) {
      if (const auto* direct = known->as<expr::AttributeReference>()) return direct->id == id;
      const auto* further = known->as<expr::OuterReference>();
      return further != nullptr && further->attribute->id == id;
    };
    if (std::none_of(frame.outerAttributes.begin(), frame.outerAttributes.end(), same)) frame.outerAttributes.push_back(node);
    if (outer != nullptr) return node;
    expr::OuterReference reference;
    reference.attribute = std::static_pointer_cast<const expr::AttributeReference>(node);
    return expr::makeExpr(std::move(reference), node->origin());
  });
}

// A column of the query right around this one: a subquery does not see further out.
Result<ExprPtr> findInFrame(const UnresolvedAttribute& column, SubqueryFrame* frame, bool insideAggregate) {
  if (frame == nullptr || frame->outer == nullptr || !frame->outer->find) return ExprPtr();
  ASSIGN_OR_RETURN(const ExprPtr found, frame->outer->find(column, insideAggregate && frame->outer->outerAggregates));
  return found == nullptr || frame->isCall ? found : asOuter(found, *frame);
}

// A session variable stands for its value; the text is for names of columns.
ExprPtr variableValue(const catalog::SqlVariable& variable, const std::string& name, const OriginPtr& origin) {
  expr::Literal literal;
  literal.value = variable.value;
  literal.type = variable.type;
  const ExprPtr value = expr::makeExpr(std::move(literal), origin);
  expr::RuntimeReplaceable reference;
  reference.text = "variablereference(" + name + "=" + value->sql() + ")";
  reference.replacement = value;
  return expr::makeExpr(std::move(reference), origin);
}

std::string shownVariable(const catalog::SessionCatalog& catalog, const NameParts& name) {
  NameParts key;
  for (const std::string& part : name) key.push_back(catalog.folded(part));
  catalog::ScriptVariables* const locals = catalog::ScriptVariables::current();
  const std::string local = locals == nullptr ? std::string() : locals->shownName(key);
  return local.empty() ? "system.session." + key.back() : local;
}

// Functions that may be called without parentheses.
const char* functionOfKeyword(const std::string& name) {
  static constexpr const char* kKeywords[] = {"current_date", "current_timestamp", "current_user", "current_catalog", "current_database", "current_schema",
                                              "user", "session_user", "localtimestamp", "current_time"};
  for (const char* keyword : kKeywords) {
    if (name == keyword) return keyword;
  }
  return nullptr;
}

}  // namespace

Result<ExprPtr> ExpressionResolver::findOuter(const UnresolvedAttribute& column) { return findInFrame(column, plans_.frame(), aggregateDepth_ > 0); }

Result<ExprPtr> ExpressionResolver::resolveByPlanId(const UnresolvedAttribute& column) {
  PlanIdSearch search(column, options());
  ASSIGN_OR_RETURN(FoundColumn found, search.nearest(names_.inputs));
  if (found.expression != nullptr) return found.expression;
  bool matched = search.matched();
  // A column of the query around a subquery.
  for (SubqueryFrame* frame = plans_.frame(); frame != nullptr && !matched; frame = frame->parent) {
    PlanIdSearch outer(column, options());
    ASSIGN_OR_RETURN(found, outer.nearest(frame->outer->inputs));
    matched = outer.matched();
    if (found.expression != nullptr) {
      ExprPtr expression = found.expression;
      std::vector<SubqueryFrame*> chain;
      for (SubqueryFrame* each = plans_.frame(); each != frame; each = each->parent) chain.push_back(each);
      expression = asOuter(expression, *frame);
      for (auto each = chain.rbegin(); each != chain.rend(); ++each) expression = asOuter(expression, **each);
      return expression;
    }
  }
  if (matched) return unresolvedColumn(column);
  return Error(condition::kCannotResolveDataframeColumn).with("name", quotedName(column.nameParts)).at(column.origin()).as(ErrorFamily::kAnalysis);
}

Result<ExprPtr> ExpressionResolver::resolveColumn(const UnresolvedAttribute& column) {
  if (column.nameParts.empty()) return internalError("a column without a name");
  if (const ExprPtr* variable = findLambdaVariable(column.nameParts[0])) {
    ExprPtr value = *variable;
    for (size_t i = 1; i < column.nameParts.size(); ++i) {
      ASSIGN_OR_RETURN(value, extractValue(value, expr::literalString(column.nameParts[i]), options(), column.origin()));
    }
    return value;
  }
  if (column.planId.has_value()) return resolveByPlanId(column);
  if (names_.find) {
    ASSIGN_OR_RETURN(ExprPtr found, usesOther_ ? names_.findOther(column) : names_.find(column, aggregateDepth_ > 0));
    if (!insideMeasure_) RETURN_IF_ERROR(plans_.requireNoMeasure(found));
    if (found != nullptr) return found;
  }
  ASSIGN_OR_RETURN(ExprPtr outer, findOuter(column));
  if (outer != nullptr) return outer;
  if (column.nameParts.size() == 1) {
    if (lowerCase(column.nameParts[0]) == "grouping__id") return resolve(expr::call("grouping_id", {})->withOrigin(column.origin()));
    if (const char* function = functionOfKeyword(lowerCase(column.nameParts[0]))) {
      return resolve(expr::call(function, {})->withOrigin(column.origin()));
    }
  }
  if (!column.planId.has_value()) {
    // The longest prefix that is a variable's name; what follows are fields.
    for (size_t length = std::min<size_t>(column.nameParts.size(), 3); length > 0; --length) {
      const NameParts name(column.nameParts.begin(), column.nameParts.begin() + static_cast<std::ptrdiff_t>(length));
      const auto variable = plans_.catalog().findVariable(name);
      if (!variable.has_value()) continue;
      if (plans_.dependencies() != nullptr) plans_.dependencies()->temporaryVariables.push_back({"system", "session", variable->name});
      ExprPtr value = variableValue(*variable, shownVariable(plans_.catalog(), name), column.origin());
      for (size_t i = length; i < column.nameParts.size(); ++i) {
        ASSIGN_OR_RETURN(value, extractValue(value, expr::literalString(column.nameParts[i]), options(), column.origin()));
      }
      return value;
    }
  }
  return unresolvedColumn(column);
}

Error ExpressionResolver::unresolvedColumn(const UnresolvedAttribute& column) const {
  std::vector<std::string> proposals;
  if (names_.scope != nullptr) proposals = names_.scope->similarNames(column.nameParts);
  if (proposals.empty()) {
    return Error(condition::kUnresolvedColumnWithoutSuggestion).with("objectName", quotedName(column.nameParts)).at(column.origin()).as(ErrorFamily::kAnalysis);
  }
  return Error(condition::kUnresolvedColumnWithSuggestion)
      .with("objectName", quotedName(column.nameParts))
      .with("proposal", expr::joinTexts(proposals))
      .at(column.origin())
      .as(ErrorFamily::kAnalysis);
}

Result<std::vector<ExprPtr>> ExpressionResolver::expandStar(const expr::UnresolvedStar& star, const OriginPtr& origin) {
  std::vector<AttributePtr> columns;
  std::vector<ExprPtr> out;
  if (star.planId.has_value()) {
    struct Candidate {
      std::vector<AttributePtr> columns;
      bool isJoined;
    };
    std::vector<Candidate> candidates;
    const auto visit = [&](const auto& self, const LogicalPlanPtr& plan, bool belowJoin) -> void {
      const auto& ids = plan->planIds();
      if (std::find(ids.begin(), ids.end(), *star.planId) != ids.end()) {
        candidates.push_back({plan->output(), belowJoin});
        return;
      }
      for (const LogicalPlanPtr& child : plan->children()) self(self, child, belowJoin || plan->as<plan::Join>() != nullptr);
    };
    for (const LogicalPlanPtr& input : names_.inputs) visit(visit, input, false);
    // All of its columns have to be there still, but for those that a join by name has made one with the other side's.
    const auto isPassedOn = [&](const Candidate& candidate, bool byName) {
      return std::all_of(candidate.columns.begin(), candidate.columns.end(), [&](const AttributePtr& column) {
        return std::any_of(names_.inputs.begin(), names_.inputs.end(), [&](const LogicalPlanPtr& input) {
          const std::vector<AttributePtr> output = input->output();
          return std::any_of(output.begin(), output.end(),
                             [&](const AttributePtr& each) { return each->id == column->id || (byName && candidate.isJoined && each->name == column->name); });
        });
      });
    };
    const bool isAnyWhole = std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& each) { return isPassedOn(each, false); });
    if (isAnyWhole || candidates.size() == 1) std::erase_if(candidates, [&](const Candidate& each) { return !isPassedOn(each, !isAnyWhole); });
    if (candidates.size() > 1) return Error(condition::kAmbiguousColumnReference).with("name", "`*`").at(origin).as(ErrorFamily::kAnalysis);
    if (candidates.empty()) return Error(condition::kCannotResolveDataframeColumn).with("name", "`*`").at(origin).as(ErrorFamily::kAnalysis);
    columns = std::move(candidates[0].columns);
  } else if (star.target.empty()) {
    if (names_.scope != nullptr) columns = names_.scope->columns();
  } else if (names_.scope != nullptr) {
    columns = names_.scope->qualifiedBy(star.target);
  }
  SubqueryFrame* const frame = plans_.frame();
  if (columns.empty() && !star.target.empty() && frame != nullptr && frame->outer != nullptr && frame->outer->scope != nullptr && !frame->isCall) {
    // A table of the query around this one.
    for (const AttributePtr& column : frame->outer->scope->qualifiedBy(star.target)) out.push_back(expr::alias(asOuter(column, *frame), column->name));
  }
  if (columns.empty() && out.empty() && !star.target.empty()) {
    // Not a table: the fields of a struct column.
    ExprPtr structure;
    if (names_.find) {
      expr::UnresolvedAttribute column;
      column.nameParts = star.target;
      const auto node = expr::makeExpr(std::move(column), origin);
      ASSIGN_OR_RETURN(structure, names_.find(*node, false));
    }
    if (structure == nullptr || !structure->dataType().is(TypeKind::kStruct)) {
      if (structure != nullptr) return Error(condition::kLegacyErrorTemp1050).with("attributes", quotedName(star.target)).at(origin).as(ErrorFamily::kAnalysis);
      std::string all;
      if (names_.scope != nullptr) {
        for (const AttributePtr& column : names_.scope->columns()) all += (all.empty() ? "" : ", ") + quoteIdentifier(column->name);
      }
      return Error(condition::kCannotResolveStarExpand).with("targetString", quotedName(star.target)).with("columns", all).at(origin).as(ErrorFamily::kAnalysis);
    }
    const StructFields& fields = structure->dataType().fields();
    for (size_t i = 0; i < fields.size(); ++i) {
      out.push_back(expr::alias(expr::makeNode<expr::GetStructField>(structure, static_cast<int32_t>(i), fields[i].name), fields[i].name));
    }
  }
  for (const AttributePtr& column : columns) {
    if (plans_.measureOf(column->id) != nullptr) return Error(internalError("a metric view can only be read by a query that aggregates")).at(origin);
    out.push_back(column);
  }
  RETURN_IF_ERROR(dropExcepted(star, origin, out));
  for (const ExprPtr& replacement : star.replacements) {
    const auto* alias = replacement->as<expr::Alias>();
    if (alias == nullptr) continue;
    for (ExprPtr& each : out) {
      if (plans_.sameName(expr::toAttribute(each)->name, alias->name)) each = replacement;
    }
  }
  return out;
}

// EXCEPT takes out columns by name; a longer name takes a field out of a struct.
Status ExpressionResolver::dropExcepted(const expr::UnresolvedStar& star, const OriginPtr& origin, std::vector<ExprPtr>& columns) {
  const auto sameNames = [&](const NameParts& a, const NameParts& b, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      if (!plans_.sameName(a[i], b[i])) return false;
    }
    return true;
  };
  for (size_t i = 0; i < star.except.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (!sameNames(star.except[i], star.except[j], std::min(star.except[i].size(), star.except[j].size()))) continue;
      return Error(condition::kExceptOverlappingColumns)
          .with("columns", quotedName(star.except[j]) + ", " + quotedName(star.except[i]))
          .at(origin)
          .as(ErrorFamily::kAnalysis);
    }
  }
  const auto missing = [&](const NameParts& name) {
    return Error(condition::kUnresolvedColumnWithSuggestion)
        .with("objectName", quotedName(name))
        .with("proposal", names_.scope == nullptr ? "" : expr::joinTexts(names_.scope->similarNames(name)))
        .at(origin)
        .as(ErrorFamily::kAnalysis);
  };
  for (const NameParts& except : star.except) {
    bool found = false;
    for (auto column = columns.begin(); column != columns.end() && !found;) {
      const AttributePtr attribute = expr::toAttribute(*column);
      size_t used = 0;
      if (plans_.sameName(attribute->name, except[0])) {
        used = 1;
      } else if (except.size() > 1) {
        const size_t qualifiers = std::min(attribute->qualifier.size(), except.size() - 1);
        for (size_t count = 1; count <= qualifiers && used == 0; ++count) {
          const NameParts tail(attribute->qualifier.end() - static_cast<std::ptrdiff_t>(count), attribute->qualifier.end());
          if (sameNames(tail, except, count) && plans_.sameName(attribute->name, except[count])) used = count + 1;
        }
      }
      if (used == 0) {
        ++column;
        continue;
      }
      found = true;
      if (used == except.size()) {
        column = columns.erase(column);
        continue;
      }
      const NameParts fields(except.begin() + static_cast<std::ptrdiff_t>(used), except.end());
      ASSIGN_OR_RETURN(ExprPtr smaller, withoutField(expr::withoutAlias(*column), fields, except, origin));
      *column = expr::alias(std::move(smaller), attribute->name);
    }
    if (!found) return missing(except);
  }
  return Status::ok();
}

Result<ExprPtr> ExpressionResolver::withoutField(const ExprPtr& structure, const NameParts& fields, const NameParts& written, const OriginPtr& origin) {
  if (!structure->dataType().is(TypeKind::kStruct)) {
    return Error(condition::kExceptNestedColumnInvalidType).with("columnName", quotedName(written)).with("dataType", "\"" + structure->dataType().sql() + "\"").at(origin).as(ErrorFamily::kAnalysis);
  }
  const StructFields& members = structure->dataType().fields();
  std::vector<ExprPtr> parts;
  bool found = false;
  for (size_t i = 0; i < members.size(); ++i) {
    ExprPtr member = expr::makeNode<expr::GetStructField>(structure, static_cast<int32_t>(i), members[i].name);
    if (plans_.sameName(members[i].name, fields[0])) {
      found = true;
      if (fields.size() == 1) continue;
      ASSIGN_OR_RETURN(member, withoutField(member, {fields.begin() + 1, fields.end()}, written, origin));
    }
    parts.push_back(expr::literalString(members[i].name));
    parts.push_back(std::move(member));
  }
  if (!found) {
    std::vector<std::string> names;
    for (const StructField& member : members) names.push_back(quoteIdentifier(member.name));
    return Error(condition::kUnresolvedColumnWithSuggestion).with("objectName", quotedName(written)).with("proposal", expr::joinTexts(names)).at(origin).as(ErrorFamily::kAnalysis);
  }
  return expr::makeFunctionCall("named_struct", std::move(parts), options(), origin);
}

Result<std::vector<ExprPtr>> ExpressionResolver::expandRegex(const expr::UnresolvedRegex& regex) {
  std::vector<ExprPtr> out;
  if (names_.scope == nullptr) return out;
  for (const AttributePtr& column : names_.scope->columns()) {
    if (!regex.table.empty() && (column->qualifier.empty() || !plans_.sameName(column->qualifier.back(), regex.table))) continue;
    // `rlike` has the engine for Java's patterns; the whole name must match.
    const std::string pattern = std::string(options().caseSensitive ? "" : "(?i)") + "^(?:" + regex.pattern + ")$";
    ASSIGN_OR_RETURN(const ExprPtr call, expr::makeFunctionCall("rlike", {expr::literalString(column->name), expr::literalString(pattern)}, options()));
    ASSIGN_OR_RETURN(const Value matches, expr::evaluateFoldable(call, options()));
    if (!matches.isNull() && matches.asBoolean()) out.push_back(column);
  }
  return out;
}

Result<ExprPtr> ExpressionResolver::resolveUpdateFields(const expr::UpdateFields& update) {
  ASSIGN_OR_RETURN(const ExprPtr structure, resolve(update.child));
  ExprPtr value;
  if (update.value != nullptr) {
    ASSIGN_OR_RETURN(value, resolve(update.value));
  }
  if (!structure->dataType().is(TypeKind::kStruct)) {
    return Error(condition::kDatatypeMismatchUnexpectedInputType)
        .with("sqlExpr", "\"update_fields(" + expr::columnName(structure) + ")\"")
        .with("paramIndex", "first")
        .with("requiredType", "\"STRUCT\"")
        .with("inputSql", expr::quotedExpression(structure))
        .with("inputType", "\"" + structure->dataType().sql() + "\"")
        .at(update.origin())
        .as(ErrorFamily::kAnalysis);
  }
  const StructFields& fields = structure->dataType().fields();
  const std::string& name = update.path.front();
  std::vector<ExprPtr> parts;
  bool found = false;
  for (size_t i = 0; i < fields.size(); ++i) {
    ExprPtr field = expr::makeNode<expr::GetStructField>(structure, static_cast<int32_t>(i), fields[i].name);
    std::string fieldName = fields[i].name;
    if (plans_.sameName(fieldName, name)) {
      found = true;
      if (update.path.size() > 1) {
        expr::UpdateFields inner;
        inner.child = field;
        inner.path.assign(update.path.begin() + 1, update.path.end());
        inner.value = value;
        ASSIGN_OR_RETURN(field, resolve(expr::makeExpr(std::move(inner), update.origin())));
      } else if (value == nullptr) {
        continue;
      } else {
        field = value;
        fieldName = name;
      }
    }
    parts.push_back(expr::literalString(fieldName));
    parts.push_back(std::move(field));
  }
  if (!found && update.path.size() > 1) {
    return Error(condition::kFieldNotFound).with("fieldName", quoteIdentifier(name)).with("fields", structure->dataType().sql()).at(update.origin()).as(ErrorFamily::kAnalysis);
  }
  if (!found && value != nullptr) {
    parts.push_back(expr::literalString(name));
    parts.push_back(value);
  }
  if (parts.empty()) {
    return Error(condition::kDatatypeMismatchCannotDropAllFields)
        .with("sqlExpr", "\"update_fields(" + expr::columnName(structure) + ", dropfield())\"")
        .at(update.origin())
        .as(ErrorFamily::kAnalysis);
  }
  ASSIGN_OR_RETURN(ExprPtr made, expr::makeFunctionCall("named_struct", std::move(parts), options(), update.origin()));
  if (structure->nullable()) {
    expr::CaseWhen guard;
    guard.branches.emplace_back(expr::makeNode<expr::IsNull>(structure), expr::literalNull(made->dataType()));
    guard.elseValue = made;
    guard.writtenAsIf = true;
    made = expr::makeExpr(std::move(guard), update.origin());
  }
  expr::RuntimeReplaceable replaced;
  std::string action = value == nullptr ? "dropfield()" : "WithField(" + expr::columnName(value) + ")";
  replaced.text = "update_fields(" + expr::columnName(structure) + ", " + action + ")";
  replaced.replacement = std::move(made);
  return ExprPtr(expr::makeExpr(std::move(replaced), update.origin()));
}

}  // namespace flint::analysis
