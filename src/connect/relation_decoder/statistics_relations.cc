#include <spark/connect/relations.pb.h>

#include <map>
#include <random>
#include <set>

#include "columnar/vector_builder.h"
#include "connect/decoder/literal_decoder.h"
#include "connect/relation_decoder/relations.h"
#include "session/dataframe_calls/dataframe_calls.h"

namespace flint::connect {
namespace {

using plan::makePlan;

// One row, one column: an aggregate of two number columns.
Result<LogicalPlanPtr> pairStatistic(PlanDecoder& decoder, const spark::connect::Relation& input, const char* function, const char* result,
                                     const std::string& first, const std::string& second) {
  plan::Aggregate node;
  ASSIGN_OR_RETURN(node.child, decoder.relation(input));
  ASSIGN_OR_RETURN(ExprPtr a, columnByName(first));
  ASSIGN_OR_RETURN(ExprPtr b, columnByName(second));
  node.aggregates = {expr::alias(expr::call(function, {castTo(std::move(a), DataType::float64()), castTo(std::move(b), DataType::float64())}), result)};
  return makePlan(std::move(node));
}

std::string textAt(const columnar::VectorPtr& column, columnar::RowIndex row) {
  const Value value = column->valueAt(row);
  return value.isNull() ? "null" : value.asString();
}

// Whether values of a column can be equal to a stratum as the objects that Spark compares: numbers by value, decimals with decimals alone.
bool mayEqual(const DataType& column, const DataType& stratum) {
  const auto isPlainNumber = [](const DataType& type) { return type.isNumeric() && !type.is(TypeKind::kDecimal); };
  if (isPlainNumber(column)) return isPlainNumber(stratum);
  return column.kind() == stratum.kind();
}

/// Rows drawn by the fraction of the stratum that the last column of the child names; without that column.
class StratifiedSample final : public plan::DataFrameCall {
 public:
  std::vector<std::pair<ExprPtr, double>> fractions;
  int64_t seed = 0;

  std::string name() const override { return "sampleBy"; }
  Result<LogicalPlanPtr> expand(const LogicalPlanPtr& child) const override {
    const std::vector<expr::AttributePtr> columns = child->output();
    const expr::AttributePtr& column = columns.back();
    expr::CaseWhen fraction;
    for (const auto& [stratum, wanted] : fractions) {
      if (!mayEqual(column->dataType(), stratum->dataType())) continue;
      fraction.branches.emplace_back(expr::comparison(expr::ComparisonOp::kEqualNullSafe, column, stratum),
                                     expr::literal(Value::floating(wanted), DataType::float64()));
    }
    const ExprPtr none = expr::literal(Value::floating(0), DataType::float64());
    fraction.elseValue = none;
    plan::Filter node;
    node.condition = expr::comparison(expr::ComparisonOp::kLess, expr::call("rand", {expr::literalLong(seed)}),
                                      fraction.branches.empty() ? none : expr::makeExpr(std::move(fraction)));
    node.child = child;
    return projected({columns.begin(), columns.end() - 1}, makePlan(std::move(node)));
  }
};

}  // namespace

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::StatSummary& message) {
  ASSIGN_OR_RETURN(LogicalPlanPtr child, decoder.relation(message.input()));
  return dataFrameCall(session::makeSummary({message.statistics().begin(), message.statistics().end()}), std::move(child));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::StatDescribe& message) {
  ASSIGN_OR_RETURN(LogicalPlanPtr child, decoder.relation(message.input()));
  return dataFrameCall(session::makeDescribe({message.cols().begin(), message.cols().end()}, decoder.context().caseSensitive()), std::move(child));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::StatCrosstab& message) {
  // The columns follow from the data, so the pairs are counted while decoding.
  plan::Aggregate node;
  ASSIGN_OR_RETURN(node.child, decoder.relation(message.input()));
  ASSIGN_OR_RETURN(ExprPtr first, columnByName(message.col1()));
  ASSIGN_OR_RETURN(ExprPtr second, columnByName(message.col2()));
  node.grouping = {castTo(std::move(first), DataType::string()), castTo(std::move(second), DataType::string())};
  node.aggregates = {expr::alias(node.grouping[0], "a"), expr::alias(node.grouping[1], "b"), expr::alias(expr::call("count", {expr::literalInt(1)}), "n")};
  StructFields schema;
  ASSIGN_OR_RETURN(const std::vector<columnar::ColumnarBatch> batches, decoder.context().collect(makePlan(std::move(node)), schema));
  std::map<std::string, std::map<std::string, int64_t>> counts;
  std::set<std::string> columns;
  for (const columnar::ColumnarBatch& batch : batches) {
    for (const columnar::RowIndex row : batch.activeRows()) {
      const std::string column = textAt(batch.column(1), row);
      columns.insert(column);
      counts[textAt(batch.column(0), row)][column] = batch.column(2)->valueAt(row).asInteger();
    }
  }
  StructFields fields = {{message.col1() + "_" + message.col2(), DataType::string(), true}};
  std::vector<columnar::VectorBuilder> builders;
  builders.emplace_back(DataType::string());
  for (const std::string& column : columns) {
    fields.push_back({column, DataType::bigint(), false});
    builders.emplace_back(DataType::bigint());
  }
  for (const auto& [key, row] : counts) {
    builders[0].appendString(key);
    size_t at = 1;
    for (const std::string& column : columns) {
      const auto found = row.find(column);
      builders[at++].appendFixed<int64_t>(found == row.end() ? 0 : found->second);
    }
  }
  std::vector<columnar::VectorPtr> vectors;
  for (columnar::VectorBuilder& builder : builders) vectors.push_back(builder.finish());
  return localRelation(fields, {columnar::ColumnarBatch(std::move(vectors), static_cast<columnar::RowIndex>(counts.size()))});
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::StatCov& message) {
  return pairStatistic(decoder, message.input(), "covar_samp", "cov", message.col1(), message.col2());
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::StatCorr& message) {
  if (message.has_method() && message.method() != "pearson") return unsupportedFeature("corr by the method " + message.method());
  return pairStatistic(decoder, message.input(), "corr", "corr", message.col1(), message.col2());
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::StatApproxQuantile& message) {
  ASSIGN_OR_RETURN(LogicalPlanPtr child, decoder.relation(message.input()));
  return dataFrameCall(session::makeApproxQuantile({message.cols().begin(), message.cols().end()},
                                          {message.probabilities().begin(), message.probabilities().end()}, message.relative_error()),
                       std::move(child));
}

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::StatSampleBy& message) {
  ASSIGN_OR_RETURN(LogicalPlanPtr child, decoder.relation(message.input()));
  ASSIGN_OR_RETURN(ExprPtr column, decoder.expression(message.col()));
  auto sample = std::make_shared<StratifiedSample>();
  for (const auto& one : message.fractions()) {
    ASSIGN_OR_RETURN(ExprPtr stratum, decodeLiteralExpression(one.stratum()));
    if (one.fraction() < 0 || one.fraction() > 1) return invalidPlan("fractions must be in [0, 1]");
    sample->fractions.emplace_back(std::move(stratum), one.fraction());
  }
  sample->seed = message.has_seed() ? message.seed() : std::random_device()();
  return dataFrameCall(std::move(sample), projected({star(), expr::alias(std::move(column), "__stratum")}, std::move(child)));
}

}  // namespace flint::connect
