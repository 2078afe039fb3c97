#include <algorithm>

#include "session/dataframe_calls/attribute_names.h"
#include "base/legacy_conditions.h"
#include "session/dataframe_calls/column_lookup.h"
#include "session/dataframe_calls/dataframe_calls.h"
#include "tree/transform.h"
#include "types/datetime_parser.h"
#include "types/type_coercion.h"

namespace flint::session {
namespace {

using expr::AttributePtr;
using plan::makePlan;

LogicalPlanPtr project(std::vector<ExprPtr> columns, const LogicalPlanPtr& child) {
  plan::Project node;
  node.projectList = std::move(columns);
  node.child = child;
  return makePlan(std::move(node));
}

class Drop final : public plan::DataFrameCall {
 public:
  Drop(std::vector<std::string> names, std::vector<ExprPtr> columns, bool caseSensitive)
      : names_(std::move(names)), columns_(std::move(columns)), caseSensitive_(caseSensitive) {}
  std::string name() const override { return "drop"; }

  Result<LogicalPlanPtr> expand(const LogicalPlanPtr& child) const override {
    const std::vector<AttributePtr> output = child->output();
    std::vector<bool> dropped(output.size(), false);
    for (size_t i = 0; i < output.size(); ++i) {
      for (const std::string& name : names_) dropped[i] = dropped[i] || sameName(output[i]->name, name, caseSensitive_);
    }
    for (const ExprPtr& column : columns_) RETURN_IF_ERROR(mark(*column, child, output, dropped));
    std::vector<ExprPtr> kept;
    for (size_t i = 0; i < output.size(); ++i) {
      if (!dropped[i]) kept.push_back(output[i]);
    }
    return kept.size() == output.size() ? child : project(std::move(kept), child);
  }

 private:
  // Marks the columns that `column` means: by identity where it names a DataFrame, else by name and qualifier.
  // Errors: AMBIGUOUS_REFERENCE for a name that several columns have.
  Status mark(const expr::Expression& column, const LogicalPlanPtr& child, const std::vector<AttributePtr>& output, std::vector<bool>& dropped) const {
    const auto* name = column.as<expr::UnresolvedAttribute>();
    if (name == nullptr) return Status::ok();
    const std::string& last = name->nameParts.back();
    if (name->planId) {
      tree::forEachNode(child, [&](const LogicalPlanPtr& node) {
        if (std::find(node->planIds().begin(), node->planIds().end(), *name->planId) == node->planIds().end()) return;
        for (const AttributePtr& meant : node->output()) {
          if (!sameName(meant->name, last, caseSensitive_)) continue;
          for (size_t i = 0; i < output.size(); ++i) dropped[i] = dropped[i] || output[i]->id == meant->id;
        }
      });
      return Status::ok();
    }
    std::vector<std::string> meant;
    for (size_t i = 0; i < output.size(); ++i) {
      if (!sameName(output[i]->name, last, caseSensitive_)) continue;
      const std::vector<std::string>& qualifier = output[i]->qualifier;
      bool same = name->nameParts.size() - 1 <= qualifier.size();
      for (size_t part = 0; same && part + 1 < name->nameParts.size(); ++part) {
        same = sameName(name->nameParts[name->nameParts.size() - 2 - part], qualifier[qualifier.size() - 1 - part], caseSensitive_);
      }
      if (!same) continue;
      dropped[i] = true;
      std::string full;
      for (const std::string& part : qualifier) full += quoteIdentifier(part) + ".";
      meant.push_back(full + quoteIdentifier(output[i]->name));
    }
    if (meant.size() < 2) return Status::ok();
    std::string names;
    for (const std::string& each : meant) names += (names.empty() ? "" : ", ") + each;
    return Error(condition::kAmbiguousReference).with("name", quoteIdentifier(last)).with("referenceNames", "[" + names + "]").at(name->origin()).as(ErrorFamily::kAnalysis);
  }

  const std::vector<std::string> names_;
  const std::vector<ExprPtr> columns_;
  const bool caseSensitive_;
};

class WithColumns final : public plan::DataFrameCall {
 public:
  WithColumns(std::vector<ExprPtr> columns, bool caseSensitive) : columns_(std::move(columns)), caseSensitive_(caseSensitive) {}
  std::string name() const override { return "withColumns"; }

  Result<LogicalPlanPtr> expand(const LogicalPlanPtr& child) const override {
    std::vector<ExprPtr> list;
    std::vector<bool> used(columns_.size(), false);
    for (const AttributePtr& column : child->output()) {
      ExprPtr kept = column;
      for (size_t i = 0; i < columns_.size(); ++i) {
        if (!sameName(columns_[i]->as<expr::Alias>()->name, column->name, caseSensitive_)) continue;
        kept = columns_[i];
        used[i] = true;
      }
      list.push_back(std::move(kept));
    }
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (!used[i]) list.push_back(columns_[i]);
    }
    return project(std::move(list), child);
  }

 private:
  const std::vector<ExprPtr> columns_;
  const bool caseSensitive_;
};

class WithColumnsRenamed final : public plan::DataFrameCall {
 public:
  WithColumnsRenamed(std::vector<std::pair<std::string, std::string>> renames, bool caseSensitive)
      : renames_(std::move(renames)), caseSensitive_(caseSensitive) {}
  std::string name() const override { return "withColumnsRenamed"; }

  Result<LogicalPlanPtr> expand(const LogicalPlanPtr& child) const override {
    std::vector<ExprPtr> list;
    bool changed = false;
    for (const AttributePtr& column : child->output()) {
      std::string name = column->name;
      for (const auto& [from, to] : renames_) {
        if (sameName(name, from, caseSensitive_)) name = to;
      }
      changed = changed || name != column->name;
      list.push_back(name == column->name ? ExprPtr(column) : expr::alias(column, name));
    }
    return changed ? project(std::move(list), child) : child;
  }

 private:
  const std::vector<std::pair<std::string, std::string>> renames_;
  const bool caseSensitive_;
};

class ToSchema final : public plan::DataFrameCall {
 public:
  ToSchema(StructFields fields, bool caseSensitive) : fields_(std::move(fields)), caseSensitive_(caseSensitive) {}
  std::string name() const override { return "to"; }

  Result<LogicalPlanPtr> expand(const LogicalPlanPtr& child) const override {
    const std::vector<AttributePtr> output = child->output();
    std::vector<ExprPtr> list;
    for (const StructField& field : fields_) {
      std::vector<AttributePtr> matches;
      for (const AttributePtr& column : output) {
        if (sameName(column->name, field.name, caseSensitive_)) matches.push_back(column);
      }
      if (matches.size() > 1) {
        return Error(condition::kAmbiguousColumnOrField).with("name", quoteIdentifier(field.name)).with("n", std::to_string(matches.size())).as(ErrorFamily::kAnalysis);
      }
      ExprPtr value;
      if (matches.empty()) {
        if (!field.nullable) return columnsNamed(output, {quoteIdentifier(field.name)}, caseSensitive_).status();
        value = expr::literalNull(field.type);
      } else {
        if (matches[0]->nullable() && !field.nullable) {
          return Error(condition::kNullableColumnOrField).with("name", quoteIdentifier(field.name)).as(ErrorFamily::kAnalysis);
        }
        value = matches[0];
        if (!matches[0]->type.sameType(field.type)) {
          if (!matches[0]->type.isNested() && !canAnsiStoreAssign(matches[0]->type, field.type)) {
            return Error(condition::kInvalidColumnOrFieldDataType)
                .with("name", quoteIdentifier(field.name))
                .with("type", "\"" + matches[0]->type.sql() + "\"")
                .with("expectedType", "\"" + field.type.sql() + "\"")
                .as(ErrorFamily::kAnalysis);
          }
          expr::Cast cast;
          cast.child = value;
          cast.target = field.type;
          value = expr::makeExpr(std::move(cast));
        }
      }
      expr::Alias named;
      named.child = std::move(value);
      named.name = field.name;
      named.id = expr::newExprId();
      if (!field.metadata.empty()) named.metadata = field.metadata;
      list.push_back(expr::makeExpr(std::move(named)));
    }
    return project(std::move(list), child);
  }

 private:
  const StructFields fields_;
  const bool caseSensitive_;
};

class SortWithinPartitionsByAll final : public plan::DataFrameCall {
 public:
  std::string name() const override { return "randomSplit"; }

  Result<LogicalPlanPtr> expand(const LogicalPlanPtr& child) const override {
    plan::Sort node;
    node.global = false;
    node.child = child;
    for (const AttributePtr& column : child->output()) {
      if (column->type.isOrderable()) node.order.push_back(expr::sortOrder(column));
    }
    return node.order.empty() ? child : LogicalPlanPtr(makePlan(std::move(node)));
  }
};

class DropDuplicates final : public plan::DataFrameCall {
 public:
  DropDuplicates(std::vector<std::string> names, bool caseSensitive) : names_(std::move(names)), caseSensitive_(caseSensitive) {}
  std::string name() const override { return "dropDuplicates"; }

  Result<LogicalPlanPtr> expand(const LogicalPlanPtr& child) const override {
    plan::Deduplicate node;
    node.keys = child->output();
    if (!names_.empty()) {
      ASSIGN_OR_RETURN(node.keys, columnsNamed(node.keys, names_, caseSensitive_));
    }
    node.child = child;
    return makePlan(std::move(node));
  }

 private:
  const std::vector<std::string> names_;
  const bool caseSensitive_;
};

// The columns, and behind them the whole row under a name: a struct of the columns, or the only one of them.
class WithRow final : public plan::DataFrameCall {
 public:
  WithRow(std::string column, bool isStruct) : column_(std::move(column)), isStruct_(isStruct) {}
  std::string name() const override { return "joinWith"; }

  Result<LogicalPlanPtr> expand(const LogicalPlanPtr& child) const override {
    const std::vector<AttributePtr> output = child->output();
    std::vector<ExprPtr> list(output.begin(), output.end());
    if (!isStruct_ && output.empty()) return internalError("joinWith of rows without a column");
    list.push_back(expr::alias(isStruct_ ? expr::call("struct", list) : list[0], column_));
    return project(std::move(list), child);
  }

 private:
  const std::string column_;
  const bool isStruct_;
};

// Rows that all came pass a watermark as they are; what it is set on is checked.
class WithWatermark final : public plan::DataFrameCall {
 public:
  WithWatermark(std::string column, std::string delay, bool caseSensitive)
      : column_(std::move(column)), delay_(std::move(delay)), caseSensitive_(caseSensitive) {}
  std::string name() const override { return "withWatermark"; }

  Result<LogicalPlanPtr> expand(const LogicalPlanPtr& child) const override {
    if (!parseCalendarInterval(delay_).has_value()) return Error(condition::kCannotParseInterval).with("intervalString", delay_).as(ErrorFamily::kAnalysis);
    ASSIGN_OR_RETURN(const std::vector<AttributePtr> found, columnsNamed(child->output(), {column_}, caseSensitive_));
    const DataType& type = found[0]->type;
    const bool isWindow = type.is(TypeKind::kStruct) && type.fields().size() == 2 && type.fields()[1].name == "end" && type.fields()[1].type.isDatetime();
    if (!type.is(TypeKind::kTimestamp) && !type.is(TypeKind::kTimestampNtz) && !isWindow) {
      return Error(condition::kEventTimeIsNotOnTimestampType)
          .with("eventName", quoteIdentifier(found[0]->name))
          .with("eventType", "\"" + type.sql() + "\"")
          .as(ErrorFamily::kAnalysis);
    }
    return child;
  }

 private:
  const std::string column_;
  const std::string delay_;
  const bool caseSensitive_;
};

// A plan of rows that all came has no watermark.
class DropDuplicatesWithinWatermark final : public plan::DataFrameCall {
 public:
  std::string name() const override { return "dropDuplicatesWithinWatermark"; }
  Result<LogicalPlanPtr> expand(const LogicalPlanPtr&) const override {
    return Error(condition::kLegacyErrorTemp3102).with("msg", "dropDuplicatesWithinWatermark is not supported with batch DataFrames/DataSets").as(ErrorFamily::kAnalysis);
  }
};

}  // namespace

DataFrameCallPtr makeWithRow(std::string column, bool isStruct) { return std::make_shared<WithRow>(std::move(column), isStruct); }
DataFrameCallPtr makeWithWatermark(std::string column, std::string delay, bool caseSensitive) {
  return std::make_shared<WithWatermark>(std::move(column), std::move(delay), caseSensitive);
}
DataFrameCallPtr makeDropDuplicatesWithinWatermark() { return std::make_shared<DropDuplicatesWithinWatermark>(); }
DataFrameCallPtr makeDrop(std::vector<std::string> names, std::vector<ExprPtr> columns, bool caseSensitive) {
  return std::make_shared<Drop>(std::move(names), std::move(columns), caseSensitive);
}
DataFrameCallPtr makeWithColumns(std::vector<ExprPtr> columns, bool caseSensitive) {
  return std::make_shared<WithColumns>(std::move(columns), caseSensitive);
}
DataFrameCallPtr makeWithColumnsRenamed(std::vector<std::pair<std::string, std::string>> renames, bool caseSensitive) {
  return std::make_shared<WithColumnsRenamed>(std::move(renames), caseSensitive);
}
DataFrameCallPtr makeToSchema(StructFields fields, bool caseSensitive) { return std::make_shared<ToSchema>(std::move(fields), caseSensitive); }
DataFrameCallPtr makeSortWithinPartitionsByAll() { return std::make_shared<SortWithinPartitionsByAll>(); }
DataFrameCallPtr makeDropDuplicates(std::vector<std::string> names, bool caseSensitive) {
  return std::make_shared<DropDuplicates>(std::move(names), caseSensitive);
}

}  // namespace flint::session
