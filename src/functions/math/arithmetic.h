#pragma once

#include "expr/function_registry.h"

/// What binding of the arithmetic operators needs from the families of other types.
namespace flint::functions {

enum class ArithmeticOp : uint8_t { kAdd, kSubtract, kMultiply, kDivide, kIntegralDivide, kRemainder, kPositiveModulo };

/// Binds an operator with a date, timestamp or interval on one side; nothing when neither side is one.
std::optional<Result<expr::FunctionBinding>> bindDatetimeArithmetic(ArithmeticOp op, const expr::BindContext& context);

/// What stands for a try_ operator between a text and an interval: text added to is a moment, which is text again; text multiplied by is a number.
Result<expr::ExprPtr> rewriteTriedText(const expr::BindContext& context);

/// ARITHMETIC_OVERFLOW; `alternative` names the try_ function, or is empty.
Error arithmeticOverflow(const char* message, const char* alternative = "");
Error divideByZero();

}  // namespace flint::functions
