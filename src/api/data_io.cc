#include "api/nodes.h"
#include "session/data_writing.h"

namespace flint::sql {

using api::checked;

DataFrameReader& DataFrameReader::format(const std::string& format) {
  format_ = format;
  return *this;
}

DataFrameReader& DataFrameReader::schema(const std::string& ddl) {
  schema_ = ddl;
  return *this;
}

DataFrameReader& DataFrameReader::option(const std::string& key, const OptionValue& value) {
  options_.emplace_back(key, value.text());
  return *this;
}

DataFrame DataFrameReader::read(const std::string& format, const std::vector<std::string>& paths) const {
  plan::UnresolvedDataSource node;
  node.format = format.empty() ? session_->session->conf().get("spark.sql.sources.default", "parquet") : format;
  node.schema = schema_;
  node.options = {options_.begin(), options_.end()};
  node.paths = paths;
  return api::dataFrame(session_, plan::makePlan(std::move(node)));
}

DataFrame DataFrameReader::load(const std::vector<std::string>& paths) const { return read(format_, paths); }
DataFrame DataFrameReader::load(const std::string& path) const { return read(format_, {path}); }
DataFrame DataFrameReader::csv(const std::string& path) const { return read("csv", {path}); }
DataFrame DataFrameReader::json(const std::string& path) const { return read("json", {path}); }
DataFrame DataFrameReader::parquet(const std::string& path) const { return read("parquet", {path}); }
DataFrame DataFrameReader::text(const std::string& path) const { return read("text", {path}); }

DataFrame DataFrameReader::table(const std::string& name) const {
  plan::UnresolvedRelation node;
  node.nameParts = checked(parser::parseIdentifier(name, session_->session->parserOptions()));
  node.options = {options_.begin(), options_.end()};
  return api::dataFrame(session_, plan::makePlan(std::move(node)));
}

DataFrameWriter& DataFrameWriter::format(const std::string& format) {
  format_ = format;
  return *this;
}

DataFrameWriter& DataFrameWriter::mode(const std::string& mode) {
  mode_ = mode;
  return *this;
}

DataFrameWriter& DataFrameWriter::option(const std::string& key, const OptionValue& value) {
  options_.emplace_back(key, value.text());
  return *this;
}

DataFrameWriter& DataFrameWriter::partitionBy(const std::vector<std::string>& columns) {
  partitionColumns_ = columns;
  return *this;
}

namespace {

connector::SaveMode saveModeOf(const std::string& mode) {
  if (mode == "append") return connector::SaveMode::kAppend;
  if (mode == "overwrite") return connector::SaveMode::kOverwrite;
  if (mode == "ignore") return connector::SaveMode::kIgnore;
  if (mode == "error" || mode == "errorifexists" || mode == "default") return connector::SaveMode::kErrorIfExists;
  api::raise(Error(condition::kInvalidSaveMode).with("mode", "\"" + mode + "\"").as(ErrorFamily::kAnalysis));
}

session::WriteTarget targetOf(const std::string& format, const std::string& mode, const std::vector<std::string>& partitionColumns,
                              const std::vector<std::pair<std::string, std::string>>& options) {
  session::WriteTarget target;
  target.format = format;
  target.mode = saveModeOf(mode);
  target.partitionColumns = partitionColumns;
  target.options = {options.begin(), options.end()};
  return target;
}

}  // namespace

void DataFrameWriter::saveAs(const std::string& format, const std::string& path) const {
  session::WriteTarget target = targetOf(format, mode_, partitionColumns_, options_);
  target.path = path;
  checked(session::save(frame_->session->session, frame_->plan, target));
}

void DataFrameWriter::save(const std::string& path) const { saveAs(format_, path); }
void DataFrameWriter::csv(const std::string& path) const { saveAs("csv", path); }
void DataFrameWriter::json(const std::string& path) const { saveAs("json", path); }
void DataFrameWriter::parquet(const std::string& path) const { saveAs("parquet", path); }
void DataFrameWriter::text(const std::string& path) const { saveAs("text", path); }

void DataFrameWriter::saveAsTable(const std::string& name) const {
  const session::SparkSessionPtr& session = frame_->session->session;
  const std::vector<std::string> parts = checked(parser::parseIdentifier(name, session->parserOptions()));
  const session::WriteTarget target = targetOf(format_, mode_, partitionColumns_, options_);
  if (target.mode == connector::SaveMode::kAppend && checked(session->catalog().lookup(parts)).has_value()) {
    session::InsertTarget insert;
    insert.table = parts;
    insert.byName = true;
    checked(session::insertInto(session, frame_->plan, insert));
    return;
  }
  checked(session::saveAsTable(session, frame_->plan, parts, target));
}

void DataFrameWriter::insertInto(const std::string& table) const {
  const session::SparkSessionPtr& session = frame_->session->session;
  session::InsertTarget insert;
  insert.table = checked(parser::parseIdentifier(table, session->parserOptions()));
  insert.overwrite = saveModeOf(mode_) == connector::SaveMode::kOverwrite;
  checked(session::insertInto(session, frame_->plan, insert));
}

}  // namespace flint::sql
