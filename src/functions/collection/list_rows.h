#pragma once

#include "columnar/vector_compare.h"
#include "expr/expression_text.h"
#include "expr/function_registry.h"
#include "expr/kernel_args.h"
#include "functions/string/collation_keys.h"

/// What functions of arrays, maps and structs share.
namespace flint::functions {

using columnar::ListEntry;

/// Builds a nested result row by row: `body(row, builder)` appends one value for each active row; the other rows become null.
template <class Body>
void buildRows(const expr::KernelArgs& args, Body&& body) {
  columnar::VectorBuilder builder(args.resultType());
  expr::RowIndex next = 0;
  for (const expr::RowIndex row : args.activeRows()) {
    for (; next < row; ++next) builder.appendNull();
    body(row, builder);
    ++next;
  }
  for (; next < args.numRows(); ++next) builder.appendNull();
  args.resultBuffer().setVector(builder.finish());
}

/// An array or map argument by rows.
class Lists {
 public:
  Lists(const expr::KernelArgs& args, size_t argument) : reader_(args.column<ListEntry>(argument)) {}
  ListEntry operator[](expr::RowIndex row) const { return reader_[row]; }
  bool isNull(expr::RowIndex row) const { return reader_.isNull(row); }
  /// Elements, or a map's keys.
  const columnar::ColumnVector& elements() const { return *reader_.base().children()[0]; }
  const columnar::VectorPtr& elementsPtr() const { return reader_.base().children()[0]; }
  const columnar::ColumnVector& values() const { return *reader_.base().children()[1]; }

 private:
  columnar::VectorReader<ListEntry> reader_;
};

/// The elements of argument `argument`, or a map's keys, as they are compared: texts with a collation by their keys.
inline columnar::VectorPtr comparedElements(const expr::KernelArgs& args, const Lists& lists, size_t argument) {
  return comparedValues(lists.elementsPtr(), args.type(argument).childTypes()[0]);
}
/// The same of an argument that is compared as a whole.
inline columnar::VectorPtr comparedArgument(const expr::KernelArgs& args, size_t argument) { return comparedValues(args.vector(argument), args.type(argument)); }

/// Whether two values are equal as array_contains and map lookups see it; null equals nothing.
inline bool sameValue(const columnar::ColumnVector& a, expr::RowIndex rowA, const columnar::ColumnVector& b, expr::RowIndex rowB) {
  return !a.isNull(rowA) && !b.isNull(rowB) && columnar::compareValues(a, rowA, b, rowB) == 0;
}

inline std::string quotedSql(const DataType& type) { return "\"" + type.sql() + "\""; }

/// DATATYPE_MISMATCH.DATA_DIFF_TYPES with all argument types.
Error differentTypes(const expr::BindContext& context);
/// The array type of argument `argument`, or its error.
Result<DataType> arrayArgument(const expr::BindContext& context, size_t argument);
/// The binding of array function (array<T>, T): the array's element type and the value's made one. Fills `argumentTypes`.
Result<expr::FunctionBinding> bindArrayWithValue(const expr::BindContext& context);
/// The binding of a function of two arrays of one type.
Result<expr::FunctionBinding> bindTwoArrays(const expr::BindContext& context);

}  // namespace flint::functions
