#include "catalog/sql_function.h"

#include <utility>

#include "base/byte_coding.h"

namespace flint::catalog {
namespace {

enum class Body : uint8_t { kExpression, kQuery, kClass };

std::string encoded(const SqlFunction& function) {
  ByteWriter out;
  const auto texts = [&](const NameParts& parts) {
    out.writeVarint(parts.size());
    for (const std::string& part : parts) out.writeString(part);
  };
  texts(function.name);
  out.writeVarint(function.parameters.size());
  for (const SqlFunction::Parameter& parameter : function.parameters) {
    texts({parameter.name, parameter.defaultText, parameter.comment});
    parameter.type.encode(out);
  }
  out.writeVarint(function.returnsTable ? 1 : 0);
  function.returnType.encode(out);
  DataType::structType(function.returnColumns).encode(out);
  const Body body = function.bodyQuery != nullptr ? Body::kQuery : function.bodyExpression != nullptr ? Body::kExpression : Body::kClass;
  out.writeVarint(static_cast<uint64_t>(body));
  texts({function.bodyText, function.comment});
  out.writeVarint(!function.deterministic.has_value() ? 2 : *function.deterministic ? 1 : 0);
  out.writeVarint((function.readsData ? 1 : 0) + (function.containsSql ? 2 : 0));
  out.writeVarint(function.settings.size());
  for (const auto& [key, value] : function.settings) texts({key, value});
  out.writeInt(function.createTimeMs);
  return out.take();
}

Result<std::pair<SqlFunction, Body>> decoded(std::string_view bytes) {
  ByteReader in(bytes);
  const auto texts = [&] {
    NameParts out;
    for (size_t count = in.readCount(); count > 0; --count) out.emplace_back(in.readString());
    return out;
  };
  SqlFunction function;
  function.name = texts();
  for (size_t count = in.readCount(); count > 0; --count) {
    NameParts parts = texts();
    if (parts.size() != 3) in.fail();
    parts.resize(3);
    function.parameters.push_back({parts[0], DataType::decode(in), nullptr, parts[1], parts[2]});
  }
  function.returnsTable = in.readVarint() != 0;
  function.returnType = DataType::decode(in);
  const DataType columns = DataType::decode(in);
  if (!in.failed() && columns.is(TypeKind::kStruct)) function.returnColumns = columns.fields();
  const uint64_t body = in.readVarint();
  NameParts written = texts();
  if (written.size() != 2 || body > static_cast<uint64_t>(Body::kClass)) in.fail();
  written.resize(2);
  function.bodyText = written[0];
  function.comment = written[1];
  const uint64_t deterministic = in.readVarint();
  if (deterministic < 2) function.deterministic = deterministic == 1;
  const uint64_t access = in.readVarint();
  function.readsData = (access & 1) != 0;
  function.containsSql = (access & 2) != 0;
  for (size_t count = in.readCount(); count > 0; --count) {
    const NameParts setting = texts();
    if (setting.size() == 2) function.settings[setting[0]] = setting[1];
  }
  function.createTimeMs = in.readInt();
  RETURN_IF_ERROR(in.status());
  return std::pair(std::move(function), static_cast<Body>(body));
}

// "database.name" apart
std::pair<std::string, std::string> apart(const std::string& key) {
  const size_t dot = key.find('.');
  return {key.substr(0, dot), dot == std::string::npos ? std::string() : key.substr(dot + 1)};
}

}  // namespace

void SqlFunctions::keepIn(std::shared_ptr<CatalogPlugin> store, Parse parse) {
  const std::lock_guard lock(mutex_);
  store_ = std::move(store);
  parse_ = std::move(parse);
}

SqlFunctionPtr SqlFunctions::find(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = functions_.find(key);
  if (store_ == nullptr) return found == functions_.end() ? nullptr : found->second.function;
  const auto [database, name] = apart(key);
  const auto bytes = store_->function(database, name);
  if (!bytes.isOk() || !bytes.value().has_value()) {
    if (found != functions_.end()) functions_.erase(found);
    return nullptr;
  }
  if (found != functions_.end() && found->second.bytes == *bytes.value()) return found->second.function;
  auto made = decoded(*bytes.value());
  if (!made.isOk()) return nullptr;
  auto function = std::make_shared<SqlFunction>(std::move(made.value().first));
  const Body body = made.value().second;
  if (body != Body::kClass && !parse_(*function, body == Body::kQuery).isOk()) return nullptr;
  functions_[key] = {*bytes.value(), function};
  return function;
}

Result<bool> SqlFunctions::add(const std::string& key, SqlFunctionPtr function, bool replace) {
  const std::lock_guard lock(mutex_);
  if (store_ != nullptr) {
    const auto [database, name] = apart(key);
    return store_->putFunction(database, name, encoded(*function), replace);
  }
  if (!replace && functions_.contains(key)) return false;
  functions_[key] = {"", std::move(function)};
  return true;
}

Result<bool> SqlFunctions::drop(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const bool known = functions_.erase(key) > 0;
  if (store_ == nullptr) return known;
  const auto [database, name] = apart(key);
  return store_->dropFunction(database, name);
}

std::vector<SqlFunctionPtr> SqlFunctions::all() const {
  std::vector<SqlFunctionPtr> out;
  if (store_ == nullptr) {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, known] : functions_) out.push_back(known.function);
    return out;
  }
  for (const CatalogDatabase& database : store_->databases()) {
    for (const std::string& name : store_->functions(database.name)) {
      if (auto function = find(database.name + "." + name)) out.push_back(std::move(function));
    }
  }
  return out;
}

}  // namespace flint::catalog
