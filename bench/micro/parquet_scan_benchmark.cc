// Reads columns of a Parquet table on one thread and says how many rows a second each takes:
//   parquet_scan_benchmark <file or folder> [rounds] [column...]
#include <fmt/core.h>

#include <chrono>
#include <cstdlib>
#include <limits>

#include "connector/data_source.h"
#include "sources/source_table.h"

namespace flint {
namespace {

struct Measured {
  int64_t rows = 0;
  double seconds = 0;
};

Result<Measured> scanOnce(const connector::Table& table, const std::vector<int32_t>& columns) {
  connector::ScanRequest request;
  request.columns = columns;
  for (const int32_t column : columns) request.columnTypes.push_back(table.schema()[static_cast<size_t>(column)].type);
  const auto start = std::chrono::steady_clock::now();
  ASSIGN_OR_RETURN(const auto scan, table.scan(request, {}));
  ASSIGN_OR_RETURN(const auto reader, scan->makeReader());
  Measured measured;
  for (int32_t partition = 0; partition < scan->numPartitions(); ++partition) {
    ASSIGN_OR_RETURN(const auto morsels, scan->morsels(partition));
    for (const connector::Morsel& morsel : morsels) {
      RETURN_IF_ERROR(reader->open(morsel));
      columnar::ColumnarBatch batch;
      while (true) {
        ASSIGN_OR_RETURN(const bool more, reader->next(batch));
        if (!more) break;
        measured.rows += batch.numSelected();
      }
    }
  }
  measured.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return measured;
}

Status run(int argumentCount, char** arguments) {
  sources::registerSources();
  const connector::DataSource* source = connector::DataSourceTable::instance().find("parquet");
  connector::OpenRequest request;
  request.paths = {arguments[1]};
  ASSIGN_OR_RETURN(const auto table, source->open(request));
  const int rounds = argumentCount > 2 ? std::atoi(arguments[2]) : 5;
  std::vector<std::pair<std::string, std::vector<int32_t>>> tasks;
  std::vector<int32_t> chosen;
  for (size_t i = 0; i < table->schema().size(); ++i) {
    const std::string& name = table->schema()[i].name;
    bool wanted = argumentCount <= 3;
    for (int a = 3; a < argumentCount; ++a) wanted = wanted || name == arguments[a];
    if (!wanted) continue;
    tasks.emplace_back(name, std::vector<int32_t>{static_cast<int32_t>(i)});
    chosen.push_back(static_cast<int32_t>(i));
  }
  tasks.emplace_back("together", chosen);
  for (const auto& [name, columns] : tasks) {
    Measured best{.seconds = std::numeric_limits<double>::max()};
    for (int round = 0; round < rounds; ++round) {
      ASSIGN_OR_RETURN(const Measured measured, scanOnce(*table, columns));
      if (measured.seconds < best.seconds) best = measured;
    }
    fmt::print("{:20} {:8.1f} ms {:8.1f} Mrows/s\n", name, best.seconds * 1e3, static_cast<double>(best.rows) / best.seconds / 1e6);
  }
  const auto start = std::chrono::steady_clock::now();
  ASSIGN_OR_RETURN(const auto statistics, table->statistics());
  const double first = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
  fmt::print("statistics: {} rows, {:.0f} us\n", statistics.rowCount.value_or(-1), first);
  for (size_t i = 0; i < statistics.columns.size(); ++i) {
    fmt::print("  {:20} distinct {}\n", table->schema()[i].name, statistics.columns[i].distinctCount.value_or(-1));
  }
  return Status::ok();
}

}  // namespace
}  // namespace flint

int main(int argumentCount, char** arguments) {
  if (argumentCount < 2) {
    fmt::print(stderr, "usage: parquet_scan_benchmark <file or folder> [rounds] [column...]\n");
    return 2;
  }
  const flint::Status status = flint::run(argumentCount, arguments);
  if (!status.isOk()) fmt::print(stderr, "{}\n", status.message());
  return status.isOk() ? 0 : 1;
}
