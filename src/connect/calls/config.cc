#include <spark/connect/base.pb.h>

#include "connect/calls/calls.h"

namespace flint::connect {
namespace {

using ConfigOperation = spark::connect::ConfigRequest::Operation;
using spark::connect::ConfigResponse;

void addPair(ConfigResponse& response, const std::string& key, const std::optional<std::string>& value) {
  auto* pair = response.add_pairs();
  pair->set_key(key);
  if (value.has_value()) pair->set_value(*value);
}

Status set(catalog::SQLConf& conf, const spark::connect::ConfigRequest::Set& request, ConfigResponse& response) {
  for (const auto& pair : request.pairs()) {
    if (!pair.has_value()) {
      return Error(condition::kConnectInvalidPlanAssertionFailure).with("message", "the setting " + pair.key() + " was given no value").as(ErrorFamily::kIllegalArgument);
    }
    const Status done = conf.set(pair.key(), pair.value());
    if (done.isOk()) {
      addPair(response, pair.key(), pair.value());
    } else if (request.silent()) {
      response.add_warnings(done.message());
    } else {
      return done;
    }
  }
  return Status::ok();
}

}  // namespace

Status answer(SessionHolder& session, const spark::connect::ConfigRequest& request, ConfigResponse& response) {
  catalog::SQLConf& conf = session.spark().conf();
  const ConfigOperation& operation = request.operation();
  std::optional<PreparedQuery::Change> change;
  if (operation.has_set() || operation.has_unset()) change.emplace(session.prepared());
  switch (operation.op_type_case()) {
    case ConfigOperation::kSet: return set(conf, operation.set(), response);
    case ConfigOperation::kGet:
      for (const std::string& key : operation.get().keys()) {
        ASSIGN_OR_RETURN(std::string value, conf.get(key));
        addPair(response, key, std::move(value));
      }
      return Status::ok();
    case ConfigOperation::kGetWithDefault:
      for (const auto& pair : operation.get_with_default().pairs()) {
        std::optional<std::string> value = conf.find(pair.key());
        const std::map<std::string, std::string> given = conf.getAll();
        if (!given.contains(pair.key())) value = pair.has_value() ? std::optional(pair.value()) : std::nullopt;
        addPair(response, pair.key(), value);
      }
      return Status::ok();
    case ConfigOperation::kGetOption:
      for (const std::string& key : operation.get_option().keys()) addPair(response, key, conf.find(key));
      return Status::ok();
    case ConfigOperation::kGetAll: {
      const std::string& prefix = operation.get_all().prefix();
      for (const auto& [key, value] : conf.getAll()) {
        if (key.starts_with(prefix)) addPair(response, key.substr(prefix.size()), value);
      }
      return Status::ok();
    }
    case ConfigOperation::kUnset:
      for (const std::string& key : operation.unset().keys()) {
        RETURN_IF_ERROR(conf.unset(key));
        addPair(response, key, std::nullopt);
      }
      return Status::ok();
    case ConfigOperation::kIsModifiable:
      for (const std::string& key : operation.is_modifiable().keys()) addPair(response, key, conf.isModifiable(key) ? "true" : "false");
      return Status::ok();
    case ConfigOperation::OP_TYPE_NOT_SET: break;
  }
  return Error(condition::kConnectInvalidPlanInvalidOneOfFieldNotSet)
      .with("fullName", "spark.connect.ConfigRequest.Operation")
      .with("name", "op_type")
      .as(ErrorFamily::kSqlConnect);
}

}  // namespace flint::connect
