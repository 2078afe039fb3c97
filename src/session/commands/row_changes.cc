#include "session/commands/row_changes.h"

#include <algorithm>
#include <set>

#include "analysis/char_lengths.h"
#include "expr/expression_text.h"
#include "expr/unresolved.h"
#include "parser/sql_parser.h"
#include "plan/logical/relational.h"
#include "plan/logical/unresolved_plans.h"
#include "session/data_writing.h"
#include "types/type_coercion.h"

namespace flint::session {
namespace {

using catalog::CatalogTable;
using plan::ExprPtr;
using Kind = plan::MergeAction::Kind;

LogicalPlanPtr filtered(const LogicalPlanPtr& child, const ExprPtr& condition) {
  if (condition == nullptr) return child;
  plan::Filter filter;
  filter.condition = condition;
  filter.child = child;
  return plan::makePlan(std::move(filter));
}

LogicalPlanPtr projected(const LogicalPlanPtr& child, std::vector<ExprPtr> columns) {
  plan::Project project;
  project.projectList = std::move(columns);
  project.child = child;
  return plan::makePlan(std::move(project));
}

LogicalPlanPtr joined(const LogicalPlanPtr& left, const LogicalPlanPtr& right, plan::JoinType type, const ExprPtr& condition) {
  plan::Join join;
  join.left = left;
  join.right = right;
  join.type = type;
  join.condition = condition;
  return plan::makePlan(std::move(join));
}

ExprPtr column(std::vector<std::string> name) {
  expr::UnresolvedAttribute attribute;
  attribute.nameParts = std::move(name);
  return expr::makeExpr(std::move(attribute));
}

ExprPtr isTrue(const ExprPtr& condition) {
  expr::Coalesce known;
  known.arguments = {condition, expr::literalBoolean(false)};
  return expr::makeExpr(std::move(known));
}

// The table that a statement changes, and how its columns are called there.
struct Target {
  CatalogTable table;
  std::vector<std::string> qualifier;
  LogicalPlanPtr plan;

  ExprPtr columnOf(const StructField& field) const {
    std::vector<std::string> name = qualifier;
    name.push_back(field.name);
    return column(std::move(name));
  }
};

Error refused(const std::vector<std::string>& table, const std::string& operation) {
  return Error(condition::kUnsupportedFeatureTableOperation).with("tableName", catalog::quoted(table)).with("operation", operation).as(ErrorFamily::kAnalysis);
}

// `reading` holds the target and what else the statement reads: its names are looked up before the table is refused.
Result<Target> targetOf(const SparkSessionPtr& session, const LogicalPlanPtr& written, const LogicalPlanPtr& reading, const char* operation) {
  Target out;
  out.plan = written;
  std::vector<std::string> name;
  for (LogicalPlanPtr below = written; below != nullptr;) {
    if (const auto* alias = below->as<plan::SubqueryAlias>(); alias != nullptr && out.qualifier.empty()) out.qualifier = alias->alias;
    if (const auto* relation = below->as<plan::UnresolvedRelation>()) {
      ASSIGN_OR_RETURN(name, nameParts(*session, plan::ObjectName{relation->nameParts, relation->identifier}));
      break;
    }
    const auto children = below->children();
    below = children.empty() ? nullptr : children[0];
  }
  RETURN_IF_ERROR(analyzedQuery(session, reading));
  ASSIGN_OR_RETURN(const auto found, session->catalog().lookup(name));
  const bool table = found.has_value() && found->table.has_value() && found->table->type != CatalogTable::Type::kView;
  if (!table || found->table->catalog == catalog::kSessionCatalog || session->catalog().of(*found->table).keepsRows()) {
    return refused(found.has_value() ? found->qualifier : name, operation);
  }
  out.table = *found->table;
  if (out.qualifier.empty()) out.qualifier = found->qualifier;
  std::erase(out.qualifier, std::string());
  return out;
}

// Errors: INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST for a value that the column cannot keep.
Status checkStored(const SparkSessionPtr& session, const Target& target, const StructField& field, const ExprPtr& value, const LogicalPlanPtr& input) {
  ASSIGN_OR_RETURN(const LogicalPlanPtr rows, analyzedQuery(session, projected(input, {value})));
  const DataType type = rows->output()[0]->dataType();
  if (canAnsiStoreAssign(type, analysis::asStrings(field.type))) return Status::ok();
  return Error(condition::kIncompatibleDataForTableCannotSafelyCast)
      .with("tableName", catalog::quoted({target.table.catalog, target.table.database, target.table.name}))
      .with("colName", quoteIdentifier(field.name))
      .with("srcType", "\"" + type.sql() + "\"")
      .with("targetType", "\"" + field.type.sql() + "\"")
      .as(ErrorFamily::kAnalysis);
}

// The new value of each of the table's columns; null where it stays (or, in a new row, where the column's default goes).
Result<std::vector<ExprPtr>> assigned(const SparkSessionPtr& session, const Target& target, const std::vector<plan::Assignment>& assignments, const LogicalPlanPtr& input) {
  std::vector<ExprPtr> out(target.table.schema.size());
  for (const plan::Assignment& each : assignments) {
    const auto* named = each.column->as<expr::UnresolvedAttribute>();
    const std::string last = named == nullptr ? "" : session->catalog().folded(named->nameParts.back());
    size_t i = 0;
    while (i < out.size() && session->catalog().folded(target.table.schema[i].name) != last) ++i;
    if (i == out.size()) {
      return Error(condition::kUnresolvedColumnWithSuggestion)
          .with("objectName", named == nullptr ? each.column->sql() : catalog::quoted(named->nameParts))
          .with("proposal", quoteIdentifier(target.table.schema[0].name))
          .as(ErrorFamily::kAnalysis);
    }
    const StructField& field = target.table.schema[i];
    ExprPtr value = each.value;
    if (value == nullptr) {
      value = expr::literalNull(DataType::null());
      if (const auto known = target.table.columnDefaults.find(field.name); known != target.table.columnDefaults.end()) {
        ASSIGN_OR_RETURN(value, parser::parseExpression(known->second, session->parserOptions()));
      }
    }
    RETURN_IF_ERROR(checkStored(session, target, field, value, input));
    expr::Cast stored;
    stored.child = std::move(value);
    stored.target = analysis::asStrings(field.type);
    stored.mode = expr::CastMode::kAnsi;
    out[i] = expr::makeExpr(std::move(stored));
  }
  return out;
}

// Writes what `rows` gives, column by column, in the place of the table's rows.
Status replaceRows(const SparkSessionPtr& session, const Target& target, const LogicalPlanPtr& rows) {
  ASSIGN_OR_RETURN(const LogicalPlanPtr resolved, analyzedQuery(session, rows));
  const auto given = resolved->output();
  std::vector<ExprPtr> columns;
  for (size_t i = 0; i < given.size(); ++i) {
    const StructField& field = target.table.schema[i];
    ExprPtr value = given[i];
    if (analysis::holdsCharLengths(field.type)) value = analysis::checkedForWriting(value, field.type);
    columns.push_back(expr::alias(std::move(value), field.name));
  }
  return rewriteTable(session, projected(resolved, std::move(columns)), target.table);
}

Status deleteRows(const SparkSessionPtr& session, const plan::DeleteFrom& node) {
  ASSIGN_OR_RETURN(const Target target, targetOf(session, node.table, filtered(node.table, node.condition), "DELETE"));
  expr::Not kept;
  kept.child = isTrue(node.condition == nullptr ? expr::literalBoolean(true) : node.condition);
  std::vector<ExprPtr> columns;
  for (const StructField& field : target.table.schema) columns.push_back(target.columnOf(field));
  return replaceRows(session, target, projected(filtered(target.plan, expr::makeExpr(std::move(kept))), std::move(columns)));
}

// The rows of `input` after the first of the actions whose condition is true. Its columns are the target's, as far as nothing changes them.
Result<LogicalPlanPtr> changedBy(const SparkSessionPtr& session, const Target& target, const LogicalPlanPtr& input, const std::vector<plan::MergeAction>& actions) {
  const size_t width = target.table.schema.size();
  std::vector<expr::CaseWhen> values(width);
  expr::CaseWhen kept;
  for (const plan::MergeAction& action : actions) {
    const ExprPtr condition = action.condition == nullptr ? expr::literalBoolean(true) : action.condition;
    kept.branches.emplace_back(condition, expr::literalBoolean(action.kind != Kind::kDelete));
    std::vector<ExprPtr> fresh(width);
    if (action.kind != Kind::kDelete) {
      ASSIGN_OR_RETURN(fresh, assigned(session, target, action.assignments, input));
    }
    for (size_t i = 0; i < width; ++i) values[i].branches.emplace_back(condition, fresh[i] == nullptr ? target.columnOf(target.table.schema[i]) : fresh[i]);
  }
  std::vector<ExprPtr> columns;
  for (size_t i = 0; i < width; ++i) {
    const ExprPtr old = target.columnOf(target.table.schema[i]);
    if (actions.empty()) {
      columns.push_back(old);
      continue;
    }
    values[i].elseValue = old;
    columns.push_back(expr::alias(expr::makeExpr(std::move(values[i])), target.table.schema[i].name));
  }
  if (actions.empty()) return projected(input, std::move(columns));
  kept.elseValue = expr::literalBoolean(true);
  return projected(filtered(input, expr::makeExpr(std::move(kept))), std::move(columns));
}

Status updateRows(const SparkSessionPtr& session, const plan::UpdateTable& node) {
  std::vector<ExprPtr> read;
  for (const plan::Assignment& each : node.assignments) {
    read.push_back(each.column);
    if (each.value != nullptr) read.push_back(each.value);
  }
  const LogicalPlanPtr reading = projected(filtered(node.table, node.condition), std::move(read));
  ASSIGN_OR_RETURN(const Target target, targetOf(session, node.table, reading, "UPDATE TABLE"));
  plan::MergeAction change;
  change.kind = Kind::kUpdate;
  change.condition = node.condition;
  change.assignments = node.assignments;
  ASSIGN_OR_RETURN(const LogicalPlanPtr rows, changedBy(session, target, target.plan, {change}));
  return replaceRows(session, target, rows);
}

// Errors: MERGE_CARDINALITY_VIOLATION where a row of the target meets several of the source.
Status checkCardinality(const SparkSessionPtr& session, const Target& target, const LogicalPlanPtr& source, const ExprPtr& condition) {
  constexpr const char* kRow = "__row_of_target";
  expr::UnresolvedStar all;
  plan::SubqueryAlias numbered;
  numbered.alias = target.qualifier;
  numbered.child = projected(target.plan, {expr::makeExpr(std::move(all)), expr::alias(expr::call("monotonically_increasing_id", {}), kRow)});
  plan::Aggregate rows;
  rows.grouping = {column({kRow})};
  rows.aggregates = {expr::alias(expr::call("count", {expr::literalInt(1)}), "n")};
  rows.child = joined(plan::makePlan(std::move(numbered)), source, plan::JoinType::kInner, condition);
  plan::Aggregate most;
  most.aggregates = {expr::alias(expr::call("max", {column({"n"})}), "n")};
  most.child = plan::makePlan(std::move(rows));
  ASSIGN_OR_RETURN(const auto batches, QueryExecution(session, plan::makePlan(std::move(most))).collect());
  for (const columnar::ColumnarBatch& batch : batches) {
    if (batch.isEmpty()) continue;
    const Value value = batch.column(0)->valueAt(batch.activeRows()[0]);
    if (!value.isNull() && value.asInteger() > 1) return Error(condition::kMergeCardinalityViolation).as(ErrorFamily::kRuntime);
  }
  return Status::ok();
}

// UPDATE SET * and INSERT *: each column gets the source's of its name.
std::vector<plan::MergeAction> withoutStars(const Target& target, const std::vector<std::string>& source, const std::vector<plan::MergeAction>& actions) {
  std::vector<plan::MergeAction> out = actions;
  for (plan::MergeAction& action : out) {
    if (action.kind != Kind::kUpdateStar && action.kind != Kind::kInsertStar) continue;
    for (const StructField& field : target.table.schema) {
      std::vector<std::string> name = source;
      name.push_back(field.name);
      action.assignments.push_back({column({field.name}), column(std::move(name))});
    }
  }
  return out;
}

Status mergeRows(const SparkSessionPtr& session, const plan::MergeInto& node) {
  using plan::JoinType;
  ASSIGN_OR_RETURN(const Target target, targetOf(session, node.target, joined(node.target, node.source, JoinType::kInner, node.condition), "MERGE INTO TABLE"));
  std::vector<std::string> source;
  if (const auto* alias = node.source->as<plan::SubqueryAlias>()) source = alias->alias;
  if (const auto* relation = node.source->as<plan::UnresolvedRelation>()) source = relation->nameParts;
  const std::vector<plan::MergeAction> matched = withoutStars(target, source, node.matched);
  const bool onlyDeletes = matched.size() == 1 && matched[0].kind == Kind::kDelete && matched[0].condition == nullptr;
  if (!matched.empty() && !onlyDeletes) RETURN_IF_ERROR(checkCardinality(session, target, node.source, node.condition));
  plan::Union rows;
  // Rows that meet one of the source: as they are, or changed by it.
  if (!onlyDeletes) {
    const LogicalPlanPtr both = joined(target.plan, node.source, matched.empty() ? JoinType::kLeftSemi : JoinType::kInner, node.condition);
    ASSIGN_OR_RETURN(LogicalPlanPtr part, changedBy(session, target, both, matched));
    rows.inputs.push_back(std::move(part));
  }
  ASSIGN_OR_RETURN(LogicalPlanPtr alone, changedBy(session, target, joined(target.plan, node.source, JoinType::kLeftAnti, node.condition), node.notMatchedBySource));
  rows.inputs.push_back(std::move(alone));
  // Rows of the source that meet none: the first action that takes one inserts it.
  const LogicalPlanPtr left = joined(node.source, target.plan, JoinType::kLeftAnti, node.condition);
  ExprPtr before;
  for (const plan::MergeAction& action : withoutStars(target, source, node.notMatched)) {
    std::vector<plan::Assignment> assignments = action.assignments;
    for (const StructField& field : target.table.schema) {
      const auto given = [&](const plan::Assignment& each) {
        const auto* named = each.column->as<expr::UnresolvedAttribute>();
        return named != nullptr && session->catalog().folded(named->nameParts.back()) == session->catalog().folded(field.name);
      };
      if (std::none_of(assignments.begin(), assignments.end(), given)) assignments.push_back({column({field.name}), nullptr});
    }
    ASSIGN_OR_RETURN(std::vector<ExprPtr> values, assigned(session, target, assignments, left));
    for (size_t i = 0; i < values.size(); ++i) values[i] = expr::alias(std::move(values[i]), target.table.schema[i].name);
    LogicalPlanPtr taken = filtered(left, action.condition);
    if (before != nullptr) taken = filtered(taken, expr::makeNode<expr::Not>(before));
    rows.inputs.push_back(projected(taken, std::move(values)));
    const ExprPtr takes = isTrue(action.condition == nullptr ? expr::literalBoolean(true) : action.condition);
    before = before == nullptr ? takes : ExprPtr(expr::makeNode<expr::Or>(before, takes));
  }
  return replaceRows(session, target, rows.inputs.size() == 1 ? rows.inputs[0] : plan::makePlan(std::move(rows)));
}

}  // namespace

CommandOutcome runRowChange(const SparkSessionPtr& session, const LogicalPlanPtr& command) {
  CommandResult nothing;
  if (const auto* node = command->as<plan::DeleteFrom>()) {
    RETURN_IF_ERROR(deleteRows(session, *node));
    return nothing.plan();
  }
  if (const auto* node = command->as<plan::UpdateTable>()) {
    RETURN_IF_ERROR(updateRows(session, *node));
    return nothing.plan();
  }
  if (const auto* node = command->as<plan::MergeInto>()) {
    RETURN_IF_ERROR(mergeRows(session, *node));
    return nothing.plan();
  }
  return LogicalPlanPtr();
}

}  // namespace flint::session
