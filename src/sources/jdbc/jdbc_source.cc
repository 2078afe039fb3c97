#include "sources/jdbc/jdbc_source.h"

#include <algorithm>
#include <ctime>

#include "base/condition.h"
#include "columnar/vector_builder.h"
#include "expr/expression_evaluator.h"
#include "expr/nodes.h"
#include "expr/schema_text.h"
#include "sources/jdbc/jdbc_options.h"
#include "sources/jdbc/sqlite_database.h"

namespace flint::sources {
namespace {

using columnar::RowIndex;
using connector::Morsel;
using expr::ExprPtr;

constexpr RowIndex kRowsABatch = 2048;

bool isNumber(const DataType& type) { return type.isIntegral() || type.is(TypeKind::kFloat) || type.is(TypeKind::kDouble); }
// Values that SQLite has no class of its own for: they are texts there.
bool isWrittenOut(const DataType& type) { return !isNumber(type) && !type.is(TypeKind::kBoolean) && !type.is(TypeKind::kBinary) && !type.isStringLike(); }

std::string literalText(const Value& value, const DataType& type) {
  if (type.isIntegral()) return std::to_string(value.asInteger());
  return sqliteText(value.asString());
}

/// What the database can test of a filter: text of SQL, or nothing. A stored value of another class than its column's never makes a row be missed,
/// because only comparisons are given away that hold for such values too, or whose column is compared as it is stored.
class FilterText {
 public:
  explicit FilterText(const std::vector<std::string>& names) : names_(names) {}

  std::optional<std::string> of(const ExprPtr& filter) const {
    if (const auto* both = filter->as<expr::And>()) return joined(both->left, both->right, " AND ");
    if (const auto* either = filter->as<expr::Or>()) return joined(either->left, either->right, " OR ");
    if (const auto* null = filter->as<expr::IsNull>()) return tested(null->child, " IS NULL");
    if (const auto* notNull = filter->as<expr::IsNotNull>()) return tested(notNull->child, " IS NOT NULL");
    if (const auto* comparison = filter->as<expr::Comparison>()) return compared(*comparison);
    if (const auto* in = filter->as<expr::In>()) return isIn(*in);
    return std::nullopt;
  }

 private:
  const expr::BoundReference* column(const ExprPtr& expression) const { return expression->as<expr::BoundReference>(); }
  std::string name(const expr::BoundReference& reference) const { return sqliteName(names_[static_cast<size_t>(reference.ordinal)]); }

  std::optional<std::string> joined(const ExprPtr& left, const ExprPtr& right, const char* word) const {
    const auto a = of(left);
    const auto b = of(right);
    if (!a || !b) return std::nullopt;
    return "(" + *a + word + *b + ")";
  }
  std::optional<std::string> tested(const ExprPtr& child, const char* test) const {
    const auto* reference = column(child);
    // A text that is no date is null for this side only.
    if (reference == nullptr || (isWrittenOut(reference->type) && std::string_view(test) == " IS NULL")) return std::nullopt;
    return name(*reference) + test;
  }
  std::optional<std::string> compared(const expr::Comparison& node) const {
    const auto* reference = column(node.left);
    const Value* value = expr::literalValue(node.right);
    expr::ComparisonOp op = node.op;
    if (reference == nullptr) {
      reference = column(node.right);
      value = expr::literalValue(node.left);
      op = expr::mirrored(op);
    }
    if (reference == nullptr || value == nullptr || value->isNull()) return std::nullopt;
    const bool text = reference->type.is(TypeKind::kString) && reference->type.collation() == 0;
    if (text ? op != expr::ComparisonOp::kEqual : !reference->type.isIntegral() || op == expr::ComparisonOp::kEqualNullSafe) return std::nullopt;
    return name(*reference) + " " + (op == expr::ComparisonOp::kNotEqual ? "<>" : expr::symbolOf(op)) + " " + literalText(*value, reference->type);
  }
  std::optional<std::string> isIn(const expr::In& node) const {
    const auto* reference = column(node.value);
    if (reference == nullptr || !(reference->type.isIntegral() || (reference->type.is(TypeKind::kString) && reference->type.collation() == 0))) return std::nullopt;
    std::string out = name(*reference) + " IN (";
    for (size_t i = 0; i < node.list.size(); ++i) {
      const Value* value = expr::literalValue(node.list[i]);
      if (value == nullptr || value->isNull()) return std::nullopt;
      out += (i > 0 ? ", " : "") + literalText(*value, reference->type);
    }
    return out + ")";
  }

  const std::vector<std::string>& names_;
};

class JdbcReader final : public connector::MorselReader {
 public:
  JdbcReader(std::string url, std::string initial, std::vector<DataType> types, const expr::EvaluationOptions& options)
      : url_(std::move(url)), initial_(std::move(initial)), types_(std::move(types)), options_(options) {}

  Status open(const Morsel& morsel) override {
    statement_.reset();
    if (database_ == nullptr) {
      ASSIGN_OR_RETURN(database_, SqliteDatabase::open(url_, false));
      if (!initial_.empty()) RETURN_IF_ERROR(database_->execute(initial_));
      std::vector<ExprPtr> values;
      for (size_t i = 0; i < types_.size(); ++i) {
        expr::BoundReference reference;
        reference.ordinal = static_cast<int32_t>(i);
        reference.type = isWrittenOut(types_[i]) ? DataType::string() : types_[i];
        ExprPtr value = expr::makeExpr(std::move(reference));
        if (isWrittenOut(types_[i])) {
          expr::Cast cast;
          cast.child = std::move(value);
          cast.target = types_[i];
          cast.mode = expr::CastMode::kLegacy;
          value = expr::makeExpr(std::move(cast));
        }
        values.push_back(std::move(value));
      }
      ASSIGN_OR_RETURN(evaluator_, expr::ExpressionEvaluator::make(std::move(values), options_));
      local_ = evaluator_->makeLocal();
    }
    ASSIGN_OR_RETURN(statement_, database_->prepare(*static_cast<const std::string*>(morsel.work.get())));
    ended_ = false;  // a statement that is stepped on behind its end begins anew
    sequence_ = morsel.sequence;
    partition_ = morsel.partition;
    return Status::ok();
  }

  Result<bool> next(columnar::ColumnarBatch& batch) override {
    std::vector<columnar::VectorBuilder> builders;
    for (const DataType& type : types_) builders.emplace_back(isWrittenOut(type) ? DataType::string() : type);
    RowIndex rows = 0;
    while (rows < kRowsABatch) {
      if (ended_) break;
      ASSIGN_OR_RETURN(const bool more, statement_->next());
      ended_ = !more;
      if (ended_) break;
      for (size_t i = 0; i < types_.size(); ++i) append(static_cast<int>(i), builders[i]);
      ++rows;
    }
    if (rows == 0) return false;
    std::vector<columnar::VectorPtr> columns;
    for (columnar::VectorBuilder& builder : builders) columns.push_back(builder.finish());
    ASSIGN_OR_RETURN(std::vector<columnar::VectorPtr> values, evaluator_->evaluate(*local_, columnar::ColumnarBatch(std::move(columns), rows)));
    batch = columnar::ColumnarBatch(std::move(values), rows);
    batch.setPosition(partition_, sequence_++);
    rowsDecoded_ += rows;
    return true;
  }
  int64_t rowsDecoded() const override { return rowsDecoded_; }

 private:
  void append(int column, columnar::VectorBuilder& builder) const {
    const DataType& type = types_[static_cast<size_t>(column)];
    if (statement_->isNull(column)) return builder.appendNull();
    if (type.is(TypeKind::kBoolean)) return builder.append(Value::boolean(statement_->integer(column) != 0));
    if (type.isIntegral()) return builder.append(Value::integer(statement_->integer(column)));
    if (isNumber(type)) return builder.append(Value::floating(statement_->floating(column)));
    if ((type.is(TypeKind::kTimestamp) || type.is(TypeKind::kTimestampNtz)) && statement_->isInteger(column)) return builder.appendString(timeText(statement_->integer(column)));
    builder.appendString(statement_->text(column));
  }
  // SQLite's JDBC driver writes times as milliseconds of the epoch.
  static std::string timeText(int64_t milliseconds) {
    const auto seconds = static_cast<time_t>(milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000);
    tm parts{};
    ::gmtime_r(&seconds, &parts);
    char text[40];
    const size_t length = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
    std::string fraction = std::to_string(milliseconds - static_cast<int64_t>(seconds) * 1000 + 1000).substr(1);
    return std::string(text, length) + "." + fraction + "Z";
  }

  const std::string url_;
  const std::string initial_;
  const std::vector<DataType> types_;
  const expr::EvaluationOptions& options_;
  std::unique_ptr<SqliteDatabase> database_;
  std::unique_ptr<SqliteDatabase::Statement> statement_;  // after the database, which it needs
  std::shared_ptr<const expr::ExpressionEvaluator> evaluator_;
  expr::ExpressionEvaluator::LocalPtr local_;
  bool ended_ = false;
  int32_t partition_ = 0;
  int64_t sequence_ = 0;
  int64_t rowsDecoded_ = 0;
};

class JdbcScan final : public connector::Scan {
 public:
  JdbcScan(JdbcOptions options, std::vector<DataType> types, std::vector<std::string> queries, std::string pushed, const expr::EvaluationOptions& evaluation)
      : options_(std::move(options)), types_(std::move(types)), queries_(std::move(queries)), pushed_(std::move(pushed)), evaluation_(evaluation) {}
  int32_t numPartitions() const override { return static_cast<int32_t>(queries_.size()); }
  Result<std::vector<Morsel>> morsels(int32_t partition) const override {
    Morsel morsel;
    morsel.partition = partition;
    morsel.work = std::make_shared<std::string>(queries_[static_cast<size_t>(partition)]);
    return std::vector<Morsel>{morsel};
  }
  Result<std::unique_ptr<connector::MorselReader>> makeReader() const override {
    return std::unique_ptr<connector::MorselReader>(std::make_unique<JdbcReader>(options_.url, options_.sessionInitStatement, types_, evaluation_));
  }
  std::vector<std::pair<std::string, std::string>> description() const override { return {{"PushedFilters", "[" + pushed_ + "]"}}; }

 private:
  const JdbcOptions options_;
  const std::vector<DataType> types_;
  const std::vector<std::string> queries_;
  const std::string pushed_;
  const expr::EvaluationOptions& evaluation_;
};

class JdbcTable final : public connector::Table {
 public:
  JdbcTable(connector::Options given, JdbcOptions options, StructFields schema) : given_(std::move(given)), options_(std::move(options)), schema_(std::move(schema)) {}
  std::string name() const override { return options_.table; }
  const StructFields& schema() const override { return schema_; }
  Result<connector::TableStatistics> statistics() const override { return connector::TableStatistics(); }
  std::string format() const override { return "jdbc"; }
  // Rows may change at any time: no two readings are the same.
  std::string identity() const override { return "jdbc:" + options_.url + ":" + options_.table; }

  void encode(ByteWriter& out) const override {
    out.writeVarint(given_.size());
    for (const auto& [key, value] : given_) {
      out.writeString(key);
      out.writeString(value);
    }
    DataType::structType(schema_).encode(out);
  }

  Result<connector::ScanPtr> scan(const connector::ScanRequest& request, const connector::SplitOptions&) const override {
    std::vector<std::string> names;
    std::vector<DataType> types;
    std::string list;
    for (const int32_t column : request.columns) {
      const StructField& field = schema_[static_cast<size_t>(column)];
      names.push_back(field.name);
      types.push_back(field.type);
      list += (list.empty() ? "" : ", ") + sqliteName(field.name);
    }
    std::string where;
    std::string pushed;
    if (options_.pushDownPredicate) {
      const FilterText text(names);
      for (const ExprPtr& filter : request.filters) {
        const auto written = text.of(filter);
        if (!written) continue;
        where += (where.empty() ? "" : " AND ") + *written;
        pushed += (pushed.empty() ? "" : ", ") + filter->toString();
      }
    }
    std::vector<std::string> queries;
    for (const std::string& range : ranges()) {
      std::string query = "SELECT " + (list.empty() ? "1" : list) + " FROM " + options_.table;
      if (!where.empty() || !range.empty()) query += " WHERE " + where + (where.empty() || range.empty() ? "" : " AND ") + (range.empty() ? "" : "(" + range + ")");
      if (request.limit.has_value() && request.filters.empty()) query += " LIMIT " + std::to_string(*request.limit);
      queries.push_back(std::move(query));
    }
    return connector::ScanPtr(std::make_shared<JdbcScan>(options_, std::move(types), std::move(queries), std::move(pushed), *request.options));
  }

 private:
  // The conditions of the partitions: equal strides from the lower to the upper bound, the first and the last open at their ends.
  std::vector<std::string> ranges() const {
    const int64_t lower = std::strtoll(options_.lowerBound.c_str(), nullptr, 10);
    const int64_t upper = std::strtoll(options_.upperBound.c_str(), nullptr, 10);
    const int64_t count = std::min<int64_t>(options_.numPartitions, std::max<int64_t>(1, upper - lower));
    if (options_.partitionColumn.empty() || count <= 1) return {""};
    const std::string column = sqliteName(options_.partitionColumn);
    const int64_t stride = upper / count - lower / count;
    std::vector<std::string> out;
    int64_t at = lower;
    for (int64_t i = 0; i < count; ++i) {
      std::string range = i == 0 ? "" : column + " >= " + std::to_string(at);
      at += stride;
      if (i + 1 < count) range += (range.empty() ? "" : " AND ") + column + " < " + std::to_string(at);
      if (i == 0) range += " OR " + column + " IS NULL";
      out.push_back(std::move(range));
    }
    return out;
  }

  const connector::Options given_;
  const JdbcOptions options_;
  const StructFields schema_;
};

Result<connector::TablePtr> openJdbc(const connector::OpenRequest& request) {
  ASSIGN_OR_RETURN(JdbcOptions options, JdbcOptions::make(request.options));
  ASSIGN_OR_RETURN(const std::unique_ptr<SqliteDatabase> database, SqliteDatabase::open(options.url, false));
  if (!options.sessionInitStatement.empty()) RETURN_IF_ERROR(database->execute(options.sessionInitStatement));
  ASSIGN_OR_RETURN(StructFields schema, database->columnsOf("SELECT * FROM " + options.table + " LIMIT 1"));
  const auto retype = [&](const StructFields& wanted) {
    for (const StructField& field : wanted) {
      const auto found = std::find_if(schema.begin(), schema.end(), [&](const StructField& column) { return column.name == field.name; });
      if (found != schema.end()) found->type = field.type;
    }
  };
  if (!options.customSchema.empty()) {
    ASSIGN_OR_RETURN(const DataType custom, expr::readTypeOrSchema(options.customSchema));
    retype(custom.fields());
  }
  if (request.schema.has_value()) retype(*request.schema);
  if (!options.partitionColumn.empty()) {
    const bool known = std::any_of(schema.begin(), schema.end(), [&](const StructField& field) { return field.name == options.partitionColumn; });
    if (!known) {
      return Error(condition::kConnectInvalidPlanAssertionFailure)
          .with("message", "User-defined partition column " + options.partitionColumn + " not found in the JDBC relation")
          .as(ErrorFamily::kAnalysis);
    }
  }
  return connector::TablePtr(std::make_shared<JdbcTable>(request.options, std::move(options), std::move(schema)));
}

Result<connector::TablePtr> decodeJdbc(ByteReader& in) {
  connector::Options given;
  for (size_t i = in.readCount(); i > 0 && !in.failed(); --i) {
    std::string key(in.readString());
    given.emplace_back(std::move(key), std::string(in.readString()));
  }
  const DataType schema = DataType::decode(in);
  RETURN_IF_ERROR(in.status());
  ASSIGN_OR_RETURN(JdbcOptions options, JdbcOptions::make(given));
  return connector::TablePtr(std::make_shared<JdbcTable>(std::move(given), std::move(options), schema.fields()));
}

}  // namespace

const connector::DataSource kJdbc = {
    .shortName = "jdbc",
    .capabilities = connector::Capability::kBatchRead | connector::Capability::kBatchWrite,
    .options = {{.name = "url", .defaultValue = "", .doc = "The database: jdbc:sqlite:FILE."},
                {.name = "dbtable", .defaultValue = "", .doc = "The table, or a query in parentheses with a name behind it."},
                {.name = "query", .defaultValue = "", .doc = "A query, in place of dbtable."},
                {.name = "partitionColumn", .defaultValue = "", .doc = "The column by whose ranges the rows are read in parts; with lowerBound, upperBound and numPartitions."},
                {.name = "pushDownPredicate", .defaultValue = "true", .doc = "Whether the database tests filters."},
                {.name = "truncate", .defaultValue = "false", .doc = "Whether overwriting keeps the table and removes its rows."},
                {.name = "createTableOptions", .defaultValue = "", .doc = "What stands behind the columns when a table is made."},
                {.name = "sessionInitStatement", .defaultValue = "", .doc = "A statement that is run before rows are read."},
                {.name = "customSchema", .defaultValue = "", .doc = "Types of columns in place of the database's."}},
    .open = openJdbc,
    .write = writeJdbc,
    .decode = decodeJdbc,
};

}  // namespace flint::sources
