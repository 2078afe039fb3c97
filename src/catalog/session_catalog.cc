#include "catalog/session_catalog.h"

#include <algorithm>

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
    : shared_(std::move(shared)), conf_(std::move(conf)), plugins_(conf_) {}

std::string SessionCatalog::currentDatabase() const {
  const std::lock_guard lock(mutex_);
  return currentDatabase_;
}

Status SessionCatalog::setCurrentDatabase(const std::string& database) {
  const std::string catalog = currentCatalog();
  return setCurrentNamespace({catalog, catalog == kSessionCatalog ? folded(database) : database, nullptr});
}

Status SessionCatalog::setCurrentNamespace(const Namespace& chosen) {
  if (chosen.catalog == kSessionCatalog || !chosen.database.empty()) RETURN_IF_ERROR(of(chosen.catalog).database(chosen.database));
  const std::lock_guard lock(mutex_);
  currentCatalog_ = chosen.catalog;
  currentDatabase_ = chosen.database;
  return Status::ok();
}

std::string SessionCatalog::currentCatalog() const {
  const std::lock_guard lock(mutex_);
  return currentCatalog_;
}

bool SessionCatalog::isCatalog(const std::string& name) const { return folded(name) == kSessionCatalog || plugins_.isConfigured(name); }

std::vector<std::string> SessionCatalog::catalogs() const {
  std::vector<std::string> out = plugins_.loaded();
  out.insert(std::lower_bound(out.begin(), out.end(), kSessionCatalog), kSessionCatalog);
  return out;
}

CatalogPlugin& SessionCatalog::of(const std::string& catalog) const {
  if (catalog == kSessionCatalog) return *shared_->metastore;
  // Names are looked up before, which makes the plug-in.
  const auto plugin = plugins_.find(catalog);
  return plugin.isOk() ? *plugin.value() : *shared_->metastore;
}

Result<SessionCatalog::Namespace> SessionCatalog::findNamespace(const NameParts& name) {
  if (name.empty()) {
    const std::lock_guard lock(mutex_);
    if (currentCatalog_ == kSessionCatalog) return Namespace{currentCatalog_, currentDatabase_, shared_->metastore};
  }
  if (name.empty()) {
    ASSIGN_OR_RETURN(std::shared_ptr<CatalogPlugin> plugin, plugins_.find(currentCatalog()));
    return Namespace{currentCatalog(), currentDatabase(), std::move(plugin)};
  }
  const bool ofSession = folded(name[0]) == kSessionCatalog;
  const bool named = plugins_.isConfigured(name[0]) || (ofSession && name.size() > 1);
  const std::string catalog = !named ? currentCatalog() : ofSession ? kSessionCatalog : name[0];
  const NameParts rest(name.begin() + (named ? 1 : 0), name.end());
  if (catalog != kSessionCatalog) {
    ASSIGN_OR_RETURN(std::shared_ptr<CatalogPlugin> plugin, plugins_.find(catalog));
    return Namespace{catalog, joined(rest), std::move(plugin)};
  }
  if (rest.size() != 1) return Error(condition::kRequiresSinglePartNamespace).with("sessionCatalog", catalog).with("identifier", quoted(rest)).as(ErrorFamily::kAnalysis);
  return Namespace{catalog, folded(rest[0]), shared_->metastore};
}

Status SessionCatalog::setCurrentCatalog(const std::string& catalog) {
  if (catalog == currentCatalog()) return Status::ok();
  if (folded(catalog) == kSessionCatalog) return setCurrentNamespace({kSessionCatalog, "default", nullptr});
  if (plugins_.isConfigured(catalog)) {
    RETURN_IF_ERROR(plugins_.find(catalog));
    return setCurrentNamespace({catalog, "", nullptr});
  }
  return Error(condition::kCatalogNotFound).with("catalogName", quoted({catalog})).with("config", "\"spark.sql.catalog." + catalog + "\"").as(ErrorFamily::kAnalysis);
}

std::string SessionCatalog::folded(const std::string& name) const {
  if (conf_->getBoolean("spark.sql.caseSensitive", false)) return name;
  std::string out = name;
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

Result<NameParts> SessionCatalog::fullName(const NameParts& name) const {
  if (name.empty()) return internalError("a name has no parts");
  const bool named = name.size() > 1 && plugins_.isConfigured(name[0]);
  const std::string catalog = named ? name[0] : currentCatalog();
  if (catalog != kSessionCatalog && (named || folded(name[0]) != kSessionCatalog)) {
    // A plug-in's own errors go before those of a name that is not found.
    RETURN_IF_ERROR(plugins_.find(catalog));
    if (name.size() == 1) return NameParts{catalog, currentDatabase(), name[0]};
    return NameParts{catalog, joined({name.begin() + (named ? 1 : 0), name.end() - 1}), name.back()};
  }
  if (name.size() == 1) return NameParts{currentCatalog(), currentDatabase(), folded(name[0])};
  if (name.size() == 2) return NameParts{kSessionCatalog, folded(name[0]), folded(name[1])};
  if (name.size() == 3 && folded(name[0]) == kSessionCatalog) return NameParts{kSessionCatalog, folded(name[1]), folded(name[2])};
  const NameParts parts = folded(name[0]) == kSessionCatalog ? NameParts(name.begin() + 1, name.end()) : name;
  return Error(condition::kRequiresSinglePartNamespace).with("sessionCatalog", kSessionCatalog).with("identifier", quoted(parts)).as(ErrorFamily::kAnalysis);
}

SqlFunctionPtr SessionCatalog::findFunction(const NameParts& name) const {
  const std::string last = folded(name.back());
  const bool ofSession = name.size() == 1 || (name.size() == 2 && folded(name[0]) == "session") ||
                         (name.size() == 3 && folded(name[0]) == "system" && folded(name[1]) == "session");
  if (ofSession) {
    if (auto function = temporaryFunctions_.find(last)) return function;
  }
  const auto full = fullName(name);
  if (!full.isOk() || full.value()[0] != kSessionCatalog) return nullptr;
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
  if (!full.isOk()) return full.status();
  const NameParts& parts = full.value();
  const CatalogPlugin& plugin = of(parts[0]);
  if (!plugin.tableExists(parts[1], parts[2])) return std::optional<Found>();
  ASSIGN_OR_RETURN(CatalogTable table, plugin.table(parts[1], parts[2]));
  return std::optional(Found{std::nullopt, std::move(table), parts});
}

}  // namespace flint::catalog
