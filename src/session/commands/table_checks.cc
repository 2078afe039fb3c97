#include "session/commands/table_checks.h"

#include <algorithm>
#include <set>

#include "analysis/char_lengths.h"
#include "analysis/sql_function_analysis.h"
#include "base/condition.h"
#include "base/legacy_conditions.h"
#include "catalog/catalog_plugin.h"
#include "expr/expression_text.h"
#include "expr/unresolved.h"
#include "parser/sql_parser.h"
#include "types/type_coercion.h"

namespace flint::session {
namespace {

Error unsupported(const std::string& tableName, const std::string& operation) {
  return Error(condition::kUnsupportedFeatureTableOperation).with("tableName", tableName).with("operation", operation).as(ErrorFamily::kAnalysis);
}

std::string namesOf(const StructFields& schema) {
  std::string out;
  for (const StructField& field : schema) out += (out.empty() ? "" : ", ") + quoteIdentifier(field.name);
  return out;
}

Error unsupportedTransform(const std::string& transform) {
  return Error(condition::kUnsupportedPartitionTransform).with("transform", transform).as(ErrorFamily::kUnsupportedOperation);
}

// Columns of one clause: all are there, none twice.
Status checkClause(const SparkSession& session, const char* kind, const std::vector<std::string>& columns, const std::string& tableName, const StructFields& schema) {
  std::set<std::string> seen;
  for (const std::string& column : columns) {
    const std::string name = session.catalog().folded(column);
    const bool known = std::any_of(schema.begin(), schema.end(), [&](const StructField& field) { return session.catalog().folded(field.name) == name; });
    if (!known) {
      return Error(condition::kColumnNotDefinedInTable)
          .with("colType", kind)
          .with("colName", quoteIdentifier(column))
          .with("tableName", tableName)
          .with("tableCols", namesOf(schema))
          .as(ErrorFamily::kAnalysis);
    }
    if (!seen.insert(name).second) return Error(condition::kColumnAlreadyExists).with("columnName", quoteIdentifier(name)).as(ErrorFamily::kAnalysis);
  }
  return Status::ok();
}

bool canPartition(const DataType& type) { return type.isAtomic() && !type.is(TypeKind::kVariant) && !type.is(TypeKind::kCalendarInterval) && type.collation() == 0; }

// VARCHAR(n) in the place of CHAR(n).
DataType withVarchars(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kChar: return DataType::varchar(type.length());
    case TypeKind::kArray: return DataType::array(withVarchars(type.elementType()), type.containsNull());
    case TypeKind::kMap: return DataType::map(withVarchars(type.keyType()), withVarchars(type.valueType()), type.containsNull());
    case TypeKind::kStruct: {
      StructFields fields = type.fields();
      for (StructField& field : fields) field.type = withVarchars(field.type);
      return DataType::structType(std::move(fields));
    }
    default: return type;
  }
}

}  // namespace

DataType declaredUnder(const catalog::SQLConf& conf, const DataType& type) {
  if (!analysis::holdsCharLengths(type)) return type;
  if (conf.getBoolean("spark.sql.legacy.charVarcharAsString", false)) return analysis::asStrings(type);
  return conf.getBoolean("spark.sql.charAsVarchar", false) ? withVarchars(type) : type;
}

Status checkDefault(SparkSession& session, const std::string& statement, const std::string& column, const DataType& type, const std::string& text) {
  if (text.empty()) return Status::ok();
  const auto invalid = [&](const Condition& condition) {
    Error error(condition);
    error.with("statement", statement).with("colName", quoteIdentifier(column)).with("defaultValue", text);
    return error.as(ErrorFamily::kAnalysis);
  };
  ASSIGN_OR_RETURN(const plan::ExprPtr written, parser::parseExpression(text, session.parserOptions()));
  if (written->traits().hasSubquery) return invalid(condition::kInvalidDefaultValueSubqueryExpression);
  const auto value = analysis::resolveValue(written, session.catalog(), session.conf(), session.evaluationOptions());
  if (!value.isOk()) return invalid(condition::kInvalidDefaultValueUnresolvedExpression);
  if (value.value()->traits().hasSubquery) return invalid(condition::kInvalidDefaultValueSubqueryExpression);
  const DataType plain = analysis::asStrings(type);
  if (!canAnsiStoreAssign(value.value()->dataType(), plain)) {
    return invalid(condition::kInvalidDefaultValueDataType).with("expectedType", "\"" + type.sql() + "\"").with("actualType", "\"" + value.value()->dataType().sql() + "\"");
  }
  return Status::ok();
}

Status takeBucketTransforms(plan::TableSpec& spec) {
  for (const auto& column : spec.partitionColumns) {
    if (column.size() > 1) return unsupportedTransform(catalog::quoted(column));
  }
  for (const plan::ExprPtr& transform : spec.partitionTransforms) {
    const auto* call = transform->as<expr::UnresolvedFunction>();
    const bool bucket = call != nullptr && call->nameParts.back() == "bucket" && call->arguments.size() > 1 && spec.numBuckets == 0;
    const Value* number = bucket ? expr::literalValue(call->arguments[0]) : nullptr;
    if (number == nullptr || !call->arguments[0]->dataType().isIntegral()) return unsupportedTransform(expr::columnName(transform));
    spec.numBuckets = static_cast<int32_t>(number->asInteger());
    for (size_t i = 1; i < call->arguments.size(); ++i) {
      const auto* column = call->arguments[i]->as<expr::UnresolvedAttribute>();
      if (column == nullptr || column->nameParts.size() != 1) return unsupportedTransform(expr::columnName(transform));
      spec.bucketColumns.push_back(column->nameParts[0]);
    }
  }
  return Status::ok();
}

Status checkNewTable(const SparkSession& session, const plan::CreateTable& node, const std::string& tableName, const StructFields& schema) {
  const plan::TableSpec& spec = node.spec;
  // Catalogs of their own have tables of Spark's second kind, which can be replaced.
  const bool second = !tableName.starts_with("`spark_catalog`.");
  if (node.replace && !second) return unsupported(tableName, node.query != nullptr ? "REPLACE TABLE AS SELECT" : "REPLACE TABLE");
  for (const plan::ColumnDefinition& column : node.columns) {
    if (!column.generatedText.empty()) return unsupported(tableName, "generated columns");
    if (!column.identityText.empty()) return unsupported(tableName, "identity column");
  }
  if (!spec.constraints.empty()) return unsupported(tableName, "CONSTRAINT");
  for (size_t i = 0; i < schema.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (session.catalog().folded(schema[i].name) != session.catalog().folded(schema[j].name)) continue;
      return Error(condition::kColumnAlreadyExists).with("columnName", quoteIdentifier(session.catalog().folded(schema[i].name))).as(ErrorFamily::kAnalysis);
    }
  }
  std::vector<std::string> keys;
  for (const auto& column : spec.partitionColumns) keys.push_back(column.back());
  RETURN_IF_ERROR(checkClause(session, "partition", keys, tableName, schema));
  if (!keys.empty() && keys.size() == schema.size()) return Error(condition::kAllPartitionColumnsNotAllowed).as(ErrorFamily::kAnalysis);
  const auto isKey = [&](const std::string& name) {
    return std::any_of(keys.begin(), keys.end(), [&](const std::string& key) { return session.catalog().folded(key) == session.catalog().folded(name); });
  };
  for (const StructField& field : schema) {
    if (isKey(field.name) && !canPartition(field.type)) {
      return Error(condition::kInvalidPartitionColumnDataType).with("type", "\"" + field.type.sql() + "\"").as(ErrorFamily::kAnalysis);
    }
  }
  if (spec.numBuckets != 0 || !spec.bucketColumns.empty()) {
    const int64_t most = session.conf().getInteger("spark.sql.sources.bucketing.maxBuckets", 100'000);
    if (spec.numBuckets <= 0 || spec.numBuckets > most) {
      return Error(condition::kInvalidBucketCount).with("bucketingMaxBuckets", std::to_string(most)).with("numBuckets", std::to_string(spec.numBuckets)).as(ErrorFamily::kAnalysis);
    }
    RETURN_IF_ERROR(checkClause(session, "bucket", spec.bucketColumns, tableName, schema));
    RETURN_IF_ERROR(checkClause(session, "sort", spec.bucketSortColumns, tableName, schema));
    for (const std::string& column : spec.bucketColumns) {
      if (!isKey(column)) continue;
      return Error(condition::kLegacyErrorTemp1166).with("normalizedBucketCol", column).with("normalizedPartCols", expr::joinTexts(keys)).as(ErrorFamily::kAnalysis);
    }
  }
  for (const auto& column : spec.clusterBy) {
    const bool known = std::any_of(schema.begin(), schema.end(), [&](const StructField& field) { return session.catalog().folded(field.name) == session.catalog().folded(column[0]); });
    if (!known) return Error(condition::kLegacyErrorTemp3060).with("message", "The clustering column " + catalog::quoted(column) + " is not in the table.").as(ErrorFamily::kAnalysis);
  }
  return Status::ok();
}

}  // namespace flint::session
