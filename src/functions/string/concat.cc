// concat, ||, concat_ws, elt.
#include <algorithm>
#include <cstring>
#include <memory>

#include "expr/function_registry.h"
#include "functions/kernel_loops.h"
#include "functions/types_of_arguments.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;
using columnar::ListEntry;

namespace {

void concatText(const KernelArgs& args) {
  std::vector<columnar::VectorReader<StringView>> columns;
  for (size_t i = 0; i < args.count(); ++i) columns.push_back(args.column<StringView>(i));
  auto out = args.result<StringView>();
  for (const RowIndex row : args.activeRows()) {
    size_t size = 0;
    for (const auto& column : columns) size += column[row].size();
    char small[StringView::kInlineSize];
    char* const begin = size <= StringView::kInlineSize ? small : out.heap().allocate(size);
    char* at = begin;
    for (const auto& column : columns) {
      const StringView& part = column[row];
      if (part.size() != 0) std::memcpy(at, part.data(), part.size());
      at += part.size();
    }
    out.setView(row, StringView(begin, static_cast<uint32_t>(size)));
  }
}

void concatArrays(const KernelArgs& args) {
  columnar::VectorBuilder builder(args.resultType());
  RowIndex next = 0;
  for (const RowIndex row : args.activeRows()) {
    for (; next < row; ++next) builder.appendNull();
    int32_t length = 0;
    for (size_t i = 0; i < args.count(); ++i) {
      const auto lists = args.column<ListEntry>(i);
      const ListEntry entry = lists[row];
      for (int32_t at = 0; at < entry.length; ++at) builder.child(0).appendFrom(*lists.base().children()[0], entry.offset + at);
      length += entry.length;
    }
    builder.appendList(length);
    ++next;
  }
  for (; next < args.numRows(); ++next) builder.appendNull();
  args.resultBuffer().setVector(builder.finish());
}

Result<FunctionBinding> bindConcat(const BindContext& context) {
  FunctionBinding binding;
  const auto types = context.argumentTypes;
  const bool arrays = std::any_of(types.begin(), types.end(), [](const DataType& type) { return type.is(TypeKind::kArray); });
  if (arrays) {
    for (size_t i = 0; i < types.size(); ++i) {
      if (types[i].isNested() && !types[i].is(TypeKind::kArray)) return unexpectedArgumentType(context, i, "(\"STRING\" or \"BINARY\" or \"ARRAY\")");
    }
    const bool areArrays = std::all_of(types.begin(), types.end(), [](const DataType& type) { return type.is(TypeKind::kArray); });
    const auto common = areArrays ? findWiderCommonType(types, context.options.ansi) : std::nullopt;
    if (!common || !common->is(TypeKind::kArray)) {
      std::string all;
      for (const DataType& type : types) all += (all.empty() ? "\"" : " or \"") + type.sql() + "\"";
      return Error(condition::kDatatypeMismatchDataDiffTypes).with("sqlExpr", "\"" + callText(context) + "\"").with("functionName", "`concat`").with("dataType", "(" + all + ")");
    }
    binding.result = *common;
    binding.kernel = concatArrays;
  } else {
    const bool binary = !types.empty() && std::all_of(types.begin(), types.end(), [](const DataType& type) { return type.is(TypeKind::kBinary); });
    binding.result = binary ? kBinary : kString;
    binding.kernel = concatText;
    for (size_t i = 0; i < types.size(); ++i) {
      if (types[i].isNested()) return unexpectedArgumentType(context, i, "(\"STRING\" or \"BINARY\" or \"ARRAY\")");
    }
  }
  binding.argumentTypes.assign(types.size(), binding.result);
  return binding;
}

void concatWithSeparator(const KernelArgs& args) {
  const auto separator = args.column<StringView>(0);
  auto out = args.result<StringView>();
  std::string made;
  for (const RowIndex row : args.activeRows()) {
    if (separator.isNull(row)) {
      out.setNull(row);
      continue;
    }
    made.clear();
    bool first = true;
    const auto append = [&](std::string_view text) {
      if (!first) made += separator[row].view();
      made += text;
      first = false;
    };
    for (size_t i = 1; i < args.count(); ++i) {
      if (args.vector(i)->isNull(row)) continue;
      if (args.type(i).is(TypeKind::kArray)) {
        const auto lists = args.column<ListEntry>(i);
        const ColumnVector& elements = *lists.base().children()[0];
        const columnar::VectorReader<StringView> texts(elements);
        const ListEntry entry = lists[row];
        for (int32_t at = 0; at < entry.length; ++at) {
          if (!texts.isNull(entry.offset + at)) append(texts[entry.offset + at].view());
        }
      } else {
        append(args.column<StringView>(i)[row].view());
      }
    }
    out.set(row, made);
  }
}

Result<FunctionBinding> bindConcatWs(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, SIZE_MAX));
  FunctionBinding binding;
  binding.result = kString;
  binding.kernel = concatWithSeparator;
  for (size_t i = 0; i < context.argumentTypes.size(); ++i) {
    const DataType& type = context.argumentTypes[i];
    if (i > 0 && type.is(TypeKind::kArray)) {
      binding.argumentTypes.push_back(DataType::array(kString));
    } else if (type.isNested()) {
      return unexpectedArgumentType(context, i, i == 0 ? "\"STRING\"" : "(\"ARRAY<STRING>\" or \"STRING\")");
    } else {
      binding.argumentTypes.push_back(kString);
    }
  }
  return binding;
}

void chooseText(const KernelArgs& args) {
  const auto index = args.column<int32_t>(0);
  auto out = args.result<StringView>();
  for (size_t i = 1; i < args.count(); ++i) args.resultBuffer().borrowFrom(args.vector(i));
  const auto count = static_cast<int32_t>(args.count()) - 1;
  for (const RowIndex row : args.activeRows()) {
    if (index.isNull(row)) {
      out.setNull(row);
    } else if (index[row] < 1 || index[row] > count) {
      if (args.ansi()) {
        args.errors().set(row, Error(condition::kInvalidArrayIndex).with("indexValue", std::to_string(index[row])).with("arraySize", std::to_string(count)));
      }
      out.setNull(row);
    } else {
      const auto column = args.column<StringView>(static_cast<size_t>(index[row]));
      if (column.isNull(row)) {
        out.setNull(row);
      } else {
        out.setView(row, column[row]);
      }
    }
  }
}

Result<FunctionBinding> bindElt(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, SIZE_MAX));
  FunctionBinding binding;
  bool binary = true;
  for (size_t i = 1; i < context.argumentTypes.size(); ++i) binary = binary && context.argumentTypes[i].is(TypeKind::kBinary);
  binding.result = binary ? kBinary : kString;
  binding.argumentTypes.assign(context.argumentTypes.size(), binding.result);
  binding.argumentTypes[0] = kInt;
  binding.kernel = chooseText;
  binding.canRaise = context.options.ansi;
  return binding;
}

}  // namespace

void registerConcat(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"concat", "||"}, .group = Group::kCollection, .since = "1.5.0", .usage = "concat(col1, col2, ..., colN) - The texts, binary values or arrays one behind the other.",
       .examples = {{.sql = "SELECT concat('Spark', 'SQL')", .result = "SparkSQL"}}, .bind = bindConcat},
      {.names = {"concat_ws"}, .group = Group::kString, .since = "1.5.0", .usage = "concat_ws(sep[, str | array(str)]+) - The texts that are not NULL, separated by sep.",
       .examples = {{.sql = "SELECT concat_ws(' ', 'Spark', 'SQL')", .result = "Spark SQL"}}, .nulls = NullRule::kHandledByKernel, .bind = bindConcatWs},
      {.names = {"elt"}, .group = Group::kString, .since = "2.0.0", .usage = "elt(n, input1, input2, ...) - Input number n.",
       .examples = {{.sql = "SELECT elt(1, 'scala', 'java')", .result = "scala"}}, .nulls = NullRule::kHandledByKernel, .bind = bindElt},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
