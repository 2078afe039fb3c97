#pragma once

/// Exponentials and logarithms to the last bit as Java's StrictMath has them.
///
/// Source: the algorithms of fdlibm, the Freely Distributable Math Library, which Java prescribes.
namespace flint::functions {

double strictExp(double x);
double strictLog(double x);
double strictLog10(double x);
/// Differs from StrictMath for 0 < |x| < 0.35 by the last bit of `expm1` at most.
double strictCosh(double x);
double strictCbrt(double x);
double strictHypot(double x, double y);
double strictAsin(double x);
double strictAcos(double x);
double strictAtan(double x);
double strictAtan2(double y, double x);
/// Differs from StrictMath for 0 < |x| < 22 by the last bit of `expm1` at most.
double strictSinh(double x);
double strictPow(double x, double y);

}  // namespace flint::functions
