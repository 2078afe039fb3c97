#pragma once

/// Exponentials and logarithms to the last bit as Java's StrictMath has them.
///
/// Source: the algorithms of fdlibm, the Freely Distributable Math Library, which Java prescribes.
namespace flint::functions {

double strictExp(double x);
double strictLog(double x);
double strictLog10(double x);
double strictCosh(double x);
double strictCbrt(double x);
double strictHypot(double x, double y);
double strictAsin(double x);
double strictAcos(double x);
double strictAtan(double x);
double strictAtan2(double y, double x);
double strictSinh(double x);
double strictTanh(double x);
double strictExpm1(double x);
double strictLog1p(double x);
double strictAsinh(double x);
double strictAcosh(double x);
/// Half of the difference of two `log1p`, as Spark has it.
double strictAtanh(double x);
double strictPow(double x, double y);

}  // namespace flint::functions
