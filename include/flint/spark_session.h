#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flint/dataframe.h"

namespace flint::sql {

/// A session's settings: `spark.conf()`.
///
/// Threads: thread-safe.
class RuntimeConfig {
 public:
  explicit RuntimeConfig(std::shared_ptr<const api::SessionNode> session) : session_(std::move(session)) {}
  void set(const std::string& key, const OptionValue& value) const;
  void unset(const std::string& key) const;
  /// Errors: SQL_CONF_NOT_FOUND for a key that is neither set nor has a default.
  std::string get(const std::string& key) const;
  std::string get(const std::string& key, const std::string& otherwise) const;
  std::map<std::string, std::string> getAll() const;

 private:
  std::shared_ptr<const api::SessionNode> session_;
};

/// Where programs begin: the engine in this process, with settings, tables and views of its own.
///
/// Threads: thread-safe; copies share.
class SparkSession {
 public:
  class Builder;
  static Builder builder();

  /// Runs SQL: a command at once, a query when its rows are asked for. Errors: of the parser, the analyzer and the command.
  DataFrame sql(const std::string& text) const;
  DataFrame table(const std::string& name) const;
  /// From 0, or `start`, up to but without `end`, in one column `id`.
  DataFrame range(int64_t end) const { return range(0, end); }
  DataFrame range(int64_t start, int64_t end, int64_t step = 1, int32_t numPartitions = 0) const;
  /// Rows of a schema "a INT, b STRING"; every value must be one of its column's type. Errors: of the parser; values that do not fit.
  DataFrame createDataFrame(const std::vector<Row>& rows, const std::string& schema) const;
  DataFrameReader read() const;
  RuntimeConfig conf() const;
  /// Another session of the same engine: shared tables, settings and views of its own.
  SparkSession newSession() const;
  std::string version() const;
  /// Ends its running queries; the engine goes with the last session and DataFrame.
  void stop();

 private:
  explicit SparkSession(std::shared_ptr<const api::SessionNode> node) : node_(std::move(node)) {}
  std::shared_ptr<const api::SessionNode> node_;
};

class SparkSession::Builder {
 public:
  Builder& appName(const std::string& name) { return config("spark.app.name", name); }
  /// local[N], or local[*] for all cores.
  Builder& master(const std::string& master) { return config("spark.master", master); }
  Builder& config(const std::string& key, const OptionValue& value);
  /// The session of the last call in this process, with these settings set, or a new one. Errors: settings that cannot be.
  SparkSession getOrCreate();

 private:
  std::map<std::string, std::string> settings_;
};

inline SparkSession::Builder SparkSession::builder() { return {}; }

}  // namespace flint::sql
