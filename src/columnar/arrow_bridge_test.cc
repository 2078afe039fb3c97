#include "columnar/arrow_bridge.h"

#include <arrow/buffer.h>
#include <arrow/c/bridge.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/record_batch.h>
#include <gtest/gtest.h>

#include "columnar/arrow_ipc_writer.h"
#include "columnar/vector_builder.h"

namespace flint::columnar {
namespace {

VectorPtr vectorOf(const DataType& type, const std::vector<Value>& values) {
  VectorBuilder builder(type);
  for (const Value& value : values) builder.append(value);
  return builder.finish();
}

VectorPtr dictionaryOf(const VectorPtr& base, const std::vector<int32_t>& rows) {
  auto indices = Buffer::allocate(rows.size() * sizeof(int32_t));
  std::copy(rows.begin(), rows.end(), indices->mutableAs<int32_t>());
  return ColumnVector::dictionary(base, static_cast<RowIndex>(rows.size()), indices);
}

std::shared_ptr<arrow::RecordBatch> readByArrow(const std::string& stream) {
  auto source = std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(stream));
  auto reader = arrow::ipc::RecordBatchStreamReader::Open(source);
  EXPECT_TRUE(reader.ok()) << reader.status().ToString();
  if (!reader.ok()) return nullptr;
  auto batch = (*reader)->Next();
  EXPECT_TRUE(batch.ok()) << batch.status().ToString();
  const arrow::Status valid = (*batch)->ValidateFull();
  EXPECT_TRUE(valid.ok()) << valid.ToString();
  auto end = (*reader)->Next();
  EXPECT_TRUE(end.ok());
  EXPECT_EQ(*end, nullptr);
  return *batch;
}

ColumnarBatch importFrom(const arrow::RecordBatch& batch, StructFields& fields) {
  ArrowSchema schema;
  ArrowArray array;
  EXPECT_TRUE(arrow::ExportRecordBatch(batch, &array, &schema).ok());
  fields = importArrowSchema(schema).value();
  ColumnarBatch imported = importArrowBatch(schema, &array).value();
  schema.release(&schema);
  return imported;
}

// Writes, lets Arrow read and check, imports; the values must be those of the active rows.
void expectRoundTrip(const DataType& type, const VectorPtr& vector, const SelectionPtr& selection = nullptr) {
  ColumnarBatch batch({vector}, vector->size());
  batch.setSelection(selection);
  ArrowIpcWriter writer({{"c", type, true}}, {.timeZone = "Europe/Rome"});
  writer.add(batch);
  const auto read = readByArrow(writer.finish());
  ASSERT_NE(read, nullptr);
  StructFields fields;
  const ColumnarBatch back = importFrom(*read, fields);
  EXPECT_EQ(fields[0].type.simpleString(), type.simpleString());
  ASSERT_EQ(back.numRows(), batch.numSelected());
  RowIndex at = 0;
  for (const RowIndex row : batch.activeRows()) EXPECT_EQ(back.column(0)->valueAt(at++), vector->valueAt(row)) << type.simpleString() << " " << row;
}

struct Case {
  DataType type;
  std::vector<Value> values;
};

std::vector<Case> allTypes() {
  const DataType pair = DataType::structType({{"a", DataType::bigint(), true}, {"b", DataType::string(), true}});
  const std::string longText(100, 'x');
  return {
      {DataType::boolean(), {Value::boolean(true), Value::null(), Value::boolean(false)}},
      {DataType::byte(), {Value::integer(-7), Value::null(), Value::integer(9)}},
      {DataType::shortInt(), {Value::integer(-700), Value::null(), Value::integer(9)}},
      {DataType::integer(), {Value::integer(1), Value::null(), Value::integer(3)}},
      {DataType::bigint(), {Value::integer(1), Value::integer(int64_t{1} << 40), Value::integer(3)}},
      {DataType::float32(), {Value::floating(1.5), Value::null(), Value::floating(-2)}},
      {DataType::float64(), {Value::floating(1.25), Value::null(), Value::floating(-2)}},
      {DataType::decimal(10, 2), {Value::decimal(-12345), Value::null(), Value::decimal(1)}},
      {DataType::decimal(38, 4), {Value::decimal(-powerOfTen(30)), Value::null(), Value::decimal(1)}},
      {DataType::string(), {Value::string("short"), Value::null(), Value::string(longText)}},
      {DataType::binary(), {Value::string(std::string("\0\1", 2)), Value::null(), Value::string("")}},
      {DataType::date(), {Value::integer(19000), Value::null(), Value::integer(-1)}},
      {DataType::timestamp(), {Value::integer(1'700'000'000'000'000), Value::null(), Value::integer(-1)}},
      {DataType::timestampNtz(), {Value::integer(1'700'000'000'000'000), Value::null(), Value::integer(-1)}},
      {DataType::time(6), {Value::integer(1'000'000'000), Value::null(), Value::integer(5'000)}},
      {DataType::yearMonthInterval(), {Value::integer(14), Value::null(), Value::integer(-1)}},
      {DataType::dayTimeInterval(), {Value::integer(86'400'000'000), Value::null(), Value::integer(-1)}},
      {DataType::calendarInterval(), {Value::interval({1, 2, 3'000'000}), Value::null(), Value::interval({-1, 0, -5})}},
      {DataType::array(DataType::string()),
       {Value::list({Value::string("a"), Value::null(), Value::string(longText)}), Value::null(), Value::list({})}},
      {pair, {Value::list({Value::integer(1), Value::string("x")}), Value::null(), Value::list({Value::null(), Value::string(longText)})}},
      {DataType::map(DataType::string(), pair),
       {Value::map({{Value::string("k"), Value::list({Value::integer(1), Value::null()})}}), Value::null(), Value::map({})}},
      {DataType::null(), {Value::null(), Value::null(), Value::null()}},
  };
}

TEST(ArrowBridge, carriesEveryTypeFlat) {
  for (const Case& one : allTypes()) expectRoundTrip(one.type, vectorOf(one.type, one.values));
}

TEST(ArrowBridge, writesDictionariesConstantsAndSelectionsOut) {
  const auto odd = std::make_shared<const Selection>(Selection{1, 3, 4});
  for (const Case& one : allTypes()) {
    const VectorPtr flat = vectorOf(one.type, one.values);
    expectRoundTrip(one.type, dictionaryOf(flat, {2, 0, 1, 1, 2}), odd);
    expectRoundTrip(one.type, ColumnVector::constant(flat, 0, 5), odd);
    expectRoundTrip(one.type, ColumnVector::nulls(one.type, 5));
  }
}

TEST(ArrowBridge, joinsPartsOfSeveralBatches) {
  const VectorPtr numbers = vectorOf(DataType::bigint(), {Value::integer(1), Value::integer(2), Value::integer(3)});
  ArrowIpcWriter writer({{"n", DataType::bigint(), true}}, {});
  writer.add(ColumnarBatch({numbers}, 3), 1, 2);
  writer.add(ColumnarBatch({ColumnVector::nulls(DataType::bigint(), 2)}, 2));
  EXPECT_EQ(writer.numRows(), 4);
  StructFields fields;
  const ColumnarBatch back = importFrom(*readByArrow(writer.finish()), fields);
  ASSERT_EQ(back.numRows(), 4);
  EXPECT_EQ(back.column(0)->valueAt(0), Value::integer(2));
  EXPECT_EQ(back.column(0)->valueAt(1), Value::integer(3));
  EXPECT_TRUE(back.column(0)->isNull(3));
}

TEST(ArrowBridge, writesAnEmptyBatchWithItsSchema) {
  ArrowIpcWriter writer({{"s", DataType::string(), false}, {"s", DataType::array(DataType::integer()), true}}, {.largeVarTypes = true});
  const auto read = readByArrow(writer.finish());
  EXPECT_EQ(read->num_rows(), 0);
  EXPECT_EQ(read->schema()->ToString(), "s: large_string not null\ns: large_list<element: int32>");
}

TEST(ArrowBridge, keepsTheTimeZoneOfTimestamps) {
  ArrowIpcWriter writer({{"t", DataType::timestamp(), true}}, {.timeZone = "Asia/Tokyo"});
  EXPECT_EQ(readByArrow(writer.finish())->schema()->ToString(), "t: timestamp[us, tz=Asia/Tokyo]");
}

}  // namespace
}  // namespace flint::columnar
