#pragma once

#include <string>

namespace flint::cli {

/// The reference page of all built-in functions, as Markdown, from their declarations.
std::string functionPage();
/// `flint functions`: prints the page.
int functionsCommand();

}  // namespace flint::cli
