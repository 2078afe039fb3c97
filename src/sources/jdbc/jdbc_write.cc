#include <algorithm>

#include "base/condition.h"
#include "columnar/batch_codec.h"
#include "expr/expression_evaluator.h"
#include "expr/nodes.h"
#include "sources/jdbc/jdbc_options.h"
#include "sources/jdbc/jdbc_source.h"
#include "sources/jdbc/sqlite_database.h"

namespace flint::sources {
namespace {

// What SQLite stores a column's values as.
DataType storedType(const DataType& type) {
  const bool asIs = type.isIntegral() || type.is(TypeKind::kBoolean) || type.is(TypeKind::kFloat) || type.is(TypeKind::kDouble) || type.is(TypeKind::kBinary);
  return asIs ? type : DataType::string();
}

/// Keeps a task's rows as bytes, which are the task's commit: the job inserts them.
class JdbcWriter final : public connector::DataWriter {
 public:
  explicit JdbcWriter(std::shared_ptr<const expr::ExpressionEvaluator> values) : values_(std::move(values)), local_(values_->makeLocal()) {}
  Status write(const columnar::ColumnarBatch& batch) override {
    ASSIGN_OR_RETURN(std::vector<columnar::VectorPtr> columns, values_->evaluate(*local_, batch));
    ByteWriter bytes;
    columnar::encodeBatch(bytes, batch.withColumns(std::move(columns)));
    rows_.writeString(bytes.bytes());
    ++batches_;
    return Status::ok();
  }
  Result<std::string> commit() override {
    ByteWriter out;
    out.writeVarint(batches_);
    return std::string(out.bytes()) + std::string(rows_.bytes());
  }
  void abort() override {}

 private:
  const std::shared_ptr<const expr::ExpressionEvaluator> values_;
  const expr::ExpressionEvaluator::LocalPtr local_;
  ByteWriter rows_;
  uint64_t batches_ = 0;
};

class JdbcWrite final : public connector::BatchWrite {
 public:
  JdbcWrite(JdbcOptions options, connector::SaveMode mode, StructFields schema, std::string timeZone)
      : options_(std::move(options)), mode_(mode), schema_(std::move(schema)) {
    evaluation_.timeZone = std::move(timeZone);
  }

  Result<std::unique_ptr<connector::DataWriter>> makeWriter(int32_t, int64_t) const override {
    std::vector<expr::ExprPtr> values;
    for (size_t i = 0; i < schema_.size(); ++i) {
      expr::BoundReference reference;
      reference.ordinal = static_cast<int32_t>(i);
      reference.type = schema_[i].type;
      expr::ExprPtr value = expr::makeExpr(std::move(reference));
      if (!storedType(schema_[i].type).sameType(schema_[i].type)) {
        expr::Cast cast;
        cast.child = std::move(value);
        cast.target = DataType::string();
        cast.mode = expr::CastMode::kLegacy;
        value = expr::makeExpr(std::move(cast));
      }
      values.push_back(std::move(value));
    }
    ASSIGN_OR_RETURN(auto evaluator, expr::ExpressionEvaluator::make(std::move(values), evaluation_));
    return std::unique_ptr<connector::DataWriter>(std::make_unique<JdbcWriter>(std::move(evaluator)));
  }

  Status commitJob(const std::vector<std::string>& taskCommits) override {
    ASSIGN_OR_RETURN(const std::unique_ptr<SqliteDatabase> database, SqliteDatabase::open(options_.url, true));
    RETURN_IF_ERROR(database->execute("BEGIN IMMEDIATE"));
    // Without COMMIT the end of the connection takes all of it back.
    RETURN_IF_ERROR(prepareTable(*database));
    for (const std::string& commit : taskCommits) RETURN_IF_ERROR(insert(*database, commit));
    return database->execute("COMMIT");
  }
  void abort() override {}

 private:
  Status prepareTable(SqliteDatabase& database) const {
    const auto known = database.columnsOf("SELECT * FROM " + options_.table + " LIMIT 1");
    if (known.isOk() && mode_ != connector::SaveMode::kOverwrite) return Status::ok();
    if (known.isOk() && options_.truncate) return database.execute("DELETE FROM " + options_.table);
    if (known.isOk()) RETURN_IF_ERROR(database.execute("DROP TABLE " + options_.table));
    std::string columns;
    for (const StructField& field : schema_) {
      ASSIGN_OR_RETURN(const std::string type, sqliteType(field.type));
      columns += (columns.empty() ? "" : ", ") + sqliteName(field.name) + " " + type + (field.nullable ? "" : " NOT NULL");
    }
    return database.execute("CREATE TABLE " + options_.table + " (" + columns + ") " + options_.createTableOptions);
  }

  Status insert(SqliteDatabase& database, const std::string& commit) const {
    std::vector<DataType> types;
    std::string columns;
    std::string values;
    for (const StructField& field : schema_) {
      types.push_back(storedType(field.type));
      columns += (columns.empty() ? "" : ", ") + sqliteName(field.name);
      values += values.empty() ? "?" : ", ?";
    }
    ASSIGN_OR_RETURN(const auto statement, database.prepare("INSERT INTO " + options_.table + " (" + columns + ") VALUES (" + values + ")"));
    ByteReader in(commit);
    for (size_t i = in.readCount(); i > 0 && !in.failed(); --i) {
      ByteReader bytes(in.readString());
      ASSIGN_OR_RETURN(const columnar::ColumnarBatch batch, columnar::decodeBatch(bytes, types));
      for (const columnar::RowIndex row : batch.activeRows()) {
        for (size_t c = 0; c < types.size(); ++c) statement->bind(static_cast<int>(c) + 1, batch.column(c)->valueAt(row), types[c]);
        RETURN_IF_ERROR(statement->next());
        statement->reset();
      }
    }
    return in.status();
  }

  const JdbcOptions options_;
  const connector::SaveMode mode_;
  const StructFields schema_;
  expr::EvaluationOptions evaluation_;
};

}  // namespace

Result<std::unique_ptr<connector::BatchWrite>> writeJdbc(const connector::WriteRequest& request) {
  ASSIGN_OR_RETURN(JdbcOptions options, JdbcOptions::make(request.options));
  ASSIGN_OR_RETURN(const std::unique_ptr<SqliteDatabase> database, SqliteDatabase::open(options.url, true));
  const auto known = database->columnsOf("SELECT * FROM " + options.table + " LIMIT 1");
  if (known.isOk() && request.mode == connector::SaveMode::kIgnore) return std::unique_ptr<connector::BatchWrite>();
  if (known.isOk() && request.mode == connector::SaveMode::kErrorIfExists) {
    return Error(condition::kTableOrViewAlreadyExists).with("relationName", quoteIdentifier(options.table)).as(ErrorFamily::kAnalysis);
  }
  for (const StructField& field : request.schema) RETURN_IF_ERROR(sqliteType(field.type));
  return std::unique_ptr<connector::BatchWrite>(std::make_unique<JdbcWrite>(std::move(options), request.mode, request.schema, request.timeZone));
}

}  // namespace flint::sources
