// Comparisons: loops per physical type and operator over columns and constants, which write selections or boolean vectors.
#include <algorithm>

#include "columnar/vector_compare.h"
#include "expr/evaluation/factories.h"
#include "expr/value_compare.h"

namespace flint::expr {
namespace {

using columnar::Selection;

// Where a loop takes its operands from.
template <class T>
struct FlatOperand {
  const T* values;
  const T& operator[](RowIndex row) const { return values[row]; }
};
template <class T>
struct ConstantOperand {
  T value;
  const T& operator[](RowIndex) const { return value; }
};
template <class T>
struct ReaderOperand {
  columnar::VectorReader<T> values;
  const T& operator[](RowIndex row) const { return values[row]; }
};

struct Equal {
  template <class T>
  static bool test(const T& a, const T& b) { return valuesEqual(a, b); }
};
struct NotEqual {
  template <class T>
  static bool test(const T& a, const T& b) { return !valuesEqual(a, b); }
};
struct Less {
  template <class T>
  static bool test(const T& a, const T& b) { return valueLess(a, b); }
};
struct LessOrEqual {
  template <class T>
  static bool test(const T& a, const T& b) { return !valueLess(b, a); }
};
struct Greater {
  template <class T>
  static bool test(const T& a, const T& b) { return valueLess(b, a); }
};
struct GreaterOrEqual {
  template <class T>
  static bool test(const T& a, const T& b) { return !valueLess(a, b); }
};

// One comparison's output: rows where it holds, or a byte a row.
struct Target {
  const ActiveRows& active;
  const uint64_t* valid;  // rows with both sides non-null; null pointer for all
  Selection* rows;        // either this
  uint8_t* bytes;         // or this
};

// Operands are taken by value: bytes that are written could else be their pointers.
template <class Op, class Left, class Right>
void runLoop(const Target& target, const Left left, const Right right) {
  if (target.rows != nullptr) {
    Selection& out = *target.rows;
    const size_t before = out.size();
    out.resize(before + static_cast<size_t>(target.active.count()));
    RowIndex* at = out.data() + before;
    if (target.valid == nullptr) {
      forEachActive(target.active, [&](RowIndex row) {
        *at = row;
        at += Op::test(left[row], right[row]);
      });
    } else {
      forEachActive(target.active, [&](RowIndex row) {
        *at = row;
        at += static_cast<int>(Op::test(left[row], right[row])) & static_cast<int>(columnar::bitIsSet(target.valid, row));
      });
    }
    out.resize(static_cast<size_t>(at - out.data()));
    return;
  }
  uint8_t* bytes = target.bytes;
  forEachActive(target.active, [&](RowIndex row) { bytes[row] = Op::test(left[row], right[row]); });
}

template <class Left, class Right>
void runOperator(ComparisonOp op, const Target& target, const Left& left, const Right& right) {
  switch (op) {
    case ComparisonOp::kEqualNullSafe:
    case ComparisonOp::kEqual: return runLoop<Equal>(target, left, right);
    case ComparisonOp::kNotEqual: return runLoop<NotEqual>(target, left, right);
    case ComparisonOp::kLess: return runLoop<Less>(target, left, right);
    case ComparisonOp::kLessOrEqual: return runLoop<LessOrEqual>(target, left, right);
    case ComparisonOp::kGreater: return runLoop<Greater>(target, left, right);
    case ComparisonOp::kGreaterOrEqual: return runLoop<GreaterOrEqual>(target, left, right);
  }
}

template <class T>
void runTyped(ComparisonOp op, const Target& target, const ColumnVector& left, const ColumnVector& right) {
  const columnar::VectorReader<T> a(left);
  const columnar::VectorReader<T> b(right);
  if (a.flatValues() != nullptr && b.isConstant()) return runOperator(op, target, FlatOperand<T>{a.flatValues()}, ConstantOperand<T>{b[0]});
  if (a.flatValues() != nullptr && b.flatValues() != nullptr) {
    return runOperator(op, target, FlatOperand<T>{a.flatValues()}, FlatOperand<T>{b.flatValues()});
  }
  if (a.isConstant() && b.flatValues() != nullptr) {
    return runOperator(mirrored(op), target, FlatOperand<T>{b.flatValues()}, ConstantOperand<T>{a[0]});
  }
  runOperator(op, target, ReaderOperand<T>{a}, ReaderOperand<T>{b});
}

// Nested values, through the general comparison.
struct NestedOperand {
  struct Place {
    const ColumnVector* vector;
    RowIndex row;
    bool operator==(const Place& other) const { return columnar::compareValues(*vector, row, *other.vector, other.row) == 0; }
    bool operator<(const Place& other) const { return columnar::compareValues(*vector, row, *other.vector, other.row) < 0; }
  };
  const ColumnVector& vector;
  Place operator[](RowIndex row) const { return {&vector, row}; }
};

void compareNested(ComparisonOp op, const Target& target, const ColumnVector& left, const ColumnVector& right) {
  // Rows that are null have no value to look into.
  if (target.valid == nullptr) return runOperator(op, target, NestedOperand{left}, NestedOperand{right});
  Selection valid;
  for (const RowIndex row : target.active) {
    if (columnar::bitIsSet(target.valid, row)) valid.push_back(row);
  }
  if (valid.empty()) return;
  const ActiveRows active(target.active.size(), valid);
  runOperator(op, Target{active, nullptr, target.rows, target.bytes}, NestedOperand{left}, NestedOperand{right});
}

void run(ComparisonOp op, const Target& target, const ColumnVector& left, const ColumnVector& right) {
  switch (left.physicalType()) {
    case PhysicalType::kBool: return runTyped<uint8_t>(op, target, left, right);
    case PhysicalType::kInt8: return runTyped<int8_t>(op, target, left, right);
    case PhysicalType::kInt16: return runTyped<int16_t>(op, target, left, right);
    case PhysicalType::kInt32: return runTyped<int32_t>(op, target, left, right);
    case PhysicalType::kInt64: return runTyped<int64_t>(op, target, left, right);
    case PhysicalType::kInt128: return runTyped<int128_t>(op, target, left, right);
    case PhysicalType::kFloat: return runTyped<float>(op, target, left, right);
    case PhysicalType::kDouble: return runTyped<double>(op, target, left, right);
    case PhysicalType::kString: return runTyped<StringView>(op, target, left, right);
    case PhysicalType::kInterval: return runTyped<CalendarInterval>(op, target, left, right);
    case PhysicalType::kList:
    case PhysicalType::kStruct: return compareNested(op, target, left, right);
  }
}

ComparisonOp negated(ComparisonOp op) {
  switch (op) {
    case ComparisonOp::kEqual: return ComparisonOp::kNotEqual;
    case ComparisonOp::kNotEqual: return ComparisonOp::kEqual;
    case ComparisonOp::kLess: return ComparisonOp::kGreaterOrEqual;
    case ComparisonOp::kLessOrEqual: return ComparisonOp::kGreater;
    case ComparisonOp::kGreater: return ComparisonOp::kLessOrEqual;
    case ComparisonOp::kGreaterOrEqual: return ComparisonOp::kLess;
    case ComparisonOp::kEqualNullSafe: return op;
  }
  return op;
}

bool hasNumbers(const DataType& type) {
  switch (type.physicalType()) {
    case PhysicalType::kInt8:
    case PhysicalType::kInt16:
    case PhysicalType::kInt32:
    case PhysicalType::kInt64:
    case PhysicalType::kFloat:
    case PhysicalType::kDouble: return true;
    default: return false;
  }
}

class ComparisonNode final : public EvaluationNode {
 public:
  ComparisonNode(ComparisonOp op, NodePtr left, NodePtr right) : EvaluationNode(DataType::boolean()), op_(op), left_(left), right_(right) {
    setCanRaise(left->canRaise() || right->canRaise());
  }

  // Numbers of a column and a constant, many at a time.
  bool isCheap() const override {
    const auto isLeaf = [](NodePtr side) { return side->constantValue() != nullptr || side->isCheap(); };
    return op_ != ComparisonOp::kEqualNullSafe && hasNumbers(left_->type()) && isLeaf(left_) && isLeaf(right_);
  }

  Status select(EvaluationContext& context, const ActiveRows& active, bool wanted, Selection& out) const override {
    if (op_ == ComparisonOp::kEqualNullSafe) return EvaluationNode::select(context, active, wanted, out);
    ASSIGN_OR_RETURN(const VectorPtr left, left_->evaluate(context, active));
    ASSIGN_OR_RETURN(const VectorPtr right, right_->evaluate(context, active));
    if (allNull(*left) || allNull(*right)) return Status::ok();
    auto valid = validRows(*left);
    addValidity(*right, valid);
    run(wanted ? op_ : negated(op_), Target{active, valid == nullptr ? nullptr : valid->as<uint64_t>(), &out, nullptr}, *left, *right);
    return Status::ok();
  }

 protected:
  Result<VectorPtr> compute(EvaluationContext& context, const ActiveRows& active) const override {
    ASSIGN_OR_RETURN(const VectorPtr left, left_->evaluate(context, active));
    ASSIGN_OR_RETURN(const VectorPtr right, right_->evaluate(context, active));
    if (op_ == ComparisonOp::kEqualNullSafe) return nullSafe(*left, *right, active);
    if (allNull(*left) || allNull(*right)) return ColumnVector::nulls(DataType::boolean(), active.size());
    auto valid = validRows(*left);
    addValidity(*right, valid);
    const uint64_t* bits = valid == nullptr ? nullptr : valid->as<uint64_t>();
    ResultBuffer result(DataType::boolean(), active.size());
    run(op_, Target{active, bits, nullptr, result.values<uint8_t>()}, *left, *right);
    return result.finish(bits);
  }

 private:
  static bool allNull(const ColumnVector& vector) { return vector.isConstant() && vector.base()->isNull(0); }

  static Result<VectorPtr> nullSafe(const ColumnVector& left, const ColumnVector& right, const ActiveRows& active) {
    ResultBuffer result(DataType::boolean(), active.size());
    auto* out = result.values<uint8_t>();
    Selection both;
    const auto leftValid = validRows(left);
    const auto rightValid = validRows(right);
    for (const RowIndex row : active) {
      const bool a = leftValid == nullptr || columnar::bitIsSet(leftValid->as<uint64_t>(), row);
      const bool b = rightValid == nullptr || columnar::bitIsSet(rightValid->as<uint64_t>(), row);
      out[row] = !a && !b ? 1 : 0;
      if (a && b) both.push_back(row);
    }
    if (!both.empty()) {
      const ActiveRows rows(active.size(), both);
      run(ComparisonOp::kEqual, Target{rows, nullptr, nullptr, out}, left, right);
    }
    return result.finish();
  }

  const ComparisonOp op_;
  const NodePtr left_;
  const NodePtr right_;
};

}  // namespace

OwnedNode makeComparisonNode(ComparisonOp op, NodePtr left, NodePtr right) { return std::make_unique<ComparisonNode>(op, left, right); }

}  // namespace flint::expr
