#include "catalog/catalog_plugins.h"

#include "base/legacy_conditions.h"

namespace flint::catalog {
namespace {

struct Classes {
  std::mutex mutex;
  std::map<std::string, CatalogPlugins::Make> makers;
  static Classes& instance() {
    static Classes classes;
    return classes;
  }
};

constexpr const char* kPrefix = "spark.sql.catalog.";

}  // namespace

void CatalogPlugins::add(const std::string& className, Make make) {
  Classes& classes = Classes::instance();
  const std::lock_guard lock(classes.mutex);
  classes.makers[className] = std::move(make);
}

bool CatalogPlugins::isConfigured(const std::string& name) const { return conf_->find(kPrefix + name).has_value(); }

Result<std::shared_ptr<CatalogPlugin>> CatalogPlugins::find(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (const auto known = plugins_.find(name); known != plugins_.end()) return known->second;
  const std::string className = conf_->get(kPrefix + name, "");
  Make make;
  {
    Classes& classes = Classes::instance();
    const std::lock_guard locked(classes.mutex);
    if (const auto found = classes.makers.find(className); found != classes.makers.end()) make = found->second;
  }
  if (make == nullptr) return Error(condition::kLegacyErrorTemp2215).with("name", name).with("pluginClassName", className).as(ErrorFamily::kExecution);
  Options options;
  const std::string prefix = kPrefix + name + ".";
  for (const auto& [key, value] : conf_->getAll()) {
    if (key.starts_with(prefix)) options[key.substr(prefix.size())] = value;
  }
  ASSIGN_OR_RETURN(std::unique_ptr<CatalogPlugin> made, make(name, options, *conf_));
  std::shared_ptr<CatalogPlugin> plugin = std::move(made);
  plugins_[name] = plugin;
  return plugin;
}

std::vector<std::string> CatalogPlugins::loaded() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> out;
  for (const auto& [name, plugin] : plugins_) out.push_back(name);
  return out;
}

}  // namespace flint::catalog
