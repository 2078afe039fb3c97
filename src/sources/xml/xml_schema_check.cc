#include "sources/xml/xml_schema_check.h"

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include <climits>

namespace flint::sources {
namespace {

void ignore(void*, const char*, ...) {}

template <auto kFree>
struct Freed {
  template <class T>
  void operator()(T* pointer) const {
    kFree(pointer);
  }
};
template <class T, auto kFree>
using Owned = std::unique_ptr<T, Freed<kFree>>;

using DocumentPtr = Owned<xmlDoc, xmlFreeDoc>;

constexpr int kParseOptions = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;

std::string pathOf(const std::string& path) { return path.starts_with("file:") ? path.substr(path.starts_with("file://") ? 7 : 5) : path; }

}  // namespace

Result<std::unique_ptr<XmlSchemaCheck>> XmlSchemaCheck::open(const std::string& path) {
  // What a schema imports comes from files, too.
  [[maybe_unused]] static const bool kOffline = (xmlSetExternalEntityLoader(xmlNoNetExternalEntityLoader), true);
  const DocumentPtr document(xmlReadFile(pathOf(path).c_str(), nullptr, kParseOptions));
  xmlSchemaPtr schema = nullptr;
  if (document != nullptr) {
    const Owned<xmlSchemaParserCtxt, xmlSchemaFreeParserCtxt> parser(xmlSchemaNewDocParserCtxt(document.get()));
    xmlSchemaSetParserErrors(parser.get(), ignore, ignore, nullptr);
    schema = parser == nullptr ? nullptr : xmlSchemaParse(parser.get());
  }
  if (schema == nullptr) return Error(condition::kPathNotFound).with("path", path).as(ErrorFamily::kAnalysis);
  return std::unique_ptr<XmlSchemaCheck>(new XmlSchemaCheck(schema));
}

XmlSchemaCheck::~XmlSchemaCheck() { xmlSchemaFree(static_cast<xmlSchemaPtr>(schema_)); }

bool XmlSchemaCheck::allows(std::string_view record) const {
  if (record.size() > INT_MAX) return false;
  const DocumentPtr document(xmlReadMemory(record.data(), static_cast<int>(record.size()), nullptr, "UTF-8", kParseOptions));
  if (document == nullptr) return false;
  const Owned<xmlSchemaValidCtxt, xmlSchemaFreeValidCtxt> context(xmlSchemaNewValidCtxt(static_cast<xmlSchemaPtr>(schema_)));
  if (context == nullptr) return false;
  xmlSchemaSetValidErrors(context.get(), ignore, ignore, nullptr);
  return xmlSchemaValidateDoc(context.get(), document.get()) == 0;
}

}  // namespace flint::sources
