#include "connect/decoder/invalid_plan.h"

namespace flint::connect {

Error invalidPlan(std::string why, std::source_location where) {
  return Error(condition::kConnectInvalidPlanAssertionFailure, where).with("message", std::move(why)).as(ErrorFamily::kSqlConnect);
}

Error unsupportedFeature(std::string feature, std::source_location where) {
  return Error(condition::kUnsupportedCallWithoutSuggestion, where)
      .with("methodName", std::move(feature))
      .with("className", "SparkConnectService")
      .as(ErrorFamily::kUnsupportedOperation);
}

}  // namespace flint::connect
