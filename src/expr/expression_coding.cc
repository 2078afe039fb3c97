// Expressions to bytes and back.
#include <algorithm>

#include "expr/call_arguments.h"
#include "expr/expression_node_impl.h"
#include "expr/function_registry.h"
#include "expr/nodes.h"
#include "expr/python_udf.h"
#include "expr/unresolved.h"

namespace flint::expr {
namespace {

constexpr uint64_t kAbsent = 255;  // in place of a kind: a null pointer
constexpr int kMaxDepth = 20'000;

// Reads expressions; the first error is kept in `status`.
class Decoder {
 public:
  explicit Decoder(const EvaluationOptions& options) : options_(options) {}

  ExprPtr readExpression(ByteReader& in);
  Status takeStatus() { return std::move(status_); }

  // What tree::decodeField asks for fields of its unknown types.
  template <class T>
  void read(ByteReader& in, std::shared_ptr<const T>& pointer) {
    if constexpr (std::is_base_of_v<Expression, T>) {
      ExprPtr read = readExpression(in);
      if constexpr (std::is_same_v<T, Expression>) {
        pointer = std::move(read);
      } else {
        if (read != nullptr && read->kind() == T::kKind) pointer = std::static_pointer_cast<const T>(read);
      }
    }
  }

 private:
  template <class Node>
  ExprPtr readNode(ByteReader& in) {
    Node node;
    tree::decodeField(*this, in, node);
    if (in.failed() || !status_.isOk() || !complete(in, node)) return nullptr;
    return makeExpr(std::move(node));
  }
  template <class Node>
  bool complete(ByteReader&, Node&) {
    return true;
  }
  bool complete(ByteReader& in, FunctionCall& node) { return bind(in, node); }
  bool complete(ByteReader& in, AggregateExpression& node) { return bind(in, node); }
  bool complete(ByteReader& in, WindowFunctionCall& node) { return bind(in, node); }
  bool complete(ByteReader& in, GeneratorCall& node) { return bind(in, node); }

  template <class Call>
  bool bind(ByteReader& in, Call& node);
  bool missing(ByteReader& in, const std::string& name) {
    return failed(in, internalError("an encoded expression calls the unknown function " + name));
  }
  bool failed(ByteReader& in, Status status) {
    if (status_.isOk()) status_ = std::move(status);
    in.fail();
    return false;
  }

  const EvaluationOptions& options_;
  Status status_;
  int depth_ = 0;
};

template <class Call>
bool Decoder::bind(ByteReader& in, Call& node) {
  if (std::any_of(node.arguments.begin(), node.arguments.end(), [](const ExprPtr& argument) { return argument == nullptr; })) {
    in.fail();
    return false;
  }
  std::vector<ExprPtr> arguments = node.arguments;
  if constexpr (std::is_same_v<Call, AggregateExpression>) {
    const size_t orders = std::min(node.withinGroup.size(), arguments.size());
    std::copy(node.withinGroup.end() - static_cast<std::ptrdiff_t>(orders), node.withinGroup.end(), arguments.end() - static_cast<std::ptrdiff_t>(orders));
  }
  const CallArguments facts(arguments, options_);
  const BindContext context = facts.context(node.name);
  const auto entry = FunctionRegistry::builtin().find(node.name);
  const auto keep = [&](auto bound) {
    if (!bound.isOk()) return failed(in, bound.status());
    using Binding = typename decltype(bound)::ValueType;
    node.binding = std::make_shared<const Binding>(std::move(bound).value());
    return true;
  };
  if constexpr (std::is_same_v<Call, FunctionCall>) {
    const auto* function = std::get_if<const ScalarFunction*>(&entry);
    return function == nullptr ? missing(in, node.name) : keep(bindScalar(**function, context));
  } else if constexpr (std::is_same_v<Call, AggregateExpression>) {
    const auto* function = std::get_if<const AggregateFunction*>(&entry);
    return function == nullptr || (*function)->bind == nullptr ? missing(in, node.name) : keep((*function)->bind(context, node.ignoreNulls));
  } else if constexpr (std::is_same_v<Call, WindowFunctionCall>) {
    const auto* function = std::get_if<const WindowFunction*>(&entry);
    return function == nullptr ? missing(in, node.name) : keep((*function)->bind(context, node.ignoreNulls));
  } else {
    const auto* function = std::get_if<const GeneratorFunction*>(&entry);
    return function == nullptr ? missing(in, node.name) : keep((*function)->bind(context));
  }
}

ExprPtr Decoder::readExpression(ByteReader& in) {
  const uint64_t kind = in.readVarint();
  if (kind == kAbsent || in.failed()) return nullptr;
  if (++depth_ > kMaxDepth) {
    in.fail();
    return nullptr;
  }
  ExprPtr out;
  switch (static_cast<ExprKind>(kind)) {
#define FLINT_DECODE(Node) \
  case ExprKind::k##Node: out = readNode<Node>(in); break;
    FLINT_DECODE(Literal)
    FLINT_DECODE(AttributeReference)
    FLINT_DECODE(BoundReference)
    FLINT_DECODE(Alias)
    FLINT_DECODE(Cast)
    FLINT_DECODE(FunctionCall)
    FLINT_DECODE(Comparison)
    FLINT_DECODE(And)
    FLINT_DECODE(Or)
    FLINT_DECODE(Not)
    FLINT_DECODE(IsNull)
    FLINT_DECODE(IsNotNull)
    FLINT_DECODE(CaseWhen)
    FLINT_DECODE(Coalesce)
    FLINT_DECODE(In)
    FLINT_DECODE(GetStructField)
    FLINT_DECODE(LambdaVariable)
    FLINT_DECODE(LambdaFunction)
    FLINT_DECODE(SortOrder)
    FLINT_DECODE(AggregateExpression)
    FLINT_DECODE(WindowFunctionCall)
    FLINT_DECODE(WindowExpression)
    FLINT_DECODE(GeneratorCall)
    FLINT_DECODE(OuterReference)
    FLINT_DECODE(PythonUdf)
#undef FLINT_DECODE
    default: in.fail(); break;  // a byte of another version, or a node that only plans before execution hold
  }
  --depth_;
  if (out == nullptr) in.fail();
  return out;
}

}  // namespace

void encodeOneExpression(ByteWriter& out, const ExprPtr& expression) {
  if (expression == nullptr) {
    out.writeVarint(kAbsent);
    return;
  }
  out.writeVarint(static_cast<uint64_t>(expression->kind()));
  expression->encodeFields(out);
}

void encodeExpression(ByteWriter& out, const ExprPtr& expression) { encodeOneExpression(out, expression); }

Result<ExprPtr> decodeExpression(ByteReader& in, const EvaluationOptions& options) {
  Decoder decoder(options);
  ExprPtr expression = decoder.readExpression(in);
  RETURN_IF_ERROR(decoder.takeStatus());
  RETURN_IF_ERROR(in.status());
  if (expression == nullptr) return internalError("an encoded expression is absent");
  return expression;
}

}  // namespace flint::expr
