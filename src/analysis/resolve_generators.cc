// Generators: in a select list, in LATERAL VIEW and as table functions.
#include <algorithm>

#include "analysis/attribute_ids.h"
#include "analysis/column_aliases.h"
#include "analysis/plan_resolver.h"
#include "analysis/select_block.h"
#include "analysis/sql_function_analysis.h"
#include "base/condition.h"
#include "expr/expression_text.h"
#include "expr/python_udf.h"
#include "types/type_coercion.h"

namespace flint::analysis {

// Each generator of the list runs over the rows of those further left.
Result<std::vector<ExprPtr>> PlanResolver::extractGenerators(SelectBlock& block, std::vector<ExprPtr> items) {
  std::vector<ExprPtr> found;
  for (const ExprPtr& item : items) {
    if (item->traits().hasGenerator) found.push_back(item);
  }
  if (found.empty()) return items;
  const auto aggregates = [](const ExprPtr& item) { return item->traits().hasAggregate; };
  if (found.size() > 1 && (block.aggregates || std::any_of(items.begin(), items.end(), aggregates))) {
    std::vector<std::string> texts;
    for (const ExprPtr& each : found) texts.push_back(expr::quotedExpression(expr::withoutAlias(each)));
    return Error(condition::kUnsupportedGeneratorMultiGenerator)
        .with("num", std::to_string(found.size()))
        .with("generators", expr::joinTexts(texts))
        .at(found[1]->origin())
        .as(ErrorFamily::kAnalysis);
  }
  std::vector<ExprPtr> out;
  for (const ExprPtr& item : items) {
    if (!item->traits().hasGenerator) {
      out.push_back(item);
      continue;
    }
    std::vector<std::string> names;
    ExprPtr generator = item;
    if (const auto* alias = item->as<expr::Alias>()) {
      names = {alias->name};
      generator = alias->child;
    } else if (const auto* multi = item->as<expr::MultiAlias>()) {
      names = multi->names;
      generator = multi->child;
    }
    const auto* call = generator->as<expr::GeneratorCall>();
    const auto isGenerator = [](const ExprPtr& node) { return node->traits().hasGenerator; };
    if (call == nullptr || std::any_of(call->arguments.begin(), call->arguments.end(), isGenerator)) {
      return Error(condition::kUnsupportedGeneratorNestedInExpressions)
          .with("expression", expr::quotedExpression(expr::withoutAlias(item)))
          .at(item->origin())
          .as(ErrorFamily::kAnalysis);
    }
    const StructFields& fields = call->binding->output;
    RETURN_IF_ERROR(checkColumnAliases(names, fields.size(), item->origin()));
    block.child = exposing(block.child, missingAttributes({generator}, block.child));
    plan::Generate generate;
    generate.generator = withoutReplaced(generator);
    generate.outer = call->outer;
    generate.required = block.child->output();
    generate.child = block.child;
    for (size_t i = 0; i < fields.size(); ++i) {
      const bool aliased = !names.empty();
      // With one alias the column is the item itself, which others may already refer to by its id.
      AttributePtr column = item->as<expr::Alias>() != nullptr ? expr::toAttribute(item) : expr::attribute(aliased ? names[i] : fields[i].name, fields[i].type, fields[i].nullable || call->outer);
      if (item->as<expr::Alias>() != nullptr) {
        expr::AttributeReference copy = *column;
        copy.type = fields[i].type;
        copy.nullableColumn = fields[i].nullable || call->outer;
        copy.qualifier.clear();
        column = expr::makeExpr(std::move(copy));
      }
      generate.generatorOutput.push_back(column);
      out.push_back(column);
    }
    block.child = plan::makePlan(std::move(generate), item->origin());
  }
  return out;
}

Result<ResolvedPlan> PlanResolver::resolveTableFunction(const plan::UnresolvedTableValuedFunction& node) {
  if (node.identifier != nullptr) {
    plan::UnresolvedTableValuedFunction named = node;
    const NameContext nothing;
    ASSIGN_OR_RETURN(named.nameParts, ExpressionResolver(*this, nothing).identifierParts(node.identifier, node.origin()));
    named.identifier = nullptr;
    return resolveTableFunction(*plan::makePlan(std::move(named), node.origin()));
  }
  ResolvedPlan input;
  if (node.child != nullptr) {
    ASSIGN_OR_RETURN(input, resolve(node.child));
  } else {
    input.plan = plan::makePlan(plan::OneRowRelation{});
  }
  input.block = nullptr;
  for (const ExprPtr& argument : node.arguments) RETURN_IF_ERROR(node.isLateralView ? rejectSqlFunctions(argument, catalog_, "Generate") : Status::ok());
  // A function that came with its call.
  if (node.arguments.size() == 1) {
    const auto* udf = node.arguments[0]->as<expr::PythonUdf>();
    if (udf != nullptr && expr::isTableFunction(udf->function.evalType)) return resolvePythonTable(*udf, udf->arguments, node, input);
  }
  const std::string name = lowerCase(node.nameParts.back());
  const auto scope = scopeOf(input);
  const NameContext names = contextOf(scope, {input.plan});
  ExpressionResolver resolver(*this, names);
  if (name == "range" && !node.isLateralView) {
    std::vector<int64_t> values;
    for (const ExprPtr& argument : node.arguments) {
      const ExprPtr plain = argument->as<expr::NamedArgument>() != nullptr ? argument->as<expr::NamedArgument>()->value : argument;
      ASSIGN_OR_RETURN(ExprPtr resolved, resolver.resolveForPlan(plain));
      if (const DataType& type = resolved->dataType(); !implicitCast(type, DataType::bigint(), options_.ansi)) {
        return Error(condition::kUnexpectedInputType)
            .with("functionName", "`range`")
            .with("paramIndex", std::to_string(values.size() + 1))
            .with("requiredType", "\"BIGINT\"")
            .with("inputSql", expr::quotedExpression(plain))
            .with("inputType", "\"" + type.sql() + "\"")
            .at(node.origin())
            .as(ErrorFamily::kAnalysis);
      }
      if (!resolved->dataType().is(TypeKind::kLong)) {
        expr::Cast cast;
        cast.child = resolved;
        cast.target = DataType::bigint();
        resolved = expr::makeExpr(std::move(cast), plain->origin());
      }
      if (!resolved->foldable()) {
        static constexpr const char* kNames[] = {"start", "end", "step", "numSlices"};
        const size_t place = node.arguments.size() == 1 ? 1 : std::min<size_t>(values.size(), 3);
        return Error(condition::kNonFoldableArgument)
            .with("funcName", "`range`")
            .with("paramName", "`" + std::string(kNames[place]) + "`")
            .with("paramType", place == 3 ? "\"INT\"" : "\"BIGINT\"")
            .at(node.origin())
            .as(ErrorFamily::kAnalysis);
      }
      ASSIGN_OR_RETURN(const Value value, expr::evaluateFoldable(resolved, options_));
      if (value.isNull()) {
        return Error(condition::kUnexpectedInputType)
            .with("functionName", "`range`")
            .with("paramIndex", std::to_string(values.size() + 1))
            .with("requiredType", "\"BIGINT\"")
            .with("inputSql", expr::quotedExpression(plain))
            .with("inputType", "\"VOID\"")
            .at(node.origin())
            .as(ErrorFamily::kAnalysis);
      }
      values.push_back(value.asInteger());
    }
    if (values.empty() || values.size() > 4) {
      return Error(condition::kWrongNumArgsWithoutSuggestion)
          .with("functionName", "`range`")
          .with("expectedNum", "[1, 2, 3, 4]")
          .with("actualNum", std::to_string(values.size()))
          .with("docroot", "https://spark.apache.org/docs/latest")
          .at(node.origin())
          .as(ErrorFamily::kAnalysis);
    }
    plan::Range range;
    range.start = values.size() > 1 ? values[0] : 0;
    range.end = values.size() > 1 ? values[1] : values[0];
    range.step = values.size() > 2 ? values[2] : 1;
    range.numPartitions = values.size() > 3 ? static_cast<int32_t>(values[3]) : 0;
    range.id = expr::attribute(node.columnAliases.empty() ? "id" : node.columnAliases[0], DataType::bigint(), false);
    if (range.step == 0) {
      return Error(condition::kFailedFunctionCall).with("funcName", "`range`").at(node.origin()).as(ErrorFamily::kAnalysis);
    }
    LogicalPlanPtr out = plan::makePlan(std::move(range), node.origin());
    if (!node.tableAlias.empty()) {
      plan::SubqueryAlias alias;
      alias.alias = {node.tableAlias};
      alias.child = std::move(out);
      out = plan::makePlan(std::move(alias));
    }
    return ResolvedPlan{std::move(out), {}, nullptr};
  }
  if (const auto registered = catalog_.findFunction(node.nameParts); registered != nullptr && registered->temporary && registered->bodyExpression != nullptr) {
    const auto* udf = registered->bodyExpression->as<expr::PythonUdf>();
    if (udf != nullptr && expr::isTableFunction(udf->function.evalType)) {
      noteCall(*registered);
      return resolvePythonTable(*udf, node.arguments, node, input);
    }
  }
  const auto entry = catalog_.functions().find(name);
  if (std::holds_alternative<std::monostate>(entry) && !node.isLateralView) {
    if (const auto function = catalog_.findFunction(node.nameParts)) {
      if (!function->returnsTable) return Error(condition::kNotATableFunction).with("functionName", quotedName(function->name)).at(node.origin()).as(ErrorFamily::kAnalysis);
      noteCall(*function);
      ASSIGN_OR_RETURN(std::vector<ExprPtr> arguments, ExpressionResolver(*this, names).resolveAllForPlan(node.arguments));
      ASSIGN_OR_RETURN(arguments, bindSqlArguments(*function, std::move(arguments), node.origin()));
      ASSIGN_OR_RETURN(ResolvedPlan rows, sqlFunctionRows(*function, arguments, node.origin()));
      const std::vector<AttributePtr> output = rows.plan->output();
      if (!node.columnAliases.empty()) {
        if (node.columnAliases.size() != output.size()) {
          return Error(condition::kNumTableValueAliasesMismatch)
              .with("funcName", quotedName(function->name))
              .with("aliasesNum", std::to_string(node.columnAliases.size()))
              .with("outColsNum", std::to_string(output.size()))
              .at(node.origin())
              .as(ErrorFamily::kAnalysis);
        }
        plan::Project renamed;
        for (size_t i = 0; i < output.size(); ++i) renamed.projectList.push_back(expr::alias(output[i], node.columnAliases[i]));
        renamed.child = rows.plan;
        rows.plan = plan::makePlan(std::move(renamed));
      }
      plan::SubqueryAlias alias;
      alias.alias = {node.tableAlias.empty() ? function->name.back() : node.tableAlias};
      alias.child = rows.plan;
      return ResolvedPlan{plan::makePlan(std::move(alias)), {}, nullptr};
    }
  }
  if (std::get_if<const expr::GeneratorFunction*>(&entry) == nullptr) {
    if (std::holds_alternative<std::monostate>(entry)) {
      if (node.isLateralView) {
        return Error(condition::kUnresolvedRoutine)
            .with("routineName", quotedName(node.nameParts))
            .with("searchPath", "[`system`.`builtin`, `system`.`session`, `spark_catalog`." + quoteIdentifier(catalog_.currentDatabase()) + "]")
            .at(node.origin())
            .as(ErrorFamily::kAnalysis);
      }
      return Error(condition::kUnresolvableTableValuedFunction).with("name", quotedName(node.nameParts)).at(node.origin()).as(ErrorFamily::kAnalysis);
    }
    return Error(condition::kNotATableFunction).with("functionName", quotedName(node.nameParts)).at(node.origin()).as(ErrorFamily::kAnalysis);
  }
  expr::UnresolvedFunction call;
  call.nameParts = node.nameParts;
  call.arguments = node.arguments;
  for (const ExprPtr& argument : node.arguments) {
    const bool nested = tree::anyNode(argument, [&](const ExprPtr& each) {
      const auto* inner = each->as<expr::UnresolvedFunction>();
      if (inner == nullptr) return false;
      const auto kind = catalog_.functions().find(lowerCase(inner->nameParts.back()));
      return std::get_if<const expr::GeneratorFunction*>(&kind) != nullptr;
    });
    if (!nested) continue;
    return Error(condition::kUnsupportedGeneratorNestedInExpressions).with("expression", "\"" + call.sql() + "\"").at(node.origin()).as(ErrorFamily::kAnalysis);
  }
  ASSIGN_OR_RETURN(const ExprPtr generator, resolver.resolveForPlan(expr::makeExpr(std::move(call), node.origin())));
  const auto* bound = generator->as<expr::GeneratorCall>();
  const StructFields& fields = bound->binding->output;
  RETURN_IF_ERROR(checkColumnAliases(node.columnAliases, fields.size(), node.origin()));
  plan::Generate generate;
  generate.generator = generator;
  generate.outer = node.outer || bound->outer;
  for (size_t i = 0; i < fields.size(); ++i) {
    const std::string& column = node.columnAliases.empty() ? fields[i].name : node.columnAliases[i];
    std::vector<std::string> qualifier;
    if (!node.tableAlias.empty()) qualifier = {node.tableAlias};
    generate.generatorOutput.push_back(expr::attribute(column, fields[i].type, fields[i].nullable || generate.outer, qualifier));
  }
  generate.child = exposing(input.plan, missingAttributes({generator}, input.plan));
  if (node.child != nullptr) generate.required = input.plan->output();
  return ResolvedPlan{plan::makePlan(std::move(generate), node.origin()), input.hidden, nullptr};
}

}  // namespace flint::analysis
