// Table functions in Python: calls of them, with tables among their arguments.
#include <algorithm>

#include "analysis/attribute_ids.h"
#include "analysis/plan_resolver.h"
#include "expr/expression_text.h"
#include "expr/function_registry.h"
#include "expr/python_udf.h"
#include "plan/logical/subquery_expressions.h"

namespace flint::analysis {

using expr::PythonUdf;

namespace {

// A table that is an argument: its rows, and what the function is given of one.
struct TableRows {
  LogicalPlanPtr plan;
  ExprPtr row;
  int32_t numPartitionColumns = 0;
  bool inOneTask = false;
};

Status checkNames(const PythonUdf& function, const std::vector<ExprPtr>& arguments, const OriginPtr& origin) {
  std::vector<std::string> seen;
  for (const ExprPtr& argument : arguments) {
    const auto* named = argument->as<expr::NamedArgument>();
    if (named == nullptr && !seen.empty()) {
      return Error(condition::kUnexpectedPositionalArgument)
          .with("routineName", quoteIdentifier(function.function.name))
          .with("parameterName", quoteIdentifier(argument->sql()))
          .at(origin)
          .as(ErrorFamily::kAnalysis);
    }
    if (named == nullptr) continue;
    if (std::find(seen.begin(), seen.end(), named->name) != seen.end()) {
      return Error(condition::kDuplicateRoutineParameterAssignmentDoubleNamedArgumentReference)
          .with("routineName", quoteIdentifier(function.function.name))
          .with("parameterName", quoteIdentifier(named->name))
          .at(origin)
          .as(ErrorFamily::kAnalysis);
    }
    seen.push_back(named->name);
  }
  return Status::ok();
}

LogicalPlanPtr sorted(std::vector<ExprPtr> order, LogicalPlanPtr child) {
  if (order.empty()) return child;
  plan::Sort sort;
  sort.order = std::move(order);
  sort.child = std::move(child);
  return plan::makePlan(std::move(sort));
}

}  // namespace

/// Resolves tables that are arguments.
class TableArgumentResolver {
 public:
  explicit TableArgumentResolver(PlanResolver& plans) : plans_(plans) {}

  Result<TableRows> resolve(const plan::TableArgument& argument) {
    ASSIGN_OR_RETURN(ResolvedPlan input, plans_.resolve(argument.plan));
    input.block = nullptr;
    const auto scope = plans_.scopeOf(input);
    const NameContext names = plans_.contextOf(scope, {input.plan});
    ASSIGN_OR_RETURN(const std::vector<ExprPtr> partitionBy, ExpressionResolver(plans_, names).resolveAllForPlan(argument.partitionBy));
    ASSIGN_OR_RETURN(std::vector<ExprPtr> orderBy, ExpressionResolver(plans_, names).resolveAllForPlan(argument.orderBy));
    TableRows out;
    out.numPartitionColumns = static_cast<int32_t>(partitionBy.size());
    out.inOneTask = argument.singlePartition || !partitionBy.empty();
    std::vector<ExprPtr> fields;
    std::vector<ExprPtr> order;
    plan::Project project;
    const auto add = [&](const AttributePtr& column) {
      fields.push_back(expr::literalString(column->name));
      fields.push_back(column);
    };
    for (const AttributePtr& column : input.plan->output()) {
      project.projectList.push_back(column);
      add(column);
    }
    for (size_t i = 0; i < partitionBy.size(); ++i) {
      project.projectList.push_back(expr::alias(partitionBy[i], "partition_by_" + std::to_string(i)));
      add(expr::toAttribute(project.projectList.back()));
      order.push_back(expr::sortOrder(expr::toAttribute(project.projectList.back())));
    }
    order.insert(order.end(), orderBy.begin(), orderBy.end());
    ASSIGN_OR_RETURN(out.row, expr::makeFunctionCall("named_struct", std::move(fields), plans_.options(), argument.origin()));
    out.plan = input.plan;
    if (!partitionBy.empty()) {
      project.child = out.plan;
      out.plan = plan::makePlan(std::move(project));
    }
    out.plan = sorted(std::move(order), std::move(out.plan));
    return out;
  }

 private:
  PlanResolver& plans_;
};

Result<ResolvedPlan> PlanResolver::resolvePythonTable(const PythonUdf& function, const std::vector<ExprPtr>& arguments,
                                                      const plan::UnresolvedTableValuedFunction& node, const ResolvedPlan& input) {
  if (node.outer) return Error(condition::kUnsupportedCallWithoutSuggestion).with("className", "LATERAL VIEW OUTER").with("methodName", function.function.name).at(node.origin()).as(ErrorFamily::kAnalysis);
  RETURN_IF_ERROR(checkNames(function, arguments, node.origin()));
  PythonUdf made(function);
  made.arguments.clear();
  made.argumentNames.clear();
  const auto scope = scopeOf(input);
  const NameContext names = contextOf(scope, {input.plan});
  LogicalPlanPtr rows = input.plan;
  bool anyNamed = false;
  int numTables = 0;
  for (const ExprPtr& argument : arguments) {
    const auto* named = argument->as<expr::NamedArgument>();
    const ExprPtr value = named != nullptr ? named->value : argument;
    anyNamed = anyNamed || named != nullptr;
    made.argumentNames.push_back(named != nullptr ? named->name : "");
    if (const auto* table = value->as<plan::TableArgument>()) {
      ++numTables;
      made.tableArgument = static_cast<int32_t>(made.arguments.size());
      ASSIGN_OR_RETURN(TableRows resolved, TableArgumentResolver(*this).resolve(*table));
      made.numPartitionColumns = resolved.numPartitionColumns;
      made.inOneTask = resolved.inOneTask;
      made.arguments.push_back(resolved.row);
      rows = resolved.plan;
      continue;
    }
    ASSIGN_OR_RETURN(const ExprPtr resolved, ExpressionResolver(*this, names).resolveForPlan(value));
    made.arguments.push_back(expr::withoutAlias(resolved));
  }
  if (!anyNamed) made.argumentNames.clear();
  const auto isOuter = [](const ExprPtr& each) { return tree::anyNode(each, [](const ExprPtr& part) { return part->kind() == expr::ExprKind::kOuterReference; }); };
  if (made.function.evalType == expr::PythonEvalType::kArrowUdtf && std::any_of(made.arguments.begin(), made.arguments.end(), isOuter)) {
    return Error(condition::kLateralJoinWithArrowUdtfUnsupported).at(node.origin()).as(ErrorFamily::kAnalysis);
  }
  if (numTables > 1) {
    return Error(condition::kTableValuedFunctionTooManyTableArguments).with("num", std::to_string(numTables)).at(node.origin()).as(ErrorFamily::kAnalysis);
  }
  if (!made.type.is(TypeKind::kStruct)) RETURN_IF_ERROR(analyzePythonTable(made, rows));
  const StructFields& fields = made.type.fields();
  if (!node.columnAliases.empty() && node.columnAliases.size() != fields.size()) {
    return Error(condition::kUdtfAliasNumberMismatch)
        .with("aliasesSize", std::to_string(fields.size()))
        .with("aliasesNames", expr::joinTexts(node.columnAliases))
        .at(node.origin())
        .as(ErrorFamily::kAnalysis);
  }
  made.resultId = expr::newExprId();
  plan::Generate generate;
  for (size_t i = 0; i < fields.size(); ++i) {
    std::vector<std::string> qualifier;
    if (!node.tableAlias.empty()) qualifier = {node.tableAlias};
    generate.generatorOutput.push_back(expr::attribute(node.columnAliases.empty() ? fields[i].name : node.columnAliases[i], fields[i].type, fields[i].nullable, qualifier));
  }
  generate.generator = expr::makeExpr(std::move(made), node.origin());
  generate.child = exposing(rows, missingAttributes({generate.generator}, rows));
  if (node.child != nullptr) generate.required = input.plan->output();
  return ResolvedPlan{plan::makePlan(std::move(generate), node.origin()), input.hidden, nullptr};
}

Status PlanResolver::analyzePythonTable(PythonUdf& function, LogicalPlanPtr&) {
  return Error(condition::kUnsupportedCallWithoutSuggestion).with("className", "UDTF").with("methodName", function.function.name + ".analyze").as(ErrorFamily::kAnalysis);
}

}  // namespace flint::analysis
