// IN: over literals by a hash set, or a bitmap of small integers; over expressions value by value.
#include <algorithm>
#include <bit>
#include <unordered_set>

#include "base/hash.h"
#include "columnar/vector_compare.h"
#include "expr/evaluation/factories.h"
#include "expr/value_compare.h"

namespace flint::expr {
namespace {

using columnar::Selection;

constexpr size_t kLinearLimit = 8;         // up to so many literals are compared one by one
constexpr int64_t kBitmapRange = 1 << 16;  // the widest range of integers kept as a bitmap

template <class T>
struct ValueHash {
  size_t operator()(const T& value) const {
    if constexpr (std::is_same_v<T, StringView>) {
      return hashString(value.view());
    } else if constexpr (std::is_floating_point_v<T>) {
      return value != value ? 1 : value == 0 ? 0 : mixHash(std::bit_cast<std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>>(value));
    } else if constexpr (std::is_same_v<T, int128_t>) {
      return combineHash(static_cast<uint64_t>(value), static_cast<uint64_t>(value >> 64));
    } else {
      return mixHash(static_cast<uint64_t>(value));
    }
  }
};
template <class T>
struct ValueEqual {
  bool operator()(const T& a, const T& b) const { return valuesEqual(a, b); }
};

// The literals of one list.
template <class T>
class LiteralSet {
 public:
  explicit LiteralSet(const ColumnVector& literals) {
    const columnar::VectorReader<T> values(literals);
    for (RowIndex row = 0; row < literals.size(); ++row) {
      if (set_.insert(values[row]).second) list_.push_back(values[row]);
    }
    if constexpr (std::is_integral_v<T>) {
      if (list_.empty()) return;
      const auto [low, high] = std::minmax_element(list_.begin(), list_.end());
      if (static_cast<int128_t>(*high) - *low >= kBitmapRange) return;
      low_ = *low;
      bits_.assign(static_cast<size_t>(columnar::bitmapWords(static_cast<int64_t>(*high) - low_ + 1)), 0);
      limit_ = bits_.size() * 64;
      for (const T value : list_) columnar::setBit(bits_.data(), static_cast<int64_t>(value) - low_);
    }
  }
  template <class Visit>
  void visitTest(Visit&& visit) const {
    if constexpr (std::is_integral_v<T>) {
      if (limit_ != 0) {
        return visit([this](const T& value) {
          const uint64_t place = static_cast<uint64_t>(static_cast<int64_t>(value)) - static_cast<uint64_t>(low_);
          return place < limit_ && columnar::bitIsSet(bits_.data(), static_cast<int64_t>(place));
        });
      }
    }
    if (list_.size() <= kLinearLimit) {
      return visit([this](const T& value) {
        bool found = false;
        for (const T& literal : list_) found = found || valuesEqual(literal, value);
        return found;
      });
    }
    visit([this](const T& value) { return set_.contains(value); });
  }

 private:
  std::unordered_set<T, ValueHash<T>, ValueEqual<T>> set_;
  std::vector<T> list_;
  std::vector<uint64_t> bits_;
  int64_t low_ = 0;
  uint64_t limit_ = 0;
};

template <class T>
class InLiteralsNode final : public EvaluationNode {
 public:
  InLiteralsNode(NodePtr value, VectorPtr literals, bool hasNull)
      : EvaluationNode(DataType::boolean()), value_(value), literals_(std::move(literals)), set_(*literals_), hasNull_(hasNull) {
    setCanRaise(value->canRaise());
  }

  Status select(EvaluationContext& context, const ActiveRows& active, bool wanted, Selection& out) const override {
    ASSIGN_OR_RETURN(const VectorPtr vector, value_->evaluate(context, active));
    if (hasNull_ && !wanted) return Status::ok();  // "not in a list with null" is never true
    const auto valid = validRows(*vector);
    const columnar::VectorReader<T> values(*vector);
    const size_t before = out.size();
    out.resize(before + static_cast<size_t>(active.count()));
    RowIndex* at = out.data() + before;
    set_.visitTest([&](auto test) {
      if (valid == nullptr) {
        forEachActive(active, [&](RowIndex row) {
          *at = row;
          at += test(values[row]) == wanted;
        });
      } else {
        const auto* bits = valid->template as<uint64_t>();
        forEachActive(active, [&](RowIndex row) {
          *at = row;
          at += static_cast<int>(test(values[row]) == wanted) & static_cast<int>(columnar::bitIsSet(bits, row));
        });
      }
    });
    out.resize(static_cast<size_t>(at - out.data()));
    return Status::ok();
  }

 protected:
  Result<VectorPtr> compute(EvaluationContext& context, const ActiveRows& active) const override {
    ASSIGN_OR_RETURN(const VectorPtr vector, value_->evaluate(context, active));
    const auto valid = validRows(*vector);
    const columnar::VectorReader<T> values(*vector);
    ResultBuffer result(DataType::boolean(), active.size());
    auto* out = result.values<uint8_t>();
    set_.visitTest([&](auto test) { forEachActive(active, [&](RowIndex row) { out[row] = test(values[row]); }); });
    if (hasNull_) {
      uint64_t* bits = result.validity();
      for (const RowIndex row : active) {
        if (out[row] == 0) columnar::clearBit(bits, row);
      }
    }
    return result.finish(valid == nullptr ? nullptr : valid->as<uint64_t>());
  }

 private:
  const NodePtr value_;
  const VectorPtr literals_;  // what `set_` points into
  const LiteralSet<T> set_;
  const bool hasNull_;
};

class InNode final : public EvaluationNode {
 public:
  InNode(NodePtr value, std::vector<NodePtr> list) : EvaluationNode(DataType::boolean()), value_(value), list_(std::move(list)) {
    bool canRaise = value->canRaise();
    for (const NodePtr element : list_) canRaise = canRaise || element->canRaise();
    setCanRaise(canRaise);
  }

 protected:
  Result<VectorPtr> compute(EvaluationContext& context, const ActiveRows& active) const override {
    ASSIGN_OR_RETURN(const VectorPtr vector, value_->evaluate(context, active));
    ResultBuffer result(DataType::boolean(), active.size());
    auto* out = result.values<uint8_t>();
    std::vector<bool> sawNull(static_cast<size_t>(active.size()));
    Selection open;
    for (const RowIndex row : active) {
      if (vector->isNull(row)) {
        columnar::clearBit(result.validity(), row);
      } else {
        open.push_back(row);
      }
    }
    for (const NodePtr element : list_) {
      if (open.empty()) break;
      ASSIGN_OR_RETURN(const VectorPtr candidate, element->evaluate(context, ActiveRows(active.size(), open)));
      Selection rest;
      for (const RowIndex row : open) {
        if (candidate->isNull(row)) {
          sawNull[static_cast<size_t>(row)] = true;
          rest.push_back(row);
        } else if (columnar::compareValues(*vector, row, *candidate, row) == 0) {
          out[row] = 1;
        } else {
          rest.push_back(row);
        }
      }
      open = std::move(rest);
    }
    for (const RowIndex row : open) {
      if (sawNull[static_cast<size_t>(row)]) columnar::clearBit(result.validity(), row);
    }
    return result.finish();
  }

 private:
  const NodePtr value_;
  const std::vector<NodePtr> list_;
};

template <class T>
OwnedNode makeTyped(NodePtr value, VectorPtr literals, bool hasNull) {
  return std::make_unique<InLiteralsNode<T>>(value, std::move(literals), hasNull);
}

}  // namespace

OwnedNode makeInLiteralsNode(NodePtr value, VectorPtr literals, bool hasNull) {
  switch (literals->physicalType()) {
    case PhysicalType::kBool: return makeTyped<uint8_t>(value, std::move(literals), hasNull);
    case PhysicalType::kInt8: return makeTyped<int8_t>(value, std::move(literals), hasNull);
    case PhysicalType::kInt16: return makeTyped<int16_t>(value, std::move(literals), hasNull);
    case PhysicalType::kInt32: return makeTyped<int32_t>(value, std::move(literals), hasNull);
    case PhysicalType::kInt64: return makeTyped<int64_t>(value, std::move(literals), hasNull);
    case PhysicalType::kInt128: return makeTyped<int128_t>(value, std::move(literals), hasNull);
    case PhysicalType::kFloat: return makeTyped<float>(value, std::move(literals), hasNull);
    case PhysicalType::kDouble: return makeTyped<double>(value, std::move(literals), hasNull);
    case PhysicalType::kString: return makeTyped<StringView>(value, std::move(literals), hasNull);
    case PhysicalType::kInterval:
    case PhysicalType::kList:
    case PhysicalType::kStruct: return nullptr;  // compared value by value
  }
  return nullptr;
}
OwnedNode makeInNode(NodePtr value, std::vector<NodePtr> list) { return std::make_unique<InNode>(value, std::move(list)); }

}  // namespace flint::expr
