// Relations whose columns follow from rows, which are looked at while decoding; and what is composed of several nodes.
#include <spark/connect/relations.pb.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "columnar/vector_builder.h"
#include "connect/decoder/type_codec.h"
#include "connect/relation_decoder/relations.h"
#include "types/type_coercion.h"

namespace flint::connect {
namespace {

using columnar::ColumnarBatch;
using plan::makePlan;

constexpr int64_t kMaxTransposedRows = 500;  // spark.sql.transposeMaxValues


// A type as Spark's classes print themselves: ArrayType(StringType,true).
std::string scalaText(const DataType& type) {
  const auto flag = [](bool value) { return value ? "true" : "false"; };
  switch (type.kind()) {
    case TypeKind::kArray: return "ArrayType(" + scalaText(type.elementType()) + "," + flag(type.containsNull()) + ")";
    case TypeKind::kMap: return "MapType(" + scalaText(type.keyType()) + "," + scalaText(type.valueType()) + "," + flag(type.valueContainsNull()) + ")";
    case TypeKind::kStruct: {
      std::string fields;
      for (const StructField& field : type.fields()) {
        fields += (fields.empty() ? "" : ",") + ("StructField(" + field.name + "," + scalaText(field.type)) + "," + flag(field.nullable) + ")";
      }
      return "StructType(" + fields + ")";
    }
    default: {
      std::string name(type.typeName());
      const size_t end = name.find_first_of("( ");
      std::string rest = end == std::string::npos ? "" : name.substr(end);
      name.resize(std::min(end, name.size()));
      if (!name.empty() && name[0] >= 'a' && name[0] <= 'z') name[0] = static_cast<char>(name[0] - 32);
      return name + "Type" + rest;
    }
  }
}

bool isAtomic(const DataType& type) {
  return !type.is(TypeKind::kStruct) && !type.is(TypeKind::kArray) && !type.is(TypeKind::kMap) && !type.is(TypeKind::kVariant);
}

// The names of columns of AsOf joins that are not the user's.
constexpr const char* kRowId = "__as_of_row";
constexpr const char* kDistance = "__as_of_distance";
constexpr const char* kRank = "__as_of_rank";

/// For each row of the left side (told by kRowId) the nearest of those joined to it.
class NearestRows final : public plan::DataFrameCall {
 public:
  std::string name() const override { return "joinAsOf"; }
  Result<LogicalPlanPtr> expand(const LogicalPlanPtr& child) const override {
    const std::vector<expr::AttributePtr> columns = child->output();
    const auto id = std::find_if(columns.begin(), columns.end(), [](const auto& column) { return column->name == kRowId; });
    if (id == columns.end()) return internalError("an as-of join lost its row ids");
    expr::UnresolvedWindow rank;
    rank.function = expr::call("row_number", {});
    rank.spec.partitionBy = {*id};
    rank.spec.orderBy = {expr::sortOrder(columns.back(), true, false)};
    std::vector<ExprPtr> ranked(columns.begin(), columns.end());
    ranked.push_back(expr::alias(expr::makeExpr(std::move(rank)), kRank));
    plan::Filter nearest;
    expr::UnresolvedAttribute position;
    position.nameParts = {kRank};
    nearest.condition = expr::comparison(expr::ComparisonOp::kEqual, expr::makeExpr(std::move(position)), expr::literalInt(1));
    nearest.child = projected(std::move(ranked), child);
    // The user's columns, under the identities that they have in their DataFrames.
    std::vector<ExprPtr> result(columns.begin(), columns.end() - 1);
    result.erase(result.begin() + (id - columns.begin()));
    return projected(std::move(result), makePlan(std::move(nearest)));
  }
};

}  // namespace

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Transpose& message) {
  ASSIGN_OR_RETURN(LogicalPlanPtr child, decoder.relation(message.input()));
  StructFields schema;
  std::vector<ExprPtr> columns = {star()};
  if (message.index_columns_size() > 0) {
    ASSIGN_OR_RETURN(ExprPtr index, decoder.expression(message.index_columns(0)));
    columns.insert(columns.begin(), std::move(index));
  }
  const bool named = columns.size() > 1;
  if (named && columns[0]->as<expr::UnresolvedAttribute>() == nullptr) {
    return Error(condition::kTransposeInvalidIndexColumn).with("reason", "Index column must be an atomic attribute").as(ErrorFamily::kAnalysis);
  }
  const int64_t maxValues = decoder.context().integerSetting("spark.sql.transposeMaxValues", kMaxTransposedRows);
  plan::Limit limit;
  limit.count = expr::literalInt(static_cast<int32_t>(std::clamp<int64_t>(maxValues, 0, std::numeric_limits<int32_t>::max() - 1)) + 1);
  limit.child = projected(std::move(columns), std::move(child));
  ASSIGN_OR_RETURN(const std::vector<ColumnarBatch> batches, decoder.context().collect(makePlan(std::move(limit)), schema));
  if (schema.empty()) return localRelation({}, {});
  if (!isAtomic(schema[0].type)) {
    return Error(condition::kTransposeInvalidIndexColumn).with("reason", "Index column must be of atomic type, but found: " + scalaText(schema[0].type)).as(ErrorFamily::kAnalysis);
  }
  // The index column stands first; where it was named, it comes once more among the others.
  std::vector<size_t> values;
  bool again = !named;
  for (size_t i = 1; i < schema.size(); ++i) {
    if (!again && schema[i].name == schema[0].name) {
      again = true;
    } else {
      values.push_back(i);
    }
  }
  std::optional<DataType> common;
  for (const size_t i : values) {
    const auto wider = !common.has_value() ? std::optional(schema[i].type) : findTightestCommonType(*common, schema[i].type);
    if (!wider.has_value()) {
      return Error(condition::kTransposeNoLeastCommonType)
          .with("dt1", "\"" + common->sql() + "\"")
          .with("dt2", "\"" + schema[i].type.sql() + "\"")
          .as(ErrorFamily::kAnalysis);
    }
    common = wider;
  }
  if (!common.has_value()) common = DataType::string();

  // The same rows with the index as text, for names, and the values in their common type, in the order of the index.
  std::vector<ExprPtr> cast;
  StructFields numbered = schema;
  for (size_t i = 0; i < numbered.size(); ++i) numbered[i].name = "c" + std::to_string(i);
  cast.push_back(expr::alias(castTo(columnNamed("c0"), DataType::string()), "key"));
  for (const size_t i : values) cast.push_back(expr::alias(castTo(columnNamed(numbered[i].name), *common), numbered[i].name + "_"));
  plan::Sort sort;
  sort.order = {expr::sortOrder(columnNamed("c0"))};
  sort.child = localRelation(numbered, batches);
  StructFields castSchema;
  ASSIGN_OR_RETURN(const std::vector<ColumnarBatch> ordered, decoder.context().collect(projected(std::move(cast), makePlan(std::move(sort))), castSchema));

  StructFields fields = {{"key", DataType::string(), false}};
  std::vector<columnar::VectorBuilder> builders;
  builders.emplace_back(DataType::string());
  for (const size_t i : values) builders[0].appendString(schema[i].name);
  for (const ColumnarBatch& batch : ordered) {
    for (const columnar::RowIndex row : batch.activeRows()) {
      const Value key = batch.column(0)->valueAt(row);
      if (key.isNull()) continue;
      if (static_cast<int64_t>(fields.size()) > maxValues) {
        return Error(condition::kTransposeExceedRowLimit)
            .with("maxValues", std::to_string(maxValues))
            .with("config", "spark.sql.transposeMaxValues")
            .as(ErrorFamily::kAnalysis);
      }
      fields.push_back({key.asString(), *common, true});
      builders.emplace_back(*common);
      for (size_t i = 0; i < values.size(); ++i) builders.back().append(batch.column(i + 1)->valueAt(row));
    }
  }
  std::vector<columnar::VectorPtr> vectors;
  for (columnar::VectorBuilder& builder : builders) vectors.push_back(builder.finish());
  std::vector<ColumnarBatch> out;
  if (!values.empty()) out.emplace_back(std::move(vectors), static_cast<columnar::RowIndex>(values.size()));
  return localRelation(fields, std::move(out));
}

// Every value that makes up more than `support` of the rows, and all values where they are few enough to be counted.
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::StatFreqItems& message) {
  const double support = message.has_support() ? message.support() : 0.01;
  if (!(support >= 1e-4 && support <= 1)) {
    return invalidPlan("support must be in [1e-4, 1], but got " + std::to_string(support));
  }
  StructFields fields;
  std::vector<columnar::VectorBuilder> builders;
  for (const std::string& name : message.cols()) {
    ASSIGN_OR_RETURN(LogicalPlanPtr child, decoder.relation(message.input()));
    plan::Aggregate grouped;
    grouped.child = std::move(child);
    ASSIGN_OR_RETURN(ExprPtr column, columnByName(name));
    grouped.grouping = {column};
    grouped.aggregates = {expr::alias(column, "item"), expr::alias(expr::call("count", {expr::literalInt(1)}), "n")};
    plan::Sort sort;
    sort.order = {expr::sortOrder(columnNamed("item"))};
    sort.child = makePlan(std::move(grouped));
    StructFields schema;
    ASSIGN_OR_RETURN(const std::vector<ColumnarBatch> batches, decoder.context().collect(makePlan(std::move(sort)), schema));
    int64_t distinct = 0;
    int64_t total = 0;
    for (const ColumnarBatch& batch : batches) {
      distinct += batch.numSelected();
      for (const columnar::RowIndex row : batch.activeRows()) total += batch.column(1)->valueAt(row).asInteger();
    }
    const bool all = static_cast<double>(distinct) <= 1 / support;
    std::vector<Value> items;
    for (const ColumnarBatch& batch : batches) {
      for (const columnar::RowIndex row : batch.activeRows()) {
        const auto count = static_cast<double>(batch.column(1)->valueAt(row).asInteger());
        if (all || count > support * static_cast<double>(total)) items.push_back(batch.column(0)->valueAt(row));
      }
    }
    fields.push_back({name + "_freqItems", DataType::array(schema[0].type, true), true});
    builders.emplace_back(fields.back().type);
    builders.back().append(Value::list(std::move(items)));
  }
  std::vector<columnar::VectorPtr> vectors;
  for (columnar::VectorBuilder& builder : builders) vectors.push_back(builder.finish());
  return localRelation(fields, {ColumnarBatch(std::move(vectors), 1)});
}

// The left side with a number a row, joined with all that lie on the right side of time; then the nearest of each.
Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::AsOfJoin& message) {
  using expr::ComparisonOp;
  ASSIGN_OR_RETURN(LogicalPlanPtr left, decoder.relation(message.left()));
  plan::Join join;
  ASSIGN_OR_RETURN(join.right, decoder.relation(message.right()));
  if (message.join_type() == "left" || message.join_type() == "leftouter" || message.join_type() == "left_outer") {
    join.type = plan::JoinType::kLeftOuter;
  } else if (message.join_type() != "inner" && !message.join_type().empty()) {
    return invalidPlan("an as-of join cannot be of the type " + message.join_type());
  }
  join.left = projected({star(), expr::alias(expr::call("monotonically_increasing_id", {}), kRowId)}, std::move(left));
  ASSIGN_OR_RETURN(const ExprPtr leftTime, decoder.expression(message.left_as_of()));
  ASSIGN_OR_RETURN(const ExprPtr rightTime, decoder.expression(message.right_as_of()));
  const bool exact = message.allow_exact_matches();
  std::vector<ExprPtr> conditions;
  const std::string& direction = message.direction();
  const ExprPtr backward = expr::call("-", {leftTime, rightTime});
  const ExprPtr forward = expr::call("-", {rightTime, leftTime});
  ExprPtr distance;
  if (direction == "backward") {
    conditions.push_back(expr::comparison(exact ? ComparisonOp::kGreaterOrEqual : ComparisonOp::kGreater, leftTime, rightTime));
    distance = backward;
  } else if (direction == "forward") {
    conditions.push_back(expr::comparison(exact ? ComparisonOp::kLessOrEqual : ComparisonOp::kLess, leftTime, rightTime));
    distance = forward;
  } else if (direction != "nearest") {
    return Error(condition::kAsOfJoinUnsupportedDirection).with("direction", direction).with("supported", "'backward', 'forward', 'nearest'").as(ErrorFamily::kAnalysis);
  } else {
    if (!exact) conditions.push_back(expr::comparison(ComparisonOp::kNotEqual, leftTime, rightTime));
    expr::CaseWhen either;
    either.branches.emplace_back(expr::comparison(ComparisonOp::kGreater, leftTime, rightTime), backward);
    either.elseValue = forward;
    distance = expr::makeExpr(std::move(either));
  }
  if (message.has_tolerance()) {
    ASSIGN_OR_RETURN(const ExprPtr tolerance, decoder.expression(message.tolerance()));
    if (direction != "forward") conditions.push_back(expr::comparison(ComparisonOp::kGreaterOrEqual, rightTime, expr::call("-", {leftTime, tolerance})));
    if (direction != "backward") conditions.push_back(expr::comparison(ComparisonOp::kLessOrEqual, rightTime, expr::call("+", {leftTime, tolerance})));
  }
  if (message.has_join_expr()) {
    ASSIGN_OR_RETURN(ExprPtr condition, decoder.expression(message.join_expr()));
    conditions.push_back(std::move(condition));
  }
  for (const std::string& name : message.using_columns()) {
    expr::UnresolvedAttribute column;
    column.nameParts = {name};
    column.planId = message.left().common().plan_id();
    const ExprPtr ofLeft = expr::makeExpr(expr::UnresolvedAttribute(column));
    column.planId = message.right().common().plan_id();
    conditions.push_back(expr::comparison(ComparisonOp::kEqual, ofLeft, expr::makeExpr(std::move(column))));
  }
  join.condition = expr::conjunction(conditions);
  LogicalPlanPtr joined = projected({star(), expr::alias(std::move(distance), kDistance)}, makePlan(std::move(join)));
  return dataFrameCall(std::make_shared<NearestRows>(), std::move(joined));
}

}  // namespace flint::connect
