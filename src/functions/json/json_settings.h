#pragma once

#include "functions/record_arguments.h"
#include "records/json_document.h"
#include "records/json_values.h"

namespace flint::functions {

/// What the options of a JSON function say of reading.
struct JsonSettings {
  records::JsonDialect dialect;
  records::JsonValueOptions values;
};
JsonSettings jsonSettingsOf(const records::RecordOptions& options, const expr::EvaluationOptions& session);

}  // namespace flint::functions
