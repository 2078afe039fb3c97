#pragma once

#include <string>

#include "base/error.h"

namespace flint::cli {

/// The exit status of a program that cannot start as it was asked to.
constexpr int kCannotStart = 2;

/// Says why on standard error, in one line; gives kCannotStart.
int refuse(const std::string& why);
/// An error's own words, without the place in the source that a bug would be told with.
std::string reasonOf(const Error& error);

}  // namespace flint::cli
