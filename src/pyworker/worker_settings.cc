#include "pyworker/worker_settings.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace flint::pyworker {
namespace {

constexpr const char* kFaultFolder = "PYTHON_FAULTHANDLER_DIR";
constexpr size_t kMostOfReport = 1 << 16;  // bytes

// Where faulthandler of crashing workers writes: a folder of this process.
class FaultFolder {
 public:
  static const std::string& path() {
    static const FaultFolder folder;
    return folder.path_;
  }

 private:
  FaultFolder() {
    std::error_code failure;
    std::string name = (std::filesystem::temp_directory_path(failure) / "flint_faults.XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~FaultFolder() {
    std::error_code failure;
    if (!path_.empty()) std::filesystem::remove_all(path_, failure);
  }
  std::string path_;
};

// A number and the unit behind it, which may lack.
struct Quantity {
  int64_t number = -1;
  std::string unit;
};

Quantity quantityOf(const std::string& text) {
  Quantity out;
  const char* const end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, out.number);
  if (failure != std::errc()) return {};
  out.unit.assign(rest, end);
  std::transform(out.unit.begin(), out.unit.end(), out.unit.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::chrono::seconds secondsOf(const std::string& text) {
  const Quantity quantity = quantityOf(text);
  if (quantity.number <= 0) return std::chrono::seconds(0);
  constexpr std::array<std::pair<std::string_view, int64_t>, 5> kUnits = {{{"ms", 0}, {"m", 60}, {"min", 60}, {"h", 3600}, {"d", 86400}}};
  for (const auto& [unit, factor] : kUnits) {
    if (quantity.unit == unit) return std::chrono::seconds(factor == 0 ? std::max<int64_t>(1, quantity.number / 1000) : quantity.number * factor);
  }
  return std::chrono::seconds(quantity.number);
}

// Mebibytes of address space that a worker may have: what is set, else half of the machine's memory.
int64_t memoryLimitMb(const std::string& setting) {
  const Quantity quantity = quantityOf(setting);
  if (quantity.number > 0) {
    switch (quantity.unit.empty() ? 'm' : quantity.unit[0]) {
      case 'g': return quantity.number * 1024;
      case 't': return quantity.number << 20;
      case 'k': return quantity.number / 1024;
      default: return quantity.number;
    }
  }
  const int64_t machine = static_cast<int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGE_SIZE) >> 20;
  return std::max<int64_t>(4096, machine / 2);
}

// What faulthandler wrote of the process that crashed; empty without. Removes it.
std::string takeFaultReport(const PythonWorker& worker) {
  const auto& variables = worker.environment().variables;
  const auto folder = variables.find(kFaultFolder);
  if (folder == variables.end() || worker.processId <= 0) return "";
  const std::filesystem::path path = std::filesystem::path(folder->second) / std::to_string(worker.processId);
  std::ifstream file(path, std::ios::binary);
  std::string report{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  std::error_code failure;
  std::filesystem::remove(path, failure);
  if (report.size() > kMostOfReport) report.resize(kMostOfReport);
  return report;
}

}  // namespace

WorkerEnvironment environmentFor(std::string sessionId, const SettingLookup& setting) {
  const auto either = [&](std::string_view key, std::string_view otherwise) {
    std::string value = setting(key);
    return value.empty() ? setting(otherwise) : value;
  };
  WorkerEnvironment out;
  out.sessionId = std::move(sessionId);
  out.executable = either("spark.pyspark.python", "spark.python.exec");
  auto& variables = out.variables;
  if (setting("spark.sql.execution.pyspark.udf.hideTraceback.enabled") == "true") variables["SPARK_HIDE_TRACEBACK"] = "1";
  if (setting("spark.sql.execution.pyspark.udf.simplifiedTraceback.enabled") != "false") variables["SPARK_SIMPLIFIED_TRACEBACK"] = "1";
  variables["PYSPARK_EXECUTOR_MEMORY_MB"] = std::to_string(memoryLimitMb(setting("spark.executor.pyspark.memory")));
  if (either("spark.sql.execution.pyspark.udf.faulthandler.enabled", "spark.python.worker.faulthandler.enabled") == "true" && !FaultFolder::path().empty()) {
    variables[kFaultFolder] = FaultFolder::path();
  }
  const std::string interval = either("spark.sql.execution.pyspark.udf.tracebackDumpIntervalSeconds", "spark.python.worker.tracebackDumpIntervalSeconds");
  if (const auto seconds = secondsOf(interval); seconds.count() > 0) variables["PYTHON_TRACEBACK_DUMP_INTERVAL_SECONDS"] = std::to_string(seconds.count());
  if (either("spark.sql.execution.pyspark.udf.killOnIdleTimeout", "spark.python.worker.killOnIdleTimeout") == "true") {
    out.longestSilence = secondsOf(either("spark.sql.execution.pyspark.udf.idleTimeoutSeconds", "spark.python.worker.idleTimeoutSeconds"));
  }
  return out;
}

std::string textOfEnd(const PythonWorker& worker) {
  if (const std::string failure = worker.startFailure(); !failure.empty()) return "Python worker failed to start:\n" + failure;
  const std::string crashed = "Python worker exited unexpectedly (crashed)";
  if (const std::string report = takeFaultReport(worker); !report.empty()) return crashed + ": " + report;
  return crashed +
         ". Consider setting 'spark.sql.execution.pyspark.udf.faulthandler.enabled' or 'spark.python.worker.faulthandler.enabled' configuration to 'true' "
         "for the better Python traceback.";
}

std::string textOfSilence(std::chrono::seconds longest) {
  return "Python worker process terminated due to idle timeout (timeout: " + std::to_string(longest.count()) + " seconds)";
}

}  // namespace flint::pyworker
