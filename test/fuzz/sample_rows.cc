#include "sample_rows.h"

#include <numeric>

#include "columnar/vector_builder.h"
#include "fuzz_target.h"
#include "plan/logical/relational.h"

namespace flint::fuzz {
namespace {

using columnar::RowIndex;

constexpr const char* kRows = R"(SELECT
    CAST(i AS TINYINT) AS c_tinyint, CAST(i * 100 AS SMALLINT) AS c_smallint, i AS c_int, CAST(b AS BIGINT) AS c_bigint, CAST(d AS FLOAT) AS c_float,
    d AS c_double, CAST(n AS DECIMAL(10, 2)) AS c_decimal, CAST(n AS DECIMAL(38, 10)) AS c_wide, s AS c_string, CAST(s AS BINARY) AS c_binary, i > 0 AS c_boolean,
    DATE_ADD(DATE'2024-02-29', i * 400) AS c_date, CAST(t AS TIMESTAMP) AS c_timestamp, CAST(t AS TIMESTAMP_NTZ) AS c_ntz,
    INTERVAL '1' MONTH * i AS c_months, INTERVAL '1' HOUR * i AS c_hours, make_interval(0, i, 0, i) AS c_calendar, ints AS c_ints, array(s, CAST(i AS STRING)) AS c_strings,
    array(ints, array(i)) AS c_nested, IF(i IS NULL, NULL, map('a', i, 'b', NULL)) AS c_map, IF(i = 3, NULL, named_struct('a', i, 'b', s)) AS c_struct,
    array(named_struct('a', i, 'b', s)) AS c_structs, NULL AS c_void
  FROM VALUES
    (0, 0, 0D, 0BD, '', '1970-01-01 00:00:00', array()),
    (1, 1, 1.5D, 1.5BD, 'abc', '2024-02-29 12:34:56.789', array(1, 2, 3)),
    (-1, -9223372036854775808L, -0D, -12345678.99BD, 'Ünïcode 日本 😀', '1969-12-31 23:59:59.999999', array(3, NULL, -1)),
    (2, 9223372036854775807, double('NaN'), 99999999.99BD, '2024-02-29', '0001-01-01 00:00:00', array(2147483647)),
    (3, 42, double('Infinity'), 0.01BD, '{"a": 1, "b": [true]}', '9999-12-31 23:59:59', NULL),
    (100, -7, -1e300D, -1BD, ' 1 ', '2000-01-01 00:00:00', array(0, 0)),
    (NULL, NULL, NULL, NULL, NULL, NULL, array(NULL))
    AS v(i, b, d, n, s, t, ints))";

}  // namespace

columnar::VectorPtr flattened(const columnar::ColumnVector& vector, std::span<const RowIndex> rows) {
  columnar::VectorBuilder builder(vector.type());
  for (const RowIndex row : rows) builder.appendFrom(vector, row);
  return builder.finish();
}

SampleRows SampleRows::make(QueryTrial& trial) {
  auto plan = trial.session()->parse(kRows);
  if (!plan.isOk()) stop("the sample's text", plan.status().message().c_str());
  StructFields fields;
  const auto batches = trial.collect(plan.value(), fields);
  if (!batches.isOk()) stop("the sample's rows", batches.status().message().c_str());
  SampleRows sample;
  std::vector<columnar::VectorBuilder> columns;
  for (const StructField& field : fields) {
    sample.attributes.push_back(expr::attribute(field.name, field.type));
    columns.emplace_back(field.type);
  }
  RowIndex numRows = 0;
  for (const columnar::ColumnarBatch& batch : batches.value()) {
    for (const RowIndex row : batch.activeRows()) {
      for (size_t i = 0; i < columns.size(); ++i) columns[i].appendFrom(*batch.column(i), row);
      ++numRows;
    }
  }
  std::vector<columnar::VectorPtr> vectors;
  for (columnar::VectorBuilder& column : columns) vectors.push_back(column.finish());
  sample.batch = columnar::ColumnarBatch(std::move(vectors), numRows);
  return sample;
}

SampleRows SampleRows::shuffled(RowIndex numRows, Choices& choices) const {
  SampleRows out;
  out.attributes = attributes;
  std::vector<columnar::VectorPtr> vectors;
  for (const columnar::VectorPtr& column : batch.columns()) {
    std::vector<RowIndex> rows;
    for (RowIndex i = 0; i < numRows; ++i) rows.push_back(static_cast<RowIndex>(choices.below(static_cast<size_t>(batch.numRows()))));
    vectors.push_back(flattened(*column, rows));
  }
  out.batch = columnar::ColumnarBatch(std::move(vectors), numRows);
  return out;
}

void SampleRows::publish(QueryTrial& trial) const {
  plan::LocalRelation relation;
  relation.attributes = attributes;
  relation.batches = std::make_shared<const std::vector<columnar::ColumnarBatch>>(std::vector{batch});
  const Status added = trial.session()->catalog().tempViews().add({.name = "t", .plan = plan::makePlan(std::move(relation)), .viewText = ""}, true);
  if (!added.isOk()) stop("the sample's view", added.message().c_str());
}

}  // namespace flint::fuzz
