// Table functions in Python: calls of them, with tables among their arguments.
#include <algorithm>

#include "analysis/attribute_ids.h"
#include "analysis/column_aliases.h"
#include "analysis/plan_resolver.h"
#include "analysis/python_analysis.h"
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

// The table as `analyze` asks for it, where the call does not say it otherwise.
Result<plan::TableArgument> asAsked(const plan::TableArgument& written, PythonAnalysis analysis, const PythonUdf& function, const OriginPtr& origin) {
  const bool partitions = analysis.singlePartition || !analysis.partitionBy.empty();
  if (partitions && (written.singlePartition || !written.partitionBy.empty())) {
    return Error(condition::kTableValuedFunctionRequiredMetadataIncompatibleWithCall)
        .with("functionName", quoteIdentifier(function.function.name))
        .with("requestedMetadata", "specified its own required partitioning of the input table")
        .with("invalidFunctionCallProperty", "specified the WITH SINGLE PARTITION or PARTITION BY clause; please remove these clauses and retry the query again.")
        .at(origin)
        .as(ErrorFamily::kAnalysis);
  }
  if (analysis.singlePartition && !analysis.partitionBy.empty()) {
    return Error(condition::kTableValuedFunctionRequiredMetadataInvalid)
        .with("functionName", quoteIdentifier(function.function.name))
        .with("reason", "the 'with_single_partition' field cannot be assigned to true if the 'partition_by' list is non-empty")
        .at(origin)
        .as(ErrorFamily::kAnalysis);
  }
  plan::TableArgument out(written);
  if (partitions) {
    out.singlePartition = analysis.singlePartition;
    out.partitionBy = std::move(analysis.partitionBy);
  }
  if (!analysis.orderBy.empty()) out.orderBy = std::move(analysis.orderBy);
  if (!analysis.select.empty()) {
    plan::Project project;
    project.projectList = std::move(analysis.select);
    project.child = out.plan;
    out.plan = plan::makePlan(std::move(project));
  }
  return out;
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
  bool splits = false;  // a table comes in partitions, or all at once
  ExprPtr table;
  std::vector<int32_t> tables;  // which arguments are one
  const auto addTable = [&](const plan::TableArgument& argument) -> Status {
    ASSIGN_OR_RETURN(const TableRows resolved, TableArgumentResolver(*this).resolve(argument));
    made.numPartitionColumns = resolved.numPartitionColumns;
    made.inOneTask = resolved.inOneTask;
    made.arguments[static_cast<size_t>(made.tableArgument)] = resolved.row;
    splits = splits || resolved.numPartitionColumns > 0 || resolved.inOneTask;
    if (numTables == 1) {
      rows = resolved.plan;
      return Status::ok();
    }
    // The function is called for every combination of the tables' rows.
    plan::Join pairs;
    pairs.type = plan::JoinType::kCross;
    pairs.left = resolved.plan;
    pairs.right = rows;
    rows = plan::makePlan(std::move(pairs));
    return Status::ok();
  };
  for (const ExprPtr& argument : arguments) {
    const auto* named = argument->as<expr::NamedArgument>();
    const ExprPtr value = named != nullptr ? named->value : argument;
    anyNamed = anyNamed || named != nullptr;
    made.argumentNames.push_back(named != nullptr ? named->name : "");
    if (const auto* written = value->as<plan::TableArgument>()) {
      ++numTables;
      table = value;
      tables.push_back(static_cast<int32_t>(made.arguments.size()));
      made.tableArgument = static_cast<int32_t>(made.arguments.size());
      made.arguments.push_back(nullptr);
      RETURN_IF_ERROR(addTable(*written));
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
  const bool severalAllowed = conf_.getBoolean("spark.sql.tvf.allowMultipleTableArguments.enabled", false);
  if (numTables > 1 && (!severalAllowed || splits || made.function.evalType == expr::PythonEvalType::kArrowUdtf)) {
    return Error(condition::kTableValuedFunctionTooManyTableArguments).with("num", std::to_string(numTables)).at(node.origin()).as(ErrorFamily::kAnalysis);
  }
  if (!made.type.is(TypeKind::kStruct)) {
    if (dependencies_ != nullptr) dependencies_->isMomentary = true;
    ASSIGN_OR_RETURN(PythonAnalysis analysis, analyzeInPython(made, tables, conf_, options_));
    made.type = analysis.schema;
    made.analysis = analysis.pickled;
    if (numTables == 1 && analysis.asksForTable()) {
      ASSIGN_OR_RETURN(const plan::TableArgument asked, asAsked(*table->as<plan::TableArgument>(), std::move(analysis), made, node.origin()));
      RETURN_IF_ERROR(addTable(asked));
    }
  }
  const StructFields& fields = made.type.fields();
  RETURN_IF_ERROR(checkColumnAliases(node.columnAliases, fields.size(), node.origin()));
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

}  // namespace flint::analysis
