// SELECT: its list, GROUP BY, HAVING, QUALIFY and ORDER BY.
#include <algorithm>
#include <set>

#include "analysis/attribute_ids.h"
#include "analysis/plan_resolver.h"
#include "analysis/select_block.h"
#include "analysis/sql_function_analysis.h"
#include "analysis/time_windows.h"
#include "analysis/type_coercion_rules.h"
#include "base/condition.h"
#include "expr/expression_text.h"
#include "expr/path_name.h"
#include "expr/python_udf.h"
#include "plan/logical/subquery_expressions.h"
#include "types/collation.h"

namespace flint::analysis {
namespace {

using expr::UnresolvedAttribute;

bool isNamed(const ExprPtr& expression, const char* word) {
  const auto* column = expression->as<UnresolvedAttribute>();
  return column != nullptr && column->nameParts.size() == 1 && !column->planId.has_value() && lowerCase(column->nameParts[0]) == word;
}

// The position that an integer literal in GROUP BY or ORDER BY means; 0 when it is none.
int64_t ordinalOf(const ExprPtr& expression) {
  const auto* literal = expression->as<expr::Literal>();
  if (literal == nullptr || !literal->type.is(TypeKind::kInteger) || literal->value.isNull()) return 0;
  return literal->value.asInteger() == 0 ? -1 : literal->value.asInteger();
}

Status requireOrderable(const ExprPtr& order) {
  const DataType& type = order->dataType();
  if (type.isOrderable() || type.is(TypeKind::kNull)) return Status::ok();
  return Error(condition::kDatatypeMismatchInvalidOrderingType)
      .with("sqlExpr", expr::quotedExpression(order))
      .with("functionName", "`sortorder`")
      .with("dataType", "\"" + type.sql() + "\"")
      .at(order->origin())
      .as(ErrorFamily::kAnalysis);
}

// Whether a column stands outside of aggregate functions without being grouped by.
bool readsOutsideAggregates(const SelectBlock& block, const ExprPtr& expression) {
  if (expr::isAggregateCall(expression) || block.isGrouping(expression)) return false;
  if (expression->as<expr::AttributeReference>() != nullptr) return true;
  const std::vector<ExprPtr> children = expression->children();
  return std::any_of(children.begin(), children.end(), [&](const ExprPtr& child) { return readsOutsideAggregates(block, child); });
}

// Above the aggregate only its grouping expressions and outputs can be read. Errors: UNRESOLVED_COLUMN.* for another column.
Status requireReadable(const SelectBlock& block, const Scope& outputs, const ExprPtr& expression) {
  if (expr::isAggregateCall(expression) || block.isGrouping(expression)) return Status::ok();
  if (const auto* attribute = expression->as<expr::AttributeReference>()) {
    const auto& known = outputs.columns();
    if (std::any_of(known.begin(), known.end(), [&](const AttributePtr& each) { return each->id == attribute->id; })) return Status::ok();
    if (!block.isInGrouping(expression) || attribute->isMetadataColumn) return Status::ok();
    std::vector<std::string> name = attribute->qualifier.empty() ? std::vector<std::string>() : std::vector<std::string>{attribute->qualifier.back()};
    name.push_back(attribute->name);
    const std::vector<std::string> similar = outputs.similarNames(name);
    Error error(similar.empty() ? condition::kUnresolvedColumnWithoutSuggestion : condition::kUnresolvedColumnWithSuggestion);
    error.with("objectName", quotedName(name));
    if (!similar.empty()) error.with("proposal", expr::joinTexts(similar));
    return error.at(expression->origin()).as(ErrorFamily::kAnalysis);
  }
  for (const ExprPtr& child : expression->children()) RETURN_IF_ERROR(requireReadable(block, outputs, child));
  return Status::ok();
}

// Errors: UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_GROUP_BY for a grouping expression that reads another output.
Status requireNoLateralAlias(const SelectBlock& block, const ExprPtr& key) {
  const bool reads = tree::anyNode(key, [&](const ExprPtr& node) {
    const auto* attribute = node->as<expr::AttributeReference>();
    return attribute != nullptr && std::any_of(block.outputs.begin(), block.outputs.end(), [&](const ExprPtr& output) {
             const auto* alias = output->as<expr::Alias>();
             return alias != nullptr && alias->id == attribute->id;
           });
  });
  return reads ? Status(Error(condition::kUnsupportedFeatureLateralColumnAliasInGroupBy).at(key->origin()).as(ErrorFamily::kAnalysis)) : Status::ok();
}

// Errors: UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.* for subqueries that a sort cannot run.
Status requireSortable(const ExprPtr& key) {
  const Condition* refused = nullptr;
  tree::forEachNode(key, [&](const ExprPtr& node) {
    const auto* scalar = node->as<plan::ScalarSubquery>();
    if (scalar != nullptr && !scalar->outerAttributes.empty()) refused = &condition::kUnsupportedSubqueryExpressionCategoryUnsupportedCorrelatedScalarSubquery;
    if (node->as<plan::InSubquery>() != nullptr || node->as<plan::Exists>() != nullptr) refused = &condition::kUnsupportedSubqueryExpressionCategoryUnsupportedInExistsSubquery;
  });
  if (refused == nullptr) return Status::ok();
  return Error(*refused).with("treeNode", "Sort [" + key->sql() + "]").at(key->origin()).as(ErrorFamily::kAnalysis);
}

// What aggregate functions above a block read: columns its child may have to give too.
void exposeForAggregates(SelectBlock& block, const std::vector<ExprPtr>& expressions) {
  if (block.groupingId == nullptr) block.child = exposing(block.child, missingAttributes(expressions, block.child));
}

bool hasOwnAggregate(const ExprPtr& expression) { return expression->traits().hasAggregate; }

}  // namespace

// What v:path, cast or not, is called.
static std::string extractedKey(const ExprPtr& expression) {
  const ExprPtr* below = &expression;
  while (const auto* cast = (*below)->as<expr::Cast>()) below = &cast->child;
  const auto* call = (*below)->as<expr::FunctionCall>();
  if (call == nullptr || call->name != "semi_structured_extract" || call->arguments.size() != 2) return {};
  const auto* path = call->arguments[1]->as<expr::Literal>();
  return path == nullptr || path->value.isNull() ? std::string() : expr::lastKeyOfPath(path->value.asString());
}

// For the name of a column that is called as it is written: aliases further left in the list show as such.
static ExprPtr withLateralNames(const SelectBlock& block, const ExprPtr& expression) {
  return replaceAttributes(expression, [&](const expr::AttributeReference& attribute) -> ExprPtr {
    for (const ExprPtr& output : block.outputs) {
      const auto* alias = output->as<expr::Alias>();
      if (alias == nullptr || alias->id != attribute.id) continue;
      expr::AttributeReference shown = attribute;
      shown.name = "lateralAliasReference(" + attribute.name + ")";
      return expr::makeExpr(std::move(shown));
    }
    return nullptr;
  });
}

// Child columns, then aliases further left in the list.
NameContext PlanResolver::selectContext(const SelectBlock& block) const {
  NameContext names;
  names.scope = block.scope.get();
  names.inputs = {block.child};
  const bool lateral = conf_.getBoolean("spark.sql.lateralColumnAlias.enableImplicitResolution", true);
  names.find = [this, &block, lateral](const UnresolvedAttribute& column, bool insideAggregate) -> Result<ExprPtr> {
    ASSIGN_OR_RETURN(ExprPtr found, block.scope->find(column.nameParts, column.origin(), options_));
    if (found != nullptr || !lateral || insideAggregate) return found;
    std::vector<AttributePtr> aliases;
    for (const ExprPtr& output : block.outputs) {
      const auto* alias = output->as<expr::Alias>();
      if (alias != nullptr && sameName(alias->name, column.nameParts[0])) aliases.push_back(expr::toAttribute(output));
    }
    if (aliases.empty()) return ExprPtr();
    if (aliases.size() > 1) {
      return Error(condition::kAmbiguousLateralColumnAlias)
          .with("name", quotedName(column.nameParts))
          .with("n", std::to_string(aliases.size()))
          .at(column.origin())
          .as(ErrorFamily::kAnalysis);
    }
    return scopeOf(aliases)->find(column.nameParts, column.origin(), options_);
  };
  return names;
}

Result<std::vector<ExprPtr>> PlanResolver::resolveSelectList(SelectBlock& block, const std::vector<ExprPtr>& items) {
  const NameContext names = selectContext(block);
  block.outputs.clear();
  for (const ExprPtr& item : items) {
    ExpressionResolver resolver(*this, names);
    if (const auto* star = item->as<expr::UnresolvedStar>()) {
      ASSIGN_OR_RETURN(const std::vector<ExprPtr> columns, resolver.expandStar(*star, item->origin()));
      for (const ExprPtr& column : columns) {
        ASSIGN_OR_RETURN(ExprPtr resolved, resolver.resolveForPlan(column));
        block.outputs.push_back(std::move(resolved));
      }
      continue;
    }
    if (const auto* regex = item->as<expr::UnresolvedRegex>()) {
      ASSIGN_OR_RETURN(const std::vector<ExprPtr> columns, resolver.expandRegex(*regex));
      block.outputs.insert(block.outputs.end(), columns.begin(), columns.end());
      continue;
    }
    if (const auto* multi = item->as<expr::MultiAlias>()) {
      expr::MultiAlias copy = *multi;
      ASSIGN_OR_RETURN(copy.child, resolver.resolveForPlan(multi->child));
      if (copy.child->as<expr::GeneratorCall>() == nullptr) {
        return Error(condition::kMultiAliasWithoutGenerator)
            .with("expr", expr::quotedExpression(copy.child))
            .with("names", expr::joinTexts(copy.names))
            .at(item->origin())
            .as(ErrorFamily::kAnalysis);
      }
      block.outputs.push_back(expr::makeExpr(std::move(copy), item->origin()));
      continue;
    }
    ASSIGN_OR_RETURN(const ExprPtr resolved, resolver.resolve(item));
    if (const auto* alias = resolved->as<expr::Alias>()) {
      expr::Alias copy = *alias;
      copy.child = withoutReplaced(copy.child);
      block.outputs.push_back(expr::makeExpr(std::move(copy), resolved->origin()));
    } else if (resolved->as<expr::AttributeReference>() != nullptr || resolved->as<expr::GeneratorCall>() != nullptr) {
      block.outputs.push_back(withoutReplaced(resolved));
    } else {
      std::string name;
      const auto* column = item->as<UnresolvedAttribute>();
      if (column != nullptr && lowerCase(column->nameParts.back()) == "grouping__id") {
        name = column->nameParts.back();
      } else if (column != nullptr && (resolved->as<expr::GetStructField>() != nullptr || resolved->as<expr::OuterReference>() != nullptr ||
                                resolved->as<expr::FunctionCall>() != nullptr) && column->nameParts.size() > 1) {
        name = column->nameParts.back();
      } else if (const auto* cast = resolved->as<expr::Cast>(); cast != nullptr && cast->child->as<expr::AttributeReference>() != nullptr) {
        name = cast->child->as<expr::AttributeReference>()->name;
      } else if (column != nullptr && resolved->as<expr::RuntimeReplaceable>() != nullptr && resolved->as<expr::RuntimeReplaceable>()->text.starts_with("variablereference(")) {
        name = column->nameParts.back();
      } else if (const std::string key = extractedKey(resolved); !key.empty()) {
        name = key;
      } else if (resolved->as<expr::OuterReference>() != nullptr) {
        name = resolved->as<expr::OuterReference>()->attribute->name;
      } else {
        name = expr::columnName(withLateralNames(block, resolved), options_.timeZone);
      }
      block.outputs.push_back(expr::alias(withoutReplaced(resolved), std::move(name))->withOrigin(item->origin()));
    }
  }
  // A column that stands in the list again gets an id of its own: a plan's columns all differ.
  std::set<expr::ExprId> seen;
  for (ExprPtr& output : block.outputs) {
    const AttributePtr attribute = expr::toAttribute(output);
    if (attribute == nullptr || seen.insert(attribute->id).second) continue;
    expr::Alias alias;
    alias.child = output;
    alias.name = attribute->name;
    alias.id = expr::newExprId();
    alias.qualifier = attribute->qualifier;
    output = expr::makeExpr(std::move(alias), output->origin());
    block.repeats.push_back(expr::toAttribute(output)->id);
  }
  return block.outputs;
}

Result<ResolvedPlan> PlanResolver::finishBlock(std::shared_ptr<SelectBlock> block) {
  ResolvedPlan out;
  ASSIGN_OR_RETURN(out.plan, block->build());
  if (!block->planIds.empty()) out.plan = out.plan->withPlanIds(block->planIds);
  const std::vector<AttributePtr> output = out.plan->output();
  if (!block->aggregates) {
    for (const AttributePtr& hidden : block->scope->hidden()) {
      if (std::none_of(output.begin(), output.end(), [&](const AttributePtr& each) { return each->id == hidden->id; })) out.hidden.push_back(hidden);
    }
  }
  out.block = std::move(block);
  return out;
}

// A SELECT that aggregates and generates: its generators run over the aggregate's rows.
Result<ResolvedPlan> PlanResolver::generateAbove(const SelectBlock& block) {
  auto outer = std::make_shared<SelectBlock>();
  outer->origin = block.origin;
  auto inner = std::make_shared<SelectBlock>(block);
  std::vector<ExprPtr> generating = inner->outputs;
  inner->outputs.clear();
  std::vector<ExprPtr> above;
  const auto lifted = [&](const ExprPtr& argument) -> ExprPtr {
    if (argument->foldable()) return argument;
    inner->outputs.push_back(expr::alias(argument, expr::columnName(argument)));
    return expr::toAttribute(inner->outputs.back());
  };
  for (const ExprPtr& item : generating) {
    if (!item->traits().hasGenerator) {
      inner->outputs.push_back(item);
      above.push_back(expr::toAttribute(item));
      continue;
    }
    above.push_back(tree::transformDown(item, [&](const ExprPtr& expression) -> ExprPtr {
      if (expression->as<expr::GeneratorCall>() == nullptr) return expression;
      return tree::mapChildren(expression, lifted);
    }));
  }
  ASSIGN_OR_RETURN(outer->child, inner->build());
  outer->scope = scopeOf(outer->child->output());
  ASSIGN_OR_RETURN(outer->outputs, extractGenerators(*outer, std::move(above)));
  return finishBlock(std::move(outer));
}

Result<ResolvedPlan> PlanResolver::resolveProject(const plan::Project& written) {
  ASSIGN_OR_RETURN(const auto windowed, withTimeWindows(written));
  const plan::Project& node = windowed == nullptr ? written : *windowed;
  ASSIGN_OR_RETURN(const ResolvedPlan child, resolve(node.child));
  auto block = std::make_shared<SelectBlock>();
  block->child = child.plan;
  block->scope = scopeOf(child);
  block->origin = node.origin();
  ASSIGN_OR_RETURN(std::vector<ExprPtr> items, resolveSelectList(*block, node.projectList));
  block->aggregates = std::any_of(items.begin(), items.end(), hasOwnAggregate);
  const auto numGenerators = std::count_if(items.begin(), items.end(), [](const ExprPtr& item) { return item->traits().hasGenerator; });
  const bool generatesAbove = block->aggregates && numGenerators == 1;
  if (!generatesAbove) {
    ASSIGN_OR_RETURN(block->outputs, extractGenerators(*block, std::move(items)));
  }
  RETURN_IF_ERROR(requireAggregation(*block));
  block->child = exposing(block->child, missingAttributes(block->outputs, block->child));
  for (ExprPtr& output : block->outputs) {
    ASSIGN_OR_RETURN(output, replaceGrouping(*block, output, options_));
  }
  return generatesAbove ? generateAbove(*block) : finishBlock(std::move(block));
}

Result<ResolvedPlan> PlanResolver::resolveAggregate(const plan::Aggregate& written) {
  ASSIGN_OR_RETURN(const auto windowed, withTimeWindows(written));
  const plan::Aggregate& node = windowed == nullptr ? written : *windowed;
  ASSIGN_OR_RETURN(const ResolvedPlan child, resolve(node.child));
  auto block = std::make_shared<SelectBlock>();
  block->child = child.plan;
  block->scope = scopeOf(child);
  block->aggregates = true;
  block->origin = node.origin();
  ASSIGN_OR_RETURN(std::vector<ExprPtr> items, resolveSelectList(*block, node.aggregates));
  const auto isStar = [](const ExprPtr& item) { return item->as<expr::UnresolvedStar>() != nullptr; };
  if (std::any_of(node.aggregates.begin(), node.aggregates.end(), isStar) && conf_.getBoolean("spark.sql.groupByOrdinal", true) &&
      std::any_of(node.grouping.begin(), node.grouping.end(), [](const ExprPtr& key) { return ordinalOf(key) != 0; })) {
    return Error(condition::kStarGroupByPos).at(node.origin()).as(ErrorFamily::kAnalysis);
  }
  std::vector<ExprPtr> generators;
  for (const ExprPtr& item : items) {
    if (item->traits().hasGenerator) generators.push_back(item);
  }
  if (generators.size() > 1) RETURN_IF_ERROR(extractGenerators(*block, generators));
  RETURN_IF_ERROR(resolveGrouping(*block, node.grouping));
  for (const ExprPtr& key : block->grouping) RETURN_IF_ERROR(requireNoLateralAlias(*block, key));
  for (ExprPtr& output : block->outputs) {
    if (output->as<expr::MultiAlias>() != nullptr || output->as<expr::GeneratorCall>() != nullptr) continue;
    ASSIGN_OR_RETURN(output, replaceGrouping(*block, output, options_));
  }
  if (block->groupingId == nullptr) {
    std::vector<ExprPtr> read = block->outputs;
    read.insert(read.end(), block->grouping.begin(), block->grouping.end());
    block->child = exposing(block->child, missingAttributes(read, block->child));
  }
  if (generators.empty()) return finishBlock(std::move(block));
  return generateAbove(*block);
}

namespace {

// `expression` with `replacement` for every `part` of it that is no argument of an aggregate.
Result<ExprPtr> replaceOutsideAggregates(const ExprPtr& expression, const ExprPtr& part, const ExprPtr& replacement) {
  if (expr::isAggregateCall(expression)) return expression;
  if (expression->as<expr::Alias>() == nullptr && semanticallyEqual(expression, part)) return replacement;
  return tree::mapChildren(expression, [&](const ExprPtr& child) { return replaceOutsideAggregates(child, part, replacement); });
}

// `expression`, which stands above the aggregate, with what is grouped by in another form in that form.
Result<ExprPtr> normalizedAbove(const SelectBlock& block, ExprPtr expression) {
  for (const auto& [part, replacement] : block.normalized) {
    ASSIGN_OR_RETURN(expression, replaceOutsideAggregates(expression, part, replacement));
  }
  return expression;
}

// Whether a column, or the column that a field or an element is taken from, is there above the aggregate.
bool isGrouped(const SelectBlock& block, const ExprPtr& found) {
  if (block.isInGrouping(found)) return true;
  if (found->as<expr::AttributeReference>() != nullptr) return false;
  const std::vector<ExprPtr> children = found->children();
  return !children.empty() && std::all_of(children.begin(), children.end(), [&](const ExprPtr& child) { return child->foldable() || isGrouped(block, child); });
}

// Whether the expression is grouped by in another form, which is a grouping expression itself.
bool isRegrouped(const SelectBlock& block, const ExprPtr& expression) {
  return std::any_of(block.normalized.begin(), block.normalized.end(), [&](const auto& each) { return semanticallyEqual(each.first, expression) && !each.second->traits().hasAggregate; });
}

// The first meaning of a name, or the second where the first is none or has not the fields that are asked of it.
template <class First, class Second>
Result<ExprPtr> firstMeaning(First&& first, Second&& second) {
  auto found = first();
  if (found.isOk() && found.value() != nullptr) return found;
  auto other = second();
  return found.isOk() || (other.isOk() && other.value() != nullptr) ? other : found;
}

// The same in the outputs of a SELECT, which keep their names.
Status replaceInOutputs(SelectBlock& block, const ExprPtr& part, const ExprPtr& replacement) {
  for (ExprPtr& output : block.outputs) {
    const AttributePtr column = output->as<expr::AttributeReference>() != nullptr ? expr::toAttribute(output) : nullptr;
    ASSIGN_OR_RETURN(ExprPtr shown, replaceOutsideAggregates(output, part, replacement));
    output = column == nullptr || shown == output ? std::move(shown) : expr::alias(std::move(shown), column->name);
  }
  return Status::ok();
}

// Whether the outputs of a grouped SELECT are all that the expression reads of it.
bool isMadeOfOutputs(const SelectBlock& block, const ExprPtr& expression) {
  if (block.outputOf(expression) != nullptr) return true;
  if (expr::isAggregateCall(expression)) return false;
  if (const auto* attribute = expression->as<expr::AttributeReference>()) {
    const std::vector<AttributePtr> outputs = block.namedOutputs();
    return std::any_of(outputs.begin(), outputs.end(), [&](const AttributePtr& output) { return output->id == attribute->id; });
  }
  const std::vector<ExprPtr> children = expression->children();
  return std::all_of(children.begin(), children.end(), [&](const ExprPtr& child) { return isMadeOfOutputs(block, child); });
}

}  // namespace

Status PlanResolver::resolveGrouping(SelectBlock& block, const std::vector<ExprPtr>& grouping) {
  // GROUP BY ALL: every output that has no aggregate; inside the others, what stands outside of their aggregates.
  if (grouping.size() == 1 && isNamed(grouping[0], "all")) {
    auto column = block.scope->find({"all"}, nullptr, options_);
    if (column.isOk() && column.value() == nullptr) {
      for (const ExprPtr& output : block.outputs) {
        if (!output->traits().hasAggregate && !output->traits().hasWindow) block.grouping.push_back(expr::withoutAlias(output));
      }
      for (const ExprPtr& output : block.outputs) {
        if (output->traits().hasAggregate && readsOutsideAggregates(block, expr::withoutAlias(output))) {
          return Error(condition::kUnresolvedAllInGroupBy).at(grouping[0]->origin()).as(ErrorFamily::kAnalysis);
        }
      }
      return Status::ok();
    }
  }
  NameContext names;
  names.scope = block.scope.get();
  names.inputs = {block.child};
  const bool aliases = conf_.getBoolean("spark.sql.groupByAliases", true);
  const bool ordinals = conf_.getBoolean("spark.sql.groupByOrdinal", true);
  names.find = [&](const UnresolvedAttribute& column, bool) -> Result<ExprPtr> {
    ASSIGN_OR_RETURN(ExprPtr found, block.scope->find(column.nameParts, column.origin(), options_));
    if (found != nullptr || !aliases || column.nameParts.size() != 1) return found;
    for (const ExprPtr& output : block.outputs) {
      const auto* alias = output->as<expr::Alias>();
      if (alias != nullptr && sameName(alias->name, column.nameParts[0])) return alias->child;
    }
    return ExprPtr();
  };
  ExpressionResolver resolver(*this, names);
  const auto resolveOne = [&](const ExprPtr& key) -> Result<ExprPtr> {
    ExprPtr resolved;
    if (const int64_t position = ordinals ? ordinalOf(key) : 0; position != 0) {
      if (position < 1 || position > static_cast<int64_t>(block.outputs.size())) {
        return Error(condition::kGroupByPosOutOfRange)
            .with("index", std::to_string(position < 0 && key->as<expr::Literal>()->value.asInteger() == 0 ? 0 : position))
            .with("size", std::to_string(block.outputs.size()))
            .at(key->origin())
            .as(ErrorFamily::kAnalysis);
      }
      resolved = expr::withoutAlias(block.outputs[static_cast<size_t>(position - 1)]);
      if (resolved->traits().hasAggregate) {
        return Error(condition::kGroupByPosAggregate)
            .with("index", std::to_string(position))
            .with("aggExpr", expr::columnName(resolved))
            .at(key->origin())
            .as(ErrorFamily::kAnalysis);
      }
      // An ordinal of a lateral alias stands for what that alias is.
      return resolved;
    }
    ASSIGN_OR_RETURN(resolved, resolver.resolveForPlan(key));
    resolved = expr::withoutAlias(resolved);
    if (resolved->traits().hasAggregate || resolved->traits().hasWindow) {
      return Error(condition::kGroupByAggregate).with("sqlExpr", expr::columnName(resolved)).at(key->origin()).as(ErrorFamily::kAnalysis);
    }
    if (resolved->traits().hasGenerator) {
      return Error(condition::kUnsupportedExprForOperator).with("invalidExprSqls", expr::quotedExpression(resolved)).at(key->origin()).as(ErrorFamily::kAnalysis);
    }
    const DataType& type = resolved->dataType();
    if (type.is(TypeKind::kMap) && type.keyType().isOrderable() && type.valueType().isOrderable()) {
      // Maps of the same entries are one group, which shows them sorted by key.
      const ExprPtr entries = expr::call("array_sort", {expr::call("map_entries", {resolved})});
      ASSIGN_OR_RETURN(const ExprPtr sorted, resolver.resolveForPlan(expr::call("map_from_entries", {entries})));
      RETURN_IF_ERROR(replaceInOutputs(block, resolved, sorted));
      block.normalized.emplace_back(resolved, sorted);
      return sorted;
    }
    if (type.is(TypeKind::kVariant) || type.is(TypeKind::kMap)) {
      return Error(condition::kGroupExpressionTypeIsNotOrderable)
          .with("sqlExpr", expr::quotedExpression(resolved))
          .with("dataType", "\"" + type.sql() + "\"")
          .at(key->origin())
          .as(ErrorFamily::kAnalysis);
    }
    return resolved;
  };

  const bool analytics = std::any_of(grouping.begin(), grouping.end(), [](const ExprPtr& key) { return key->as<expr::GroupingAnalytics>() != nullptr; });
  if (!analytics) {
    for (const ExprPtr& key : grouping) {
      ASSIGN_OR_RETURN(ExprPtr resolved, resolveOne(key));
      if (hasCollations(resolved->dataType())) {
        // Strings with a collation are grouped by their keys; the first one of a group stands for it.
        ASSIGN_OR_RETURN(const ExprPtr first, resolver.resolveForPlan(expr::call("first", {resolved})));
        RETURN_IF_ERROR(replaceInOutputs(block, resolved, first));
        block.normalized.emplace_back(resolved, first);
        ASSIGN_OR_RETURN(resolved, comparedByCollation(resolved, options_));
      }
      block.grouping.push_back(std::move(resolved));
    }
    return Status::ok();
  }
  // The sets of the whole list are all combinations of those of its members.
  std::vector<ExprPtr> expressions;
  const auto indexOf = [&](const ExprPtr& expression) {
    for (size_t i = 0; i < expressions.size(); ++i) {
      if (semanticallyEqual(expressions[i], expression)) return i;
    }
    expressions.push_back(expression);
    return expressions.size() - 1;
  };
  using Set = std::vector<size_t>;
  const auto resolveSet = [&](const std::vector<ExprPtr>& keys) -> Result<Set> {
    Set set;
    for (const ExprPtr& key : keys) {
      ASSIGN_OR_RETURN(const ExprPtr resolved, resolveOne(key));
      const size_t index = indexOf(resolved);
      if (std::find(set.begin(), set.end(), index) == set.end()) set.push_back(index);
    }
    return set;
  };
  // The sets of one member: nested ones inside GROUPING SETS are flattened.
  const auto setsOf = [&](const auto& self, const expr::GroupingAnalytics& member) -> Result<std::vector<Set>> {
    std::vector<Set> out;
    using Form = expr::GroupingAnalytics::Form;
    RETURN_IF_ERROR(resolveSet(member.groupByExpressions));
    std::vector<Set> elements;
    for (const auto& keys : member.sets) {
      if (keys.size() == 1 && keys[0]->as<expr::GroupingAnalytics>() != nullptr) {
        ASSIGN_OR_RETURN(std::vector<Set> nested, self(self, *keys[0]->as<expr::GroupingAnalytics>()));
        elements.insert(elements.end(), nested.begin(), nested.end());
        continue;
      }
      ASSIGN_OR_RETURN(Set set, resolveSet(keys));
      elements.push_back(std::move(set));
    }
    if (member.form == Form::kGroupingSets) return elements;
    const auto unite = [](Set& into, const Set& more) {
      for (const size_t each : more) {
        if (std::find(into.begin(), into.end(), each) == into.end()) into.push_back(each);
      }
    };
    if (member.form == Form::kRollup) {
      for (size_t length = elements.size() + 1; length-- > 0;) {
        Set set;
        for (size_t i = 0; i < length; ++i) unite(set, elements[i]);
        out.push_back(std::move(set));
      }
      return out;
    }
    if (elements.size() > 12) return Error(condition::kGroupingSizeLimitExceeded).with("maxSize", "12").at(member.origin()).as(ErrorFamily::kAnalysis);
    for (size_t mask = size_t{1} << elements.size(); mask-- > 0;) {
      Set set;
      for (size_t i = 0; i < elements.size(); ++i) {
        if ((mask >> (elements.size() - 1 - i)) & 1) unite(set, elements[i]);
      }
      out.push_back(std::move(set));
    }
    return out;
  };
  std::vector<Set> sets = {{}};
  for (const ExprPtr& key : grouping) {
    std::vector<Set> own;
    if (const auto* member = key->as<expr::GroupingAnalytics>()) {
      ASSIGN_OR_RETURN(own, setsOf(setsOf, *member));
    } else {
      ASSIGN_OR_RETURN(Set set, resolveSet({key}));
      own.push_back(std::move(set));
    }
    std::vector<Set> combined;
    for (const Set& left : sets) {
      for (const Set& right : own) {
        Set set = left;
        for (const size_t each : right) {
          if (std::find(set.begin(), set.end(), each) == set.end()) set.push_back(each);
        }
        combined.push_back(std::move(set));
      }
    }
    sets = std::move(combined);
  }
  for (Set& set : sets) std::sort(set.begin(), set.end());
  block.child = exposing(block.child, missingAttributes(expressions, block.child));
  block.child = exposing(block.child, missingAttributes(block.outputs, block.child));
  return expandGroupingSets(block, expressions, sets);
}

Result<ResolvedPlan> PlanResolver::resolveHaving(const plan::UnresolvedHaving& node) {
  const auto* aggregate = node.child->as<plan::Aggregate>();
  if (aggregate != nullptr && aggregate->grouping.empty() && conf_.getBoolean("spark.sql.legacy.parser.havingWithoutGroupByAsWhere", false)) {
    plan::Filter filter;
    filter.condition = node.condition;
    filter.child = aggregate->child;
    plan::Project project;
    project.projectList = aggregate->aggregates;
    project.child = plan::makePlan(std::move(filter), node.origin());
    return resolve(plan::makePlan(std::move(project), aggregate->origin()));
  }
  ASSIGN_OR_RETURN(const ResolvedPlan child, resolve(node.child));
  if (child.block == nullptr || !child.block->aggregates) {
    plan::Filter filter;
    filter.condition = node.condition;
    filter.child = child.plan;
    resolved_[child.plan.get()] = child;
    kept_.push_back(child.plan);
    return resolveFilter(*plan::makePlan(std::move(filter), node.origin()));
  }
  auto block = std::make_shared<SelectBlock>(*child.block);
  const auto outputs = scopeOf(block->namedOutputs());
  NameContext names;
  names.scope = outputs.get();
  names.inputs = {block->child};
  names.find = [&](const UnresolvedAttribute& column, bool insideAggregate) -> Result<ExprPtr> {
    const auto ofInput = [&]() -> Result<ExprPtr> {
      ASSIGN_OR_RETURN(ExprPtr found, block->scope->find(column.nameParts, column.origin(), options_));
      return found != nullptr && (insideAggregate || isGrouped(*block, found)) ? found : ExprPtr();
    };
    return firstMeaning(ofInput, [&] { return outputs->find(column.nameParts, column.origin(), options_); });
  };
  names.outerAggregates = true;
  ASSIGN_OR_RETURN(ExprPtr condition, ExpressionResolver(*this, names).resolveCondition(node.condition, "HAVING"));
  if (condition->traits().hasWindow) {
    return Error(condition::kWindowFunctionNotAllowedInClause).with("clauseName", "HAVING").at(node.condition->origin()).as(ErrorFamily::kAnalysis);
  }
  if (condition->traits().hasGenerator) {
    return Error(condition::kUnsupportedGeneratorOutsideSelect).with("plan", "Filter").at(node.condition->origin()).as(ErrorFamily::kAnalysis);
  }
  ASSIGN_OR_RETURN(condition, replaceGrouping(*block, condition, options_));
  // Aliases of the SELECT mean their expressions here: they are computed after this filter.
  condition = replaceAttributes(condition, [&](const expr::AttributeReference& attribute) -> ExprPtr {
    for (const ExprPtr& output : block->outputs) {
      const auto* alias = output->as<expr::Alias>();
      if (alias != nullptr && alias->id == attribute.id) return alias->child;
    }
    return nullptr;
  });
  ASSIGN_OR_RETURN(condition, normalizedAbove(*block, std::move(condition)));
  RETURN_IF_ERROR(requireReadable(*block, *outputs, condition));
  exposeForAggregates(*block, {condition});
  block->having.push_back(condition);
  return finishBlock(std::move(block));
}

Result<ResolvedPlan> PlanResolver::resolveQualify(const plan::UnresolvedQualify& node) {
  ASSIGN_OR_RETURN(const ResolvedPlan child, resolve(node.child));
  if (child.block == nullptr) return Error(condition::kQualifyRequiresWindowFunction).at(node.origin()).as(ErrorFamily::kAnalysis);
  auto block = std::make_shared<SelectBlock>(*child.block);
  const auto outputs = scopeOf(block->namedOutputs());
  NameContext names;
  names.scope = outputs.get();
  names.inputs = {block->child};
  names.find = [&](const UnresolvedAttribute& column, bool) -> Result<ExprPtr> {
    ASSIGN_OR_RETURN(ExprPtr found, block->scope->find(column.nameParts, column.origin(), options_));
    if (found != nullptr && (!block->aggregates || block->isInGrouping(found))) return found;
    return outputs->find(column.nameParts, column.origin(), options_);
  };
  ASSIGN_OR_RETURN(ExprPtr condition, ExpressionResolver(*this, names).resolveCondition(node.condition, "QUALIFY"));
  const auto hasWindow = [](const ExprPtr& each) { return each->traits().hasWindow; };
  if (!hasWindow(condition) && std::none_of(block->outputs.begin(), block->outputs.end(), hasWindow)) {
    return Error(condition::kQualifyRequiresWindowFunction).at(node.origin()).as(ErrorFamily::kAnalysis);
  }
  ASSIGN_OR_RETURN(condition, replaceGrouping(*block, condition, options_));
  block->qualify.push_back(condition);
  return finishBlock(std::move(block));
}

Result<ResolvedPlan> PlanResolver::resolveSort(const plan::Sort& node) {
  for (const ExprPtr& order : node.order) RETURN_IF_ERROR(rejectSqlFunctions(order, catalog_, "Sort"));
  ASSIGN_OR_RETURN(const ResolvedPlan child, resolve(node.child));
  const std::vector<AttributePtr> output = child.plan->output();
  // Positions and ALL mean output columns.
  std::vector<ExprPtr> order;
  if (node.order.size() == 1 && node.order[0]->as<expr::SortOrder>() != nullptr && isNamed(node.order[0]->as<expr::SortOrder>()->child, "all")) {
    const auto* all = node.order[0]->as<expr::SortOrder>();
    auto column = scopeOf(child)->find({"all"}, nullptr, options_);
    if (column.isOk() && column.value() == nullptr) {
      for (const AttributePtr& each : output) order.push_back(expr::sortOrder(each, all->ascending, all->nullsFirst));
    }
  }
  if (order.empty()) order = node.order;
  for (ExprPtr& each : order) {
    const auto* key = each->as<expr::SortOrder>();
    if (key == nullptr) {
      each = expr::sortOrder(each);
      key = each->as<expr::SortOrder>();
    }
    const int64_t position = node.global && conf_.getBoolean("spark.sql.orderByOrdinal", true) ? ordinalOf(key->child) : 0;
    if (position == 0) continue;
    if (position < 1 || position > static_cast<int64_t>(output.size())) {
      return Error(condition::kOrderByPosOutOfRange)
          .with("index", std::to_string(key->child->as<expr::Literal>()->value.asInteger()))
          .with("size", std::to_string(output.size()))
          .at(key->child->origin())
          .as(ErrorFamily::kAnalysis);
    }
    each = expr::sortOrder(output[static_cast<size_t>(position - 1)], key->ascending, key->nullsFirst);
  }

  const auto sorted = [&](std::vector<ExprPtr> keys, LogicalPlanPtr below) {
    plan::Sort sort;
    sort.order = std::move(keys);
    sort.global = node.global;
    sort.child = std::move(below);
    return plan::makePlan(std::move(sort), node.origin());
  };
  if (child.block == nullptr) {
    std::vector<ExprPtr> resolved;
    ASSIGN_OR_RETURN(ResolvedPlan input, resolveWithMissing(child, order, resolved));
    for (const ExprPtr& key : resolved) RETURN_IF_ERROR(requireOrderable(key));
    ResolvedPlan out = child;
    out.plan = projected(sorted(std::move(resolved), input.plan), output);
    return out;
  }

  const SelectBlock& block = *child.block;
  const auto outputs = scopeOf(block.namedOutputs());
  // Above windows, or a HAVING that needs more than the outputs, the aggregate is out of reach: outputs and grouping columns are all there is.
  const auto isOutOfReach = [&](const ExprPtr& condition) { return !isMadeOfOutputs(block, condition); };
  const bool narrow = block.aggregates && (std::any_of(block.having.begin(), block.having.end(), isOutOfReach) ||
                                           std::any_of(block.outputs.begin(), block.outputs.end(), [](const ExprPtr& each) { return each->traits().hasWindow; }));
  NameContext names;
  names.scope = outputs.get();
  names.inputs = {child.plan, block.child};
  const auto ofInput = [&](const UnresolvedAttribute& column, bool insideAggregate) -> Result<ExprPtr> {
    ASSIGN_OR_RETURN(ExprPtr found, block.scope->find(column.nameParts, column.origin(), options_));
    const bool bare = found != nullptr && found->as<expr::AttributeReference>() != nullptr;
    if (found != nullptr && narrow) return (bare ? block.isGrouping(found) || isRegrouped(block, found) : isGrouped(block, found)) ? found : ExprPtr();
    if (found != nullptr && block.aggregates && !insideAggregate && !isGrouped(block, found)) return ExprPtr();
    return found;
  };
  names.findOther = [&](const UnresolvedAttribute& column) { return ofInput(column, false); };
  names.find = [&](const UnresolvedAttribute& column, bool insideAggregate) -> Result<ExprPtr> {
    if (insideAggregate) return ofInput(column, true);
    auto found = outputs->find(column.nameParts, column.origin(), options_);
    if (found.isOk() && found.value() != nullptr) return found;
    // A name that several outputs have means a column of the input.
    if (!found.isOk() && found.error().condition().name == condition::kAmbiguousReference.name) return ofInput(column, false);
    return firstMeaning([&] { return found; }, [&] { return ofInput(column, false); });
  };
  ExpressionResolver resolver(*this, names);
  std::vector<ExprPtr> keys;
  std::vector<ExprPtr> extras;
  for (const ExprPtr& each : order) {
    ASSIGN_OR_RETURN(ExprPtr key, resolver.resolveForPlan(each));
    ASSIGN_OR_RETURN(key, replaceGrouping(block, key, options_));
    ASSIGN_OR_RETURN(key, normalizedAbove(block, std::move(key)));
    RETURN_IF_ERROR(requireOrderable(key));
    if (key->traits().hasGenerator) return Error(condition::kUnsupportedGeneratorOutsideSelect).with("plan", "Sort").at(each->origin()).as(ErrorFamily::kAnalysis);
    if (block.aggregates) RETURN_IF_ERROR(requireReadable(block, *outputs, key));
    const bool windowed = key->traits().hasWindow && block.outputOf(key->as<expr::SortOrder>()->child) == nullptr;
    if ((narrow && key->traits().hasAggregate) || windowed) {
      return Error(condition::kUnsupportedExprForOperator).with("invalidExprSqls", expr::quotedExpression(key->as<expr::SortOrder>()->child)).at(each->origin()).as(ErrorFamily::kAnalysis);
    }
    const auto* sortKey = key->as<expr::SortOrder>();
    ExprPtr value = sortKey->child;
    if (const AttributePtr known = block.outputOf(value)) {
      value = known;
    } else if (!missingAttributes({value}, child.plan).empty() || value->traits().hasAggregate || value->traits().hasWindow) {
      ExprPtr named = value->as<expr::AttributeReference>() != nullptr ? value : expr::alias(value, expr::columnName(value, options_.timeZone));
      value = expr::toAttribute(named);
      extras.push_back(std::move(named));
    }
    if (value->traits().hasSubquery && !block.isGrouping(value)) RETURN_IF_ERROR(requireSortable(value));
    keys.push_back(expr::sortOrder(std::move(value), sortKey->ascending, sortKey->nullsFirst)->withOrigin(each->origin()));
  }
  ResolvedPlan out = child;
  out.block = nullptr;
  if (extras.empty()) {
    out.plan = sorted(std::move(keys), child.plan);
    return out;
  }
  SelectBlock wider = block;
  exposeForAggregates(wider, extras);
  ASSIGN_OR_RETURN(const LogicalPlanPtr below, wider.build(extras));
  out.plan = projected(sorted(std::move(keys), block.planIds.empty() ? below : below->withPlanIds(block.planIds)), output);
  return out;
}

}  // namespace flint::analysis
