#include "session/shared_state.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <thread>

#include "catalog/session_catalog.h"
#include "catalog/sql_conf.h"
#include "events/live_listener_bus.h"
#include "exec/worker_pool.h"
#include "expr/schema_text.h"
#include "functions/builtins.h"
#include "catalog/redaction.h"
#include "memory/memory_pool.h"
#include "parser/sql_parser.h"
#include "session/cache/cache_manager.h"
#include "session/jdbc_catalog.h"
#include "sources/source_table.h"

namespace flint::session {
namespace {

constexpr int64_t kMegabyte = int64_t{1} << 20;
constexpr double kStorageFraction = 0.5;

// Spark's classes of catalogs, by what they are here.
void registerCatalogPlugins() {
  const auto forgetful = [](const std::string& name, const catalog::CatalogPlugins::Options&, const catalog::SQLConf& conf) -> Result<std::unique_ptr<catalog::CatalogPlugin>> {
    static std::atomic<int64_t> number = 0;
    const char* temporary = std::getenv("TMPDIR");
    const std::string folder = conf.get("spark.local.dir", temporary != nullptr ? temporary : "/tmp");
    return catalog::makeForgetfulCatalog(name, folder + "/flint_catalog_" + std::to_string(::getpid()) + "_" + std::to_string(number++));
  };
  for (const char* className : {"InMemoryTableCatalog", "InMemoryCatalog", "BasicInMemoryTableCatalog"}) {
    catalog::CatalogPlugins::add(std::string("org.apache.spark.sql.connector.catalog.") + className, forgetful);
  }
  catalog::CatalogPlugins::add("org.apache.spark.sql.execution.datasources.v2.jdbc.JDBCTableCatalog",
                               [](const std::string& name, const catalog::CatalogPlugins::Options& options, const catalog::SQLConf&) { return makeJdbcCatalog(name, options); });
}

const std::string* find(const std::map<std::string, std::string>& settings, const std::string& key) {
  const auto found = settings.find(key);
  return found == settings.end() ? nullptr : &found->second;
}

Error invalidSetting(const std::string& key, const std::string& value) {
  return Error(condition::kInvalidConfValueTypeMismatch).with("confName", key).with("confValue", catalog::Redaction::standard().shown(key, value)).with("confType", "string").as(ErrorFamily::kIllegalArgument);
}

// local, local[N], local[*]; all cores without a master.
Result<int32_t> threadsOf(const std::map<std::string, std::string>& settings) {
  const auto cores = static_cast<int32_t>(std::max(1u, std::thread::hardware_concurrency()));
  const std::string* master = find(settings, "spark.master");
  if (master == nullptr || *master == "local[*]") return cores;
  if (*master == "local") return 1;
  int count = 0;
  char close = 0;
  if (std::sscanf(master->c_str(), "local[%d%c", &count, &close) == 2 && close == ']' && count > 0) return count;
  return invalidSetting("spark.master", *master);
}

Result<int64_t> budgetOf(const std::map<std::string, std::string>& settings) {
  const std::string* memory = find(settings, "spark.driver.memory");
  if (memory == nullptr) return static_cast<int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGE_SIZE) / 10 * 6;
  const std::optional<int64_t> bytes = catalog::parseBytes(*memory);
  if (!bytes.has_value() || *bytes <= 0) return invalidSetting("spark.driver.memory", *memory);
  // A number without a unit is in MiB, as for Spark.
  const bool bare = memory->find_first_not_of("0123456789") == std::string::npos;
  return bare ? *bytes * kMegabyte : *bytes;
}

}  // namespace

Result<std::shared_ptr<SharedState>> SharedState::make(std::map<std::string, std::string> settings) {
  static const bool registered = [] {
    functions::registerBuiltins(expr::FunctionRegistry::builtin());
    expr::setSchemaTextReader({.type = [](std::string_view text) { return parser::parseDataType(text); },
                               .tableSchema = [](std::string_view text) { return parser::parseTableSchema(text); }});
    sources::registerSources();
    registerCatalogPlugins();
    return true;
  }();
  static_cast<void>(registered);
  auto shared = std::make_shared<SharedState>();
  ASSIGN_OR_RETURN(shared->numThreads, threadsOf(settings));
  ASSIGN_OR_RETURN(const int64_t budget, budgetOf(settings));
  shared->memory = std::make_shared<memory::MemoryManager>(budget);
  shared->workers = std::make_shared<exec::WorkerPool>(shared->numThreads);
  shared->catalog = std::make_shared<catalog::SharedCatalog>();
  const std::string* warehouse = find(settings, "spark.sql.warehouse.dir");
  const std::string* implementation = find(settings, "spark.sql.catalogImplementation");
  const bool forgets = implementation != nullptr && *implementation == "in-memory";
  const std::string folder = warehouse != nullptr ? *warehouse : "spark-warehouse";
  shared->catalog->metastore = forgets ? catalog::makeInMemoryCatalog(folder) : catalog::makeSqliteCatalog(folder);
  shared->catalog->functions.keepIn(shared->catalog->metastore, [](catalog::SqlFunction& function, bool bodyIsQuery) -> Status {
    for (catalog::SqlFunction::Parameter& parameter : function.parameters) {
      if (parameter.defaultText.empty()) continue;
      ASSIGN_OR_RETURN(parameter.defaultValue, parser::parseExpression(parameter.defaultText));
    }
    if (bodyIsQuery) {
      ASSIGN_OR_RETURN(function.bodyQuery, parser::parseStatement(function.bodyText));
    } else {
      ASSIGN_OR_RETURN(function.bodyExpression, parser::parseExpression(function.bodyText));
    }
    return Status::ok();
  });
  const std::string* local = find(settings, "spark.local.dir");
  const char* temporary = std::getenv("TMPDIR");
  shared->localDirectory = local != nullptr ? *local : temporary != nullptr ? temporary : "/tmp";
  shared->listeners = std::make_shared<events::LiveListenerBus>();
  const std::string* fraction = find(settings, "spark.memory.storageFraction");
  shared->cache = std::make_shared<CacheManager>(shared->memory, fraction == nullptr ? kStorageFraction : std::atof(fraction->c_str()), shared->localDirectory);
  shared->settings = std::move(settings);
  return shared;
}

}  // namespace flint::session
