#include <mutex>

#include "base/condition.h"
#include "catalog/catalog_plugin.h"
#include "io/file_system.h"

namespace flint::catalog {

std::string joined(const NameParts& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ".") + part;
  return out;
}

std::string quoted(const NameParts& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ".") + quoteIdentifier(part);
  return out;
}

namespace {

class InMemoryCatalog final : public CatalogPlugin {
 public:
  explicit InMemoryCatalog(std::string warehouse) : name_(kSessionCatalog), warehouse_(std::move(warehouse)), forgetsFiles_(false) {
    entries_["default"].database = {.name = "default", .comment = "default database", .location = warehouse_, .properties = {}};
  }
  InMemoryCatalog(std::string name, std::string folder) : name_(std::move(name)), warehouse_(std::move(folder)), forgetsFiles_(true) {
    entries_[""].database = {.name = "", .comment = "", .location = warehouse_, .properties = {}};
  }
  ~InMemoryCatalog() override {
    if (!forgetsFiles_) return;
    const auto place = io::fileSystemFor(warehouse_);
    // Nobody is left who could be told of a failure.
    if (place.isOk()) static_cast<void>(place.value().first->remove(place.value().second, true).isOk());
  }

  std::string name() const override { return name_; }
  bool makesNamespaces() const override { return forgetsFiles_; }

  std::vector<CatalogDatabase> databases() const override {
    const std::lock_guard lock(mutex_);
    std::vector<CatalogDatabase> out;
    for (const auto& [name, entry] : entries_) {
      if (!name.empty()) out.push_back(entry.database);
    }
    return out;
  }
  bool databaseExists(const std::string& database) const override {
    const std::lock_guard lock(mutex_);
    return entries_.contains(database);
  }
  Result<CatalogDatabase> database(const std::string& database) const override {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(database);
    if (found == entries_.end()) return schemaNotFound(database);
    return found->second.database;
  }
  Status createDatabase(CatalogDatabase database, bool ignoreIfExists) override {
    const std::lock_guard lock(mutex_);
    if (entries_.contains(database.name)) {
      if (ignoreIfExists) return Status::ok();
      return Error(condition::kSchemaAlreadyExists).with("schemaName", quoted({database.name})).as(ErrorFamily::kAnalysis);
    }
    if (database.location.empty()) database.location = folderOf(database.name);
    const std::string name = database.name;
    entries_[name].database = std::move(database);
    return Status::ok();
  }
  Status alterDatabase(CatalogDatabase database) override {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(database.name);
    if (found == entries_.end()) return schemaNotFound(database.name);
    found->second.database = std::move(database);
    return Status::ok();
  }
  Status dropDatabase(const std::string& database, bool ignoreIfMissing, bool cascade, const FolderChanges& folders) override {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(database);
    if (found == entries_.end()) return ignoreIfMissing ? Status::ok() : Status(schemaNotFound(database));
    if (!cascade && !found->second.tables.empty()) {
      return Error(condition::kSchemaNotEmpty).with("schemaName", quoted({database})).as(ErrorFamily::kAnalysis);
    }
    entries_.erase(found);
    return changeFolders(folders);
  }

  std::vector<std::string> tables(const std::string& database) const override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> out;
    if (const auto found = entries_.find(database); found != entries_.end()) {
      for (const auto& [name, table] : found->second.tables) out.push_back(name);
    }
    return out;
  }
  bool tableExists(const std::string& database, const std::string& table) const override {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(database);
    return found != entries_.end() && found->second.tables.contains(table);
  }
  Result<CatalogTable> table(const std::string& database, const std::string& table) const override {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(database);
    if (found == entries_.end()) return tableNotFound(database, table);
    const auto entry = found->second.tables.find(table);
    if (entry == found->second.tables.end()) return tableNotFound(database, table);
    return entry->second;
  }
  Status createTable(CatalogTable table, bool ignoreIfExists, const FolderChanges& folders) override {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(table.database);
    if (found == entries_.end()) return schemaNotFound(table.database);
    table.catalog = name_;
    if (found->second.tables.contains(table.name)) {
      return ignoreIfExists ? Status::ok() : Status(tableExistsError(table.database, table.name));
    }
    const std::string name = table.name;
    RETURN_IF_ERROR(changeFolders(folders));
    found->second.tables.emplace(name, std::move(table));
    return Status::ok();
  }
  Status alterTable(CatalogTable table, const FolderChanges& folders) override {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(table.database);
    if (found == entries_.end() || !found->second.tables.contains(table.name)) return tableNotFound(table.database, table.name);
    RETURN_IF_ERROR(changeFolders(folders));
    const std::string name = table.name;
    found->second.tables[name] = std::move(table);
    return Status::ok();
  }
  Status dropTable(const std::string& database, const std::string& table, bool ignoreIfMissing, const FolderChanges& folders) override {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(database);
    if (found == entries_.end() || found->second.tables.erase(table) == 0) {
      return ignoreIfMissing ? Status::ok() : Status(tableNotFound(database, table));
    }
    return changeFolders(folders);
  }
  Status renameTable(const std::string& database, const std::string& table, const std::string& newName, const FolderChanges& folders) override {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(database);
    if (found == entries_.end()) return tableNotFound(database, table);
    auto& tables = found->second.tables;
    if (tables.contains(newName)) return tableExistsError(database, newName);
    if (!tables.contains(table)) return tableNotFound(database, table);
    RETURN_IF_ERROR(changeFolders(folders));
    auto node = tables.extract(table);
    if (!folders.empty()) node.mapped().location = folders[0].place;
    node.key() = newName;
    node.mapped().name = newName;
    tables.insert(std::move(node));
    return Status::ok();
  }
  std::vector<std::string> functions(const std::string& database) const override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> out;
    if (const auto found = entries_.find(database); found != entries_.end()) {
      for (const auto& [name, body] : found->second.functions) out.push_back(name);
    }
    return out;
  }
  Result<std::optional<std::string>> function(const std::string& database, const std::string& name) const override {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(database);
    if (found == entries_.end() || !found->second.functions.contains(name)) return std::optional<std::string>();
    return std::optional(found->second.functions.at(name));
  }
  Result<bool> putFunction(const std::string& database, const std::string& name, const std::string& body, bool replace) override {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(database);
    if (found == entries_.end()) return schemaNotFound(database);
    if (!replace && found->second.functions.contains(name)) return false;
    found->second.functions[name] = body;
    return true;
  }
  Result<bool> dropFunction(const std::string& database, const std::string& name) override {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(database);
    return found != entries_.end() && found->second.functions.erase(name) > 0;
  }

 private:
  struct Entry {
    CatalogDatabase database;
    std::map<std::string, CatalogTable> tables;
    std::map<std::string, std::string> functions;
  };
  // Nothing of this outlives the process, so there is nothing to keep for the next one.
  static Status changeFolders(const FolderChanges& folders) {
    std::vector<std::string> gone;
    Status changed = Status::ok();
    for (size_t i = 0; i < folders.size() && changed.isOk(); ++i) {
      gone.push_back(besideFolder(folders[i].place));
      changed = carryOut(folders[i], gone.back());
    }
    if (changed.isOk()) removeFolders(gone);
    return changed;
  }
  std::string folderOf(const std::string& database) const { return warehouse_ + "/" + database + ".db"; }
  Error schemaNotFound(const std::string& database) const {
    return Error(condition::kSchemaNotFound).with("schemaName", quoted({name_, database})).as(ErrorFamily::kAnalysis);
  }
  Error tableNotFound(const std::string& database, const std::string& table) const {
    return Error(condition::kTableOrViewNotFound)
        .with("relationName", quoted({name_, database, table}))
        .with("searchPath", "[" + quoted({name_, database}) + "]")
        .as(ErrorFamily::kAnalysis);
  }
  Error tableExistsError(const std::string& database, const std::string& table) const {
    return Error(condition::kTableOrViewAlreadyExists).with("relationName", quoted({name_, database, table})).as(ErrorFamily::kAnalysis);
  }

  const std::string name_;
  const std::string warehouse_;
  const bool forgetsFiles_;
  mutable std::mutex mutex_;  // a leaf
  std::map<std::string, Entry> entries_;
};

}  // namespace

std::unique_ptr<CatalogPlugin> makeForgetfulCatalog(std::string name, std::string folder) { return std::make_unique<InMemoryCatalog>(std::move(name), std::move(folder)); }

std::unique_ptr<CatalogPlugin> makeInMemoryCatalog(std::string warehouse) { return std::make_unique<InMemoryCatalog>(std::move(warehouse)); }

}  // namespace flint::catalog
