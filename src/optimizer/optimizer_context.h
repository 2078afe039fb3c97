#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expr/scalar_function.h"
#include "plan/logical/logical_plan.h"

namespace flint::optimizer {

class Estimator;

/// What one query's optimization knows and keeps: settings, estimates, times of rules.
///
/// Threads: confined to one thread.
class OptimizerContext {
 public:
  using ConfLookup = std::function<std::optional<std::string>(std::string_view)>;

  explicit OptimizerContext(expr::EvaluationOptions options, ConfLookup conf = nullptr);
  ~OptimizerContext();
  OptimizerContext(const OptimizerContext&) = delete;
  OptimizerContext& operator=(const OptimizerContext&) = delete;

  const expr::EvaluationOptions& options() const { return options_; }
  std::optional<std::string> conf(std::string_view key) const { return conf_ ? conf_(key) : std::nullopt; }
  bool flag(std::string_view key, bool defaultValue) const;
  int64_t number(std::string_view key, int64_t defaultValue) const;
  /// Named by spark.sql.optimizer.excludedRules, with or without the class path in front.
  bool isExcluded(std::string_view rule) const;
  Estimator& estimator() { return *estimator_; }

  struct RuleTime {
    std::string_view rule;
    int64_t nanoseconds = 0;
    int32_t runs = 0;
    int32_t effectiveRuns = 0;
  };
  const std::vector<RuleTime>& ruleTimes() const { return ruleTimes_; }
  void addRuleTime(std::string_view rule, int64_t nanoseconds, bool effective);

 private:
  expr::EvaluationOptions options_;
  ConfLookup conf_;
  std::vector<std::string> excluded_;
  std::vector<RuleTime> ruleTimes_;
  std::unique_ptr<Estimator> estimator_;
};

}  // namespace flint::optimizer
