#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "session/spark_session.h"

namespace flint::cli {

/// What a word may go on as, at a place in a statement: keywords, functions, tables and views, and the columns of the tables that the statement
/// names (of all, where it names none).
///
/// Threads: confined to one.
class Completion {
 public:
  explicit Completion(session::SparkSessionPtr session) : session_(std::move(session)) {}

  /// Words that start with `word`, without case, sorted; keywords in the case of `word`. A `word` with a dot asks for the columns of a table, or
  /// the tables of a database. `statement` is what has been typed, `word` included.
  std::vector<std::string> wordsFor(std::string_view statement, const std::string& word) const;

 private:
  std::vector<std::string> tables(const std::string& database) const;
  std::vector<std::string> columnsOf(const std::string& table) const;

  const session::SparkSessionPtr session_;
};

}  // namespace flint::cli
