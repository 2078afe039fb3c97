#include "optimizer/optimizer_context.h"

#include <algorithm>
#include <charconv>

#include "optimizer/statistics/estimator.h"

namespace flint::optimizer {
namespace {

// "a.b.ConstantFolding, LimitPushDown" to {"ConstantFolding", "LimitPushDown"}.
std::vector<std::string> ruleNames(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    std::string_view name = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
    while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
    const size_t dot = name.rfind('.');
    if (dot != std::string_view::npos) name.remove_prefix(dot + 1);
    if (!name.empty()) out.emplace_back(name);
  }
  return out;
}

}  // namespace

OptimizerContext::OptimizerContext(expr::EvaluationOptions options, ConfLookup conf)
    : options_(std::move(options)), conf_(std::move(conf)), estimator_(std::make_unique<Estimator>()) {
  if (const auto list = this->conf("spark.sql.optimizer.excludedRules")) excluded_ = ruleNames(*list);
}

OptimizerContext::~OptimizerContext() = default;

bool OptimizerContext::flag(std::string_view key, bool defaultValue) const {
  const auto text = conf(key);
  if (!text) return defaultValue;
  return *text == "true" || *text == "TRUE" || *text == "True";
}

int64_t OptimizerContext::number(std::string_view key, int64_t defaultValue) const {
  const auto text = conf(key);
  int64_t value = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc()) return defaultValue;
  return value;
}

bool OptimizerContext::isExcluded(std::string_view rule) const {
  return std::find(excluded_.begin(), excluded_.end(), rule) != excluded_.end();
}

void OptimizerContext::addRuleTime(std::string_view rule, int64_t nanoseconds, bool effective) {
  auto at = std::find_if(ruleTimes_.begin(), ruleTimes_.end(), [&](const RuleTime& time) { return time.rule == rule; });
  if (at == ruleTimes_.end()) at = ruleTimes_.insert(at, RuleTime{rule});
  at->nanoseconds += nanoseconds;
  ++at->runs;
  if (effective) ++at->effectiveRuns;
}

}  // namespace flint::optimizer
