#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace flint::sources {

/// An XML schema (XSD) that records are held against.
///
/// Errors: a schema that cannot be read. Neither schema nor records may load anything from the network.
/// Threads: confined to its owner.
class XmlSchemaCheck {
 public:
  static Result<std::unique_ptr<XmlSchemaCheck>> open(const std::string& path);
  ~XmlSchemaCheck();
  XmlSchemaCheck(const XmlSchemaCheck&) = delete;
  XmlSchemaCheck& operator=(const XmlSchemaCheck&) = delete;

  /// Whether the schema allows the record.
  bool allows(std::string_view record) const;

 private:
  explicit XmlSchemaCheck(void* schema) : schema_(schema) {}
  void* const schema_;  // libxml2's
};

}  // namespace flint::sources
