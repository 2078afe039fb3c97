// XPath over XML texts: xpath, xpath_string, xpath_boolean, xpath_short, xpath_int, xpath_long, xpath_float, xpath_double.
//
// The parser reads no DTD from outside, opens no network connection, and keeps to libxml2's limits on size and depth.
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xpath.h>

#include <cmath>
#include <limits>
#include <memory>
#include <mutex>

#include "expr/function_registry.h"
#include "functions/collection/list_rows.h"
#include "functions/types_of_arguments.h"

namespace flint::functions {

using namespace expr;
using columnar::VectorBuilder;

namespace {

using Document = std::unique_ptr<xmlDoc, void (*)(xmlDocPtr)>;
using Path = std::unique_ptr<xmlXPathCompExpr, void (*)(xmlXPathCompExprPtr)>;
using Context = std::unique_ptr<xmlXPathContext, void (*)(xmlXPathContextPtr)>;
using Answer = std::unique_ptr<xmlXPathObject, void (*)(xmlXPathObjectPtr)>;

void ignoreError(void*, const char*, ...) {}
#if LIBXML_VERSION >= 21200
void ignoreStructuredError(void*, const xmlError*) {}
#else
void ignoreStructuredError(void*, xmlErrorPtr) {}
#endif

// The library's own tables are made once; each thread has an error handler of its own, which must not write to the console.
void prepareThread() {
  static std::once_flag once;
  std::call_once(once, xmlInitParser);
  static thread_local bool prepared = false;
  if (prepared) return;
  xmlSetGenericErrorFunc(nullptr, ignoreError);
  xmlSetStructuredErrorFunc(nullptr, ignoreStructuredError);
  prepared = true;
}

Path compiled(const std::string& path) {
  prepareThread();
  return Path(xmlXPathCompile(reinterpret_cast<const xmlChar*>(path.c_str())), xmlXPathFreeCompExpr);
}

// Names are matched without their namespaces, as in a document that was read without knowing of them.
void dropNamespaces(xmlNodePtr root) {
  for (xmlNodePtr node = root; node != nullptr;) {
    if (node->type == XML_ELEMENT_NODE) {
      node->ns = nullptr;
      for (xmlAttrPtr attribute = node->properties; attribute != nullptr; attribute = attribute->next) attribute->ns = nullptr;
    }
    if (node->type == XML_ELEMENT_NODE && node->children != nullptr) {
      node = node->children;
      continue;
    }
    while (node != root && node->next == nullptr) node = node->parent;
    if (node == root) return;
    node = node->next;
  }
}

struct XpathData {
  std::string path;
  std::string functionName;
};

// Evaluates the path over one text after the other.
class XpathEvaluator {
 public:
  explicit XpathEvaluator(const XpathData& data) : data_(data), path_(compiled(data.path)) {}

  // Null for a malformed text or path.
  Answer evaluate(std::string_view text) {
    Answer none(nullptr, xmlXPathFreeObject);
    context_.reset();
    document_.reset(xmlReadMemory(text.data(), static_cast<int>(text.size()), nullptr, "UTF-8", XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
    if (document_ == nullptr || path_ == nullptr) return none;
    dropNamespaces(xmlDocGetRootElement(document_.get()));
    context_.reset(xmlXPathNewContext(document_.get()));
    if (context_ == nullptr) return none;
    context_->node = reinterpret_cast<xmlNodePtr>(document_.get());
    return Answer(xmlXPathCompiledEval(path_.get(), context_.get()), xmlXPathFreeObject);
  }
  Error error() const { return Error(condition::kFailedFunctionCall).with("funcName", data_.functionName); }

 private:
  const XpathData& data_;
  Path path_;
  Document document_{nullptr, xmlFreeDoc};
  Context context_{nullptr, xmlXPathFreeContext};
};

std::string takeText(xmlChar* text) {
  std::string out = text == nullptr ? "" : reinterpret_cast<const char*>(text);
  xmlFree(text);
  return out;
}

// Calls `body(row, answer)` for the texts that are not empty; the others, and empty paths, give NULL.
template <class Body>
void forEachAnswer(const KernelArgs& args, Body&& body) {
  const auto& data = args.data<XpathData>();
  const auto texts = args.column<StringView>(0);
  XpathEvaluator evaluator(data);
  for (const RowIndex row : args.activeRows()) {
    const std::string_view text = texts[row].view();
    if (text.empty() || data.path.empty()) {
      columnar::clearBit(args.resultBuffer().validity(), row);
      continue;
    }
    const Answer answer = evaluator.evaluate(text);
    if (answer == nullptr) {
      args.errors().set(row, evaluator.error());
      columnar::clearBit(args.resultBuffer().validity(), row);
    } else {
      body(row, *answer);
    }
  }
}

// As Java narrows a double: NaN is 0, what does not fit is the nearest bound.
template <class T>
T narrowed(double value) {
  using Limits = std::numeric_limits<T>;
  if (std::isnan(value)) return 0;
  if (value >= static_cast<double>(Limits::max())) return Limits::max();
  if (value <= static_cast<double>(Limits::min())) return Limits::min();
  return static_cast<T>(value);
}

template <class T>
void xpathNumber(const KernelArgs& args) {
  auto* out = args.result<T>().values();
  forEachAnswer(args, [&](RowIndex row, xmlXPathObject& answer) {
    const double value = xmlXPathCastToNumber(&answer);
    if constexpr (std::is_floating_point_v<T>) {
      out[row] = static_cast<T>(value);
    } else if constexpr (sizeof(T) == 2) {
      out[row] = static_cast<T>(narrowed<int32_t>(value));
    } else {
      out[row] = narrowed<T>(value);
    }
  });
}

void xpathBoolean(const KernelArgs& args) {
  auto* out = args.result<uint8_t>().values();
  forEachAnswer(args, [&](RowIndex row, xmlXPathObject& answer) { out[row] = xmlXPathCastToBoolean(&answer) != 0 ? 1 : 0; });
}

void xpathString(const KernelArgs& args) {
  auto out = args.result<StringView>();
  forEachAnswer(args, [&](RowIndex row, xmlXPathObject& answer) { out.set(row, takeText(xmlXPathCastToString(&answer))); });
}

void xpathList(const KernelArgs& args) {
  const auto& data = args.data<XpathData>();
  const auto texts = args.column<StringView>(0);
  XpathEvaluator evaluator(data);
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    const std::string_view text = texts[row].view();
    if (text.empty() || data.path.empty()) return builder.appendNull();
    const Answer answer = evaluator.evaluate(text);
    if (answer == nullptr || answer->type != XPATH_NODESET) {
      args.errors().set(row, evaluator.error());
      return builder.appendNull();
    }
    const xmlNodeSetPtr nodes = answer->nodesetval;
    const int count = nodes == nullptr ? 0 : nodes->nodeNr;
    for (int i = 0; i < count; ++i) {
      const xmlNodePtr node = nodes->nodeTab[i];
      // Elements and documents have no value of their own.
      if (node->type == XML_ELEMENT_NODE || node->type == XML_DOCUMENT_NODE) {
        builder.child(0).appendNull();
      } else {
        builder.child(0).appendString(takeText(xmlNodeGetContent(node)));
      }
    }
    builder.appendList(count);
  });
}

template <Kernel kKernel>
Result<FunctionBinding> bindXpath(const BindContext& context, const DataType& result) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  if (context.constants[1] == nullptr) {
    // A constant that cannot be evaluated tells why.
    if (context.arguments[1]->foldable()) RETURN_IF_ERROR(expr::evaluateFoldable(context.arguments[1], context.options));
    return Error(condition::kDatatypeMismatchNonFoldableInput)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("inputName", "`path`")
        .with("inputType", "\"STRING\"")
        .with("inputExpr", quotedExpression(context.arguments[1]));
  }
  for (size_t i = 0; i < 2; ++i) {
    if (!context.argumentTypes[i].isStringLike() && !context.argumentTypes[i].is(TypeKind::kNull)) return unexpectedArgumentType(context, i, "\"STRING\"");
  }
  auto data = std::make_shared<XpathData>();
  if (!context.constants[1]->isNull()) data->path = context.constants[1]->asString();
  data->functionName = quoteIdentifier(context.name);
  FunctionBinding binding;
  binding.argumentTypes = {kString, kString};
  binding.result = result;
  binding.nullableIfArgumentsAre = false;
  binding.kernel = kKernel;
  binding.canRaise = true;
  binding.data = std::move(data);
  return binding;
}

Result<FunctionBinding> bindBoolean(const BindContext& context) { return bindXpath<xpathBoolean>(context, kBoolean); }
Result<FunctionBinding> bindShort(const BindContext& context) { return bindXpath<xpathNumber<int16_t>>(context, kSmallint); }
Result<FunctionBinding> bindInt(const BindContext& context) { return bindXpath<xpathNumber<int32_t>>(context, kInt); }
Result<FunctionBinding> bindLong(const BindContext& context) { return bindXpath<xpathNumber<int64_t>>(context, kBigint); }
Result<FunctionBinding> bindFloat(const BindContext& context) { return bindXpath<xpathNumber<float>>(context, kFloat); }
Result<FunctionBinding> bindDouble(const BindContext& context) { return bindXpath<xpathNumber<double>>(context, kDouble); }
Result<FunctionBinding> bindString(const BindContext& context) { return bindXpath<xpathString>(context, kString); }
Result<FunctionBinding> bindList(const BindContext& context) { return bindXpath<xpathList>(context, DataType::array(kString, true)); }

}  // namespace

void registerXpath(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"xpath"}, .group = Group::kXml, .since = "2.0.0", .usage = "xpath(xml, xpath) - The texts of the nodes that an XPath expression finds.", .examples = {{.sql = "SELECT xpath('<a><b>b1</b><b>b2</b></a>', 'a/b/text()')", .result = "[\"b1\",\"b2\"]"}}, .bind = bindList},
      {.names = {"xpath_string"}, .group = Group::kXml, .since = "2.0.0", .usage = "xpath_string(xml, xpath) - The text of the first node found.", .examples = {{.sql = "SELECT xpath_string('<a><b>b</b><c>cc</c></a>', 'a/c')", .result = "cc"}}, .bind = bindString},
      {.names = {"xpath_boolean"}, .group = Group::kXml, .since = "2.0.0", .usage = "xpath_boolean(xml, xpath) - Whether the expression is true, or finds a node.", .examples = {{.sql = "SELECT xpath_boolean('<a><b>1</b></a>', 'a/b')", .result = "true"}}, .bind = bindBoolean},
      {.names = {"xpath_short"}, .group = Group::kXml, .since = "2.0.0", .usage = "xpath_short(xml, xpath) - The expression's number as SMALLINT, 0 for what is no number.", .bind = bindShort},
      {.names = {"xpath_int"}, .group = Group::kXml, .since = "2.0.0", .usage = "xpath_int(xml, xpath) - The expression's number as INT, 0 for what is no number.", .examples = {{.sql = "SELECT xpath_int('<a><b>1</b><b>2</b></a>', 'sum(a/b)')", .result = "3"}}, .bind = bindInt},
      {.names = {"xpath_long"}, .group = Group::kXml, .since = "2.0.0", .usage = "xpath_long(xml, xpath) - The expression's number as BIGINT, 0 for what is no number.", .bind = bindLong},
      {.names = {"xpath_float"}, .group = Group::kXml, .since = "2.0.0", .usage = "xpath_float(xml, xpath) - The expression's number as FLOAT, NaN for what is no number.", .bind = bindFloat},
      {.names = {"xpath_double", "xpath_number"}, .group = Group::kXml, .since = "2.0.0", .usage = "xpath_double(xml, xpath) - The expression's number as DOUBLE, NaN for what is no number.", .bind = bindDouble},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
