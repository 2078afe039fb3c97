#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "records/text_value.h"

namespace flint::records {

/// Options as a reader was given them; keys are compared without case, the last one given wins.
class RecordOptions {
 public:
  using Entries = std::vector<std::pair<std::string, std::string>>;
  explicit RecordOptions(Entries entries) : entries_(std::move(entries)) {}

  const std::string* find(std::string_view key) const;
  std::string text(std::string_view key, std::string_view otherwise) const;
  bool flag(std::string_view key, bool otherwise) const;
  double number(std::string_view key, double otherwise) const;

 private:
  Entries entries_;
};

/// What happens to a record that does not fit the schema.
enum class ParseMode : uint8_t { kPermissive, kDropMalformed, kFailFast };
ParseMode parseModeOf(const RecordOptions& options);

/// Formats, zone and special words of texts.
TextValueOptions textValueOptionsOf(const RecordOptions& options, const std::string& sessionTimeZone);

}  // namespace flint::records
