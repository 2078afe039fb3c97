// Leaves: tables and views by name, files, VALUES; and new names for columns.
#include <algorithm>
#include <utility>

#include "analysis/analyzed_table.h"
#include "analysis/attribute_ids.h"
#include "analysis/char_lengths.h"
#include "analysis/plan_resolver.h"
#include "analysis/python_data_source.h"
#include "analysis/set_operation_types.h"
#include "analysis/type_coercion_rules.h"
#include "base/condition.h"
#include "columnar/vector_builder.h"
#include "connector/data_source.h"
#include "expr/expression_text.h"
#include "parser/sql_parser.h"
#include "types/type_coercion.h"
#include "types/type_json.h"

namespace flint::analysis {
namespace {

connector::OpenRequest openRequest(const catalog::SQLConf& conf, const expr::EvaluationOptions& options) {
  connector::OpenRequest request;
  request.timeZone = options.timeZone;
  request.caseSensitive = options.caseSensitive;
  request.defaultParallelism = static_cast<int32_t>(conf.getInteger("spark.default.parallelism", 1));
  request.conf = [&conf](std::string_view key) { return conf.find(key); };
  return request;
}

// A schema as DDL ("a INT, b STRING") or as JSON.
Result<DataType> schemaOfText(const std::string& text) {
  const size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string::npos || text[start] != '{') return parser::parseTableSchema(text);
  ASSIGN_OR_RETURN(DataType schema, dataTypeFromJson(text));
  if (!schema.is(TypeKind::kStruct)) return Error(condition::kInvalidJsonDataType).with("invalidType", text).as(ErrorFamily::kAnalysis);
  return schema;
}

LogicalPlanPtr aliased(LogicalPlanPtr child, std::vector<std::string> name) {
  plan::SubqueryAlias alias;
  alias.alias = std::move(name);
  alias.child = std::move(child);
  return plan::makePlan(std::move(alias));
}

}  // namespace

Result<ResolvedPlan> PlanResolver::relationOf(const connector::TablePtr& table, const std::string& name, const std::vector<std::string>& qualifier) {
  plan::Relation relation;
  relation.table = table;
  relation.name = name;
  for (const StructField& field : table->schema()) {
    expr::AttributeReference column;
    column.name = field.name;
    column.type = field.type;
    column.nullableColumn = field.nullable;
    column.id = expr::newExprId();
    column.metadata = field.metadata;
    relation.attributes.push_back(expr::makeExpr(std::move(column)));
  }
  for (const StructField& field : table->metadataColumns()) {
    expr::AttributeReference column;
    column.name = field.name;
    column.type = field.type;
    column.nullableColumn = field.nullable;
    column.id = expr::newExprId();
    column.isMetadataColumn = true;
    relation.metadataAttributes.push_back(expr::makeExpr(std::move(column)));
  }
  ResolvedPlan out;
  out.hidden = relation.metadataAttributes;
  out.plan = plan::makePlan(std::move(relation));
  if (!qualifier.empty()) out.plan = aliased(out.plan, qualifier);
  return out;
}

static Error streamingRead(const std::string& source, const OriginPtr& origin) {
  return Error(condition::kUnsupportedFeatureNotInFlint).with("feature", "readStream, reading " + source + " as a stream").at(origin).as(ErrorFamily::kUnsupportedOperation);
}

// No table keeps versions. Errors: MULTIPLE_TIME_TRAVEL_SPEC, UNSUPPORTED_FEATURE.TIME_TRAVEL for a version or a time that the text or an option names.
Status PlanResolver::requireNoTimeTravel(const plan::UnresolvedRelation& node, const NameParts& name) const {
  const std::string timestampKey = lowerCase(conf_.get("spark.sql.timeTravelTimestampKey", "timestampAsOf"));
  const std::string versionKey = lowerCase(conf_.get("spark.sql.timeTravelVersionKey", "versionAsOf"));
  const auto has = [&](const std::string& wanted) {
    return std::any_of(node.options.begin(), node.options.end(), [&](const auto& option) { return lowerCase(option.first) == wanted; });
  };
  const bool written = !node.version.empty() || node.timestamp != nullptr;
  const int specs = (written ? 1 : 0) + (has(timestampKey) ? 1 : 0) + (has(versionKey) ? 1 : 0);
  if (specs == 0) return Status::ok();
  if (specs > 1) return Error(condition::kMultipleTimeTravelSpec).at(node.origin()).as(ErrorFamily::kAnalysis);
  return Error(condition::kUnsupportedFeatureTimeTravel).with("relationId", quotedName(name)).at(node.origin()).as(ErrorFamily::kAnalysis);
}

Result<ResolvedPlan> PlanResolver::resolveRelation(const plan::UnresolvedRelation& node) {
  if (node.isStreaming) return streamingRead(node.nameParts.back(), node.origin());
  std::vector<std::string> name = node.nameParts;
  if (node.identifier != nullptr) {
    const NameContext nothing;
    ASSIGN_OR_RETURN(name, ExpressionResolver(*this, nothing).identifierParts(node.identifier, node.origin()));
  }
  if (name.size() == 1) {
    std::string known;
    if (const std::shared_ptr<CteDefinition> definition = findCte(name[0], known)) {
      return definition->recursing ? useSelf(*definition, known) : useCte(*definition, known);
    }
  }
  if (name.size() == 1 && !viewDatabase_.empty()) name.insert(name.begin(), viewDatabase_);
  if (name.size() == 2 && !viewDatabase_.empty() && catalog_.currentCatalog() != catalog::kSessionCatalog) name.insert(name.begin(), catalog::kSessionCatalog);
  ASSIGN_OR_RETURN(const auto found, catalog_.lookup(name));
  if (found.has_value()) RETURN_IF_ERROR(requireNoTimeTravel(node, found->qualifier));
  const bool isOfSession = found.has_value() && found->tempView.has_value() && found->qualifier.size() == 1;
  if (dependencies_ != nullptr && !isOfSession) dependencies_->isMomentary = true;
  if (dependencies_ != nullptr && found.has_value()) {
    dependencies_->readsData = true;
    if (found->tempView.has_value()) dependencies_->temporaryViews.push_back(name);
    if (found->table.has_value() && found->table->type == catalog::CatalogTable::Type::kView) dependencies_->views.insert(found->table->database + "." + found->table->name);
  }
  if (found.has_value() && found->tempView.has_value()) {
    LogicalPlanPtr view = withNewIds(found->tempView->plan);
    // CTEs of the view join those of this statement.
    if (const auto* with = view->as<plan::WithCte>()) {
      for (const LogicalPlanPtr& each : with->definitions) {
        const auto* cte = each->as<plan::CteRelationDef>();
        auto definition = std::make_shared<CteDefinition>();
        definition->id = cte->id;
        definition->plan = cte->child;
        definitions_.push_back(std::move(definition));
      }
      view = with->child;
    }
    std::vector<std::string> qualifier = found->qualifier;
    qualifier.back() = found->tempView->name;
    return ResolvedPlan{aliased(std::move(view), std::move(qualifier)), {}, nullptr};
  }
  if (found.has_value() && found->table.has_value()) {
    const catalog::CatalogTable& table = *found->table;
    if (table.type == catalog::CatalogTable::Type::kView) return resolveView(table, found->qualifier, node.origin());
    const connector::DataSource* source = connector::DataSourceTable::instance().find(table.provider);
    if (const auto python = source == nullptr ? catalog_.pythonDataSources().find(table.provider) : std::nullopt) {
      const connector::Options options(table.options.begin(), table.options.end());
      const std::vector<std::string> paths = table.location.empty() ? std::vector<std::string>() : std::vector<std::string>{table.location};
      ASSIGN_OR_RETURN(LogicalPlanPtr rows, pythonDataSourceRelation(*python, options, paths, DataType::structType(table.schema), conf_));
      return ResolvedPlan{aliased(std::move(rows), found->qualifier), {}, nullptr};
    }
    if (source == nullptr || source->open == nullptr) {
      return Error(condition::kDataSourceNotFound).with("provider", table.provider).at(node.origin()).as(ErrorFamily::kAnalysis);
    }
    connector::OpenRequest request = openRequest(conf_, options_);
    if (!table.location.empty()) request.paths = {table.location};
    request.schema = table.schema;
    const bool lengths = !conf_.getBoolean("spark.sql.legacy.charVarcharAsString", false);
    bool pads = false;
    for (StructField& field : *request.schema) {
      if (!holdsCharLengths(field.type)) continue;
      if (lengths) field.metadata = withDeclaredType(field.metadata, field.type);
      field.type = asStrings(field.type);
      pads = lengths;
    }
    for (const auto& [key, value] : table.options) request.options.emplace_back(key, value);
    // A table whose files are gone has no rows; it is the same table still, of which rows may be cached.
    request.conf = [&conf = conf_](std::string_view key) { return key == "flint.files.missingPathIsEmpty" ? std::optional<std::string>("true") : conf.find(key); };
    const Result<connector::TablePtr> opened = source->open(request);
    RETURN_IF_ERROR(opened);
    const connector::TablePtr analyzed = withCatalogStatistics(*opened, table, options_);
    if (!pads || !conf_.getBoolean("spark.sql.readSideCharPadding", true)) return relationOf(analyzed, catalog::joined(found->qualifier), found->qualifier);
    ASSIGN_OR_RETURN(ResolvedPlan relation, relationOf(analyzed, catalog::joined(found->qualifier), {}));
    plan::Project project;
    const NameContext nothing;
    for (const AttributePtr& column : relation.plan->output()) {
      const auto declared = std::find_if(table.schema.begin(), table.schema.end(), [&](const StructField& field) { return sameName(field.name, column->name); });
      const ExprPtr padded = declared == table.schema.end() ? ExprPtr(column) : paddedForReading(column, declared->type);
      if (padded == column) {
        project.projectList.push_back(column);
        continue;
      }
      expr::Alias alias;
      ASSIGN_OR_RETURN(alias.child, ExpressionResolver(*this, nothing).resolve(padded));
      alias.name = column->name;
      alias.id = expr::newExprId();
      alias.metadata = column->metadata;
      project.projectList.push_back(expr::makeExpr(std::move(alias)));
    }
    project.child = relation.plan;
    relation.plan = aliased(plan::makePlan(std::move(project)), found->qualifier);
    return relation;
  }
  // format.`path`
  if (name.size() == 2) {
    const connector::DataSource* source = connector::DataSourceTable::instance().find(lowerCase(name[0]));
    if (source != nullptr && source->open != nullptr) {
      if (name[1].empty()) return Error(condition::kInvalidEmptyLocation).with("location", "").at(node.origin()).as(ErrorFamily::kIllegalArgument);
      connector::OpenRequest request = openRequest(conf_, options_);
      request.paths = {name[1]};
      request.options = node.options;
      ASSIGN_OR_RETURN(const connector::TablePtr table, source->open(request));
      return relationOf(table, "", {});
    }
  }
  return Error(condition::kTableOrViewNotFound)
      .with("relationName", quotedName(name))
      .with("searchPath", "[`system`.`builtin`, `system`.`session`, `spark_catalog`." + quoteIdentifier(catalog_.currentDatabase()) + "]")
      .at(node.origin())
      .as(ErrorFamily::kAnalysis);
}

Result<ResolvedPlan> PlanResolver::resolveDataSource(const plan::UnresolvedDataSource& node) {
  if (node.isStreaming) return streamingRead(node.format, node.origin());
  if (dependencies_ != nullptr) dependencies_->isMomentary = true;
  const std::string format = node.format.empty() ? conf_.get("spark.sql.sources.default", "parquet") : node.format;
  const connector::DataSource* source = connector::DataSourceTable::instance().find(format);
  if (source == nullptr) source = connector::DataSourceTable::instance().find(lowerCase(format));
  std::optional<DataType> schema;
  if (!node.schema.empty()) {
    ASSIGN_OR_RETURN(schema, schemaOfText(node.schema));
  }
  if (const auto python = source == nullptr ? catalog_.pythonDataSources().find(format) : std::nullopt; python.has_value() && !node.isStreaming) {
    ASSIGN_OR_RETURN(LogicalPlanPtr rows, pythonDataSourceRelation(*python, node.options, node.paths, schema, conf_));
    return ResolvedPlan{std::move(rows), {}, nullptr};
  }
  if (source == nullptr || source->open == nullptr) {
    return Error(condition::kDataSourceNotFound).with("provider", format).at(node.origin()).as(ErrorFamily::kAnalysis);
  }
  connector::OpenRequest request = openRequest(conf_, options_);
  request.paths = node.paths;
  request.options = node.options;
  if (request.paths.empty()) {
    if (const std::string* path = connector::findOption(node.options, "path")) request.paths = {*path};
  }
  if (schema.has_value()) request.schema = schema->fields();
  ASSIGN_OR_RETURN(const connector::TablePtr table, source->open(request));
  return relationOf(table, "", {});
}

Result<ResolvedPlan> PlanResolver::resolveInlineTable(const plan::UnresolvedInlineTable& node) {
  if (node.rows.empty()) return ResolvedPlan{plan::makePlan(plan::OneRowRelation{}), {}, nullptr};
  const size_t width = node.names.empty() ? node.rows[0].size() : node.names.size();
  const NameContext nothing;
  std::vector<std::vector<ExprPtr>> rows;
  bool foldable = true;
  for (size_t r = 0; r < node.rows.size(); ++r) {
    if (node.rows[r].size() != width) {
      return Error(condition::kInvalidInlineTableNumColumnsMismatch)
          .with("expectedNumCols", std::to_string(width))
          .with("actualNumCols", std::to_string(node.rows[r].size()))
          .with("rowIndex", std::to_string(r))
          .at(node.origin())
          .as(ErrorFamily::kAnalysis);
    }
    std::vector<ExprPtr> row;
    for (const ExprPtr& value : node.rows[r]) {
      auto resolved = ExpressionResolver(*this, nothing).resolveForPlan(value);
      if (!resolved.isOk()) {
        return resolved.status();
      }
      ExprPtr expression = expr::withoutAlias(resolved.value());
      const auto& traits = expression->traits();
      if (traits.hasSubquery) return Error(condition::kUnsupportedSubqueryExpressionCategoryScalarSubqueryInValues).at(value->origin()).as(ErrorFamily::kAnalysis);
      if (traits.hasAggregate || traits.hasWindow || traits.hasGenerator || !expression->deterministic()) {
        return Error(condition::kInvalidInlineTableCannotEvaluateExpressionInInlineTable).with("expr", expr::quotedExpression(expression)).at(value->origin()).as(ErrorFamily::kAnalysis);
      }
      foldable = foldable && expression->foldable();
      row.push_back(std::move(expression));
    }
    rows.push_back(std::move(row));
  }
  std::vector<AttributePtr> attributes;
  for (size_t c = 0; c < width; ++c) {
    std::vector<DataType> types;
    bool nullable = false;
    for (const auto& row : rows) {
      types.push_back(row[c]->dataType());
      nullable = nullable || row[c]->nullable();
    }
    const auto common = commonTypeWithoutPromotion(types, false);  // the same with ANSI and without
    const std::string name = node.names.empty() ? "col" + std::to_string(c + 1) : node.names[c];
    if (!common) {
      return Error(condition::kInvalidInlineTableIncompatibleTypesInInlineTable).with("colName", quoteIdentifier(name)).at(node.origin()).as(ErrorFamily::kAnalysis);
    }
    attributes.push_back(expr::attribute(name, *common, nullable));
    for (auto& row : rows) row[c] = castImplicitly(row[c], *common, options_);
  }
  if (!foldable) {
    // Values such as rand() are computed when the query runs.
    plan::Union all;
    all.attributes = attributes;
    for (const auto& row : rows) {
      plan::Project project;
      for (size_t c = 0; c < width; ++c) project.projectList.push_back(expr::alias(row[c], attributes[c]->name));
      project.child = plan::makePlan(plan::OneRowRelation{});
      all.inputs.push_back(plan::makePlan(std::move(project)));
    }
    return ResolvedPlan{plan::makePlan(std::move(all), node.origin()), {}, nullptr};
  }
  std::vector<columnar::VectorPtr> columns;
  for (size_t c = 0; c < width; ++c) {
    columnar::VectorBuilder builder(attributes[c]->type);
    for (const auto& row : rows) {
      const auto value = expr::evaluateFoldable(row[c], options_);
      if (!value.isOk()) {
        return Error(condition::kInvalidInlineTableFailedSqlExpressionEvaluation).with("sqlExpr", expr::quotedExpression(row[c])).at(row[c]->origin()).as(ErrorFamily::kAnalysis);
      }
      builder.append(value.value());
    }
    columns.push_back(builder.finish());
  }
  auto batches = std::make_shared<std::vector<columnar::ColumnarBatch>>();
  batches->emplace_back(std::move(columns), static_cast<columnar::RowIndex>(rows.size()));
  plan::LocalRelation relation;
  relation.attributes = std::move(attributes);
  relation.batches = std::move(batches);
  return ResolvedPlan{plan::makePlan(std::move(relation), node.origin()), {}, nullptr};
}

Result<ResolvedPlan> PlanResolver::resolveColumnAliases(const plan::UnresolvedColumnAliases& node) {
  ASSIGN_OR_RETURN(ResolvedPlan child, resolve(node.child));
  const std::vector<AttributePtr> output = child.plan->output();
  const LogicalPlanPtr& named = node.child->as<plan::SubqueryAlias>() != nullptr ? node.child->as<plan::SubqueryAlias>()->child : node.child;
  if (const auto* function = named->as<plan::UnresolvedTableValuedFunction>(); function != nullptr && output.size() != node.names.size()) {
    return Error(condition::kNumTableValueAliasesMismatch)
        .with("funcName", quotedName(function->nameParts))
        .with("aliasesNum", std::to_string(node.names.size()))
        .with("outColsNum", std::to_string(output.size()))
        .at(node.origin())
        .as(ErrorFamily::kAnalysis);
  }
  if (output.size() != node.names.size()) {
    return Error(condition::kAssignmentArityMismatch)
        .with("numTarget", std::to_string(node.names.size()))
        .with("numExpr", std::to_string(output.size()))
        .at(node.origin())
        .as(ErrorFamily::kAnalysis);
  }
  plan::Project project;
  for (size_t i = 0; i < output.size(); ++i) project.projectList.push_back(expr::alias(output[i], node.names[i]));
  project.child = child.plan;
  return ResolvedPlan{plan::makePlan(std::move(project), node.origin()), {}, nullptr};
}

}  // namespace flint::analysis
