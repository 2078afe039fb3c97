// Nodes that the evaluator knows by kind: casts, comparisons, logic, conditionals.
#include <algorithm>
#include <optional>

#include "expr/expression_node_impl.h"
#include "expr/expression_text.h"
#include "expr/nodes.h"
#include "types/type_coercion.h"

namespace flint::expr {

template class ExpressionNode<Cast, ExprKind::kCast>;
template class ExpressionNode<Comparison, ExprKind::kComparison>;
template class ExpressionNode<And, ExprKind::kAnd>;
template class ExpressionNode<Or, ExprKind::kOr>;
template class ExpressionNode<Not, ExprKind::kNot>;
template class ExpressionNode<IsNull, ExprKind::kIsNull>;
template class ExpressionNode<IsNotNull, ExprKind::kIsNotNull>;
template class ExpressionNode<CaseWhen, ExprKind::kCaseWhen>;
template class ExpressionNode<Coalesce, ExprKind::kCoalesce>;
template class ExpressionNode<In, ExprKind::kIn>;
template class ExpressionNode<GetStructField, ExprKind::kGetStructField>;

#define FLINT_DEFINE_TEXT(Node)                                                                  \
  std::string Node::sql() const { return expressionText(*this, TextStyle::kSql); }               \
  std::string Node::toString() const { return expressionText(*this, TextStyle::kDebug); }
FLINT_DEFINE_TEXT(Cast)
FLINT_DEFINE_TEXT(Comparison)
FLINT_DEFINE_TEXT(And)
FLINT_DEFINE_TEXT(Or)
FLINT_DEFINE_TEXT(Not)
FLINT_DEFINE_TEXT(IsNull)
FLINT_DEFINE_TEXT(IsNotNull)
FLINT_DEFINE_TEXT(CaseWhen)
FLINT_DEFINE_TEXT(Coalesce)
FLINT_DEFINE_TEXT(In)
FLINT_DEFINE_TEXT(GetStructField)
#undef FLINT_DEFINE_TEXT

namespace {

// The decimal that holds all values of a number.
std::optional<DataType> decimalOf(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kBoolean: return DataType::decimal(1, 0);
    case TypeKind::kByte: return DataType::decimal(3, 0);
    case TypeKind::kShort: return DataType::decimal(5, 0);
    case TypeKind::kInteger: return DataType::decimal(10, 0);
    case TypeKind::kLong: return DataType::decimal(20, 0);
    case TypeKind::kFloat: return DataType::decimal(14, 7);
    case TypeKind::kDouble: return DataType::decimal(30, 15);
    case TypeKind::kDecimal: return type;
    default: return std::nullopt;
  }
}

// Whether Spark calls the cast of a value that is not null nullable, which it does in ANSI mode too, where such casts raise errors.
bool countsAsNullable(const DataType& from, const DataType& to) {
  if (from.is(TypeKind::kNull) || from == to || to.isStringLike()) return false;
  if (from.isStringLike()) return !to.is(TypeKind::kBinary);
  if (from.is(TypeKind::kTimestamp) && to.isIntegral()) return !to.is(TypeKind::kLong);
  if (from.isFloating() && to.is(TypeKind::kTimestamp)) return true;
  if (from.is(TypeKind::kTimestamp) && to.is(TypeKind::kDate)) return false;
  if (to.is(TypeKind::kDate)) return true;
  if (from.is(TypeKind::kDate)) return !to.is(TypeKind::kTimestamp);
  if (to.is(TypeKind::kCalendarInterval)) return true;
  if (!to.is(TypeKind::kDecimal)) return from.isFractional() && to.isIntegral();
  const std::optional<DataType> held = decimalOf(from);
  if (!held.has_value()) return true;
  const int wholeFrom = held->precision() - held->scale();
  const int wholeTo = to.precision() - to.scale();
  const bool isWider = wholeTo >= wholeFrom && to.scale() >= held->scale();
  return !isWider && !(from.is(TypeKind::kDecimal) && wholeTo > wholeFrom);
}

}  // namespace

void Cast::derive() {
  type_ = target;
  const bool safe = canUpCast(child->dataType(), target);
  if (mode == CastMode::kAnsi && !safe) traits_.canRaise = true;
  // NaN and infinities are no decimals, and give none even where other values raise an error.
  const bool mayBeNoNumber = target.is(TypeKind::kDecimal) && (child->dataType().is(TypeKind::kFloat) || child->dataType().is(TypeKind::kDouble));
  const bool counts = mode == CastMode::kAnsi ? countsAsNullable(child->dataType(), target) : !safe;
  nullable_ = child->nullable() || mayBeNoNumber || counts || child->dataType().is(TypeKind::kNull);
}

const char* symbolOf(ComparisonOp op) {
  switch (op) {
    case ComparisonOp::kEqual: return "=";
    case ComparisonOp::kNotEqual: return "!=";
    case ComparisonOp::kLess: return "<";
    case ComparisonOp::kLessOrEqual: return "<=";
    case ComparisonOp::kGreater: return ">";
    case ComparisonOp::kGreaterOrEqual: return ">=";
    case ComparisonOp::kEqualNullSafe: return "<=>";
  }
  return "";
}

ComparisonOp mirrored(ComparisonOp op) {
  switch (op) {
    case ComparisonOp::kLess: return ComparisonOp::kGreater;
    case ComparisonOp::kLessOrEqual: return ComparisonOp::kGreaterOrEqual;
    case ComparisonOp::kGreater: return ComparisonOp::kLess;
    case ComparisonOp::kGreaterOrEqual: return ComparisonOp::kLessOrEqual;
    case ComparisonOp::kEqual:
    case ComparisonOp::kNotEqual:
    case ComparisonOp::kEqualNullSafe: return op;
  }
  return op;
}

void Comparison::derive() {
  type_ = DataType::boolean();
  nullable_ = op != ComparisonOp::kEqualNullSafe && (left->nullable() || right->nullable());
}
ExprPtr comparison(ComparisonOp op, ExprPtr left, ExprPtr right) {
  return makeNode<Comparison>(op, std::move(left), std::move(right));
}

void And::derive() {
  type_ = DataType::boolean();
  nullable_ = left->nullable() || right->nullable();
}
void Or::derive() {
  type_ = DataType::boolean();
  nullable_ = left->nullable() || right->nullable();
}
void Not::derive() {
  type_ = DataType::boolean();
  nullable_ = child->nullable();
}
void IsNull::derive() {
  type_ = DataType::boolean();
  nullable_ = false;
}
void IsNotNull::derive() {
  type_ = DataType::boolean();
  nullable_ = false;
}

ExprPtr makeAnd(ExprPtr left, ExprPtr right) { return makeNode<And>(std::move(left), std::move(right)); }
ExprPtr makeOr(ExprPtr left, ExprPtr right) { return makeNode<Or>(std::move(left), std::move(right)); }
ExprPtr makeNot(ExprPtr child) { return makeNode<Not>(std::move(child)); }

ExprPtr conjunction(const std::vector<ExprPtr>& conjuncts) {
  ExprPtr out;
  for (const ExprPtr& conjunct : conjuncts) out = out == nullptr ? conjunct : makeAnd(out, conjunct);
  return out;
}

namespace {

// The leaves of a tree of And (or Or) nodes, left to right, without recursion: such trees grow deep.
template <class Node>
std::vector<ExprPtr> split(const ExprPtr& root) {
  std::vector<ExprPtr> out;
  std::vector<ExprPtr> pending = {root};
  while (!pending.empty()) {
    const ExprPtr next = std::move(pending.back());
    pending.pop_back();
    if (const auto* node = next->as<Node>()) {
      pending.push_back(node->right);
      pending.push_back(node->left);
    } else {
      out.push_back(next);
    }
  }
  return out;
}

}  // namespace

std::vector<ExprPtr> splitConjuncts(const ExprPtr& condition) { return split<And>(condition); }
std::vector<ExprPtr> splitDisjuncts(const ExprPtr& condition) { return split<Or>(condition); }

void CaseWhen::derive() {
  type_ = branches.empty() ? DataType::null() : branches[0].second->dataType();
  nullable_ = elseValue == nullptr || elseValue->nullable();
  for (const auto& [condition, value] : branches) nullable_ = nullable_ || value->nullable();
}

void Coalesce::derive() {
  type_ = arguments.empty() ? DataType::null() : arguments[0]->dataType();
  nullable_ = std::all_of(arguments.begin(), arguments.end(), [](const ExprPtr& argument) { return argument->nullable(); });
}

void In::derive() {
  type_ = DataType::boolean();
  nullable_ = value->nullable() || std::any_of(list.begin(), list.end(), [](const ExprPtr& element) { return element->nullable(); });
}

void GetStructField::derive() {
  const DataType& structure = child->dataType();
  if (!structure.is(TypeKind::kStruct) || static_cast<size_t>(ordinal) >= structure.fields().size()) {
    traits_.resolved = false;
    return;
  }
  const StructField& field = structure.fields()[static_cast<size_t>(ordinal)];
  type_ = field.type;
  nullable_ = child->nullable() || field.nullable;
}

}  // namespace flint::expr
