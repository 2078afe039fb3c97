#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "optimizer/expression_rewrite.h"
#include "optimizer/plan_integrity.h"
#include "optimizer/rule.h"
#include "plan/logical/relational.h"

/// Plans in few words, for tests of rules and of the planner.
namespace flint::optimizer::testing {

using expr::AttributePtr;
using expr::ExprPtr;
using plan::LogicalPlanPtr;

/// A table of statistics alone; it cannot be scanned.
class StatisticsTable final : public connector::Table {
 public:
  StatisticsTable(std::string name, StructFields schema, connector::TableStatistics statistics)
      : name_(std::move(name)), schema_(std::move(schema)), statistics_(std::move(statistics)) {}
  std::string name() const override { return name_; }
  const StructFields& schema() const override { return schema_; }
  Result<connector::TableStatistics> statistics() const override { return statistics_; }
  Result<connector::ScanPtr> scan(const connector::ScanRequest&, const connector::SplitOptions&) const override { return internalError("no data"); }
  std::string format() const override { return "parquet"; }
  void encode(ByteWriter&) const override {}
  std::string identity() const override { return name_; }

 private:
  std::string name_;
  StructFields schema_;
  connector::TableStatistics statistics_;
};

/// A column of a test table: a key of 1 to `distinct`.
struct Column {
  std::string name;
  int64_t distinct = 0;
  DataType type = DataType::bigint();
};

inline LogicalPlanPtr table(const std::string& name, int64_t rows, const std::vector<Column>& columns) {
  StructFields schema;
  connector::TableStatistics statistics;
  statistics.rowCount = rows;
  plan::Relation relation;
  relation.name = name;
  for (const Column& column : columns) {
    schema.push_back({column.name, column.type, true, ""});
    connector::ColumnStatistics each;
    each.distinctCount = column.distinct;
    if (column.type.isIntegral()) {
      each.min = Value::integer(1);
      each.max = Value::integer(column.distinct);
    }
    statistics.columns.push_back(std::move(each));
    relation.attributes.push_back(expr::attribute(column.name, column.type));
  }
  relation.table = std::make_shared<StatisticsTable>(name, std::move(schema), std::move(statistics));
  return makePlan(std::move(relation));
}

inline ExprPtr column(const LogicalPlanPtr& plan, const std::string& name) {
  for (const AttributePtr& attribute : plan->output()) {
    if (attribute->name == name) return attribute;
  }
  ADD_FAILURE() << "no column " << name << " in\n" << treeString(plan);
  return expr::literalNull();
}

inline ExprPtr equal(ExprPtr a, ExprPtr b) { return expr::comparison(expr::ComparisonOp::kEqual, std::move(a), std::move(b)); }
inline ExprPtr less(ExprPtr a, ExprPtr b) { return expr::comparison(expr::ComparisonOp::kLess, std::move(a), std::move(b)); }

inline LogicalPlanPtr filter(const std::vector<ExprPtr>& conjuncts, LogicalPlanPtr child) { return makeFilter(conjuncts, std::move(child)); }
inline LogicalPlanPtr project(std::vector<ExprPtr> list, LogicalPlanPtr child) { return makeProject(std::move(list), std::move(child)); }
inline LogicalPlanPtr join(plan::JoinType type, LogicalPlanPtr left, LogicalPlanPtr right, ExprPtr condition = nullptr) {
  plan::Join node;
  node.type = type;
  node.left = std::move(left);
  node.right = std::move(right);
  node.condition = std::move(condition);
  return makePlan(std::move(node));
}
inline LogicalPlanPtr crossJoin(const std::vector<LogicalPlanPtr>& tables) {
  LogicalPlanPtr out = tables[0];
  for (size_t i = 1; i < tables.size(); ++i) out = join(plan::JoinType::kCross, out, tables[i]);
  return out;
}

/// The plan without ids, one line a node: "Join Inner (a = b)".
inline std::string shapeOf(const LogicalPlanPtr& plan) {
  const std::string text = treeString(plan);
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '#') {
      while (i + 1 < text.size() && (isdigit(text[i + 1]) || text[i + 1] == 'L')) ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

using RuleFunction = Result<LogicalPlanPtr> (*)(const LogicalPlanPtr&, OptimizerContext&);
inline LogicalPlanPtr optimizedBy(RuleFunction rule, const LogicalPlanPtr& plan) {
  OptimizerContext context{expr::EvaluationOptions()};
  Result<LogicalPlanPtr> made = rule(plan, context);
  EXPECT_TRUE(made.isOk()) << made.status().message();
  if (!made.isOk()) return plan;
  EXPECT_TRUE(checkPlanIntegrity("rule", plan, *made).isOk()) << checkPlanIntegrity("rule", plan, *made).message();
  return *made;
}

#define EXPECT_PLAN(plan, expected) EXPECT_EQ(::flint::optimizer::testing::shapeOf(plan), expected)

}  // namespace flint::optimizer::testing
