#pragma once

#include <string>
#include <string_view>

#include "expr/function_registry.h"
#include "records/record_options.h"

/// What the functions of Spark's modules for Avro and Protobuf share: arguments that have to be known before any row is.
namespace flint::functions {

/// The name of the form of a function that is meant where its module is loaded: the function's with this behind.
inline constexpr std::string_view kLoadedSuffix = "_loaded";
/// The call with the name that was written.
expr::BindContext asWritten(const expr::BindContext& context);
/// The name as the condition of a module that is not loaded has it: in upper case.
std::string upperName(const expr::BindContext& context);

bool isConstantText(const expr::BindContext& context, size_t argument);
bool isConstantNull(const expr::BindContext& context, size_t argument);
/// A constant map of texts, an empty map, or NULL.
bool areConstantOptions(const expr::BindContext& context, size_t argument);
/// The options at `argument`; none for NULL. They have to be constant.
records::RecordOptions constantOptions(const expr::BindContext& context, size_t argument);
/// FAILFAST unless the option says otherwise. Errors: PARSE_MODE_UNSUPPORTED.
Result<records::ParseMode> failFastModeOf(const expr::BindContext& context, const records::RecordOptions& options);
/// An option that is a whole number. Errors: STDS_INVALID_OPTION_VALUE.WITH_MESSAGE.
Result<int> integerOption(const records::RecordOptions& options, const char* name, int otherwise);

/// DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT.
Error wrongArgument(const expr::BindContext& context, const std::string& what);

/// One value of a result whose bytes were malformed: a struct of nulls, or null.
void appendMalformed(const DataType& type, columnar::VectorBuilder& builder);
/// The bytes as a message shows them.
std::string shownBytes(std::string_view bytes);

}  // namespace flint::functions
