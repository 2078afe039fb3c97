#pragma once

#include <string_view>

namespace flint::types {

/// The Python class of a user-defined type of one of Spark's own JVM classes, which stands for whatever a client calls its class; empty for others.
std::string_view pythonClassOf(std::string_view jvmClass);

}  // namespace flint::types
