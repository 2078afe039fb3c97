#pragma once

#include <vector>

#include "expr/scalar_function.h"

namespace flint::expr {

/// What binding is told about the arguments of one call: a BindContext with what it borrows. `arguments` and `options` have to outlive it.
class CallArguments {
 public:
  CallArguments(std::span<const ExprPtr> arguments, const EvaluationOptions& options);
  CallArguments(const CallArguments&) = delete;
  CallArguments& operator=(const CallArguments&) = delete;

  const std::vector<DataType>& types() const { return types_; }
  BindContext context(std::string_view name) const { return {name, types_, arguments_, constants_, options_}; }

 private:
  const std::span<const ExprPtr> arguments_;
  const EvaluationOptions& options_;
  std::vector<DataType> types_;
  const ConstantArguments constants_;
};

}  // namespace flint::expr
