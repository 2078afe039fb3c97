#pragma once

#include "base/status.h"
#include "expr/nodes.h"

namespace spark::connect {
class Expression_Literal;
}

namespace flint::connect {

/// A literal's value and type.
struct TypedValue {
  Value value;
  DataType type;
};

/// Errors: CONNECT_INVALID_PLAN.* where the value does not fit its type or has none.
Result<TypedValue> decodeLiteral(const spark::connect::Expression_Literal& message);
Result<expr::ExprPtr> decodeLiteralExpression(const spark::connect::Expression_Literal& message);
/// For observed metrics and model attributes.
void encodeLiteral(const Value& value, const DataType& type, spark::connect::Expression_Literal& message);

}  // namespace flint::connect
