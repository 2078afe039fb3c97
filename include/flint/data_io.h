#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace flint::api {
struct DataFrameNode;
struct SessionNode;
}  // namespace flint::api

namespace flint::sql {

class DataFrame;

/// The value of an option: a text, a boolean or a number.
class OptionValue {
 public:
  OptionValue(const char* text) : text_(text) {}
  OptionValue(std::string text) : text_(std::move(text)) {}
  OptionValue(bool value) : text_(value ? "true" : "false") {}
  OptionValue(int value) : text_(std::to_string(value)) {}
  OptionValue(int64_t value) : text_(std::to_string(value)) {}
  OptionValue(double value) : text_(std::to_string(value)) {}
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// Reads files and tables: `spark.read().option("header", true).csv("a.csv")`.
///
/// Threads: confined to one.
class DataFrameReader {
 public:
  explicit DataFrameReader(std::shared_ptr<const api::SessionNode> session) : session_(std::move(session)) {}
  DataFrameReader& format(const std::string& format);
  /// "a INT, b STRING"; inferred where none is given.
  DataFrameReader& schema(const std::string& ddl);
  DataFrameReader& option(const std::string& key, const OptionValue& value);
  DataFrame load(const std::vector<std::string>& paths) const;
  DataFrame load(const std::string& path) const;
  DataFrame csv(const std::string& path) const;
  DataFrame json(const std::string& path) const;
  DataFrame parquet(const std::string& path) const;
  DataFrame text(const std::string& path) const;
  DataFrame table(const std::string& name) const;

 private:
  DataFrame read(const std::string& format, const std::vector<std::string>& paths) const;

  std::shared_ptr<const api::SessionNode> session_;
  std::string format_;
  std::string schema_;
  std::vector<std::pair<std::string, std::string>> options_;
};

/// Writes files and tables: `df.write().mode("overwrite").partitionBy({"day"}).parquet("out")`. All of the rows appear, or none.
///
/// Threads: confined to one.
class DataFrameWriter {
 public:
  explicit DataFrameWriter(std::shared_ptr<const api::DataFrameNode> frame) : frame_(std::move(frame)) {}
  DataFrameWriter& format(const std::string& format);
  /// append, overwrite, ignore, error (or errorifexists, the default).
  DataFrameWriter& mode(const std::string& mode);
  DataFrameWriter& option(const std::string& key, const OptionValue& value);
  DataFrameWriter& partitionBy(const std::vector<std::string>& columns);
  DataFrameWriter& partitionBy(const char* column) { return partitionBy(std::vector<std::string>{column}); }
  void save(const std::string& path) const;
  void csv(const std::string& path) const;
  void json(const std::string& path) const;
  void parquet(const std::string& path) const;
  void text(const std::string& path) const;
  void saveAsTable(const std::string& name) const;
  void insertInto(const std::string& table) const;

 private:
  void saveAs(const std::string& format, const std::string& path) const;

  std::shared_ptr<const api::DataFrameNode> frame_;
  std::string format_;
  std::string mode_ = "error";
  std::vector<std::string> partitionColumns_;
  std::vector<std::pair<std::string, std::string>> options_;
};

}  // namespace flint::sql
