#pragma once

#include <memory>
#include <span>
#include <vector>

#include "columnar/selection.h"
#include "columnar/vector_builder.h"
#include "expr/scalar_function.h"

namespace flint::expr {

/// One generator call's meaning: some rows out for each row in.
struct GeneratorBinding {
  std::vector<DataType> argumentTypes;
  StructFields output;  // default column names, types
  /// For each active row appends its output rows to `columns` (one builder a field) and their number to `counts`.
  Status (*generate)(const GeneratorBinding& binding, std::span<const columnar::VectorPtr> arguments, const columnar::ActiveRows& active,
                     std::span<columnar::VectorBuilder> columns, std::vector<int32_t>& counts) = nullptr;
  bool outer = false;   // explode_outer: a row of nulls where there would be none
  std::shared_ptr<const void> data;
};
using GeneratorBindingPtr = std::shared_ptr<const GeneratorBinding>;

/// A function that makes rows (explode, inline, stack ...).
struct GeneratorFunction {
  std::vector<std::string_view> names;
  std::string_view since;
  std::string_view usage;
  std::string_view arguments = {};
  std::vector<Example> examples = {};
  std::string_view note = {};
  Result<GeneratorBinding> (*bind)(const BindContext&) = nullptr;
  std::vector<std::string_view> parameterNames = {};
};

}  // namespace flint::expr
