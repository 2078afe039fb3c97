#include "connect/decoder/client_functions.h"

namespace flint::connect {
namespace {

using expr::call;
using expr::ExprPtr;
using expr::literalInt;

using Arguments = std::vector<ExprPtr>;

ExprPtr number(double value) { return expr::literal(Value::floating(value), DataType::float64()); }

ExprPtr castTo(ExprPtr value, const DataType& type) {
  expr::Cast node;
  node.child = std::move(value);
  node.target = type;
  return expr::makeExpr(std::move(node));
}
ExprPtr asDouble(ExprPtr value) { return castTo(std::move(value), DataType::float64()); }

ExprPtr choice(ExprPtr condition, ExprPtr value, ExprPtr otherwise) {
  expr::CaseWhen node;
  node.branches.emplace_back(std::move(condition), std::move(value));
  node.elseValue = std::move(otherwise);
  return expr::makeExpr(std::move(node));
}

// 0, 1, 2 ... in the order of the rows.
ExprPtr sequenceId() {
  expr::UnresolvedWindow window;
  window.function = call("row_number", {});
  window.spec.orderBy = {expr::sortOrder(call("monotonically_increasing_id", {}))};
  return castTo(call("-", {expr::makeExpr(std::move(window)), literalInt(1)}), DataType::bigint());
}

// As java.util.Arrays.binarySearch: the position from 0, or where the value would stand as -(position) - 1.
ExprPtr binarySearch(const ExprPtr& array, const ExprPtr& value) {
  expr::UnresolvedLambdaVariable variable;
  variable.nameParts = {"element"};
  const ExprPtr element = expr::makeExpr(std::move(variable));
  expr::LambdaFunction smaller;
  smaller.variables = {element};
  smaller.body = call("<", {element, value});
  const ExprPtr before = call("size", {call("filter", {array, expr::makeExpr(std::move(smaller))})});
  const ExprPtr found = call("-", {castTo(call("array_position", {array, value}), DataType::integer()), literalInt(1)});
  return choice(call("array_contains", {array, value}), found, call("-", {call("negative", {before}), literalInt(1)}));
}

ExprPtr count(const ExprPtr& value) { return asDouble(call("count", {value})); }

// A moment over n values as one over n - ddof of them.
ExprPtr withFreedom(ExprPtr population, const ExprPtr& n, const ExprPtr& ddof) {
  const ExprPtr left = call("-", {n, asDouble(ddof)});
  return choice(call("=", {left, number(0)}), expr::literalNull(DataType::float64()), call("/", {call("*", {std::move(population), n}), left}));
}

// pandas' unbiased skewness, from the one of the population.
ExprPtr skewness(const ExprPtr& value) {
  const ExprPtr n = count(value);
  const ExprPtr flat = call("<", {call("*", {call("var_pop", {value}), n}), number(1e-14)});
  const ExprPtr factor = call("/", {call("sqrt", {call("*", {n, call("-", {n, number(1)})})}), call("-", {n, number(2)})});
  return choice(call("<", {n, number(3)}), expr::literalNull(DataType::float64()),
                choice(flat, number(0), call("*", {call("skewness", {value}), factor})));
}

// pandas' unbiased excess of kurtosis, from the one of the population.
ExprPtr kurtosis(const ExprPtr& value) {
  const ExprPtr n = count(value);
  const auto minus = [&](double by) { return call("-", {n, number(by)}); };
  const ExprPtr flat = call("<", {call("*", {call("var_pop", {value}), n}), number(1e-14)});
  const ExprPtr inner = call("+", {call("*", {call("+", {n, number(1)}), call("kurtosis", {value})}), number(6)});
  const ExprPtr factor = call("/", {minus(1), call("*", {minus(2), minus(3)})});
  return choice(call("<", {n, number(4)}), expr::literalNull(DataType::float64()), choice(flat, number(0), call("*", {inner, factor})));
}

// NULL where a value is missing and `ignoresNulls` is false.
ExprPtr product(const ExprPtr& value, const ExprPtr& ignoresNulls) {
  ExprPtr missing = call("count_if", {call("isnull", {value})});
  const ExprPtr isNull = call("and", {call("not", {ignoresNulls}), call(">", {std::move(missing), literalInt(0)})});
  return choice(isNull, expr::literalNull(), call("pandas_product", {value}));
}

ExprPtr field(const ExprPtr& record, const char* name) {
  expr::UnresolvedExtractValue node;
  node.child = record;
  node.extraction = expr::literal(Value::string(name), DataType::string());
  return expr::makeExpr(std::move(node));
}

// A number of a vector, which is stored as all of its numbers (type 1) or as those that are not zero and their places.
ExprPtr vectorItem(const ExprPtr& vector, const ExprPtr& index) {
  const ExprPtr stored = call("unwrap_udt", {vector});
  const ExprPtr isDense = call("=", {field(stored, "type"), literalInt(1)});
  const ExprPtr values = field(stored, "values");
  const ExprPtr place = binarySearch(field(stored, "indices"), index);
  const ExprPtr size = choice(isDense, call("size", {values}), field(stored, "size"));
  const ExprPtr inside = call("and", {call(">=", {index, literalInt(0)}), call("<", {index, size})});
  const ExprPtr sparse = choice(call(">=", {place, literalInt(0)}), call("get", {values, place}), number(0));
  ExprPtr message = call("format_string", {expr::literal(Value::string("Vector index must be in [0, %s), but got %s"), DataType::string()), size, index});
  return choice(inside, choice(isDense, call("get", {values, index}), sparse), call("raise_error", {std::move(message)}));
}

}  // namespace

ExprPtr clientFunction(std::string_view name, const Arguments& arguments) {
  const size_t n = arguments.size();
  if (name == "distributed_sequence_id" && n <= 1) return sequenceId();
  if (name == "distributed_id" && n == 0) return call("monotonically_increasing_id", {});
  if (name == "array_binary_search" && n == 2) return binarySearch(arguments[0], arguments[1]);
  if (name == "collect_top_k" && n == 3) {
    return call("slice", {call("sort_array", {call("collect_list", {arguments[0]}), arguments[2]}), literalInt(1), arguments[1]});
  }
  if (name == "pandas_var" && n == 2) return withFreedom(call("var_pop", {arguments[0]}), count(arguments[0]), arguments[1]);
  if (name == "pandas_stddev" && n == 2) return call("sqrt", {withFreedom(call("var_pop", {arguments[0]}), count(arguments[0]), arguments[1])});
  if (name == "pandas_covar" && n == 3) {
    const ExprPtr pairs = asDouble(call("regr_count", {arguments[0], arguments[1]}));
    return withFreedom(call("covar_pop", {arguments[0], arguments[1]}), pairs, arguments[2]);
  }
  if (name == "pandas_skew" && n == 1) return skewness(arguments[0]);
  if (name == "pandas_kurt" && n == 1) return kurtosis(arguments[0]);
  if (name == "pandas_product" && n == 2) return product(arguments[0], arguments[1]);
  if (name == "vector_get" && n == 2) return vectorItem(arguments[0], arguments[1]);
  return nullptr;
}

}  // namespace flint::connect
