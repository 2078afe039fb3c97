#include "catalog/session_catalog.h"

#include "base/condition.h"
#include "catalog/script_variables.h"

namespace flint::catalog {

std::optional<TempView> TempViews::find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = views_.find(name);
  return found == views_.end() ? std::nullopt : std::optional(found->second);
}

Status TempViews::add(TempView view, bool replace) {
  const std::lock_guard lock(mutex_);
  if (!replace && views_.contains(view.name)) {
    return Error(condition::kTempTableOrViewAlreadyExists).with("relationName", quoted({view.name})).as(ErrorFamily::kAnalysis);
  }
  const std::string name = view.name;
  views_[name] = std::move(view);
  return Status::ok();
}

bool TempViews::drop(const std::string& name) {
  const std::lock_guard lock(mutex_);
  return views_.erase(name) > 0;
}

std::vector<TempView> TempViews::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<TempView> out;
  for (const auto& [name, view] : views_) out.push_back(view);
  return out;
}

void TempViews::clear() {
  const std::lock_guard lock(mutex_);
  views_.clear();
}

SessionCatalog::SessionCatalog(std::shared_ptr<SharedCatalog> shared, std::shared_ptr<const SQLConf> conf)
    : shared_(std::move(shared)), conf_(std::move(conf)) {}

std::string SessionCatalog::currentDatabase() const {
  const std::lock_guard lock(mutex_);
  return currentDatabase_;
}

Status SessionCatalog::setCurrentDatabase(const std::string& database) {
  const std::string name = folded(database);
  RETURN_IF_ERROR(shared_->metastore->database(name));
  const std::lock_guard lock(mutex_);
  currentDatabase_ = name;
  return Status::ok();
}

Status SessionCatalog::setCurrentCatalog(const std::string& catalog) const {
  if (folded(catalog) == currentCatalog()) return Status::ok();
  return Error(condition::kCatalogNotFound).with("catalogName", quoted({catalog})).with("config", "\"spark.sql.catalog." + catalog + "\"").as(ErrorFamily::kAnalysis);
}

std::string SessionCatalog::folded(const std::string& name) const {
  if (conf_->getBoolean("spark.sql.caseSensitive", false)) return name;
  std::string out = name;
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

Result<NameParts> SessionCatalog::fullName(const NameParts& name) const {
  if (name.size() == 1) return NameParts{currentCatalog(), currentDatabase(), folded(name[0])};
  if (name.size() == 2) return NameParts{currentCatalog(), folded(name[0]), folded(name[1])};
  if (name.size() == 3 && folded(name[0]) == currentCatalog()) return NameParts{currentCatalog(), folded(name[1]), folded(name[2])};
  const NameParts parts = folded(name[0]) == currentCatalog() ? NameParts(name.begin() + 1, name.end()) : name;
  return Error(condition::kRequiresSinglePartNamespace).with("sessionCatalog", currentCatalog()).with("identifier", quoted(parts)).as(ErrorFamily::kAnalysis);
}

SqlFunctionPtr SessionCatalog::findFunction(const NameParts& name) const {
  const std::string last = folded(name.back());
  const bool ofSession = name.size() == 1 || (name.size() == 2 && folded(name[0]) == "session") ||
                         (name.size() == 3 && folded(name[0]) == "system" && folded(name[1]) == "session");
  if (ofSession) {
    if (auto function = temporaryFunctions_.find(last)) return function;
  }
  const auto full = fullName(name);
  if (!full.isOk()) return nullptr;
  return shared_->functions.find(full.value()[1] + "." + full.value()[2]);
}

std::optional<SqlVariable> SessionCatalog::findVariable(const NameParts& name) const {
  if (ScriptVariables* const locals = ScriptVariables::current()) {
    NameParts key;
    for (const std::string& part : name) key.push_back(folded(part));
    if (const SqlVariable* const local = locals->find(key)) return *local;
  }
  const size_t size = name.size();
  if (size > 3 || (size >= 2 && folded(name[size - 2]) != "session") || (size == 3 && folded(name[0]) != "system")) return std::nullopt;
  return variables_.find(folded(name.back()));
}

Result<std::optional<SessionCatalog::Found>> SessionCatalog::lookup(const NameParts& name) const {
  if (name.size() == 1) {
    if (auto view = tempViews_.find(folded(name[0]))) return std::optional(Found{std::move(view), std::nullopt, {name[0]}});
  }
  if (name.size() == 2 && folded(name[0]) == globalTempDatabase()) {
    if (auto view = shared_->globalTempViews.find(folded(name[1]))) {
      return std::optional(Found{std::move(view), std::nullopt, {globalTempDatabase(), folded(name[1])}});
    }
    return std::optional<Found>();
  }
  const auto full = fullName(name);
  if (!full.isOk()) return std::optional<Found>();
  const NameParts& parts = full.value();
  if (!shared_->metastore->tableExists(parts[1], parts[2])) return std::optional<Found>();
  ASSIGN_OR_RETURN(CatalogTable table, shared_->metastore->table(parts[1], parts[2]));
  return std::optional(Found{std::nullopt, std::move(table), parts});
}

}  // namespace flint::catalog
