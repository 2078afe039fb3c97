// CASE and COALESCE: each value is evaluated only for the rows that take it.
#include "expr/evaluation/factories.h"

namespace flint::expr {
namespace {

using columnar::Selection;

class CaseNode final : public EvaluationNode {
 public:
  CaseNode(DataType type, std::vector<std::pair<NodePtr, NodePtr>> branches, NodePtr elseValue)
      : EvaluationNode(std::move(type)), branches_(std::move(branches)), else_(elseValue) {
    bool canRaise = else_ != nullptr && else_->canRaise();
    for (const auto& [condition, value] : branches_) canRaise = canRaise || condition->canRaise() || value->canRaise();
    setCanRaise(canRaise);
  }

 protected:
  Result<VectorPtr> compute(EvaluationContext& context, const ActiveRows& active) const override {
    std::vector<VectorPtr> parts;
    std::vector<Selection> rows;
    Selection remaining;
    bool restricted = false;
    for (const auto& [condition, value] : branches_) {
      const ActiveRows open = restricted ? ActiveRows(active.size(), remaining) : active;
      if (open.isEmpty()) break;
      Selection taken;
      RETURN_IF_ERROR(condition->select(context, open, true, taken));
      if (taken.empty()) continue;
      const bool all = static_cast<RowIndex>(taken.size()) == open.count();
      ASSIGN_OR_RETURN(VectorPtr part, all ? value->evaluate(context, open) : value->evaluate(context, ActiveRows(active.size(), taken)));
      if (all && parts.empty()) return part;
      Selection rest;
      if (!all) selectOthers(open, taken, rest);
      parts.push_back(std::move(part));
      rows.push_back(std::move(taken));
      remaining = std::move(rest);
      restricted = true;
    }
    const ActiveRows open = restricted ? ActiveRows(active.size(), remaining) : active;
    if (!open.isEmpty()) {
      VectorPtr part;
      if (else_ == nullptr) {
        part = ColumnVector::nulls(type(), active.size());
      } else {
        ASSIGN_OR_RETURN(part, else_->evaluate(context, open));
      }
      if (parts.empty()) return part;
      parts.push_back(std::move(part));
      rows.push_back(std::move(remaining));
    }
    if (parts.empty()) return ColumnVector::nulls(type(), active.size());
    return mergeParts(type(), active.size(), parts, rows);
  }

 private:
  const std::vector<std::pair<NodePtr, NodePtr>> branches_;
  const NodePtr else_;  // may be null
};

class CoalesceNode final : public EvaluationNode {
 public:
  CoalesceNode(DataType type, std::vector<NodePtr> arguments) : EvaluationNode(std::move(type)), arguments_(std::move(arguments)) {
    bool canRaise = false;
    for (const NodePtr argument : arguments_) canRaise = canRaise || argument->canRaise();
    setCanRaise(canRaise);
  }

 protected:
  Result<VectorPtr> compute(EvaluationContext& context, const ActiveRows& active) const override {
    std::vector<VectorPtr> parts;
    std::vector<Selection> rows;
    Selection remaining;
    for (size_t i = 0; i < arguments_.size(); ++i) {
      const ActiveRows open = i == 0 ? active : ActiveRows(active.size(), remaining);
      if (open.isEmpty()) break;
      ASSIGN_OR_RETURN(VectorPtr part, arguments_[i]->evaluate(context, open));
      const bool isLast = i + 1 == arguments_.size();
      Selection present;
      Selection absent;
      if (!part->mayHaveNulls() || isLast) {
        if (parts.empty()) return part;
        for (const RowIndex row : open) present.push_back(row);
      } else {
        const auto valid = validRows(*part);
        for (const RowIndex row : open) (columnar::bitIsSet(valid->as<uint64_t>(), row) ? present : absent).push_back(row);
        if (absent.empty() && parts.empty()) return part;
      }
      if (!present.empty()) {
        parts.push_back(std::move(part));
        rows.push_back(std::move(present));
      }
      remaining = std::move(absent);
    }
    if (parts.empty()) return ColumnVector::nulls(type(), active.size());
    return mergeParts(type(), active.size(), parts, rows);
  }

 private:
  const std::vector<NodePtr> arguments_;
};

}  // namespace

OwnedNode makeCaseNode(DataType type, std::vector<std::pair<NodePtr, NodePtr>> branches, NodePtr elseValue) {
  return std::make_unique<CaseNode>(std::move(type), std::move(branches), elseValue);
}
OwnedNode makeCoalesceNode(DataType type, std::vector<NodePtr> arguments) {
  return std::make_unique<CoalesceNode>(std::move(type), std::move(arguments));
}

}  // namespace flint::expr
