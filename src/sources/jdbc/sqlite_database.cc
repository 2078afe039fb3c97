#include "sources/jdbc/sqlite_database.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstdio>

#include "base/condition.h"

namespace flint::sources {
namespace {

constexpr std::string_view kPrefix = "jdbc:sqlite:";
constexpr int kBusyTimeoutMs = 60'000;

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return out;
}

// The type of a column that is declared so; Spark's for the type that SQLite's JDBC driver reports.
DataType declared(const std::string& written) {
  const std::string text = upper(written);
  const std::string name = text.substr(0, text.find('('));
  const auto has = [&](std::string_view part) { return name.find(part) != std::string::npos; };
  if (has("BIGINT") || has("INT8") || has("UNSIGNED BIG INT")) return DataType::bigint();
  if (has("SMALLINT") || has("INT2")) return DataType::shortInt();
  if (has("TINYINT") || name == "BYTE") return DataType::byte();
  if (has("INT")) return DataType::integer();
  if (has("BOOL") || name == "BIT") return DataType::boolean();
  if (has("CHAR") || has("CLOB") || has("TEXT")) return DataType::string();
  if (has("BLOB") || has("BINARY")) return DataType::binary();
  if (has("TIMESTAMP") || has("DATETIME")) return DataType::timestamp();
  if (has("DATE")) return DataType::date();
  if (has("FLOA") || name == "REAL") return DataType::float32();
  if (has("DOUB")) return DataType::float64();
  if (has("DEC") || has("NUMERIC")) {
    int precision = 38;
    int scale = 18;
    const size_t open = text.find('(');
    if (open != std::string::npos) {
      scale = 0;
      std::sscanf(text.c_str() + open, "(%d,%d", &precision, &scale);
    }
    return DataType::decimal(std::clamp(precision, 1, 38), std::clamp(scale, 0, 38));
  }
  return DataType::string();
}

}  // namespace

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::open(const std::string& url, bool forWriting) {
  if (!url.starts_with(kPrefix)) {
    const size_t end = url.find(':', url.starts_with("jdbc:") ? 5 : 0);
    return Error(condition::kUnsupportedFeatureNotInFlint).with("feature", "a driver for " + url.substr(0, end)).as(ErrorFamily::kUnsupportedOperation);
  }
  const std::string file = url.substr(kPrefix.size());
  sqlite3* connection = nullptr;
  const int mode = forWriting ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE;
  int code = sqlite3_open_v2(file.c_str(), &connection, mode | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_URI, nullptr);
  if (code == SQLITE_OK) {
    sqlite3_busy_timeout(connection, kBusyTimeoutMs);
    return std::unique_ptr<SqliteDatabase>(new SqliteDatabase(connection, url));
  }
  sqlite3_close(connection);
  return Error(condition::kFailedJdbcConnection).with("url", url).as(ErrorFamily::kAnalysis);
}

SqliteDatabase::~SqliteDatabase() { sqlite3_close(connection_); }

Error SqliteDatabase::failure() const {
  return Error(condition::kFailedJdbcUnclassified).with("url", url_).with("message", sqlite3_errmsg(connection_)).as(ErrorFamily::kAnalysis);
}

Status SqliteDatabase::execute(const std::string& sql) {
  if (sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return failure();
  return Status::ok();
}

Result<std::unique_ptr<SqliteDatabase::Statement>> SqliteDatabase::prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(connection_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr) != SQLITE_OK) return failure();
  if (statement == nullptr) return Error(condition::kFailedJdbcUnclassified).with("url", url_).with("message", "an empty statement").as(ErrorFamily::kAnalysis);
  return std::unique_ptr<Statement>(new Statement(*this, statement));
}

Result<std::vector<std::string>> SqliteDatabase::tables() {
  ASSIGN_OR_RETURN(const std::unique_ptr<Statement> statement, prepare("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name"));
  std::vector<std::string> out;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, statement->next());
    if (!more) return out;
    out.emplace_back(statement->text(0));
  }
}

Result<StructFields> SqliteDatabase::columnsOf(const std::string& query) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Statement> statement, prepare(query));
  StructFields out;
  const int count = sqlite3_column_count(statement->statement_);
  bool stepped = false;
  bool hasRow = false;
  for (int i = 0; i < count; ++i) {
    const char* written = sqlite3_column_decltype(statement->statement_, i);
    DataType type = DataType::string();
    if (written != nullptr) {
      type = declared(written);
    } else {
      if (!stepped) {
        ASSIGN_OR_RETURN(hasRow, statement->next());
        stepped = true;
      }
      const int stored = hasRow ? sqlite3_column_type(statement->statement_, i) : SQLITE_NULL;
      if (stored == SQLITE_INTEGER) type = DataType::bigint();
      if (stored == SQLITE_FLOAT) type = DataType::float64();
      if (stored == SQLITE_BLOB) type = DataType::binary();
    }
    out.push_back({sqlite3_column_name(statement->statement_, i), type, true});
  }
  return out;
}

SqliteDatabase::Statement::~Statement() { sqlite3_finalize(statement_); }

Result<bool> SqliteDatabase::Statement::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return database_.failure();
}

bool SqliteDatabase::Statement::isNull(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
bool SqliteDatabase::Statement::isInteger(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_INTEGER; }
int64_t SqliteDatabase::Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }
double SqliteDatabase::Statement::floating(int column) const { return sqlite3_column_double(statement_, column); }

std::string_view SqliteDatabase::Statement::text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  return bytes == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(bytes), static_cast<size_t>(sqlite3_column_bytes(statement_, column)));
}

void SqliteDatabase::Statement::bind(int position, const Value& value, const DataType& type) {
  if (value.isNull()) {
    sqlite3_bind_null(statement_, position);
  } else if (type.is(TypeKind::kBoolean)) {
    sqlite3_bind_int64(statement_, position, value.asBoolean() ? 1 : 0);
  } else if (type.isIntegral()) {
    sqlite3_bind_int64(statement_, position, value.asInteger());
  } else if (type.is(TypeKind::kFloat) || type.is(TypeKind::kDouble)) {
    sqlite3_bind_double(statement_, position, value.asFloating());
  } else if (type.is(TypeKind::kBinary)) {
    sqlite3_bind_blob(statement_, position, value.asString().data(), static_cast<int>(value.asString().size()), SQLITE_TRANSIENT);
  } else {
    sqlite3_bind_text(statement_, position, value.asString().data(), static_cast<int>(value.asString().size()), SQLITE_TRANSIENT);
  }
}

void SqliteDatabase::Statement::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

std::string sqliteName(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

std::string sqliteText(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

Result<std::string> sqliteType(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kBoolean: return std::string("BOOLEAN");
    case TypeKind::kByte: return std::string("TINYINT");
    case TypeKind::kShort: return std::string("SMALLINT");
    case TypeKind::kInteger: return std::string("INTEGER");
    case TypeKind::kLong: return std::string("BIGINT");
    case TypeKind::kFloat: return std::string("REAL");
    case TypeKind::kDouble: return std::string("DOUBLE PRECISION");
    case TypeKind::kBinary: return std::string("BLOB");
    case TypeKind::kDate: return std::string("DATE");
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: return std::string("TIMESTAMP");
    case TypeKind::kDecimal: return "DECIMAL(" + std::to_string(type.precision()) + "," + std::to_string(type.scale()) + ")";
    default: break;
  }
  if (type.isStringLike()) return std::string("TEXT");
  return Error(condition::kUnsupportedFeatureNotInFlint).with("feature", "a column of type " + type.sql() + " in a database").as(ErrorFamily::kUnsupportedOperation);
}

}  // namespace flint::sources
