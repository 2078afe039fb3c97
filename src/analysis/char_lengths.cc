#include "analysis/char_lengths.h"

#include <charconv>

#include "expr/nodes.h"
#include "expr/unresolved.h"

namespace flint::analysis {
namespace {

using expr::ExprPtr;

constexpr std::string_view kDeclaredKey = "\"__CHAR_VARCHAR_TYPE_STRING\":\"";

bool holds(const DataType& type, bool charsOnly) {
  if (type.is(TypeKind::kChar) || (!charsOnly && type.is(TypeKind::kVarchar))) return true;
  for (const DataType& child : type.childTypes()) {
    if (holds(child, charsOnly)) return true;
  }
  return false;
}

// Applies a length to every string inside of a value.
class Lengths {
 public:
  explicit Lengths(bool reads) : reads_(reads) {}

  ExprPtr apply(const ExprPtr& value, const DataType& type) {
    if (!holds(type, reads_)) return value;
    switch (type.kind()) {
      case TypeKind::kChar: return expr::call(reads_ ? "read_side_padding" : "char_type_write_side_check", {value, expr::literalInt(type.length())});
      case TypeKind::kVarchar: return expr::call("varchar_type_write_side_check", {value, expr::literalInt(type.length())});
      case TypeKind::kArray: return expr::call("transform", {value, function({type.elementType()})});
      case TypeKind::kMap: {
        const ExprPtr keys = expr::call("transform", {expr::call("map_keys", {value}), function({type.keyType()})});
        const ExprPtr values = expr::call("transform", {expr::call("map_values", {value}), function({type.valueType()})});
        return expr::call("map_from_arrays", {keys, values});
      }
      case TypeKind::kStruct: {
        std::vector<ExprPtr> fields;
        for (const StructField& field : type.fields()) {
          expr::UnresolvedExtractValue extract;
          extract.child = value;
          extract.extraction = expr::literalString(field.name);
          fields.push_back(expr::literalString(field.name));
          fields.push_back(apply(expr::makeExpr(std::move(extract)), field.type));
        }
        return expr::call("if", {expr::call("isnull", {value}), expr::literalNull(DataType::null()), expr::call("named_struct", std::move(fields))});
      }
      default: return value;
    }
  }

 private:
  ExprPtr function(const DataType& element) {
    expr::UnresolvedLambdaVariable variable;
    variable.nameParts = {"element_" + std::to_string(++numLambdas_)};
    const ExprPtr parameter = expr::makeExpr(std::move(variable));
    expr::LambdaFunction lambda;
    lambda.body = apply(parameter, element);
    lambda.variables = {parameter};
    return expr::makeExpr(std::move(lambda));
  }

  const bool reads_;
  int numLambdas_ = 0;
};

}  // namespace

bool holdsCharLengths(const DataType& type) { return holds(type, false); }

DataType asStrings(const DataType& type) {
  if (!holdsCharLengths(type)) return type;
  switch (type.kind()) {
    case TypeKind::kArray: return DataType::array(asStrings(type.elementType()), type.containsNull());
    case TypeKind::kMap: return DataType::map(asStrings(type.keyType()), asStrings(type.valueType()), type.containsNull());
    case TypeKind::kStruct: {
      StructFields fields = type.fields();
      for (StructField& field : fields) field.type = asStrings(field.type);
      return DataType::structType(std::move(fields));
    }
    default: return DataType::string();
  }
}

std::string withDeclaredType(const std::string& metadata, const DataType& type) {
  if (!holdsCharLengths(type)) return metadata;
  const std::string entry = std::string(kDeclaredKey) + type.simpleString() + "\"";
  if (metadata.empty() || metadata == "{}") return "{" + entry + "}";
  return metadata.substr(0, metadata.size() - 1) + "," + entry + "}";
}

DataType declaredType(const std::string& metadata, const DataType& otherwise) {
  const size_t at = metadata.find(kDeclaredKey);
  if (at == std::string::npos) return otherwise;
  const size_t begin = at + kDeclaredKey.size();
  const std::string text = metadata.substr(begin, metadata.find('"', begin) - begin);
  const bool isChar = text.starts_with("char(");
  if (!isChar && !text.starts_with("varchar(")) return otherwise;
  int length = 0;
  const char* const digits = text.data() + text.find('(') + 1;
  std::from_chars(digits, text.data() + text.size(), length);
  return isChar ? DataType::charType(length) : DataType::varchar(length);
}

expr::ExprPtr paddedForReading(const ExprPtr& value, const DataType& declared) { return Lengths(true).apply(value, declared); }
expr::ExprPtr checkedForWriting(const ExprPtr& value, const DataType& declared) { return Lengths(false).apply(value, declared); }

}  // namespace flint::analysis
