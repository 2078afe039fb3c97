#include "session/recursive_queries.h"

#include <algorithm>

#include "base/condition.h"
#include "columnar/gather.h"
#include "plan/logical/recursive_table.h"
#include "plan/logical/relational.h"
#include "plan/logical/subquery_expressions.h"
#include "session/query_execution.h"
#include "tree/transform.h"

namespace flint::session {
namespace {

using columnar::ColumnarBatch;
using expr::ExprPtr;
using plan::LogicalPlanPtr;
using Batches = std::vector<ColumnarBatch>;

int64_t countRows(const Batches& batches) {
  int64_t rows = 0;
  for (const ColumnarBatch& batch : batches) rows += batch.numSelected();
  return rows;
}

template <class Node>
Result<ExprPtr> withPlan(const Node& node, const LogicalPlanPtr& inner) {
  Node copy = node;
  copy.plan = inner;
  return ExprPtr(expr::makeExpr(std::move(copy), node.origin()));
}

// `change` applied to the plans of subqueries in a node's expressions.
template <class Change>
Result<LogicalPlanPtr> changingSubqueries(const LogicalPlanPtr& node, Change&& change) {
  std::vector<ExprPtr> expressions = node->expressions();
  bool changed = false;
  for (ExprPtr& root : expressions) {
    if (root == nullptr || !root->traits().hasSubquery) continue;
    ASSIGN_OR_RETURN(ExprPtr mapped, tree::transformUp(root, [&](const ExprPtr& each) -> Result<ExprPtr> {
                       const auto* scalar = each->template as<plan::ScalarSubquery>();
                       const auto* exists = each->template as<plan::Exists>();
                       const auto* in = each->template as<plan::InSubquery>();
                       if (scalar == nullptr && exists == nullptr && in == nullptr) return each;
                       const LogicalPlanPtr inner = scalar != nullptr ? scalar->plan : exists != nullptr ? exists->plan : in->plan;
                       ASSIGN_OR_RETURN(const LogicalPlanPtr made, change(inner));
                       if (made == inner) return each;
                       if (scalar != nullptr) return withPlan(*scalar, made);
                       return exists != nullptr ? withPlan(*exists, made) : withPlan(*in, made);
                     }));
    changed = changed || mapped != root;
    root = std::move(mapped);
  }
  return changed ? node->withNewExpressions(std::move(expressions)) : node;
}

class Recursion {
 public:
  Recursion(const SparkSessionPtr& session, const std::function<std::optional<Error>()>* cancelled) : session_(session), cancelled_(cancelled) {}

  Result<LogicalPlanPtr> substitute(const LogicalPlanPtr& plan, std::optional<int64_t> limit) {
    if (const auto* relation = plan->as<plan::Relation>()) {
      const auto* table = dynamic_cast<const plan::RecursiveTable*>(relation->table.get());
      return table == nullptr ? Result<LogicalPlanPtr>(plan) : rowsOf(*relation, *table, limit);
    }
    ASSIGN_OR_RETURN(const LogicalPlanPtr node, changingSubqueries(plan, [this](const LogicalPlanPtr& inner) { return substitute(inner, std::nullopt); }));
    const auto* own = node->as<plan::Limit>();
    if (own != nullptr) {
      const Value* count = expr::literalValue(own->count);
      if (count != nullptr && !count->isNull()) limit = std::min(limit.value_or(count->asInteger()), count->asInteger());
    } else {
      switch (node->kind()) {
        case plan::LogicalKind::kProject:
        case plan::LogicalKind::kSubqueryAlias:
        case plan::LogicalKind::kUnion: break;
        default: limit.reset();
      }
    }
    return tree::mapChildren(node, [&](const LogicalPlanPtr& child) { return substitute(child, limit); });
  }

 private:
  Result<LogicalPlanPtr> rowsOf(const plan::Relation& relation, const plan::RecursiveTable& table, std::optional<int64_t> limit) {
    Batches rows;
    if (cancelled_ != nullptr) {
      ASSIGN_OR_RETURN(rows, run(table, limit));
    }
    // The columns that are still wanted, by name.
    std::vector<int32_t> positions;
    for (const auto& attribute : relation.attributes) {
      const auto& schema = table.schema();
      const auto found = std::find_if(schema.begin(), schema.end(), [&](const StructField& field) { return field.name == attribute->name; });
      if (found == schema.end()) return internalError("a recursive query has no column " + attribute->name);
      positions.push_back(static_cast<int32_t>(found - schema.begin()));
    }
    auto wanted = std::make_shared<Batches>();
    for (const ColumnarBatch& batch : rows) {
      std::vector<columnar::VectorPtr> columns;
      for (const int32_t position : positions) columns.push_back(batch.column(static_cast<size_t>(position)));
      wanted->emplace_back(std::move(columns), batch.numRows());
    }
    plan::LocalRelation local;
    local.attributes = relation.attributes;
    local.batches = std::move(wanted);
    return plan::makePlan(std::move(local));
  }

  // Batches without selections.
  Result<Batches> collect(const LogicalPlanPtr& plan) {
    ASSIGN_OR_RETURN(Batches batches, QueryExecution(session_, plan).collect());
    Batches out;
    for (ColumnarBatch& batch : batches) {
      if (batch.isEmpty()) continue;
      if (batch.selection() == nullptr) {
        out.push_back(std::move(batch));
        continue;
      }
      std::vector<columnar::VectorPtr> columns;
      for (const columnar::VectorPtr& column : batch.columns()) columns.push_back(columnar::gather(column, *batch.selection()));
      out.emplace_back(std::move(columns), batch.numSelected());
    }
    return out;
  }

  Result<Batches> run(const plan::RecursiveTable& table, std::optional<int64_t> limit) {
    const catalog::SQLConf& conf = session_->conf();
    const int64_t levelLimit = table.levelLimit() > 0 ? table.levelLimit() : conf.getInteger("spark.sql.cteRecursionLevelLimit", 100);
    const int64_t rowLimit = conf.getInteger("spark.sql.cteRecursionRowLimit", 1'000'000);
    ASSIGN_OR_RETURN(Batches level, collect(table.anchor()));
    Batches all = level;
    int64_t total = countRows(all);
    for (int64_t step = 1; !level.empty() && (!limit || total < *limit); ++step) {
      if (levelLimit >= 0 && step > levelLimit) {
        return Error(condition::kRecursionLevelLimitExceeded).with("levelLimit", std::to_string(levelLimit)).as(ErrorFamily::kRuntime);
      }
      if (auto reason = (*cancelled_)()) return *reason;
      ASSIGN_OR_RETURN(const LogicalPlanPtr plan, overRows(table.step(), table.selfReferences(), std::make_shared<const Batches>(std::move(level))));
      ASSIGN_OR_RETURN(level, collect(plan));
      all.insert(all.end(), level.begin(), level.end());
      total += countRows(level);
      if (rowLimit >= 0 && !limit && total > rowLimit) {
        return Error(condition::kRecursionRowLimitExceeded).with("rowLimit", std::to_string(rowLimit)).as(ErrorFamily::kRuntime);
      }
    }
    return all;
  }

  // The step with the rows of the level before where it names itself.
  Result<LogicalPlanPtr> overRows(const LogicalPlanPtr& step, const std::vector<expr::ExprId>& self, const plan::LocalRelation::Batches& rows) {
    return tree::transformUp(step, [&](const LogicalPlanPtr& node) -> Result<LogicalPlanPtr> {
      if (const auto* local = node->as<plan::LocalRelation>()) {
        if (local->attributes.empty() || std::find(self.begin(), self.end(), local->attributes[0]->id) == self.end()) return node;
        plan::LocalRelation copy = *local;
        copy.batches = rows;
        return plan::makePlan(std::move(copy));
      }
      return changingSubqueries(node, [&](const LogicalPlanPtr& inner) { return overRows(inner, self, rows); });
    });
  }

  const SparkSessionPtr& session_;
  const std::function<std::optional<Error>()>* cancelled_;  // null: rows are not wanted
};

}  // namespace

Result<LogicalPlanPtr> withRecursiveRows(const SparkSessionPtr& session, const LogicalPlanPtr& plan, const std::function<std::optional<Error>()>& cancelled) {
  return Recursion(session, &cancelled).substitute(plan, std::nullopt);
}

Result<LogicalPlanPtr> withoutRecursiveRows(const SparkSessionPtr& session, const LogicalPlanPtr& plan) {
  return Recursion(session, nullptr).substitute(plan, std::nullopt);
}

}  // namespace flint::session
