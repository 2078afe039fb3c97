// AND, OR, NOT and null tests. A right side is evaluated only for rows that the left side does not decide.
#include <algorithm>
#include <cstring>
#include <memory>
#include <type_traits>

#include "expr/evaluation/factories.h"

namespace flint::expr {
namespace {

using columnar::Selection;

// All values one after another; those of a dictionary or constant in `scratch`.
const uint8_t* flatValues(const ColumnVector& vector, std::unique_ptr<uint8_t[]>& scratch) {
  if (vector.isFlat()) return vector.values<uint8_t>();
  const RowIndex size = vector.size();
  scratch = std::make_unique_for_overwrite<uint8_t[]>(static_cast<size_t>(size));
  uint8_t* out = scratch.get();
  const uint8_t* base = vector.base()->values<uint8_t>();
  if (vector.isConstant()) {
    std::fill_n(out, size, base[0]);
  } else {
    const int32_t* indices = vector.indices();
    for (RowIndex row = 0; row < size; ++row) out[row] = base[indices[row]];
  }
  return out;
}

// The lowest bits of eight bytes, the first one lowest.
uint64_t bitsOf(uint64_t bytes) { return ((bytes & 0x0101010101010101) * 0x0102040810204080) >> 56; }

// AND and OR are one algorithm: `decisive` is the value of a side that decides the result (false for AND).
class LogicNode final : public EvaluationNode {
 public:
  LogicNode(NodePtr left, NodePtr right, bool decisive)
      : EvaluationNode(DataType::boolean()), left_(left), right_(right), decisive_(decisive) {
    setCanRaise(left->canRaise() || right->canRaise());
  }

  bool isCheap() const override { return left_->isCheap() && right_->isCheap(); }

  Status select(EvaluationContext& context, const ActiveRows& active, bool wanted, Selection& out) const override {
    if (isShared() || (active.isAll() && isCheap())) return EvaluationNode::select(context, active, wanted, out);
    if (wanted != decisive_) {
      // Both sides must have the value.
      Selection first;
      RETURN_IF_ERROR(left_->select(context, active, wanted, first));
      if (first.empty()) return Status::ok();
      return right_->select(context, ActiveRows(active.size(), first), wanted, out);
    }
    // One side suffices.
    Selection first;
    RETURN_IF_ERROR(left_->select(context, active, wanted, first));
    Selection rest;
    selectOthers(active, first, rest);
    Selection second;
    if (!rest.empty()) RETURN_IF_ERROR(right_->select(context, ActiveRows(active.size(), rest), wanted, second));
    out.resize(out.size() + first.size() + second.size());
    std::merge(first.begin(), first.end(), second.begin(), second.end(), out.end() - static_cast<int64_t>(first.size() + second.size()));
    return Status::ok();
  }

 protected:
  Result<VectorPtr> compute(EvaluationContext& context, const ActiveRows& active) const override {
    ASSIGN_OR_RETURN(const VectorPtr left, left_->evaluate(context, active));
    const columnar::VectorReader<uint8_t> leftValues(*left);
    const uint8_t decisive = decisive_ ? 1 : 0;
    VectorPtr right;
    if (right_->canRaise()) {
      Selection undecided;
      undecided.reserve(static_cast<size_t>(active.count()));
      for (const RowIndex row : active) {
        if (leftValues.isNull(row) || leftValues[row] != decisive) undecided.push_back(row);
      }
      if (undecided.empty()) return left;
      ASSIGN_OR_RETURN(right, right_->evaluate(context, ActiveRows(active.size(), undecided)));
    } else {
      ASSIGN_OR_RETURN(right, right_->evaluate(context, active));
    }
    if (!right_->canRaise() && active.isAll()) return ofAllRows(*left, *right);
    const columnar::VectorReader<uint8_t> rightValues(*right);
    ResultBuffer result(DataType::boolean(), active.size());
    auto* out = result.values<uint8_t>();
    for (const RowIndex row : active) {
      const bool leftNull = leftValues.isNull(row);
      if (!leftNull && leftValues[row] == decisive) {
        out[row] = decisive;
        continue;
      }
      const bool rightNull = rightValues.isNull(row);
      if (!rightNull && rightValues[row] == decisive) {
        out[row] = decisive;
      } else if (leftNull || rightNull) {
        columnar::clearBit(result.validity(), row);
      } else {
        out[row] = decisive ^ 1;
      }
    }
    return result.finish();
  }

 private:
  // Without branches, eight rows at a time. A null's value may be any byte: where it matters the result is null too.
  VectorPtr ofAllRows(const ColumnVector& left, const ColumnVector& right) const {
    const RowIndex size = left.size();
    std::unique_ptr<uint8_t[]> scratchLeft;
    std::unique_ptr<uint8_t[]> scratchRight;
    const uint8_t* flatLeft = flatValues(left, scratchLeft);
    const uint8_t* flatRight = flatValues(right, scratchRight);
    ResultBuffer result(DataType::boolean(), size);
    auto* out = result.values<uint8_t>();
    const auto leftValid = validRows(left);
    const auto rightValid = validRows(right);
    const bool mayBeNull = leftValid != nullptr || rightValid != nullptr;
    const auto validOf = [](const std::shared_ptr<columnar::Buffer>& valid) { return valid == nullptr ? nullptr : valid->as<uint8_t>(); };
    const uint8_t* leftBits = validOf(leftValid);
    const uint8_t* rightBits = validOf(rightValid);
    auto* validBits = mayBeNull ? reinterpret_cast<uint8_t*>(result.validity()) : nullptr;
    constexpr uint64_t kOnes = 0x0101010101010101;
    // `count` is a number or a constant; of a constant 8 the copies are single instructions.
    const auto eight = [&](RowIndex row, auto count) {
      uint64_t a = 0;
      uint64_t b = 0;
      std::memcpy(&a, flatLeft + row, static_cast<size_t>(count));
      std::memcpy(&b, flatRight + row, static_cast<size_t>(count));
      const uint64_t both = (decisive_ ? a | b : a & b) & kOnes;
      std::memcpy(out + row, &both, static_cast<size_t>(count));
      if (!mayBeNull) return;
      // A side that decides makes the result known whatever the other is.
      const uint64_t validA = leftBits == nullptr ? 0xff : leftBits[row / 8];
      const uint64_t validB = rightBits == nullptr ? 0xff : rightBits[row / 8];
      const uint64_t decidesA = decisive_ ? bitsOf(a) : ~bitsOf(a);
      const uint64_t decidesB = decisive_ ? bitsOf(b) : ~bitsOf(b);
      validBits[row / 8] = static_cast<uint8_t>((validA & validB) | (validA & decidesA) | (validB & decidesB));
    };
    RowIndex row = 0;
    for (; row + 8 <= size; row += 8) eight(row, std::integral_constant<RowIndex, 8>());
    if (row < size) eight(row, size - row);
    return result.finish();
  }

  const NodePtr left_;
  const NodePtr right_;
  const bool decisive_;
};

class NotNode final : public EvaluationNode {
 public:
  explicit NotNode(NodePtr child) : EvaluationNode(DataType::boolean()), child_(child) { setCanRaise(child->canRaise()); }

  Status select(EvaluationContext& context, const ActiveRows& active, bool wanted, Selection& out) const override {
    return child_->select(context, active, !wanted, out);
  }

 protected:
  Result<VectorPtr> compute(EvaluationContext& context, const ActiveRows& active) const override {
    ASSIGN_OR_RETURN(const VectorPtr child, child_->evaluate(context, active));
    const columnar::VectorReader<uint8_t> values(*child);
    ResultBuffer result(DataType::boolean(), active.size());
    auto* out = result.values<uint8_t>();
    if (const uint8_t* flat = values.flatValues()) {
      for (RowIndex row = 0; row < active.size(); ++row) out[row] = flat[row] ^ 1;
    } else {
      forEachActive(active, [&](RowIndex row) { out[row] = values[row] ^ 1; });
    }
    const auto valid = validRows(*child);
    return result.finish(valid == nullptr ? nullptr : valid->as<uint64_t>());
  }

 private:
  const NodePtr child_;
};

class NullTestNode final : public EvaluationNode {
 public:
  NullTestNode(NodePtr child, bool wantsNull) : EvaluationNode(DataType::boolean()), child_(child), wantsNull_(wantsNull) {
    setCanRaise(child->canRaise());
  }

  Status select(EvaluationContext& context, const ActiveRows& active, bool wanted, Selection& out) const override {
    ASSIGN_OR_RETURN(const VectorPtr child, child_->evaluate(context, active));
    const auto valid = validRows(*child);
    const bool wantsValid = wantsNull_ != wanted;
    const size_t before = out.size();
    if (valid == nullptr) {
      if (!wantsValid) return Status::ok();
      for (const RowIndex row : active) out.push_back(row);
      return Status::ok();
    }
    out.resize(before + static_cast<size_t>(active.count()));
    RowIndex* at = out.data() + before;
    const auto* bits = valid->as<uint64_t>();
    forEachActive(active, [&](RowIndex row) {
      *at = row;
      at += columnar::bitIsSet(bits, row) == wantsValid;
    });
    out.resize(static_cast<size_t>(at - out.data()));
    return Status::ok();
  }

 protected:
  Result<VectorPtr> compute(EvaluationContext& context, const ActiveRows& active) const override {
    ASSIGN_OR_RETURN(const VectorPtr child, child_->evaluate(context, active));
    const auto valid = validRows(*child);
    if (valid == nullptr) return ColumnVector::constant(DataType::boolean(), Value::boolean(!wantsNull_), active.size());
    ResultBuffer result(DataType::boolean(), active.size());
    auto* out = result.values<uint8_t>();
    const auto* bits = valid->as<uint64_t>();
    for (RowIndex row = 0; row < active.size(); ++row) out[row] = columnar::bitIsSet(bits, row) != wantsNull_ ? 1 : 0;
    return result.finish();
  }

 private:
  const NodePtr child_;
  const bool wantsNull_;
};

}  // namespace

OwnedNode makeAndNode(NodePtr left, NodePtr right) { return std::make_unique<LogicNode>(left, right, false); }
OwnedNode makeOrNode(NodePtr left, NodePtr right) { return std::make_unique<LogicNode>(left, right, true); }
OwnedNode makeNotNode(NodePtr child) { return std::make_unique<NotNode>(child); }
OwnedNode makeNullTestNode(NodePtr child, bool wantsNull) { return std::make_unique<NullTestNode>(child, wantsNull); }

}  // namespace flint::expr
