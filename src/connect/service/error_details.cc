#include "connect/service/error_details.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <spark/connect/base.pb.h>

#include <utility>

#include "base/json_string.h"
#include "connect/service/uuid.h"
#include "functions/string/charset.h"

namespace flint::connect {
namespace {

constexpr size_t kMaxStoredErrors = 1'000;
constexpr size_t kMaxMessage = 2'048;      // characters of a status message; the details have it all
constexpr size_t kMaxParameters = 1'024;   // bytes of message parameters in the status
constexpr int kMaxCauses = 5;
constexpr int kInternal = 13;              // grpc::StatusCode::INTERNAL

using Classes = std::vector<std::string>;

// A class with parents, ended by those of every Java exception.
Classes withParents(Classes classes, bool isRuntime = true) {
  if (isRuntime) classes.emplace_back("java.lang.RuntimeException");
  classes.insert(classes.end(), {"java.lang.Exception", "java.lang.Throwable", "java.lang.Object"});
  return classes;
}

ErrorFamily familyBySqlState(const Error& error) {
  const std::string_view name = error.condition().name;
  const std::string_view state = error.condition().sqlState;
  const auto starts = [&](std::string_view prefix) { return name.starts_with(prefix); };
  if (starts("CONNECT_INVALID_PLAN") || starts("INVALID_HANDLE") || starts("INVALID_CURSOR") || starts("OPERATION_CANCELED")) return ErrorFamily::kSqlConnect;
  if (starts("PARSE_") || starts("FAILED_TO_PARSE_TOO_COMPLEX") || starts("INVALID_SQL_SYNTAX")) return ErrorFamily::kParse;
  if (starts("CAST_INVALID_INPUT")) {
    const std::string* target = error.parameter("targetType");
    if (target == nullptr) return ErrorFamily::kNumberFormat;
    if (target->find("DATE") != std::string::npos || target->find("TIME") != std::string::npos) return ErrorFamily::kDateTime;
    return target->find("BOOLEAN") != std::string::npos ? ErrorFamily::kRuntime : ErrorFamily::kNumberFormat;
  }
  if (starts("INVALID_ARRAY_INDEX")) return ErrorFamily::kArrayIndex;
  if (starts("DIVIDE_BY_ZERO") || starts("REMAINDER_BY_ZERO") || starts("INTERVAL_DIVIDED_BY_ZERO") || starts("ARITHMETIC_OVERFLOW") ||
      starts("BINARY_ARITHMETIC_OVERFLOW") || starts("CAST_OVERFLOW") || starts("NUMERIC_VALUE_OUT_OF_RANGE") || starts("INTERVAL_ARITHMETIC_OVERFLOW") ||
      starts("DATETIME_OVERFLOW")) {
    return ErrorFamily::kArithmetic;
  }
  if (starts("CANNOT_PARSE_TIMESTAMP") || starts("DATETIME_FIELD_OUT_OF_BOUNDS") || starts("INVALID_FRACTION_OF_SECOND") || starts("ILLEGAL_DAY_OF_WEEK")) {
    return ErrorFamily::kDateTime;
  }
  if (starts("SQL_CONF_NOT_FOUND")) return ErrorFamily::kNoSuchElement;
  if (starts("INVALID_CONF_VALUE")) return ErrorFamily::kIllegalArgument;
  if (starts("INCONSISTENT_BEHAVIOR_CROSS_VERSION")) return ErrorFamily::kUpgrade;
  if (starts("UNSUPPORTED_CALL")) return ErrorFamily::kUnsupportedOperation;
  if (starts("INTERNAL_ERROR")) return ErrorFamily::kExecution;
  if (state.starts_with("42") || state.starts_with("0A") || state.starts_with("46")) return ErrorFamily::kAnalysis;
  if (state.starts_with("22") || state.starts_with("21") || state.starts_with("38") || state.starts_with("39")) return ErrorFamily::kRuntime;
  return ErrorFamily::kExecution;
}

// Messages take whole characters alone: what is not UTF-8 becomes U+FFFD, as in Java's strings.
std::string text(const std::string& bytes) { return functions::isValidUtf8(bytes) ? bytes : functions::repairedUtf8(bytes); }

std::string jsonArray(const Classes& texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    if (out.size() > 1) out += ',';
    appendJsonString(out, text);
  }
  return out + "]";
}

std::string jsonParameters(const Error& error) {
  std::string out = "{";
  for (const auto& [name, value] : error.parameters()) {
    if (out.size() > 1) out += ',';
    appendJsonString(out, name);
    out += ':';
    appendJsonString(out, text(value));
  }
  return out + "}";
}

// At most `limit` bytes, cut between characters.
std::string abbreviated(std::string text, size_t limit) {
  if (text.size() <= limit) return text;
  size_t end = limit - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

void encodeContext(const Origin& origin, spark::connect::FetchErrorDetailsResponse::QueryContext& context) {
  using Message = spark::connect::FetchErrorDetailsResponse::QueryContext;
  context.set_fragment(text(origin.fragment()));
  context.set_summary(text(origin.summary()));
  if (origin.sqlText != nullptr && origin.startIndex >= 0) {
    context.set_context_type(Message::SQL);
    context.set_object_type(origin.objectType);
    context.set_object_name(origin.objectName);
    context.set_start_index(origin.startIndex);
    context.set_stop_index(origin.stopIndex);
  } else {
    context.set_context_type(Message::DATAFRAME);
    context.set_call_site(origin.callSite);
  }
}

void encodeOne(const Error& error, spark::connect::FetchErrorDetailsResponse_Error& message) {
  for (std::string& name : javaClassesOf(error)) message.add_error_type_hierarchy(std::move(name));
  message.set_message(text(error.message()));
  auto* frame = message.add_stack_trace();
  frame->set_declaring_class("flint");
  frame->set_method_name(error.where().function_name());
  frame->set_file_name(error.where().file_name());
  frame->set_line_number(static_cast<int32_t>(error.where().line()));
  auto* throwable = message.mutable_spark_throwable();
  throwable->set_error_class(std::string(error.condition().name));
  if (!error.condition().sqlState.empty()) throwable->set_sql_state(std::string(error.condition().sqlState));
  for (const auto& [name, value] : error.parameters()) (*throwable->mutable_message_parameters())[name] = text(value);
  if (error.origin() != nullptr && error.origin()->known()) encodeContext(*error.origin(), *throwable->add_query_contexts());
}

}  // namespace

std::vector<std::string> javaClassesOf(const Error& error) {
  switch (error.family() == ErrorFamily::kAutomatic ? familyBySqlState(error) : error.family()) {
    case ErrorFamily::kParse:
      return withParents({"org.apache.spark.sql.catalyst.parser.ParseException", "org.apache.spark.sql.AnalysisException"}, false);
    case ErrorFamily::kAutomatic:
    case ErrorFamily::kAnalysis: return withParents({"org.apache.spark.sql.AnalysisException"}, false);
    case ErrorFamily::kArithmetic: return withParents({"org.apache.spark.SparkArithmeticException", "java.lang.ArithmeticException"});
    case ErrorFamily::kNumberFormat:
      return withParents({"org.apache.spark.SparkNumberFormatException", "java.lang.NumberFormatException", "java.lang.IllegalArgumentException"});
    case ErrorFamily::kDateTime: return withParents({"org.apache.spark.SparkDateTimeException", "java.time.DateTimeException"});
    case ErrorFamily::kArrayIndex:
      return withParents({"org.apache.spark.SparkArrayIndexOutOfBoundsException", "java.lang.ArrayIndexOutOfBoundsException",
                          "java.lang.IndexOutOfBoundsException"});
    case ErrorFamily::kIllegalArgument: return withParents({"org.apache.spark.SparkIllegalArgumentException", "java.lang.IllegalArgumentException"});
    case ErrorFamily::kUnsupportedOperation:
      return withParents({"org.apache.spark.SparkUnsupportedOperationException", "java.lang.UnsupportedOperationException"});
    case ErrorFamily::kNoSuchElement: return withParents({"org.apache.spark.SparkNoSuchElementException", "java.util.NoSuchElementException"});
    case ErrorFamily::kRuntime: return withParents({"org.apache.spark.SparkRuntimeException"});
    case ErrorFamily::kExecution: return withParents({"org.apache.spark.SparkException"}, false);
    case ErrorFamily::kUpgrade: return withParents({"org.apache.spark.SparkUpgradeException"});
    case ErrorFamily::kPython: return withParents({"org.apache.spark.api.python.PythonException"});
    case ErrorFamily::kStreaming: return withParents({"org.apache.spark.sql.streaming.StreamingQueryException"}, false);
    case ErrorFamily::kSqlConnect:
      if (error.condition().name.starts_with("CONNECT_INVALID_PLAN")) return withParents({"org.apache.spark.sql.connect.common.InvalidPlanInput"});
      return withParents({"org.apache.spark.SparkSQLException", "java.sql.SQLException"}, false);
  }
  return withParents({"org.apache.spark.SparkException"}, false);
}

void ErrorStore::add(std::string id, Status error) {
  const std::lock_guard lock(mutex_);
  order_.push_back(id);
  errors_.emplace(std::move(id), std::move(error));
  if (order_.size() > kMaxStoredErrors) {
    errors_.erase(order_.front());
    order_.pop_front();
  }
}

std::optional<Status> ErrorStore::take(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = errors_.find(id);
  if (found == errors_.end()) return std::nullopt;
  Status error = std::move(found->second);
  errors_.erase(found);
  return error;
}

RpcError rpcErrorOf(const Status& status, ErrorStore* store) {
  const Error& error = status.error();
  const Classes classes = javaClassesOf(error);
  google::rpc::ErrorInfo info;
  info.set_reason(classes.front());
  info.set_domain("org.apache.spark");
  auto& metadata = *info.mutable_metadata();
  metadata["classes"] = jsonArray(classes);
  metadata["errorClass"] = std::string(error.condition().name);
  if (!error.condition().sqlState.empty()) metadata["sqlState"] = std::string(error.condition().sqlState);
  if (std::string parameters = jsonParameters(error); parameters.size() <= kMaxParameters) metadata["messageParameters"] = std::move(parameters);
  if (store != nullptr) {
    std::string id = newUuid();
    metadata["errorId"] = id;
    store->add(std::move(id), status);
  }
  RpcError out;
  out.code = kInternal;
  out.message = abbreviated(text(error.message()), kMaxMessage);
  google::rpc::Status message;
  message.set_code(kInternal);
  message.set_message(out.message);
  message.add_details()->PackFrom(info);
  out.details = message.SerializeAsString();
  return out;
}

void encodeError(const Error& error, spark::connect::FetchErrorDetailsResponse& message) {
  const Error* one = &error;
  message.set_root_error_idx(0);
  for (int i = 0; i < kMaxCauses && one != nullptr; ++i) {
    encodeOne(*one, *message.add_errors());
    one = one->cause();
    if (one != nullptr && i + 1 < kMaxCauses) message.mutable_errors(i)->set_cause_idx(i + 1);
  }
}

}  // namespace flint::connect
