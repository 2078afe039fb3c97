// explode, posexplode, inline, stack and their outer forms.
#include <memory>

#include "expr/expression_text.h"
#include "expr/function_registry.h"
#include "functions/types_of_arguments.h"

namespace flint::functions {

using namespace expr;
using columnar::ActiveRows;
using columnar::ListEntry;
using columnar::RowIndex;
using columnar::VectorBuilder;
using columnar::VectorPtr;
using columnar::VectorReader;

namespace {

using Arguments = std::span<const VectorPtr>;
using Builders = std::span<VectorBuilder>;

void appendNullRow(Builders columns) {
  for (VectorBuilder& column : columns) column.appendNull();
}

template <bool WithPosition>
Status generateElements(const GeneratorBinding& binding, Arguments arguments, const ActiveRows& active, Builders columns, std::vector<int32_t>& counts) {
  const VectorReader<ListEntry> lists(*arguments[0]);
  const auto& children = lists.base().children();
  constexpr size_t kFirst = WithPosition ? 1 : 0;
  // Elements that lie behind one another are copied at once, whatever rows they belong to.
  ListEntry run{};
  const auto flush = [&] {
    for (size_t child = 0; child < children.size() && run.length > 0; ++child) columns[kFirst + child].appendRange(*children[child], run.offset, run.length);
    run = {};
  };
  counts.reserve(static_cast<size_t>(active.count()));
  for (const RowIndex row : active) {
    const ListEntry entry = lists.isNull(row) ? ListEntry{} : lists[row];
    for (int32_t i = 0; WithPosition && i < entry.length; ++i) columns[0].appendFixed(i);
    if (entry.length > 0 && run.length > 0 && entry.offset == run.offset + run.length) {
      run.length += entry.length;
    } else if (entry.length > 0) {
      flush();
      run = entry;
    }
    const bool filler = entry.length == 0 && binding.outer;
    if (filler) {
      flush();
      appendNullRow(columns);
    }
    counts.push_back(filler ? 1 : entry.length);
  }
  flush();
  return Status::ok();
}

template <bool WithPosition, bool Outer>
Result<GeneratorBinding> bindExplode(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType& type = context.argumentTypes[0];
  GeneratorBinding binding;
  binding.argumentTypes = {type};
  binding.outer = Outer;
  binding.generate = generateElements<WithPosition>;
  if (WithPosition) binding.output.push_back({"pos", kInt, Outer});
  if (type.is(TypeKind::kArray)) {
    binding.output.push_back({"col", type.elementType(), type.containsNull() || Outer});
  } else if (type.is(TypeKind::kMap)) {
    binding.output.push_back({"key", type.keyType(), Outer});
    binding.output.push_back({"value", type.valueType(), type.valueContainsNull() || Outer});
  } else {
    return unexpectedArgumentType(context, 0, "(\"ARRAY\" or \"MAP\")");
  }
  return binding;
}

Status generateStructs(const GeneratorBinding& binding, Arguments arguments, const ActiveRows& active, Builders columns, std::vector<int32_t>& counts) {
  const VectorReader<ListEntry> lists(*arguments[0]);
  const columnar::ColumnVector& structs = *lists.base().children()[0];
  const columnar::ColumnVector& base = structs.isFlat() ? structs : *structs.base();
  for (const RowIndex row : active) {
    const ListEntry entry = lists.isNull(row) ? ListEntry{} : lists[row];
    for (int32_t i = 0; i < entry.length; ++i) {
      const RowIndex at = entry.offset + i;
      if (structs.isNull(at)) {
        appendNullRow(columns);
        continue;
      }
      for (size_t field = 0; field < columns.size(); ++field) columns[field].appendFrom(*base.children()[field], structs.baseRow(at));
    }
    const bool filler = entry.length == 0 && binding.outer;
    if (filler) appendNullRow(columns);
    counts.push_back(filler ? 1 : entry.length);
  }
  return Status::ok();
}

template <bool Outer>
Result<GeneratorBinding> bindInline(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType& type = context.argumentTypes[0];
  if (!type.is(TypeKind::kArray) || !type.elementType().is(TypeKind::kStruct)) return unexpectedArgumentType(context, 0, "\"ARRAY<STRUCT>\"");
  GeneratorBinding binding;
  binding.argumentTypes = {type};
  binding.output = type.elementType().fields();
  for (StructField& field : binding.output) field.nullable = field.nullable || Outer || type.containsNull();
  binding.outer = Outer;
  binding.generate = generateStructs;
  return binding;
}

Status generateStack(const GeneratorBinding& binding, Arguments arguments, const ActiveRows& active, Builders columns, std::vector<int32_t>& counts) {
  const int32_t numRows = *static_cast<const int32_t*>(binding.data.get());
  for (const RowIndex row : active) {
    size_t next = 1;
    for (int32_t i = 0; i < numRows; ++i) {
      for (VectorBuilder& column : columns) {
        if (next < arguments.size()) {
          column.appendFrom(*arguments[next++], row);
        } else {
          column.appendNull();
        }
      }
    }
    counts.push_back(numRows);
  }
  return Status::ok();
}

Result<GeneratorBinding> bindStack(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, SIZE_MAX));
  const Value* rows = context.constants[0];
  if (!context.argumentTypes[0].is(TypeKind::kInteger) && !context.argumentTypes[0].is(TypeKind::kShort) && !context.argumentTypes[0].is(TypeKind::kByte)) {
    return unexpectedArgumentType(context, 0, "\"INT\"");
  }
  if (rows == nullptr) {
    return Error(condition::kDatatypeMismatchNonFoldableInput)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("inputName", "`n`")
        .with("inputType", "\"INT\"")
        .with("inputExpr", quotedExpression(context.arguments[0]));
  }
  const auto numRows = rows->isNull() ? 0 : static_cast<int32_t>(rows->asInteger());
  if (numRows < 1) {
    return Error(condition::kDatatypeMismatchValueOutOfRange)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("exprName", "`n`")
        .with("valueRange", "(0, 2147483647]")
        .with("currentValue", rows->isNull() ? "null" : std::to_string(numRows));
  }
  const size_t values = context.argumentTypes.size() - 1;
  const size_t width = (values + static_cast<size_t>(numRows) - 1) / static_cast<size_t>(numRows);
  GeneratorBinding binding;
  binding.argumentTypes = {kInt};
  for (size_t i = 0; i < values; ++i) {
    const DataType& type = context.argumentTypes[i + 1];
    const size_t column = i % width;
    if (i < width) {
      binding.output.push_back({"col" + std::to_string(column), type, true});
    } else if (binding.output[column].type.is(TypeKind::kNull)) {
      binding.output[column].type = type;
    } else if (!type.is(TypeKind::kNull) && !type.sameType(binding.output[column].type)) {
        return Error(condition::kDatatypeMismatchStackColumnDiffTypes)
            .with("sqlExpr", "\"" + callText(context) + "\"")
            .with("columnIndex", std::to_string(column))
            .with("leftParamIndex", std::to_string(column + 1))
            .with("leftType", "\"" + binding.output[column].type.sql() + "\"")
            .with("rightParamIndex", std::to_string(i + 1))
            .with("rightType", "\"" + type.sql() + "\"");
    }
  }
  for (size_t i = 0; i < values; ++i) binding.argumentTypes.push_back(binding.output[i % width].type);
  binding.generate = generateStack;
  binding.data = std::make_shared<const int32_t>(numRows);
  return binding;
}

}  // namespace

void registerGenerators(FunctionRegistry& registry) {
  static const GeneratorFunction kFunctions[] = {
      {.names = {"explode"}, .since = "1.0.0", .usage = "explode(expr) - A row for each element of an array or entry of a map.", .examples = {{.sql = "SELECT explode(array(10, 20))", .result = "10\n20"}}, .bind = bindExplode<false, false>, .parameterNames = {"collection"}},
      {.names = {"explode_outer"}, .since = "1.0.0", .usage = "explode_outer(expr) - As explode, with a row of NULL for an empty or NULL one.", .bind = bindExplode<false, true>, .parameterNames = {"collection"}},
      {.names = {"posexplode"}, .since = "2.0.0", .usage = "posexplode(expr) - As explode, with the position (from 0) in front.", .bind = bindExplode<true, false>, .parameterNames = {"collection"}},
      {.names = {"posexplode_outer"}, .since = "2.0.0", .usage = "posexplode_outer(expr) - As posexplode, with a row of NULL for an empty or NULL one.", .bind = bindExplode<true, true>, .parameterNames = {"collection"}},
      {.names = {"inline"}, .since = "2.0.0", .usage = "inline(expr) - A row for each struct of an array, a column for each field.", .bind = bindInline<false>, .parameterNames = {"input"}},
      {.names = {"inline_outer"}, .since = "2.0.0", .usage = "inline_outer(expr) - As inline, with a row of NULL for an empty or NULL array.", .bind = bindInline<true>, .parameterNames = {"input"}},
      {.names = {"stack"}, .since = "2.0.0", .usage = "stack(n, expr1, ..., exprk) - The values in n rows.", .examples = {{.sql = "SELECT stack(2, 1, 2, 3)", .result = "1\t2\n3\tNULL"}}, .bind = bindStack},
  };
  for (const GeneratorFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
