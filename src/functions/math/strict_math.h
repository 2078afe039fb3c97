#pragma once

/// Elementary functions to the last bit as Java's StrictMath computes them, whose results differ from the C library's where neither is rounded
/// correctly.
///
/// Source: the algorithms and constants of FDLIBM 5.3, which StrictMath prescribes.
namespace flint::functions {

double strictExp(double x);
double strictLog(double x);
/// Differs from StrictMath for 0 < |x| < 0.35 by the last bit of `expm1` at most.
double strictCosh(double x);

}  // namespace flint::functions
