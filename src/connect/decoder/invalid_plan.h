#pragma once

#include <source_location>
#include <string>

#include "base/error.h"

namespace flint::connect {

/// A message that breaks the protocol: CONNECT_INVALID_PLAN.ASSERTION_FAILURE, which clients raise as InvalidPlanInput.
Error invalidPlan(std::string why, std::source_location where = std::source_location::current());
/// A message that is understood but not served: UNSUPPORTED_FEATURE-class, naming the feature.
Error unsupportedFeature(std::string feature, std::source_location where = std::source_location::current());

}  // namespace flint::connect
