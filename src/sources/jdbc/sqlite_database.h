#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "types/data_type.h"
#include "types/value.h"

struct sqlite3;
struct sqlite3_stmt;

namespace flint::sources {

/// The database of a URL `jdbc:sqlite:FILE`.
///
/// Threads: confined to one thread at a time.
/// Errors: FAILED_JDBC.CONNECTION for a file that cannot be opened; FAILED_JDBC.UNCLASSIFIED with SQLite's message for a statement that fails;
/// UNSUPPORTED_FEATURE.NOT_IN_FLINT for a URL of another kind.
class SqliteDatabase {
 public:
  /// `forWriting` makes a file that is not there.
  static Result<std::unique_ptr<SqliteDatabase>> open(const std::string& url, bool forWriting);
  ~SqliteDatabase();
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  Status execute(const std::string& sql);
  /// Names of tables and views, sorted.
  Result<std::vector<std::string>> tables();
  /// The columns of a query, with the types that tables declare or, without those, that its first row has.
  Result<StructFields> columnsOf(const std::string& query);

  /// A prepared statement that is stepped through. Does not outlive its database.
  class Statement {
   public:
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    /// False at the end.
    Result<bool> next();
    bool isNull(int column) const;
    bool isInteger(int column) const;
    int64_t integer(int column) const;
    double floating(int column) const;
    std::string_view text(int column) const;  // valid until `next`
    void bind(int position, const Value& value, const DataType& type);  // positions from 1; numbers, and texts of all else
    void reset();

   private:
    friend class SqliteDatabase;
    Statement(SqliteDatabase& database, sqlite3_stmt* statement) : database_(database), statement_(statement) {}
    SqliteDatabase& database_;
    sqlite3_stmt* const statement_;
  };
  Result<std::unique_ptr<Statement>> prepare(const std::string& sql);

 private:
  SqliteDatabase(sqlite3* connection, std::string url) : connection_(connection), url_(std::move(url)) {}
  Error failure() const;

  sqlite3* const connection_;
  const std::string url_;
};

/// "name" as SQLite reads it, and 'text'.
std::string sqliteName(std::string_view name);
std::string sqliteText(std::string_view text);
/// The type that a column of this type is declared with. Errors: _LEGACY_ERROR_TEMP_2082 for types that databases do not have.
Result<std::string> sqliteType(const DataType& type);

}  // namespace flint::sources
